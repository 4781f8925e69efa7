"""What a candidate sees before a sitting: his exams and their instructions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Session, col, select

from itembank.actor import Actor, Role
from itembank.delivery.exams import design_for
from itembank.delivery.records import deadline_of
from itembank.errors import NotFound
from itembank.framework.store import standard_by_id
from itembank.tables import Enrolment, Exam, Sitting


class MyExamState(StrEnum):
    """Where a candidate stands with an exam."""

    UPCOMING = "upcoming"
    OPEN = "open"
    IN_PROGRESS = "in_progress"
    FINISHED = "finished"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class MyExam:
    """One of a candidate's exams."""

    exam_id: UUID
    title: str
    unit: str
    unit_title: str
    state: MyExamState
    opens_at: datetime | None
    closes_at: datetime | None
    time_limit_minutes: int | None  # with the candidate's extra time
    extra_minutes: int
    minimum_length: int
    maximum_length: int
    #: Whether some questions may be tried out: the candidate is told that there are such, not which they are.
    tries_out: bool
    sitting_id: UUID | None
    finished_at: datetime | None


def my_exams(session: Session, *, actor: Actor, now: datetime) -> tuple[MyExam, ...]:
    """List the exams that a candidate is enrolled in: what can be done now first.

    Raises:
        NotAllowed: The actor is not a candidate.
    """
    actor.require(Role.CANDIDATE)
    rows = session.exec(
        select(Exam, Enrolment, Sitting)
        .join(Enrolment, col(Enrolment.exam_id) == col(Exam.id))
        .join(
            Sitting,
            (col(Sitting.exam_id) == col(Exam.id)) & (col(Sitting.person_id) == col(Enrolment.person_id)),
            isouter=True,
        )
        .where(Enrolment.person_id == actor.person_id)
        .order_by(col(Exam.created_at).desc())
    )
    order = [MyExamState.IN_PROGRESS, MyExamState.OPEN, MyExamState.UPCOMING, MyExamState.FINISHED, MyExamState.CLOSED]
    found = [_my_exam(session, exam, enrolment, sitting, now) for exam, enrolment, sitting in rows]
    return tuple(sorted(found, key=lambda exam: order.index(exam.state)))


def my_exam(session: Session, *, actor: Actor, exam_id: UUID, now: datetime) -> MyExam:
    """Describe one of the candidate's exams, for the page of instructions.

    Raises:
        NotAllowed: The actor is not a candidate.
        NotFound: The candidate is not enrolled in such an exam.
    """
    for exam in my_exams(session, actor=actor, now=now):
        if exam.exam_id == exam_id:
            return exam
    raise NotFound(what="exam", name=exam_id)


def exam_state(exam: Exam, enrolment: Enrolment, sitting: Sitting | None, now: datetime) -> MyExamState:
    """Tell where a candidate stands with an exam at a moment."""
    if sitting is not None:
        deadline = deadline_of(exam, enrolment, sitting)
        over = sitting.finished_at is not None or (deadline is not None and now > deadline)
        return MyExamState.FINISHED if over else MyExamState.IN_PROGRESS
    if exam.opens_at is not None and now < exam.opens_at:
        return MyExamState.UPCOMING
    if exam.closes_at is not None and now >= exam.closes_at:
        return MyExamState.CLOSED
    return MyExamState.OPEN


def _my_exam(session: Session, exam: Exam, enrolment: Enrolment, sitting: Sitting | None, now: datetime) -> MyExam:
    design = design_for(exam)
    limit = exam.time_limit_minutes
    return MyExam(
        exam_id=exam.id,
        title=exam.title,
        unit=exam.unit,
        unit_title=standard_by_id(session, exam.standard_id).framework.unit(exam.unit).title,
        state=exam_state(exam, enrolment, sitting, now),
        opens_at=exam.opens_at,
        closes_at=exam.closes_at,
        time_limit_minutes=None if limit is None else limit + enrolment.extra_minutes,
        extra_minutes=enrolment.extra_minutes,
        minimum_length=design.minimum_length,
        # A candidate is not told which questions are tried out; the bank may have none.
        maximum_length=design.maximum_length + design.pretest_items,
        tries_out=design.pretest_items > 0,
        sitting_id=sitting.id if sitting else None,
        finished_at=sitting.finished_at if sitting else None,
    )
