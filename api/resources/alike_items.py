"""Items that say nearly the same: what a wording is like, and pairs proposed as enemies."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from api.authentication import Caller
from api.resources.item_content import CONTENT_EXAMPLE, ContentSent
from api.schema import Sent, Shown, example
from api.transaction import Now, Transaction, reads_only
from itembank.authoring import enemy_proposals
from itembank.authoring.enemies import MAXIMUM_REASON
from itembank.authoring.lifecycle import ItemState
from itembank.authoring.likeness import SimilarItem, similar_items

router = APIRouter(tags=["items"])

_ITEM = {
    "id": "3f0c1d5e-8a53-4d6b-9a43-9f1f7f0d1b11",
    "code": "DG101-1.1-02",
    "criterion": "DG101-1.1",
    "state": "operational",
    "stem": "ผู้บริหารควรอ้างหลักในกฎหมายใดเป็นเบื้องต้น",
    "language": "th",
}
_TWO = {"first": "3f0c1d5e-8a53-4d6b-9a43-9f1f7f0d1b11", "second": "7d5b9e0c-1f0a-4a57-b7a5-0e4f8d0c2b33"}
_PAIR = {
    "first": _ITEM,
    "second": _ITEM | {"id": _TWO["second"], "code": "DG101-1.1-07"},
    "similarity": 0.82,
    "dismissed_because": None,
    "dismissed_by": None,
    "dismissed_at": None,
}


class WordingSent(Sent):
    """What is being written, and the item that it is an edit of."""

    model_config = example(content=CONTENT_EXAMPLE, item_id=None)

    content: ContentSent
    item_id: UUID | None = Field(default=None, description="The item that is edited: it is no duplicate of itself.")


class SimilarItemShown(Shown):
    """An item that a wording is like; stem and language are those of the wording or translation most alike."""

    item_id: UUID
    code: str
    criterion: str
    state: ItemState
    stem: str
    similarity: float = Field(description="From 0, nothing in common, to 1, the same words.")
    language: str


class SimilarItemsShown(Shown):
    """The items most alike, the most alike first."""

    model_config = example(items=[{**_ITEM, "item_id": _ITEM["id"], "similarity": 0.82}])

    items: list[SimilarItemShown]


class ProposedItemShown(Shown):
    """One item of a pair."""

    id: UUID
    code: str
    criterion: str
    state: ItemState
    stem: str
    language: str


class PairShown(Shown):
    """Two items that are alike, and who found them free to meet, if anybody did."""

    first: ProposedItemShown
    second: ProposedItemShown
    similarity: float
    dismissed_because: str | None
    dismissed_by: str | None
    dismissed_at: datetime | None


class PairsShown(Shown):
    """A page of pairs."""

    model_config = example(total=1, offset=0, pairs=[_PAIR])

    total: int
    offset: int
    pairs: list[PairShown]


class PairFilter(Sent):
    """Which pairs to list."""

    dismissed: bool = Field(default=False, description="Those that were found free to meet instead.")
    offset: int = Field(default=0, ge=0, le=1_000_000)
    limit: int = Field(default=50, ge=1, le=500)


class DismissalSent(Sent):
    """A pair and why its items may meet."""

    model_config = example(**_TWO, reason="ถามคนละประเด็นแม้ใช้เรื่องเดียวกัน")

    first: UUID
    second: UUID
    reason: str = Field(max_length=MAXIMUM_REASON, description="Why, in a sentence.")


class PairSent(Sent):
    """A pair."""

    model_config = example(**_TWO)

    first: UUID
    second: UUID


@router.post("/similar-items", response_model=SimilarItemsShown, summary="Find items like a wording")
@reads_only
def find_similar_items(sent: WordingSent, caller: Caller, session: Transaction) -> dict[str, tuple[SimilarItem, ...]]:
    """Find the items most like a wording, in any language; nothing is stored. For those who work on the bank."""
    found = similar_items(session, actor=caller, wording=sent.content.content(), item_id=sent.item_id)
    return {"items": found}


@router.get("/enemy-proposals", response_model=PairsShown, summary="List pairs that are alike")
def list_proposals(wanted: Annotated[PairFilter, Query()], caller: Caller, session: Transaction) -> dict[str, object]:
    """List pairs that wait for a decision, the most alike first. For those who work on the bank.

    To confirm one, declare its items enemies.
    """
    pairs = enemy_proposals.proposed_enemies(
        session, actor=caller, dismissed=wanted.dismissed, offset=wanted.offset, limit=wanted.limit
    )
    total = enemy_proposals.count_proposals(session, actor=caller, dismissed=wanted.dismissed)
    return {"total": total, "offset": wanted.offset, "pairs": pairs}


@router.post("/enemy-proposals/dismiss", status_code=204, summary="Find that two items may meet")
def dismiss_proposal(sent: DismissalSent, caller: Caller, session: Transaction, now: Now) -> None:
    """Keep a pair from being proposed again. For item writers, reviewers and psychometricians."""
    enemy_proposals.dismiss_proposal(
        session, actor=caller, first=sent.first, second=sent.second, reason=sent.reason, now=now
    )


@router.post("/enemy-proposals/reopen", status_code=204, summary="Propose a dismissed pair anew")
def reopen_proposal(sent: PairSent, caller: Caller, session: Transaction, now: Now) -> None:
    """Put a pair up for decision again. For item writers, reviewers and psychometricians."""
    enemy_proposals.reopen_proposal(session, actor=caller, first=sent.first, second=sent.second, now=now)
