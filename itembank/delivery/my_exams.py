"""What a candidate sees before a sitting: his exams and their instructions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Session, col, select

from itembank.actor import Actor, Role
from itembank.delivery.exams import design_for
from itembank.delivery.records import deadline_of
from itembank.delivery.shown_length import pretest_pool_sizes, shown_length
from itembank.errors import NotFound
from itembank.framework.store import standard_by_id
from itembank.publishing.banks import find_bank_in_force
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
    #: Questions that are tried out included.
    minimum_length: int
    maximum_length: int
    #: Whether some questions are tried out: the candidate is told that there are such, not which they are.
    tries_out: bool
    sitting_id: UUID | None
    finished_at: datetime | None
    #: Tasks to answer in words, after the questions.
    written_tasks: int = 0


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
    ).all()
    tried_out = _pretest_pool_sizes(session, [(exam, sitting) for exam, _, sitting in rows])
    order = [MyExamState.IN_PROGRESS, MyExamState.OPEN, MyExamState.UPCOMING, MyExamState.FINISHED, MyExamState.CLOSED]
    found = [
        _my_exam(session, exam, enrolment, sitting, now, pretest_pool_size=tried_out.get(exam.id, 0))
        for exam, enrolment, sitting in rows
    ]
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


def _pretest_pool_sizes(session: Session, rows: Sequence[tuple[Exam, Sitting | None]]) -> Mapping[UUID, int]:
    """Count what each exam can try out: by the sitting's own bank once it has begun, before by the bank in force."""
    trying = [(exam, sitting) for exam, sitting in rows if exam.design.get("pretest_items")]
    in_force = {
        standard_id: find_bank_in_force(session, standard_id=standard_id)
        for standard_id in {exam.standard_id for exam, sitting in trying if sitting is None}
    }
    banks = {}
    for exam, sitting in trying:
        bank = in_force[exam.standard_id] if sitting is None else None
        bank_id = sitting.bank_id if sitting is not None else bank.id if bank is not None else None
        if bank_id is not None:
            banks[exam.id] = (bank_id, exam.unit)
    sizes = pretest_pool_sizes(session, bank_ids={bank_id for bank_id, _ in banks.values()})
    return {exam_id: sizes.get(place, 0) for exam_id, place in banks.items()}


def _my_exam(
    session: Session,
    exam: Exam,
    enrolment: Enrolment,
    sitting: Sitting | None,
    now: datetime,
    *,
    pretest_pool_size: int,
) -> MyExam:
    design = design_for(exam)
    length = shown_length(design, pretest_pool_size=pretest_pool_size)
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
        minimum_length=length.minimum,
        maximum_length=length.maximum,
        tries_out=length.tried_out > 0,
        sitting_id=sitting.id if sitting else None,
        finished_at=sitting.finished_at if sitting else None,
        written_tasks=design.written_tasks,
    )
