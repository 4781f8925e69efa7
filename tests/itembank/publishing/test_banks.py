"""Banks: numbered snapshots, one in force, taken back by one more row."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from sqlmodel import select

from engine.blueprints.blueprint import Blueprint
from engine.design import ExamDesign, prepare_exam
from engine.response_models import ItemPool
from engine.simulation.simulate import simulate
from itembank.actor import COMMAND_LINE
from itembank.authoring.items import list_items, move_item, save_item
from itembank.authoring.starter import starter_items
from itembank.database import Database
from itembank.errors import InvalidInput, NotAllowed, NotFound, NothingToPublish
from itembank.framework.starter import load_starter_standard
from itembank.framework.store import store_framework
from itembank.publishing import pools
from itembank.publishing.banks import (
    bank_in_force,
    bank_view,
    in_force_history,
    list_banks,
    publish_bank,
    reinstate_bank,
    unpublished_changes,
)
from itembank.publishing.parameters import Parameters, prior_parameters
from itembank.publishing.pools import unit_pool
from itembank.tables import BankItem, Sitting
from tests.itembank.authoring.test_items import question
from tests.support.banks import publish_another
from tests.support.institution import NOON, Institution
from tests.support.sitting import answer_once, begin

Filled = tuple[Database, Institution]


def test_before_any_data_difficulty_comes_from_the_writers_rating() -> None:
    found = [prior_parameters(rating).difficulty for rating in range(1, 6)]
    assert found == sorted(found)
    assert found[2] == 0
    assert len(set(found)) == 5
    assert prior_parameters(3).source == "prior"


def test_ability_intervals_are_honest_before_any_data() -> None:
    """Items are scored by guesses here; were the guesses taken for the truth, 90 % intervals would hold 85 %."""
    draws = np.random.default_rng(1)
    guesses = [prior_parameters(int(rating)) for rating in draws.choice([2, 3, 3, 4], 40)]
    believed = _pool([guess.discrimination for guess in guesses], [guess.difficulty for guess in guesses])
    held = []
    for bank in range(12):
        slopes = np.exp(guesses[0].se_discrimination * draws.standard_normal(40))
        truth = _pool(slopes, [guess.difficulty + guess.se_difficulty * draws.standard_normal() for guess in guesses])
        design = ExamDesign(blueprint=Blueprint(), minimum_length=20, maximum_length=20, selection="random")
        report = simulate(prepare_exam(design, believed), examinees=150, seed=bank, true_pool=truth)
        held.append(report.interval_coverage)
    assert np.mean(held) == pytest.approx(0.9, abs=0.02)


def _pool(discrimination: Sequence[float] | np.ndarray, difficulty: Sequence[float]) -> ItemPool:
    names = tuple(f"item {place}" for place in range(len(difficulty)))
    blank = ("",) * len(names)
    return ItemPool(names, np.asarray(discrimination), np.asarray(difficulty), blank, blank, blank)


@pytest.mark.usefixtures("institution")
def test_items_stand_in_the_same_order_on_every_database(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Like items are taken in the order of the pool, so a database's own idea of order would change a replay."""
    monkeypatch.setattr(pools, "_kept", {})
    with database.writing() as session:
        bank = bank_in_force(session)
        rows = session.exec(select(BankItem).where(BankItem.bank_id == bank.id, BankItem.unit == "DG100")).all()
        for place, row in enumerate(rows):
            row.item_code = f"{'aB'[place % 2]}-{place}"
            session.add(row)
        session.flush()
        found = unit_pool(session, bank_id=bank.id, unit="DG100").pool.item_ids
    assert list(found) == sorted(found)
    assert found[0].startswith("B")


