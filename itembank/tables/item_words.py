"""What is worked out from the newest wording of each item, for finding and comparing it; and what people say of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from itembank.tables.columns import Document, UtcDateTime


class ItemWords(SQLModel, table=True):
    """The newest wording of an item as search and comparison need it: derived from the version, never the truth.

    The narrow columns come first: SQLite reads a row from its beginning, and lists need no texts.
    """

    __tablename__ = "item_words"
    __table_args__ = (Index("ix_item_words_narrow", "item_id", "language", "options", "key_place"),)

    item_id: UUID = Field(foreign_key="item.id", primary_key=True)
    item_version_id: UUID = Field(foreign_key="item_version.id", index=True)
    #: A random number that changes with the words, so that whoever keeps them in memory sees what is new.
    stamp: int = Field(sa_type=BigInteger, index=True)
    #: Whether pairs with items alike have been looked for since the words changed.
    compared: bool = Field(default=False, index=True)
    language: str = Field(max_length=5)
    #: For single-choice items how many options there are and which is right, from 0.
    options: int | None = None
    key_place: int | None = None
    #: Code, testlet and all texts, folded, for finding by a part of them.
    searched: str
    #: Content words, a line for each language: its code, then its words, parted by tabulators.
    words: str


class ItemFlaw(SQLModel, table=True):
    """A rule of item writing that warns of the newest wording of an item, and where."""

    __tablename__ = "item_flaw"

    item_id: UUID = Field(foreign_key="item.id", primary_key=True)
    rule: str = Field(max_length=40, primary_key=True, index=True)
    #: Field, what was seen and figures of each place.
    places: list[Any] = Field(sa_type=Document)


class FlawReason(SQLModel, table=True):
    """Why a warning about a version stands, said by a person."""

    __tablename__ = "flaw_reason"

    item_version_id: UUID = Field(foreign_key="item_version.id", primary_key=True)
    rule: str = Field(max_length=40, primary_key=True)
    reason: str
    #: Only shipped items have it in both languages.
    reason_in_english: str = ""
    given_by: str = Field(max_length=200)
    given_at: datetime = Field(sa_type=UtcDateTime)


class AlikePair(SQLModel, table=True):
    """Two items of one unit that say nearly the same, proposed as enemies until a person decides.

    Each pair is kept once: the item with the smaller id comes first. A dismissal lasts until the words of one change.
    """

    __tablename__ = "alike_pair"

    first_item_id: UUID = Field(foreign_key="item.id", primary_key=True)
    second_item_id: UUID = Field(foreign_key="item.id", primary_key=True, index=True)
    similarity: float
    found_at: datetime = Field(sa_type=UtcDateTime)
    dismissed_because: str | None = None
    dismissed_by: str | None = Field(default=None, max_length=200)
    dismissed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
