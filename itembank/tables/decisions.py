"""What psychometricians decided about items."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Field, SQLModel

from itembank.tables.columns import Document, UtcDateTime


class ItemDecision(SQLModel, table=True):
    """A decision about an item version; the newest one counts, and none is ever changed."""

    __tablename__ = "item_decision"

    id: int | None = Field(default=None, primary_key=True)
    item_version_id: UUID = Field(foreign_key="item_version.id", index=True)
    #: The bank in force then. What the version was measured by is found there once it has left the bank.
    bank_id: UUID = Field(foreign_key="bank.id")
    #: accept, hold, release or retire
    verdict: str = Field(max_length=20, index=True)
    reason: str
    #: The reasons for a look that there were then: name, strength, wording and figures of each.
    harm: list[Any] = Field(default_factory=list, sa_type=Document)
    person_id: UUID | None = Field(default=None, foreign_key="person.id")
    actor_name: str = Field(max_length=200)
    decided_at: datetime = Field(sa_type=UtcDateTime)
