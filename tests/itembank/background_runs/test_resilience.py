"""Workers and heartbeats outlive a database that does not answer for a while."""

from __future__ import annotations

import time
from threading import Event
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from itembank.background_runs import worker as worker_module
from itembank.background_runs.heartbeat import Heartbeat
from itembank.background_runs.worker import RunWorker
from itembank.database import Database
from itembank.tables import SimulationRun
from tests.support.institution import NOON, Institution


def never(database: Database, run_id: UUID, **_: object) -> bool:
    raise AssertionError("there is no run to execute")


def test_a_busy_database_does_not_end_a_computation(
    filled: tuple[Database, Institution], monkeypatch: pytest.MonkeyPatch
) -> None:
    database, _ = filled

    def busy() -> Session:
        raise OperationalError("BEGIN", {}, Exception("database is locked"))

    monkeypatch.setattr(database, "writing", busy)
    heartbeat = Heartbeat(database, uuid4(), table=SimulationRun, clock=lambda: NOON, stopping=lambda: False)
    assert heartbeat.beat(done=1)
    assert not heartbeat.stopped


def test_a_worker_outlives_a_lost_database(
    filled: tuple[Database, Institution], monkeypatch: pytest.MonkeyPatch
) -> None:
    database, _ = filled
    monkeypatch.setattr(worker_module, "CALM_DOWN_SECONDS", 0.01)
    worker = RunWorker(database, table=SimulationRun, execute=never)
    looked: list[int] = []
    enough = Event()

    def lost() -> int:
        looked.append(1)
        if len(looked) >= 3:
            enough.set()
        raise ConnectionError

    monkeypatch.setattr(worker, "work_off", lost)
    worker.stop()  # before it began: nothing to stop
    worker.start()
    worker.start()
    try:
        assert enough.wait(10)
    finally:
        worker.stop()
    seen = len(looked)
    time.sleep(0.1)
    assert len(looked) == seen
