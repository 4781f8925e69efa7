"""Doing a run: results previewed, or recomputed in batches that nobody sees before the last one is written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from itembank.clock import utc_now
from itembank.database import Database
from itembank.neutralisation.applying import apply
from itembank.neutralisation.claim import Claim, LostClaim, Stopped
from itembank.neutralisation.previewing import compute_preview
from itembank.neutralisation.states import CorrectionState, Task
from itembank.tables import CorrectionRun, Neutralisation, OutcomeVersion

log = structlog.get_logger("samat.neutralisation")

#: A run goes on behind what it wrote, so more attempts are worth while than where each begins anew; but none for ever.
MOST_ATTEMPTS = 5


def execute_correction(
    database: Database,
    run_id: UUID,
    *,
    clock: Callable[[], datetime] = utc_now,
    stopping: Callable[[], bool] = lambda: False,
) -> bool:
    """Take up a waiting run and carry it to its end; however it ends, its record says so.

    Args:
        database: The database; nothing is computed within a transaction but the last few results.
        run_id: The run.
        clock: Tells the time.
        stopping: Tells that this process is being stopped; the run then goes back to waiting and is gone on with.

    Returns:
        Whether the run was this call's to execute; another may be running, or another process may have taken it.
    """
    attempt = _take_up(database, run_id, now=clock())
    if attempt is None:
        return False
    claim = Claim(database, run_id, attempt, clock=clock, stopping=stopping)
    if attempt > MOST_ATTEMPTS:
        _end(claim, CorrectionState.FAILED, message=f"the server went down {MOST_ATTEMPTS} times while it did this")
        return True
    try:
        task, neutralisation = _load(database, run_id)
        if task is Task.PREVIEW:
            compute_preview(claim, neutralisation)
        else:
            apply(claim, neutralisation, task=task)
    except Stopped as stopped:
        _end(claim, stopped.state)
    except LostClaim:
        log.warning("another process has taken over", run=str(run_id))
    except Exception as error:
        # Whatever it was, nobody must look at a run that seems to go on for ever.
        log.exception("recomputing results failed", run=str(run_id))
        _end(claim, CorrectionState.FAILED, message=f"unexpected {type(error).__name__}; the server's log has more")
    return True


def _take_up(database: Database, run_id: UUID, *, now: datetime) -> int | None:
    try:
        with database.writing() as session:
            taken = session.connection().execute(
                update(CorrectionRun)
                .where(col(CorrectionRun.id) == run_id, col(CorrectionRun.state) == CorrectionState.WAITING.value)
                .values(
                    state=CorrectionState.RUNNING.value,
                    heartbeat_at=now,
                    attempt=col(CorrectionRun.attempt) + 1,
                    done=0,
                )
            )
            if taken.rowcount != 1:
                return None
            return session.exec(select(CorrectionRun.attempt).where(CorrectionRun.id == run_id)).one()
    except IntegrityError:
        # Another run goes on, and the index allows one.
        return None


def _load(database: Database, run_id: UUID) -> tuple[Task, Neutralisation]:
    with database.reading() as session:
        task, neutralisation = session.exec(
            select(CorrectionRun.task, Neutralisation)
            .join(Neutralisation, col(Neutralisation.id) == col(CorrectionRun.neutralisation_id))
            .where(CorrectionRun.id == run_id)
        ).one()
        session.expunge(neutralisation)
        return Task(task), neutralisation


def _end(claim: Claim, state: CorrectionState, *, message: str = "") -> None:
    try:
        with claim.database.writing() as session:
            run = claim.hold(session)
            run.state, run.message = state.value, message
            run.finished_at = None if state is CorrectionState.WAITING else claim.clock()
            if state is CorrectionState.WAITING:
                # A server that was stopped in order says nothing against the run.
                run.attempt -= 1
            if state is CorrectionState.FAILED:
                _forget(session, run.id)
            session.add(run)
    except LostClaim:
        log.warning("another process has taken over", run=str(claim.run_id))


def _forget(session: Session, run_id: UUID) -> None:
    """Take away what a failed run wrote: nobody has seen it, and a new run begins from the start."""
    session.connection().execute(delete(OutcomeVersion).where(col(OutcomeVersion.run_id) == run_id))
