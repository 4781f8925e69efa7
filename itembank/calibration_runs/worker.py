"""The worker of the server that takes up calibration runs as they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from itembank.background_runs.worker import RunWorker
from itembank.calibration_runs.work import execute_run
from itembank.clock import utc_now
from itembank.database import Database
from itembank.tables import CalibrationRun


class CalibrationWorker(RunWorker):
    """Executes waiting calibration runs one after the other; one whose server went down is taken up again.

    Args:
        database: The database.
        clock: Tells the time.
    """

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = utc_now) -> None:
        super().__init__(database, table=CalibrationRun, execute=execute_run, resume=True, clock=clock)
