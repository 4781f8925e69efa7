"""Items as CSV, for spreadsheets and for people."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from itembank.authoring.exchange import ExchangedItem
from itembank.errors import InvalidInput, UnreadableFile
from itembank.exchange.decoded_text import decoded
from itembank.exchange.file_bytes import file_bytes, refuse_too_many
from itembank.exchange.item_file import ItemDefaults, ItemFile, ReadItem
from itembank.exchange.item_table import COLUMNS, NO_DEFAULTS, REQUIRED_COLUMNS, read_row, row_of

#: A cell that begins so is run as a formula by spreadsheets; an apostrophe before it keeps it a text.
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
#: Characters of the longest cell: one longer than all that an item may say is named by its field, not by this.
_LONGEST_CELL: Final = 5_000_000
_SEPARATORS: Final = ",;\t"


def write_csv(path: Path, items: Sequence[ExchangedItem]) -> None:
    """Write items as a table."""
    # The mark at the beginning tells spreadsheets that the file is UTF-8; without it Thai comes out garbled.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(_guarded(row_of(item)) for item in items)


def read_csv(path: Path, *, defaults: ItemDefaults = NO_DEFAULTS) -> ItemFile:
    """Read items from a table, of commas or of the semicolons and tabs that some spreadsheets write.

    Raises:
        UnreadableFile: It is no such table; names the line and what was expected.
    """
    # Whatever program wrote it, a line ends with one sign; texts would come back with others in them.
    text = decoded(file_bytes(path), file=path).replace("\r\n", "\n").replace("\r", "\n")
    csv.field_size_limit(_LONGEST_CELL)
    rows = _rows(path, csv.reader(io.StringIO(text), delimiter=_separator(text)))
    _, header = next(rows, (1, []))
    header = [cell.strip() for cell in header]
    refuse_twice(path, header, place="line 1")
    missing = missing_columns(header, defaults)
    if missing:
        raise UnreadableFile(file=path, expected=f"line 1: the columns {', '.join(missing)}")
    items = []
    for line, row in rows:
        cells = {name: _plain(cell) for name, cell in zip(header, row, strict=False)}
        place = f"line {line}"
        items.append(nameless(header, row, place=place) or read_row(cells, place=place, defaults=defaults))
        refuse_too_many(path, len(items))
    return ItemFile(tuple(items))


def missing_columns(header: Sequence[str], defaults: ItemDefaults) -> list[str]:
    """List the columns that a table needs and does not have; what there is a default for it does not need."""
    given = {"criterion"} if defaults.criterion else set()
    given |= {"difficulty_rating"} if defaults.difficulty_rating else set()
    return [name for name in REQUIRED_COLUMNS if name not in header and name not in given]


def refuse_twice(path: Path, header: Sequence[str], *, place: str) -> None:
    """Refuse a table of which two columns have one name: nobody knows which of them is meant.

    Raises:
        UnreadableFile: Names the columns.
    """
    for number, name in enumerate(header, start=1):
        first = header.index(name) + 1
        if name and first != number:
            expected = f"{place}: one column named {name}; column {first} and column {number} are both"
            raise UnreadableFile(file=path, expected=expected)


def nameless(header: Sequence[str], cells: Sequence[object], *, place: str) -> ReadItem | None:
    """Refuse a row that has something where the header has no name; None if it has not.

    Args:
        header: The columns' names.
        cells: The row.
        place: Where it stands.
    """
    for number, cell in enumerate(cells, start=1):
        if str(cell).strip() and (number > len(header) or not header[number - 1]):
            expected = f"a name for column {number} in the header, or nothing in it; there is {str(cell)[:40]!r}"
            problem = InvalidInput(field=f"column {number}", expected=expected)
            return ReadItem(place=place, name="", item=None, problems=(problem,))
    return None


def _separator(text: str) -> str:
    first = text.partition("\n")[0]
    return max(_SEPARATORS, key=first.count)


def _rows(path: Path, reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Give the rows that are not empty, each with the line on which it begins; the reader tells where it ends."""
    begins = 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UnreadableFile(file=path, expected=f"line {begins}: sound CSV ({error})") from error
        if any(cell.strip() for cell in row):
            yield begins, row
        begins = reader.line_num + 1  # type: ignore[attr-defined]


def _guarded(cells: dict[str, str]) -> dict[str, str]:
    return {name: f"'{cell}" if _would_run(cell) else cell for name, cell in cells.items()}


def _would_run(cell: str) -> bool:
    # One that has its apostrophe already gets another, or reading would take its own.
    return cell.lstrip("'").startswith(_FORMULA_STARTS)


def _plain(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _would_run(cell) else cell
