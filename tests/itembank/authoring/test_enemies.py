"""Enemy items: symmetric, with a reason, on record, and never of one testlet."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import col, select

from itembank.actor import COMMAND_LINE, Role
from itembank.authoring import starter
from itembank.authoring.enemies import EnemyView, declare_enemies, enemies, enemies_of, part_enemies
from itembank.authoring.items import ItemView
from itembank.authoring.starter import install_starter_bank, starter_enemies, starter_items
from itembank.database import Database
from itembank.errors import AlreadyExists, InvalidInput, NotAllowed, NotFound, UnreadableFile
from itembank.tables import AuditEntry, EnemyPair, Item
from tests.itembank.authoring.written import TEXT, create, release, save
from tests.support.institution import NOON, Institution

Filled = tuple[Database, Institution]
WHY = "ตัวเลือกของข้อหนึ่งบอกคำตอบของอีกข้อ"


def declare(
    database: Database, people: Institution, item_id: UUID, code: str, *, who: str = "writer", reason: str = WHY
) -> tuple[EnemyView, ...]:
    with database.writing() as session:
        return declare_enemies(session, actor=people[who], item_id=item_id, code=code, reason=reason, now=NOON)


def part(database: Database, people: Institution, item: ItemView, code: str, reason: str = WHY) -> None:
    with database.writing() as session:
        part_enemies(session, actor=people["reviewer"], item_id=item.id, code=code, reason=reason, now=NOON)


def codes(database: Database, people: Institution, item: ItemView) -> list[str]:
    with database.reading() as session:
        return [enemy.code for enemy in enemies(session, actor=people["administrator"], item_id=item.id)]


def test_enemies_are_each_others_whoever_is_asked(database: Database, institution: Institution) -> None:
    one, two, three = (create(database, institution, stem=f"ข้อ {n}") for n in "กขค")
    found = declare(database, institution, one.id, f" {two.code} ")
    assert [(enemy.id, enemy.stem, enemy.reason, enemy.declared_by) for enemy in found] == [
        (two.id, "ข้อ ข", WHY, "ทดสอบ writer")
    ]
    declare(database, institution, three.id, one.code, who="psychometrician")
    assert codes(database, institution, one) == [two.code, three.code]
    assert codes(database, institution, two) == [one.code]
    with database.reading() as session:
        assert enemies_of(session, [one.id, two.id]) == {one.id: {two.id}, two.id: {one.id}}
        assert enemies_of(session, [two.id, three.id]) == {two.id: frozenset(), three.id: frozenset()}
        all_three = enemies_of(session, [one.id, two.id, three.id])
    assert all_three == {one.id: {two.id, three.id}, two.id: {one.id}, three.id: {one.id}}
    part(database, institution, two, one.code)
    assert codes(database, institution, one) == [three.code]


def test_every_step_is_on_record(filled: Filled) -> None:
    database, people = filled
    one, two = create(database, people), create(database, people)
    declare(database, people, one.id, two.code)
    part(database, people, one, two.code, "แก้ตัวเลือกแล้ว")
    with database.reading() as session:
        rows = session.exec(
            select(AuditEntry).where(col(AuditEntry.action).like("item.%enemies")).order_by(col(AuditEntry.id))
        ).all()
    assert [(row.action, row.actor_name, row.subject, row.details) for row in rows] == [
        ("item.declare_enemies", "ทดสอบ writer", one.code, {"enemy": two.code, "reason": WHY}),
        ("item.part_enemies", "ทดสอบ reviewer", one.code, {"enemy": two.code, "reason": "แก้ตัวเลือกแล้ว"}),
    ]


def test_saying_it_twice_changes_nothing_but_another_reason_is_a_conflict(filled: Filled) -> None:
    database, people = filled
    one, two = create(database, people), create(database, people)
    first = declare(database, people, one.id, two.code)
    assert declare(database, people, one.id, two.code, who="reviewer") == first
    assert [enemy.id for enemy in declare(database, people, two.id, one.code)] == [one.id]
    with pytest.raises(AlreadyExists, match="enemy pair"):
        declare(database, people, two.id, one.code, reason="อีกเหตุผลหนึ่ง")
    with database.reading() as session:
        assert len(session.exec(select(EnemyPair).where(EnemyPair.reason == WHY)).all()) == 1
    part(database, people, one, two.code)
    with pytest.raises(NotFound, match="enemy pair"):
        part(database, people, one, two.code)


@pytest.mark.parametrize(
    ("code", "reason", "field"),
    [
        ("DG101-1.1-99", WHY, "code"),
        ("", WHY, "code"),
        ("DG101-1.1-01", "  ", "reason"),
        ("DG101-1.1-01", "ก" * 2001, "reason"),
        ("DG101-1.1-01", "ก\0", "reason"),
    ],
)
def test_a_declaration_needs_another_item_and_a_reason(filled: Filled, code: str, reason: str, field: str) -> None:
    database, people = filled
    item = create(database, people)
    with pytest.raises(InvalidInput) as refusal:
        declare(database, people, item.id, code, reason=reason)
    assert refusal.value.details["field"] == field


def test_an_item_is_not_its_own_enemy_and_an_unknown_one_has_none(filled: Filled) -> None:
    database, people = filled
    item = create(database, people)
    with pytest.raises(InvalidInput, match="another item"):
        declare(database, people, item.id, item.code)
    with pytest.raises(NotFound, match="item"):
        declare(database, people, UUID(int=0), item.code)
    with database.reading() as session, pytest.raises(NotFound):
        enemies(session, actor=people["writer"], item_id=UUID(int=0))


def test_only_those_who_read_questions_with_care_declare(filled: Filled) -> None:
    database, people = filled
    item = create(database, people)
    for username, role in (("candidate", Role.CANDIDATE), ("administrator", Role.ADMINISTRATOR)):
        assert people[username].has(role)
        with pytest.raises(NotAllowed):
            declare(database, people, item.id, "DG101-1.1-01", who=username)
    with database.reading() as session, pytest.raises(NotAllowed):
        enemies(session, actor=people["candidate"], item_id=item.id)


def test_items_of_one_testlet_are_no_enemies(filled: Filled) -> None:
    database, people = filled
    one, two = (create(database, people, testlet="T-01", stimulus=TEXT) for _ in range(2))
    outside = create(database, people)
    with pytest.raises(InvalidInput, match=f"{two.code} belongs to T-01"):
        declare(database, people, one.id, two.code)
    declare(database, people, one.id, outside.code)
    with pytest.raises(InvalidInput, match=f"{one.code} belongs to T-01") as refusal:
        save(database, people, outside, testlet="T-01", stimulus=TEXT)
    assert refusal.value.details["field"] == "testlet"


def test_an_item_that_left_a_testlet_on_paper_only_is_still_no_enemy_there(filled: Filled) -> None:
    database, people = filled
    one, two = (create(database, people, testlet="T-01", stimulus=TEXT) for _ in range(2))
    release(database, people, one)
    leaving = save(database, people, one, testlet="", stimulus="")
    with pytest.raises(InvalidInput, match="T-01"):
        declare(database, people, two.id, one.code)
    release(database, people, leaving)
    assert [enemy.code for enemy in declare(database, people, two.id, one.code)] == [one.code]


def test_the_shipped_pairs_come_with_their_items_and_stay_parted(filled: Filled) -> None:
    database, people = filled
    shipped = starter_enemies()
    items = dict(starter_items())
    assert len(shipped) >= 3
    assert all(
        reason.strip() and items[one].criterion[:4] == items[other].criterion[:4] for one, other, reason in shipped
    )
    first, second, _ = shipped[0]
    with database.reading() as session:
        item = session.exec(select(Item).where(Item.code == first)).one()
        (enemy,) = enemies(session, actor=people["writer"], item_id=item.id)
    assert (enemy.code, enemy.reason, enemy.declared_by) == (second, shipped[0][2], "Samat")
    with database.writing() as session:
        part_enemies(session, actor=people["reviewer"], item_id=item.id, code=second, reason=WHY, now=NOON)
        install_starter_bank(session, actor=COMMAND_LINE, now=NOON)
    with database.reading() as session:
        assert enemies(session, actor=people["writer"], item_id=item.id) == ()


@pytest.mark.parametrize("pair", [["Dlit101-1.1-01", "Dlit101-1.1-01"], ["Dlit101-1.1-01", "X-01"]])
def test_a_shipped_pair_of_anything_but_two_shipped_items_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, pair: list[str]
) -> None:
    items = starter_items()
    (tmp_path / "starter").mkdir()
    (tmp_path / "starter" / "enemies.json").write_text(json.dumps([{"items": pair, "reason": WHY}]), encoding="utf-8")
    monkeypatch.setattr(starter, "files", lambda package: tmp_path)
    starter_enemies.cache_clear()
    with pytest.raises(UnreadableFile, match="two shipped items"):
        starter_enemies()
    starter_enemies.cache_clear()
    assert starter_items() is items
