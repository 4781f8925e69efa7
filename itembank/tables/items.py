"""Items, their immutable versions and every step of their life."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from itembank.tables.columns import Document, UtcDateTime


class Item(SQLModel, table=True):
    """A question over all its versions."""

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    code: str = Field(unique=True, max_length=80)
    standard_id: UUID = Field(foreign_key="standard.id", index=True)
    head_version: int = 1
    created_at: datetime = Field(sa_type=UtcDateTime)
    #: Shipped as a sample: an institution reviews it before real use.
    sample: bool = False


class ItemVersion(SQLModel, table=True):
    """One wording of an item. The content never changes; only the state moves, and every move is an ItemMove."""

    __tablename__ = "item_version"
    __table_args__ = (
        UniqueConstraint("item_id", "number"),
        # All that lists filter, sort and count by: the rows themselves are wide, and ten thousand of them slow to read.
        Index(
            "ix_item_version_listed", "item_id", "number", "state", "criterion", "kind", "difficulty_rating",
            "testlet", "written_by", "writer_name", "written_at", "id",
        ),
    )  # fmt: skip

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    item_id: UUID = Field(foreign_key="item.id", index=True)
    number: int
    content: dict[str, Any] = Field(sa_type=Document)
    criterion: str = Field(max_length=80, index=True)
    kind: str = Field(max_length=30)
    #: Code of the testlet it belongs to, from the content, for finding the others.
    testlet: str = Field(default="", max_length=60, index=True)
    difficulty_rating: int
    state: str = Field(max_length=20, index=True)
    written_by: UUID | None = Field(default=None, foreign_key="person.id")
    writer_name: str = Field(max_length=200)
    written_at: datetime = Field(sa_type=UtcDateTime)


class ItemMove(SQLModel, table=True):
    """A step in an item version's life: from which state to which, who, when and why."""

    __tablename__ = "item_move"

    id: int | None = Field(default=None, primary_key=True)
    item_version_id: UUID = Field(foreign_key="item_version.id", index=True)
    from_state: str | None = Field(default=None, max_length=20)
    to_state: str = Field(max_length=20)
    note: str = ""
    person_id: UUID | None = Field(default=None, foreign_key="person.id")
    actor_name: str = Field(max_length=200)
    at: datetime = Field(sa_type=UtcDateTime)


class EnemyPair(SQLModel, table=True):
    """Two items that must not meet in one sitting, such as when one gives the other away.

    Each pair is kept once: the item with the smaller id comes first.
    """

    __tablename__ = "enemy_pair"

    first_item_id: UUID = Field(foreign_key="item.id", primary_key=True)
    second_item_id: UUID = Field(foreign_key="item.id", primary_key=True, index=True)
    reason: str
    declared_by: str = Field(max_length=200)
    declared_at: datetime = Field(sa_type=UtcDateTime)
