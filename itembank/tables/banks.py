"""Published banks and which of them is in force."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from itembank.tables.columns import Document, UtcDateTime


class Bank(SQLModel, table=True):
    """A published bank: an immutable, numbered snapshot of item versions and parameters."""

    __table_args__ = (UniqueConstraint("standard_id", "number"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    standard_id: UUID = Field(foreign_key="standard.id", index=True)
    number: int
    published_at: datetime = Field(sa_type=UtcDateTime)
    published_by: str = Field(max_length=200)
    note: str = ""
    calibration_run_id: UUID | None = Field(default=None)
    #: Some of its parameters come, now or by way of an earlier bank, from answers of simulated candidates.
    simulated_data: bool = False
    #: Whether sittings on it mind the standard errors of its parameters. Those on banks of before did not, whatever
    #: their designs said, and have to replay as they were.
    minds_errors: bool = True


class BankItem(SQLModel, table=True):
    """An item version in a bank, with the parameters it is measured by there."""

    __tablename__ = "bank_item"

    bank_id: UUID = Field(foreign_key="bank.id", primary_key=True)
    item_version_id: UUID = Field(foreign_key="item_version.id", primary_key=True)
    item_code: str = Field(max_length=80)
    unit: str = Field(max_length=60, index=True)
    element: str = Field(max_length=60)
    criterion: str = Field(max_length=80)
    model: str = Field(max_length=10)
    discrimination: float
    difficulty: float
    se_discrimination: float
    se_difficulty: float
    #: What the model needs besides, by the names of the engine's ItemParameters: guessing, thresholds and the like.
    parameters: dict[str, Any] = Field(default_factory=dict, sa_type=Document)
    #: ``prior`` (the writer's rating) or ``calibration``.
    parameter_source: str = Field(max_length=20)
    n_responses: int = 0
    #: Tried out: asked without counting, so that its parameters become known.
    pretest: bool = False
    #: Codes of the items of the bank that must not meet it in one sitting, sorted.
    enemies: list[Any] = Field(default_factory=list, sa_type=Document)
    #: Items with the same code share a text and are given together; empty for an item that stands alone.
    testlet: str = Field(default="", max_length=80)
    #: Further classifications that a blueprint may bound, such as the cognitive level.
    attributes: dict[str, Any] = Field(default_factory=dict, sa_type=Document)
    #: Median time of recorded answers; 0 while too few are recorded.
    expected_seconds: float = 0.0


class BankInForce(SQLModel, table=True):
    """Which bank new sittings use: the latest row of a standard counts, so taking back is one more row."""

    __tablename__ = "bank_in_force"

    id: int | None = Field(default=None, primary_key=True)
    standard_id: UUID = Field(foreign_key="standard.id", index=True)
    bank_id: UUID = Field(foreign_key="bank.id")
    since: datetime = Field(sa_type=UtcDateTime)
    decided_by: str = Field(max_length=200)
    reason: str = ""
