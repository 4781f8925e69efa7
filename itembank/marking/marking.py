"""Giving marks: blind, by the rubric, final once the answer is settled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from itembank import audit
from itembank.actor import Actor, Role
from itembank.authoring.item_types.constructed_response import points
from itembank.delivery.sitting_end import tell_marked_outcome
from itembank.errors import AlreadyMarked, InvalidInput, MarkingMovedOn, NotAllowed, NotFound, OwnResponse
from itembank.marking.responses import TaskResponse, content_of, find_response
from itembank.marking.roles import SETTLERS
from itembank.marking.settlement import MarkKind, settlement
from itembank.storable_text import can_be_kept
from itembank.tables import Mark, SettledMark

LONGEST_COMMENT = 4_000


def mark_response(
    session: Session,
    *,
    actor: Actor,
    answer_id: UUID,
    kind: MarkKind,
    levels: Sequence[int],
    comment: str,
    now: datetime,
) -> None:
    """Give an answer a mark: one of the two blind ones, or the third that settles it.

    What became of the answer is not told: the second of two would learn whether the other one differs.

    Args:
        session: The transaction.
        actor: The marker; for a mark that settles also an administrator.
        answer_id: The answer.
        kind: What the answer was shown for when it was marked: a blind mark never turns into the one that decides.
        levels: Points by aspect of the rubric, in its order.
        comment: What the marker notes; a mark that settles needs one.
        now: When.

    Raises:
        NotAllowed: The actor marks nothing.
        NotFound: There is no such answer.
        OwnResponse: The actor wrote it.
        AlreadyMarked: The actor has marked it, or it is settled.
        MarkingMovedOn: It waits for a mark of another kind by now.
        InvalidInput: A level is missing or does not exist, or the comment is missing or too long.
    """
    response = _open_to(session, actor, answer_id)
    if response.kind is MarkKind.BLIND:
        actor.require(Role.MARKER)
    if not response.may_mark(actor):
        raise AlreadyMarked
    if kind is not response.kind:
        raise MarkingMovedOn
    settles = kind is MarkKind.SETTLING
    if settles and not comment.strip():
        expected = "why, in a sentence: it settles what two people saw differently"
        raise InvalidInput(field="comment", expected=expected, reason="comment_missing")
    given = points(content_of(session, response).rubric, levels)
    mark = _add(
        session, response, actor=actor, levels=levels, given=given, comment=comment, reason="", settles=settles, now=now
    )
    _settle(session, response, (*response.marks, mark), now=now)


def correct_mark(
    session: Session,
    *,
    actor: Actor,
    answer_id: UUID,
    levels: Sequence[int],
    comment: str,
    reason: str,
    now: datetime,
) -> None:
    """Correct one's own mark before somebody else has marked the answer; the mark of before stays on record.

    Args:
        session: The transaction.
        actor: Who gave the mark.
        answer_id: The answer.
        levels: Points by aspect of the rubric, in its order.
        comment: What the marker notes.
        reason: Why the mark of before was wrong.
        now: When.

    Raises:
        NotAllowed: The actor marks nothing.
        NotFound: There is no such answer, or no mark of the actor.
        AlreadyMarked: Two people have marked it, whether it is settled or not.
        InvalidInput: A level or the reason is missing, or a text is too long.
    """
    response = _open_to(session, actor, answer_id)
    actor.require(Role.MARKER)
    if response.mark_of(actor.person_id) is None:
        raise NotFound(what="mark", name=answer_id)
    if not response.may_correct(actor):
        raise AlreadyMarked
    if not reason.strip():
        expected = "why the mark is corrected, in a sentence"
        raise InvalidInput(field="reason", expected=expected, reason="reason_missing")
    given = points(content_of(session, response).rubric, levels)
    _add(
        session, response, actor=actor, levels=levels, given=given, comment=comment, reason=reason, settles=False,
        now=now,
    )  # fmt: skip


def _open_to(session: Session, actor: Actor, answer_id: UUID) -> TaskResponse:
    actor.require(*SETTLERS)
    if actor.person_id is None:
        # Two different people are needed, and the command line is nobody.
        raise NotAllowed(needed=Role.MARKER.value)
    response = find_response(session, answer_id, lock=True)
    if response.sitting.person_id == actor.person_id:
        raise OwnResponse
    return response


def _add(
    session: Session,
    response: TaskResponse,
    *,
    actor: Actor,
    levels: Sequence[int],
    given: int,
    comment: str,
    reason: str,
    settles: bool,
    now: datetime,
) -> Mark:
    assert actor.person_id is not None
    for field, text in (("comment", comment), ("reason", reason)):
        if len(text) > LONGEST_COMMENT or not can_be_kept(text):
            expected = f"at most {LONGEST_COMMENT} characters of text"
            raise InvalidInput(field=field, expected=expected, reason="text_long")
    mark = Mark(
        answer_id=response.answer.id,
        marker_id=actor.person_id,
        number=1 + sum(mark.marker_id == actor.person_id for mark in response.marks),
        levels=list(levels),
        points=given,
        comment=comment.strip(),
        reason=reason.strip(),
        settles=settles,
        marked_at=now,
    )
    session.add(mark)
    session.flush()
    deed = "settle" if settles else "correct" if reason else "mark"
    # Without the points: whoever reads the log while an answer is marked must not carry them to the second marker.
    audit.record(session, actor=actor, action=f"marking.{deed}", kind="marking", subject=response.answer.id, now=now)
    return mark


def _settle(session: Session, response: TaskResponse, marks: Sequence[Mark], *, now: datetime) -> None:
    settled = settlement(marks, tolerance=response.tolerance)
    if settled is None:
        return
    session.add(
        SettledMark(answer_id=response.answer.id, points=settled.points, manner=settled.manner.value, settled_at=now)
    )
    session.flush()
    tell_marked_outcome(session, sitting_id=response.sitting.id, now=now)
