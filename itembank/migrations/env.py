"""How Alembic runs migrations: on the connection it is given, or on the database that the settings name."""

from alembic import context
from sqlalchemy import Connection
from sqlmodel import SQLModel

import itembank.tables  # noqa: F401  (registers the tables)
from itembank.database import Database
from itembank.settings import load_settings


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        # SQLite can't alter most things in place; batch mode copies the table instead.
        render_as_batch=True,
        compare_type=True,
        # SQLite's DDL is transactional when the transaction is our own.
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    database = Database.from_settings(load_settings())
    with database.engine.connect() as own:
        _run(own)
        own.commit()
