"""Items as Excel workbooks: what a person fills in is read, what is dangerous or broken is named."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from itembank.authoring.content import ItemType
from itembank.authoring.exchange import ExchangedItem
from itembank.errors import UnreadableFile
from itembank.exchange import item_sheets
from itembank.exchange.item_files import read_items, write_items
from itembank.exchange.item_table import COLUMNS
from tests.itembank.authoring.written import SINGLE

FILLED_IN = {
    "criterion": "DG101-1.1", "type": "multiple_choice", "stem": "ข้อใด", "options": "ก\nข\nค", "key": "ac",
    "difficulty_rating": 2,
}  # fmt: skip


def by_hand(file: Path, *rows: dict[str, object], sheet: str = "items") -> Path:
    book = Workbook()
    book.active.title = "notes"
    made = book.create_sheet(sheet) if sheet == "items" else book.active
    made.append(list(rows[0]))
    for row in rows:
        made.append(list(row.values()))
    book.save(file)
    return file


def test_what_a_person_fills_in_is_read(tmp_path: Path) -> None:
    filled = FILLED_IN | {"partial_credit": True, "id": None}
    (found,) = read_items(by_hand(tmp_path / "a.xlsx", filled))
    assert (found.code, found.content.key, found.content.difficulty_rating) == ("", (0, 2), 2)
    assert found.content.partial_credit
    # Without a sheet of that name the first one counts.
    assert read_items(by_hand(tmp_path / "b.xlsx", filled, sheet="notes")) == (found,)


def test_empty_rows_between_are_passed_over_and_a_wrong_one_is_named(tmp_path: Path) -> None:
    nothing = dict.fromkeys(FILLED_IN)
    assert len(read_items(by_hand(tmp_path / "a.xlsx", FILLED_IN, nothing, FILLED_IN))) == 2
    wrong = by_hand(tmp_path / "b.xlsx", FILLED_IN, nothing, FILLED_IN | {"key": "E"})
    with pytest.raises(UnreadableFile, match="row 4: key: letters from A to C, not 'E'"):
        read_items(wrong)


def test_the_template_has_lists_to_choose_from_and_explains_every_column(tmp_path: Path) -> None:
    file = tmp_path / "template.xlsx"
    write_items(file, ())
    assert read_items(file) == ()
    book = load_workbook(file)
    assert [cell.value for cell in book["items"][1]] == list(COLUMNS)
    offered = {rule.formula1 for rule in book["items"].data_validations.dataValidation}
    assert f'"{",".join(ItemType)}"' in offered
    assert [row[0].value for row in book["how to fill in"]] == list(COLUMNS)
    assert all(cell.value for row in book["how to fill in"] for cell in row)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(text=st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), min_size=1, max_size=20).filter(str.strip))
def test_any_text_comes_back_or_is_refused_by_name(tmp_path: Path, text: str) -> None:
    file = tmp_path / "items.xlsx"
    sent = ExchangedItem("X-01", "draft", replace(SINGLE, stem=text))
    if re.search("[\x00-\x08\x0b-\x1f\ufffe\uffff]", text):
        with pytest.raises(UnreadableFile, match="item X-01, stem: no control characters"):
            write_items(file, [sent])
        return
    write_items(file, [sent])
    assert read_items(file) == (sent,)


@pytest.mark.parametrize("text", ["=1+1", "+66", "@x", "-x", "'x", "_x0041_", "_x005F_x0041_"])
def test_a_text_is_never_a_formula_nor_anything_else(tmp_path: Path, text: str) -> None:
    file = tmp_path / "items.xlsx"
    sent = ExchangedItem("X-01", "draft", replace(SINGLE, stem=text))
    write_items(file, [sent])
    cell = load_workbook(file)["items"].cell(row=2, column=COLUMNS.index("stem") + 1)
    assert cell.data_type == "s"
    assert read_items(file) == (sent,)


def test_a_text_that_no_cell_holds_is_named(tmp_path: Path) -> None:
    options = tuple(replace(option, rationale="ก" * 5000) for option in SINGLE.options) * 2
    content = replace(
        SINGLE,
        options=tuple(replace(option, text=f"{place}", correct=place == 0) for place, option in enumerate(options[:8])),
    )
    with pytest.raises(UnreadableFile, match="item X-01, rationales: at most 32,767"):
        write_items(tmp_path / "items.xlsx", [ExchangedItem("X-01", "draft", content)])
    assert not (tmp_path / "items.xlsx").exists()


def test_what_is_no_workbook_is_named(tmp_path: Path) -> None:
    text, empty, other = (tmp_path / name for name in ("text.xlsx", "empty.xlsx", "other.xlsx"))
    text.write_text("id,stem")
    empty.write_bytes(b"")
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("a.txt", "x")
    for file in (text, empty, other, tmp_path / "missing.xlsx"):
        with pytest.raises(UnreadableFile, match=file.name):
            read_items(file)
    short = by_hand(tmp_path / "short.xlsx", {"id": "X", "stem": "ข้อใด"})
    with pytest.raises(UnreadableFile, match="row 1: the columns criterion, type, options, key, difficulty_rating"):
        read_items(short)


def test_a_workbook_that_unpacks_to_too_much_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = by_hand(tmp_path / "bomb.xlsx", FILLED_IN)
    monkeypatch.setattr(item_sheets, "MOST_BYTES_UNPACKED", 1000)
    with pytest.raises(UnreadableFile, match="at most 1,000 bytes when unpacked"):
        read_items(file)


def test_a_percentage_is_what_the_cell_shows(tmp_path: Path) -> None:
    number = FILLED_IN | {"type": "numeric", "options": None, "key": None, "number": 200, "tolerance": 0.125}
    file = by_hand(tmp_path / "percent.xlsx", number, number)
    book = load_workbook(file)
    cell = book["items"].cell(row=2, column=list(number).index("tolerance") + 1)
    cell.number_format = "0%"
    book.save(file)
    one, other = (found.content.number for found in read_items(file))
    assert one is not None
    assert other is not None
    assert (one.tolerance, one.percent, other.tolerance, other.percent) == ("12.5", True, "0.125", False)
    write_items(tmp_path / "template.xlsx", ())
    columns = load_workbook(tmp_path / "template.xlsx")["items"].column_dimensions
    assert columns["A"].number_format == "@"


def test_columns_of_one_name_and_cells_without_one_are_named(tmp_path: Path) -> None:
    twice = tmp_path / "twice.csv"
    twice.write_text("criterion,type,stem,options,key,difficulty_rating,stem\n", encoding="utf-8")
    with pytest.raises(UnreadableFile, match="line 1: one column named stem; column 3 and column 7"):
        read_items(twice)
    book = load_workbook(by_hand(tmp_path / "a.xlsx", FILLED_IN))
    book["items"].cell(row=2, column=len(FILLED_IN) + 2).value = "left over"
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(UnreadableFile, match="row 2: column 8: a name for column 8 in the header"):
        read_items(tmp_path / "a.xlsx")
    book["items"].cell(row=1, column=len(FILLED_IN) + 1).value = "key"
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(UnreadableFile, match="row 1: one column named key"):
        read_items(tmp_path / "a.xlsx")
