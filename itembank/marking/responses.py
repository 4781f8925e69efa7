"""Answers to tasks with all that marking them depends on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from itembank.actor import Actor
from itembank.authoring.content import ItemContent
from itembank.errors import NotFound
from itembank.marking.settlement import BLIND_MARKS, MarkKind, marks_in_force
from itembank.tables import Exam, ItemVersion, Mark, SettledMark, Sitting, TaskAnswer


@dataclass(frozen=True)
class TaskResponse:
    """An answer that people mark: what was asked, what was written, and the marks so far.

    Its sitting is here for the rules, never for a marker's eyes.
    """

    answer: TaskAnswer
    sitting: Sitting
    exam: Exam
    marks: tuple[Mark, ...]
    settled: SettledMark | None

    @property
    def tolerance(self) -> int:
        """Points by which two markers may differ and still agree, by the design that the sitting is pinned to."""
        return int(self.sitting.design.get("marking_tolerance", 0))

    @property
    def kind(self) -> MarkKind:
        """What the next mark of somebody else counts as."""
        return MarkKind.BLIND if len(marks_in_force(self.marks)) < BLIND_MARKS else MarkKind.SETTLING

    def mark_of(self, person_id: UUID | None) -> Mark | None:
        """Give a person's latest mark."""
        return next((mark for mark in marks_in_force(self.marks) if mark.marker_id == person_id), None)

    def may_mark(self, actor: Actor) -> bool:
        """Tell whether a person can give it a mark now: not the own answer, not twice, not what is settled."""
        others = self.sitting.person_id != actor.person_id and self.mark_of(actor.person_id) is None
        return others and self.settled is None

    def may_correct(self, actor: Actor) -> bool:
        """Tell whether a person can correct the own mark now.

        Not once there are two marks, whether they agree or not: whoever could still move the own mark then could find
        out where the other one lies.
        """
        own = self.mark_of(actor.person_id)
        return own is not None and self.settled is None and self.kind is MarkKind.BLIND


def find_response(session: Session, answer_id: UUID, *, lock: bool = False) -> TaskResponse:
    """Load one answer.

    Args:
        session: The transaction.
        answer_id: The answer.
        lock: Hold its sitting's row, so that marks of one sitting come one after the other: the last one tells the
            outcome, and must know that it is the last.

    Raises:
        NotFound: There is no such answer.
    """
    answer = session.get(TaskAnswer, answer_id)
    if answer is None:
        raise NotFound(what="answer", name=answer_id)
    query = select(Sitting).where(Sitting.id == answer.sitting_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    sitting = session.exec(query).one()
    return TaskResponse(
        answer=answer,
        sitting=sitting,
        exam=session.get_one(Exam, sitting.exam_id),
        marks=tuple(marks_of(session, [answer_id])[answer_id]),
        settled=session.get(SettledMark, answer_id),
    )


def content_of(session: Session, response: TaskResponse) -> ItemContent:
    """Give what was asked."""
    return ItemContent.from_dict(session.get_one(ItemVersion, response.answer.item_version_id).content)


def marks_of(session: Session, answer_ids: Collection[UUID]) -> dict[UUID, list[Mark]]:
    """Load all marks of answers by the answer, the earliest first."""
    found: dict[UUID, list[Mark]] = defaultdict(list)
    known = list(answer_ids)
    for start in range(0, len(known), 500):
        rows = session.exec(
            select(Mark)
            .where(col(Mark.answer_id).in_(known[start : start + 500]))
            .order_by(col(Mark.marked_at), col(Mark.number), col(Mark.id))
        )
        for mark in rows:
            found[mark.answer_id].append(mark)
    return found
