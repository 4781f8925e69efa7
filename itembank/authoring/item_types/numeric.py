"""A number to enter, right within a tolerance; exact decimals throughout, so that the bounds themselves are sure."""

from __future__ import annotations

import re
from decimal import Decimal

from itembank.authoring.item_types.question import Answer, Question, problem
from itembank.errors import InvalidInput

#: Digits with or without commas between groups of three, and perhaps a part below one.
_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?")
_THAI_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙−–", "0123456789--")
LONGEST_NUMBER = 40


def read_number(text: str) -> Decimal | None:
    """Read a number as people in Thailand write it; None if it is none.

    Thai and Arabic digits, a comma between thousands, a point before decimals. A comma elsewhere is refused: whether
    1,5 stands for one and a half or for fifteen is not for us to guess.
    """
    plain = text.translate(_THAI_DIGITS).strip().replace(" ", "").replace("\u00a0", "")
    if len(plain) > LONGEST_NUMBER or not any(letter.isdigit() for letter in plain) or not _NUMBER.fullmatch(plain):
        return None
    return Decimal(plain.replace(",", ""))


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

    def taken(self, question: Question, answer: Answer) -> Answer:
        """Give the number as it was typed, without blanks around it and without the unit that stands there anyway."""
        text = answer.text.strip()
        unit = question.number.unit if question.number else ""
        if unit and text.endswith(unit):
            text = text.removesuffix(unit).strip()
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
        room = abs(value) * tolerance / 100 if key.percent else tolerance
        return int(abs(entered - value) <= room)
