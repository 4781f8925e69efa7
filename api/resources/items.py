"""Items: listing, creating, reading, saving as a new version, moving on in their lives."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field, field_validator

from api.authentication import Caller
from api.schema import Sent, Shown, example
from api.transaction import Now, Transaction
from itembank.authoring import items
from itembank.authoring.content import CognitiveLevel, ItemContent, ItemType
from itembank.authoring.items import ItemView
from itembank.authoring.lifecycle import ItemState, Move

router = APIRouter(prefix="/items", tags=["items"])

_CONTENT = {
    "criterion": "DG101-1.1",
    "type": "single_choice",
    "cognitive_level": "understand",
    "difficulty_rating": 3,
    "language": "th",
    "stem": "ข้อใดเป็นข้อมูลส่วนบุคคลตามกฎหมายคุ้มครองข้อมูลส่วนบุคคล",
    "options": [
        {"text": "หมายเลขโทรศัพท์ของบุคคล", "correct": True, "rationale": "ระบุตัวบุคคลได้"},
        {"text": "จำนวนประชากรของจังหวัด", "correct": False, "rationale": "เป็นข้อมูลรวม ไม่ระบุตัวบุคคล"},
    ],
    "source": "",
    "testlet": "",
    "stimulus": "",
    "partial_credit": False,
}
_VERSION = {
    "id": "c1f2bb0e-5a1e-4c40-8f22-8b8a4a4e0a55",
    "number": 1,
    "content": _CONTENT,
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
    "stem": _CONTENT["stem"],
    "writer_name": "สมหญิง รักเรียน",
    "written_at": "2026-11-22T05:00:00Z",
}


class OptionSent(Sent):
    """One option."""

    text: str
    correct: bool
    rationale: str = ""


class ContentSent(Sent):
    """Everything that a writer decides about a question."""

    model_config = example(**_CONTENT)

    criterion: str
    type: ItemType
    cognitive_level: CognitiveLevel
    difficulty_rating: int = Field(ge=1, le=5)
    language: str = "th"
    stem: str
    options: list[OptionSent] = Field(max_length=9)
    source: str = ""
    testlet: str = Field(
        default="", description="Code of the testlet: its items share the stimulus and are given one after the other."
    )
    stimulus: str = Field(default="", description="Text shown above the question.")
    partial_credit: bool = Field(
        default=False, description="Whether the right options of a multiple-choice item count one by one."
    )

    def content(self) -> ItemContent:
        """Give the content as the bank knows it."""
        return ItemContent.from_dict(self.model_dump(mode="json"))


class VersionSent(Sent):
    """An edit: the new content, and the version that the editor was looking at."""

    model_config = example(started_from=1, content=_CONTENT)

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


class OptionShown(Shown):
    """One option with its place in the key."""

    text: str
    correct: bool
    rationale: str


class ContentShown(Shown):
    """What a version says."""

    criterion: str
    type: ItemType
    cognitive_level: CognitiveLevel
    difficulty_rating: int
    language: str
    stem: str
    options: list[OptionShown]
    source: str
    testlet: str
    stimulus: str
    partial_credit: bool


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
    search: str = Field(default="", max_length=200, description="Text in the code, the testlet, the stem or an option.")
    offset: int = Field(default=0, ge=0, le=1_000_000)
    limit: int = Field(default=50, ge=1, le=500)


@router.get("", response_model=ItemsShown, summary="List items")
def list_items(wanted: Annotated[ItemFilter, Query()], caller: Caller, session: Transaction) -> dict[str, object]:
    """List items by code, newest versions only. For those who work on the bank."""
    lines, total = items.list_items(
        session,
        actor=caller,
        criterion=wanted.criterion,
        state=wanted.state,
        search=wanted.search,
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
