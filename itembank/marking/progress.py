"""How far marking is, exam by exam, for those who run exams."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, func, select

from itembank.actor import Actor, Role
from itembank.marking.open_answers import OpenAnswer, open_answers
from itembank.marking.settlement import BLIND_MARKS
from itembank.tables import Exam, Person, RoleAssignment, SettledMark, Sitting, TaskAnswer


@dataclass(frozen=True, slots=True)
class ExamMarking:
    """How many answers of one exam stand where, and how many finished sittings wait for their result."""

    exam_id: UUID
    title: str
    unit: str
    first_mark: int
    second_mark: int
    third_person: int
    settled: int
    results_waiting: int
    oldest: datetime | None

    @property
    def waiting(self) -> int:
        """Answers that are not settled."""
        return self.first_mark + self.second_mark + self.third_person


@dataclass(frozen=True, slots=True)
class MarkingProgress:
    """Every exam with answers to mark, what waits longest first, and how many people there are to mark them."""

    exams: tuple[ExamMarking, ...]
    markers: int


def marking_progress(session: Session, *, actor: Actor) -> MarkingProgress:
    """Tell how far marking is.

    Raises:
        NotAllowed: The actor does not run exams.
    """
    actor.require(Role.ADMINISTRATOR, Role.PSYCHOMETRICIAN)
    waiting: dict[UUID, list[OpenAnswer]] = defaultdict(list)
    for answer in open_answers(session):
        waiting[answer.exam_id].append(answer)
    settled = _settled(session)
    exams = session.exec(select(Exam).where(col(Exam.id).in_(waiting.keys() | settled.keys()))).all()
    found = [_exam(exam, waiting.get(exam.id, []), settled.get(exam.id, 0)) for exam in exams]
    # What nobody waits for comes last, and in the order of the titles.
    found.sort(key=lambda one: (one.oldest is None, one.oldest.timestamp() if one.oldest else 0.0, one.title))
    return MarkingProgress(exams=tuple(found), markers=_markers(session))


def _settled(session: Session) -> dict[UUID, int]:
    rows = session.exec(
        select(Sitting.exam_id, func.count())
        .join(TaskAnswer, col(TaskAnswer.sitting_id) == col(Sitting.id))
        .join(SettledMark, col(SettledMark.answer_id) == col(TaskAnswer.id))
        .group_by(col(Sitting.exam_id))
    )
    return dict(rows.all())


def _markers(session: Session) -> int:
    return session.exec(
        select(func.count())
        .select_from(RoleAssignment)
        .join(Person, col(Person.id) == col(RoleAssignment.person_id))
        .where(RoleAssignment.role == Role.MARKER.value, col(Person.active).is_(True))
    ).one()


def _exam(exam: Exam, waiting: list[OpenAnswer], settled: int) -> ExamMarking:
    by_marks = Counter(min(BLIND_MARKS, one.markers) for one in waiting)
    return ExamMarking(
        exam_id=exam.id,
        title=exam.title,
        unit=exam.unit,
        first_mark=by_marks[0],
        second_mark=by_marks[1],
        third_person=by_marks[BLIND_MARKS],
        settled=settled,
        results_waiting=len({one.sitting_id for one in waiting if one.finished}),
        oldest=min((one.answered_at for one in waiting), default=None),
    )
