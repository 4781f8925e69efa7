"""Items: listing, creating, reading, saving as a new version, moving on in their lives."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field, field_validator

from api.authentication import Caller
from api.resources.item_content import CONTENT_EXAMPLE, ContentSent, ContentShown
from api.schema import Sent, Shown, example
from api.transaction import Now, Transaction
from itembank.authoring import items
from itembank.authoring.content import ItemType
from itembank.authoring.flaws.flaw import Rule
from itembank.authoring.item_list import ItemOrder, Narrowing
from itembank.authoring.items import ItemView
from itembank.authoring.lifecycle import ItemState, Move

router = APIRouter(prefix="/items", tags=["items"])

_VERSION = {
    "id": "c1f2bb0e-5a1e-4c40-8f22-8b8a4a4e0a55",
    "number": 1,
    "content": CONTENT_EXAMPLE,
    "state": "draft",
    "writer_name": "สมหญิง รักเรียน",
    "written_at": "2026-11-22T05:00:00Z",
}
_LINE = {
    "id": "3f0c1d5e-8a53-4d6b-9a43-9f1f7f0d1b11",
    "code": "DG101-1.1-06",
    "criterion": "DG101-1.1",
    "type": "single_choice",
    "difficulty_rating": 3,
    "state": "draft",
    "version": 1,
    "stem": CONTENT_EXAMPLE["stem"],
    "writer_name": "สมหญิง รักเรียน",
    "written_at": "2026-11-22T05:00:00Z",
}


class VersionSent(Sent):
    """An edit: the new content, and the version that the editor was looking at."""

    model_config = example(started_from=1, content=CONTENT_EXAMPLE)

    started_from: int = Field(ge=1, le=1_000_000)
    content: ContentSent


class MoveSent(Sent):
    """A step in an item's life."""

    model_config = example(move="submit", note="", version=1)

    move: str = Field(description="submit, withdraw, return, approve, pretest, release or retire")
    note: str = Field(default="", max_length=2000, description="The reason; return and retire need one.")
    version: int | None = Field(
        default=None,
        ge=1,
        le=1_000_000,
        description="The version that the decision is about; a newer one is then a conflict.",
    )


class VersionShown(Shown):
    """One version of an item."""

    id: UUID
    number: int
    content: ContentShown
    state: ItemState
    writer_name: str
    written_at: datetime


class MoveShown(Shown):
    """One step in an item's life."""

    version: int
    from_state: ItemState | None
    to_state: ItemState
    note: str
    actor_name: str
    at: datetime


class ItemShown(Shown):
    """An item with its versions, its history, and what the caller may do with it."""

    model_config = example(
        id=_LINE["id"],
        code="DG101-1.1-06",
        sample=False,
        unit="DG100",
        element="DG101",
        head=_VERSION,
        live=None,
        versions=[_VERSION],
        moves=[
            {
                "version": 1,
                "from_state": None,
                "to_state": "draft",
                "note": "",
                "actor_name": "สมหญิง รักเรียน",
                "at": "2026-11-22T05:00:00Z",
            }
        ],
        possible_moves=["submit"],
        may_edit=True,
    )

    id: UUID
    code: str
    sample: bool
    unit: str
    element: str
    head: VersionShown
    live: VersionShown | None = Field(description="The version that exams may use, if there is one.")
    versions: list[VersionShown]
    moves: list[MoveShown]
    possible_moves: list[str] = Field(description="Moves that the caller may make now.")
    may_edit: bool

    @field_validator("possible_moves", mode="before")
    @classmethod
    def _names(cls, moves: tuple[Move | str, ...]) -> list[str]:
        return [move if isinstance(move, str) else move.name for move in moves]


class ItemLineShown(Shown):
    """An item in a list."""

    id: UUID
    code: str
    criterion: str
    type: ItemType
    difficulty_rating: int
    state: ItemState
    version: int
    stem: str
    writer_name: str
    written_at: datetime


class ItemsShown(Shown):
    """A page of the list of items."""

    model_config = example(total=146, offset=0, items=[_LINE])

    total: int = Field(description="How many there are in all.")
    offset: int
    items: list[ItemLineShown]


class ItemFilter(Sent):
    """What to list."""

    criterion: str | None = Field(default=None, description="Code of a criterion, an element or a unit.")
    state: ItemState | None = None
    search: str = Field(
        default="", max_length=200, description="Text in the code, the testlet or any text of the item."
    )
    type: ItemType | None = None
    difficulty_rating: int | None = Field(default=None, ge=1, le=5)
    language: str = Field(default="", max_length=5, description="The language that the item was written in.")
    writer: str = Field(default="", max_length=200, description="Name of who wrote the newest version.")
    mine: bool = Field(default=False, description="Only items whose newest version the caller wrote.")
    flawed: bool = Field(default=False, description="Only items that a rule of item writing warns of.")
    rule: Rule | None = Field(default=None, description="Only items that this rule warns of.")
    order: ItemOrder = ItemOrder.CODE
    offset: int = Field(default=0, ge=0, le=1_000_000)
    limit: int = Field(default=50, ge=1, le=500)


@router.get("", response_model=ItemsShown, summary="List items")
def list_items(wanted: Annotated[ItemFilter, Query()], caller: Caller, session: Transaction) -> dict[str, object]:
    """List items, newest versions only. For those who work on the bank."""
    lines, total = items.list_items(
        session,
        actor=caller,
        criterion=wanted.criterion,
        state=wanted.state,
        search=wanted.search,
        narrowing=Narrowing(
            type=wanted.type,
            difficulty_rating=wanted.difficulty_rating,
            language=wanted.language,
            writer=wanted.writer,
            mine=wanted.mine,
            flawed=wanted.flawed,
            rule=wanted.rule,
            order=wanted.order,
        ),
        offset=wanted.offset,
        limit=wanted.limit,
    )
    return {"total": total, "offset": wanted.offset, "items": lines}


@router.post("", response_model=ItemShown, status_code=201, summary="Create an item")
def create_item(content: ContentSent, caller: Caller, session: Transaction, now: Now) -> ItemView:
    """Create an item as a draft. For item writers."""
    return items.create_item(session, actor=caller, content=content.content(), now=now)


@router.get("/{item_id}", response_model=ItemShown, summary="Read an item")
def read_item(item_id: UUID, caller: Caller, session: Transaction) -> ItemView:
    """Give an item with its versions and history. For those who work on the bank."""
    return items.item_view(session, actor=caller, item_id=item_id)


@router.post("/{item_id}/versions", response_model=ItemShown, summary="Save a new version")
def save_version(item_id: UUID, edit: VersionSent, caller: Caller, session: Transaction, now: Now) -> ItemView:
    """Save an edit as a new version in draft; the live version stays in use. For item writers.

    An edit that started from an older version than the newest is a conflict, so that nobody's work is overwritten.
    """
    return items.save_item(
        session,
        actor=caller,
        item_id=item_id,
        content=edit.content.content(),
        started_from=edit.started_from,
        now=now,
    )


@router.post("/{item_id}/moves", response_model=ItemShown, summary="Move an item on")
def move_item(item_id: UUID, step: MoveSent, caller: Caller, session: Transaction, now: Now) -> ItemView:
    """Submit, withdraw, return, approve, pretest, release or retire the newest version. Who may depends on the move."""
    return items.move_item(
        session,
        actor=caller,
        item_id=item_id,
        move_name=step.move,
        note=step.note,
        version_seen=step.version,
        now=now,
    )
