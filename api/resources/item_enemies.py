"""Enemy items: which must not meet in one sitting."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from api.authentication import Caller
from api.schema import Sent, Shown, example
from api.transaction import Now, Transaction
from itembank.authoring import enemies
from itembank.authoring.enemies import MAXIMUM_REASON, EnemyView
from itembank.authoring.lifecycle import ItemState

router = APIRouter(prefix="/items", tags=["items"])

_ENEMY = {
    "id": "7d5b9e0c-1f0a-4a57-b7a5-0e4f8d0c2b33",
    "code": "DG101-1.1-02",
    "criterion": "DG101-1.1",
    "state": "operational",
    "stem": "ผู้บริหารควรอ้างหลักในกฎหมายใดเป็นเบื้องต้น",
    "language": "th",
    "reason": "ตัวเลือกของข้อนี้บอกคำตอบของอีกข้อ",
    "declared_by": "สมหญิง รักเรียน",
    "declared_at": "2026-11-22T05:00:00Z",
}


class EnemySent(Sent):
    """The other item, and why."""

    model_config = example(code="DG101-1.1-02", reason="ตัวเลือกของข้อนี้บอกคำตอบของอีกข้อ")

    code: str = Field(max_length=80, description="Code of the other item.")
    reason: str = Field(max_length=MAXIMUM_REASON, description="Why, in a sentence.")


class EnemyShown(Shown):
    """An item that must not meet the one asked for, and who said so, when and why."""

    id: UUID
    code: str
    criterion: str
    state: ItemState
    stem: str
    language: str
    reason: str
    declared_by: str
    declared_at: datetime


class EnemiesShown(Shown):
    """The enemies of an item, by code."""

    model_config = example(enemies=[_ENEMY])

    enemies: list[EnemyShown]


@router.get("/{item_id}/enemies", response_model=EnemiesShown, summary="List an item's enemies")
def list_enemies(item_id: UUID, caller: Caller, session: Transaction) -> dict[str, tuple[EnemyView, ...]]:
    """List the items that must not meet this one in a sitting. For those who work on the bank."""
    return {"enemies": enemies.enemies(session, actor=caller, item_id=item_id)}


@router.post("/{item_id}/enemies", response_model=EnemiesShown, summary="Declare two items enemies")
def declare_enemies(
    item_id: UUID, enemy: EnemySent, caller: Caller, session: Transaction, now: Now
) -> dict[str, tuple[EnemyView, ...]]:
    """Keep two items apart from the next published bank on. For item writers, reviewers and psychometricians."""
    found = enemies.declare_enemies(
        session, actor=caller, item_id=item_id, code=enemy.code, reason=enemy.reason, now=now
    )
    return {"enemies": found}


@router.post("/{item_id}/enemies/part", response_model=EnemiesShown, summary="Let two enemies meet again")
def part_enemies(
    item_id: UUID, enemy: EnemySent, caller: Caller, session: Transaction, now: Now
) -> dict[str, tuple[EnemyView, ...]]:
    """End an enmity from the next published bank on. For item writers, reviewers and psychometricians."""
    found = enemies.part_enemies(session, actor=caller, item_id=item_id, code=enemy.code, reason=enemy.reason, now=now)
    return {"enemies": found}