def test_a_bank_is_a_snapshot_that_later_edits_do_not_touch(database: Database, institution: Institution) -> None:
    writer, reviewer, measurer = (institution[name] for name in ("writer", "reviewer", "psychometrician"))
    with database.writing() as session:
        line = list_items(session, actor=writer, criterion="DG101-1.1")[0][0]
        save_item(session, actor=writer, item_id=line.id, content=question("ฉบับใหม่"), started_from=1, now=NOON)
        assert unpublished_changes(session) == 0
        for actor, name in ((writer, "submit"), (reviewer, "approve"), (measurer, "release")):
            move_item(session, actor=actor, item_id=line.id, move_name=name, now=NOON)
        assert unpublished_changes(session) == 2  # one version in, one out
        first = bank_in_force(session)
        second = publish_bank(session, actor=measurer, now=NOON, note="ข้อใหม่")
        assert unpublished_changes(session) == 0
        old = unit_pool(session, bank_id=first.id, unit="DG100")
        new = unit_pool(session, bank_id=second.id, unit="DG100")
    place = new.pool.index_of(line.code)
    assert (second.number, second.in_force, second.items) == (2, True, len(starter_items()))
    assert new.contents[place].stem == "ฉบับใหม่"
    assert old.contents[old.pool.index_of(line.code)].stem != "ฉบับใหม่"


def test_a_sitting_stays_with_its_bank_when_another_comes_into_force(filled: Filled) -> None:
    database, people = filled
    view = begin(database, actor=people["candidate"], exam_id=people.exam, now=NOON)
    with database.writing() as session:
        bank = bank_in_force(session)
        rows = session.exec(select(BankItem).where(BankItem.bank_id == bank.id)).all()
        calibrated = {
            row.item_version_id: Parameters("2pl", 1.3, row.difficulty + 1, 0.1, 0.1, "calibration", 300)
            for row in rows
            if row.model == "2pl"
        }
        publish_bank(session, actor=people["psychometrician"], now=NOON, calibrated=calibrated)
    after = answer_once(database, actor=people["candidate"], view=view, now=NOON)
    other = begin(database, actor=people["candidate2"], exam_id=people.exam, now=NOON)
    with database.reading() as session:
        sittings = [session.get_one(Sitting, sitting_id) for sitting_id in (after.id, other.id)]
        numbers = [bank_view(session, bank_id=sitting.bank_id).number for sitting in sittings]
    assert numbers == [1, 2]


def test_calibrated_parameters_stay_until_new_ones_come(filled: Filled) -> None:
    database, people = filled
    measurer = people["psychometrician"]
    with database.writing() as session:
        first = bank_in_force(session)
        some = session.exec(select(BankItem).where(BankItem.bank_id == first.id)).first()
        assert some is not None
        known = Parameters("2pl", 1.7, 0.42, 0.11, 0.07, "calibration", 250)
        publish_bank(session, actor=measurer, now=NOON, calibrated={some.item_version_id: known})
        third = publish_another(session, actor=measurer)
        kept = session.get(BankItem, (third.id, some.item_version_id))
    assert kept is not None
    assert (kept.discrimination, kept.difficulty, kept.parameter_source, kept.n_responses) == (
        1.7, 0.42, "calibration", 250,
    )  # fmt: skip


def test_an_earlier_bank_is_put_back_with_a_reason(filled: Filled) -> None:
    database, people = filled
    measurer = people["psychometrician"]
    with database.writing() as session:
        publish_another(session, actor=measurer, note="second")
        with pytest.raises(InvalidInput, match="reason"):
            reinstate_bank(session, actor=measurer, number=1, reason=" ", now=NOON)
        with pytest.raises(NotFound):
            reinstate_bank(session, actor=measurer, number=9, reason="why", now=NOON)
        back = reinstate_bank(session, actor=measurer, number=1, reason="พบค่าผิดปกติ", now=NOON)
        listed = [(bank.number, bank.in_force) for bank in list_banks(session, actor=measurer)]
        history = [(entry.number, entry.reason) for entry in in_force_history(session, actor=measurer)]
    assert back.in_force
    assert listed == [(2, False), (1, True)]
    assert history == [(1, "พบค่าผิดปกติ"), (2, "second"), (1, "the first bank")]


def test_pressing_twice_publishes_and_puts_back_once(database: Database, institution: Institution) -> None:
    measurer = institution["psychometrician"]
    with database.writing() as session:
        second = publish_another(session, actor=measurer, note="second")
        again = publish_bank(session, actor=measurer, now=NOON, note="second")
        for _ in range(2):
            reinstate_bank(session, actor=measurer, number=1, reason="พบค่าผิดปกติ", now=NOON)
        history = [entry.number for entry in in_force_history(session, actor=measurer)]
    assert again == second
    assert history == [1, 2, 1]


