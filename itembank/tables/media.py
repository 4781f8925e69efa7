"""Images that texts of items show."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from itembank.tables.columns import UtcDateTime


class Media(SQLModel, table=True):
    """An image as it was written anew; it never changes, since its id is the SHA-256 of its bytes."""

    id: str = Field(primary_key=True, max_length=64)
    data: bytes
    content_type: str = Field(max_length=20)
    width: int
    height: int
    created_by: UUID | None = Field(default=None, foreign_key="person.id")
    created_at: datetime = Field(sa_type=UtcDateTime)
