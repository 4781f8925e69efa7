"""The database: one way to open SQLite and PostgreSQL, and one way to run a transaction on either."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from threading import Lock
from time import monotonic, sleep
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlmodel import Session

from itembank.settings import Settings

_WRITE = "samat_write"
#: Milliseconds that SQLite waits for another writer: in a request, and where nobody watches a clock.
_WAIT, _LONG_WAIT = 5_000, 120_000


class Database:
    """An open database: hands out transactions that commit at the end or roll back whole.

    Args:
        url: ``sqlite:///…`` or ``postgresql+psycopg://…``.
        pool_size: Connections that this process may hold.
    """

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.url = url
        parsed = make_url(url)
        # Parameters stay out of errors and so out of logs: they are keys, answers and hashes of passwords.
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if self.is_sqlite:
            if parsed.database and parsed.database != ":memory:":
                # Keys and answers are nobody else's business on a shared machine.
                Path(parsed.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.engine = create_engine(url, hide_parameters=True, pool_size=pool_size, max_overflow=pool_size)
            _prepare_sqlite(self.engine)
        else:
            self.engine = create_engine(
                url, hide_parameters=True, pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=True
            )
        self._write_engine = self.engine.execution_options(**{_WRITE: True})
        # SQLite lets one write at a time, and makes the others look again after growing pauses; within a process they
        # had better queue. PostgreSQL needs no queue.
        self._turn: AbstractContextManager[object] = Lock() if self.is_sqlite else nullcontext()

    @classmethod
    def from_settings(cls, settings: Settings) -> Database:
        """Open the database that the settings name."""
        return cls(settings.database_url, pool_size=settings.pool_size)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Run a transaction that only reads; it is rolled back at the end, so nothing can be written by mistake."""
        with Session(self.engine, expire_on_commit=False) as session:
            # Closing gives the connection back, which rolls back; an explicit rollback would also empty what was read.
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Run a transaction that commits when the block ends and rolls back when it raises.

        On SQLite it takes the write lock at once: a transaction that reads first and then writes could otherwise find
        the file changed in between and fail, however long it is willing to wait.

        Whoever calls this from a pool of threads must let in fewer callers than there are threads, if the work inside
        the block needs threads of that pool too: those who wait for their turn here would otherwise hold them all.
        """
        with self._turn, Session(self._write_engine, expire_on_commit=False) as session:
            try:
                yield session
                session.commit()
            except BaseException:
                session.rollback()
                raise

    @contextmanager
    def writing_for_long(self) -> Iterator[Connection]:
        """Run a transaction that waits as long as it takes for its turn, such as behind another server's migrations."""
        with self._write_engine.connect() as connection:
            if self.is_sqlite:
                _wait_for_locks(connection, milliseconds=_LONG_WAIT)
            try:
                with connection.begin():
                    yield connection
            finally:
                if self.is_sqlite:
                    # The connection goes back to those whom a candidate waits for.
                    _wait_for_locks(connection, milliseconds=_WAIT)

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _on_connect(connection: sqlite3.Connection, _record: Any) -> None:
        # The driver's own transaction handling starts too late (at the first write); BEGIN is issued below instead.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={_WAIT}")
        _enter_write_ahead_mode(cursor)
        # FULL, not NORMAL: a saved tick has to survive a power cut, not only a killed process.
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        write = connection.get_execution_options().get(_WRITE, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _wait_for_locks(connection: Connection, *, milliseconds: int) -> None:
    # Past SQLAlchemy, which would begin a transaction for it.
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={milliseconds}")
    cursor.close()


def _enter_write_ahead_mode(cursor: sqlite3.Cursor) -> None:
    """Change a new file to write-ahead logging; a file keeps its mode, so this happens once.

    While another process is at the same change, SQLite refuses at once instead of waiting.
    """
    deadline = monotonic() + _WAIT / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if monotonic() > deadline:
                raise
            sleep(0.02)
        else:
            return
