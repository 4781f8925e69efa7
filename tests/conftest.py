"""Fixtures for all tests: databases on SQLite and PostgreSQL, empty or with a small institution in them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from itembank.database import Database
from itembank.migrate import upgrade
from tests.support.institution import Institution, found_institution
from tests.support.postgresql import empty_database, postgresql_server


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """The address of a running server. Without one the tests that need it skip, but fail where CI is set."""
    try:
        server = postgresql_server()
        url = server.__enter__()
    except Exception as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no PostgreSQL server could be started: {error}")
    yield url
    server.__exit__(None, None, None)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database with its tables, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield from _opened(f"sqlite:///{tmp_path / 'test.db'}")
        return
    server = request.getfixturevalue("postgresql_url")
    with empty_database(server, f"test_{uuid4().hex[:12]}") as url:
        yield from _opened(url)


@pytest.fixture
def institution(database: Database) -> Institution:
    """A small institution in ``database``."""
    return found_institution(database)


@pytest.fixture(scope="session")
def filled_file(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Institution]:
    """An SQLite file with a small institution, made once; tests work on copies."""
    path = tmp_path_factory.mktemp("filled") / "filled.db"
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    institution = found_institution(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path, institution


@pytest.fixture
def filled(filled_file: tuple[Path, Institution], tmp_path: Path) -> Iterator[tuple[Database, Institution]]:
    """A fresh copy of the institution on SQLite: quick, for tests that aren't about the database."""
    source, institution = filled_file
    path = tmp_path / "filled.db"
    shutil.copy(source, path)
    database = Database(f"sqlite:///{path}")
    yield database, institution
    database.close()


def _opened(url: str) -> Iterator[Database]:
    database = Database(url)
    upgrade(database)
    yield database
    database.close()
