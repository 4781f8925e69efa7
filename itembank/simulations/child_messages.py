"""What a simulation's child process tells the site: how far it is, and what it ended with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Step:
    """How far the computation is."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Report:
    """What the computation found."""

    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the engine does not compute this."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Breakdown:
    """What went wrong that nobody foresaw, and where, for the log."""

    kind: str
    trace: str


@dataclass(frozen=True, slots=True)
class Death:
    """The child ended without a word, with this exit code: killed, as a rule for the memory it took."""

    exit_code: int


Ended = Report | Refusal | Breakdown | Death
