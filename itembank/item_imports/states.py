"""The life of an uploaded file."""

from __future__ import annotations

from enum import StrEnum


class ImportTask(StrEnum):
    """What is being done with a file."""

    READ = "read"
    STORE = "store"


class ImportState(StrEnum):
    """How far that is.

    A file waits and runs twice: to be read, after which it is ready, and to be stored, after which it is done.
    """

    WAITING = "waiting"
    RUNNING = "running"
    READY = "ready"
    DONE = "done"
    FAILED = "failed"
