"""The life of a simulation run: one table of states and what may be done from each."""

from __future__ import annotations

from enum import StrEnum

from itembank.errors import IllegalMove


class SimulationState(StrEnum):
    """Where a simulation run stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"


#: States in which a run still has work before it.
OPEN_STATES = frozenset({SimulationState.WAITING, SimulationState.RUNNING})

SOURCES = {"cancel": OPEN_STATES}


def possible_moves(state: SimulationState) -> tuple[str, ...]:
    """List what may be done with a run."""
    return tuple(move for move, sources in SOURCES.items() if state in sources)


def require_move(state: str, move: str) -> None:
    """Refuse what the run's state does not allow.

    Raises:
        IllegalMove: It doesn't.
    """
    if move not in possible_moves(SimulationState(state)):
        raise IllegalMove(what="simulation", state=state, move=move)
