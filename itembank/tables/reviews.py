"""Reviewing: what an institution asks for, the votes, the comments, and who was asked to look at what by when."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from itembank.tables.columns import Document, UtcDateTime


class ReviewRules(SQLModel, table=True):
    """What an item needs to be approved; the newest row counts, and none is ever changed."""

    __tablename__ = "review_rules"

    id: int | None = Field(default=None, primary_key=True)
    approvals_needed: int
    set_by: str = Field(max_length=200)
    set_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    set_at: datetime = Field(sa_type=UtcDateTime)


class ReviewVote(SQLModel, table=True):
    """What a reviewer said about an item version, once each time that it was sent to review. Rows are only added."""

    __tablename__ = "review_vote"
    __table_args__ = (UniqueConstraint("item_version_id", "round", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    item_version_id: UUID = Field(foreign_key="item_version.id", index=True)
    #: The how-manieth time the version was in review, from 1.
    round: int
    person_id: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    actor_name: str = Field(max_length=200)
    #: approve or needs_changes
    vote: str = Field(max_length=20)
    note: str = ""
    #: The check list: point, finding and note of each; empty where none was gone through.
    checks: list[Any] = Field(default_factory=list, sa_type=Document)
    voted_at: datetime = Field(sa_type=UtcDateTime)


class ReviewComment(SQLModel, table=True):
    """A remark on a place of an item version, or a reply to one."""

    __tablename__ = "review_comment"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    item_id: UUID = Field(foreign_key="item.id", index=True)
    item_version_id: UUID = Field(foreign_key="item_version.id")
    #: The remark that this replies to.
    parent_id: UUID | None = Field(default=None, foreign_key="review_comment.id", index=True)
    field: str = Field(default="", max_length=80)
    quote: str = ""
    text: str
    person_id: UUID | None = Field(default=None, foreign_key="person.id")
    actor_name: str = Field(max_length=200)
    written_at: datetime = Field(sa_type=UtcDateTime)
    resolved_by: str | None = Field(default=None, max_length=200)
    resolved_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    resolved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ReviewRequest(SQLModel, table=True):
    """Somebody was asked to review an item by a day."""

    __tablename__ = "review_request"

    id: int | None = Field(default=None, primary_key=True)
    item_id: UUID = Field(foreign_key="item.id", index=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    due: date
    note: str = ""
    asked_by: str = Field(max_length=200)
    asked_by_id: UUID | None = Field(default=None, foreign_key="person.id")
    asked_at: datetime = Field(sa_type=UtcDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
