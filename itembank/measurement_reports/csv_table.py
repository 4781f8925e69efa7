"""Tables as CSV text, row by row, for spreadsheets and for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import Enum
from uuid import UUID

#: Spreadsheets take text that begins so for a formula; an apostrophe in front makes it text again.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
#: Rows that are written at once; a row at a time would spend its time on handing over.
_ROWS_AT_ONCE = 200
BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A table to take away.

    Args:
        name: What it holds, in a word of its file's name.
        columns: Names of the columns, the same in every language, since scripts read them.
        rows: Values, None for nothing; read once.
        for_programs: Whether programs read it first of all. Such a file has no byte-order mark, which R takes for part
            of the first column's name; the others have one, without which Excel takes Thai letters for gibberish.
    """

    name: str
    columns: tuple[str, ...]
    rows: Iterable[Sequence[object]]
    for_programs: bool = False


def csv_text(table: CsvTable) -> Iterator[str]:
    """Write a table, some rows at a time.

    Args:
        table: The table.

    Yields:
        Pieces of the file, to be encoded as UTF-8.
    """
    text = io.StringIO()
    if not table.for_programs:
        text.write(BYTE_ORDER_MARK)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(table.columns)
    for count, row in enumerate(table.rows, 1):
        writer.writerow([cell_of(value) for value in row])
        if count % _ROWS_AT_ONCE == 0:
            yield _emptied(text)
    yield _emptied(text)


def safe_text(text: str) -> str:
    """Give a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def cell_of(value: object) -> str:
    """Write a value: numbers with all their digits, moments by ISO 8601, lists joined by ``;``, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, Enum):
        return cell_of(value.value)
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float | int):
        return repr(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list | tuple):
        joined = ";".join(map(cell_of, value))
        return joined if _is_numbers(value) else safe_text(joined)
    if isinstance(value, dict):
        return safe_text(json.dumps(value, ensure_ascii=False, sort_keys=True))
    return str(value) if isinstance(value, UUID) else safe_text(str(value))


def table_of(
    name: str, kind: type, values: Iterable[object], *, without: Iterable[str] = (), first: Sequence[str] = ()
) -> CsvTable:
    """Make a table of frozen values, one row each, its columns their fields.

    Args:
        name: Of the table.
        kind: The values' dataclass.
        values: The values.
        without: Fields to leave out, such as those that have rows of their own.
        first: Fields to put first.
    """
    left_out = {*without, *first}
    columns = (*first, *(field.name for field in fields(kind) if field.name not in left_out))
    return CsvTable(name, columns, ([getattr(value, column) for column in columns] for value in values))


def _is_numbers(value: object) -> bool:
    """Tell whether a list holds numbers alone, whose minus sign begins no formula."""
    if isinstance(value, list | tuple):
        return all(map(_is_numbers, value))
    return value is None or isinstance(value, float | int)


def _emptied(text: io.StringIO) -> str:
    written = text.getvalue()
    text.seek(0)
    text.truncate()
    return written
