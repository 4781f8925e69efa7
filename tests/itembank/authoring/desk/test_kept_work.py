"""What is typed is kept for its writer alone until it is saved or discarded, on both databases."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlmodel import select

from itembank.actor import COMMAND_LINE
from itembank.authoring.content import CognitiveLevel, ItemContent, ItemType, Option
from itembank.authoring.desk import kept_work as desk
from itembank.authoring.desk.kept_work import clear_desk, keep_work, kept_work, sweep_desks, unsaved_work
from itembank.authoring.desk.work_of_others import OPEN_FOR, work_of_others
from itembank.authoring.items import create_item, save_item
from itembank.database import Database
from itembank.errors import EditConflict, InvalidInput, NotAllowed, NotFound
from itembank.tables import DeskDraft, Item
from tests.support.institution import NOON, Institution

CONTENT = ItemContent(
    criterion="DG101-1.1",
    type=ItemType.SINGLE_CHOICE,
    cognitive_level=CognitiveLevel.APPLY,
    difficulty_rating=3,
    language="th",
    stem="ข้อใดเป็นหน้าที่ของผู้บริหาร",
    options=(Option("กำหนดนโยบาย", True), Option("เขียนโปรแกรม", False)),
)
KEY = UUID("6c1d8a52-6a0f-4e55-9d1f-2f6f5e0c7a11")
FIELDS = {"stem": ["ข้อใด"], "correct": ["1", "2"]}


def test_a_new_item_in_work_is_kept_until_it_is_saved(database: Database, institution: Institution) -> None:
    writer = institution["writer"]
    with database.writing() as session:
        # Only looking at the empty form keeps nothing.
        assert keep_work(session, actor=writer, key=KEY, fields=None, started_from=0, now=NOON) is None
        assert keep_work(session, actor=writer, key=KEY, fields=FIELDS, started_from=0, now=NOON) == NOON
    later = NOON + timedelta(seconds=5)
    with database.writing() as session:
        keep_work(session, actor=writer, key=KEY, fields={"stem": ["ข้อใดถูก"]}, started_from=0, now=later)
        # A question without new text leaves what is kept.
        assert keep_work(session, actor=writer, key=KEY, fields=None, started_from=0, now=later) == later
    with database.writing() as session:
        work = kept_work(session, actor=writer, key=KEY)
        assert (work.fields, work.item_id, work.saved_at) == ({"stem": ["ข้อใดถูก"]}, None, later)
        assert unsaved_work(session, actor=writer) == (work,)
        assert unsaved_work(session, actor=institution["writer2"]) == ()
        for call in (kept_work, clear_desk):
            with pytest.raises(NotAllowed):
                call(session, actor=institution["writer2"], key=KEY)
        with pytest.raises(NotAllowed):
            keep_work(session, actor=institution["writer2"], key=KEY, fields=FIELDS, started_from=0, now=NOON)
        item = create_item(session, actor=writer, content=CONTENT, now=NOON, item_id=KEY)
        clear_desk(session, actor=writer, key=KEY)
        # Typed before the saving and come after it.
        assert keep_work(session, actor=writer, key=KEY, fields=FIELDS, started_from=0, now=later) is None
        with pytest.raises(NotFound):
            kept_work(session, actor=writer, key=item.id)


def test_each_writer_has_one_draft_of_an_item(database: Database, institution: Institution) -> None:
    with database.writing() as session:
        item = session.exec(select(Item).where(Item.code == "DG101-1.1-01")).one()
        for who, text in (("writer", "ก"), ("writer2", "ข"), ("writer", "ค")):
            keep_work(
                session, actor=institution[who], item_id=item.id, fields={"stem": [text]}, started_from=1, now=NOON
            )
    with database.writing() as session:
        mine, other = (kept_work(session, actor=institution[who], item_id=item.id) for who in ("writer", "writer2"))
        assert (mine.fields, other.fields) == ({"stem": ["ค"]}, {"stem": ["ข"]})
        assert (mine.code, mine.started_from) == ("DG101-1.1-01", 1)
        clear_desk(session, actor=institution["writer"], item_id=item.id)
        assert unsaved_work(session, actor=institution["writer"]) == ()
        assert unsaved_work(session, actor=institution["writer2"]) == (other,)


def test_who_edits_is_told_of_others(database: Database, institution: Institution) -> None:
    writer, other = institution["writer"], institution["writer2"]
    with database.writing() as session:
        item_id = create_item(session, actor=writer, content=CONTENT, now=NOON).id
        keep_work(session, actor=other, item_id=item_id, fields=None, started_from=1, now=NOON)
        told = work_of_others(session, actor=writer, item_id=item_id, started_from=1, now=NOON + timedelta(seconds=30))
        assert [(one.name, one.since) for one in told.open_elsewhere] == [(other.display_name, NOON)]
        assert told.newer is None
        gone = work_of_others(session, actor=writer, item_id=item_id, started_from=1, now=NOON + OPEN_FOR)
        assert gone.open_elsewhere == ()
        # Looking alone leaves nothing to go on with.
        with pytest.raises(NotFound):
            kept_work(session, actor=other, item_id=item_id)
        again = CONTENT.to_dict() | {"stem": "โจทย์ที่แก้แล้ว"}
        save_item(session, actor=other, item_id=item_id, content=ItemContent.from_dict(again), started_from=1, now=NOON)
        told = work_of_others(session, actor=writer, item_id=item_id, started_from=1, now=NOON)
        assert told.newer is not None
        assert (told.newer.number, told.newer.writer_name) == (2, other.display_name)


def test_what_can_not_be_kept_is_refused(filled: tuple[Database, Institution], monkeypatch: pytest.MonkeyPatch) -> None:
    database, people = filled
    monkeypatch.setattr(desk, "MOST_NEW_ITEMS", 1)
    with database.writing() as session:
        for fields in ({"stem": ["ก" * (desk.MAXIMUM_CHARACTERS + 1)]}, {"stem": ["ก\0"]}, {"stem": ["\ud800"]}):
            with pytest.raises(InvalidInput):
                keep_work(session, actor=people["writer"], key=KEY, fields=fields, started_from=0, now=NOON)
        with pytest.raises(InvalidInput):
            keep_work(session, actor=people["writer"], fields=FIELDS, started_from=0, now=NOON)
        with pytest.raises(NotFound):
            keep_work(session, actor=people["writer"], item_id=KEY, fields=FIELDS, started_from=0, now=NOON)
        with pytest.raises(NotFound):
            work_of_others(session, actor=people["writer"], item_id=KEY, started_from=0, now=NOON)
        keep_work(session, actor=people["writer"], key=KEY, fields=FIELDS, started_from=0, now=NOON)
        with pytest.raises(InvalidInput, match="at most 1 new items"):
            keep_work(session, actor=people["writer"], key=uuid4(), fields=FIELDS, started_from=0, now=NOON)
        for actor in (people["reviewer"], people["candidate"], COMMAND_LINE):
            with pytest.raises(NotAllowed):
                unsaved_work(session, actor=actor)
        with pytest.raises(NotAllowed):
            work_of_others(session, actor=people["reviewer"], item_id=KEY, started_from=0, now=NOON)


def test_the_same_request_twice_makes_one_item(database: Database, institution: Institution) -> None:
    made = []
    for _ in range(2):
        with database.writing() as session:
            made.append(create_item(session, actor=institution["writer"], content=CONTENT, now=NOON, item_id=KEY))
    assert made[0].code == made[1].code == "DG101-1.1-06"
    assert len(made[1].versions) == 1
    other = ItemContent.from_dict(CONTENT.to_dict() | {"stem": "อีกโจทย์หนึ่ง"})
    with pytest.raises(EditConflict), database.writing() as session:
        create_item(session, actor=institution["writer"], content=other, now=NOON, item_id=KEY)


def test_an_item_that_was_closed_is_open_since_it_was_opened_again(filled: tuple[Database, Institution]) -> None:
    database, people = filled
    again = NOON + timedelta(hours=3)
    with database.writing() as session:
        item_id = create_item(session, actor=people["writer"], content=CONTENT, now=NOON).id
        for now in (NOON, NOON + timedelta(seconds=20), again, again + timedelta(seconds=20)):
            keep_work(session, actor=people["writer2"], item_id=item_id, fields=None, started_from=1, now=now)
        told = work_of_others(session, actor=people["writer"], item_id=item_id, started_from=1, now=again)
        assert [one.since for one in told.open_elsewhere] == [again]


def test_items_merely_opened_are_forgotten_after_a_day(filled: tuple[Database, Institution]) -> None:
    database, people = filled
    with database.writing() as session:
        item_id = create_item(session, actor=people["writer"], content=CONTENT, now=NOON).id
        keep_work(session, actor=people["writer"], item_id=item_id, fields=FIELDS, started_from=1, now=NOON)
        keep_work(session, actor=people["writer2"], item_id=item_id, fields=None, started_from=1, now=NOON)
    assert sweep_desks(database, now=NOON + timedelta(hours=23)) == 0
    assert sweep_desks(database, now=NOON + timedelta(hours=25)) == 1
    with database.reading() as session:
        assert [row.person_id for row in session.exec(select(DeskDraft))] == [people["writer"].person_id]


def test_the_second_press_of_a_double_click_is_no_conflict(filled: tuple[Database, Institution]) -> None:
    database, people = filled
    again = ItemContent.from_dict(CONTENT.to_dict() | {"stem": "โจทย์ที่แก้แล้ว"})
    with database.writing() as session:
        item_id = create_item(session, actor=people["writer"], content=CONTENT, now=NOON).id
        numbers = [
            save_item(
                session, actor=people["writer"], item_id=item_id, content=again, started_from=1, now=NOON
            ).head.number
            for _ in range(2)
        ]
        assert numbers == [2, 2]
        with pytest.raises(EditConflict):
            save_item(session, actor=people["writer2"], item_id=item_id, content=again, started_from=1, now=NOON)