def test_those_who_publish_at_once_come_one_after_the_other(database: Database, institution: Institution) -> None:
    def publish(number: int) -> int:
        with database.writing() as session:
            return publish_another(session, actor=institution["psychometrician"], by=number + 1.0).number

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(publish, range(6))) == [2, 3, 4, 5, 6, 7]


def test_only_psychometricians_publish(filled: Filled) -> None:
    database, people = filled
    with database.writing() as session:
        for username in ("candidate", "writer", "reviewer", "administrator"):
            with pytest.raises(NotAllowed):
                publish_bank(session, actor=people[username], now=NOON)
            with pytest.raises(NotAllowed):
                reinstate_bank(session, actor=people[username], number=1, reason="x", now=NOON)
        with pytest.raises(NotAllowed):
            list_banks(session, actor=people["candidate"])


def test_an_empty_bank_is_not_published(database: Database) -> None:
    with database.writing() as session:
        store_framework(session, actor=COMMAND_LINE, framework=load_starter_standard(), now=NOON)
        with pytest.raises(NothingToPublish):
            publish_bank(session, actor=COMMAND_LINE, now=NOON)
        with pytest.raises(NotFound):
            bank_in_force(session)


def test_a_standard_is_stored_once_and_a_changed_one_says_what_differs(database: Database) -> None:
    framework = load_starter_standard()
    with database.writing() as session:
        first = store_framework(session, actor=COMMAND_LINE, framework=framework, now=NOON)
        renamed_file = replace(framework, source_name="another.txt", source_sha256="0" * 64)
        again = store_framework(session, actor=COMMAND_LINE, framework=renamed_file, now=NOON)
        unit = replace(framework.units[0], title="ชื่อใหม่")
        changed = replace(framework, units=(unit, *framework.units[1:]))
        second = store_framework(session, actor=COMMAND_LINE, framework=changed, now=NOON)
    assert (first.created, first.standard.version) == (True, 1)
    assert (again.created, again.standard.id) == (False, first.standard.id)
    assert (second.created, second.standard.version) == (True, 2)
    assert len(second.standard.differences) == 1
    assert "DG100" in str(second.standard.differences[0])


def test_a_new_version_or_another_standard_does_not_stop_the_exams(filled: Filled) -> None:
    database, people = filled
    framework = load_starter_standard()
    unit = replace(framework.units[0], title="ชื่อใหม่")
    with database.writing() as session:
        first = bank_in_force(session)
        new_version = replace(framework, units=(unit, *framework.units[1:]))
        store_framework(session, actor=COMMAND_LINE, framework=new_version, now=NOON + timedelta(days=1))
        assert bank_in_force(session).id == first.id
        second = publish_bank(session, actor=people["psychometrician"], now=NOON + timedelta(days=1))
        other = replace(framework, title="มาตรฐานอาชีพอื่น")
        store_framework(session, actor=COMMAND_LINE, framework=other, now=NOON + timedelta(days=2))
        with pytest.raises(NotFound):
            bank_in_force(session)
        assert bank_in_force(session, standard_id=first.standard_id).id == second.id
        with pytest.raises(NothingToPublish):  # its items belong to the other standard
            publish_bank(session, actor=people["psychometrician"], now=NOON + timedelta(days=2))
    assert (second.number, second.items) == (2, len(starter_items()))
    view = begin(database, actor=people["candidate"], exam_id=people.exam, now=NOON + timedelta(days=3))
    assert view.question is not None


def test_parameters_from_simulated_answers_mark_their_bank_and_those_that_inherit_them(filled: Filled) -> None:
    database, people = filled
    measurer = people["psychometrician"]
    with database.writing() as session:
        first = bank_in_force(session)
        some = session.exec(select(BankItem).where(BankItem.bank_id == first.id)).first()
        assert some is not None
        known = {some.item_version_id: Parameters("2pl", 1.7, 0.42, 0.11, 0.07, "calibration", 250)}
        second = publish_bank(session, actor=measurer, now=NOON, calibrated=known, simulated_data=True)
        line = list_items(session, actor=measurer, criterion="DG101-1.2")[0][0]
        move_item(session, actor=measurer, item_id=line.id, move_name="retire", note="ทดสอบ", now=NOON)
        third = publish_bank(session, actor=measurer, now=NOON)
    assert [first.simulated_data, second.simulated_data, third.simulated_data] == [False, True, True]
