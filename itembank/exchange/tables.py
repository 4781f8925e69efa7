"""Tables of text from CSV, gzipped CSV or Parquet, read row by row with their line numbers."""

from __future__ import annotations

import codecs
import csv
import gzip
import math
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from itembank.errors import UnreadableFile

PARQUET_ROWS_AT_ONCE = 65_536
_BYTES_THAT_TELL = 65_536


@dataclass(frozen=True, eq=False)
class Table:
    """A header and the rows below it.

    Args:
        name: The file's name, for messages.
        unit: What rows are counted in, ``"line"`` or ``"row"``.
        header: Column names without surrounding blanks.
        rows: Number and cells of each row that is not blank; each has as many cells as the header.
    """

    name: str
    unit: str
    header: list[str]
    rows: Iterator[tuple[int, list[str]]]

    def refuse(self, expected: str, *, row: int | None = None) -> NoReturn:
        """Refuse the file.

        Args:
            expected: What was found and what was expected.
            row: Where, if it is one row.

        Raises:
            UnreadableFile: Always.
        """
        where = self.name if row is None else f"{self.name}, {self.unit} {row}"
        raise UnreadableFile(file=where, expected=expected)


@contextmanager
def open_table(path: Path) -> Iterator[Table]:
    """Open a table for reading.

    Args:
        path: A file whose name ends in ``.csv``, ``.csv.gz`` or ``.parquet``.

    Yields:
        The table; its rows can be read once, while it is open.

    Raises:
        UnreadableFile: Another kind of file, one that is missing, empty, damaged or not UTF-8, or one that needs
            Parquet support where that is not installed.
    """
    name = path.name.lower()
    if name.endswith(".parquet"):
        yield _parquet_table(path)
    elif name.endswith((".csv", ".csv.gz")):
        with _reporting_damage(path), _open_text(path) as lines:
            yield _csv_table(path, lines)
    else:
        raise UnreadableFile(file=path.name, expected="a name ending in .csv, .csv.gz or .parquet is expected")


@contextmanager
def _open_text(path: Path) -> Iterator[Iterator[str]]:
    # utf-8-sig drops the byte-order mark that spreadsheets put first.
    if path.name.lower().endswith(".gz"):
        with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as stream:
            yield stream
    else:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            yield stream


@contextmanager
def _reporting_damage(path: Path) -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError as error:
        found = f"byte {error.object[error.start]:#04x} is no UTF-8 text{_likely_encoding(path)}"
        raise UnreadableFile(
            file=f"{path.name}, line {_first_undecodable_line(path)}", expected=f"{found}; save the file as UTF-8"
        ) from error
    except EOFError as error:
        raise UnreadableFile(
            file=path.name, expected="the file is cut off; a complete gzip file is expected"
        ) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise UnreadableFile(file=path.name, expected=f"no sound gzip file ({error})") from error
    except OSError as error:
        raise UnreadableFile(file=str(path), expected=f"cannot be read ({error.strerror or error})") from error


def _first_undecodable_line(path: Path) -> int:
    opener = gzip.open if path.name.lower().endswith(".gz") else open
    with opener(path, "rb") as stream:
        return next(number for number, line in enumerate(stream, start=1) if not _is_utf8(bytes(line)))


def _likely_encoding(path: Path) -> str:
    """Name the encoding that the file seems to have, where its bytes tell."""
    opener = gzip.open if path.name.lower().endswith(".gz") else open
    with opener(path, "rb") as stream:
        begin = bytes(stream.read(_BYTES_THAT_TELL))
    if begin.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return " but seems to be UTF-16"
    high = [byte for byte in begin if byte >= 0x80]
    # Thai letters, vowels and tone marks, and the digits of TIS-620.
    if high and all(0xA1 <= byte <= 0xDA or 0xDF <= byte <= 0xFB for byte in high):
        return " but seems to be TIS-620 (Windows-874)"
    return ""


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _csv_table(path: Path, lines: Iterator[str]) -> Table:
    reader = csv.reader(lines, strict=True)
    rows = _csv_rows(path.name, reader)
    first = next(rows, None)
    if first is None:
        raise UnreadableFile(file=path.name, expected="the file is empty; a header line is expected")
    header = [cell.strip() for cell in first[1]]
    if any("\x00" in cell for cell in header):
        raise UnreadableFile(
            file=f"{path.name}, line 1", expected="NUL characters, as in UTF-16 text; save the file as UTF-8"
        )
    for sign, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if len(header) == 1 and sign in header[0]:
            raise UnreadableFile(
                file=f"{path.name}, line 1",
                expected=f"columns separated by {name}; columns separated by commas are expected",
            )
    return Table(path.name, "line", header, _same_width(path.name, len(header), rows))


def _csv_rows(name: str, reader: Any) -> Iterator[tuple[int, list[str]]]:
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UnreadableFile(
                file=f"{name}, line {reader.line_num}", expected=f"no sound CSV ({error}); was the file cut off?"
            ) from error
        if row:
            yield reader.line_num, row


def _same_width(name: str, width: int, rows: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    for line, row in rows:
        if len(row) != width:
            raise UnreadableFile(
                file=f"{name}, line {line}",
                expected=f"{len(row)} columns; {width} are expected, as in the header",
            )
        yield line, row


def _parquet_table(path: Path) -> Table:
    # Imported here: it takes longer to load than most CSV files take to read.
    from pyarrow import parquet

    try:
        content = parquet.ParquetFile(path)
    except OSError as error:
        raise UnreadableFile(file=str(path), expected=f"cannot be read ({error.strerror or error})") from error
    except ValueError as error:
        raise UnreadableFile(file=path.name, expected=f"no sound Parquet file ({error})") from error
    header = [str(column).strip() for column in content.schema_arrow.names]
    return Table(path.name, "row", header, _parquet_rows(path.name, content))


def _parquet_rows(name: str, content: Any) -> Iterator[tuple[int, list[str]]]:
    number = 0
    batches = content.iter_batches(batch_size=PARQUET_ROWS_AT_ONCE)
    while True:
        try:
            batch = next(batches, None)
        except (OSError, ValueError) as error:
            raise UnreadableFile(file=name, expected=f"no sound Parquet file ({error})") from error
        if batch is None:
            return
        try:
            columns = [[_as_text(value) for value in column.to_pylist()] for column in batch.columns]
        except (UnicodeDecodeError, ValueError) as error:
            raise UnreadableFile(
                file=f"{name}, after row {number}", expected=f"a value that is no text, number or date ({error})"
            ) from error
        for cells in zip(*columns, strict=True):
            number += 1
            yield number, list(cells)


def _as_text(value: Any) -> str:
    """Write a stored value as a CSV file would have it; a missing one is blank."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool) or (isinstance(value, float) and value.is_integer()):
        return str(int(value))
    # Some programs store text as plain bytes.
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)
