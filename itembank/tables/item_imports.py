"""Files of items on their way into the bank: kept while somebody looks at what is in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import LargeBinary
from sqlmodel import Field, SQLModel

from itembank.tables.columns import Document, UtcDateTime


class ItemImport(SQLModel, table=True):
    """An uploaded file: first read, then stored as drafts if its sender says so; each a run in the background."""

    __tablename__ = "item_import"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    file_name: str = Field(max_length=200)
    #: The name of a format; empty until the file was read, where nobody said it.
    file_format: str = Field(default="", max_length=20)
    #: What items get that the file leaves open.
    defaults: dict[str, Any] = Field(default_factory=dict, sa_type=Document)
    #: read, store
    task: str = Field(max_length=10)
    #: waiting, running, ready, done, failed
    state: str = Field(max_length=20, index=True)
    #: Counts who took it up: one that fell silent and comes back must not write any more.
    attempt: int = 0
    cancel_requested: bool = False
    done: int = 0
    total: int = 0
    heartbeat_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    #: Why it failed.
    message: str = ""
    #: What each item of the file is, or became.
    report: list[Any] = Field(default_factory=list, sa_type=Document)
    requested_at: datetime = Field(sa_type=UtcDateTime, index=True)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ItemImportFile(SQLModel, table=True):
    """The bytes of an uploaded file, apart since they are large; gone once its items are stored."""

    __tablename__ = "item_import_file"

    import_id: UUID = Field(foreign_key="item_import.id", primary_key=True)
    data: bytes = Field(sa_type=LargeBinary)
