"""Votes: several reviewers say whether a version may go on; enough approvals approve it, one objection returns it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from itembank import audit
from itembank.actor import Actor
from itembank.authoring.item_rows import lock_item, move_version, read_version
from itembank.authoring.lifecycle import MOVES, ItemState, next_state
from itembank.authoring.reviewing.check_points import Check, Finding, check_list_problems
from itembank.authoring.reviewing.rules_in_force import approvals_needed
from itembank.authoring.roles import BANK_READERS
from itembank.errors import AlreadyVoted, EditConflict, InvalidInput, NotFound, OwnWork
from itembank.storable_text import can_be_kept
from itembank.tables import Item, ItemMove, ItemVersion, ReviewVote

#: Characters at most in the note to the writer.
MAXIMUM_NOTE = 5_000
UNKEPT = "a text without null characters and broken ones"


class Vote(StrEnum):
    """What a reviewer can say about a version."""

    APPROVE = "approve"
    NEEDS_CHANGES = "needs_changes"


#: The votes by the names of the moves that they may lead to.
VOTE_OF_MOVE = {"approve": Vote.APPROVE, "return": Vote.NEEDS_CHANGES}
_MOVE_OF_VOTE = {vote: move for move, vote in VOTE_OF_MOVE.items()}


@dataclass(frozen=True, slots=True)
class VoteView:
    """One vote: about which version, the how-manieth time that it was in review, and what was said."""

    version: int
    round: int
    vote: Vote
    note: str
    checks: tuple[Check, ...]
    voter_name: str
    at: datetime
    counts: bool


@dataclass(frozen=True, slots=True)
class ReviewStanding:
    """How the review of an item stands.

    ``approvals`` of ``needed`` votes approve the newest version as it is in review now. ``votes`` are those that the
    actor may see, newest first; ``withheld`` is how many of this round are kept back until he has voted himself.
    """

    needed: int
    approvals: int
    votes: tuple[VoteView, ...]
    withheld: int
    in_review: bool


def vote_on_item(
    session: Session,
    *,
    actor: Actor,
    item_id: UUID,
    vote: Vote,
    now: datetime,
    note: str = "",
    checks: Sequence[Check] | None = None,
    version_seen: int | None = None,
) -> ItemState:
    """Vote on the version of an item that is in review.

    Args:
        session: The transaction.
        actor: A reviewer who wrote no version of the item.
        item_id: The item.
        vote: Approve it, or say that it needs changes, which returns it to its writer.
        now: When.
        note: To the writer; what needs changes needs one.
        checks: What was found at the points of the check list, all of them in an approval; None where it was not gone
            through.
        version_seen: The version that was read; None for whichever is the newest.

    Returns:
        The state that the version is in now.

    Raises:
        NotAllowed: The actor is not a reviewer.
        NotFound: There is no such item.
        IllegalMove: The item does not wait for review (any more).
        OwnWork: The actor wrote a version of the item.
        AlreadyVoted: The actor has voted on this version.
        EditConflict: A newer version than the one seen was saved in the meantime.
        InvalidInput: The note, or the check list, does not bear the vote.
    """
    actor.require(*MOVES[_MOVE_OF_VOTE[vote]].roles)
    item = lock_item(session, item_id)
    version = read_version(session, item, item.head_version)
    move, target = next_state(ItemState(version.state), _MOVE_OF_VOTE[vote])
    if wrote_a_version(session, actor=actor, item_id=item.id):
        raise OwnWork
    if version_seen is not None and version_seen != version.number:
        raise EditConflict(current=version.number, started_from=version_seen)
    if has_voted(session, actor=actor, version=version):
        raise AlreadyVoted(current=version.number)
    for problem in vote_problems(vote=vote, note=note, checks=checks):
        raise problem
    _keep(session, actor=actor, version=version, vote=vote, note=note.strip(), checks=checks or (), now=now)
    audit.record(
        session, actor=actor, action="item.vote", kind="item", subject=item.code, now=now, version=version.number,
        vote=vote.value,
    )  # fmt: skip
    if vote is Vote.NEEDS_CHANGES or _approvals(session, version) >= approvals_needed(session):
        move_version(session, actor=actor, version=version, to_state=target, note=note.strip(), now=now)
        audit.record(
            session, actor=actor, action=f"item.{move.name}", kind="item", subject=item.code, now=now,
            version=version.number, note=note.strip(),
        )  # fmt: skip
    return ItemState(version.state)


def approve_those_with_enough(session: Session, *, actor: Actor, now: datetime) -> int:
    """Approve what waits in review with as many approving votes as the rule asks for now: no further vote may come.

    Args:
        session: The transaction.
        actor: Who changed the rule.
        now: When.

    Returns:
        How many items were approved.
    """
    voted = session.exec(
        select(Item.id)
        .join(ItemVersion, (col(ItemVersion.item_id) == col(Item.id)) & (col(ItemVersion.number) == Item.head_version))
        .join(ReviewVote, col(ReviewVote.item_version_id) == col(ItemVersion.id))
        .where(ItemVersion.state == ItemState.IN_REVIEW.value)
        .distinct()
    ).all()
    needed, approved = approvals_needed(session), 0
    for item_id in sorted(voted):
        item = lock_item(session, item_id)
        version = read_version(session, item, item.head_version)
        if version.state != ItemState.IN_REVIEW or _approvals(session, version) < needed:
            continue
        _, target = next_state(ItemState.IN_REVIEW, _MOVE_OF_VOTE[Vote.APPROVE])
        move_version(session, actor=actor, version=version, to_state=target, note="", now=now)
        audit.record(
            session, actor=actor, action="item.approve", kind="item", subject=item.code, now=now,
            version=version.number, note="",
        )  # fmt: skip
        approved += 1
    return approved


def review_standing(session: Session, *, actor: Actor, item_id: UUID) -> ReviewStanding:
    """Tell how the review of an item stands: the votes on its versions, and how many more it needs.

    Raises:
        NotAllowed: The actor does not work on the bank.
        NotFound: There is no such item.
    """
    actor.require(*BANK_READERS)
    item = session.get(Item, item_id)
    if item is None:
        raise NotFound(what="item", name=item_id)
    rows = session.exec(
        select(ReviewVote, ItemVersion)
        .join(ItemVersion, col(ItemVersion.id) == col(ReviewVote.item_version_id))
        .where(ItemVersion.item_id == item.id)
        .order_by(col(ReviewVote.id).desc())
    ).all()
    head = session.exec(
        select(ItemVersion).where(ItemVersion.item_id == item.id, ItemVersion.number == item.head_version)
    ).one()
    current = review_round(session, head)
    views = [_view(row, version, counts=version.id == head.id and row.round == current) for row, version in rows]
    # Whoever may still vote judges for himself first.
    may_vote = head.state == ItemState.IN_REVIEW and _may_vote(session, actor, item, head)
    hidden = [view for view in views if may_vote and view.counts]
    return ReviewStanding(
        needed=approvals_needed(session),
        approvals=sum(view.counts and view.vote is Vote.APPROVE for view in views),
        votes=tuple(view for view in views if view not in hidden),
        withheld=len(hidden),
        in_review=head.state == ItemState.IN_REVIEW,
    )


def vote_problems(*, vote: Vote, note: str, checks: Sequence[Check] | None) -> tuple[InvalidInput, ...]:
    """Find everything that keeps a vote from being taken; each problem names its field.

    Args:
        vote: The vote.
        note: To the writer; what needs changes needs one.
        checks: What was found at the points of the check list, all of them in an approval; None where it was not gone
            through.
    """
    problems = []
    if vote is Vote.NEEDS_CHANGES and not note.strip():
        problems.append(InvalidInput(field="note", expected="the reason, in a sentence", reason="note_missing"))
    if len(note) > MAXIMUM_NOTE:
        expected = f"at most {MAXIMUM_NOTE} characters"
        problems.append(InvalidInput(field="note", expected=expected, reason="text_long", maximum=MAXIMUM_NOTE))
    if not can_be_kept(note):
        problems.append(InvalidInput(field="note", expected=UNKEPT))
    if checks is None:
        return tuple(problems)
    if vote is Vote.APPROVE:
        problems += [
            InvalidInput(
                field=f"check_{check.point}", expected="yes or not_applicable in an approval", reason="check_against"
            )
            for check in checks
            if check.finding is Finding.NO
        ]
    return (*problems, *check_list_problems(checks, whole=vote is Vote.APPROVE))


def wrote_a_version(session: Session, *, actor: Actor, item_id: UUID) -> bool:
    """Tell whether the actor wrote, edited or translated any version of an item: the newest is made of all of them."""
    if actor.person_id is None:
        return False
    query = select(ItemVersion.id).where(ItemVersion.item_id == item_id, ItemVersion.written_by == actor.person_id)
    return session.exec(query.limit(1)).first() is not None


def has_voted(session: Session, *, actor: Actor, version: ItemVersion) -> bool:
    """Tell whether the actor has voted on a version since it was last sent to review."""
    query = select(ReviewVote.id).where(
        ReviewVote.item_version_id == version.id,
        ReviewVote.round == review_round(session, version),
        col(ReviewVote.person_id) == actor.person_id if actor.person_id else col(ReviewVote.person_id).is_(None),
    )
    return session.exec(query.limit(1)).first() is not None


def review_round(session: Session, version: ItemVersion) -> int:
    """Count how many times a version was sent to review."""
    return session.exec(
        select(func.count())
        .select_from(ItemMove)
        .where(ItemMove.item_version_id == version.id, ItemMove.to_state == ItemState.IN_REVIEW.value)
    ).one()


def _may_vote(session: Session, actor: Actor, item: Item, version: ItemVersion) -> bool:
    return (
        actor.has(*MOVES[_MOVE_OF_VOTE[Vote.APPROVE]].roles)
        and not wrote_a_version(session, actor=actor, item_id=item.id)
        and not has_voted(session, actor=actor, version=version)
    )


def _keep(
    session: Session, *, actor: Actor, version: ItemVersion, vote: Vote, note: str, checks: Sequence[Check],
    now: datetime,
) -> None:  # fmt: skip
    session.add(
        ReviewVote(
            item_version_id=version.id,
            round=review_round(session, version),
            person_id=actor.person_id,
            actor_name=actor.display_name,
            vote=vote.value,
            note=note,
            checks=[check.to_dict() for check in checks],
            voted_at=now,
        )
    )
    session.flush()


def _approvals(session: Session, version: ItemVersion) -> int:
    return session.exec(
        select(func.count())
        .select_from(ReviewVote)
        .where(
            ReviewVote.item_version_id == version.id,
            ReviewVote.round == review_round(session, version),
            ReviewVote.vote == Vote.APPROVE.value,
        )
    ).one()


def _view(row: ReviewVote, version: ItemVersion, *, counts: bool) -> VoteView:
    return VoteView(
        version=version.number,
        round=row.round,
        vote=Vote(row.vote),
        note=row.note,
        checks=tuple(Check.from_dict(check) for check in row.checks),
        voter_name=row.actor_name,
        at=row.voted_at,
        counts=counts,
    )
