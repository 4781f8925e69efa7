"""The life of a neutralisation and of the runs that carry it out: tables of states and what may be done from each."""

from __future__ import annotations

from enum import StrEnum

from itembank.errors import IllegalMove


class NeutralisationState(StrEnum):
    """Where a neutralisation stands."""

    PROPOSED = "proposed"
    APPLYING = "applying"
    IN_FORCE = "in_force"
    REJECTED = "rejected"
    TAKING_BACK = "taking_back"
    TAKEN_BACK = "taken_back"


#: Results that are told now leave the item out; while it is being taken back they still do.
IN_FORCE_STATES = (NeutralisationState.IN_FORCE, NeutralisationState.TAKING_BACK)

SOURCES = {
    "approve": frozenset({NeutralisationState.PROPOSED}),
    "reject": frozenset({NeutralisationState.PROPOSED}),
    "preview": frozenset({NeutralisationState.PROPOSED}),
    "take_back": frozenset({NeutralisationState.IN_FORCE}),
    "again": frozenset({NeutralisationState.APPLYING, NeutralisationState.TAKING_BACK}),
}


class CorrectionState(StrEnum):
    """Where a run that recomputes results stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN_RUNS = frozenset({CorrectionState.WAITING, CorrectionState.RUNNING})


class Task(StrEnum):
    """What a run is for."""

    PREVIEW = "preview"
    APPLY = "apply"
    TAKE_BACK = "take_back"


def possible_moves(
    state: NeutralisationState, *, has_preview: bool, run: CorrectionState | None, own: bool
) -> tuple[str, ...]:
    """List what one person may do with a neutralisation.

    Args:
        state: Where it stands.
        has_preview: Whether its effect has been computed; nobody approves what nobody could see.
        run: Where its newest run stands, None without one.
        own: Whether this person proposed it; somebody else has to approve.
    """
    found = [move for move, sources in SOURCES.items() if state in sources]
    if own or not has_preview or run in OPEN_RUNS:
        found = [move for move in found if move != "approve"]
    if run in OPEN_RUNS:
        found = [move for move in found if move != "preview"]
    if run != CorrectionState.FAILED:
        found = [move for move in found if move != "again"]
    return tuple(found)


def require_move(state: str, move: str) -> None:
    """Refuse what the state does not allow.

    Raises:
        IllegalMove: It doesn't.
    """
    if NeutralisationState(state) not in SOURCES[move]:
        raise IllegalMove(what="neutralisation", state=state, move=move)
