"""An institution with recorded answers: simulated sittings of its exam on DG100."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from sqlmodel import SQLModel, select

from itembank.database import Database
from itembank.demo.simulated_sittings import add_simulated_sittings
from tests.support.institution import NOON, Institution

SITTINGS = 160

Row = TypeVar("Row", bound=SQLModel)


def sit(database: Database, institution: Institution, count: int = SITTINGS) -> None:
    """Record simulated sittings of the institution's exam."""
    with database.writing() as session:
        add_simulated_sittings(session, exam_id=institution.exam, count=count, now=NOON)


def measured_copy(filled_file: tuple[Path, Institution], folder: Path) -> tuple[Path, Institution]:
    """Make an SQLite file with the institution and its sittings."""
    source, institution = filled_file
    path = folder / "measured.db"
    shutil.copy(source, path)
    database = Database(f"sqlite:///{path}")
    sit(database, institution)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path, institution


@pytest.fixture(scope="session")
def measured_file(
    filled_file: tuple[Path, Institution], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Institution]:
    """An SQLite file with sittings, made once; tests work on copies."""
    return measured_copy(filled_file, tmp_path_factory.mktemp("measured"))


@pytest.fixture
def measured(measured_file: tuple[Path, Institution], tmp_path: Path) -> Iterator[tuple[Database, Institution]]:
    """A fresh copy of the institution with its sittings."""
    source, institution = measured_file
    path = tmp_path / "measured.db"
    shutil.copy(source, path)
    database = Database(f"sqlite:///{path}")
    yield database, institution
    database.close()


def stored(database: Database, table: type[Row]) -> list[Row]:
    """Read every row of a table, to be looked at outside the transaction."""
    with database.reading() as session:
        rows = list(session.exec(select(table)).all())
        session.expunge_all()
    return rows
