"""A copy of an institution with a calibration run for each test that changes something, one for all that only read."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from itembank.database import Database
from tests.support.institution import Institution
from tests.support.reported import reported_copy


@pytest.fixture(scope="package")
def reported_file(
    filled_file: tuple[Path, Institution], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Institution, UUID]:
    """An SQLite file with sittings and a run, made once."""
    return reported_copy(filled_file, tmp_path_factory.mktemp("reported"))


@pytest.fixture
def reported(
    reported_file: tuple[Path, Institution, UUID], tmp_path: Path
) -> Iterator[tuple[Database, Institution, UUID]]:
    """A fresh copy of it."""
    source, institution, run_id = reported_file
    path = tmp_path / "reported.db"
    shutil.copy(source, path)
    database = Database(f"sqlite:///{path}")
    yield database, institution, run_id
    database.close()
