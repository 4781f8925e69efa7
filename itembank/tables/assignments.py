"""What writers are asked to write."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlmodel import Field, SQLModel

from itembank.tables.columns import UtcDateTime


class WritingAssignment(SQLModel, table=True):
    """Items that somebody is asked to write for a criterion by a day. What became of it is counted, never stored."""

    __tablename__ = "writing_assignment"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    standard_id: UUID = Field(foreign_key="standard.id", index=True)
    criterion: str = Field(max_length=80, index=True)
    wanted: int
    #: About how difficult, as writers rate it; None where that is left to the writer.
    difficulty_rating: int | None = None
    writer_id: UUID = Field(foreign_key="person.id", index=True)
    due_on: date
    note: str = ""
    assigned_by: str = Field(max_length=200)
    assigned_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    assigned_at: datetime = Field(sa_type=UtcDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    withdrawn_by: str = Field(default="", max_length=200)
    withdrawn_reason: str = ""
