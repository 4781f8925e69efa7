"""The database: transactions that commit or vanish whole, on both databases; migrations and tables agree."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlmodel import SQLModel, select

from itembank import audit
from itembank.actor import COMMAND_LINE
from itembank.database import Database
from itembank.errors import InvalidSettings
from itembank.migrate import is_current, upgrade
from itembank.settings import Settings, load_settings
from itembank.tables import AuditEntry
from tests.support.institution import NOON
from tests.support.postgresql import empty_database


def _write(database: Database, subject: str) -> None:
    with database.writing() as session:
        audit.record(session, actor=COMMAND_LINE, action="test", kind="test", subject=subject, now=NOON)


def _subjects(database: Database) -> list[str]:
    with database.reading() as session:
        return sorted(session.exec(select(AuditEntry.subject)))


def test_a_transaction_that_raises_leaves_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError), database.writing() as session:
        audit.record(session, actor=COMMAND_LINE, action="test", kind="test", subject="lost", now=NOON)
        session.flush()
        raise RuntimeError
    assert _subjects(database) == []


def test_a_reading_transaction_keeps_nothing(database: Database) -> None:
    with database.reading() as session:
        audit.record(session, actor=COMMAND_LINE, action="test", kind="test", subject="lost", now=NOON)
        session.flush()
    assert _subjects(database) == []


def test_moments_come_back_aware_and_equal(database: Database) -> None:
    _write(database, "kept")
    with database.reading() as session:
        assert session.exec(select(AuditEntry.at)).one() == NOON


def test_a_naive_moment_is_refused(database: Database) -> None:
    with pytest.raises(Exception, match="time zone"), database.writing() as session:
        naive = datetime(2026, 1, 1)  # noqa: DTZ001
        audit.record(session, actor=COMMAND_LINE, action="test", kind="test", subject="naive", now=naive)
        session.flush()


def test_many_writers_at_once_lose_nothing(database: Database) -> None:
    names = [f"{number:03d}" for number in range(60)]
    threads = [
        threading.Thread(target=lambda part: [_write(database, name) for name in part], args=(names[start::6],))
        for start in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _subjects(database) == names


def test_migrations_make_exactly_the_tables_of_the_code(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []
    assert is_current(database)
    upgrade(database)  # a second time is nothing to do
    assert is_current(database)


def test_servers_that_start_at_once_migrate_once(tmp_path: Path, postgresql_url: str) -> None:
    with empty_database(postgresql_url, "migrated_at_once") as url:
        for address in (f"sqlite:///{tmp_path / 'at-once.db'}", url):
            databases = [Database(address) for _ in range(3)]
            with ThreadPoolExecutor(3) as pool:
                list(pool.map(upgrade, databases))
            assert is_current(databases[0])
            for database in databases:
                database.close()


def test_a_new_file_that_another_process_is_changing_is_waited_for(tmp_path: Path) -> None:
    file = tmp_path / "new.db"
    holder = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    holder.execute("CREATE TABLE held (id INTEGER)")
    holder.execute("BEGIN EXCLUSIVE")
    release = threading.Timer(0.3, lambda: holder.execute("COMMIT"))
    release.start()
    database = Database(f"sqlite:///{file}")
    with database.engine.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
    release.join()
    holder.close()
    database.close()


def test_errors_of_the_database_do_not_repeat_what_was_stored(database: Database) -> None:
    with pytest.raises(Exception, match=r"(?i)foreign key") as error, database.writing() as session:
        session.connection().execute(
            text("INSERT INTO role_assignment (person_id, role) VALUES (:id, :role)"),
            {"id": "0" * 32, "role": "secret"},
        )
    assert "secret" not in str(error.value)


def test_the_folder_made_for_a_database_is_nobody_elses(tmp_path: Path) -> None:
    Database(f"sqlite:///{tmp_path / 'own' / 'samat.db'}").close()
    assert (tmp_path / "own").stat().st_mode & 0o777 == 0o700


def test_sqlite_is_set_up_for_keeping_answers(tmp_path: object) -> None:
    database = Database(f"sqlite:///{tmp_path}/made/on/the/way/samat.db")
    with database.engine.connect() as connection:
        pragma = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    database.close()
    assert pragma == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 5000}


def test_foreign_keys_are_held(database: Database) -> None:
    with pytest.raises(Exception, match=r"(?i)foreign key"), database.writing() as session:
        session.connection().execute(
            text("INSERT INTO role_assignment (person_id, role) VALUES (:id, 'candidate')"), {"id": "0" * 32}
        )


def test_a_database_without_tables_is_not_current(tmp_path: object) -> None:
    database = Database(f"sqlite:///{tmp_path}/empty.db")
    assert not is_current(database)
    assert inspect(database.engine).get_table_names() == []
    database.close()


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("SAMAT_DATABASE_URL", "mysql://x", "sqlite:///"),
        ("SAMAT_DATABASE_URL", "postgresql+psycopg://samat:to/psec@ret@127.0.0.1/samat", "%40"),
        ("SAMAT_DATABASE_URL", "postgresql+psycopg://samat:psec@127.0.0.1:port/samat", "%40"),
        ("SAMAT_COOKIES", "maybe", "'secure' or 'plain'"),
        ("SAMAT_TIME_ZONE", "Mars/Olympus", "time zone"),
        ("SAMAT_SESSION_MINUTES", "soon", "integer"),
    ],
)
def test_a_bad_setting_is_named_with_what_was_expected(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    monkeypatch.setenv(name, value)
    load_settings.cache_clear()
    with pytest.raises(InvalidSettings) as refusal:
        load_settings()
    load_settings.cache_clear()
    assert str(refusal.value).startswith(f"{name}: ")
    assert expected in str(refusal.value)
    assert "psec" not in str(refusal.value)


def test_the_default_database_is_in_the_users_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SAMAT_DATABASE_URL", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", "/somewhere")
    assert Settings().database_url == "sqlite:////somewhere/samat/samat.db"
