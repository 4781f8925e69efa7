"""Sittings and their append-only record."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from itembank.tables.columns import Document, UtcDateTime


class Sitting(SQLModel, table=True):
    """One candidate's one sitting: what it was pinned to when it began, and how it ended."""

    __table_args__ = (UniqueConstraint("exam_id", "person_id"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    exam_id: UUID = Field(foreign_key="exam.id", index=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    bank_id: UUID = Field(foreign_key="bank.id", index=True)
    unit: str = Field(max_length=60)
    design: dict[str, Any] = Field(sa_type=Document)
    seed: int = Field(sa_type=BigInteger)
    #: Item codes that exposure control ruled out for this sitting, drawn once at the start.
    ineligible: list[Any] = Field(default_factory=list, sa_type=Document)
    #: For each exposure bin of the design, those ruled out besides while the estimate is in it; empty without bins.
    ineligible_by_bin: list[Any] = Field(default_factory=list, sa_type=Document)
    #: Answers that the items tried out had got when it began, by item code; the choice among them depends on it.
    pretest_counts: dict[str, Any] = Field(default_factory=dict, sa_type=Document)
    started_at: datetime = Field(sa_type=UtcDateTime, index=True)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    finish_reason: str | None = Field(default=None, max_length=40)
    simulated: bool = Field(default=False, index=True)


class AskedItem(SQLModel, table=True):
    """A question put to the candidate, with the engine's record of why."""

    __tablename__ = "asked_item"

    sitting_id: UUID = Field(foreign_key="sitting.id", primary_key=True)
    position: int = Field(primary_key=True)
    item_version_id: UUID = Field(foreign_key="item_version.id", index=True)
    decision: dict[str, Any] = Field(sa_type=Document)
    asked_at: datetime = Field(sa_type=UtcDateTime)


class RecordedAnswer(SQLModel, table=True):
    """An answer as entered, and its score. The primary key makes a repeated post harmless."""

    __tablename__ = "recorded_answer"

    sitting_id: UUID = Field(foreign_key="sitting.id", primary_key=True)
    position: int = Field(primary_key=True)
    item_version_id: UUID = Field(foreign_key="item_version.id", index=True)
    #: What was chosen, as places that were shown; see `itembank.authoring.item_types.question.Answer`.
    selected: list[int] = Field(sa_type=Document)
    #: What was typed.
    text: str = ""
    #: Language that the question was shown in; empty where nobody told.
    language: str = Field(default="", max_length=5)
    score: int
    answered_at: datetime = Field(sa_type=UtcDateTime)
    #: What the candidate's clock showed: seconds since the start, less the extra time. Kept because extra time may be
    #: granted later, and a stop by time must replay as it was decided.
    elapsed_seconds: float | None = None


class RecordedOutcome(SQLModel, table=True):
    """The outcome of a finished sitting as it was first told; derivable at any time from the answers."""

    __tablename__ = "recorded_outcome"

    sitting_id: UUID = Field(foreign_key="sitting.id", primary_key=True)
    document: dict[str, Any] = Field(sa_type=Document)
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class ItemExposure(SQLModel, table=True):
    """How often an item was eligible and asked in an exam: a cache that exposure control reads at each start."""

    __tablename__ = "item_exposure"

    exam_id: UUID = Field(foreign_key="exam.id", primary_key=True)
    item_code: str = Field(primary_key=True, max_length=80)
    sittings: float = 0.0
    eligible: float = 0.0
    administered: float = 0.0


class ItemExposureInBin(SQLModel, table=True):
    """The same over the sittings whose ability estimate was in one bin, for exams that control exposure by bins."""

    __tablename__ = "item_exposure_in_bin"

    exam_id: UUID = Field(foreign_key="exam.id", primary_key=True)
    bin: int = Field(primary_key=True)
    item_code: str = Field(primary_key=True, max_length=80)
    sittings: float = 0.0
    eligible: float = 0.0
    administered: float = 0.0
