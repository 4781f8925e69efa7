"""How many steps the scoring of a file's items may take while it is tried out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

#: Steps of all items of a file that is read in the background: two minutes, for twenty thousand honest items.
MOST_STEPS: Final = 30_000_000
#: Steps of a file whose sender waits for it: about a second.
STEPS_WHILE_WAITING: Final = 200_000

_most: ContextVar[int] = ContextVar("most_steps", default=MOST_STEPS)


class TakesLong(Exception):
    """A file would keep its sender waiting; it is one for the background."""


def steps_left() -> int:
    """Give how many steps a file may take here."""
    return _most.get()


def somebody_waits() -> bool:
    """Tell whether a file is being read while its sender waits."""
    return _most.get() < MOST_STEPS


@contextmanager
def while_waiting() -> Iterator[None]:
    """Let files take few steps, beyond which `TakesLong` is raised."""
    token = _most.set(STEPS_WHILE_WAITING)
    try:
        yield
    finally:
        _most.reset(token)
