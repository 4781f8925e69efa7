"""The database that a command works on: opened by the settings and brought to the current version of its tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DatabaseError

from itembank.database import Database
from itembank.errors import InvalidSettings
from itembank.migrate import upgrade
from itembank.settings import Settings, load_settings


@contextmanager
def opened_database(settings: Settings | None = None) -> Iterator[Database]:
    """Open the database, upgrade it, and close it at the end.

    Raises:
        InvalidSettings: The database does not answer, or is none; the message says what its driver says.
    """
    database = Database.from_settings(settings or load_settings())
    try:
        _upgrade(database)
        yield database
    finally:
        database.close()


def _upgrade(database: Database) -> None:
    try:
        upgrade(database)
    except DatabaseError as error:
        reason = str(error.orig).partition("\n")[0]
        expected = f"a database that can be opened; {reason}"
        raise InvalidSettings(variable="SAMAT_DATABASE_URL", expected=expected) from error
