"""Asking for runs and deciding on them: who may, when, and what it does to the bank."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from itembank.calibration_runs import runs
from itembank.calibration_runs.runs import RunView
from itembank.calibration_runs.states import RunState
from itembank.calibration_runs.work import execute_run
from itembank.database import Database
from itembank.errors import IllegalMove, InvalidInput, NotAllowed, NotEnoughAnswers, NotFound
from itembank.publishing.banks import bank_in_force, reinstate_bank
from itembank.tables import AuditEntry, BankItem, CalibrationRun, Sitting
from tests.itembank.calibration_runs.conftest import stored
from tests.support.banks import publish_another
from tests.support.institution import NOON, Institution

Measured = tuple[Database, Institution]


def requested(measured: Measured, **options: Any) -> RunView:
    database, institution = measured
    with database.writing() as session:
        return runs.request_run(
            session, **({"actor": institution["psychometrician"], "unit": "DG100", "now": NOON} | options)
        )


def done(measured: Measured, **options: Any) -> RunView:
    run = requested(measured, **options)
    assert execute_run(measured[0], run.id)
    return seen(measured, run.id)


def seen(measured: Measured, run_id: UUID) -> RunView:
    database, institution = measured
    with database.reading() as session:
        return runs.run_view(session, actor=institution["psychometrician"], run_id=run_id)


def decide(measured: Measured, use_case: Callable[..., RunView], run_id: UUID, **options: Any) -> RunView:
    """Decide as one psychometrician; publish as the other."""
    database, institution = measured
    actor = institution["psychometrician2" if use_case is runs.publish_run else "psychometrician"]
    with database.writing() as session:
        return use_case(session, **({"actor": actor, "run_id": run_id, "now": NOON} | options))


def parameters_in_force(database: Database) -> dict[UUID, BankItem]:
    bank_id = bank_in_force_id(database)
    return {row.item_version_id: row for row in stored(database, BankItem) if row.bank_id == bank_id}


def test_from_request_to_a_bank_in_force(measured: Measured) -> None:
    database, _ = measured
    before = parameters_in_force(database)
    run = done(measured)
    assert run.state is RunState.DONE
    assert run.summary is not None
    assert run.summary.converged
    assert (run.summary.n_persons, run.summary.n_simulated) == (160, 160)
    assert set(run.possible_moves) == {"approve", "reject"}
    assert parameters_in_force(database) == before  # a run touches nothing

    run = decide(measured, runs.approve_run, run.id)
    assert (run.state, run.approved_by) == (RunState.APPROVED, "ทดสอบ psychometrician")
    run = decide(measured, runs.publish_run, run.id, note="first calibration")
    assert (run.state, run.published_bank_number, run.base_in_force) == (RunState.PUBLISHED, 2, False)

    after = parameters_in_force(database)
    estimated = {UUID(item.item_version_id): item for item in run.items}
    assert len(estimated) >= 15
    for version_id, row in after.items():
        if version_id in estimated:
            item = estimated[version_id]
            assert (row.parameter_source, row.n_responses) == ("calibration", item.n)
            assert (row.discrimination, row.difficulty) == (item.a, item.b)
            assert (row.se_discrimination, row.se_difficulty) == (item.se_a, item.se_b)
        else:
            assert row.parameter_source == "prior"
            assert row.difficulty == before[version_id].difficulty
    actions = [entry.action for entry in stored(database, AuditEntry) if entry.subject == str(run.id)]
    banks_sat = {sitting.bank_id for sitting in stored(database, Sitting)}
    assert actions == ["calibration.request", "calibration.approve", "calibration.publish"]
    assert bank_in_force_id(database) not in banks_sat  # sittings keep the bank they began with


def bank_in_force_id(database: Database) -> UUID:
    with database.reading() as session:
        return bank_in_force(session).id


def test_every_deed_needs_a_psychometrician(measured: Measured) -> None:
    database, institution = measured
    run = requested(measured)
    for username in ("candidate", "writer", "reviewer", "administrator"):
        actor = institution[username]
        with database.reading() as session:
            for refused in (
                lambda: runs.request_run(session, actor=actor, unit="DG100", now=NOON),  # noqa: B023
                lambda: runs.list_runs(session, actor=actor),  # noqa: B023
                lambda: runs.run_view(session, actor=actor, run_id=run.id),  # noqa: B023
                lambda: runs.cancel_run(session, actor=actor, run_id=run.id, now=NOON),  # noqa: B023
                lambda: runs.approve_run(session, actor=actor, run_id=run.id, now=NOON),  # noqa: B023
                lambda: runs.reject_run(session, actor=actor, run_id=run.id, reason="no", now=NOON),  # noqa: B023
                lambda: runs.publish_run(session, actor=actor, run_id=run.id, now=NOON),  # noqa: B023
                lambda: runs.request_again(session, actor=actor, run_id=run.id, now=NOON),  # noqa: B023
            ):
                with pytest.raises(NotAllowed):
                    refused()


@pytest.mark.parametrize(
    ("options", "refusal"),
    [
        ({"unit": "DG999"}, NotFound),
        ({"model": "4pl"}, InvalidInput),
        ({"include_simulated": False}, NotEnoughAnswers),
        ({"unit": "DT600"}, NotEnoughAnswers),
    ],
)
def test_what_cannot_be_calibrated_is_refused_at_once(
    measured: Measured, options: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        requested(measured, **options)


def test_the_refusal_tells_what_is_missing(measured: Measured) -> None:
    with pytest.raises(NotEnoughAnswers, match="0 of 50 sittings, 0 of 200 answers"):
        requested(measured, unit="DT600")


def test_asking_twice_starts_one_run(measured: Measured) -> None:
    first, second, other = requested(measured), requested(measured), requested(measured, model="rasch")
    assert first.id == second.id != other.id


def test_a_run_is_decided_on_once(measured: Measured) -> None:
    run = done(measured)
    for use_case, options in (
        (runs.publish_run, {}),
        (runs.cancel_run, {}),
        (runs.request_again, {}),
    ):
        with pytest.raises(IllegalMove):
            decide(measured, use_case, run.id, **options)
    with pytest.raises(InvalidInput, match="reason"):
        decide(measured, runs.reject_run, run.id, reason="  ")
    rejected = decide(measured, runs.reject_run, run.id, reason="a key was wrong")
    assert (rejected.state, rejected.message) == (RunState.REJECTED, "a key was wrong")
    with pytest.raises(IllegalMove):
        decide(measured, runs.approve_run, run.id)
    again = decide(measured, runs.request_again, run.id)
    assert (again.state, again.unit) == (RunState.WAITING, "DG100")
    assert again.id != run.id


def test_what_did_not_converge_cannot_be_approved(measured: Measured) -> None:
    database, _ = measured
    run = done(measured)
    with database.writing() as session:
        row = session.get(CalibrationRun, run.id)
        assert row is not None
        assert row.results is not None
        row.results = row.results | {"summary": row.results["summary"] | {"converged": False}}
        session.add(row)
    assert seen(measured, run.id).possible_moves == ("reject",)
    with pytest.raises(IllegalMove, match="without having converged"):
        decide(measured, runs.approve_run, run.id)


def test_a_waiting_run_is_cancelled_at_once(measured: Measured) -> None:
    run = decide(measured, runs.cancel_run, requested(measured).id)
    assert run.state is RunState.CANCELLED
    assert not execute_run(measured[0], run.id)
    assert requested(measured).id != run.id


def test_an_unknown_run(measured: Measured) -> None:
    with pytest.raises(NotFound):
        seen(measured, uuid4())
    with pytest.raises(NotFound):
        decide(measured, runs.approve_run, uuid4())


def test_a_run_on_a_bank_that_is_no_longer_in_force_says_so_and_can_be_published(measured: Measured) -> None:
    database, institution = measured
    run = done(measured)
    assert run.base_in_force
    with database.writing() as session:
        publish_another(session, actor=institution["psychometrician"])
    run = decide(measured, runs.approve_run, run.id)
    assert not run.base_in_force
    assert decide(measured, runs.publish_run, run.id).published_bank_number == 3
    with database.writing() as session:
        back = reinstate_bank(session, actor=institution["psychometrician"], number=1, reason="taken back", now=NOON)
    assert back.in_force


def test_the_list_has_the_newest_first_and_no_items(measured: Measured) -> None:
    database, institution = measured
    first = done(measured)
    second = requested(measured, model="rasch", now=NOON.replace(hour=6))
    with database.reading() as session:
        listed = runs.list_runs(session, actor=institution["psychometrician"])
        none = runs.list_runs(session, actor=institution["psychometrician"], unit="DT600")
    assert [run.id for run in listed] == [second.id, first.id]
    assert listed[1] == replace(first, items=(), impact=None, diagnostics=None)
    assert none == ()


def test_a_rasch_run_is_published_in_the_unit_of_its_population(measured: Measured) -> None:
    run = done(measured, model="rasch")
    assert run.summary is not None
    slopes = {item.a for item in run.items}
    assert len(slopes) == 1
    assert slopes.pop() == pytest.approx(run.summary.latent_sd)
    assert {item.model for item in run.items} == {"1pl"}
    decide(measured, runs.approve_run, run.id)
    assert decide(measured, runs.publish_run, run.id).state is RunState.PUBLISHED
