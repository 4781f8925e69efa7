"""The life of a study: one table of states and what may be done from each."""

from __future__ import annotations

from enum import StrEnum

from itembank.errors import IllegalMove


class StudyState(StrEnum):
    """Where a study stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"


#: States in which a study still has work before it.
OPEN_STATES = frozenset({StudyState.WAITING, StudyState.RUNNING})

SOURCES = {
    "cancel": OPEN_STATES,
    "again": frozenset(StudyState) - OPEN_STATES,
}


def possible_moves(state: StudyState) -> tuple[str, ...]:
    """List what may be done with a study."""
    return tuple(move for move, sources in SOURCES.items() if state in sources)


def require_move(state: str, move: str) -> None:
    """Refuse what the study's state does not allow.

    Raises:
        IllegalMove: It doesn't.
    """
    if move not in possible_moves(StudyState(state)):
        raise IllegalMove(what="study", state=state, move=move)
