"""Stored versions of occupational standards."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from itembank.tables.columns import Document, UtcDateTime


class Standard(SQLModel, table=True):
    """One stored version of an occupational standard: an immutable document."""

    __table_args__ = (UniqueConstraint("series", "version"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    #: What the versions of one standard have in common: its title and qualification.
    series: str = Field(max_length=500, index=True)
    version: int
    content_hash: str = Field(max_length=64, index=True)
    title: str = Field(max_length=500)
    issuer: str = Field(max_length=300)
    document: dict[str, Any] = Field(sa_type=Document)
    differences: list[Any] = Field(default_factory=list, sa_type=Document)
    stored_at: datetime = Field(sa_type=UtcDateTime)
    stored_by: str = Field(max_length=200)
