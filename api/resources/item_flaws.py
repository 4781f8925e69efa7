"""Flaws of item writing over the whole bank, and the reasons for those that stand."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from api.authentication import Caller
from api.schema import Sent, Shown, example
from api.transaction import Now, Transaction
from itembank.authoring import flawed_items
from itembank.authoring.enemies import MAXIMUM_REASON
from itembank.authoring.flawed_items import BankFlaws, StandingReason
from itembank.authoring.flaws.flaw import Rule
from itembank.authoring.item_list import ItemLine
from itembank.authoring.lifecycle import ItemState

router = APIRouter(tags=["items"])

_REASON = {
    "rule": "unexplained_abbreviation",
    "reason": "เป็นชื่อคำสั่งที่ข้อสอบถาม มิใช่คำย่อ",
    "reason_in_english": "",
    "given_by": "สมหญิง รักเรียน",
    "given_at": "2026-11-22T05:00:00Z",
}


class RuleCountShown(Shown):
    """How many items a rule warns of."""

    rule: Rule
    source: str = Field(description="Who says that this is a flaw.")
    items: int
    explained: int = Field(description="Of how many people said why the warning stands.")
    false_alarms: int = Field(description="Shipped items whose warning people found unfounded.")


class KeyBalanceShown(Shown):
    """How often each option was the key among single-choice items with so many options."""

    options: int
    counts: list[int]
    probability: float = Field(description="How often chance alone spreads keys at least as unevenly.")
    out_of_balance: bool


class BankFlawsShown(Shown):
    """The bank under the rules: newest versions, retired ones apart."""

    model_config = example(
        items=449,
        warned=23,
        shipped=449,
        rules=[
            {
                "rule": "unexplained_abbreviation",
                "source": "Haladyna, Downing & Rodriguez (2002), guideline 12",
                "items": 21,
                "explained": 21,
                "false_alarms": 21,
            }
        ],
        keys=[{"options": 4, "counts": [90, 90, 91, 89], "probability": 0.99, "out_of_balance": False}],
    )

    items: int
    warned: int
    shipped: int = Field(description="How many items are shipped, for the false alarms.")
    rules: list[RuleCountShown]
    keys: list[KeyBalanceShown]


class FlawShown(Shown):
    """What looks wrong, and where."""

    rule: Rule
    field: str
    seen: str
    numbers: dict[str, float]


class ReasonShown(Shown):
    """Why a warning stands."""

    rule: Rule
    reason: str
    reason_in_english: str = Field(description="Only shipped items have it.")
    given_by: str
    given_at: datetime


class FlawedItemShown(Shown):
    """An item with the flaws of its newest version."""

    id: UUID
    code: str
    criterion: str
    state: ItemState
    stem: str
    language: str
    flaws: list[FlawShown]
    reasons: list[ReasonShown]


class FlawedItemsShown(Shown):
    """A page of the items with flaws."""

    model_config = example(
        total=23,
        offset=0,
        items=[
            {
                "id": "3f0c1d5e-8a53-4d6b-9a43-9f1f7f0d1b11",
                "code": "DT602-2.4-03",
                "criterion": "DT602-2.4",
                "state": "operational",
                "stem": "ควรเชื่อมกับตารางผลตรวจด้วยคำสั่งใด",
                "language": "th",
                "flaws": [{"rule": "unexplained_abbreviation", "field": "stem", "seen": "INNER, JOIN", "numbers": {}}],
                "reasons": [_REASON],
            }
        ],
    )

    total: int
    offset: int
    items: list[FlawedItemShown]


class FlawFilter(Sent):
    """Which items to list."""

    rule: Rule | None = None
    unexplained: bool = Field(default=False, description="Only items where nobody has said why a warning stands.")
    offset: int = Field(default=0, ge=0, le=1_000_000)
    limit: int = Field(default=50, ge=1, le=500)


class ReasonSent(Sent):
    """Why a warning stands."""

    model_config = example(rule="unexplained_abbreviation", reason=_REASON["reason"])

    rule: Rule
    reason: str = Field(max_length=MAXIMUM_REASON, description="Why, in a sentence.")


class ReasonsShown(Shown):
    """The reasons that stand for an item's newest version."""

    model_config = example(reasons=[_REASON])

    reasons: list[ReasonShown]


@router.get("/item-flaws", response_model=BankFlawsShown, summary="Count flaws by rule")
def count_flaws(caller: Caller, session: Transaction) -> BankFlaws:
    """Count what each rule of item writing warns of, and tell how keys are spread. For those who work on the bank."""
    return flawed_items.bank_flaws(session, actor=caller)


@router.get("/item-flaws/items", response_model=FlawedItemsShown, summary="List items with flaws")
def list_flawed_items(
    wanted: Annotated[FlawFilter, Query()], caller: Caller, session: Transaction
) -> dict[str, object]:
    """List the items that a rule warns of, by code, with reasons for what stands. For those who work on the bank."""
    items, total = flawed_items.flawed_items(
        session,
        actor=caller,
        rule=wanted.rule,
        unexplained=wanted.unexplained,
        offset=wanted.offset,
        limit=wanted.limit,
    )
    shown = [
        {**_identity(item.line), "flaws": list(item.flaws), "reasons": list(item.reasons.values())} for item in items
    ]
    return {"total": total, "offset": wanted.offset, "items": shown}


@router.post("/items/{item_id}/flaw-reasons", response_model=ReasonsShown, summary="Say why a warning stands")
def explain_flaw(
    item_id: UUID, sent: ReasonSent, caller: Caller, session: Transaction, now: Now
) -> dict[str, tuple[StandingReason, ...]]:
    """Say why a warning about the newest version stands, in place of what was said before. For item writers."""
    flawed_items.explain_flaw(session, actor=caller, item_id=item_id, rule=sent.rule, reason=sent.reason, now=now)
    return {"reasons": flawed_items.reasons_of_item(session, actor=caller, item_id=item_id)}


def _identity(line: ItemLine) -> dict[str, object]:
    return {name: getattr(line, name) for name in ("id", "code", "criterion", "state", "stem", "language")}
