"""What a running calibration tells its record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from itembank.background_runs.heartbeat import Heartbeat
from itembank.calibration_runs.time_left import TimeLeft
from itembank.database import Database
from itembank.tables import CalibrationRun


class Progress(Heartbeat):
    """The callback of a calibration: its heartbeat with the iteration, the log likelihood and the time left.

    Args:
        database: Where the record is.
        run_id: Whose record.
        clock: Tells the time.
        stopping: Tells that this process is being stopped.
    """

    def __init__(
        self, database: Database, run_id: UUID, *, clock: Callable[[], datetime], stopping: Callable[[], bool]
    ) -> None:
        super().__init__(database, run_id, table=CalibrationRun, clock=clock, stopping=stopping)
        self._time_left = TimeLeft()

    def __call__(self, iteration: int, log_likelihood: float) -> bool:
        """Report, if it is time, and tell whether to go on."""
        left = self._time_left.after(iteration, log_likelihood, now=self._clock())
        return self.beat(iteration=iteration, log_likelihood=log_likelihood, seconds_left=left)

    def going_on(self) -> bool:
        """Be heard without new figures, and tell whether to go on."""
        return self.beat()
