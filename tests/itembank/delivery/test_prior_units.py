"""Finished units inform the start of the next sitting where the exam asks for it, and the record tells of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import select

from engine.across_units import UnitEvidence, informed_prior, unit_evidence
from itembank.actor import COMMAND_LINE
from itembank.audit import list_entries
from itembank.database import Database
from itembank.delivery.exams import create_exam, enrol, propose_design
from itembank.delivery.outcome_record import InformingUnit, result_view
from itembank.delivery.prior_units import informing_units, sitting_design
from itembank.delivery.records import load_record, prepared_exam
from itembank.delivery.replay import replay_sitting
from itembank.delivery.sittings import end_sitting
from itembank.delivery.told_replay import told_replay
from itembank.publishing.pools import unit_pool
from itembank.tables import Exam, RecordedOutcome, Sitting, Standard
from tests.support.banks import publish_another
from tests.support.institution import NOON, Institution
from tests.support.sitting import Chooser, always_right, always_wrong, begin, sit_through

Filled = tuple[Database, Institution]
LATER = NOON + timedelta(hours=2)


def _exam(database: Database, *, unit: str, correlation: float | None = 0.7) -> UUID:
    """An exam on another unit, in which both candidates are enrolled."""
    with database.writing() as session:
        design = replace(propose_design(session, actor=COMMAND_LINE, unit=unit), unit_correlation=correlation)
        exam = create_exam(session, actor=COMMAND_LINE, title=unit, unit=unit, design=design, now=NOON)
        enrol(session, actor=COMMAND_LINE, exam_id=exam.id, usernames=["candidate", "candidate2"], now=NOON)
    return exam.id


def _finish(
    database: Database, people: Institution, exam_id: UUID, *, choose: Chooser = always_right, after: int = 0
) -> UUID:
    moment = NOON + timedelta(minutes=after)
    return sit_through(database, actor=people["candidate"], exam_id=exam_id, now=moment, choose=choose).id


def _started(database: Database, people: Institution, exam_id: UUID, username: str = "candidate") -> Sitting:
    view = begin(database, actor=people[username], exam_id=exam_id, now=LATER)
    with database.reading() as session:
        return session.get_one(Sitting, view.id)


def _evidence(database: Database, sitting_id: UUID) -> UnitEvidence:
    with database.reading() as session:
        loaded = load_record(session, sitting_id)
        return unit_evidence(loaded.prepared, loaded.state(LATER))


def test_finished_units_inform_the_start_and_the_record_says_so(database: Database, institution: Institution) -> None:
    first = _finish(database, institution, institution.exam)
    second = _finish(database, institution, _exam(database, unit="DT600"), choose=always_wrong, after=30)
    sitting = _started(database, institution, _exam(database, unit="Dlit100"))
    # One unit mastered and one not leave the verdict open, so all of both counts.
    prior = informed_prior([_evidence(database, first), _evidence(database, second)], correlation=0.7)
    assert (sitting.design["prior_mean"], sitting.design["prior_sd"]) == pytest.approx((prior.mean, prior.sd), abs=1e-6)
    assert sitting.design["prior_origin"] == {
        "population_mean": 0.0,
        "population_sd": 1.0,
        "units": ["DG100", "DT600"],
        "sittings": [str(first), str(second)],
        "weight": 1.0,
    }
    with database.reading() as session:
        entry = list_entries(session, actor=institution["administrator"], subject=str(sitting.id))[0]
    assert entry.details["informed_by"] == ["DG100", "DT600"]
    assert entry.details["prior_mean"] == sitting.design["prior_mean"]


def test_an_informed_sitting_replays_and_its_result_names_the_units(filled: Filled) -> None:
    database, people = filled
    _finish(database, people, people.exam)
    informed = _finish(database, people, _exam(database, unit="DT600"), after=60)
    with database.reading() as session:
        report = replay_sitting(session, actor=people["administrator"], sitting_id=informed, now=LATER)
        result = result_view(session, actor=people["candidate"], sitting_id=informed, now=LATER)
    assert report.agrees
    # What all answers right in the unit before say is there before the first answer.
    assert report.steps[0].theta > 0.3
    assert [unit.code for unit in result.informed_by] == ["DG100"]
    assert isinstance(result.informed_by[0], InformingUnit)
    assert result.informed_by[0].title


def test_the_replay_tells_what_informed_the_start(filled: Filled) -> None:
    database, people = filled
    first = _finish(database, people, people.exam)
    informed = _finish(database, people, _exam(database, unit="DT600"), after=60)
    with database.reading() as session:
        reports = {
            sitting_id: replay_sitting(session, actor=people["administrator"], sitting_id=sitting_id, now=LATER)
            for sitting_id in (first, informed)
        }
        design = session.get_one(Sitting, informed).design
    prior = reports[informed].prior
    assert prior is not None
    assert (prior.mean, prior.sd, prior.weight) == (
        design["prior_mean"], design["prior_sd"], design["prior_origin"]["weight"]
    )  # fmt: skip
    assert (prior.population_mean, prior.population_sd) == (0.0, 1.0)
    assert (prior.units, prior.sittings) == (("DG100",), (first,))
    told = told_replay(reports[informed], language="en")
    assert ["finished before (DG100)" in sentence for sentence in told.decisions[:3]] == [True, False, False]
    assert reports[first].prior is None
    assert not any("finished before" in sentence for sentence in told_replay(reports[first], language="en").decisions)


def test_nothing_that_comes_later_changes_what_was_pinned(filled: Filled) -> None:
    database, people = filled
    first = _finish(database, people, people.exam)
    dt600, dlit100 = _exam(database, unit="DT600"), _exam(database, unit="Dlit100")
    running = _started(database, people, dt600)
    _finish(database, people, dlit100, choose=always_wrong, after=180)
    with database.writing() as session:
        publish_another(session, actor=people["psychometrician"], by=0.5)
        session.delete(session.get_one(RecordedOutcome, first))
    assert _started(database, people, dt600).design == running.design


def test_an_exam_without_the_policy_starts_from_the_population(filled: Filled) -> None:
    database, people = filled
    _finish(database, people, people.exam)
    exam_id = _exam(database, unit="DT600", correlation=None)
    sitting = _started(database, people, exam_id)
    with database.reading() as session:
        assert sitting.design == session.get_one(Exam, exam_id).design
        entry = list_entries(session, actor=people["administrator"], subject=str(sitting.id))[0]
    assert informing_units(sitting.design) == ()
    assert "informed_by" not in entry.details


def test_a_candidate_without_finished_units_starts_from_the_population(filled: Filled) -> None:
    database, people = filled
    begin(database, actor=people["candidate"], exam_id=people.exam, now=NOON)
    exam_id = _exam(database, unit="DT600")
    for username in ("candidate", "candidate2"):  # one whose other sitting still runs, one who sat nothing
        sitting = _started(database, people, exam_id, username)
        assert (sitting.design["prior_mean"], sitting.design["prior_sd"]) == (0.0, 1.0)
        assert sitting.design["prior_origin"] is None


def test_a_sitting_left_without_an_answer_says_nothing(filled: Filled) -> None:
    database, people = filled
    view = begin(database, actor=people["candidate"], exam_id=people.exam, now=NOON)
    with database.writing() as session:
        end_sitting(session, actor=people["candidate"], sitting_id=view.id, now=NOON)
    assert informing_units(_started(database, people, _exam(database, unit="DT600")).design) == ()


def test_of_a_unit_sat_twice_the_latest_counts(filled: Filled) -> None:
    database, people = filled
    _finish(database, people, people.exam, choose=always_wrong)
    again = _finish(database, people, _exam(database, unit="DG100", correlation=None), after=90)
    sitting = _started(database, people, _exam(database, unit="DT600"))
    assert sitting.design["prior_origin"]["sittings"] == [str(again)]
    assert sitting.design["prior_mean"] > 0


def test_a_second_try_at_a_unit_is_not_informed_by_the_first(filled: Filled) -> None:
    database, people = filled
    _finish(database, people, people.exam, choose=always_wrong)
    assert informing_units(_started(database, people, _exam(database, unit="DG100")).design) == ()


def test_only_sittings_of_the_same_kind_standard_and_person_count(filled: Filled) -> None:
    database, people = filled
    finished = _finish(database, people, people.exam)
    exam_id = _exam(database, unit="DT600")

    def informed(username: str = "candidate", *, simulated: bool = False) -> tuple[str, ...]:
        with database.reading() as session:
            person_id = people[username].person_id
            assert person_id is not None
            design = sitting_design(
                session, exam=session.get_one(Exam, exam_id), person_id=person_id, simulated=simulated, now=LATER
            )
        return informing_units(design)

    assert informed() == ("DG100",)
    assert informed("candidate2") == ()
    assert informed(simulated=True) == ()
    with database.writing() as session:
        session.get_one(Sitting, finished).simulated = True
    assert informed() == ()
    assert informed(simulated=True) == ("DG100",)
    with database.writing() as session:
        standard = session.exec(select(Standard)).one()
        document = standard.model_dump(exclude={"id"}) | {"version": standard.version + 1}
        newer = Standard(**document)
        session.add(newer)
        session.flush()
        session.get_one(Exam, people.exam).standard_id = newer.id
    assert informed(simulated=True) == ()


def test_what_informed_a_sitting_is_not_prepared_for_each_candidate(filled: Filled) -> None:
    database, people = filled
    _finish(database, people, people.exam)
    sitting = _started(database, people, _exam(database, unit="DT600"))
    with database.reading() as session:
        pool = unit_pool(session, bank_id=sitting.bank_id, unit="DT600")
    informed = prepared_exam(pool, sitting.design)
    other = prepared_exam(pool, sitting.design | {"prior_mean": 0.123})
    assert informed.tree is other.tree
    assert informed.log_probabilities is other.log_probabilities
