"""What a background run tells its record while it goes on, and what it hears there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event, Thread
from uuid import UUID

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlmodel import col

from itembank.background_runs.run_rows import RunTable
from itembank.database import Database

EVERY = timedelta(seconds=0.5)
#: A step over many millions of answers takes longer than the silence after which a run counts as dead.
PULSE_SECONDS = 10.0

log = structlog.get_logger("samat.background")


class Heartbeat:
    """Writes how far a run is at most twice a second, and learns whether to go on.

    Each beat is a transaction of its own, so that nobody waits for the computation.

    Args:
        database: Where the record is.
        run_id: Whose record.
        table: In which table.
        clock: Tells the time.
        stopping: Tells that this process is being stopped.
    """

    def __init__(
        self,
        database: Database,
        run_id: UUID,
        *,
        table: RunTable,
        clock: Callable[[], datetime],
        stopping: Callable[[], bool],
    ) -> None:
        self._database = database
        self._run_id = run_id
        self._table = table
        self._clock = clock
        self._stopping = stopping
        self._reported_at: datetime | None = None
        self.stopped = False

    def beat(self, **figures: float | None) -> bool:
        """Write the figures, if it is time, and tell whether to go on."""
        if self._stopping():
            self.stopped = True
            return False
        now = self._clock()
        if self._reported_at is not None and now - self._reported_at < EVERY:
            return True
        self._reported_at = now
        try:
            return self._report(figures, now)
        except OperationalError:
            # A busy database must not end a computation; the next report is half a second away.
            log.warning("progress could not be written", table=self._table.__tablename__, run=str(self._run_id))
            return True

    @contextmanager
    def pulse(self) -> Iterator[None]:
        """Be heard even while a single step takes long: nobody else must take a living run for dead."""
        ended = Event()
        thread = Thread(target=self._beat_until, args=(ended,), name="pulse", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _beat_until(self, ended: Event) -> None:
        while not ended.wait(PULSE_SECONDS):
            self.beat()

    def _report(self, figures: dict[str, float | None], now: datetime) -> bool:
        table = self._table
        with self._database.writing() as session:
            connection = session.connection()
            this_run = col(table.id) == self._run_id
            connection.execute(update(table).where(this_run).values(heartbeat_at=now, **figures))
            cancelled = connection.execute(select(col(table.cancel_requested)).where(this_run)).scalar_one()
        return not cancelled
