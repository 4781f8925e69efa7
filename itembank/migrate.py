"""Bringing a database to the current version of the tables."""

from __future__ import annotations

from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from itembank.database import Database


def alembic_config() -> Config:
    """Make Alembic's configuration; there is no ini file to keep in step."""
    config = Config()
    config.set_main_option("script_location", str(files("itembank") / "migrations"))
    return config


def upgrade(database: Database) -> None:
    """Run every migration that the database has not seen, in one transaction on both databases."""
    config = alembic_config()
    with database.engine.execution_options(samat_write=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_current(database: Database) -> bool:
    """Tell whether the database has seen every migration."""
    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head
