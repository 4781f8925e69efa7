"""Reviewing: which items wait for whom, and the question as a reviewer meets it, before the key is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from itembank.actor import Actor, Role
from itembank.authoring.item_types.question import Answer, ItemType
from itembank.authoring.items import ItemLine, ItemView, item_line, item_view
from itembank.authoring.lifecycle import ItemState
from itembank.authoring.reviewing.requests import requests_of_reviewer
from itembank.errors import AlreadyVoted, IllegalMove, OwnWork
from itembank.tables import Item, ItemMove, ItemVersion, ReviewRequest, ReviewVote


@dataclass(frozen=True, slots=True)
class AskedReview:
    """An item that this reviewer was asked to review by a day."""

    line: ItemLine
    due: date
    note: str
    asked_by: str

    def is_late(self, today: date) -> bool:
        """Tell whether the day has passed."""
        return self.due < today


@dataclass(frozen=True, slots=True)
class ReviewQueue:
    """What waits for a reviewer.

    ``asked`` are the items that he was asked to review, the earliest day first; ``items`` the others that he may vote
    on, those waiting longest first. ``own`` counts those that wait for others because he wrote a version, ``voted``
    those that he has voted on.
    """

    asked: tuple[AskedReview, ...]
    items: tuple[ItemLine, ...]
    own: int
    voted: int


@dataclass(frozen=True, slots=True)
class ReviewedAnswer:
    """A reviewer's own answer beside the key; it is kept nowhere.

    ``agrees`` is None where people mark the answer, so that no key can be compared with.
    """

    item: ItemView
    answer: Answer
    agrees: bool | None


def review_queue(session: Session, *, actor: Actor) -> ReviewQueue:
    """List the items in review: those that this reviewer was asked for, and the others that he may vote on.

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
    own = _written_items(session, actor)
    voted = _voted_versions(session, actor, [version for _, version in rows])
    requests = requests_of_reviewer(session, actor=actor)
    waiting = [
        item_line(item, version) for item, version in rows if item.id not in own and version.id not in voted
    ]  # fmt: skip
    asked = [_asked(line, requests[line.id]) for line in waiting if line.id in requests]
    return ReviewQueue(
        asked=tuple(sorted(asked, key=lambda one: one.due)),
        items=tuple(line for line in waiting if line.id not in requests),
        own=sum(item.id in own for item, _ in rows),
        voted=len(voted),
    )


def item_for_review(session: Session, *, actor: Actor, item_id: UUID) -> ItemView:
    """Open an item that waits for this reviewer's vote.

    Raises:
        NotAllowed: The actor is not a reviewer.
        NotFound: There is no such item.
        IllegalMove: The item does not wait for review (any more).
        OwnWork: The actor wrote a version of the item.
        AlreadyVoted: The actor has voted on this version.
    """
    actor.require(Role.REVIEWER)
    item = item_view(session, actor=actor, item_id=item_id)
    if item.head.state is not ItemState.IN_REVIEW:
        raise IllegalMove(what="item", state=item.head.state.value, move="review")
    if item.head_is_own:
        raise OwnWork
    if item.head_is_voted:
        raise AlreadyVoted(current=item.head.number)
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
        OwnWork: The actor wrote a version of the item.
        AlreadyVoted: The actor has voted on this version.
        InvalidInput: The answer is none that a candidate could give.
    """
    item = item_for_review(session, actor=actor, item_id=item_id)
    content = item.head.content
    taken = content.taken(answer)
    if content.type is ItemType.CONSTRUCTED_RESPONSE:
        return ReviewedAnswer(item=item, answer=taken, agrees=None)
    return ReviewedAnswer(item=item, answer=taken, agrees=content.score(taken) == content.maximum_score)


def _asked(line: ItemLine, request: ReviewRequest) -> AskedReview:
    return AskedReview(line=line, due=request.due, note=request.note, asked_by=request.asked_by)


def _written_items(session: Session, actor: Actor) -> frozenset[UUID]:
    if actor.person_id is None:
        return frozenset()
    return frozenset(session.exec(select(ItemVersion.item_id).where(ItemVersion.written_by == actor.person_id)))


def _voted_versions(session: Session, actor: Actor, versions: Sequence[ItemVersion]) -> frozenset[UUID]:
    if actor.person_id is None or not versions:
        return frozenset()
    wanted = {version.id for version in versions}
    rounds = _rounds(session)
    votes = session.exec(
        select(ReviewVote.item_version_id, ReviewVote.round).where(ReviewVote.person_id == actor.person_id)
    )
    return frozenset(version for version, round_ in votes if version in wanted and rounds[version] == round_)


def _rounds(session: Session) -> Mapping[UUID, int]:
    submitted = select(ItemMove.item_version_id, func.count()).where(ItemMove.to_state == ItemState.IN_REVIEW.value)
    in_review = submitted.join(ItemVersion, col(ItemVersion.id) == col(ItemMove.item_version_id)).where(
        ItemVersion.state == ItemState.IN_REVIEW.value
    )
    return dict(session.exec(in_review.group_by(col(ItemMove.item_version_id))).all())
