"""How texts are folded for searching, so that what looks alike is found alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from itembank.authoring.content import ItemContent

#: Marks of emphasis, code and formulas, and the address of an image, whose alternative text stays.
_MARKS: Final = re.compile(r"!\[([^\]]*)\]\([^)]*\)|[*`$]+|[\u200b\u200c\u200d\ufeff\u00ad]")
_BLANKS: Final = re.compile(r"\s+")
#: Other ways to type what looks the same: sara am in two parts, perhaps around a tone mark; sara ae as two sara e.
_SARA_AM: Final = re.compile("\u0e4d([\u0e48-\u0e4b]?)\u0e32")
_SARA_AE: Final = "\u0e40\u0e40"


def folded(text: str) -> str:
    """Give a text without marks, in one case, one form of each letter and single blanks."""
    found = _MARKS.sub(lambda mark: mark.group(1) or "", unicodedata.normalize("NFC", text))
    found = _SARA_AM.sub("\\1\u0e33", found).replace(_SARA_AE, "\u0e41")
    return _BLANKS.sub(" ", found).strip().casefold()


def searched_text(content: ItemContent, *, code: str) -> str:
    """Give all that an item is found by: code, testlet, its texts in every language, and where its facts are from.

    Args:
        content: The newest wording.
        code: The item's code.
    """
    # A line for each text: nobody's search meets the end of one option and the beginning of the next.
    return "\n".join(filter(None, (folded(text) for text in (code, content.testlet, *_texts(content)))))


def _texts(content: ItemContent) -> Iterator[str]:
    yield from (content.stem, content.stimulus, content.rationale, content.source, *content.accepted)
    for option in content.options:
        yield from (option.text, option.rationale)
    for prompt in content.prompts:
        yield from (prompt.text, *prompt.options)
    for aspect in content.rubric:
        yield from (aspect.title, *aspect.levels)
    if content.number is not None:
        yield from (content.number.value, content.number.unit)
    for translation in content.translations:
        yield from (translation.stem, translation.stimulus, translation.rationale, translation.unit)
        for worded in translation.options:
            yield from (worded.text, worded.rationale)
        for line in translation.prompts:
            yield from (line.text, *line.options)
