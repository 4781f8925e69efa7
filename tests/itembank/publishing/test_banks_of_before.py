"""Banks and sittings from before the tables could hold everything come through the migration and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from alembic import command
from sqlalchemy import text
from sqlmodel import select

from itembank.database import Database
from itembank.migrate import alembic_config, is_current, upgrade
from itembank.tables import Bank, BankItem
from tests.support.postgresql import empty_database

STANDARD, BANK, ITEM, VERSION = (uuid4() for _ in range(4))
MOMENT = "2026-11-20 05:00:00"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without tables."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'old.db'}")
        yield database
        database.close()
        return
    with empty_database(request.getfixturevalue("postgresql_url"), f"old_{uuid4().hex[:12]}") as url:
        database = Database(url)
        yield database
        database.close()


def migrate(database: Database, version: str, *, back: bool = False) -> None:
    """Bring the tables to a version."""
    config = alembic_config()
    with database.engine.execution_options(samat_write=True).begin() as connection:
        config.attributes["connection"] = connection
        (command.downgrade if back else command.upgrade)(config, version)


def fill(database: Database) -> None:
    """Store a standard, an item and a bank as the first tables had them."""

    def key(value: object) -> str:
        return str(value) if not database.is_sqlite else str(value).replace("-", "")

    rows = (
        ("standard", {"id": key(STANDARD), "series": "s", "version": 1, "content_hash": "h", "title": "t",
                      "issuer": "i", "document": "{}", "differences": "[]", "stored_at": MOMENT, "stored_by": "x"}),
        ("item", {"id": key(ITEM), "code": "C-01", "standard_id": key(STANDARD), "head_version": 1,
                  "created_at": MOMENT, "sample": False}),
        ("item_version", {"id": key(VERSION), "item_id": key(ITEM), "number": 1, "content": "{}", "criterion": "C",
                          "kind": "single_choice", "difficulty_rating": 3, "state": "operational",
                          "writer_name": "x", "written_at": MOMENT}),
        ("bank", {"id": key(BANK), "standard_id": key(STANDARD), "number": 1, "published_at": MOMENT,
                  "published_by": "x", "note": "", "simulated_data": False}),
        ("bank_in_force", {"standard_id": key(STANDARD), "bank_id": key(BANK), "since": MOMENT,
                           "decided_by": "x", "reason": ""}),
        ("bank_item", {"bank_id": key(BANK), "item_version_id": key(VERSION), "item_code": "C-01", "unit": "U",
                       "element": "E", "criterion": "C", "model": "2pl", "discrimination": 1.1, "difficulty": 0.2,
                       "se_discrimination": 0.1, "se_difficulty": 0.15, "parameter_source": "calibration",
                       "n_responses": 120}),
    )  # fmt: skip
    with database.engine.execution_options(samat_write=True).begin() as connection:
        for table, values in rows:
            names = ", ".join(values)
            places = ", ".join(f":{name}" for name in values)
            connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({places})"), values)


def test_a_bank_of_before_keeps_its_meaning(empty: Database) -> None:
    migrate(empty, "0001")
    fill(empty)
    upgrade(empty)
    assert is_current(empty)
    with empty.reading() as session:
        bank = session.exec(select(Bank)).one()
        row = session.exec(select(BankItem)).one()
    assert not bank.minds_errors
    assert (row.parameters, row.enemies, row.attributes) == ({}, [], {})
    assert (row.pretest, row.testlet, row.expected_seconds) == (False, "", 0.0)
    assert (row.se_difficulty, row.n_responses) == (0.15, 120)


def test_the_way_back_loses_only_what_was_added(empty: Database) -> None:
    migrate(empty, "0001")
    fill(empty)
    upgrade(empty)
    migrate(empty, "0001", back=True)
    with empty.engine.connect() as connection:
        columns = connection.execute(text("SELECT * FROM bank_item")).mappings().one().keys()
        assert connection.execute(text("SELECT number FROM bank")).scalar_one() == 1
    assert {"enemies", "pretest", "parameters"}.isdisjoint(columns)
