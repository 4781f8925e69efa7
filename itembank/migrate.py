"""Bringing a database to the current version of the tables."""

from __future__ import annotations

from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from itembank.database import Database

#: Any number that nobody else on the same PostgreSQL database uses as an advisory lock.
_MIGRATION_LOCK = 7_264_428_001


def alembic_config() -> Config:
    """Make Alembic's configuration; there is no ini file to keep in step."""
    config = Config()
    config.set_main_option("script_location", str(files("itembank") / "migrations"))
    return config


def upgrade(database: Database) -> None:
    """Run every migration that the database has not seen, in one transaction on both databases.

    Servers that start at the same moment migrate one after the other; those that come later find nothing left to do.
    """
    config = alembic_config()
    with database.writing_for_long() as connection:
        if not database.is_sqlite:
            # SQLite has begun by taking its write lock; here a lock of our own does the same.
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_current(database: Database) -> bool:
    """Tell whether the database has seen every migration."""
    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head
