"""A number to enter, right within a tolerance; exact numbers throughout, so that the bounds themselves are sure."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from itembank.authoring.item_types.question import Answer, Question, checked_text, problem
from itembank.errors import InvalidInput

#: Digits with or without commas or blanks between groups of three, and perhaps a part below one.
_NUMBER = re.compile(r"[+-]? ?(?:[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d{0,2}(?: \d{3})+|\d+|(?=\.))(?:\.\d+)?", re.ASCII)
#: Thai digits, and the full-width signs and the kinds of minus and blank that keyboards and word processors write.
_AS_ASCII = str.maketrans("๐๑๒๓๔๕๖๗๘๙０１２３４５６７８９－＋．，−–\u00a0\u2009\u202f", "01234567890123456789-+.,--   ")
LONGEST_NUMBER = 40


def read_number(text: str) -> Decimal | None:
    """Read a number as people in Thailand write it; None if it is none.

    Thai and Arabic digits, a comma or a blank between thousands, a point before decimals. A comma elsewhere is
    refused: whether 1,5 or 0,500 stands for a part of one or for thousands is not for us to guess.
    """
    plain = text.translate(_AS_ASCII).strip()
    if len(plain) > LONGEST_NUMBER or not _NUMBER.fullmatch(plain):
        return None
    return Decimal(plain.replace(",", "").replace(" ", ""))


def _units(question: Question) -> list[str]:
    """List the unit in every language that the question can be read in; the language may change while one types."""
    words = (question.number.unit if question.number else "", *(worded.unit for worded in question.translations))
    return [unit for word in words if (unit := word.strip())]


class NumericRule:
    """The rule of items answered with a number."""

    def problems(self, question: Question) -> list[InvalidInput]:
        """Find what is wrong with the right number and its tolerance."""
        key = question.number
        if key is None or read_number(key.value) is None:
            return [problem("number", "the right number, such as 1,250.50", reason="number_value")]
        tolerance = read_number(key.tolerance)
        if tolerance is None or tolerance < 0:
            return [problem("tolerance", "a number from 0", reason="number_tolerance")]
        if len(key.unit) > LONGEST_NUMBER:
            return [problem("unit", f"at most {LONGEST_NUMBER} characters", reason="number_unit")]
        return []

    def maximum_score(self, question: Question) -> int:
        """Give 1."""
        return 1

    def right_answer(self, question: Question) -> Answer:
        """Enter the right number."""
        return Answer(text=question.number.value if question.number else "")

    def taken(self, question: Question, answer: Answer) -> Answer:
        """Give the number as it was typed, without the unit, which stands after the field anyway."""
        text = checked_text(answer, longest=2 * LONGEST_NUMBER)
        # Only where there is no number yet, or a unit such as m2 could take a digit away.
        for unit in () if read_number(text) is not None else _units(question):
            bare = text[: -len(unit)].strip()
            if text.casefold().endswith(unit.casefold()) and read_number(bare) is not None:
                return Answer(text=bare)
        if read_number(text) is None:
            raise InvalidInput(field="answer", expected="a number, such as 1,250.50", reason="answer_number")
        return Answer(text=text)

    def score(self, question: Question, answer: Answer) -> int:
        """Give 1 if the number is within the tolerance of the right one."""
        key, entered = question.number, read_number(answer.text)
        value = read_number(key.value) if key else None
        tolerance = read_number(key.tolerance) if key else None
        if key is None or entered is None or value is None or tolerance is None:
            return 0
        # Decimals round to 28 digits when they are added; fractions never do.
        room = abs(Fraction(value)) * Fraction(tolerance) / 100 if key.percent else Fraction(tolerance)
        return int(abs(Fraction(entered) - Fraction(value)) <= room)
