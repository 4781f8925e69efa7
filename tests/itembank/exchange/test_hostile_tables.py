"""Tables that may be anything: each is refused with the place and the reason, and quickly."""

from __future__ import annotations

import csv
import zipfile
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from itembank.errors import UnreadableFile
from itembank.exchange import file_bytes, sheet_bombs
from itembank.exchange.item_file import ItemDefaults
from itembank.exchange.item_files import read_item_file, read_items

HEADER = ("criterion", "type", "stem", "options", "key", "difficulty_rating", "tolerance", "number")
ROW = ("DG101-1.1", "numeric", "เท่าใด", "", "", "3", "0.5", "12")


def table(tmp_path: Path, *rows: tuple[str, ...], **options: str) -> Path:
    file = tmp_path / "items.csv"
    with file.open("w", encoding=options.pop("encoding", "utf-8"), newline="") as lines:
        csv.writer(lines, **options).writerows((HEADER, *rows))  # type: ignore[arg-type]
    return file


def sheet(tmp_path: Path, *rows: tuple[object, ...]) -> Path:
    book = Workbook()
    for row in (HEADER, *rows):
        book.active.append(row)
    file = tmp_path / "items.xlsx"
    book.save(file)
    return file


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("utf-16", ","), ("cp874", ","), ("utf-8-sig", ";"), ("utf-8", "\t")]
)
def test_what_spreadsheets_write_is_read(tmp_path: Path, encoding: str, delimiter: str) -> None:
    (item,) = read_items(table(tmp_path, ROW, encoding=encoding, delimiter=delimiter))
    assert (item.content.stem, item.content.number) == ("เท่าใด", item.content.number)


def test_a_cell_of_a_megabyte_and_a_null_are_named_by_row_and_field(tmp_path: Path) -> None:
    long = ("DG101-1.1", "numeric", "ก" * 1_000_000, *ROW[3:])
    null = ("DG101-1.1", "numeric", "ก\0ข", *ROW[3:])
    first, second, third = read_item_file(table(tmp_path, long, null, ROW)).items
    assert (first.place, str(first.problems[0])) == ("line 2", "stem: at most 10000 characters")
    assert str(second.problems[0]).startswith("stem: text without null characters")
    assert third.item is not None


def test_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_bytes, "MOST_ITEMS", 2)
    for file in (table(tmp_path, ROW, ROW, ROW), sheet(tmp_path, ROW, ROW, ROW)):
        with pytest.raises(UnreadableFile, match="at most 2 items; split the file"):
            read_item_file(file)
    with pytest.raises(UnreadableFile, match=r"at most 1,000 bytes"):
        file_bytes.file_bytes(table(tmp_path, *[ROW] * 100), most=1000)
    with pytest.raises(UnreadableFile, match="line 2: sound CSV"):
        read_item_file(table(tmp_path, ("DG101-1.1", "numeric", "ก" * 5_000_001)))


def test_a_cell_at_the_end_of_the_sheet_is_refused_before_the_space_before_it_is_filled(tmp_path: Path) -> None:
    file = sheet(tmp_path, ROW)
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(file) as honest, zipfile.ZipFile(bomb, "w") as made:
        for name in honest.namelist():
            data = honest.read(name)
            if "worksheets" in name:
                data = data.replace(b'r="A2"', b'r="XFD1048576"')
            made.writestr(name, data)
    with pytest.raises(UnreadableFile, match=f"at most {sheet_bombs.MOST_ROWS:,} rows and 500 columns.*XFD1048576"):
        read_item_file(bomb)


def test_a_date_that_the_spreadsheet_made_of_a_text_is_named(tmp_path: Path) -> None:
    wrong, right = read_item_file(
        sheet(tmp_path, (*ROW[:6], "0.5", date(2026, 2, 1)), (*ROW[:6], 0.5, 0.0000001))
    ).items
    assert "number: a text; the spreadsheet made the date" in str(wrong.problems[0])
    assert right.item is not None
    assert right.item.content.number is not None
    assert right.item.content.number.value == "0.0000001"


def test_what_the_file_leaves_open_comes_from_the_defaults(tmp_path: Path) -> None:
    file = tmp_path / "items.csv"
    file.write_text(
        "type,stem,options,key,colour\ntrue_false,ใช่หรือไม่,ใช่\\nไม่,A,แดง\n".replace("\\n", "\n"), encoding="utf-8"
    )
    file.write_text('type,stem,options,key,colour\ntrue_false,ใช่หรือไม่,"ใช่\nไม่",A,แดง\n', encoding="utf-8")
    with pytest.raises(UnreadableFile, match="line 1: the columns criterion, difficulty_rating"):
        read_item_file(file)
    (read,) = read_item_file(file, defaults=ItemDefaults(criterion="DG101-1.1", difficulty_rating=5)).items
    assert read.item is not None
    assert (read.item.content.criterion, read.item.content.difficulty_rating) == ("DG101-1.1", 5)
    assert [loss.construct for loss in read.lost] == ["column colour"]


@pytest.mark.parametrize("ending", ["xlsx", "zip", "json", "csv", "xml", "txt", "exe"])
def test_what_is_none_of_them_is_refused_by_name(tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"what.{ending}"
    file.write_bytes(b"\x7fELF\x02\x01\x01\x00\xff\xff" * 100)
    with pytest.raises(UnreadableFile, match="what"):
        read_item_file(file)
    file.unlink()
    with pytest.raises(UnreadableFile, match="what"):
        read_item_file(file)
