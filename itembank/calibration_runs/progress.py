"""What a running calibration tells its record, and what it hears there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlmodel import col

from itembank.database import Database
from itembank.tables import CalibrationRun

EVERY = timedelta(seconds=0.5)

log = structlog.get_logger("samat.calibration")


class Progress:
    """The callback of a calibration: writes how far it is at most twice a second, and learns whether to go on.

    Each report is a transaction of its own, so that nobody waits for the calibration.

    Args:
        database: Where the record is.
        run_id: Whose record.
        clock: Tells the time.
        stopping: Tells that this process is being stopped.
    """

    def __init__(
        self, database: Database, run_id: UUID, *, clock: Callable[[], datetime], stopping: Callable[[], bool]
    ) -> None:
        self._database = database
        self._run_id = run_id
        self._clock = clock
        self._stopping = stopping
        self._reported_at: datetime | None = None
        self.stopped = False

    def __call__(self, iteration: int, log_likelihood: float) -> bool:
        """Report, if it is time, and tell whether to go on."""
        if self._stopping():
            self.stopped = True
            return False
        now = self._clock()
        if self._reported_at is not None and now - self._reported_at < EVERY:
            return True
        self._reported_at = now
        try:
            return self._report(iteration, log_likelihood, now)
        except OperationalError:
            # A busy database must not end a calibration; the next report is half a second away.
            log.warning("progress of a calibration could not be written", run=str(self._run_id))
            return True

    def _report(self, iteration: int, log_likelihood: float, now: datetime) -> bool:
        with self._database.writing() as session:
            connection = session.connection()
            this_run = col(CalibrationRun.id) == self._run_id
            connection.execute(
                update(CalibrationRun)
                .where(this_run)
                .values(iteration=iteration, log_likelihood=log_likelihood, heartbeat_at=now)
            )
            cancelled = connection.execute(select(col(CalibrationRun.cancel_requested)).where(this_run)).scalar_one()
        return not cancelled
