"""The queue of items sorted by harm, and decisions about items."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from api.authentication import Caller
from api.schema import Sent, Shown, example
from api.transaction import Now, Transaction
from itembank.item_decisions.decide import MAXIMUM_REASON, decide_item
from itembank.item_decisions.decision_views import DecisionView, Standing, decisions_about
from itembank.item_decisions.harm import Harm
from itembank.item_decisions.queue import WAITING, HarmQueue, QueueFilter, harm_queue
from itembank.item_decisions.verdicts import Verdict

router = APIRouter(tags=["item decisions"])

_REASON = {
    "harm": "drift",
    "wording": "drift_harder",
    "strength": 1.2,
    "about": "displacement",
    "figures": {"amount": 0.6, "robust_z": 3.1},
}
_DECISION = {
    "id": 7,
    "item_version_id": "c1f2bb0e-5a1e-4c40-8f22-8b8a4a4e0a55",
    "version": 1,
    "bank_number": 2,
    "verdict": "hold",
    "reason": "ตัวเลือก ข ถูกได้ตามประกาศฉบับใหม่",
    "harm": [_REASON],
    "actor_name": "สมชาย วัดผล",
    "decided_at": "2026-11-22T05:00:00Z",
}


class HarmReasonShown(Shown):
    """One reason that speaks against an item."""

    harm: Harm
    wording: str = Field(description="What the figures are about.")
    strength: float = Field(description="The figure over the limit from which it is a reason.")
    about: str = Field(description="Tells two reasons of one kind apart, such as the letter of an option.")
    figures: dict[str, float | str]


class DecisionShown(Shown):
    """A decision about a version of an item."""

    model_config = example(**_DECISION)

    id: int
    item_version_id: UUID
    version: int
    bank_number: int = Field(description="The bank that was in force then.")
    verdict: Verdict
    reason: str
    harm: list[HarmReasonShown] = Field(description="What spoke against the item then.")
    actor_name: str
    decided_at: datetime


class DecisionsShown(Shown):
    """The decisions about an item, the newest first."""

    model_config = example(decisions=[_DECISION])

    decisions: list[DecisionShown]


class QueueEntryShown(Shown):
    """An item in the queue."""

    item_id: UUID
    item_version_id: UUID
    code: str
    version: int
    unit: str
    standing: Standing
    simulated_answers: int
    reasons: list[HarmReasonShown] = Field(description="The worst first.")
    fresh: list[HarmReasonShown] = Field(description="Those that are new, or clearly worse, since the newest decision.")
    decision: DecisionShown | None


class HeldOutsideShown(Shown):
    """An item on hold that is not in the bank in force."""

    item_id: UUID
    code: str
    version: int
    decision: DecisionShown


class ItemQueueShown(Shown):
    """Items sorted by the harm they may do."""

    model_config = example(
        bank_number=2,
        entries=[
            {
                "item_id": "3f0c1d5e-8a53-4d6b-9a43-9f1f7f0d1b11",
                "item_version_id": "c1f2bb0e-5a1e-4c40-8f22-8b8a4a4e0a55",
                "code": "DG101-1.1-01",
                "version": 1,
                "unit": "DG100",
                "standing": "open",
                "simulated_answers": 0,
                "reasons": [_REASON],
                "fresh": [],
                "decision": None,
            }
        ],
        leaving=["DG101-1.2-03"],
        outside=[],
        unexamined=["DT600"],
    )

    bank_number: int | None = Field(description="None while no bank is in force.")
    entries: list[QueueEntryShown]
    leaving: list[str] = Field(description="Codes of items on hold or retired that leave with the next bank.")
    outside: list[HeldOutsideShown] = Field(description="Items on hold that have left the bank in force.")
    unexamined: list[str] = Field(description="Units of which no calibration has examined fit and drift.")


class QueueWanted(Sent):
    """Which items."""

    unit: str = Field(default="", max_length=60, description="Code of a unit; empty for all.")
    harm: str = Field(default="", max_length=40, description="Kind of reason; empty for any.")
    standing: str = Field(default=WAITING, max_length=20, description="undecided, all, or one standing.")


class DecisionSent(Sent):
    """A decision and why."""

    model_config = example(version=1, verdict="hold", reason="ตัวเลือก ข ถูกได้ตามประกาศฉบับใหม่", despite_exams=False)

    version: int = Field(ge=1)
    verdict: Verdict
    reason: str = Field(max_length=MAXIMUM_REASON, description="Why, in a sentence.")
    despite_exams: bool = Field(
        default=False, description="Go on although exams that are open or to come could not be put together without it."
    )


@router.get("/item-queue", response_model=ItemQueueShown, summary="Items sorted by harm")
def read_item_queue(wanted: Annotated[QueueWanted, Query()], caller: Caller, session: Transaction) -> dict[str, Any]:
    """Give the items that deserve a look, the most harmful first. For psychometricians."""
    chosen = QueueFilter(unit=wanted.unit, harm=wanted.harm, standing=wanted.standing)
    return _shown(harm_queue(session, actor=caller, wanted=chosen))


@router.get("/items/{item_id}/decisions", response_model=DecisionsShown, summary="List the decisions about an item")
def read_decisions(item_id: UUID, caller: Caller, session: Transaction) -> Mapping[str, tuple[DecisionView, ...]]:
    """List what was decided about an item, the newest first. For psychometricians."""
    return {"decisions": decisions_about(session, actor=caller, item_id=item_id)}


@router.post(
    "/items/{item_id}/decisions", response_model=DecisionShown, status_code=201, summary="Decide about an item"
)
def decide(item_id: UUID, sent: DecisionSent, caller: Caller, session: Transaction, now: Now) -> DecisionView:
    """Accept, hold, release or retire a version of an item; the next bank minds it. For psychometricians."""
    return decide_item(
        session,
        actor=caller,
        item_id=item_id,
        version=sent.version,
        verdict=sent.verdict,
        reason=sent.reason,
        despite_exams=sent.despite_exams,
        now=now,
    )


def _shown(queue: HarmQueue | None) -> dict[str, Any]:
    if queue is None:
        return {"bank_number": None, "entries": [], "leaving": [], "outside": [], "unexamined": []}
    return {
        "bank_number": queue.bank_number,
        "entries": [
            {
                "item_id": entry.item.line.item_id,
                "item_version_id": entry.item.line.item_version_id,
                "code": entry.item.line.code,
                "version": entry.item.line.version,
                "unit": entry.item.unit,
                "standing": entry.standing,
                "simulated_answers": entry.item.line.simulated_answers,
                "reasons": entry.item.reasons,
                "fresh": entry.fresh,
                "decision": entry.decision,
            }
            for entry in queue.entries
        ],
        "leaving": list(queue.leaving),
        "outside": queue.outside,
        "unexamined": list(queue.unexamined),
    }
