"""What a bank takes in: trials, enemies, testlets, times, and what it refuses before a candidate could meet it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from itembank.actor import COMMAND_LINE
from itembank.authoring.enemies import declare_enemies
from itembank.authoring.items import move_item, save_item
from itembank.database import Database
from itembank.delivery.exam_planning import examinable_units
from itembank.errors import BankTooSmall, InvalidInput, NothingToPublish
from itembank.publishing.banks import BankView, bank_in_force, publish_bank, unpublished_changes
from itembank.publishing.parameters import Parameters
from itembank.publishing.pools import unit_pool
from itembank.tables import AskedItem, BankItem, EnemyPair, Item, ItemVersion, RecordedAnswer, Sitting
from tests.support.institution import NOON, Institution
from tests.support.richer_bank import CRITERION, add_item, content, publish_richer_bank

Filled = tuple[Database, Institution]


def publish(session: Session, people: Institution) -> BankView:
    """Publish once more."""
    return publish_bank(session, actor=people["psychometrician"], now=NOON)


def rows_of(session: Session, bank: UUID) -> dict[str, BankItem]:
    """Give a bank's rows of DG100 by code; the operational version's where there are two."""
    query = select(BankItem).where(BankItem.bank_id == bank, BankItem.unit == "DG100")
    return {row.item_code: row for row in session.exec(query.order_by(col(BankItem.pretest).desc()))}


def test_a_bank_holds_what_is_used_and_what_is_tried_out(database: Database, institution: Institution) -> None:
    with database.writing() as session:
        before = bank_in_force(session).id
        bank = publish_richer_bank(session, institution)
        rows = rows_of(session, bank.id)
        parts = [row for row in rows.values() if row.model == "gpcm"]
        old = {row.item_version_id: row for row in rows_of(session, before).values()}
        units = {unit.code: unit for unit in examinable_units(session, actor=institution["administrator"])}
        pool = unit_pool(session, bank_id=bank.id, unit="DG100")
    assert sum(row.pretest for row in rows.values()) == 4
    assert {row.testlet for row in rows.values()} == {"", "ID-CARDS"}
    assert [row.enemies for row in parts] == [[parts[1].item_code], [parts[0].item_code]]
    assert all(len(row.parameters["thresholds"]) == 2 for row in parts)
    assert rows["DG101-1.1-01"].attributes.keys() == {"cognitive_level", "item_type"}
    assert all(
        row.difficulty == old[row.item_version_id].difficulty for row in rows.values() if row.item_version_id in old
    )
    assert (units["DG100"].items, units["DG100"].pretest_items) == (24, 4)
    assert (len(pool.pool), pool.rated, len(pool.item_ids)) == (24, 24, 28)
    assert [pool.index_of_item[item_id] for item_id in pool.item_ids] == list(range(28))
    assert [pool.index_of_version[version] for version in pool.versions] == list(range(28))


def test_trials_and_enemies_are_changes_to_publish(filled: Filled) -> None:
    database, people = filled
    with database.writing() as session:
        assert unpublished_changes(session) == 0
        add_item(session, people, content("ลองใช้"), to="pretest")
        assert unpublished_changes(session) == 1
        first = session.exec(select(Item.id).where(Item.code == "DG101-1.1-01")).one()
        declare_enemies(session, actor=people["writer"], item_id=first, code="DG101-1.1-02", reason="เฉลยกัน", now=NOON)
        assert unpublished_changes(session) == 3
        number = publish(session, people).number
        assert unpublished_changes(session) == 0
        assert publish(session, people).number == number


def test_a_new_version_on_trial_leaves_the_old_one_in_use(filled: Filled) -> None:
    database, people = filled
    with database.writing() as session:
        item = session.exec(select(Item).where(Item.code == "DG101-1.1-01")).one()
        save_item(session, actor=people["writer"], item_id=item.id, content=content("ใหม่"), started_from=1, now=NOON)
        for move in ("submit", "approve", "pretest"):
            actor = people["writer"] if move == "submit" else COMMAND_LINE
            move_item(session, actor=actor, item_id=item.id, move_name=move, now=NOON)
        pool = unit_pool(session, bank_id=publish(session, people).id, unit="DG100")
    assert "DG101-1.1-01" in pool.pool.item_ids
    assert pool.pretest_pool is not None
    assert pool.pretest_pool.item_ids == ("DG101-1.1-01 (v2)",)
    assert pool.pretest_enemies == (("DG101-1.1-01 (v2)", "DG101-1.1-01"),)
    assert pool.contents[pool.index_of_item["DG101-1.1-01 (v2)"]].stem == "ใหม่"


def test_parameters_of_another_kind_of_item_are_refused(filled: Filled) -> None:
    database, people = filled
    with database.writing() as session:
        item_id = add_item(session, people, content("ให้คะแนนบางส่วน", in_parts=True))
        version = session.exec(select(ItemVersion.id).where(ItemVersion.item_id == item_id)).one()
        wrong = {version: Parameters("2pl", 1.0, 0.0, 0.1, 0.1, "calibration", 300)}
        with pytest.raises(InvalidInput, match="scores from 0 to 2, not to 1"):
            publish_bank(session, actor=people["psychometrician"], now=NOON, calibrated=wrong)


def test_items_that_contradict_one_another_are_refused_when_published(filled: Filled) -> None:
    database, people = filled
    with database.writing() as session:
        ids = [add_item(session, people, content(stem, testlet="T")) for stem in ("หนึ่ง", "สอง")]
        first, second = sorted(ids)
        # The authoring desk refuses this; a bank must not rely on it.
        pair = EnemyPair(first_item_id=first, second_item_id=second, reason="x", declared_by="x", declared_at=NOON)
        session.add(pair)
        session.flush()
        with pytest.raises(InvalidInput, match=r"items: .*testlet"):
            publish(session, people)


def test_trials_alone_are_no_bank(filled: Filled) -> None:
    database, people = filled
    with database.writing() as session:
        add_item(session, people, content("ลองใช้"), to="pretest")
        for version in session.exec(select(ItemVersion).where(ItemVersion.state == "operational")):
            version.state = "retired"
        with pytest.raises(NothingToPublish):
            publish(session, people)


def test_a_unit_of_nothing_but_trials_can_not_be_examined(filled: Filled) -> None:
    database, people = filled
    with database.writing() as session:
        add_item(session, people, content("ลองใช้"), to="pretest")
        for version in session.exec(
            select(ItemVersion).where(ItemVersion.state == "operational", col(ItemVersion.criterion).startswith("DG10"))
        ):
            version.state = "retired"
        bank = publish(session, people)
        assert "DG100" not in {unit.code for unit in examinable_units(session, actor=people["administrator"])}
        with pytest.raises(BankTooSmall, match="no item for unit DG100"):
            unit_pool(session, bank_id=bank.id, unit="DG100")


def record_times(session: Session, people: Institution, version: UUID, seconds: list[int], *, simulated: bool) -> None:
    """Record answers to an item version that took so many seconds each, in a sitting of their own."""
    person = people["candidate2" if simulated else "candidate"].person_id
    assert person is not None
    bank = bank_in_force(session)
    sitting = Sitting(
        exam_id=people.exam, person_id=person, bank_id=bank.id, unit="DG100", design={}, seed=1,
        started_at=NOON, finished_at=NOON, simulated=simulated,
    )  # fmt: skip
    session.add(sitting)
    session.flush()
    for position, took in enumerate(seconds, start=1):
        asked = NOON + timedelta(minutes=10 * position)
        session.add(
            AskedItem(sitting_id=sitting.id, position=position, item_version_id=version, decision={}, asked_at=asked)
        )
        session.add(
            RecordedAnswer(
                sitting_id=sitting.id, position=position, item_version_id=version, selected=[0], score=1,
                answered_at=asked + timedelta(seconds=took),
            )
        )  # fmt: skip
    session.flush()


def test_the_expected_time_is_the_median_of_twenty_real_answers(filled: Filled) -> None:
    database, people = filled
    with database.writing() as session:
        first = bank_in_force(session)
        rows = rows_of(session, first.id)
        version = rows["DG101-1.1-01"].item_version_id
        record_times(session, people, version, [500] * 40, simulated=True)
        record_times(session, people, version, [*range(21, 40)], simulated=False)
        assert publish(session, people).number == first.number  # nineteen tell nothing yet
        real = session.exec(select(Sitting).where(col(Sitting.simulated).is_(False))).one()
        asked = NOON + timedelta(hours=20)
        session.add(AskedItem(sitting_id=real.id, position=90, item_version_id=version, decision={}, asked_at=asked))
        session.add(
            RecordedAnswer(
                sitting_id=real.id, position=90, item_version_id=version, selected=[0], score=1,
                answered_at=asked + timedelta(hours=3),
            )
        )  # fmt: skip
        session.flush()
        timed = publish(session, people)
        found = rows_of(session, timed.id)
        assert timed.number == first.number + 1
        assert {code: row.expected_seconds for code, row in found.items() if row.expected_seconds} == {
            "DG101-1.1-01": 30.5
        }


def test_a_new_version_is_expected_to_take_as_long_as_its_item_did(filled: Filled) -> None:
    database, people = filled
    with database.writing() as session:
        item = session.exec(select(Item).where(Item.code == "DG101-1.1-01")).one()
        version = rows_of(session, bank_in_force(session).id)["DG101-1.1-01"].item_version_id
        record_times(session, people, version, [33] * 20, simulated=False)
        save_item(session, actor=people["writer"], item_id=item.id, content=content("ใหม่"), started_from=1, now=NOON)
        for move in ("submit", "approve", "release"):
            actor = people["writer"] if move == "submit" else COMMAND_LINE
            move_item(session, actor=actor, item_id=item.id, move_name=move, now=NOON)
        row = rows_of(session, publish(session, people).id)["DG101-1.1-01"]
        assert row.item_version_id != version
        assert (row.expected_seconds, row.criterion) == (33.0, CRITERION)
