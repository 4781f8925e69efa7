"""What every operation needs first: the transaction and the time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from fastapi.concurrency import contextmanager_in_threadpool
from sqlmodel import Session

from itembank.clock import utc_now
from itembank.database import Database

_READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_Operation = TypeVar("_Operation", bound=Callable[..., Any])
_ONLY_READING: set[object] = set()


def reads_only(operation: _Operation) -> _Operation:
    """Mark an operation that is sent something and changes nothing: it waits for no writer and keeps none waiting.

    Args:
        operation: What answers the request.
    """
    _ONLY_READING.add(operation)
    return operation


def current_time() -> datetime:
    """Read the clock; tests put their own in its place."""
    return utc_now()


async def _place(request: Request) -> AsyncIterator[None]:
    places: asyncio.Semaphore = request.app.state.places
    async with places:
        yield


#: A place among the requests that may use the database at once; whatever opens transactions of its own takes one too.
Place = Annotated[None, Depends(_place, scope="function")]


async def _transaction(request: Request, place: Place) -> AsyncIterator[Session]:
    database: Database = request.app.state.database
    only_reads = request.method in _READING_METHODS or request.scope.get("endpoint") in _ONLY_READING
    block = database.reading if only_reads else database.writing
    async with contextmanager_in_threadpool(block()) as session:
        yield session


#: One transaction a request. Function scope commits it before the response leaves: nobody is told "saved" too early.
Transaction = Annotated[Session, Depends(_transaction, scope="function")]
Now = Annotated[datetime, Depends(current_time)]
