"""Executing runs: what goes in, the scale of what comes out, cancelling, failing, and two processes at once."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import update
from sqlmodel import col, select

from calibration.marginal_likelihood import calibrate
from calibration.priors import Priors
from calibration.responses import ResponseData
from itembank.calibration_runs import runs, work
from itembank.calibration_runs.item_statistics import item_statistics, units_in_force
from itembank.calibration_runs.recorded_responses import load_responses
from itembank.calibration_runs.results import RunItem
from itembank.calibration_runs.run_settings import RunSettings
from itembank.calibration_runs.states import RunState
from itembank.calibration_runs.work import execute_run
from itembank.calibration_runs.worker import CalibrationWorker
from itembank.database import Database
from itembank.framework.store import current_standard, store_framework
from itembank.publishing.banks import publish_bank
from itembank.publishing.parameters import Parameters, prior_parameters
from itembank.tables import BankItem, CalibrationRun, ItemVersion, RecordedAnswer, Sitting
from tests.itembank.calibration_runs.conftest import sit, stored
from tests.itembank.calibration_runs.test_runs import Measured, decide, done, requested, seen
from tests.support.institution import NOON, Institution


def by_version(items: tuple[RunItem, ...]) -> dict[UUID, RunItem]:
    return {UUID(item.item_version_id): item for item in items}


def test_every_recorded_answer_goes_in(measured: Measured) -> None:
    database, _ = measured
    with database.writing() as session:  # a sitting that never ended is evidence like any other
        unfinished = session.exec(select(Sitting)).first()
        assert unfinished is not None
        unfinished.finished_at = unfinished.finish_reason = None
        session.add(unfinished)
    with database.reading() as session:
        standard = current_standard(session)
        recorded = load_responses(session, standard_id=standard.id, unit="DG100")
    rows = stored(database, RecordedAnswer)
    assert recorded.count.answers == recorded.data.n_responses == len(rows)
    assert recorded.latest == max(row.answered_at for row in rows)
    data = recorded.data
    triples = {
        (data.person_ids[person], data.item_ids[item], int(score))
        for person, item, score in zip(data.person, data.item, data.score, strict=True)
    }
    assert triples == {(str(row.sitting_id), str(row.item_version_id), row.score) for row in rows}


def test_only_the_sittings_asked_for_go_in(measured: Measured) -> None:
    database, _ = measured
    with database.writing() as session:
        for sitting in session.exec(select(Sitting).limit(100)).all():
            sitting.simulated = False
            session.add(sitting)
    run = done(measured, include_simulated=False)
    assert run.summary is not None
    assert (run.summary.n_persons, run.summary.n_simulated) == (100, 0)
    everybody = done(measured)
    assert everybody.summary is not None
    assert (everybody.summary.n_persons, everybody.summary.n_simulated) == (160, 60)


def test_the_estimates_are_those_of_the_same_answers_calibrated_by_hand(measured: Measured) -> None:
    database, _ = measured
    run = done(measured)
    rows = stored(database, RecordedAnswer)
    ratings = {str(row.id): float(row.difficulty_rating) for row in stored(database, ItemVersion)}
    data = ResponseData.from_triples(
        [str(row.sitting_id) for row in rows], [str(row.item_version_id) for row in rows], [row.score for row in rows]
    )
    elements = {str(row.id): row.criterion.partition("-")[0] for row in stored(database, ItemVersion)}
    by_hand = calibrate(data, priors=Priors(), ratings=ratings, elements=elements)
    assert run.summary is not None
    assert run.summary.log_likelihood == pytest.approx(by_hand.log_likelihood, abs=1e-4)
    assert run.summary.link.slope == 1
    assert by_hand.priors is not None
    assert run.summary.element_effects == pytest.approx(dict(by_hand.priors.element_effects), abs=1e-4)
    assert run.summary.element_effects.keys() == {"DG101", "DG102"}
    found = {item.item_version_id: (item.a, item.b - run.summary.link.intercept) for item in run.items}
    assert found.keys() == by_hand.parameters.keys()
    for name, pair in by_hand.parameters.items():
        assert found[name] == pytest.approx(pair, abs=1e-3)


def test_items_without_estimates_are_named(measured: Measured) -> None:
    database, _ = measured
    with database.writing() as session:
        answer = session.exec(select(RecordedAnswer)).first()
        assert answer is not None
        version = answer.item_version_id
        session.connection().execute(
            update(RecordedAnswer).where(col(RecordedAnswer.item_version_id) == version).values(score=1)
        )
    run = done(measured)
    assert run.summary is not None
    reasons = {left_out.id: left_out.reason for left_out in run.summary.exclusions}
    # With priors it stays in the likelihood, for it steered the exams, but its estimate is the prior's.
    flags = {item.item_version_id: item.flag for item in run.items}
    assert flags[str(version)] == "one_category"
    assert not next(item for item in run.items if item.item_version_id == str(version)).usable
    plain = done(measured, settings=RunSettings(priors="none"))
    assert plain.summary is not None
    left_out = {one.id: one.reason for one in plain.summary.exclusions}
    assert left_out[str(version)] == "one_category"
    assert str(version) not in {item.item_version_id for item in plain.items}
    assert plain.summary.difficulty_mean is None
    assert len(run.items) + len(reasons) == 20  # every item of the bank is either estimated or named
    assert all(one.code.startswith("DG10") for one in plain.summary.exclusions)


@pytest.mark.parametrize("model", ["2pl", "rasch"])
def test_a_first_calibration_leaves_the_scale_where_the_ratings_put_it(measured: Measured, model: str) -> None:
    """A cut score of an exam must not come to mean another difficulty, nor unanswered items be out of place."""
    database, institution = measured
    with database.writing() as session:  # as if these candidates were much abler than the ratings suppose
        unit = {row.item_version_id for row in stored(database, BankItem) if row.unit == "DG100"}
        ratings = {version: rating for version, rating in _ratings(database).items() if version in unit}
        expected = {version: prior_parameters(rating) for version, rating in ratings.items()}
        harder = {version: replace(prior, difficulty=prior.difficulty + 1.5) for version, prior in expected.items()}
        publish_bank(session, actor=institution["psychometrician"], now=NOON, calibrated=harder)
    run = done(measured, model=model)
    assert run.summary is not None
    link = run.summary.link
    assert (link.method, link.anchors) == ("expectation", len(run.items))
    assert link.slope == pytest.approx(1 / run.summary.latent_sd)
    assert link.intercept == pytest.approx(1.5, abs=0.35)  # the mean ability of these candidates
    weights = [1 / (0.85**2 + (item.se_b or 0) ** 2) for item in run.items]
    changes = [item.change_b or 0 for item in run.items]
    assert np.average(changes, weights=weights) == pytest.approx(0, abs=0.01)


def test_a_unit_whose_bank_has_none_of_the_answered_items_takes_the_scale_of_its_population(measured: Measured) -> None:
    database, _ = measured
    with database.writing() as session:
        session.connection().execute(update(BankItem).values(unit="DT600"))
    summary = done(measured).summary
    assert summary is not None
    assert (summary.link.method, summary.link.slope, summary.link.anchors) == ("population", 1.0, 0)


def test_answers_given_under_an_earlier_version_of_the_standard_still_count(measured: Measured) -> None:
    database, institution = measured
    with database.writing() as session:
        framework = current_standard(session).framework
        changed = replace(framework, issuer=f"{framework.issuer} (2)")
        assert store_framework(
            session, actor=institution["administrator"], framework=changed, now=NOON + timedelta(days=1)
        ).created
    run = done(measured)
    assert run.summary is not None
    assert run.summary.n_persons == 160
    with database.reading() as session:
        units = units_in_force(session, actor=institution["psychometrician"])
        figures = item_statistics(session, actor=institution["psychometrician"], unit="DG100")
    assert {unit.code: unit.sittings for unit in units}["DG100"] == figures.sittings == 160
    assert figures.cut_score == -0.3


def _ratings(database: Database) -> dict[UUID, int]:
    return {row.id: row.difficulty_rating for row in stored(database, ItemVersion)}


def test_a_later_run_comes_out_on_the_scale_of_the_bank(measured: Measured) -> None:
    database, institution = measured
    first = done(measured)
    slope, intercept = 1.3, -0.4  # as if the bank's scale had been defined by another population
    with database.writing() as session:
        publish_bank(
            session,
            actor=institution["psychometrician"],
            now=NOON,
            calibrated={
                version: Parameters("2pl", item.a / slope, slope * item.b + intercept, 0.1, 0.1, "calibration", item.n)
                for version, item in by_version(first.items).items()
            },
        )
    second = done(measured)
    assert second.summary is not None
    link = second.summary.link
    assert (link.method, link.anchors) == ("mean_mean", len(first.items))
    assert link.slope == pytest.approx(slope, rel=1e-3)
    assert first.summary is not None
    assert link.intercept == pytest.approx(slope * first.summary.link.intercept + intercept, abs=1e-3)
    for version, item in by_version(second.items).items():
        assert item.old_source == "calibration"
        assert item.b == pytest.approx(item.old_b, abs=0.01)
        assert item.a == pytest.approx(item.old_a, abs=0.01)
        assert item.se_b == pytest.approx(slope * (by_version(first.items)[version].se_b or 0), rel=0.02)
    assert second.summary.rms_change == pytest.approx(0, abs=0.01)
    assert second.summary.correlation == pytest.approx(1, abs=1e-4)


def test_with_few_anchors_the_items_are_only_shifted(measured: Measured) -> None:
    database, institution = measured
    first = done(measured)
    version, item = next(iter(by_version(first.items).items()))
    with database.writing() as session:
        publish_bank(
            session,
            actor=institution["psychometrician"],
            now=NOON,
            calibrated={version: Parameters("2pl", item.a, item.b + 0.5, 0.1, 0.1, "calibration", item.n)},
        )
    second = done(measured)
    assert second.summary is not None
    assert (second.summary.link.method, second.summary.link.anchors) == ("shift", 1)
    assert first.summary is not None
    assert second.summary.link.intercept == pytest.approx(first.summary.link.intercept + 0.5, abs=1e-3)


class Ticking:
    """A clock that is a second further each time it is read."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def test_progress_is_written_while_it_runs_and_cancelling_is_heard(measured: Measured) -> None:
    database, _ = measured
    run = requested(measured)
    followed: list[tuple[RunState, int]] = []

    def looking() -> bool:
        now = seen(measured, run.id)
        followed.append((now.state, now.iteration))
        if len(followed) == 3:
            decide(measured, runs.cancel_run, run.id)
        return False

    assert execute_run(database, run.id, clock=Ticking(), stopping=looking)
    assert followed[0] == (RunState.RUNNING, 0)
    assert followed[2][1] >= 1
    after = seen(measured, run.id)
    assert (after.state, after.summary, after.items) == (RunState.CANCELLED, None, ())
    assert len(followed) == 3


