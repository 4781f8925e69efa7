"""Several texts in one cell of a table: one a line where that says it all, else each below a line of marks.

    first option                ///
    second option               an option
                                of two lines
                                ///
                                another

Parts of one entry, such as the choices of a gap, stand on its line with bars between them, and below lines of bars
where one of them has a bar or a line break of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

_ENTRY, _PART = "/", "|"
_FEWEST_MARKS: Final = 3


def written_entries(entries: Sequence[str]) -> str:
    """Write texts as a cell; empty ones at the end are kept too."""
    return _written(entries, mark=_ENTRY, plain="\n".join(entries), read=read_entries)


def read_entries(cell: str) -> list[str]:
    """Read the texts of a cell; an empty one has none."""
    marked = _read_marked(cell, mark=_ENTRY)
    if marked is not None:
        return marked
    # Not splitlines(): word processors put marks into texts that it takes for ends of lines.
    cell = cell.rstrip("\n")
    return cell.split("\n") if cell else []


def written_parts(parts: Sequence[str]) -> str:
    """Write the parts of one entry."""
    return _written(parts, mark=_PART, plain=" | ".join(parts), read=read_parts)


def read_parts(entry: str) -> list[str]:
    """Read the parts of one entry; an empty one has none."""
    marked = _read_marked(entry, mark=_PART)
    if marked is not None:
        return marked
    return [part.strip() for part in entry.split(_PART)] if entry.strip() else []


def _written(texts: Sequence[str], *, mark: str, plain: str, read: Callable[[str], list[str]]) -> str:
    if read(plain) == list(texts):
        return plain
    lines = [line for text in texts for line in text.split("\n")]
    longest = max((len(line) for line in lines if _is_mark(line, mark)), default=_FEWEST_MARKS - 1)
    separator = mark * (longest + 1)
    return "\n".join(f"{separator}\n{text}" for text in texts)


def _read_marked(cell: str, *, mark: str) -> list[str] | None:
    """Read texts below lines of marks; None where the first line is none."""
    first, *lines = cell.split("\n")
    if not _is_mark(first, mark):
        return None
    texts: list[list[str]] = [[]]
    for line in lines:
        if line == first:
            texts.append([])
        else:
            texts[-1].append(line)
    return ["\n".join(text) for text in texts]


def _is_mark(line: str, mark: str) -> bool:
    return len(line) >= _FEWEST_MARKS and line == mark * len(line)
