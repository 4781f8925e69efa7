"""The life of an item version: one table of states, moves and the roles that may make them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from itembank.actor import Role
from itembank.errors import IllegalMove


class ItemState(StrEnum):
    """Where an item version stands."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    PRETEST = "pretest"
    OPERATIONAL = "operational"
    RETIRED = "retired"


#: States in which a version can be part of a published bank.
LIVE_STATES = (ItemState.PRETEST, ItemState.OPERATIONAL)


@dataclass(frozen=True, slots=True)
class Move:
    """A way from some states to another."""

    name: str
    sources: frozenset[ItemState]
    target: ItemState
    roles: frozenset[Role]
    by_another: bool = False
    needs_note: bool = False


_WRITERS = frozenset({Role.ITEM_WRITER})
_REVIEWERS = frozenset({Role.REVIEWER})
_PSYCHOMETRICIANS = frozenset({Role.PSYCHOMETRICIAN})

RETIRE = "retire"

MOVES = {
    move.name: move
    for move in (
        Move("submit", frozenset({ItemState.DRAFT}), ItemState.IN_REVIEW, _WRITERS),
        Move("withdraw", frozenset({ItemState.IN_REVIEW}), ItemState.DRAFT, _WRITERS),
        Move("return", frozenset({ItemState.IN_REVIEW}), ItemState.DRAFT, _REVIEWERS, by_another=True, needs_note=True),
        Move("approve", frozenset({ItemState.IN_REVIEW}), ItemState.APPROVED, _REVIEWERS, by_another=True),
        Move("pretest", frozenset({ItemState.APPROVED}), ItemState.PRETEST, _PSYCHOMETRICIANS),
        Move(
            "release",
            frozenset({ItemState.APPROVED, ItemState.PRETEST}),
            ItemState.OPERATIONAL,
            _PSYCHOMETRICIANS,
        ),
        Move(
            RETIRE,
            frozenset({ItemState.APPROVED, ItemState.PRETEST, ItemState.OPERATIONAL}),
            ItemState.RETIRED,
            _PSYCHOMETRICIANS,
            needs_note=True,
        ),
    )
}


def next_state(state: ItemState, move_name: str) -> tuple[Move, ItemState]:
    """Find the move and where it leads.

    Raises:
        IllegalMove: There is no such move, or none from this state.
    """
    move = MOVES.get(move_name)
    if move is None or state not in move.sources:
        raise IllegalMove(what="item", state=state.value, move=move_name)
    return move, move.target


def concerns_live_version(move_name: str, *, head: ItemState) -> bool:
    """Tell whether a move is made on the version in use although a newer one is in preparation.

    A faulty question has to be taken out of use at once, whatever its writer is working on meanwhile.
    """
    return move_name == RETIRE and head not in MOVES[RETIRE].sources


def possible_moves(
    state: ItemState, roles: frozenset[Role], *, may_vote: bool, has_other_live_version: bool = False
) -> tuple[Move, ...]:
    """List the moves open to somebody with these roles.

    Args:
        state: State of the newest version.
        roles: What the person holds.
        may_vote: Whether the person wrote none of the versions and has not voted on the newest one.
        has_other_live_version: Whether an earlier version is in use.
    """
    return tuple(
        move
        for move in MOVES.values()
        if not move.roles.isdisjoint(roles)
        and (
            (state in move.sources and (may_vote or not move.by_another))
            or (has_other_live_version and concerns_live_version(move.name, head=state))
        )
    )
