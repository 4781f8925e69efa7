"""The worker of the server that takes up studies as they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from itembank.background_runs.worker import RunWorker
from itembank.clock import utc_now
from itembank.database import Database
from itembank.dif_studies.work import execute_study
from itembank.tables import DifStudyRun


class DifStudyWorker(RunWorker):
    """Executes waiting studies one after the other; one whose server went down is taken up again.

    Args:
        database: The database.
        clock: Tells the time.
    """

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = utc_now) -> None:
        super().__init__(database, table=DifStudyRun, execute=execute_study, resume=True, clock=clock)
