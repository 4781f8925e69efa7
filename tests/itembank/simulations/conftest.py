"""A small institution, and short ways to ask for simulations in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from itembank.actor import Actor
from itembank.database import Database
from itembank.simulations.options import SimulationOptions
from itembank.simulations.runs import SimulationView, request_simulation, simulation_view
from itembank.simulations.starting_points import changed_design, starting_point
from tests.support.institution import NOON, Institution


class Laboratory:
    """A database to simulate in."""

    def __init__(self, database: Database, institution: Institution) -> None:
        self.database = database
        self.institution = institution
        self._requests = 0

    @property
    def actor(self) -> Actor:
        return self.institution["psychometrician"]

    def ask(self, *, unit: str = "DG100", examinees: int = 20, seed: int = 1, **changes: Any) -> SimulationView:
        """Ask for a simulation of the proposed design, each a second after the one before."""
        self._requests += 1
        with self.database.writing() as session:
            start = starting_point(session, actor=self.actor, unit=unit)
            return request_simulation(
                session,
                actor=self.actor,
                unit=unit,
                design=changed_design(start.design, changes, {}),
                options=SimulationOptions(examinees=examinees, seed=seed),
                now=NOON + timedelta(seconds=self._requests),
            )

    def see(self, run_id: UUID) -> SimulationView:
        """Look at a run."""
        with self.database.reading() as session:
            return simulation_view(session, actor=self.actor, run_id=run_id)

    def do(self, deed: Callable[..., Any], run_id: UUID, *, by: str = "psychometrician") -> Any:
        """Do something to a run."""
        with self.database.writing() as session:
            return deed(session, actor=self.institution[by], run_id=run_id, now=NOON)


@pytest.fixture
def laboratory(filled: tuple[Database, Institution]) -> Laboratory:
    """A fresh copy of the institution on SQLite."""
    return Laboratory(*filled)
