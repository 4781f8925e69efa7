"""What writers have typed and not saved, and who has which item open."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from itembank.tables.columns import Document, UtcDateTime


class DeskDraft(SQLModel, table=True):
    """One writer's work on one item: the form as it was typed last, or nothing yet where the item is only open.

    A new item has no row of its own to point to; its draft is known by the id that the item will have.
    """

    __tablename__ = "desk_draft"
    __table_args__ = (UniqueConstraint("person_id", "item_id"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    item_id: UUID | None = Field(default=None, foreign_key="item.id", index=True)
    #: Names and values of the form's fields; None while nothing was typed.
    document: dict[str, Any] | None = Field(default=None, sa_type=Document)
    #: The version that the writer was looking at; 0 for a new item.
    started_from: int = 0
    opened_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime = Field(sa_type=UtcDateTime)
    saved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
