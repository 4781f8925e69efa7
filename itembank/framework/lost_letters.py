"""Texts that stop short: the last vowel, tone or letter was lost at a line's end.

No dictionary is used; the document itself is the witness. A text is reported when

* it ends in a vowel sign that Thai never writes without a following consonant,
* it ends inside a bracket,
* it ends in ``ได``, which is no word without its tone mark, or
* its ending occurs elsewhere in the document, time and again, and there always goes on with a mark above or below the
  line, which no new word can begin with (``ข้อยุต`` where the rest of the document writes ``ข้อยุติ``), or always
  with one and the same letter although the ending is long.

Limits: a lost letter is not seen when what is left is a word of its own, when the document writes the word nowhere
else, or when the letter is lost in the middle of a text. A rare word that is also the beginning of a common one may be
reported wrongly; nothing is changed in the text, so that an editor only has to look.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from itembank.framework.document import StandardWarning
from itembank.framework.line_joining import is_thai
from itembank.framework.warning_texts import warn

#: Vowels written before their consonant, and mai han akat, which needs a final consonant.
NEVER_LAST = "\u0e40\u0e41\u0e42\u0e43\u0e44\u0e31"
TONELESS = re.compile(r"(?<!บัน)(?<!กระ)ได$")
LONGEST_ENDING = 14
#: The shortest ending that is compared; the shorter it is, the more often it has to occur to be believed.
SHORTEST_ENDING = 2
WITNESSES = {2: 20, 3: 8, 4: 4}
WITNESSES_FOR_LONGER = 1
#: An ending this long may also be completed by a plain letter, if it is always the same one.
LONG_ENDING = 6
WITNESSES_FOR_LETTER = 8
#: A bracket that opens earlier than this is the author's slip and no lost letter.
OPEN_BRACKET = 40
#: What the ending goes on with: one letter or mark, and the marks upon it.
MARKS = "[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]"
CONTINUATION = re.compile(f"[^\n]{MARKS}*")


@dataclass(frozen=True)
class PlacedText:
    """A text of the standard and where it stands."""

    text: str
    unit: str | None
    section: int | None
    subject: str | None
    line: int | None


def lost_letters(texts: Sequence[PlacedText]) -> Iterator[StandardWarning]:
    """Find the texts that have lost their last letter.

    Args:
        texts: Every text of the document; they are also what endings are compared with.

    Yields:
        A warning for each text that stops short.
    """
    witness = _Witness("\n".join(placed.text for placed in texts))
    for placed in texts:
        reason = _reason(placed.text, witness)
        if reason is not None:
            yield warn(
                "lost_letters",
                unit=placed.unit,
                section=placed.section,
                subject=placed.subject,
                line=placed.line,
                ending=_shown(placed.text),
                reason=reason[0],
                reason_thai=reason[1],
            )


def _shown(text: str) -> str:
    """The end of a text, from a letter on: a mark alone can't be printed."""
    return re.sub(f"^{MARKS}+", "", text[-LONGEST_ENDING:])


class _Witness:
    """The whole document, indexed by pairs of letters."""

    def __init__(self, document: str) -> None:
        self.document = document
        self.ends: defaultdict[str, list[int]] = defaultdict(list)
        for end in range(SHORTEST_ENDING, len(document)):
            if document[end] != "\n":
                self.ends[document[end - SHORTEST_ENDING : end]].append(end)

    def following(self, ending: str) -> tuple[str, tuple[str, ...]]:
        """How the longest part of an ending that occurs often enough goes on wherever it does not end a text."""
        ends = self.ends.get(ending[-SHORTEST_ENDING:], [])
        known: tuple[str, list[int]] = ("", [])
        for length in range(SHORTEST_ENDING, len(ending) + 1):
            ends = [end for end in ends if end >= length and self.document[end - length] == ending[-length]]
            if not ends:
                break
            if len(ends) >= WITNESSES.get(length, WITNESSES_FOR_LONGER):
                known = ending[-length:], ends
        part, ends = known
        return part, tuple(CONTINUATION.match(self.document, end)[0] for end in ends)  # type: ignore[index]


def _reason(text: str, witness: _Witness) -> tuple[str, str] | None:
    if text.rfind("(", -OPEN_BRACKET) > text.rfind(")"):
        return "a bracket stays open", "วงเล็บไม่ปิด"
    if not text or not is_thai(text[-1]):
        return None
    if text[-1] in NEVER_LAST:
        return f"no Thai word ends in {text[-1]}", f"ไม่มีคำไทยที่ลงท้ายด้วย {text[-1]}"
    if TONELESS.search(text):
        return "“ได้” needs its tone mark", "“ได้” ต้องมีวรรณยุกต์"
    continuation = _agreed(*witness.following(text[-LONGEST_ENDING:]))
    if continuation is None:
        return None
    whole, times = continuation
    return f"elsewhere the text writes “{whole}” ({times} ×)", f"ที่อื่นในเอกสารเขียนว่า “{whole}” ({times} แห่ง)"


def _agreed(ending: str, following: Sequence[str]) -> tuple[str, int] | None:
    if not following:
        return None
    common = max(sorted(set(following)), key=following.count)
    if all(unicodedata.category(letters[0]) == "Mn" for letters in following):
        return ending + common, following.count(common)
    is_one_letter = len(set(following)) == 1 and is_thai(common)
    if is_one_letter and len(ending) >= LONG_ENDING and len(following) >= WITNESSES_FOR_LETTER:
        return ending + common, len(following)
    return None
