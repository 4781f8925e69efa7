"""The worker of the server that previews and applies neutralisations, one at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from itembank.background_runs.worker import RunWorker
from itembank.clock import utc_now
from itembank.database import Database
from itembank.neutralisation.work import execute_correction
from itembank.tables import CorrectionRun


class CorrectionWorker(RunWorker):
    """Executes waiting runs one after the other; one whose process died is gone on with.

    Args:
        database: The database.
        clock: Tells the time.
    """

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = utc_now) -> None:
        super().__init__(
            database, table=CorrectionRun, execute=execute_correction, alone=True, resume=True, clock=clock
        )
