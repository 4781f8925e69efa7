"""The life of a panel: one table of states and what may be done from each."""

from __future__ import annotations

from enum import StrEnum

from itembank.errors import IllegalMove


class PanelState(StrEnum):
    """Where a panel stands."""

    DRAFT = "draft"
    ROUND_OPEN = "round_open"
    ROUND_CLOSED = "round_closed"
    ACCEPTED = "accepted"
    ABANDONED = "abandoned"


_UNFINISHED = frozenset({PanelState.DRAFT, PanelState.ROUND_OPEN, PanelState.ROUND_CLOSED})

#: Each move: the states that it starts from, and the one that it leads to.
MOVES: dict[str, tuple[frozenset[PanelState], PanelState]] = {
    "change": (frozenset({PanelState.DRAFT}), PanelState.DRAFT),
    "open": (frozenset({PanelState.DRAFT, PanelState.ROUND_CLOSED}), PanelState.ROUND_OPEN),
    "close": (frozenset({PanelState.ROUND_OPEN}), PanelState.ROUND_CLOSED),
    "accept": (frozenset({PanelState.ROUND_CLOSED}), PanelState.ACCEPTED),
    "abandon": (_UNFINISHED, PanelState.ABANDONED),
}

#: States in which judges may look at items: while they judge, and while they talk about what came of it.
LOOKING = frozenset({PanelState.ROUND_OPEN, PanelState.ROUND_CLOSED})


def possible_moves(state: PanelState, *, rounds_left: bool) -> tuple[str, ...]:
    """List what may be done with a panel; without rounds left none can be opened."""
    return tuple(move for move, (sources, _) in MOVES.items() if state in sources and (rounds_left or move != "open"))


def after_move(state: str, move: str, *, rounds_left: bool = True) -> str:
    """Tell the state that a move leads to.

    Raises:
        IllegalMove: The panel's state does not allow it, or no rounds are left to open.
    """
    if move not in possible_moves(PanelState(state), rounds_left=rounds_left):
        shown = state if rounds_left else f"{state} after its last round"
        raise IllegalMove(what="panel", state=shown, move=move)
    return MOVES[move][1].value
