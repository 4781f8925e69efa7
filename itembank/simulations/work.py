"""Doing a simulation run: its design and bank go to a child process, its progress and report to the record."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from engine.design import ExamDesign
from itembank.background_runs.heartbeat import Heartbeat
from itembank.clock import utc_now
from itembank.database import Database
from itembank.publishing.pools import unit_pool
from itembank.simulations.child_messages import Breakdown, Death, Ended, Refusal, Report
from itembank.simulations.child_process import run_in_child
from itembank.simulations.computation import SimulationTask
from itembank.simulations.failures import Failure, FailureKind
from itembank.simulations.options import SimulationOptions
from itembank.simulations.states import SimulationState
from itembank.tables import SimulationRun

log = structlog.get_logger("samat.simulation")


def execute_simulation(
    database: Database,
    run_id: UUID,
    *,
    clock: Callable[[], datetime] = utc_now,
    stopping: Callable[[], bool] = lambda: False,
) -> bool:
    """Take up a waiting run and carry it to its end; however it ends, its record says so.

    Args:
        database: The database; no transaction is held while the simulation computes.
        run_id: The run.
        clock: Tells the time.
        stopping: Tells that this process is being stopped; the run then goes back to waiting for another.

    Returns:
        Whether the run was this call's to execute; another may be running, or another process may have taken it.
    """
    if not _claim(database, run_id, now=clock()):
        return False
    heartbeat = Heartbeat(database, run_id, table=SimulationRun, clock=clock, stopping=stopping)
    ended: Ended | None
    try:
        ended = run_in_child(_load(database, run_id), on_step=lambda done, total: heartbeat.beat(done=done))
    except Exception as error:
        # Whatever it was, nobody must look at a run that seems to go on for ever.
        ended = Breakdown(type(error).__name__, traceback.format_exc())
    if isinstance(ended, Report):
        _finish(database, run_id, state=SimulationState.DONE, now=clock(), report=ended.document)
    elif ended is None:
        state = SimulationState.WAITING if heartbeat.stopped else SimulationState.CANCELLED
        _finish(database, run_id, state=state, now=clock())
    else:
        failure = _failure(ended, run_id)
        _finish(database, run_id, state=SimulationState.FAILED, now=clock(), message=failure.to_record())
    return True


def _failure(ended: Refusal | Breakdown | Death, run_id: UUID) -> Failure:
    """Name a failure, and write to the log what it does not tell."""
    match ended:
        case Refusal(sentence):
            return Failure(FailureKind.REFUSED, sentence)
        case Death(exit_code):
            log.error("simulation process ended", run=str(run_id), exit_code=exit_code)
            return Failure(FailureKind.PROCESS_ENDED, str(exit_code))
        case Breakdown(kind, trace):
            log.error("simulation broke down", run=str(run_id), trace=trace)
            return Failure(FailureKind.UNEXPECTED, kind)


def _claim(database: Database, run_id: UUID, *, now: datetime) -> bool:
    try:
        with database.writing() as session:
            claimed = session.connection().execute(
                update(SimulationRun)
                .where(col(SimulationRun.id) == run_id, col(SimulationRun.state) == SimulationState.WAITING.value)
                .values(state=SimulationState.RUNNING.value, heartbeat_at=now, done=0)
            )
            return claimed.rowcount == 1
    except IntegrityError:
        # Another run goes on, and the index allows one.
        return False


def _load(database: Database, run_id: UUID) -> SimulationTask:
    with database.reading() as session:
        run = session.exec(select(SimulationRun).where(SimulationRun.id == run_id)).one()
        unit = unit_pool(session, bank_id=run.bank_id, unit=run.unit)
        return SimulationTask(
            design=ExamDesign.from_dict(run.design),
            pool=unit.pool,
            options=SimulationOptions.from_record(run.options, seed=run.seed),
            pretest_pool=unit.pretest_pool,
            pretest_enemies=unit.pretest_enemies,
        )


def _finish(
    database: Database,
    run_id: UUID,
    *,
    state: SimulationState,
    now: datetime,
    message: str = "",
    report: dict[str, Any] | None = None,
) -> None:
    with database.writing() as session:
        run = session.exec(select(SimulationRun).where(SimulationRun.id == run_id).with_for_update()).one()
        if run.cancel_requested and state is not SimulationState.FAILED:
            state, report = SimulationState.CANCELLED, None
        run.state = state.value
        run.message = message
        run.report = report
        run.finished_at = None if state is SimulationState.WAITING else now
        if report is not None:
            run.done = run.total
        session.add(run)
