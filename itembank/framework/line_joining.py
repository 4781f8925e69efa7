"""Wrapped lines to running text, lists and paragraphs.

Thai has no spaces between words and a published line may end in mid-word, so wrapped Thai is joined without a space;
wherever Latin letters, figures or brackets meet the line's end, one space is put.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

# A bullet stands at the start of a line or between spaces; so does the minus sign that some editors used as one.
BULLET = re.compile(r"(?:^|(?<=\s))[•−▪●](?=\s|$)|^[•▪●]")
NOTHING = ("", "-", "–", "N/A", "n/a", "ไม่มี")
# An indent this deep begins a new line on purpose; one space is what a page break leaves.
DELIBERATE_INDENT = 2


def is_thai(character: str) -> bool:
    """Whether the character is of the Thai block."""
    return "\u0e00" <= character <= "\u0e7f"


def join_lines(lines: Iterable[str]) -> str:
    """Join the lines of one wrapped text.

    Args:
        lines: The lines with the spaces around them.

    Returns:
        The text; spaces inside a line are kept, those around a line are not.
    """
    joined = ""
    for line in lines:
        text = line.strip()
        if text:
            joined += _separator(joined, line) + text
    return joined


def _separator(before: str, line: str) -> str:
    if not before:
        return ""
    last, first = before[-1], line.strip()[0]
    if is_thai(last) and is_thai(first):
        return " " if line.startswith(" " * DELIBERATE_INDENT) else ""
    if first in ")]}/,;:%" or last in "([{/" or (last == "-" and before[-2:-1].strip()):
        return ""
    return " "


def list_items(lines: Sequence[str]) -> tuple[str, ...]:
    """Read a bulleted list whose items may wrap, or hide a bullet inside a line.

    Args:
        lines: The lines with the spaces around them.

    Returns:
        The items in order; lines before the first bullet are one item, and a list that says N/A is empty.
    """
    items: list[list[str]] = [[]]
    for line in lines:
        first, *others = BULLET.split(line.strip())
        items[-1].append(first)
        items.extend([part] for part in others)
    joined = (join_lines(item) for item in items)
    return tuple(item for item in joined if item not in NOTHING)


def paragraphs(lines: Sequence[str], *, page_width: int) -> tuple[str, ...]:
    """Read running text with the paragraphs that its line ends prove.

    A line is wrapped because the next word did not fit; where it would have fitted with room to spare, the line ended
    on purpose. A paragraph whose last line happens to be full stays joined to the next: nothing in the text parts them.

    Args:
        lines: The lines with the spaces around them.
        page_width: Width of a full line in printed characters.

    Returns:
        The paragraphs, and the items where there are bullets.
    """
    parts: list[list[str]] = [[]]
    for line in lines:
        previous = parts[-1][-1] if parts[-1] else ""
        if previous and _ended_on_purpose(previous, line, page_width):
            parts.append([])
        parts[-1].append(line)
    return tuple(item for part in parts for item in list_items(part))


def _ended_on_purpose(previous: str, line: str, page_width: int) -> bool:
    first_word = line.split(maxsplit=1)[0]
    return printed_width(previous) + 1 + printed_width(first_word) < 0.85 * page_width


def printed_width(line: str) -> int:
    """Count the characters that take room; vowels and tones above and below the line take none."""
    return sum(unicodedata.category(character) != "Mn" for character in line.strip())


def single_text(lines: Sequence[str]) -> str:
    """Join lines to one text, empty where the standard says N/A."""
    text = join_lines(lines)
    return "" if text in NOTHING else text
