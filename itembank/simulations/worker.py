"""The worker of the server that takes up simulation runs as they are asked for, one at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from itembank.background_runs.worker import RunWorker
from itembank.clock import utc_now
from itembank.database import Database
from itembank.simulations.work import execute_simulation
from itembank.tables import SimulationRun


class SimulationWorker(RunWorker):
    """Executes waiting simulation runs one after the other, whichever process of the site they were asked of.

    Args:
        database: The database.
        clock: Tells the time.
    """

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = utc_now) -> None:
        super().__init__(database, table=SimulationRun, execute=execute_simulation, alone=True, clock=clock)
