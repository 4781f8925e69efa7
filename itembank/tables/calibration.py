"""Calibration runs."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlmodel import Field, SQLModel

from itembank.tables.columns import Document, UtcDateTime


class CalibrationRun(SQLModel, table=True):
    """A calibration as a first-class record: what went in, what came out, who decided."""

    __tablename__ = "calibration_run"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    standard_id: UUID = Field(foreign_key="standard.id", index=True)
    unit: str = Field(max_length=60)
    base_bank_id: UUID = Field(foreign_key="bank.id")
    model: str = Field(max_length=10)
    #: waiting, running, done, failed, cancelled, interrupted, approved, rejected, published
    state: str = Field(max_length=20, index=True)
    cancel_requested: bool = False
    include_simulated: bool = True
    #: What was asked for beyond the model; None in runs of before, which had no choice.
    settings: dict[str, Any] | None = Field(default=None, sa_type=Document)
    #: How often a process took the run up: one that keeps killing its server is not taken up for ever.
    attempts: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    iteration: int = 0
    log_likelihood: float | None = None
    #: Estimated from the rate of convergence; None while that does not tell.
    seconds_left: float | None = None
    heartbeat_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    results: dict[str, Any] | None = Field(default=None, sa_type=Document)
    message: str = ""
    requested_by: str = Field(max_length=200)
    #: Ids beside the names, because who approved and who publishes must be two people, and names are not unique.
    #: None for the command line, and in runs of before whose audit log does not tell.
    requested_by_id: UUID | None = None
    requested_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    approved_by: str | None = Field(default=None, max_length=200)
    approved_by_id: UUID | None = None
    approved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    published_by: str | None = Field(default=None, max_length=200)
    published_by_id: UUID | None = None
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    published_bank_id: UUID | None = Field(default=None, foreign_key="bank.id")
