"""A process's claim on a run: what it may write, and what it hears, between one batch and the next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, select

from itembank.database import Database
from itembank.neutralisation.states import CorrectionState
from itembank.tables import CorrectionRun


class LostClaim(Exception):
    """Another process has taken the run over while this one was silent."""


class Stopped(Exception):
    """The run is not to go on here: its process is being stopped, or somebody cancelled it."""

    def __init__(self, state: CorrectionState) -> None:
        super().__init__(state.value)
        self.state = state


class Claim:
    """The right to carry one run on.

    Args:
        database: Where the run is.
        run_id: The run.
        attempt: Which taking-up this is; a later one ends the claim.
        clock: Tells the time.
        stopping: Tells that this process is being stopped.
    """

    def __init__(
        self,
        database: Database,
        run_id: UUID,
        attempt: int,
        *,
        clock: Callable[[], datetime],
        stopping: Callable[[], bool],
    ) -> None:
        self.database = database
        self.run_id = run_id
        self.clock = clock
        self._attempt = attempt
        self._stopping = stopping

    def hold(self, session: Session) -> CorrectionRun:
        """Lock the run's row for writing under this claim.

        Raises:
            LostClaim: The run is another process's by now.
        """
        query = select(CorrectionRun).where(CorrectionRun.id == self.run_id).with_for_update()
        run = session.exec(query.execution_options(populate_existing=True)).one()
        if run.attempt != self._attempt or run.state != CorrectionState.RUNNING:
            raise LostClaim
        return run

    def go_on(self, session: Session, *, done: int, total: int | None = None) -> CorrectionRun:
        """Be heard, tell how far the work is, and hear whether it may go on.

        Raises:
            LostClaim: The run is another process's by now.
            Stopped: The process is being stopped, or the run was cancelled.
        """
        if self._stopping():
            raise Stopped(CorrectionState.WAITING)
        run = self.hold(session)
        if run.cancel_requested:
            raise Stopped(CorrectionState.CANCELLED)
        run.heartbeat_at, run.done = self.clock(), done
        if total is not None:
            run.total = total
        session.add(run)
        return run
