"""A few words to enter, compared with the answers that count as right once both are brought to one spelling.

The spelling is our own and small on purpose: a sitting is replayed years later, and must score as it did.
"""

from __future__ import annotations

import re
import unicodedata

from itembank.authoring.item_types.question import Answer, Question, checked_text, problem, text_problems
from itembank.errors import InvalidInput

MOST_ALTERNATIVES = 20
LONGEST_ANSWER = 200

#: Soft hyphens, blanks without width, joiners, marks of direction: nobody sees them, and pasted text is full of them.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_SAME_SIGNS = str.maketrans("๐๑๒๓๔๕๖๗๘๙“”„‘’‚`´«»‐‑‒–—−", "0123456789\"\"\"'''''\"\"------")
_SPLIT_AM = re.compile("\u0e4d([\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]*)\u0e32")
_SIGNS = re.compile("[\u0e31\u0e33-\u0e3a\u0e47-\u0e4e]+")
_BLANK_BESIDE_THAI = re.compile(r"(?<=[\u0e00-\u0e7f]) | (?=[\u0e00-\u0e7f])")
_EDGES = " .,;:!?\"'()"


def one_spelling(text: str) -> str:
    """Bring a text to the spelling in which answers are compared.

    Compatibility forms, capital letters, invisible characters, runs of blanks, kinds of quotation mark and hyphen,
    punctuation at the ends, Thai digits and the ways to type the same Thai syllable make no difference; nor do blanks
    beside Thai letters, since Thai has none between words. Everything else does: C++ is not C, and 1.5 is not 15.
    """
    # What normalising makes of one sign, such as a quotation mark, may be another that is folded in turn.
    return _spelt(_spelt(text))


def _spelt(text: str) -> str:
    plain = _INVISIBLE.sub("", text).translate(_SAME_SIGNS)
    # Twice, since small letters may be composed otherwise than the capitals that they come from.
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", plain).casefold())
    plain = _BLANK_BESIDE_THAI.sub("", " ".join(plain.split()))
    return _thai_syllables(plain).strip(_EDGES)


def _thai_syllables(text: str) -> str:
    """Give the signs above and below Thai letters in one order; typed in another they look the same, or nearly so."""
    # The compatibility form splits am into two signs, perhaps with a tone mark between them.
    whole = _SPLIT_AM.sub("\\1\u0e33", text.replace("เเ", "แ"))
    # One sign over another of its kind can't be seen, so each counts once.
    return _SIGNS.sub(lambda found: "".join(sorted(set(found[0]), key=_rank)), whole)


def _rank(sign: str) -> tuple[bool, bool, str]:
    # Vowels, then tones and the sign of silence, then am.
    return sign == "\u0e33", "\u0e48" <= sign <= "\u0e4e", sign


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

    def right_answer(self, question: Question) -> Answer:
        """Enter the first of the answers that count as right."""
        return Answer(text=question.accepted[0])

    def taken(self, question: Question, answer: Answer) -> Answer:
        """Give the text without blanks around it."""
        text = checked_text(answer, longest=LONGEST_ANSWER)
        if not one_spelling(text):
            raise InvalidInput(field="answer", expected="an answer in words or digits", reason="answer_text")
        return Answer(text=text)

    def score(self, question: Question, answer: Answer) -> int:
        """Give 1 if the text is one of those that count as right."""
        return int(one_spelling(answer.text) in {one_spelling(text) for text in question.accepted})
