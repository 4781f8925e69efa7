"""Workbooks whose cells lie so far apart that reading them would take all memory there is."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Final

from itembank.errors import UnreadableFile

#: Columns and rows in use beyond these are no table of questions.
MOST_COLUMNS, MOST_ROWS = 500, 50_000
_CELL: Final = re.compile(rb"<(?:\w+:)?(?:c|row)\b[^>]*?\br\s*=\s*[\"']([A-Za-z]*)(\d+)[\"']")
_AT_ONCE, _LONGEST_TAG = 1 << 20, 512


def refuse_far_cells(path: Path) -> None:
    """Refuse a workbook with a cell, or a row, far from the first: readers fill all the space before it.

    Args:
        path: A sound archive.

    Raises:
        UnreadableFile: Names the sheet and the cell.
    """
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if not name.lower().endswith(".xml") or "worksheets" not in name:
                continue
            try:
                _look_through(path, archive, name)
            except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
                raise UnreadableFile(file=path, expected=f"a sound Excel workbook (.xlsx); {error}") from error


def _look_through(path: Path, archive: zipfile.ZipFile, name: str) -> None:
    kept = b""
    with archive.open(name) as sheet:
        while block := sheet.read(_AT_ONCE):
            text = kept + block
            for found in _CELL.finditer(text):
                letters, row = found[1].decode(), int(found[2][:12])
                if row > MOST_ROWS or (letters and _column(letters) > MOST_COLUMNS):
                    expected = f"at most {MOST_ROWS:,} rows and {MOST_COLUMNS} columns; {name} has {letters}{row}"
                    raise UnreadableFile(file=path, expected=expected)
            kept = text[-_LONGEST_TAG:]


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper()[:8]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
