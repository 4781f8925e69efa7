"""What may be decided about an item, and when."""

from __future__ import annotations

from enum import StrEnum

from itembank.authoring.lifecycle import ItemState
from itembank.errors import IllegalMove


class Verdict(StrEnum):
    """A decision: it stays, it waits outside new banks, it may come back, it is never used again."""

    ACCEPT = "accept"
    HOLD = "hold"
    RELEASE = "release"
    RETIRE = "retire"


#: Verdicts that take an item out of the banks to come.
LEAVING = frozenset({Verdict.HOLD, Verdict.RETIRE})


def possible_verdicts(state: ItemState, *, held: bool) -> tuple[Verdict, ...]:
    """List what may be decided about an item version of a bank.

    Args:
        state: Where the version stands in its life.
        held: Whether it is on hold.
    """
    if state is ItemState.RETIRED:
        return (Verdict.ACCEPT,)
    return (Verdict.RELEASE, Verdict.RETIRE) if held else (Verdict.ACCEPT, Verdict.HOLD, Verdict.RETIRE)


def require_verdict(verdict: Verdict, state: ItemState, *, held: bool) -> None:
    """Refuse what can't be decided now.

    Raises:
        IllegalMove: It can't.
    """
    if verdict not in possible_verdicts(state, held=held):
        raise IllegalMove(what="item", state="on hold" if held else state.value, move=verdict.value)
