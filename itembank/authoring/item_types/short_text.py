"""A few words to enter, compared with the answers that count as right once both are brought to one spelling.

The spelling is our own and small on purpose: a sitting is replayed years later, and must score as it did.
"""

from __future__ import annotations

import re
import unicodedata

from itembank.authoring.item_types.question import Answer, Question, problem, text_problems
from itembank.errors import InvalidInput

MOST_ALTERNATIVES = 20
LONGEST_ANSWER = 200

_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_THAI_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_QUOTES = str.maketrans("“”‘’«»", '""\'\'""')
_BLANK_BESIDE_THAI = re.compile(r"(?<=[\u0e00-\u0e7f]) | (?=[\u0e00-\u0e7f])")
_EDGES = " .,;:!?\"'()"


def one_spelling(text: str) -> str:
    """Bring a text to the spelling in which answers are compared.

    Compatibility forms, capital letters, invisible characters, runs of blanks, punctuation at the ends, Thai digits
    and the ways to type the same Thai vowels make no difference; nor do blanks beside Thai letters, since Thai has
    none between words.
    """
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).translate(_THAI_DIGITS).translate(_QUOTES)
    plain = plain.casefold().replace("เเ", "แ")
    # The compatibility form splits am into two signs; a tone mark may have been typed before, between or after them.
    plain = re.sub("\u0e4d([\u0e48-\u0e4b])\u0e32", "\\1\u0e4d\u0e32", plain)
    plain = " ".join(plain.split())
    return _BLANK_BESIDE_THAI.sub("", plain).strip(_EDGES)


class ShortTextRule:
    """The rule of items answered with a few words."""

    def problems(self, question: Question) -> list[InvalidInput]:
        """Find what is wrong with the answers that count as right."""
        found = text_problems("accepted", question.accepted, least=1, most=MOST_ALTERNATIVES)
        found += [
            problem(f"accepted.{number}", "letters or digits to compare", reason="accepted_nothing", number=number)
            for number, text in enumerate(question.accepted, start=1)
            if text.strip() and not one_spelling(text)
        ]
        found += [
            problem(f"accepted.{number}", f"at most {LONGEST_ANSWER} characters", reason="accepted_long", number=number)
            for number, text in enumerate(question.accepted, start=1)
            if len(text) > LONGEST_ANSWER
        ]
        return found

    def maximum_score(self, question: Question) -> int:
        """Give 1."""
        return 1

    def taken(self, question: Question, answer: Answer) -> Answer:
        """Give the text without blanks around it."""
        text = answer.text.strip()
        if not one_spelling(text):
            raise InvalidInput(field="answer", expected="an answer in words or digits", reason="answer_text")
        if len(text) > LONGEST_ANSWER:
            expected = f"at most {LONGEST_ANSWER} characters"
            raise InvalidInput(field="answer", expected=expected, reason="answer_long")
        return Answer(text=text)

    def score(self, question: Question, answer: Answer) -> int:
        """Give 1 if the text is one of those that count as right."""
        return int(one_spelling(answer.text) in {one_spelling(text) for text in question.accepted})
