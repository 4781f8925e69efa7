"""What a unit that tries items out and scores some in parts tells: trials become known, parts stay out of a run."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from sqlmodel import col, select

from itembank.calibration_runs.item_detail import item_detail
from itembank.calibration_runs.item_statistics import item_statistics
from itembank.calibration_runs.recorded_responses import load_responses, load_responses_around
from itembank.calibration_runs.runs import approve_run, publish_run
from itembank.database import Database
from itembank.delivery.exams import create_exam, propose_design
from itembank.demo.simulated_sittings import add_simulated_sittings
from itembank.framework.store import current_standard
from itembank.publishing.banks import bank_in_force
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


def test_trials_go_into_the_data_and_parts_do_not(richer: Filled) -> None:
    database, _ = richer
    in_parts, trials = versions(database, model="gpcm"), versions(database, pretest=True)
    with database.reading() as session:
        recorded = load_responses(session, standard_id=current_standard(session).id, unit="DG100")
    known = {UUID(item) for item in recorded.data.item_ids}
    answers = [row for row in stored(database, RecordedAnswer) if row.item_version_id not in in_parts]
    assert recorded.count.answers == recorded.data.n_responses == len(answers)
    assert trials <= known
    assert in_parts.isdisjoint(known)
    assert any(row.item_version_id in in_parts for row in stored(database, RecordedAnswer))
    assert int(recorded.data.score.max()) == 1


def test_a_run_makes_trials_known_and_names_what_it_leaves_out(richer: Filled) -> None:
    database, _ = richer
    trials, in_parts = versions(database, pretest=True), versions(database, model="gpcm")
    before = {row.item_version_id: row for row in stored(database, BankItem)}
    run = done(richer)
    assert run.state == "done"
    assert run.summary is not None
    left_out = {UUID(one.id): one.reason for one in run.summary.exclusions if one.kind == "item"}
    assert {version: left_out[version] for version in in_parts} == dict.fromkeys(in_parts, "scored_in_parts")
    decide(richer, approve_run, run.id)
    decide(richer, publish_run, run.id)
    with database.reading() as session:
        bank = bank_in_force(session).id
        rows = {row.item_version_id: row for row in session.exec(select(BankItem).where(BankItem.bank_id == bank))}
        pool = unit_pool(session, bank_id=bank, unit="DG100")
    assert {rows[version].parameter_source for version in trials} == {"calibration"}
    assert all(rows[version].pretest for version in trials)
    assert all(rows[version].parameters == before[version].parameters for version in in_parts)
    assert pool.rated == len(in_parts)


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
        assert detail.observed == ()
        place = pool.index_of_version[version_id]
        share = pool.pool.expected_scores(detail.curve.ability)[place] / 2
        assert np.allclose(detail.curve.probability, share, atol=1e-12)
        assert (detail.curve.lower < detail.curve.probability).all()
        assert (detail.curve.upper > detail.curve.probability).all()
        assert int(data.score.max()) == 1


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
