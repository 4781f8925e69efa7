"""Reviewing: which items wait, and the question as a reviewer meets it, before the key is shown."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from itembank.actor import Actor, Role
from itembank.authoring.item_types.question import Answer
from itembank.authoring.items import ItemLine, ItemView, item_line, item_view
from itembank.authoring.lifecycle import ItemState
from itembank.errors import IllegalMove, OwnWork
from itembank.tables import Item, ItemVersion


@dataclass(frozen=True, slots=True)
class ReviewQueue:
    """What waits for review: the items that this reviewer may decide, and how many of his own wait for others."""

    items: tuple[ItemLine, ...]
    own: int


@dataclass(frozen=True, slots=True)
class ReviewedAnswer:
    """A reviewer's own answer beside the key; it is kept nowhere."""

    item: ItemView
    answer: Answer
    agrees: bool


def review_queue(session: Session, *, actor: Actor) -> ReviewQueue:
    """List the items in review, those waiting longest first.

    Raises:
        NotAllowed: The actor is not a reviewer.
    """
    actor.require(Role.REVIEWER)
    rows = session.exec(
        select(Item, ItemVersion)
        .join(ItemVersion, col(ItemVersion.item_id) == col(Item.id))
        .where(col(ItemVersion.number) == col(Item.head_version), ItemVersion.state == ItemState.IN_REVIEW.value)
        .order_by(col(ItemVersion.written_at), Item.code)
    ).all()
    others = [(item, version) for item, version in rows if not _is_own(actor, version.written_by)]
    return ReviewQueue(items=tuple(item_line(item, version) for item, version in others), own=len(rows) - len(others))


def item_for_review(session: Session, *, actor: Actor, item_id: UUID) -> ItemView:
    """Open an item that waits for this reviewer's decision.

    Raises:
        NotAllowed: The actor is not a reviewer.
        NotFound: There is no such item.
        IllegalMove: The item does not wait for review (any more).
        OwnWork: The actor wrote the version.
    """
    actor.require(Role.REVIEWER)
    item = item_view(session, actor=actor, item_id=item_id)
    if item.head.state is not ItemState.IN_REVIEW:
        raise IllegalMove(what="item", state=item.head.state.value, move="review")
    if item.head_is_own:
        raise OwnWork
    return item


def answer_in_review(session: Session, *, actor: Actor, item_id: UUID, answer: Answer) -> ReviewedAnswer:
    """Compare a reviewer's own answer with the key.

    Args:
        session: The transaction.
        actor: A reviewer.
        item_id: The item.
        answer: What the reviewer entered.

    Raises:
        NotAllowed: The actor is not a reviewer.
        NotFound: There is no such item.
        IllegalMove: The item does not wait for review (any more).
        OwnWork: The actor wrote the version.
        InvalidInput: The answer is none that a candidate could give.
    """
    item = item_for_review(session, actor=actor, item_id=item_id)
    content = item.head.content
    taken = content.taken(answer)
    return ReviewedAnswer(item=item, answer=taken, agrees=content.score(taken) == content.maximum_score)


def _is_own(actor: Actor, written_by: UUID | None) -> bool:
    return actor.person_id is not None and actor.person_id == written_by
