"""The list of items: searched in what people see, narrowed, sorted, paged and counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from itembank.actor import COMMAND_LINE
from itembank.authoring.content import ItemType, Option, Translation
from itembank.authoring.flaws.flaw import Rule
from itembank.authoring.flaws.lint import flaws_of
from itembank.authoring.item_list import ItemOrder, Narrowing, list_items, writers
from itembank.authoring.items import create_item
from itembank.authoring.lifecycle import ItemState
from itembank.authoring.searched_text import folded
from itembank.authoring.starter import starter_items
from itembank.authoring.translations import TranslatedOption
from itembank.database import Database
from itembank.errors import NotAllowed
from itembank.tables import ItemVersion, ItemWords
from tests.itembank.authoring.written import SINGLE, create, save
from tests.support.institution import NOON, Institution

Filled = tuple[Database, Institution]
STARTER = dict(starter_items())


def found(session: Session, search: str) -> list[str]:
    lines, count = list_items(session, actor=COMMAND_LINE, search=search, limit=500)
    assert count == len(lines)
    return [line.code for line in lines]


def narrowed(session: Session, **wanted: object) -> list[str]:
    lines, count = list_items(session, actor=COMMAND_LINE, narrowing=Narrowing(**wanted), limit=1000)  # type: ignore[arg-type]
    assert count == len(lines)
    return [line.code for line in lines]


def test_texts_are_found_as_people_see_them(database: Database, institution: Institution) -> None:
    item = create(
        database,
        institution,
        stem="ข้อใด**ไม่ใช่**คำสั่งของ `50%_off`\nในทะเล\u200bหมอก",
        options=(Option("น้ำตกเย็น", correct=True, rationale="ตามแนวทาง ZEBRA"), Option("เเกร่งกาย", correct=False)),
        source="คู่มือ พ.ศ. 2599",
        translations=(
            Translation("en", "Which is NOT a command?", (TranslatedOption("Kindness"), TranslatedOption("Force"))),
        ),
    )
    with database.reading() as session:
        seen = (
            "ข้อใดไม่ใช่คำสั่ง", "ในทะเลหมอก", "50%_OFF", "นํ้าตกเย็น", "แกร่งกาย", "zebra", "2599", "kindness",
            "kindness command", item.code, "คำสั่งของ แกร่งกาย", "  ข้อใดไม่ใช่คำสั่ง  ",
        )  # fmt: skip
        assert [text for text in seen if found(session, text) != [item.code]] == []
        # Signs that stand for any text in the database's own patterns are only themselves here.
        for text in ("50_%off", "50%x", "kindness zz", "zz kindness"):
            assert found(session, text) == []
        assert len(found(session, "%")) < len(STARTER) // 2
        assert len(found(session, " ")) == len(STARTER) + 1


def test_only_the_newest_wording_is_found(filled: Filled) -> None:
    database, people = filled
    item = create(database, people, stem="คำเดิมจระเข้")
    save(database, people, item, stem="คำใหม่ฮิปโป")
    with database.reading() as session:
        assert found(session, "จระเข้") == []
        assert found(session, "ฮิปโป") == [item.code]
        assert len(session.exec(select(ItemWords).where(ItemWords.item_id == item.id)).all()) == 1


def test_a_search_agrees_with_reading_every_item(filled: Filled) -> None:
    """Against the plain way: look into the texts of every shipped item."""
    with filled[0].reading() as session:
        for text in ("ข้อมูลส่วนบุคคล", "PDF", "2562", "QR Code"):
            parts = folded(text).split()
            expected = []
            for code, content in STARTER.items():
                texts = [content.stem, content.stimulus, content.source, content.rationale, content.testlet, code]
                texts += [part for option in content.options for part in (option.text, option.rationale)]
                whole = folded("\n".join(texts))
                if all(part in whole for part in parts):
                    expected.append(code)
            assert expected
            assert found(session, text) == sorted(expected)


def test_lists_are_narrowed_by_each_property_and_by_all_at_once(filled: Filled) -> None:
    database, people = filled
    mine = create(
        database, people, difficulty_rating=5, type=ItemType.TRUE_FALSE, language="en", stem="A router joins networks.",
        options=(Option("True", correct=True), Option("False", correct=False)),
    )  # fmt: skip
    flawed = {code for code, content in STARTER.items() if flaws_of(content)} | {mine.code}
    with database.reading() as session:
        assert set(narrowed(session, difficulty_rating=5)) == {
            mine.code, *(code for code, content in STARTER.items() if content.difficulty_rating == 5),
        }  # fmt: skip
        assert mine.code in narrowed(session, type=ItemType.TRUE_FALSE)
        assert mine.code not in narrowed(session, type=ItemType.SINGLE_CHOICE)
        assert narrowed(session, language="en") == [mine.code]
        assert narrowed(session, writer="ทดสอบ writer") == [mine.code]
        assert set(narrowed(session, flawed=True)) == flawed
        assert mine.code in narrowed(session, rule=Rule.MISSING_RATIONALE)
        assert narrowed(session, unexplained=True) == [mine.code]  # the shipped ones all have their reasons
        assert narrowed(session, mine=True) == []  # the command line writes nothing of its own
        lines, count = list_items(session, actor=people["writer"], narrowing=Narrowing(mine=True))
        assert ([line.code for line in lines], count) == ([mine.code], 1)
        all_at_once = Narrowing(
            type=ItemType.TRUE_FALSE, difficulty_rating=5, language="en", writer="ทดสอบ writer", mine=True, flawed=True
        )
        lines, _ = list_items(
            session, actor=people["writer"], criterion="DG100", state=ItemState.DRAFT, search="router",
            narrowing=all_at_once,
        )  # fmt: skip
        assert [line.code for line in lines] == [mine.code]
        known = {writer.name: writer.key for writer in writers(session, actor=people["reviewer"])}
        assert known["ทดสอบ writer"] == str(people["writer"].person_id)
        assert narrowed(session, writer=known["ทดสอบ writer"]) == [mine.code]


def test_lists_are_sorted_and_pages_join_without_gaps(filled: Filled) -> None:
    database, people = filled
    with database.writing() as session:
        for days in (3, -3):
            content = replace(SINGLE, stem=f"ข้อ {days}")
            create_item(
                session, actor=people["writer"], content=content, now=NOON + timedelta(days=days), code=f"Z{days}"
            )
    with database.reading() as session:
        orders = {order: narrowed(session, order=order) for order in ItemOrder}
        for codes in orders.values():
            assert sorted(codes) == orders[ItemOrder.CODE]
        assert orders[ItemOrder.CODE] == sorted(orders[ItemOrder.CODE])
        assert (orders[ItemOrder.NEWEST][0], orders[ItemOrder.OLDEST][0]) == ("Z3", "Z-3")
        ratings = [STARTER[code].difficulty_rating for code in orders[ItemOrder.EASIEST] if code in STARTER]
        assert ratings == sorted(ratings)
        ratings = [STARTER[code].difficulty_rating for code in orders[ItemOrder.HARDEST] if code in STARTER]
        assert ratings == sorted(ratings, reverse=True)
        assert set(orders[ItemOrder.STATE][:2]) == {"Z3", "Z-3"}  # drafts come first in an item's life
        joined: list[str] = []
        for offset in range(0, 460, 100):
            lines, count = list_items(
                session, actor=COMMAND_LINE, narrowing=Narrowing(order=ItemOrder.HARDEST), offset=offset, limit=100
            )
            joined += [line.code for line in lines]
            assert count == len(orders[ItemOrder.CODE])
        assert joined == orders[ItemOrder.HARDEST]
        assert list_items(session, actor=COMMAND_LINE, offset=9999) == ((), len(joined))
        assert list_items(session, actor=COMMAND_LINE, search="ไม่มีคำนี้", offset=9999) == ((), 0)


def test_lists_leave_retired_items_out_where_asked(filled: Filled) -> None:
    database, _ = filled
    with database.writing() as session:
        row = session.exec(select(ItemVersion).where(ItemVersion.criterion == "DG101-1.1")).first()
        assert row is not None
        row.state = ItemState.RETIRED.value
        session.add(row)
    with database.reading() as session:
        assert len(narrowed(session)) == len(narrowed(session, retired=False)) + 1


def test_only_those_who_work_on_the_bank_see_lists(filled: Filled) -> None:
    database, people = filled
    with database.reading() as session:
        for who in ("candidate", "judge"):
            for read in (list_items, writers):
                with pytest.raises(NotAllowed):
                    read(session, actor=people[who])
