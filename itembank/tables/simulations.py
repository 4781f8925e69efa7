"""Simulations of exam designs."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field, SQLModel

from itembank.tables.columns import Document, UtcDateTime


class SimulationRun(SQLModel, table=True):
    """A simulation of an exam design as a first-class record: what was asked for, how far it is, what came out."""

    __tablename__ = "simulation_run"
    # At most one goes on at a time, whichever process of the site takes it up.
    __table_args__ = (
        Index(
            "ix_simulation_run_the_one_running",
            "state",
            unique=True,
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    standard_id: UUID = Field(foreign_key="standard.id", index=True)
    bank_id: UUID = Field(foreign_key="bank.id")
    unit: str = Field(max_length=60)
    #: The engine's ExamDesign as JSON.
    design: dict[str, Any] = Field(sa_type=Document)
    #: Number of examinees, their abilities, and whether the true parameters differ from the bank's.
    options: dict[str, Any] = Field(sa_type=Document)
    seed: int = Field(sa_type=BigInteger)
    #: waiting, running, done, failed, cancelled, interrupted
    state: str = Field(max_length=20, index=True)
    cancel_requested: bool = False
    done: int = 0
    total: int = 0
    heartbeat_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    #: The engine's SimulationReport as JSON.
    report: dict[str, Any] | None = Field(default=None, sa_type=Document)
    message: str = ""
    requested_by: str = Field(max_length=200)
    requested_at: datetime = Field(sa_type=UtcDateTime, index=True)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
