"""An institution with sittings and a calibration run that is done: what reports of measurement are about."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from itembank.calibration_runs.runs import request_run
from itembank.calibration_runs.work import execute_run
from itembank.database import Database
from tests.itembank.calibration_runs.conftest import measured_copy
from tests.support.institution import NOON, Institution

UNIT = "DG100"


def reported_copy(filled_file: tuple[Path, Institution], folder: Path) -> tuple[Path, Institution, UUID]:
    """Make an SQLite file with the institution, its sittings and a run on them."""
    path, institution = measured_copy(filled_file, folder)
    database = Database(f"sqlite:///{path}")
    with database.writing() as session:
        run = request_run(session, actor=institution["psychometrician"], unit=UNIT, now=NOON)
    assert execute_run(database, run.id, clock=lambda: NOON)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path, institution, run.id
