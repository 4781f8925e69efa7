"""Asking reviewers by name to look at an item by a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from itembank import audit
from itembank.actor import Actor, Role
from itembank.authoring.item_rows import lock_item, read_version
from itembank.authoring.lifecycle import ItemState
from itembank.authoring.reviewing.votes import review_round
from itembank.authoring.roles import BANK_READERS
from itembank.errors import IllegalMove, InvalidInput, NotFound
from itembank.tables import Item, ItemVersion, Person, ReviewRequest, ReviewVote, RoleAssignment

#: Who may ask others to review.
ASKERS = (Role.REVIEWER, Role.ADMINISTRATOR)
MAXIMUM_REQUEST_NOTE = 1_000


@dataclass(frozen=True, slots=True)
class PossibleReviewer:
    """Somebody who may be asked."""

    username: str
    display_name: str


@dataclass(frozen=True, slots=True)
class RequestView:
    """Who was asked by whom to review an item by when, and whether it is done."""

    id: int
    reviewer: str
    due: date
    note: str
    asked_by: str
    asked_at: datetime
    done: bool

    def is_late(self, today: date) -> bool:
        """Tell whether the day has passed without a vote."""
        return not self.done and self.due < today


def possible_reviewers(session: Session, *, actor: Actor, item_id: UUID) -> tuple[PossibleReviewer, ...]:
    """List who may be asked: active reviewers who wrote no version and have not voted on what is in review.

    Raises:
        NotAllowed: The actor may not ask.
        NotFound: There is no such item.
    """
    actor.require(*ASKERS)
    item = session.get(Item, item_id)
    if item is None:
        raise NotFound(what="item", name=item_id)
    return tuple(PossibleReviewer(one.username, one.display_name) for one in _reviewers(session, item).values())


def ask_to_review(
    session: Session,
    *,
    actor: Actor,
    item_id: UUID,
    usernames: Sequence[str],
    due: date,
    today: date,
    now: datetime,
    note: str = "",
) -> None:
    """Ask reviewers to review an item by a day; asking somebody again replaces the day.

    Args:
        session: The transaction.
        actor: A reviewer or an administrator.
        item_id: The item.
        usernames: Who is asked.
        due: The last day.
        today: The day that it is where the institution is.
        now: When.
        note: What to look at, or why.

    Raises:
        NotAllowed: The actor may not ask.
        NotFound: There is no such item.
        IllegalMove: The item does not wait for review.
        InvalidInput: Nobody is named, somebody can't review the item, the day is over, or the note is too long.
    """
    actor.require(*ASKERS)
    item = lock_item(session, item_id)
    head = read_version(session, item, item.head_version)
    if head.state != ItemState.IN_REVIEW:
        raise IllegalMove(what="item", state=head.state, move="review")
    asked = _checked_people(usernames, _reviewers(session, item))
    if due < today:
        raise InvalidInput(field="due", expected="today or a later day", reason="request_past")
    if len(note) > MAXIMUM_REQUEST_NOTE:
        expected = f"at most {MAXIMUM_REQUEST_NOTE} characters"
        raise InvalidInput(field="request_note", expected=expected, reason="text_long", maximum=MAXIMUM_REQUEST_NOTE)
    _replace_earlier(session, item=item, people=asked, now=now)
    session.add_all(
        ReviewRequest(
            item_id=item.id, person_id=person.id, due=due, note=note.strip(), asked_by=actor.display_name,
            asked_by_id=actor.person_id, asked_at=now,
        )
        for person in asked
    )  # fmt: skip
    audit.record(
        session, actor=actor, action="item.ask_review", kind="item", subject=item.code, now=now,
        people=[person.username for person in asked], due=due.isoformat(),
    )  # fmt: skip
    session.flush()


def withdraw_request(session: Session, *, actor: Actor, item_id: UUID, request_id: int, now: datetime) -> None:
    """Take a request back; twice is once.

    Raises:
        NotAllowed: The actor may not ask.
        NotFound: There is no such item, or no such request for it.
    """
    actor.require(*ASKERS)
    item = lock_item(session, item_id)
    row = session.get(ReviewRequest, request_id)
    if row is None or row.item_id != item.id:
        raise NotFound(what="request", name=request_id)
    if row.withdrawn_at is None:
        row.withdrawn_at = now
        session.add(row)
        audit.record(
            session, actor=actor, action="item.withdraw_request", kind="item", subject=item.code, now=now,
        )  # fmt: skip
        session.flush()


def review_requests(session: Session, *, actor: Actor, item_id: UUID) -> tuple[RequestView, ...]:
    """List who is asked to review an item, or was and did, the earliest day first.

    Raises:
        NotAllowed: The actor does not work on the bank.
        NotFound: There is no such item.
    """
    actor.require(*BANK_READERS)
    if session.get(Item, item_id) is None:
        raise NotFound(what="item", name=item_id)
    rows = _standing(session, item_id)
    names = _names(session, {row.person_id for row in rows})
    voted = _last_votes(session, item_id)
    return tuple(
        RequestView(
            id=row.id or 0,
            reviewer=names[row.person_id],
            due=row.due,
            note=row.note,
            asked_by=row.asked_by,
            asked_at=row.asked_at,
            done=row.person_id in voted and voted[row.person_id] >= row.asked_at,
        )
        for row in sorted(rows, key=lambda row: (row.due, names[row.person_id]))
    )


def requests_of_reviewer(session: Session, *, actor: Actor) -> Mapping[UUID, ReviewRequest]:
    """Give the standing requests that the actor has not answered with a vote, by item."""
    if actor.person_id is None:
        return {}
    rows = session.exec(
        select(ReviewRequest)
        .where(ReviewRequest.person_id == actor.person_id, col(ReviewRequest.withdrawn_at).is_(None))
        .order_by(col(ReviewRequest.id))
    ).all()
    votes = session.exec(
        select(ItemVersion.item_id, func.max(ReviewVote.voted_at))
        .join(ItemVersion, col(ItemVersion.id) == col(ReviewVote.item_version_id))
        .where(ReviewVote.person_id == actor.person_id, col(ItemVersion.item_id).in_({row.item_id for row in rows}))
        .group_by(col(ItemVersion.item_id))
    )
    voted = dict(votes.all())
    return {row.item_id: row for row in rows if row.item_id not in voted or voted[row.item_id] < row.asked_at}


def _standing(session: Session, item_id: UUID) -> Sequence[ReviewRequest]:
    return session.exec(
        select(ReviewRequest).where(ReviewRequest.item_id == item_id, col(ReviewRequest.withdrawn_at).is_(None))
    ).all()


def _replace_earlier(session: Session, *, item: Item, people: Sequence[Person], now: datetime) -> None:
    again = {person.id for person in people}
    for earlier in _standing(session, item.id):
        if earlier.person_id in again:
            earlier.withdrawn_at = now
            session.add(earlier)


def _reviewers(session: Session, item: Item) -> Mapping[str, Person]:
    head = read_version(session, item, item.head_version)
    writers = select(ItemVersion.written_by).where(
        ItemVersion.item_id == item.id, col(ItemVersion.written_by).is_not(None)
    )
    voters = select(ReviewVote.person_id).where(
        ReviewVote.item_version_id == head.id,
        ReviewVote.round == review_round(session, head),
        col(ReviewVote.person_id).is_not(None),
    )
    rows = session.exec(
        select(Person)
        .join(RoleAssignment, col(RoleAssignment.person_id) == col(Person.id))
        .where(
            RoleAssignment.role == Role.REVIEWER.value,
            col(Person.active),
            col(Person.id).not_in(writers),
            col(Person.id).not_in(voters),
        )
        .order_by(Person.display_name, Person.username)
    )
    return {person.username: person for person in rows}


def _checked_people(usernames: Sequence[str], reviewers: Mapping[str, Person]) -> list[Person]:
    names = list(dict.fromkeys(name.strip().lower() for name in usernames if name.strip()))
    if not names:
        raise InvalidInput(field="reviewers", expected="at least one reviewer", reason="request_nobody")
    for name in names:
        if name not in reviewers:
            expected = f"active reviewers who wrote no version and have not voted yet, not {name}"
            raise InvalidInput(field="reviewers", expected=expected, reason="request_unfit", name=name)
    return [reviewers[name] for name in names]


def _names(session: Session, people: Iterable[UUID]) -> Mapping[UUID, str]:
    return dict(session.exec(select(Person.id, Person.display_name).where(col(Person.id).in_(people))).all())


def _last_votes(session: Session, item_id: UUID) -> Mapping[UUID, datetime]:
    rows = session.exec(
        select(ReviewVote.person_id, ReviewVote.voted_at)
        .join(ItemVersion, col(ItemVersion.id) == col(ReviewVote.item_version_id))
        .where(ItemVersion.item_id == item_id, col(ReviewVote.person_id).is_not(None))
        .order_by(col(ReviewVote.id))
    )
    return {person: at for person, at in rows if person is not None}
