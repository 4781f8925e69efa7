"""What every operation needs first: the transaction and the time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlmodel import Session

from itembank.clock import utc_now
from itembank.database import Database

_READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def current_time() -> datetime:
    """Read the clock; tests put their own in its place."""
    return utc_now()


def _transaction(request: Request) -> Iterator[Session]:
    database: Database = request.app.state.database
    block = database.reading if request.method in _READING_METHODS else database.writing
    with block() as session:
        yield session


#: One transaction a request. Function scope commits it before the response leaves: nobody is told "saved" too early.
Transaction = Annotated[Session, Depends(_transaction, scope="function")]
Now = Annotated[datetime, Depends(current_time)]
