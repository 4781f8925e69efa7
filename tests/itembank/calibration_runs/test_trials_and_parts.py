"""What a unit that tries items out and scores some in parts tells: both become known in the same run."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import update
from sqlmodel import col, select

from calibration.marginal_likelihood import calibrate
from calibration.priors import Priors
from calibration.responses import ResponseData
from itembank.calibration_runs.impact import Impact
from itembank.calibration_runs.item_detail import item_detail
from itembank.calibration_runs.item_statistics import item_statistics
from itembank.calibration_runs.recent_sittings import recent_sittings
from itembank.calibration_runs.recorded_responses import RecordedResponses, load_responses, load_responses_around
from itembank.calibration_runs.runs import approve_run, publish_run
from itembank.calibration_runs.shadow_scoring import preview_impact
from itembank.database import Database
from itembank.delivery.exams import create_exam, propose_design
from itembank.demo.simulated_sittings import add_simulated_sittings
from itembank.framework.store import current_standard
from itembank.publishing.banks import bank_in_force
from itembank.publishing.parameters import Parameters
from itembank.publishing.pools import unit_pool
from itembank.tables import BankItem, ItemVersion, RecordedAnswer
from tests.itembank.calibration_runs.conftest import stored
from tests.itembank.calibration_runs.test_runs import decide, done
from tests.support.institution import NOON, Institution
from tests.support.richer_bank import publish_richer_bank

Filled = tuple[Database, Institution]


@pytest.fixture(scope="module")
def richer_file(filled_file: Filled, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Institution]:
    """An SQLite file with sittings on a bank that uses everything."""
    source, people = filled_file
    path = tmp_path_factory.mktemp("richer") / "richer.db"
    shutil.copy(source, path)
    database = Database(f"sqlite:///{path}")
    with database.writing() as session:
        publish_richer_bank(session, people)
        exam = create_exam(
            session, actor=people["administrator"], title="x", unit="DG100", now=NOON,
            design=propose_design(session, actor=people["administrator"], unit="DG100"),
        )  # fmt: skip
        add_simulated_sittings(session, exam_id=exam.id, count=120, now=NOON)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path, people


@pytest.fixture
def richer(richer_file: tuple[Path, Institution], tmp_path: Path) -> Iterator[Filled]:
    """A fresh copy of it."""
    path = tmp_path / "richer.db"
    shutil.copy(richer_file[0], path)
    database = Database(f"sqlite:///{path}")
    yield database, richer_file[1]
    database.close()


def versions(database: Database, *, pretest: bool | None = None, model: str = "") -> set[UUID]:
    """Give item versions of the newest bank in DG100, by what they are."""
    with database.reading() as session:
        query = select(BankItem).where(BankItem.bank_id == bank_in_force(session).id, BankItem.unit == "DG100")
        return {
            row.item_version_id
            for row in session.exec(query)
            if (pretest is None or row.pretest is pretest) and model in ("", row.model)
        }


def loaded(database: Database, **options: bool) -> RecordedResponses:
    with database.reading() as session:
        return load_responses(session, standard_id=current_standard(session).id, unit="DG100", **options)


def test_trials_and_parts_go_into_the_data(richer: Filled) -> None:
    database, _ = richer
    in_parts, trials = versions(database, model="gpcm"), versions(database, pretest=True)
    recorded = loaded(database)
    known = {UUID(item) for item in recorded.data.item_ids}
    assert recorded.count.answers == recorded.data.n_responses == len(stored(database, RecordedAnswer))
    assert trials | in_parts <= known
    assert int(recorded.data.score.max()) == 2


def test_parts_stay_out_where_the_model_has_no_curve_for_them(richer: Filled) -> None:
    database, _ = richer
    in_parts = versions(database, model="gpcm")
    recorded = loaded(database, with_parts=False)
    answers = [row for row in stored(database, RecordedAnswer) if row.item_version_id not in in_parts]
    assert recorded.count.answers == recorded.data.n_responses == len(answers)
    assert in_parts.isdisjoint(UUID(item) for item in recorded.data.item_ids)
    assert int(recorded.data.score.max()) == 1
    run = done(richer, model="rasch")
    assert run.summary is not None
    left_out = {UUID(one.id): one.reason for one in run.summary.exclusions if one.kind == "item"}
    assert {version: left_out[version] for version in in_parts} == dict.fromkeys(in_parts, "scored_in_parts")
    assert run.impact is not None
    assert run.impact.unscored == 0


def test_the_mixed_estimates_are_those_of_the_same_answers_calibrated_by_hand(richer: Filled) -> None:
    database, _ = richer
    in_parts = {str(version) for version in versions(database, model="gpcm")}
    run = done(richer)
    rows = stored(database, RecordedAnswer)
    by_hand = calibrate(
        ResponseData.from_triples(
            [str(row.sitting_id) for row in rows],
            [str(row.item_version_id) for row in rows],
            [row.score for row in rows],
        ),
        models=dict.fromkeys(in_parts, "gpcm"),
        priors=Priors(),
        ratings={str(row.id): float(row.difficulty_rating) for row in stored(database, ItemVersion)},
        elements={str(row.id): row.criterion.partition("-")[0] for row in stored(database, ItemVersion)},
    )
    assert run.summary is not None
    assert run.summary.log_likelihood == pytest.approx(by_hand.log_likelihood, abs=1e-4)
    shift = run.summary.link.intercept
    expected = {item.item_id: item for item in by_hand.items}
    for item in run.items:
        own = expected[item.item_version_id]
        assert item.model == own.model
        assert (item.a, item.b) == pytest.approx((own.discrimination, own.difficulty + shift), abs=1e-3)
        assert item.thresholds == pytest.approx([threshold + shift for threshold in own.thresholds], abs=1e-3)
        assert item.se_thresholds == pytest.approx(own.se_thresholds, abs=1e-3)
    assert {item.item_version_id for item in run.items if item.model == "gpcm"} == in_parts


def test_a_run_makes_trials_and_parts_known(richer: Filled) -> None:
    database, _ = richer
    trials, in_parts = versions(database, pretest=True), versions(database, model="gpcm")
    before = {row.item_version_id: row for row in stored(database, BankItem)}
    run = done(richer)
    assert run.state == "done"
    assert run.summary is not None
    assert [one for one in run.summary.exclusions if one.reason == "scored_in_parts"] == []
    found = {UUID(item.item_version_id): item for item in run.items}
    decide(richer, approve_run, run.id)
    decide(richer, publish_run, run.id)
    with database.reading() as session:
        bank = bank_in_force(session).id
        rows = {row.item_version_id: row for row in session.exec(select(BankItem).where(BankItem.bank_id == bank))}
        pool = unit_pool(session, bank_id=bank, unit="DG100")
    assert {rows[version].parameter_source for version in trials | in_parts} == {"calibration"}
    assert all(rows[version].pretest for version in trials)
    assert pool.rated == 0
    for version in in_parts:
        row, item = rows[version], found[version]
        assert row.model == "gpcm"
        assert row.parameters == {"thresholds": list(item.thresholds), "covariance": item.cov_ab}
        assert row.difficulty == pytest.approx(np.mean(item.thresholds))
        assert row.parameters != before[version].parameters
        assert item.old_model == "gpcm"
        assert list(item.old_thresholds) == before[version].parameters["thresholds"]


def test_an_item_whose_full_score_nobody_has_stays_as_it_was(richer: Filled) -> None:
    """Its last threshold is not known; a bank with one threshold fewer would stop sittings in the middle."""
    database, _ = richer
    version = next(iter(versions(database, model="gpcm")))
    with database.writing() as session:
        of_item = (col(RecordedAnswer.item_version_id) == version, col(RecordedAnswer.score) == 2)
        session.connection().execute(update(RecordedAnswer).where(*of_item).values(score=1))
    before = next(row for row in stored(database, BankItem) if row.item_version_id == version)
    run = done(richer)
    item = next(item for item in run.items if item.item_version_id == str(version))
    assert (item.flag, item.usable, len(item.thresholds)) == ("score_never_had", False, 1)
    decide(richer, approve_run, run.id)
    decide(richer, publish_run, run.id)
    newest = [row for row in stored(database, BankItem) if row.item_version_id == version and row.n_responses == 0]
    assert len(newest) == 2
    assert all(row.parameters == before.parameters for row in newest)


def test_the_preview_of_a_bank_with_everything_in_it(richer: Filled) -> None:
    """Trials do not count, testlets and parts do: under the parameters on record every verdict comes out again."""
    database, _ = richer
    with database.reading() as session:
        found = recent_sittings(session, standard_id=current_standard(session).id, unit="DG100", include_simulated=True)
    same = preview_impact(found, {}, going_on=lambda: True)
    assert same is not None
    assert (same.sittings, same.unscored, same.changed, same.elements_changed) == (120, 0, 0, 0)
    trials, in_parts = versions(database, pretest=True), versions(database, model="gpcm")
    rows = {row.item_version_id: row for row in stored(database, BankItem)}

    def much_harder(which: set[UUID]) -> Impact:
        new = {}
        for version in which:
            known = Parameters.of_row(rows[version])
            further = {"thresholds": [value + 4 for value in known.further.get("thresholds", ())]}
            new[version] = replace(
                known, difficulty=known.difficulty + 4, further=further if known.further else known.further
            )
        impact = preview_impact(found, new, going_on=lambda: True)
        assert impact is not None
        return impact

    assert much_harder(trials).changed == 0
    turned = much_harder(in_parts)
    assert turned.changed > 0
    assert {item.item_version_id for item in turned.items if item.decisive} <= {str(version) for version in in_parts}


def test_the_share_of_the_score_and_its_curve_are_told_for_items_in_parts(richer: Filled) -> None:
    database, people = richer
    answers = stored(database, RecordedAnswer)
    for version_id in versions(database, model="gpcm"):
        with database.reading() as session:
            version = session.get_one(ItemVersion, version_id)
            detail = item_detail(session, actor=people["psychometrician"], item_id=version.item_id)
            pool = unit_pool(session, bank_id=bank_in_force(session).id, unit="DG100")
            data = load_responses_around(
                session, standard_id=current_standard(session).id, unit="DG100", item_version_id=version_id
            )
        scores = [row.score for row in answers if row.item_version_id == version_id]
        assert detail.line.proportion_right == pytest.approx(np.mean(scores) / 2)
        points = sum(point.proportion * point.n_expected for point in detail.observed)
        assert points == pytest.approx(sum(scores) / 2)
        place = pool.index_of_version[version_id]
        share = pool.pool.expected_scores(detail.curve.ability)[place] / 2
        assert np.allclose(detail.curve.probability, share, atol=1e-12)
        assert (detail.curve.lower < detail.curve.probability).all()
        assert (detail.curve.upper > detail.curve.probability).all()
        assert int(data.score.max()) == 2


def test_trials_stand_in_the_statistics_of_their_unit(richer: Filled) -> None:
    database, people = richer
    with database.reading() as session:
        lines = item_statistics(session, actor=people["psychometrician"], unit="DG100").lines
        numbers = dict(
            session.exec(select(BankItem.item_version_id, BankItem.pretest).where(col(BankItem.unit) == "DG100")).all()
        )
    trials = [line for line in lines if numbers[line.item_version_id]]
    assert len(trials) == 4
    assert all(line.answers > 0 and line.state == "pretest" for line in trials)
