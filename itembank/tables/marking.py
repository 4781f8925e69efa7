"""Written tasks: those of a bank, those of a sitting with what was answered, and the marks that people gave."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from itembank.tables.columns import Document, UtcDateTime


class BankTask(SQLModel, table=True):
    """A constructed response in a bank. It has a table of its own: no adaptive choice ever takes one for an item."""

    __tablename__ = "bank_task"

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
    #: What the model needs besides, by the names of the engine's ItemParameters.
    parameters: dict[str, Any] = Field(default_factory=dict, sa_type=Document)
    #: ``prior`` (the writer's rating) or ``calibration``.
    parameter_source: str = Field(max_length=20)
    n_responses: int = 0
    #: Codes of the items and tasks of the bank that must not meet it in one sitting, sorted.
    enemies: list[Any] = Field(default_factory=list, sa_type=Document)


class AskedTask(SQLModel, table=True):
    """A task put to the candidate after the adaptive part, with the record of why; positions count from 1."""

    __tablename__ = "asked_task"

    sitting_id: UUID = Field(foreign_key="sitting.id", primary_key=True)
    position: int = Field(primary_key=True)
    item_version_id: UUID = Field(foreign_key="item_version.id", index=True)
    decision: dict[str, Any] = Field(sa_type=Document)
    asked_at: datetime = Field(sa_type=UtcDateTime)


class TaskDraft(SQLModel, table=True):
    """What a candidate has written of an answer so far: the only thing here that is overwritten."""

    __tablename__ = "task_draft"

    sitting_id: UUID = Field(foreign_key="sitting.id", primary_key=True)
    position: int = Field(primary_key=True)
    text: str
    language: str = Field(default="", max_length=5)
    saved_at: datetime = Field(sa_type=UtcDateTime)


class TaskAnswer(SQLModel, table=True):
    """The answer to a task as it was handed in, or as it was kept when the time was over; empty for one left blank.

    Markers know it by an id of its own, which says nothing of the sitting.
    """

    __tablename__ = "task_answer"
    __table_args__ = (UniqueConstraint("sitting_id", "position"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    sitting_id: UUID = Field(foreign_key="sitting.id", index=True)
    position: int
    item_version_id: UUID = Field(foreign_key="item_version.id", index=True)
    text: str
    #: Language that the task was shown in; empty where nobody told.
    language: str = Field(default="", max_length=5)
    #: Handed in by the candidate, and not taken from the draft when the sitting ended.
    handed_in: bool
    answered_at: datetime = Field(sa_type=UtcDateTime)


class Mark(SQLModel, table=True):
    """What one person gave an answer. A correction is one more row of the same person, with its reason."""

    __table_args__ = (UniqueConstraint("answer_id", "marker_id", "number"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    answer_id: UUID = Field(foreign_key="task_answer.id", index=True)
    marker_id: UUID = Field(foreign_key="person.id", index=True)
    #: 1, and higher for corrections: the highest of a marker counts.
    number: int
    #: Points by aspect of the rubric.
    levels: list[int] = Field(sa_type=Document)
    points: int
    comment: str = ""
    #: Why it was corrected; empty for the first.
    reason: str = ""
    #: Given by a third person who saw the two that differed.
    settles: bool = False
    marked_at: datetime = Field(sa_type=UtcDateTime)


class SettledMark(SQLModel, table=True):
    """The points that an answer counts with, once nothing is left to be decided; derivable from its marks."""

    __tablename__ = "settled_mark"

    answer_id: UUID = Field(foreign_key="task_answer.id", primary_key=True)
    points: int
    #: agreed, averaged, third_person, blank
    manner: str = Field(max_length=20)
    settled_at: datetime = Field(sa_type=UtcDateTime, index=True)
