"""Pairs that are alike: found in the background, decided by a person, and not found again."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlmodel import select

from itembank.authoring import enemy_proposals
from itembank.authoring.enemies import declare_enemies
from itembank.authoring.enemy_proposals import (
    ProposedEnemies,
    count_proposals,
    dismiss_proposal,
    item_code,
    propose_enemies,
    proposed_enemies,
    reopen_proposal,
)
from itembank.authoring.items import ItemView, move_item
from itembank.authoring.starter import starter_items
from itembank.database import Database
from itembank.errors import InvalidInput, NotAllowed, NotFound
from itembank.tables import AlikePair, AuditEntry, EnemyPair
from tests.itembank.authoring.written import TEXT, create, release, save
from tests.support.institution import NOON, Institution

Filled = tuple[Database, Institution]
PATTERN = next(content for code, content in starter_items() if code == "DG101-1.1-01")
WHY = "ถามคนละประเด็น"


def look(database: Database) -> None:
    while propose_enemies(database, now=NOON):
        pass


def proposed(database: Database, people: Institution, *, dismissed: bool = False) -> tuple[ProposedEnemies, ...]:
    with database.reading() as session:
        pairs = proposed_enemies(session, actor=people["reviewer"], dismissed=dismissed, limit=100)
        assert count_proposals(session, actor=people["reviewer"], dismissed=dismissed) == len(pairs)
        return pairs


def codes(pairs: tuple[ProposedEnemies, ...]) -> set[frozenset[str]]:
    return {frozenset((pair.first.code, pair.second.code)) for pair in pairs}


def copy(database: Database, people: Institution, **changes: object) -> ItemView:
    wording = {"stem": PATTERN.stem, "options": PATTERN.options} | changes
    return create(database, people, **wording)


def dismiss(database: Database, people: Institution, first: UUID, second: UUID, reason: str = WHY) -> None:
    with database.writing() as session:
        dismiss_proposal(session, actor=people["reviewer"], first=first, second=second, reason=reason, now=NOON)


def test_pairs_alike_are_proposed_until_somebody_decides(database: Database, institution: Institution) -> None:
    look(database)
    before = codes(proposed(database, institution))
    assert before == set()  # the shipped items are not alike
    one, two = copy(database, institution), copy(database, institution, criterion="DG101-1.2")
    copy(database, institution, criterion="DL101-1.1")  # another unit: no sitting draws on both
    assert propose_enemies(database, now=NOON) == 3
    assert propose_enemies(database, now=NOON) == 0
    pairs = proposed(database, institution)
    assert codes(pairs) == {
        frozenset(pair) for pair in ((one.code, two.code), (one.code, "DG101-1.1-01"), (two.code, "DG101-1.1-01"))
    }
    assert {pair.similarity for pair in pairs} == {1.0}
    with database.writing() as session:
        declare_enemies(
            session, actor=institution["reviewer"], item_id=one.id, code="DG101-1.1-01", reason=WHY, now=NOON
        )
    dismiss(database, institution, two.id, one.id)
    assert codes(proposed(database, institution)) == {frozenset((two.code, "DG101-1.1-01"))}
    put_aside = proposed(database, institution, dismissed=True)[0]
    assert (put_aside.dismissed_because, put_aside.dismissed_by, put_aside.dismissed_at) == (
        WHY,
        "ทดสอบ reviewer",
        NOON,
    )
    # A new version in the same words leaves what was decided; other words ask for another decision.
    newer = save(database, institution, two, stem=PATTERN.stem, options=PATTERN.options, source="ที่มา")
    look(database)
    assert codes(proposed(database, institution)) == {frozenset((two.code, "DG101-1.1-01"))}
    save(database, institution, newer, stem=PATTERN.stem + " กระบวนการ", options=PATTERN.options)
    look(database)
    assert frozenset((one.code, two.code)) in codes(proposed(database, institution))
    dismiss(database, institution, two.id, one.id)
    with database.writing() as session:
        reopen_proposal(session, actor=institution["reviewer"], first=one.id, second=two.id, now=NOON)
        assert item_code(session, actor=institution["reviewer"], item_id=one.id) == one.code
    assert proposed(database, institution, dismissed=True) == ()
    assert frozenset((one.code, two.code)) in codes(proposed(database, institution))
    with database.reading() as session:
        deeds = set(session.exec(select(AuditEntry.action).where(AuditEntry.subject_kind == "item")))
        assert {"item.dismiss_enemies", "item.reopen_enemies", "item.declare_enemies"} <= deeds
        assert session.exec(select(EnemyPair).where(EnemyPair.reason == WHY)).one()


def test_a_pair_that_is_no_longer_alike_is_no_longer_proposed(filled: Filled) -> None:
    database, people = filled
    item = copy(database, people)
    look(database)
    assert len(proposed(database, people)) == 1
    save(database, people, item, stem="คนละเรื่องกันโดยสิ้นเชิง", options=create(database, people).head.content.options)
    look(database)
    assert proposed(database, people) == ()
    with database.reading() as session:
        assert session.exec(select(AlikePair)).all() == []


def test_mates_and_retired_items_need_no_decision(filled: Filled) -> None:
    database, people = filled
    for _ in range(2):
        copy(database, people, criterion="DL101-1.1", testlet="T-5", stimulus=TEXT)
    retired = copy(database, people)
    release(database, people, retired)
    look(database)
    assert codes(proposed(database, people)) == {frozenset((retired.code, "DG101-1.1-01"))}
    with database.writing() as session:
        move_item(
            session, actor=people["psychometrician"], item_id=retired.id, move_name="retire", note="เก่า", now=NOON
        )
    assert proposed(database, people) == ()


def test_words_that_change_while_they_are_compared_are_compared_again(filled: Filled) -> None:
    database, people = filled
    look(database)
    item = copy(database, people)
    with database.writing() as session:
        # Between the comparison and its end somebody else saves: the batch must not mark what it has not seen.
        assert not enemy_proposals._take(session, item.id, -1)
    assert propose_enemies(database, now=NOON) == 1


def test_decisions_need_a_reason_a_role_and_a_pair(filled: Filled) -> None:
    database, people = filled
    item = copy(database, people)
    look(database)
    pair = proposed(database, people)[0]
    with pytest.raises(InvalidInput):
        dismiss(database, people, pair.first.id, pair.second.id, reason=" ")
    with pytest.raises(NotFound):
        dismiss(database, people, item.id, item.id)
    for who in ("candidate", "administrator", "judge"):
        with database.writing() as session:
            with pytest.raises(NotAllowed):
                dismiss_proposal(
                    session, actor=people[who], first=pair.first.id, second=pair.second.id, reason=WHY, now=NOON
                )
            with pytest.raises(NotAllowed):
                reopen_proposal(session, actor=people[who], first=pair.first.id, second=pair.second.id, now=NOON)
    for who in ("candidate", "judge"):
        with database.reading() as session:
            for read in (proposed_enemies, count_proposals):
                with pytest.raises(NotAllowed):
                    read(session, actor=people[who])
            with pytest.raises(NotAllowed):
                item_code(session, actor=people[who], item_id=item.id)
    with database.reading() as session, pytest.raises(NotFound):
        item_code(session, actor=people["writer"], item_id=UUID(int=1))
    assert len(proposed(database, people)) == 1


def test_an_empty_database_has_nothing_to_compare(database: Database) -> None:
    assert propose_enemies(database, now=NOON) == 0
