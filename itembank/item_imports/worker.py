"""The worker of the server that reads and stores uploaded files of items."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from itembank.background_runs.worker import RunWorker
from itembank.clock import utc_now
from itembank.database import Database
from itembank.item_imports.work import execute_import
from itembank.tables import ItemImport


class ImportWorker(RunWorker):
    """Deals with waiting files one after the other; one whose process died is begun anew.

    Args:
        database: The database.
        clock: Tells the time.
    """

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = utc_now) -> None:
        super().__init__(database, table=ItemImport, execute=execute_import, resume=True, clock=clock)