def test_progress_is_written_at_most_twice_a_second(measured: Measured) -> None:
    database, _ = measured
    run = requested(measured)
    assert execute_run(database, run.id, clock=lambda: NOON)
    with database.reading() as session:
        row = session.get(CalibrationRun, run.id)
        assert row is not None
        assert row.heartbeat_at == NOON
        assert row.log_likelihood == pytest.approx(seen(measured, run.id).log_likelihood)


def test_a_server_that_stops_hands_the_run_on(measured: Measured) -> None:
    database, _ = measured
    run = requested(measured)
    assert execute_run(database, run.id, stopping=lambda: True)
    assert seen(measured, run.id).state is RunState.WAITING
    assert CalibrationWorker(database).work_off() == 1
    assert seen(measured, run.id).state is RunState.DONE


def test_a_calibration_without_result_fails_with_one_sentence(measured: Measured) -> None:
    database, _ = measured
    run = requested(measured)
    with database.writing() as session:
        session.connection().execute(update(RecordedAnswer).values(score=1))
    assert execute_run(database, run.id)
    failed = seen(measured, run.id)
    assert failed.state is RunState.FAILED
    assert "nothing to calibrate" in failed.message
    assert failed.possible_moves == ("again",)


def test_an_unexpected_failure_is_told_too(measured: Measured, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(work, "estimate", broken)
    run = done(measured)
    assert (run.state, run.message) == (RunState.FAILED, "unexpected MemoryError; the server's log has the details")


def test_of_several_processes_one_gets_the_run(database: Database, institution: Institution) -> None:
    sit(database, institution, count=60)
    run = requested((database, institution))
    with ThreadPoolExecutor(4) as threads:
        taken = list(threads.map(lambda _: execute_run(database, run.id), range(4)))
    assert sorted(taken) == [False, False, False, True]
    assert seen((database, institution), run.id).state is RunState.DONE


def test_a_run_that_fell_silent_is_taken_up_again(measured: Measured) -> None:
    database, _ = measured
    silent, busy = requested(measured), requested(measured, model="rasch")
    with database.writing() as session:
        for run_id, heard in ((silent.id, NOON - timedelta(seconds=61)), (busy.id, NOON - timedelta(seconds=59))):
            row = session.get(CalibrationRun, run_id)
            assert row is not None
            row.state, row.heartbeat_at, row.attempts = "running", heard, 1
            session.add(row)
    assert CalibrationWorker(database, clock=lambda: NOON).work_off() == 1
    again = seen(measured, silent.id)
    assert (again.state, again.attempts) == (RunState.DONE, 2)
    assert seen(measured, busy.id).state is RunState.RUNNING


def test_a_run_that_takes_the_server_down_again_and_again_fails_with_the_likely_reason(measured: Measured) -> None:
    database, _ = measured
    run = requested(measured)
    with database.writing() as session:
        session.connection().execute(update(CalibrationRun).values(attempts=3))
    assert execute_run(database, run.id)
    failed = seen(measured, run.id)
    assert failed.state is RunState.FAILED
    assert "went down 3 times" in failed.message


def test_a_process_taken_for_dead_that_ends_after_all_changes_nothing(measured: Measured) -> None:
    """As when a machine slept: another process took the run up meanwhile, and only its word counts."""
    database, _ = measured
    run = requested(measured)

    def taken_over() -> bool:
        with database.writing() as session:
            session.connection().execute(update(CalibrationRun).values(attempts=2, iteration=99))
        return True

    assert execute_run(database, run.id, stopping=taken_over)
    after = seen(measured, run.id)
    assert (after.state, after.iteration, after.summary) == (RunState.RUNNING, 99, None)


def test_the_worker_takes_up_runs_by_itself_and_stops(measured: Measured) -> None:
    database, _ = measured
    worker = CalibrationWorker(database)
    worker.start()
    worker.start()
    try:
        run = requested(measured)
        worker.wake()
        deadline = time.monotonic() + 20
        while seen(measured, run.id).state is not RunState.DONE and time.monotonic() < deadline:
            time.sleep(0.05)
        assert seen(measured, run.id).state is RunState.DONE
    finally:
        worker.stop()
    waiting = requested(measured, model="rasch")
    worker.wake()
    time.sleep(0.2)
    assert seen(measured, waiting.id).state is RunState.WAITING
