"""Testlets: one unit, one text, and what differs is found before a bank is published."""

from __future__ import annotations

from dataclasses import replace

import pytest

from itembank.authoring.content import ItemType
from itembank.authoring.drafts import ItemDraft, draft_problems, mates_with_another_text
from itembank.authoring.item_types.question import Answer
from itembank.authoring.items import list_items, move_item, save_item
from itembank.authoring.review import answer_in_review
from itembank.authoring.testlets import (
    MemberOfTestlet,
    check_one_unit,
    check_published_testlets,
    known_testlets,
    mates_in_testlet,
)
from itembank.authoring.version_differences import version_differences
from itembank.database import Database
from itembank.errors import InvalidInput, NotAllowed, TornTestlet
from itembank.framework.starter import load_starter_standard
from itembank.publishing.banks import publish_bank
from tests.itembank.authoring.written import SEVERAL, SINGLE, TEXT, create, release, save
from tests.support.institution import NOON, Institution

Filled = tuple[Database, Institution]
MEMBER = {"testlet": "T-01", "stimulus": TEXT}


def test_mates_are_found_by_their_newest_version(database: Database, institution: Institution) -> None:
    one, two, three = (create(database, institution, **MEMBER) for _ in range(3))
    create(database, institution, testlet="T-02", stimulus=TEXT)
    save(database, institution, three, testlet="", stimulus="")
    with database.reading() as session:
        writer = institution["writer"]
        mates = mates_in_testlet(session, actor=writer, testlet="T-01", item_id=one.id)
        assert [(mate.code, mate.stimulus) for mate in mates] == [(two.code, TEXT)]
        assert [mate.code for mate in mates_in_testlet(session, actor=writer, testlet="T-01")] == [one.code, two.code]
        assert mates_in_testlet(session, actor=writer, testlet="") == ()
        assert known_testlets(session, actor=writer) == ("Dlit100-hotel", "T-01", "T-02")
        assert list_items(session, actor=writer, search="t-01")[1] == 2
        assert list_items(session, actor=writer, search="สองพันคน")[1] == 3
        with pytest.raises(NotAllowed):
            mates_in_testlet(session, actor=institution["candidate"], testlet="T-01")
        with pytest.raises(NotAllowed):
            known_testlets(session, actor=institution["candidate"])


def test_a_testlet_stays_in_one_unit(filled: Filled) -> None:
    database, people = filled
    one = create(database, people, **MEMBER)
    with pytest.raises(InvalidInput, match=f"unit Dlit100; {one.code} of T-01 is in unit DG100"):
        create(database, people, criterion="Dlit101-1.1", **MEMBER)
    elsewhere = create(database, people, criterion="Dlit101-1.1")
    with pytest.raises(InvalidInput, match="DG100"):
        save(database, people, elsewhere, **MEMBER)
    # The only one of a testlet may move with it, and other elements of the unit may share it.
    moved = save(database, people, one, criterion="Dlit101-1.1")
    assert moved.head.content.testlet == "T-01"
    assert create(database, people, criterion="Dlit102-2.1", **MEMBER).unit == "Dlit100"


def test_a_draft_hears_of_it_before_it_is_saved(filled: Filled) -> None:
    database, people = filled
    one = create(database, people, **MEMBER)
    draft = ItemDraft.of(replace(SINGLE, criterion="Dlit101-1.1", **MEMBER))
    with database.reading() as session:
        writer = people["writer"]
        problems = draft_problems(session, actor=writer, draft=draft)
        assert [problem.details["reason"] for problem in problems] == ["testlet_unit"]
        assert draft_problems(session, actor=writer, draft=draft, item_id=one.id) == ()
        both = replace(draft, criterion="DTR104-4.1", stem="")
        reasons = [problem.details["reason"] for problem in draft_problems(session, actor=writer, draft=both)]
        assert reasons == ["criterion_not_written", "stem_missing"]
        assert draft.content() == replace(SINGLE, criterion="Dlit101-1.1", **MEMBER)


def test_another_text_is_a_warning_until_publishing_refuses(filled: Filled) -> None:
    database, people = filled
    one, two = (release(database, people, create(database, people, **MEMBER)) for _ in range(2))
    with database.writing() as session:
        publish_bank(session, actor=people["psychometrician"], now=NOON)
    changed = save(database, people, one, stimulus=f"{TEXT} แก้ไข")
    with database.reading() as session:
        found = mates_with_another_text(
            session, actor=people["writer"], testlet="T-01", stimulus=f"{TEXT} แก้ไข", item_id=one.id
        )
    assert [mate.code for mate in found] == [two.code]
    release(database, people, changed)
    with pytest.raises(TornTestlet, match=f"T-01.*{one.code}, {two.code}"), database.writing() as session:
        publish_bank(session, actor=people["psychometrician"], now=NOON)
    release(database, people, save(database, people, two, stimulus=f"{TEXT} แก้ไข"))
    with database.writing() as session:
        publish_bank(session, actor=people["psychometrician"], now=NOON)


def test_a_bank_with_a_testlet_over_two_units_is_refused() -> None:
    member = replace(SINGLE, **MEMBER)
    check_published_testlets([("A", "DG100", member), ("B", "DG100", member), ("C", "DT600", SINGLE)])
    with pytest.raises(TornTestlet, match="A, B"):
        check_published_testlets([("B", "DT600", member), ("A", "DG100", member)])


def test_versions_show_what_changed_of_the_shared_text(filled: Filled) -> None:
    database, people = filled
    item = create(database, people, **MEMBER)
    with database.writing() as session:
        parts = replace(SEVERAL, partial_credit=True, testlet="T-02", stimulus=f"{TEXT} เพิ่ม")
        save_item(session, actor=people["writer"], item_id=item.id, content=parts, started_from=1, now=NOON)
    with database.reading() as session:
        found = version_differences(session, actor=people["reviewer"], item_id=item.id)
    assert "".join(passage.text for passage in found.before.wording.stimulus) == TEXT
    assert [passage.text for passage in found.after.wording.stimulus if passage.changed] == [" เพิ่ม"]
    changes = {change.field: (change.before, change.after) for change in found.fields}
    assert changes == {
        "type": ("single_choice", "multiple_choice"),
        "partial_credit": ("no", "yes"),
        "testlet": ("T-01", "T-02"),
    }
    assert not found.same_wording


def test_a_reviewer_agrees_only_with_the_whole_key(filled: Filled) -> None:
    database, people = filled
    item = create(database, people, type=ItemType.MULTIPLE_CHOICE, options=SEVERAL.options, partial_credit=True)
    with database.writing() as session:
        move_item(session, actor=people["writer"], item_id=item.id, move_name="submit", now=NOON)
    with database.reading() as session:
        for selected, agrees in (((0, 2, 3), True), ((0, 2), False), ((0,), False)):
            reviewed = answer_in_review(
                session, actor=people["reviewer"], item_id=item.id, answer=Answer(tuple(selected))
            )
            assert reviewed.agrees is agrees


def test_a_member_with_a_criterion_that_is_gone_does_not_bind() -> None:
    members = [MemberOfTestlet("OLD-1", "T-01", "XX1-1.1")]
    check_one_unit(replace(SINGLE, **MEMBER), item="", members=members, framework=load_starter_standard())
