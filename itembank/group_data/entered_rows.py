"""Rows of user names and groups as an administrator enters them, from a file or pasted."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass

from itembank.errors import InvalidInput

HEADER = ("username", "category")
MOST_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class EnteredRow:
    """One line; ``cells`` is how many values stood there, of which two are expected."""

    number: int
    username: str
    category: str
    cells: int = 2


def decoded(content: bytes, *, field: str) -> str:
    """Read a file as text.

    Raises:
        InvalidInput: It is not UTF-8; names the line.
    """
    try:
        # utf-8-sig drops the byte-order mark that spreadsheets put first.
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InvalidInput(field=field, expected=f"a CSV file saved as UTF-8; line {line} is not") from None


def read_rows(text: str, *, field: str) -> tuple[EnteredRow, ...]:
    """Split lines of ``username,category``; a header of these two words is skipped, and so are blank lines.

    Raises:
        InvalidInput: There is no row, there are too many, or a quotation never ends.
    """
    try:
        lines = list(csv.reader(text.splitlines(), strict=True))
    except csv.Error as error:
        raise InvalidInput(field=field, expected=f"lines of username,category ({error})") from None
    found = tuple(_entered(number, cells) for number, cells in enumerate(lines, start=1) if any(map(str.strip, cells)))
    rows = found[1:] if found and (found[0].username.lower(), found[0].category.lower()) == HEADER else found
    if not 1 <= len(rows) <= MOST_ROWS:
        raise InvalidInput(field=field, expected=f"1 to {MOST_ROWS} lines of username,category, not {len(rows)}")
    return rows


def rows_of(pairs: Iterable[tuple[str, str]]) -> tuple[EnteredRow, ...]:
    """Number pairs of user name and group that did not come as lines."""
    return tuple(EnteredRow(number, name.strip(), code.strip()) for number, (name, code) in enumerate(pairs, start=1))


def _entered(number: int, cells: list[str]) -> EnteredRow:
    # As many blanks as are missing: what a line lacks is named by its count.
    values = [cell.strip() for cell in cells] + ["", ""]
    return EnteredRow(number, values[0], values[1], len(cells))
