"""Fixtures for all tests: databases on SQLite and PostgreSQL, empty or with a small institution in them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

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


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    """An event loop for the sites of all tests: as in a real site, requests don't each begin and end one."""
    with start_blocking_portal() as opened:
        yield opened


@dataclass(frozen=True)
class _Templates:
    """Databases made once a session and copied for each test, by whether the institution is in them."""

    empty: str
    filled: str
    institution: Institution


@pytest.fixture(scope="session")
def sqlite_templates(filled_file: tuple[Path, Institution], tmp_path_factory: pytest.TempPathFactory) -> _Templates:
    """An SQLite file with the tables alone, and the one with the institution."""
    path = tmp_path_factory.mktemp("empty") / "empty.db"
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    _flush_to_file(database)
    return _Templates(str(path), str(filled_file[0]), filled_file[1])


@pytest.fixture(scope="session")
def postgresql_templates(postgresql_url: str) -> Iterator[_Templates]:
    """A PostgreSQL database with the tables alone, and one with the institution."""
    empty, filled = (f"template_{uuid4().hex[:12]}" for _ in range(2))
    with empty_database(postgresql_url, empty) as url:
        database = Database(url)
        upgrade(database)
        database.close()
        with empty_database(postgresql_url, filled, template=empty) as filled_url:
            database = Database(filled_url)
            institution = found_institution(database)
            database.close()
            yield _Templates(empty, filled, institution)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database with its tables, once on SQLite and once on PostgreSQL; empty but for a test of ``institution``."""
    templates: _Templates = request.getfixturevalue(f"{request.param}_templates")
    template = templates.filled if "institution" in request.fixturenames else templates.empty
    if request.param == "sqlite":
        shutil.copy(template, tmp_path / "test.db")
        yield from _opened(f"sqlite:///{tmp_path / 'test.db'}")
        return
    server = request.getfixturevalue("postgresql_url")
    with empty_database(server, f"test_{uuid4().hex[:12]}", template=template) as url:
        yield from _opened(url)


@pytest.fixture
def institution(request: pytest.FixtureRequest, database: Database) -> Institution:
    """The small institution in ``database``."""
    templates: _Templates = request.getfixturevalue(f"{database.engine.dialect.name}_templates")
    return templates.institution


@pytest.fixture(scope="session")
def filled_file(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Institution]:
    """An SQLite file with a small institution, made once; tests work on copies."""
    path = tmp_path_factory.mktemp("filled") / "filled.db"
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    institution = found_institution(database)
    _flush_to_file(database)
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
    yield database
    database.close()


def _flush_to_file(database: Database) -> None:
    """Bring everything from the write-ahead log into the file, so that a copy of the file has all of it."""
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
