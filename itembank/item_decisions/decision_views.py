"""Decisions about items as they are read back."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from itembank.actor import Actor, Role
from itembank.authoring.lifecycle import ItemState
from itembank.item_decisions.harm import HarmReason, new_or_worse
from itembank.item_decisions.verdicts import Verdict
from itembank.tables import Bank, ItemDecision, ItemVersion


class Standing(StrEnum):
    """Where the question what to do about an item stands."""

    OPEN = "open"
    BACK = "back"
    HELD = "held"
    ACCEPTED = "accepted"
    RETIRED = "retired"


#: Those that wait for a decision.
UNDECIDED = frozenset({Standing.OPEN, Standing.BACK})


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A decision: what, why, on which grounds, who and when."""

    id: int
    item_version_id: UUID
    version: int
    bank_number: int
    verdict: Verdict
    reason: str
    harm: tuple[HarmReason, ...]
    actor_name: str
    decided_at: datetime


def decisions_about(session: Session, *, actor: Actor, item_id: UUID) -> tuple[DecisionView, ...]:
    """List the decisions about an item, over all its versions, the newest first.

    Raises:
        NotAllowed: The actor is not a psychometrician.
    """
    actor.require(Role.PSYCHOMETRICIAN)
    rows = session.execute(
        _decisions().where(col(ItemVersion.item_id) == item_id).order_by(col(ItemDecision.id).desc())
    )
    return tuple(map(_view, rows))


def newest_decisions(session: Session, versions: Collection[UUID]) -> dict[UUID, DecisionView]:
    """Give the newest decision about each of some item versions."""
    rows = session.execute(
        _decisions().where(col(ItemDecision.item_version_id).in_(versions)).order_by(col(ItemDecision.id))
    )
    return {view.item_version_id: view for view in map(_view, rows)}


def standing(state: ItemState, decision: DecisionView | None, reasons: Iterable[HarmReason]) -> Standing:
    """Tell where an item stands.

    Args:
        state: Of its version.
        decision: The newest about it.
        reasons: What speaks against it now.
    """
    if state is ItemState.RETIRED and (decision is None or decision.verdict is not Verdict.ACCEPT):
        return Standing.RETIRED
    if decision is None or decision.verdict is Verdict.RELEASE:
        return Standing.OPEN
    if decision.verdict is Verdict.HOLD:
        return Standing.HELD
    return Standing.BACK if new_or_worse(reasons, decision.harm) else Standing.ACCEPTED


def _decisions() -> Any:
    return (
        select(ItemDecision, col(ItemVersion.number), col(Bank.number))
        .join(ItemVersion, col(ItemVersion.id) == col(ItemDecision.item_version_id))
        .join(Bank, col(Bank.id) == col(ItemDecision.bank_id))
    )


def _view(row: Any) -> DecisionView:
    decision, version, bank_number = row
    assert decision.id is not None
    return DecisionView(
        id=decision.id,
        item_version_id=decision.item_version_id,
        version=version,
        bank_number=bank_number,
        verdict=Verdict(decision.verdict),
        reason=decision.reason,
        harm=tuple(map(HarmReason.from_dict, decision.harm)),
        actor_name=decision.actor_name,
        decided_at=decision.decided_at,
    )
