"""Two groups who have answered, and short ways to compare them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from itembank.database import Database
from itembank.dif_studies.studies import (
    StudyView,
    request_study,
    study_view,
)
from itembank.dif_studies.work import execute_study
from itembank.group_data.bases import withdraw_basis
from tests.support.compared_groups import Compared, add_compared_groups
from tests.support.institution import NOON, Institution

Filled = tuple[Database, Institution]


class Study:
    """A database with two groups who have answered, and short ways to compare them."""

    def __init__(self, database: Database, institution: Institution, **options: Any) -> None:
        self.database = database
        self.institution = institution
        self.actor = institution["psychometrician"]
        with database.writing() as session:
            self.compared: Compared = add_compared_groups(session, institution, now=NOON, **options)

    def ask(self, *, now: datetime = NOON, by: str = "psychometrician", **changes: Any) -> StudyView:
        wanted: dict[str, Any] = {
            "unit": "DG100", "variable_id": self.compared.variable_id, "reference": "th", "focal": "ms",
        }  # fmt: skip
        with self.database.writing() as session:
            return request_study(session, actor=self.institution[by], now=now, **(wanted | changes))

    def see(self, run_id: UUID, *, now: datetime = NOON) -> StudyView:
        with self.database.reading() as session:
            return study_view(session, actor=self.actor, run_id=run_id, now=now)

    def do(self, deed: Callable[..., StudyView], run_id: UUID, *, by: str = "psychometrician") -> StudyView:
        with self.database.writing() as session:
            return deed(session, actor=self.institution[by], run_id=run_id, now=NOON)

    def carried_out(self, *, now: datetime = NOON, **changes: Any) -> StudyView:
        run = self.ask(now=now, **changes)
        assert execute_study(self.database, run.id, clock=lambda: now)
        return self.see(run.id)

    def withdraw(self) -> None:
        with self.database.writing() as session:
            withdraw_basis(
                session, actor=self.institution["administrator"], variable_id=self.compared.variable_id, now=NOON
            )


@pytest.fixture
def study(filled: Filled) -> Study:
    return Study(*filled)
