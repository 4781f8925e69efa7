"""The audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Field, SQLModel

from itembank.tables.columns import Document, UtcDateTime


class AuditEntry(SQLModel, table=True):
    """Who did what to what, and when. Rows are only ever added."""

    __tablename__ = "audit_entry"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    person_id: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    actor_name: str = Field(max_length=200)
    action: str = Field(max_length=60, index=True)
    subject_kind: str = Field(max_length=40)
    subject: str = Field(max_length=100, index=True)
    details: dict[str, Any] = Field(default_factory=dict, sa_type=Document)
