"""What a running calibration tells its record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Event, Thread
from uuid import UUID

from itembank.background_runs.heartbeat import Heartbeat
from itembank.calibration_runs.time_left import TimeLeft
from itembank.database import Database
from itembank.tables import CalibrationRun

#: A step over many millions of answers takes longer than the silence after which a run counts as dead.
PULSE_SECONDS = 10.0


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

    @contextmanager
    def pulse(self) -> Iterator[None]:
        """Be heard even while a single step takes long: nobody else must take a living run for dead."""
        ended = Event()
        thread = Thread(target=self._beat_until, args=(ended,), name="calibration-pulse", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _beat_until(self, ended: Event) -> None:
        while not ended.wait(PULSE_SECONDS):
            self.beat()
