"""Items as files: enemies, testlets and partial credit come back as they went out, through CSV and JSON."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from itembank.actor import COMMAND_LINE
from itembank.authoring.enemies import enemies
from itembank.authoring.exchange import ExchangedEnemy, ExchangedItem, export_items, import_items, starter_rows
from itembank.authoring.items import list_items
from itembank.authoring.starter import starter_items
from itembank.database import Database
from itembank.errors import UnreadableFile
from itembank.exchange.item_files import read_items, write_items
from tests.itembank.authoring.written import SEVERAL, SINGLE, TEXT
from tests.support.institution import NOON, Institution

Filled = tuple[Database, Institution]
MEMBER = replace(SINGLE, testlet="T-01", stimulus=TEXT)
PARTS = replace(SEVERAL, partial_credit=True)


def item(code: str, content: Any = SINGLE, *enemies: tuple[str, str]) -> ExchangedItem:
    return ExchangedItem(code, "draft", content, tuple(ExchangedEnemy(*enemy) for enemy in enemies))


def take_in(database: Database, items: Sequence[ExchangedItem], *, preview: bool = False) -> tuple[str, ...]:
    with database.writing() as session:
        return import_items(
            session, actor=COMMAND_LINE, items=items, file="/somewhere/items.csv", now=NOON, preview=preview
        )


def exported(database: Database) -> dict[str, ExchangedItem]:
    with database.reading() as session:
        return {found.code: found for found in export_items(session, actor=COMMAND_LINE)}


@pytest.mark.parametrize("ending", ["csv", "json", "xlsx"])
def test_a_bank_goes_to_another_database_and_loses_nothing(filled: Filled, tmp_path: Path, ending: str) -> None:
    database, _ = filled
    sent = [
        item("X-01", MEMBER),
        item("X-02", replace(MEMBER, stem="ข้อสองของชุด"), ("X-03", "บอกคำตอบ: ตัวเลือก ก")),
        item("X-03", PARTS, ("DG101-1.1-01", "ถามเรื่องเดียวกัน"), ("X-02", "บอกคำตอบ: ตัวเลือก ก")),
    ]
    assert take_in(database, sent) == ("X-01", "X-02", "X-03")
    one = tmp_path / f"one.{ending}"
    found = exported(database)
    assert [found[code] for code in ("X-01", "X-02", "X-03")] == sent
    assert found["DG101-1.1-01"].enemies == (ExchangedEnemy("X-03", "ถามเรื่องเดียวกัน"),)
    write_items(one, found.values())
    assert read_items(one) == tuple(found.values())


@pytest.mark.parametrize("ending", ["csv", "json", "xlsx"])
def test_the_shipped_items_go_out_with_their_enemies(filled: Filled, tmp_path: Path, ending: str) -> None:
    database, _ = filled
    file = tmp_path / f"starter.{ending}"
    write_items(file, starter_rows())
    assert read_items(file) == starter_rows() == tuple(exported(database).values())


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=12)
LINE = CELL.map(lambda text: " ".join(text.split()))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    stimulus=CELL.filter(str.strip),
    parts=st.booleans(),
    foes=st.lists(st.tuples(st.from_regex(r"[A-Za-z0-9.-]{1,8}", fullmatch=True), LINE), max_size=3),
    ending=st.sampled_from(["csv", "json"]),
)
def test_whatever_is_written_reads_back_the_same(
    tmp_path: Path, stimulus: str, parts: bool, foes: list[tuple[str, str]], ending: str
) -> None:
    file = tmp_path / f"items.{ending}"
    sent = item("X-01", replace(PARTS, testlet="T-01", stimulus=stimulus, partial_credit=parts), *foes)
    write_items(file, [sent])
    assert read_items(file) == (sent,)


@pytest.mark.parametrize("text", ["=1+1", "'=1+1", "''-x", "'quoted'", "+66", "@x"])
def test_no_cell_is_run_as_a_formula_and_every_one_comes_back(tmp_path: Path, text: str) -> None:
    file = tmp_path / "items.csv"
    sent = item("X-01", replace(SINGLE, stimulus=text))
    write_items(file, [sent])
    with file.open(encoding="utf-8-sig", newline="") as lines:
        cell = next(csv.DictReader(lines))["stimulus"]
    assert not cell.startswith(("=", "+", "-", "@"))
    assert read_items(file) == (sent,)


def test_files_of_before_read_as_they_did(tmp_path: Path) -> None:
    columns = ("id", "criterion", "type", "stem", "options", "key", "difficulty_rating")
    sheet = tmp_path / "items.csv"
    with sheet.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(columns)
        writer.writerow(("X-01", "DG101-1.1", "multiple_choice", "ข้อใด", "ก\nข\nค", "AB", "2"))
    (found,) = read_items(sheet)
    assert (found.content.testlet, found.content.stimulus, found.content.partial_credit, found.enemies) == (
        "", "", False, (),
    )  # fmt: skip


@pytest.mark.parametrize(("cell", "expected"), [("Yes", True), ("TRUE", True), ("ใช่", True), ("0", False), ("", False)])
def test_spreadsheets_say_yes_in_their_own_words(tmp_path: Path, cell: str, expected: bool) -> None:
    assert read_items(_sheet(tmp_path, partial_credit=cell))[0].content.partial_credit is expected


def _sheet(tmp_path: Path, **cells: str) -> Path:
    file = tmp_path / "items.csv"
    write_items(file, [item("X-01", PARTS)])
    with file.open(encoding="utf-8-sig", newline="") as lines:
        row = next(csv.DictReader(lines)) | cells
    with file.open("w", encoding="utf-8-sig", newline="") as lines:
        writer = csv.DictWriter(lines, row)
        writer.writeheader()
        writer.writerow(row)
    return file


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"partial_credit": "maybe"}, "line 2: partial_credit: yes or no, not 'maybe'"),
        ({"testlet": "T-01"}, "line 2: stimulus: the text"),
        ({"testlet": "T 01", "stimulus": TEXT}, "line 2: testlet: a code without blanks"),
    ],
)
def test_a_wrong_cell_is_named_with_its_row(tmp_path: Path, cells: dict[str, str], message: str) -> None:
    with pytest.raises(UnreadableFile, match=message):
        read_items(_sheet(tmp_path, **cells))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"enemies": "X-02"}, "item 1: enemies: an array of objects"),
        ({"enemies": ["X-02"]}, "item 1: enemies: an array of objects"),
        ({"partial_credit": "yes"}, "item 1: partial_credit: true or false"),
    ],
)
def test_a_wrong_value_in_json_is_named_with_its_item(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    file = tmp_path / "items.json"
    file.write_text(json.dumps([PARTS.to_dict() | {"id": "X-01"} | change]), encoding="utf-8")
    with pytest.raises(UnreadableFile, match=message):
        read_items(file)


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ([item("X-01", SINGLE, ("X-09", ""))], "item X-01: enemies: codes of other items.*'X-09'"),
        ([item("X-01", SINGLE, ("X-01", ""))], "not 'X-01'"),
        ([item("", SINGLE, ("", ""))], "item number 1: enemies"),
        ([item("X-01", MEMBER, ("X-02", "")), item("X-02", MEMBER)], "item X-01: enemies: .*X-02 belongs to T-01"),
        ([item("X-01", MEMBER), item("X-02", replace(MEMBER, criterion="Dlit101-1.1"))], "X-01: testlet: .*Dlit100"),
        ([item("", MEMBER), item("", replace(MEMBER, criterion="Dlit101-1.1"))], "number 1: testlet: .*number 2"),
        ([item("X-01", SINGLE, ("DG101-1.1-01", "ก" * 2001))], "item X-01: reason: at most 2000"),
    ],
)
def test_an_import_that_can_not_stand_is_refused_in_the_preview_too(
    filled: Filled, items: list[ExchangedItem], message: str
) -> None:
    database, people = filled
    for preview in (True, False):
        with pytest.raises(UnreadableFile, match=message):
            take_in(database, items, preview=preview)
    with database.reading() as session:
        assert list_items(session, actor=people["writer"])[1] == len(starter_items())


def test_a_pair_named_from_both_sides_is_one_and_keeps_the_reason_given(filled: Filled) -> None:
    database, people = filled
    given_once = [item("X-01", SINGLE, ("X-02", "")), item("X-02", SINGLE, ("X-01", "ถามเรื่องเดียวกัน"))]
    assert take_in(database, given_once, preview=True) == ("X-01", "X-02")
    take_in(database, [*given_once, item("X-03", SINGLE, ("X-01", ""))])
    with database.reading() as session:
        lines, _ = list_items(session, actor=people["writer"], search="X-01")
        found = enemies(session, actor=people["writer"], item_id=lines[0].id)
    assert [(enemy.code, enemy.reason, enemy.declared_by) for enemy in found] == [
        ("X-02", "ถามเรื่องเดียวกัน", "samat"),
        ("X-03", "file items.csv", "samat"),
    ]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"options": [{"text": None, "correct": True}, {"text": "b"}]}, "options.1.text: a text, not null"),
        ({"options": [{"text": "a", "correct": True}, {"text": ["x"]}]}, r"options.2.text: a text, not \["),
        ({"source": None}, "source: a text, not null"),
        ({"stem": {"th": "ก"}}, "stem: a text, not {"),
        ({"accepted": [True]}, "accepted.1: a text, not true"),
    ],
)
def test_what_is_no_text_never_becomes_one(tmp_path: Path, change: dict[str, object], words: str) -> None:
    file = tmp_path / "items.json"
    write_items(file, [ExchangedItem("X-01", "draft", SINGLE)])
    (document,) = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps([document | change]), encoding="utf-8")
    with pytest.raises(UnreadableFile, match=words):
        read_items(file)
