"""The database that a command works on: opened by the settings and brought to the current version of its tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from itembank.database import Database
from itembank.migrate import upgrade
from itembank.settings import Settings, load_settings


@contextmanager
def opened_database(settings: Settings | None = None) -> Iterator[Database]:
    """Open the database, upgrade it, and close it at the end."""
    database = Database.from_settings(settings or load_settings())
    try:
        upgrade(database)
        yield database
    finally:
        database.close()
