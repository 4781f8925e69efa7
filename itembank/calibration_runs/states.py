"""The life of a calibration run: one table of states and what may be done from each."""

from __future__ import annotations

from enum import StrEnum

from itembank.errors import IllegalMove


class RunState(StrEnum):
    """Where a calibration run stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    APPROVED = "approved"
    REJECTED = "rejected"
    PUBLISHED = "published"


#: States in which a run still has work before it.
OPEN_STATES = frozenset({RunState.WAITING, RunState.RUNNING})

SOURCES = {
    "cancel": OPEN_STATES,
    "approve": frozenset({RunState.DONE}),
    "reject": frozenset({RunState.DONE, RunState.APPROVED}),
    "publish": frozenset({RunState.APPROVED}),
    "again": frozenset({RunState.FAILED, RunState.CANCELLED, RunState.INTERRUPTED, RunState.REJECTED}),
}


def possible_moves(state: RunState, *, converged: bool) -> tuple[str, ...]:
    """List what may be done with a run; one that did not converge can only be rejected."""
    return tuple(move for move, sources in SOURCES.items() if state in sources and (converged or move != "approve"))


def require_move(state: str, move: str, *, converged: bool = True) -> None:
    """Refuse what the run's state does not allow.

    Raises:
        IllegalMove: It doesn't.
    """
    if move not in possible_moves(RunState(state), converged=converged):
        shown = state if converged else f"{state} without having converged"
        raise IllegalMove(what="calibration run", state=shown, move=move)
