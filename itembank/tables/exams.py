"""Exams and who may sit them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlmodel import Field, SQLModel

from itembank.tables.columns import Document, UtcDateTime


class Exam(SQLModel, table=True):
    """An exam on one unit of competence, open between two moments."""

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    title: str = Field(max_length=300)
    standard_id: UUID = Field(foreign_key="standard.id", index=True)
    unit: str = Field(max_length=60)
    #: The engine's ExamDesign as JSON.
    design: dict[str, Any] = Field(sa_type=Document)
    time_limit_minutes: int | None = None
    opens_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closes_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: str = Field(max_length=200)


class Enrolment(SQLModel, table=True):
    """A candidate's right to sit an exam once, with any extra time granted."""

    exam_id: UUID = Field(foreign_key="exam.id", primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", primary_key=True)
    extra_minutes: int = 0
    enrolled_at: datetime = Field(sa_type=UtcDateTime)
