"""Comments on places of items: threads with replies, open until somebody settles them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from api.authentication import Caller
from api.schema import Sent, Shown, example
from api.transaction import Now, Transaction
from itembank.authoring.reviewing import comments
from itembank.authoring.reviewing.comments import MAXIMUM_COMMENT, MAXIMUM_QUOTE

router = APIRouter(prefix="/items", tags=["reviews"])

_THREAD = {
    "id": "9b2f1f3e-70c1-4a0e-8f0b-2f6f7a0c5d10",
    "version": 1,
    "place": "options.2",
    "stands": True,
    "quote": "เขียนโปรแกรม",
    "text": "ตัวลวงนี้สั้นกว่าตัวเลือกอื่นมาก",
    "author": "สมชาย ใจดี",
    "at": "2026-11-22T05:00:00Z",
    "replies": [{"text": "แก้แล้วในรุ่นที่ 2", "author": "สมหญิง รักเรียน", "at": "2026-11-22T06:00:00Z"}],
    "resolved_by": None,
    "resolved_at": None,
    "is_open": True,
}


class CommentSent(Sent):
    """A comment on a place of the newest version."""

    model_config = example(place="stem", quote="", text="โจทย์ยาวเกินไป", version=1)

    place: str = Field(
        default="", max_length=80, description="A field, such as stem or options.2; empty for the whole."
    )
    quote: str = Field(default="", max_length=MAXIMUM_QUOTE, description="Words of the place that it is about.")
    text: str = Field(max_length=MAXIMUM_COMMENT)
    version: int | None = Field(
        default=None, ge=1, le=1_000_000, description="The version that was read; a newer one is then a conflict."
    )


class ReplySent(Sent):
    """A reply."""

    model_config = example(text="แก้แล้วในรุ่นที่ 2")

    text: str = Field(max_length=MAXIMUM_COMMENT)


class SettledSent(Sent):
    """Whether nothing has to be done about a comment any more."""

    model_config = example(settled=True)

    settled: bool


class ReplyShown(Shown):
    """One reply."""

    text: str
    author: str
    at: datetime


class ThreadShown(Shown):
    """A comment with its replies, as it stands at the newest version."""

    id: UUID
    version: int = Field(description="The version that it was written about.")
    place: str
    stands: bool = Field(description="Whether the words that it is about still stand.")
    quote: str
    text: str
    author: str
    at: datetime
    replies: list[ReplyShown]
    resolved_by: str | None
    resolved_at: datetime | None
    is_open: bool


class CommentsShown(Shown):
    """The comments on an item, in the order in which it is read."""

    model_config = example(comments=[_THREAD])

    comments: list[ThreadShown]


@router.get("/{item_id}/comments", response_model=CommentsShown, summary="List the comments on an item")
def list_comments(item_id: UUID, caller: Caller, session: Transaction) -> dict[str, Any]:
    """List all comments on an item; open ones are carried over while their words stand. For those on the bank."""
    return {"comments": comments.comments(session, actor=caller, item_id=item_id)}


@router.post("/{item_id}/comments", response_model=CommentsShown, summary="Comment on an item")
def write_comment(
    item_id: UUID, comment: CommentSent, caller: Caller, session: Transaction, now: Now
) -> dict[str, Any]:
    """Comment on a place of the newest version. For item writers, reviewers and psychometricians."""
    comments.write_comment(
        session,
        actor=caller,
        item_id=item_id,
        text=comment.text,
        place=comment.place,
        quote=comment.quote,
        version_seen=comment.version,
        now=now,
    )
    return {"comments": comments.comments(session, actor=caller, item_id=item_id)}


@router.post("/{item_id}/comments/{comment_id}/replies", response_model=CommentsShown, summary="Reply to a comment")
def reply_to_comment(
    item_id: UUID, comment_id: UUID, reply: ReplySent, caller: Caller, session: Transaction, now: Now
) -> dict[str, Any]:
    """Reply to a comment. For item writers, reviewers and psychometricians."""
    comments.reply_to_comment(session, actor=caller, item_id=item_id, comment_id=comment_id, text=reply.text, now=now)
    return {"comments": comments.comments(session, actor=caller, item_id=item_id)}


@router.put("/{item_id}/comments/{comment_id}/settled", response_model=CommentsShown, summary="Settle a comment")
def settle_comment(
    item_id: UUID, comment_id: UUID, wanted: SettledSent, caller: Caller, session: Transaction, now: Now
) -> dict[str, Any]:
    """Mark a comment as settled, or open it again. For item writers and whoever wrote the comment."""
    comments.settle_comment(
        session, actor=caller, item_id=item_id, comment_id=comment_id, settled=wanted.settled, now=now
    )
    return {"comments": comments.comments(session, actor=caller, item_id=item_id)}
