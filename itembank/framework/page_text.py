"""The text of a document's pages to clean lines: page numbers and running titles out, original line numbers kept."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

# A form feed starts a new page and a new line; every other line end is a line end only.
LINE_END = re.compile(r"\r\n|\n|\r|(?=\f)")
PAGE_NUMBER = re.compile(r"(?:หน้า(?:ที่)?\s*)?-?\s*(\d{1,4})\s*-?")
THAI = re.compile(r"[\u0e00-\u0e7f]")
# No-break and other wide spaces act as spaces; zero-width characters only mark where a line may break.
SPACES = str.maketrans({"\u00a0": " ", "\u2007": " ", "\u202f": " ", "\t": " ", "\f": " "})
ZERO_WIDTH = re.compile("[\u200b\u200c\u200d\u2060\ufeff]")


@dataclass(frozen=True)
class Line:
    """One line that holds text.

    Args:
        number: Its place in the text as it came, counted from 1.
        raw: The line with the spaces around it.
        page: Which page it is on, counted from 1 by form feeds.
    """

    number: int
    raw: str
    page: int = 1

    @property
    def text(self) -> str:
        """The line without the spaces around it."""
        return self.raw.strip()


def clean_lines(text: str) -> tuple[Line, ...]:
    """Split a text into the lines that carry content.

    Args:
        text: The text as it came, with any line ends, form feeds or byte order mark.

    Returns:
        Non-blank lines without page numbers and running titles.
    """
    lines = _non_blank_lines(text)
    numbered = {line.number: int(match.group(1)) for line in lines if (match := PAGE_NUMBER.fullmatch(line.text))}
    furniture = _titles_beside_page_numbers(lines, numbered)
    furniture |= _page_numbers_at_form_feeds(lines, numbered)
    furniture |= _titles_at_form_feeds([line for line in lines if line.number not in furniture])
    return tuple(line for line in lines if line.number not in furniture)


def _non_blank_lines(text: str) -> list[Line]:
    lines: list[Line] = []
    number = 0
    page = 1
    for part in LINE_END.split(text):
        if part.startswith("\f"):
            page += 1
        else:
            number += 1
        raw = ZERO_WIDTH.sub("", part.translate(SPACES))
        if raw.strip():
            lines.append(Line(number, raw, page))
    return lines


def _titles_beside_page_numbers(lines: Sequence[Line], numbered: dict[int, int]) -> set[int]:
    """Find running titles as Thai lines that come back with a rising number right after (or before) them.

    A wrapped code in the functional map looks alike (``DTR10``, then ``1``, ``2``, ``3``): it holds no Thai.
    """
    found: set[int] = set()
    for step in (1, -1):
        beside: defaultdict[str, list[tuple[Line, Line]]] = defaultdict(list)
        for line, neighbour in _pairs(lines, step):
            if neighbour.number in numbered and line.number not in numbered and THAI.search(line.text):
                beside[line.text].append((line, neighbour))
        for pairs in beside.values():
            pages = [numbered[neighbour.number] for _, neighbour in pairs]
            if len(pages) > 1 and all(earlier < later for earlier, later in pairwise(pages)):
                found.update(line.number for pair in pairs for line in pair)
    return found


def _pairs(lines: Sequence[Line], step: int) -> Iterable[tuple[Line, Line]]:
    shifted = lines[1:] if step == 1 else lines[:-1]
    base = lines[:-1] if step == 1 else lines[1:]
    return zip(base, shifted, strict=True)


def _edges(lines: Sequence[Line]) -> list[Line]:
    """First and last line of every page of a text that has form feeds."""
    pages: defaultdict[int, list[Line]] = defaultdict(list)
    for line in lines:
        pages[line.page].append(line)
    if len(pages) < 2:
        return []
    return [line for page in pages.values() for line in dict.fromkeys((page[0], page[-1]))]


def _page_numbers_at_form_feeds(lines: Sequence[Line], numbered: dict[int, int]) -> set[int]:
    """Find numbers at page edges that count the pages; the remainder of a wrapped code counts nothing."""
    edges = [line for line in _edges(lines) if line.number in numbered]
    offsets = Counter(numbered[line.number] - line.page for line in edges)
    if not offsets:
        return set()
    offset, agreeing = offsets.most_common(1)[0]
    if agreeing < 2:
        return set()
    return {line.number for line in edges if numbered[line.number] - line.page == offset}


def _titles_at_form_feeds(lines: Sequence[Line]) -> set[int]:
    """Find Thai lines that stand at the edge of at least three pages and of half of all pages."""
    edges = [line for line in _edges(lines) if THAI.search(line.text)]
    pages = len({line.page for line in lines})
    repeated = {text for text, times in Counter(line.text for line in edges).items() if times >= max(3, pages / 2)}
    return {line.number for line in edges if line.text in repeated}
