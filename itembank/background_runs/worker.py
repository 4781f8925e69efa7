"""The worker: one thread of the server that takes up runs of a table as they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Protocol
from uuid import UUID

import structlog
from sqlalchemy import update
from sqlmodel import col, select

from itembank.background_runs.run_rows import INTERRUPTED, RUNNING, WAITING, RunTable
from itembank.clock import utc_now
from itembank.database import Database

POLL_SECONDS = 1.0
#: After an unexpected failure, such as a lost database, the worker looks again less often.
CALM_DOWN_SECONDS = 10.0
STOP_SECONDS = 3.0
#: A run whose process has not been heard of for so long is not going on any more.
SILENCE = timedelta(seconds=60)
LOOK_FOR_SILENCE_EVERY = timedelta(seconds=15)

log = structlog.get_logger("samat.background")


class Execute(Protocol):
    """Takes up a run and carries it to its end."""

    def __call__(
        self, database: Database, run_id: UUID, *, clock: Callable[[], datetime], stopping: Callable[[], bool]
    ) -> bool:
        """Tell whether the run was this call's to execute."""


class RunWorker:
    """Executes waiting runs one after the other, outside every request.

    Several processes may each have a worker: taking up a run is one conditional update, which only one of them wins.

    Args:
        database: The database.
        table: The table of the runs.
        execute: Carries one run to its end.
        alone: Whether a run waits while any other of the table is running, in whatever process.
        resume: Whether a run whose process fell silent waits to be taken up again instead of being given up.
        clock: Tells the time.
    """

    def __init__(
        self,
        database: Database,
        *,
        table: RunTable,
        execute: Execute,
        alone: bool = False,
        resume: bool = False,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database = database
        self._table = table
        self._execute = execute
        self._alone = alone
        self._resume = resume
        self._clock = clock
        self._stop = Event()
        self._woken = Event()
        self._thread: Thread | None = None
        self._looked_for_silence: datetime | None = None

    def start(self) -> None:
        """Begin to look for runs; starting twice does nothing."""
        if self._thread is None:
            self._stop.clear()
            self._thread = Thread(target=self._work, name=self._name, daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Stop; a run under way goes back to waiting, so that the next start takes it up again."""
        if self._thread is not None:
            self._stop.set()
            self._woken.set()
            self._thread.join(STOP_SECONDS)
            self._thread = None

    def wake(self) -> None:
        """Say that there is a new run, so that it need not wait for the next look."""
        self._woken.set()

    @property
    def _name(self) -> str:
        return str(self._table.__tablename__)

    def _work(self) -> None:
        while not self._stop.is_set():
            pause = POLL_SECONDS
            try:
                self.work_off()
            except Exception:
                # The thread has to outlive a lost connection: nobody would start it again.
                log.exception("looking for runs failed", table=self._name)
                pause = CALM_DOWN_SECONDS
            self._woken.wait(pause)
            self._woken.clear()

    def work_off(self) -> int:
        """Execute every waiting run, and give up those that have fallen silent.

        Returns:
            How many were executed.
        """
        self._give_up_silent_runs()
        executed = 0
        while not self._stop.is_set() and (run_id := self._next_waiting()) is not None:
            executed += self._execute(self._database, run_id, clock=self._clock, stopping=self._stop.is_set)
        return executed

    def _next_waiting(self) -> UUID | None:
        table = self._table
        with self._database.reading() as session:
            if self._alone and session.exec(select(table.id).where(table.state == RUNNING)).first() is not None:
                return None
            return session.exec(
                select(table.id).where(table.state == WAITING).order_by(col(table.requested_at))
            ).first()

    def _give_up_silent_runs(self) -> None:
        now, table = self._clock(), self._table
        if self._looked_for_silence is not None and now - self._looked_for_silence < LOOK_FOR_SILENCE_EVERY:
            return
        self._looked_for_silence = now
        silent = (col(table.state) == RUNNING, col(table.heartbeat_at) < now - SILENCE)
        with self._database.reading() as session:
            if session.exec(select(table.id).where(*silent)).first() is None:
                return
        with self._database.writing() as session:
            values: dict[str, object] = (
                {"state": WAITING} if self._resume else {"state": INTERRUPTED, "finished_at": now}
            )
            silenced = session.connection().execute(update(table).where(*silent).values(**values))
            log.warning("runs were interrupted", table=self._name, count=silenced.rowcount)
