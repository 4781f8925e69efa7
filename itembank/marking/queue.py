"""What a marker sees: answers without names, in an order of his own, and one of them with its rubric."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlmodel import Session, col, select

from itembank.actor import Actor, Role
from itembank.authoring.content import ItemContent
from itembank.authoring.item_types.question import RubricAspect
from itembank.authoring.shown_item import ShownItem, shown_item
from itembank.errors import AlreadyMarked, OwnResponse
from itembank.marking.marking import SETTLERS
from itembank.marking.responses import TaskResponse, content_of, find_response, open_responses
from itembank.marking.settlement import Stage, marks_in_force
from itembank.tables import ItemVersion, Mark


@dataclass(frozen=True, slots=True)
class WaitingResponse:
    """An answer in a list: where it comes from, what was asked, and since when it waits."""

    answer_id: UUID
    exam_title: str
    unit: str
    stem: str
    language: str
    waiting_since: datetime
    #: Two people differ, and a third one is asked to settle it.
    settles: bool


@dataclass(frozen=True, slots=True)
class MarkingQueue:
    """What a marker can mark, what two others differ on, and the own marks that can still be corrected."""

    to_mark: tuple[WaitingResponse, ...]
    to_settle: tuple[WaitingResponse, ...]
    mine: tuple[WaitingResponse, ...]


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
    stage: Stage
    earlier: tuple[GivenMark, ...]
    mine: GivenMark | None


def marking_queue(session: Session, *, actor: Actor) -> MarkingQueue:
    """List what a person can do: each person's list is in an order of its own, the same at every visit.

    Otherwise all would mark the same answers first, and compare each with the same ones before it.

    Raises:
        NotAllowed: The actor marks nothing.
    """
    actor.require(*SETTLERS)
    found = sorted(open_responses(session), key=lambda response: _place(actor, response))
    contents = _contents(session, found)
    marker = actor.has(Role.MARKER)
    blind = [one for one in found if marker and one.may_mark(actor) and one.stage is not Stage.THIRD_PERSON]
    apart = [one for one in found if one.may_mark(actor) and one.stage is Stage.THIRD_PERSON]
    mine = [one for one in found if one.mark_of(actor.person_id) is not None]
    to_mark, to_settle, own = (
        tuple(_waiting(one, contents[one.answer.item_version_id]) for one in some) for some in (blind, apart, mine)
    )
    return MarkingQueue(to_mark=to_mark, to_settle=to_settle, mine=own)


def response_view(session: Session, *, actor: Actor, answer_id: UUID) -> ResponseView:
    """Show an answer to somebody who can mark or settle it now, or correct the own mark of it.

    Raises:
        NotAllowed: The actor marks nothing, or is an administrator and there is nothing to settle.
        NotFound: There is no such answer.
        OwnResponse: The actor wrote it.
        AlreadyMarked: It is settled.
    """
    actor.require(*SETTLERS)
    response = find_response(session, answer_id)
    if response.sitting.person_id == actor.person_id:
        raise OwnResponse
    if response.stage is not Stage.THIRD_PERSON:
        actor.require(Role.MARKER)
    if response.settled is not None:
        raise AlreadyMarked
    content = content_of(session, response)
    own = response.mark_of(actor.person_id)
    sees_marks = own is None and response.stage is Stage.THIRD_PERSON
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
        # That a second person has marked it is not for the first one to know: it would tell that they differ.
        stage=response.stage if own is None else Stage.SECOND_MARK,
        earlier=tuple(_given(mark) for mark in marks_in_force(response.marks)) if sees_marks else (),
        mine=None if own is None else _given(own),
    )


def _place(actor: Actor, response: TaskResponse) -> bytes:
    return sha256(f"{actor.person_id}\n{response.answer.id}".encode()).digest()


def _contents(session: Session, responses: list[TaskResponse]) -> dict[UUID, ItemContent]:
    wanted = {response.answer.item_version_id for response in responses}
    rows = session.exec(select(ItemVersion.id, ItemVersion.content).where(col(ItemVersion.id).in_(wanted)))
    return {version_id: ItemContent.from_dict(content) for version_id, content in rows}


def _waiting(response: TaskResponse, content: ItemContent) -> WaitingResponse:
    return WaitingResponse(
        answer_id=response.answer.id,
        exam_title=response.exam.title,
        unit=response.sitting.unit,
        stem=content.stem,
        language=content.language,
        waiting_since=response.answer.answered_at,
        settles=response.stage is Stage.THIRD_PERSON,
    )


def _given(mark: Mark) -> GivenMark:
    return GivenMark(levels=tuple(mark.levels), points=mark.points, comment=mark.comment, reason=mark.reason)
