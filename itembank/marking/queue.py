"""What a marker sees: answers without names, in an order of his own, and one of them with its rubric."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, select

from itembank.actor import Actor, Role
from itembank.authoring.content import ItemContent
from itembank.authoring.item_types.question import RubricAspect
from itembank.authoring.shown_item import ShownItem, shown_item
from itembank.errors import AlreadyMarked, OwnResponse
from itembank.marking.open_answers import open_for
from itembank.marking.responses import content_of, find_response
from itembank.marking.roles import SETTLERS
from itembank.marking.settlement import MarkKind, marks_in_force
from itembank.tables import Exam, ItemVersion, Mark, Sitting, TaskAnswer

#: Lines of each list on one page.
PAGE_LENGTH = 100


@dataclass(frozen=True, slots=True)
class WaitingResponse:
    """An answer in a list: where it comes from, what was asked, and the day (UTC) since when it waits.

    The day and no more: the moment would tell which answers are of one candidate.
    """

    answer_id: UUID
    exam_title: str
    unit: str
    stem: str
    language: str
    waiting_since: date
    #: Two people differ, and a third one is asked to settle it.
    settles: bool


@dataclass(frozen=True, slots=True)
class MarkingQueue:
    """What a marker can mark, what two others differ on, and the own marks that can still be corrected.

    Each list is a page of one that has as many entries as its count says.
    """

    to_mark: tuple[WaitingResponse, ...]
    to_settle: tuple[WaitingResponse, ...]
    mine: tuple[WaitingResponse, ...]
    to_mark_count: int
    to_settle_count: int
    mine_count: int


@dataclass(frozen=True, slots=True)
class GivenMark:
    """A mark: points by aspect, their sum, the comment, and the reason where it corrects another."""

    levels: tuple[int, ...]
    points: int
    comment: str
    reason: str


@dataclass(frozen=True, slots=True)
class ResponseView:
    """An answer to mark: what was asked and written, the rubric, and no more of anybody than the rules allow.

    ``earlier`` are the two blind marks, which only the third person sees; ``mine`` is the own mark, to be corrected.
    """

    answer_id: UUID
    exam_title: str
    unit: str
    item: ShownItem
    rubric: tuple[RubricAspect, ...]
    rationale: str
    maximum: int
    text: str
    handed_in: bool
    kind: MarkKind
    earlier: tuple[GivenMark, ...]
    mine: GivenMark | None


def marking_queue(session: Session, *, actor: Actor, offset: int = 0, limit: int = PAGE_LENGTH) -> MarkingQueue:
    """List what a person can do: each person's lists are in an order of its own, the same at every visit.

    Args:
        session: The transaction.
        actor: A marker, or an administrator, who sees what is to be settled.
        offset: How many entries of each list to leave out.
        limit: How many of each list to give at most.

    Raises:
        NotAllowed: The actor marks nothing.
    """
    actor.require(*SETTLERS)
    found = open_for(session, actor=actor)
    page = slice(offset, offset + limit)
    return MarkingQueue(
        to_mark=_waiting(session, found.to_mark[page], settles=False),
        to_settle=_waiting(session, found.to_settle[page], settles=True),
        mine=_waiting(session, found.mine[page], settles=False),
        to_mark_count=len(found.to_mark),
        to_settle_count=len(found.to_settle),
        mine_count=len(found.mine),
    )


def next_response(session: Session, *, actor: Actor) -> UUID | None:
    """Give the answer that a person is to mark or settle next, if there is one.

    Raises:
        NotAllowed: The actor marks nothing.
    """
    actor.require(*SETTLERS)
    found = open_for(session, actor=actor)
    return next(iter((*found.to_mark, *found.to_settle)), None)


def response_view(session: Session, *, actor: Actor, answer_id: UUID) -> ResponseView:
    """Show an answer to somebody who can mark or settle it now, or correct the own mark of it.

    Raises:
        NotAllowed: The actor marks nothing, or is an administrator and there is nothing to settle.
        NotFound: There is no such answer.
        OwnResponse: The actor wrote it.
        AlreadyMarked: The actor can neither mark it nor correct the own mark (any more).
    """
    actor.require(*SETTLERS)
    response = find_response(session, answer_id)
    if response.sitting.person_id == actor.person_id:
        raise OwnResponse
    if response.kind is MarkKind.BLIND:
        actor.require(Role.MARKER)
    if not response.may_mark(actor) and not response.may_correct(actor):
        raise AlreadyMarked
    content = content_of(session, response)
    own = response.mark_of(actor.person_id)
    sees_marks = response.kind is MarkKind.SETTLING
    return ResponseView(
        answer_id=answer_id,
        exam_title=response.exam.title,
        unit=response.sitting.unit,
        item=shown_item(content, content.type.value, language=response.answer.language),
        rubric=content.rubric,
        rationale=content.in_language(response.answer.language).rationale,
        maximum=content.maximum_score,
        text=response.answer.text,
        handed_in=response.answer.handed_in,
        kind=response.kind,
        earlier=tuple(_given(mark) for mark in marks_in_force(response.marks)) if sees_marks else (),
        mine=None if own is None else _given(own),
    )


def _waiting(session: Session, answer_ids: Sequence[UUID], *, settles: bool) -> tuple[WaitingResponse, ...]:
    rows = session.exec(
        select(TaskAnswer.id, TaskAnswer.item_version_id, TaskAnswer.answered_at, Exam)
        .join(Sitting, col(Sitting.id) == col(TaskAnswer.sitting_id))
        .join(Exam, col(Exam.id) == col(Sitting.exam_id))
        .where(col(TaskAnswer.id).in_(answer_ids))
    )
    found = {row[0]: row for row in rows}
    versions = {row[1] for row in found.values()}
    stored = session.exec(select(ItemVersion.id, ItemVersion.content).where(col(ItemVersion.id).in_(versions)))
    contents = {version_id: ItemContent.from_dict(content) for version_id, content in stored}
    lines = []
    for answer_id in answer_ids:
        _, version_id, answered_at, exam = found[answer_id]
        content = contents[version_id]
        lines.append(
            WaitingResponse(
                answer_id=answer_id,
                exam_title=exam.title,
                unit=exam.unit,
                stem=content.stem,
                language=content.language,
                waiting_since=answered_at.date(),
                settles=settles,
            )
        )
    return tuple(lines)


def _given(mark: Mark) -> GivenMark:
    return GivenMark(levels=tuple(mark.levels), points=mark.points, comment=mark.comment, reason=mark.reason)
