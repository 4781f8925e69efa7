"""Diagnostics of runs on recorded sittings: what is loaded, what stays in the record, who may read it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import numpy as np
import pytest
from sqlalchemy import update
from sqlmodel import col, select

from calibration.responses import ResponseData
from itembank.calibration_runs import runs
from itembank.calibration_runs.recorded_responses import load_responses
from itembank.calibration_runs.states import RunState
from itembank.calibration_runs.work import execute_run
from itembank.database import Database
from itembank.delivery.exams import propose_design
from itembank.diagnostics import circumstances
from itembank.diagnostics.circumstances import Circumstances, is_adaptive, load_circumstances
from itembank.diagnostics.reading import run_diagnostics
from itembank.diagnostics.record import latest_diagnostics, read_diagnostics
from itembank.errors import NotAllowed, NotFound
from itembank.framework.store import current_standard
from itembank.tables import AskedItem, BankItem, CalibrationRun, EnemyPair, ItemVersion, RecordedAnswer, Sitting
from tests.itembank.calibration_runs.conftest import stored
from tests.itembank.calibration_runs.test_runs import Measured, decide, done, requested
from tests.support.institution import NOON


def loaded(database: Database) -> tuple[ResponseData, Circumstances]:
    with database.reading() as session:
        standard_id = current_standard(session).id
        data = load_responses(session, standard_id=standard_id, unit="DG100").data
        return data, load_circumstances(session, data, standard_id=standard_id, unit="DG100")


def test_every_answer_gets_its_own_circumstances(measured: Measured, monkeypatch: pytest.MonkeyPatch) -> None:
    database, _ = measured
    monkeypatch.setattr(circumstances, "_ROWS_AT_A_TIME", 64)
    with database.writing() as session:
        first = session.exec(select(RecordedAnswer).limit(1)).one()
        away = (first.sitting_id, first.position)
        first.answered_at += timedelta(hours=2)
        version = session.exec(select(BankItem.item_version_id).where(BankItem.unit == "DG100").limit(1)).one()
        session.connection().execute(
            update(BankItem).where(col(BankItem.item_version_id) == version).values(pretest=True)
        )
        drawn = session.exec(select(AskedItem).where(AskedItem.item_version_id == version)).all()
        for number, one in enumerate(drawn):
            one.decision = one.decision | {"by_chance": number % 2 == 0, "considered": 1 if number == 1 else 5}
        session.connection().execute(update(Sitting).where(col(Sitting.id) == first.sitting_id).values(simulated=False))
    data, found = loaded(database)
    asked = {(row.sitting_id, row.position): row for row in stored(database, AskedItem)}
    rows = {(row.sitting_id, row.item_version_id): row for row in stored(database, RecordedAnswer)}
    assert len(rows) == data.n_responses
    by_chance = 0
    for place in range(data.n_responses):
        name = UUID(data.person_ids[data.person[place]]), UUID(data.item_ids[data.item[place]])
        row = rows[name]
        seconds = (row.answered_at - asked[name[0], row.position].asked_at).total_seconds()
        assert found.position[place] == row.position
        assert found.answered_at[place] == row.answered_at.timestamp()
        known = (name[0], row.position) != away
        assert found.seconds[place] == pytest.approx(seconds) if known else np.isnan(found.seconds[place])
        by_chance += int(found.unselected[place])
        assert not found.unselected[place] or name[1] == version
    assert by_chance == -(-len(drawn) // 2) + 1
    assert (int((~found.simulated).sum()), bool(found.adaptive.all())) == (1, True)
    assert found.versions.keys() == set(data.item_ids)


def test_pairs_of_enemies_come_along(measured: Measured) -> None:
    database, _ = measured
    with database.writing() as session:
        ids = sorted(session.exec(select(ItemVersion.item_id).limit(2)).all())
        session.add(
            EnemyPair(first_item_id=ids[0], second_item_id=ids[1], reason="เฉลยกัน", declared_by="ก", declared_at=NOON)
        )
    _, found = loaded(database)
    assert frozenset(ids) in found.enemies


def test_a_design_is_adaptive_unless_chance_asks_and_nothing_but_length_ends(measured: Measured) -> None:
    database, institution = measured
    with database.reading() as session:
        design = propose_design(session, actor=institution["administrator"], unit="DG100")
    assert is_adaptive(design.to_dict())
    at_random = replace(design, selection="random")
    assert is_adaptive(at_random.to_dict())  # it ends when the verdict is sure
    assert not is_adaptive(replace(at_random, stop_rule="length").to_dict())
    assert is_adaptive({"selection": "random", "minimum_length": "long"})


def test_a_run_keeps_its_diagnostics_and_psychometricians_read_them(measured: Measured) -> None:
    database, institution = measured
    run = done(measured)
    assert run.state is RunState.DONE
    assert run.diagnostics is not None
    assert run.diagnostics.n_sittings == run.diagnostics.adaptive_sittings == 160
    assert {str(item.item_version_id) for item in run.diagnostics.items} == {item.item_version_id for item in run.items}
    assert [item.n for item in run.diagnostics.items] == [item.n for item in run.items]
    with database.reading() as session:
        found = run_diagnostics(session, actor=institution["psychometrician"], run_id=run.id)
        assert (found.run_id, found.finished_at) == (run.id, run.finished_at)
        assert replace(found, run_id=None, finished_at=None) == run.diagnostics
        with pytest.raises(NotAllowed):
            run_diagnostics(session, actor=institution["administrator"], run_id=run.id)
        with pytest.raises(NotFound):
            run_diagnostics(session, actor=institution["psychometrician"], run_id=uuid4())
        listed = runs.list_runs(session, actor=institution["psychometrician"])
    assert all(one.diagnostics is None for one in listed)


def test_the_latest_diagnostics_are_those_of_the_newest_run_that_stands(measured: Measured) -> None:
    database, institution = measured

    def latest() -> UUID | None:
        with database.reading() as session:
            found = latest_diagnostics(session, standard_id=current_standard(session).id, unit="DG100")
            return None if found is None else found.run_id

    assert latest() is None
    first = done(measured)
    assert latest() == first.id
    second = requested(measured)
    assert execute_run(database, second.id, clock=lambda: NOON + timedelta(days=300))
    assert latest() == second.id
    decide(measured, runs.reject_run, second.id, reason="ทดลอง")
    assert latest() == first.id
    with database.writing() as session:  # a run of before
        row = session.get_one(CalibrationRun, first.id)
        assert row.results is not None
        row.results = {name: value for name, value in row.results.items() if name != "diagnostics"}
    assert latest() is None
    with database.reading() as session:
        with pytest.raises(NotFound):
            run_diagnostics(session, actor=institution["psychometrician"], run_id=first.id)
        old = runs.run_view(session, actor=institution["psychometrician"], run_id=first.id)
    assert (old.diagnostics, old.summary is not None) == (None, True)


def test_partial_credit_and_guessing_get_observed_shares_too(measured: Measured) -> None:
    database, _ = measured
    with database.writing() as session:
        version = session.exec(
            select(ItemVersion).join(BankItem, col(BankItem.item_version_id) == col(ItemVersion.id))
            .where(BankItem.unit == "DG100").limit(1)
        ).one()  # fmt: skip
        content = dict(version.content)
        options = [dict(option) for option in content["options"]]
        for option in options[:2]:
            option["correct"] = True
        version.content = content | {"options": options, "partial_credit": True, "type": "multiple_choice"}
        draws = np.random.default_rng(1)
        for answer in session.exec(select(RecordedAnswer).where(RecordedAnswer.item_version_id == version.id)):
            answer.score = answer.score + int(draws.random() < 0.5)
        name = version.id
    run = done(measured)
    assert run.diagnostics is not None
    found = run.diagnostics.item(name)
    assert found is not None
    assert found.model == "gpcm"
    assert len(found.observed) >= 3
    assert all(0 <= point.share <= 1 and 0 < point.expected < 1 for point in found.observed)


def test_cancelling_is_heard_between_the_parts(measured: Measured, monkeypatch: pytest.MonkeyPatch) -> None:
    database, _ = measured
    run = requested(measured)
    monkeypatch.setattr("itembank.calibration_runs.work.diagnose", lambda *_, **__: None)
    assert execute_run(database, run.id)
    with database.reading() as session:
        row = session.get_one(CalibrationRun, run.id)
        assert (row.state, row.results, read_diagnostics(row.results)) == ("cancelled", None, None)
