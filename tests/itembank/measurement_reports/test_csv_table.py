"""CSV text: escaping of formulas, whole numbers, marks for spreadsheets, and reading back."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from itembank.measurement_reports.csv_table import BYTE_ORDER_MARK, CsvTable, cell_of, csv_text, table_of


@dataclass(frozen=True)
class Thing:
    name: str
    value: float | None
    parts: tuple[float, ...] = ()


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+66", "'+66"),
        ("-x", "'-x"),
        ("@here", "'@here"),
        ("\tx", "'\tx"),
        ("ข้อ", "ข้อ"),
        (-1.5, "-1.5"),
        (0.1 + 0.2, "0.30000000000000004"),
        ((-1.5, 2.0), "-1.5;2.0"),
        (("-1", "b"), "'-1;b"),
        (True, "1"),
        (None, ""),
        ({"ข": 1}, '{"ข": 1}'),
        (datetime(2026, 11, 22, tzinfo=UTC), "2026-11-22T00:00:00+00:00"),
    ],
)
def test_a_cell_is_safe_and_loses_nothing(value: object, cell: str) -> None:
    assert cell_of(value) == cell


def test_a_table_reads_back_as_it_was() -> None:
    things = [Thing('a,"b"\nc', None), Thing("=cmd()", -2.0, (1.0,))]
    text = "".join(csv_text(table_of("things", Thing, things, first=("value",))))
    assert text.startswith(BYTE_ORDER_MARK)
    rows = list(csv.reader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK), newline="")))
    assert rows == [["value", "name", "parts"], ["", 'a,"b"\nc', ""], ["-2.0", "'=cmd()", "1.0"]]


def test_files_for_programs_have_no_mark_and_long_ones_come_in_pieces() -> None:
    pieces = list(csv_text(CsvTable("n", ("n",), ((n,) for n in range(450)), for_programs=True)))
    assert len(pieces) == 3
    assert "".join(pieces).splitlines() == ["n", *map(str, range(450))]
