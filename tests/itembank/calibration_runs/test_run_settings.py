"""What a run can be asked for: fixed items, linking, groups, distributions of ability, priors."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import update
from sqlmodel import col, select

from calibration.priors import Priors
from itembank.calibration_runs import runs
from itembank.calibration_runs.results import RunSummary
from itembank.calibration_runs.run_settings import RunSettings
from itembank.calibration_runs.runs import RunView
from itembank.calibration_runs.states import RunState
from itembank.database import Database
from itembank.errors import InvalidInput, NotSeveralGroups, TooFewFixedItems
from itembank.publishing.banks import publish_bank
from itembank.publishing.parameters import Parameters
from itembank.tables import BankItem, CalibrationRun, Exam, Sitting
from tests.itembank.calibration_runs.conftest import stored
from tests.itembank.calibration_runs.test_runs import Measured, decide, done, parameters_in_force, requested, seen
from tests.support.institution import NOON, Institution

ITEMS_TRIED_OUT = 4


@pytest.fixture(scope="module")
def calibrated_file(
    measured_file: tuple[Path, Institution], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Institution, RunView]:
    """A bank whose items carry the parameters of a run, on another scale, but for four as if tried out."""
    path = tmp_path_factory.mktemp("calibrated") / "calibrated.db"
    shutil.copy(measured_file[0], path)
    database, people = Database(f"sqlite:///{path}"), measured_file[1]
    first = done((database, people))
    by_code = sorted((item for item in first.items if item.usable), key=lambda item: item.code)
    known = {
        UUID(item.item_version_id): Parameters(
            "2pl", item.a / 1.2, 1.2 * item.b + 0.3, 1.0 / 20, 1.0 / 15, "calibration", item.n
        )
        for item in by_code[ITEMS_TRIED_OUT:]
    }
    with database.writing() as session:
        publish_bank(session, actor=people["psychometrician"], now=NOON, calibrated=known)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path, people, first


@pytest.fixture
def calibrated(
    calibrated_file: tuple[Path, Institution, RunView], tmp_path: Path
) -> Iterator[tuple[Measured, RunView]]:
    """A fresh copy of it."""
    source, people, first = calibrated_file
    path = tmp_path / "calibrated.db"
    shutil.copy(source, path)
    database = Database(f"sqlite:///{path}")
    yield (database, people), first
    database.close()


def linked(run: RunView) -> Any:
    assert run.summary is not None
    return run.summary.link


def test_tried_out_items_come_onto_the_banks_scale_and_they_alone_are_published(
    calibrated: tuple[Measured, RunView],
) -> None:
    measured, first = calibrated
    database, _ = measured
    before = parameters_in_force(database)
    run = done(measured, settings=RunSettings(scope="trials"))
    assert run.state is RunState.DONE, run.message
    assert run.summary is not None
    fixed = {UUID(item.item_version_id): item for item in run.items if item.fixed}
    new = {UUID(item.item_version_id): item for item in run.items if not item.fixed}
    assert set(fixed) == {version for version, row in before.items() if row.parameter_source == "calibration"}
    assert (run.summary.n_fixed, len(new)) == (len(fixed), ITEMS_TRIED_OUT)
    assert (linked(run).method, linked(run).slope, linked(run).intercept) == ("fixed_parameters", 1.0, 0.0)
    assert linked(run).anchors == len(fixed)
    # The group is where the bank's scale puts it, and the new items where a link would: first run, moved.
    assert first.summary is not None
    origin = first.summary.link
    assert run.summary.latent_mean == pytest.approx(1.2 * origin.intercept + 0.3, abs=0.1)
    assert run.summary.latent_sd == pytest.approx(1.2 * origin.slope, abs=0.15)
    old = {UUID(item.item_version_id): item for item in first.items}
    for version, item in new.items():
        assert item.usable
        assert item.b == pytest.approx(1.2 * old[version].b + 0.3, abs=0.3)
    for item in fixed.values():
        assert (item.se_a, item.se_b, item.usable) == (0.0, 0.0, False)
        assert item.displacement is not None
        assert item.se_displacement
        assert abs(item.displacement) < 3 * item.se_displacement
    decide(measured, runs.approve_run, run.id)
    decide(measured, runs.publish_run, run.id)
    after = parameters_in_force(database)
    assert {version for version in after if after[version].n_responses != before[version].n_responses} == set(new)
    for version, row in after.items():
        if version in fixed:
            assert (row.discrimination, row.difficulty) == (before[version].discrimination, before[version].difficulty)
            assert row.se_difficulty == before[version].se_difficulty
    assert all(after[version].parameter_source == "calibration" for version in new)


def test_a_fixed_item_that_drifted_stands_out(calibrated: tuple[Measured, RunView]) -> None:
    measured, _ = calibrated
    database, people = measured
    rows = [row for row in parameters_in_force(database).values() if row.parameter_source == "calibration"]
    gone = max((row for row in rows), key=lambda row: row.n_responses)
    moved = replace(Parameters.of_row(gone), difficulty=gone.difficulty - 1.5)
    with database.writing() as session:
        publish_bank(session, actor=people["psychometrician"], now=NOON, calibrated={gone.item_version_id: moved})
    run = done(measured, settings=RunSettings(scope="trials"))
    found = next(item for item in run.items if item.item_version_id == str(gone.item_version_id))
    assert found.moved
    assert found.displacement == pytest.approx(1.5, abs=0.6)


def test_nothing_is_fixed_where_too_little_is_calibrated(measured: Measured) -> None:
    with pytest.raises(TooFewFixedItems, match=r"5 calibrated operational items are needed .* the bank has 0"):
        requested(measured, settings=RunSettings(scope="trials"))


def test_a_run_of_trials_without_trials_fails_with_one_sentence(calibrated: tuple[Measured, RunView]) -> None:
    measured, _ = calibrated
    database, _ = measured
    before = parameters_in_force(database)
    with database.writing() as session:
        session.connection().execute(update(BankItem).values(parameter_source="calibration"))
    run = done(measured, settings=RunSettings(scope="trials"))
    assert run.state is RunState.FAILED
    assert "none to try out" in run.message
    assert parameters_in_force(database).keys() == before.keys()  # a failed run leaves the bank as it was


@pytest.mark.parametrize("method", ["mean_mean", "mean_sigma", "haebara", "stocking_lord"])
def test_every_method_finds_the_scale_of_the_bank(calibrated: tuple[Measured, RunView], method: str) -> None:
    measured, first = calibrated
    assert first.summary is not None
    run = done(measured, settings=RunSettings(link=method))
    link = linked(run)
    assert (link.method, link.asked, link.remark, link.purged) == (method, method, "", ())
    assert link.slope == pytest.approx(1.2 * first.summary.link.slope, rel=0.02)
    assert link.intercept == pytest.approx(1.2 * first.summary.link.intercept + 0.3, abs=0.02)
    # The bank's parameters are those of the same answers: after linking nothing but rounding is left.
    assert link.rms_difficulty < 0.02
    assert link.rms_discrimination < 0.02


def test_anchors_that_drifted_are_left_out_and_named(calibrated: tuple[Measured, RunView]) -> None:
    measured, first = calibrated
    database, people = measured
    row = max(
        (row for row in parameters_in_force(database).values() if row.parameter_source == "calibration"),
        key=lambda row: row.n_responses,
    )
    moved = replace(Parameters.of_row(row), difficulty=row.difficulty - 2.0)
    with database.writing() as session:
        publish_bank(session, actor=people["psychometrician"], now=NOON, calibrated={row.item_version_id: moved})
    link = linked(done(measured))
    assert [(one.item_version_id, one.code) for one in link.purged] == [(str(row.item_version_id), row.item_code)]
    assert link.purged[0].displacement == pytest.approx(2.0, abs=0.05)
    assert first.summary is not None
    assert link.intercept == pytest.approx(1.2 * first.summary.link.intercept + 0.3, abs=0.02)
    assert link.rms_difficulty < 0.02


def test_a_method_that_the_anchors_do_not_allow_is_told(measured: Measured) -> None:
    link = linked(done(measured, settings=RunSettings(link="haebara")))
    assert (link.method, link.asked, link.remark) == ("expectation", "haebara", "too_few_anchors")


def test_groups_have_abilities_of_their_own(measured: Measured) -> None:
    database, _ = measured
    with database.writing() as session:
        exam = session.exec(select(Exam)).first()
        assert exam is not None
        other = Exam(**(exam.model_dump() | {"id": UUID(int=7), "title": exam.title}))
        session.add(other)
        session.flush()
        for sitting in session.exec(select(Sitting).order_by(col(Sitting.id)).limit(60)).all():
            sitting.exam_id = other.id
            sitting.started_at = sitting.started_at.replace(year=2024)
            session.add(sitting)
    by_exam = done(measured, settings=RunSettings(groups="exam"))
    assert by_exam.state is RunState.DONE, by_exam.message
    assert by_exam.summary is not None
    groups = by_exam.summary.groups
    assert [group.persons for group in groups] == [100, 60]
    assert len({group.name for group in groups}) == 2  # two exams of one title are two groups
    # The larger one sets the scale.
    assert [group.se_sd == 0 for group in groups] == [True, False]
    # Both were drawn from one population.
    gap = groups[0].mean - groups[1].mean
    assert abs(gap) < 3 * math.hypot(groups[0].se_mean or 0, groups[1].se_mean or 0)
    assert by_exam.summary.n_persons == 160
    by_year = done(measured, settings=RunSettings(groups="year"))
    assert by_year.summary is not None
    assert [group.name for group in by_year.summary.groups] == ["2026", "2024"]


def test_one_group_is_refused_with_its_name(measured: Measured) -> None:
    with pytest.raises(NotSeveralGroups, match="2026"):
        requested(measured, settings=RunSettings(groups="year"))


def test_the_distribution_of_ability_may_be_estimated(measured: Measured) -> None:
    run = done(measured, settings=RunSettings(abilities="histogram"))
    assert run.state is RunState.DONE, run.message
    assert run.summary is not None
    found = run.summary.abilities
    assert found is not None
    assert math.fsum(found.share) == pytest.approx(1.0)
    mean = float(np.dot(found.ability, found.share))
    assert mean == pytest.approx(run.summary.link.slope * run.summary.latent_mean + run.summary.link.intercept)
    assert found.gain > -0.5
    assert RunSummary.from_dict(stored(measured[0], CalibrationRun)[0].results["summary"]) == run.summary  # type: ignore[index]


def test_priors_are_those_asked_for(measured: Measured) -> None:
    tight = done(measured, settings=RunSettings(log_discrimination_sd=0.05))
    weak = done(measured, settings=RunSettings(priors="weak"))
    spread = {run.id: float(np.std([math.log(item.a) for item in run.items])) for run in (tight, weak)}
    assert spread[tight.id] < 0.05 < spread[weak.id]
    assert weak.summary is not None
    assert (weak.summary.difficulty_per_rating, weak.summary.difficulty_sd) == (0.0, 2.0)


def test_settings_of_every_kind_become_priors() -> None:
    assert RunSettings().prior_distributions() == Priors()
    assert RunSettings(priors="none").prior_distributions() is None
    weak = RunSettings(priors="weak", guessing=0.25).prior_distributions()
    assert weak is not None
    assert not weak.learn_difficulty
    assert weak.guessing_logit_mean == pytest.approx(math.log(1 / 3))


@pytest.mark.parametrize(
    ("settings", "model", "field"),
    [
        (RunSettings(scope="some"), "2pl", "scope"),
        (RunSettings(link="chain"), "2pl", "link"),
        (RunSettings(abilities="uniform"), "2pl", "abilities"),
        (RunSettings(groups="gender"), "2pl", "groups"),
        (RunSettings(priors="strong"), "2pl", "priors"),
        (RunSettings(log_discrimination_sd=0.0), "2pl", "log_discrimination_sd"),
        (RunSettings(log_discrimination_sd=math.nan), "2pl", "log_discrimination_sd"),
        (RunSettings(guessing=1.0), "3pl", "guessing"),
        (RunSettings(guessing_logit_sd=math.inf), "3pl", "guessing_logit_sd"),
        (RunSettings(abilities="histogram", groups="exam"), "2pl", "abilities"),
        (RunSettings(scope="trials"), "rasch", "model"),
    ],
)
def test_impossible_settings_are_refused_by_name(settings: RunSettings, model: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        settings.require_sound(model)
    assert refusal.value.details["field"] == field


def test_a_run_with_impossible_settings_is_not_recorded(measured: Measured) -> None:
    with pytest.raises(InvalidInput):
        requested(measured, settings=RunSettings(scope="trials"), model="rasch")
    assert stored(measured[0], CalibrationRun) == []


def test_settings_stay_with_the_run_and_are_asked_for_again(measured: Measured) -> None:
    asked = RunSettings(link="haebara", priors="weak")
    run = requested(measured, settings=asked)
    assert run.settings == asked
    assert requested(measured, settings=asked).id == run.id
    assert requested(measured).id != run.id
    decide(measured, runs.cancel_run, run.id)
    assert decide(measured, runs.request_again, run.id).settings == asked


def test_a_run_of_before_has_the_settings_that_there_were(measured: Measured) -> None:
    database, _ = measured
    run = done(measured)
    with database.writing() as session:
        row = session.get(CalibrationRun, run.id)
        assert row is not None
        assert row.results is not None
        summary = dict(row.results["summary"])
        for name in ("n_fixed", "recorded_persons", "recorded_answers", "groups", "abilities"):
            del summary[name]
        summary["link"] = {name: summary["link"][name] for name in ("method", "slope", "intercept", "anchors")}
        items = [
            {name: value for name, value in item.items() if "displacement" not in name and name != "covariances"}
            for item in row.results["items"]
        ]
        row.results, row.settings = {"summary": summary, "items": items}, None
        session.add(row)
    before = seen(measured, run.id)
    assert before.settings == RunSettings()
    assert before.summary is not None
    assert before.summary.recorded_answers is None
    assert len(before.items) == len(run.items)


def test_the_record_tells_what_took_part_of_what_there_is(measured: Measured) -> None:
    database, _ = measured
    with database.writing() as session:
        for sitting in session.exec(select(Sitting).limit(100)).all():
            sitting.simulated = False
            session.add(sitting)
    run = done(measured, include_simulated=False)
    assert run.summary is not None
    assert (run.summary.n_persons, run.summary.recorded_persons) == (100, 160)
    assert run.summary.n_responses < (run.summary.recorded_answers or 0)
    assert {"samat", "numpy", "scipy"} <= run.summary.software.keys()


def test_covariances_of_thresholds_and_guessing_are_kept(measured: Measured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("itembank.calibration_runs.model_choice.ENOUGH_FOR_GUESSING", 110)
    run = done(measured, model="3pl")
    guessed = [item for item in run.items if item.c is not None and item.flag is None]
    assert guessed
    for item in guessed:
        matrix = np.array(item.covariances)
        assert np.sqrt(np.diagonal(matrix)) == pytest.approx([item.se_a, item.se_b, item.se_c])
        assert np.linalg.eigvalsh(matrix).min() > 0
