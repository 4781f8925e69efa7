"""Two people: whoever approved a run may not publish it, and the record says who did what."""

from __future__ import annotations

import importlib
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlmodel import select

from itembank.actor import COMMAND_LINE
from itembank.calibration_runs import runs
from itembank.calibration_runs.states import RunState
from itembank.database import Database
from itembank.errors import SecondPersonNeeded
from itembank.migrate import upgrade
from itembank.publishing.banks import bank_in_force
from itembank.tables import AuditEntry, CalibrationRun, Person
from tests.itembank.calibration_runs.conftest import stored
from tests.itembank.calibration_runs.test_runs import Measured, decide, done, seen
from tests.support.institution import NOON


def test_whoever_approved_may_not_publish(measured: Measured) -> None:
    database, people = measured
    run = done(measured)
    approved = decide(measured, runs.approve_run, run.id)
    assert approved.needs_another_person
    assert approved.possible_moves == ("reject",)
    assert approved.may_publish == ("ทดสอบ psychometrician2",)
    with pytest.raises(SecondPersonNeeded, match="ทดสอบ psychometrician approved"):
        decide(measured, runs.publish_run, run.id, actor=people["psychometrician"])
    with database.reading() as session:
        assert bank_in_force(session).number == 1
        other = runs.run_view(session, actor=people["psychometrician2"], run_id=run.id)
    assert other.possible_moves == ("reject", "publish")
    assert not other.needs_another_person
    published = decide(measured, runs.publish_run, run.id)
    assert published.state is RunState.PUBLISHED
    assert (published.published_by, published.published_at) == ("ทดสอบ psychometrician2", NOON)


def test_whoever_asked_for_the_run_may_publish_what_another_approved(measured: Measured) -> None:
    _, people = measured
    run = done(measured)  # asked for by the first psychometrician
    decide(measured, runs.approve_run, run.id, actor=people["psychometrician2"])
    assert seen(measured, run.id).possible_moves == ("reject", "publish")
    published = decide(measured, runs.publish_run, run.id, actor=people["psychometrician"])
    assert published.state is RunState.PUBLISHED


def test_the_record_and_the_audit_log_name_both(measured: Measured) -> None:
    database, people = measured
    run = done(measured)
    decide(measured, runs.approve_run, run.id)
    decide(measured, runs.publish_run, run.id)
    row = stored(database, CalibrationRun)[0]
    assert row.requested_by_id == row.approved_by_id == people["psychometrician"].person_id
    assert row.published_by_id == people["psychometrician2"].person_id
    entry = next(entry for entry in stored(database, AuditEntry) if entry.action == "calibration.publish")
    assert entry.actor_name == "ทดสอบ psychometrician2"
    assert entry.details["approved_by"] == "ทดสอบ psychometrician"


def test_a_rejected_run_forgets_its_approval(measured: Measured) -> None:
    run = done(measured)
    decide(measured, runs.approve_run, run.id)
    decide(measured, runs.reject_run, run.id, reason="a key was wrong")
    row = stored(measured[0], CalibrationRun)[0]
    assert (row.approved_by, row.approved_by_id, row.approved_at) == (None, None, None)


def test_two_people_of_one_name_are_two(measured: Measured) -> None:
    run = done(measured)
    decide(measured, runs.approve_run, run.id)
    namesake = replace(measured[1]["psychometrician2"], display_name="ทดสอบ psychometrician")
    assert decide(measured, runs.publish_run, run.id, actor=namesake).state is RunState.PUBLISHED


def test_the_command_line_is_one_person_too(measured: Measured) -> None:
    run = done(measured)
    decide(measured, runs.approve_run, run.id, actor=COMMAND_LINE)
    with pytest.raises(SecondPersonNeeded):
        decide(measured, runs.publish_run, run.id, actor=COMMAND_LINE)


def test_where_the_record_has_a_name_alone_the_name_decides(measured: Measured) -> None:
    database, people = measured
    run = done(measured)
    decide(measured, runs.approve_run, run.id)
    with database.writing() as session:
        session.exec(select(CalibrationRun)).one().approved_by_id = None
    with pytest.raises(SecondPersonNeeded):
        decide(measured, runs.publish_run, run.id, actor=people["psychometrician"])
    assert decide(measured, runs.publish_run, run.id).state is RunState.PUBLISHED


def test_only_active_psychometricians_are_named(measured: Measured) -> None:
    database, _ = measured
    run = done(measured)
    assert run.may_publish == ()  # nobody, while it is not approved
    with database.writing() as session:
        session.exec(select(Person).where(Person.username == "psychometrician2")).one().active = False
    assert decide(measured, runs.approve_run, run.id).may_publish == ()


def test_runs_of_before_learn_from_the_audit_log_whose_they_were(tmp_path: Path) -> None:
    """Approved before the migration by a person, published by another: the ids come from the audit log."""
    database = Database(f"sqlite:///{tmp_path / 'old.db'}")
    upgrade(database)
    database.close()
    run, asker, other = uuid4(), uuid4(), uuid4()
    engine = create_engine(f"sqlite:///{tmp_path / 'old.db'}")
    with engine.begin() as connection:
        connection.execute(text("PRAGMA foreign_keys = OFF"))
        connection.execute(
            text(
                "INSERT INTO calibration_run (id, standard_id, unit, base_bank_id, model, state, cancel_requested, "
                "include_simulated, iteration, message, requested_by, requested_at) VALUES "
                "(:id, :id, 'DG100', :id, '2pl', 'published', 0, 1, 0, '', 'A', '2026-01-01')"
            ),
            {"id": run.hex},
        )
        for action, person in (("request", asker), ("approve", asker), ("publish", other), ("cancel", other)):
            connection.execute(
                text(
                    "INSERT INTO audit_entry (at, person_id, actor_name, action, subject_kind, subject, details) "
                    "VALUES ('2026-01-02 03:04:05', :person, 'B', :action, 'calibration', :subject, '{}')"
                ),
                {"person": person.hex, "action": f"calibration.{action}", "subject": str(run)},
            )
    migration = importlib.import_module("itembank.migrations.versions.0005_two_person_publishing")
    with engine.begin() as connection:
        migration.fill_from_the_audit_log(connection)
    engine.dispose()
    database = Database(f"sqlite:///{tmp_path / 'old.db'}")
    row = stored(database, CalibrationRun)[0]
    assert (row.requested_by_id, row.approved_by_id, row.published_by_id) == (asker, asker, other)
    assert row.published_by == "B"
    assert row.published_at is not None
    assert row.published_at.isoformat() == "2026-01-02T03:04:05+00:00"
    database.close()
