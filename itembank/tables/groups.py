"""Groups of candidates, the lawful basis for comparing them, and the studies that do."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKeyConstraint
from sqlmodel import Field, SQLModel

from itembank.tables.columns import Document, UtcDateTime


class GroupVariable(SQLModel, table=True):
    """What people are told apart by, such as the first language."""

    __tablename__ = "group_variable"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    name_th: str = Field(max_length=120)
    name_en: str = Field(max_length=120)
    #: Whether it is one of the kinds of data that the law protects most, such as a disability.
    sensitive: bool = False
    #: Made up for simulated candidates, and for them alone.
    simulated: bool = False
    created_at: datetime = Field(sa_type=UtcDateTime)


class GroupCategory(SQLModel, table=True):
    """One of the groups that a variable tells apart."""

    __tablename__ = "group_category"

    variable_id: UUID = Field(foreign_key="group_variable.id", primary_key=True)
    #: As files write it.
    code: str = Field(primary_key=True, max_length=40)
    name_th: str = Field(max_length=120)
    name_en: str = Field(max_length=120)
    position: int


class LawfulBasis(SQLModel, table=True):
    """Why the law allows a variable's data to be kept and compared, as an administrator recorded it."""

    __tablename__ = "lawful_basis"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    variable_id: UUID = Field(foreign_key="group_variable.id", index=True)
    basis: str = Field(max_length=40)
    #: The document that shows it.
    reference: str = Field(max_length=300)
    purpose: str = Field(max_length=1000)
    valid_from: date
    valid_until: date
    recorded_by: str = Field(max_length=200)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    withdrawn_by: str | None = Field(default=None, max_length=200)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    #: How many people's data went with it.
    people_deleted: int | None = None


class GroupMembership(SQLModel, table=True):
    """Which group a person is in: there only while a lawful basis has not been withdrawn."""

    __tablename__ = "group_membership"
    __table_args__ = (
        ForeignKeyConstraint(["variable_id", "category"], ["group_category.variable_id", "group_category.code"]),
    )

    variable_id: UUID = Field(foreign_key="group_variable.id", primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", primary_key=True)
    category: str = Field(max_length=40)


class DifStudyRun(SQLModel, table=True):
    """A study of differential item functioning as a first-class record: what was compared, and what came out."""

    __tablename__ = "dif_study"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    standard_id: UUID = Field(foreign_key="standard.id", index=True)
    unit: str = Field(max_length=60)
    bank_id: UUID = Field(foreign_key="bank.id")
    variable_id: UUID = Field(foreign_key="group_variable.id", index=True)
    #: The one in force when the study was asked for.
    basis_id: UUID = Field(foreign_key="lawful_basis.id")
    reference: str = Field(max_length=40)
    focal: str = Field(max_length=40)
    method: str = Field(max_length=30)
    purify: bool = True
    #: waiting, running, done, failed, cancelled, interrupted
    state: str = Field(max_length=20, index=True)
    cancel_requested: bool = False
    #: How often a process took it up; a server that went down may have left it behind.
    attempts: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    #: Rounds of purification begun, and items judged in the present one.
    round: int = 0
    done: int = 0
    total: int = 0
    heartbeat_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    #: Aggregates alone; nobody's group stands in them.
    results: dict[str, Any] | None = Field(default=None, sa_type=Document)
    message: str = ""
    requested_by: str = Field(max_length=200)
    requested_at: datetime = Field(sa_type=UtcDateTime, index=True)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
