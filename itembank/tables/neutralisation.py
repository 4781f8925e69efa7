"""Items taken out of score after the fact, the runs that recompute results, and the versions of those results."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from itembank.tables.columns import Document, UtcDateTime


class Neutralisation(SQLModel, table=True):
    """The decision, by two people, that an item version does not count in sittings already given."""

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    standard_id: UUID = Field(foreign_key="standard.id", index=True)
    unit: str = Field(max_length=60)
    item_version_id: UUID = Field(foreign_key="item_version.id", index=True)
    #: wrong_key, ambiguous, leaked, other
    fault: str = Field(max_length=20)
    #: better_only, all
    rule: str = Field(max_length=20)
    #: What candidates are told, in both languages.
    reason_th: str
    reason_en: str
    #: What only those who decide read.
    note: str = ""
    #: Ids of the exams concerned; empty for all.
    exam_ids: list[Any] = Field(default_factory=list, sa_type=Document)
    #: Sittings begun from and before; None without a limit.
    begun_from: datetime | None = Field(default=None, sa_type=UtcDateTime)
    begun_before: datetime | None = Field(default=None, sa_type=UtcDateTime)
    #: proposed, applying, in_force, rejected, taking_back, taken_back
    state: str = Field(max_length=20, index=True)
    preview: dict[str, Any] | None = Field(default=None, sa_type=Document)
    proposed_by: str = Field(max_length=200)
    #: None for the command line, which counts as one person.
    proposed_by_id: UUID | None = None
    proposed_at: datetime = Field(sa_type=UtcDateTime, index=True)
    approved_by: str | None = Field(default=None, max_length=200)
    approved_by_id: UUID | None = None
    approved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    applied_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    #: Who rejected it or takes it back, when and why.
    closed_by: str | None = Field(default=None, max_length=200)
    closed_by_id: UUID | None = None
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closing_reason: str = ""
    taken_back_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class CorrectionRun(SQLModel, table=True):
    """Recomputing the results that a neutralisation concerns, outside every request."""

    __tablename__ = "correction_run"
    # One at a time, whichever process of the site takes it up: versions of a result follow one another.
    __table_args__ = (
        Index(
            "ix_correction_run_the_one_running",
            "state",
            unique=True,
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    neutralisation_id: UUID = Field(foreign_key="neutralisation.id", index=True)
    #: preview, apply, take_back
    task: str = Field(max_length=20)
    #: waiting, running, done, failed, cancelled
    state: str = Field(max_length=20, index=True)
    #: Counts who took it up: one that fell silent and comes back must not write any more.
    attempt: int = 0
    cancel_requested: bool = False
    done: int = 0
    total: int = 0
    heartbeat_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    message: str = ""
    requested_by: str = Field(max_length=200)
    requested_at: datetime = Field(sa_type=UtcDateTime, index=True)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class OutcomeVersion(SQLModel, table=True):
    """A sitting's outcome recomputed because of a neutralisation; the first one stays in recorded_outcome.

    One that a run wrote is in nobody's sight before the run is done.
    """

    __tablename__ = "outcome_version"
    __table_args__ = (UniqueConstraint("sitting_id", "number"), UniqueConstraint("sitting_id", "run_id"))

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    sitting_id: UUID = Field(foreign_key="sitting.id", index=True)
    #: 2 and on; None where it was recomputed but the result stays what it was.
    number: int | None = None
    neutralisation_id: UUID = Field(foreign_key="neutralisation.id", index=True)
    #: None where the sitting ended when the item was already neutralised.
    run_id: UUID | None = Field(default=None, foreign_key="correction_run.id", index=True)
    #: The neutralisations in the order in which they were weighed: item version, rule, and whether it was adopted.
    weighed: list[Any] = Field(default_factory=list, sa_type=Document)
    document: dict[str, Any] = Field(sa_type=Document)
    #: Why the sitting could not be recomputed, empty where it could.
    message: str = ""
    decided_by: str = Field(max_length=200)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
