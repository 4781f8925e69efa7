"""Sittings now: who sits what at this moment and how far, and who finished lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from engine.design import ExamDesign
from itembank.actor import Actor
from itembank.delivery.exams import EXAM_READERS, design_for
from itembank.delivery.records import deadline_of
from itembank.delivery.shown_length import pretest_pool_sizes, shown_length
from itembank.errors import NotFound
from itembank.tables import AskedTask, Enrolment, Exam, Person, RecordedAnswer, SettledMark, Sitting, TaskAnswer

#: What ended within a day still belongs to the picture of an exam day.
_LATELY = timedelta(hours=24)
_MOST_FINISHED = 100


@dataclass(frozen=True, slots=True)
class SittingLine:
    """One sitting as those who run exams follow it."""

    sitting_id: UUID
    exam_id: UUID
    exam_title: str
    candidate: str
    username: str
    person_id: UUID
    simulated: bool
    answered: int
    minimum_length: int
    maximum_length: int
    started_at: datetime
    last_answer_at: datetime | None
    deadline: datetime | None
    remaining_seconds: int | None
    extra_minutes: int
    finished_at: datetime | None
    finish_reason: str | None
    #: Written tasks that were put to the candidate, and those answered; while marks are missing the result waits.
    tasks: int = 0
    tasks_answered: int = 0
    result_waits: bool = False


@dataclass(frozen=True, slots=True)
class SittingsNow:
    """The picture at a moment: running sittings, the oldest first, and those that ended lately, the newest first."""

    at: datetime
    running: tuple[SittingLine, ...]
    finished: tuple[SittingLine, ...]


@dataclass(frozen=True, slots=True)
class _Tasks:
    """The tasks of a sitting by how far they are, and when the last answer came."""

    asked: int
    answered: int
    settled: int
    last_answer_at: datetime | None


_NO_TASKS = _Tasks(0, 0, 0, None)


def sittings_now(session: Session, *, actor: Actor, now: datetime, include_simulated: bool = False) -> SittingsNow:
    """Tell which sittings are running and which ended within the last day.

    Ten queries however many sittings there are: an administrator's page asks for this every few seconds.

    Raises:
        NotAllowed: The actor does not run exams.
    """
    actor.require(*EXAM_READERS)
    running: list[ColumnElement[bool]] = [col(Sitting.finished_at).is_(None)]
    finished: list[ColumnElement[bool]] = [col(Sitting.finished_at) > now - _LATELY]
    if not include_simulated:
        running.append(col(Sitting.simulated).is_(False))
        finished.append(col(Sitting.simulated).is_(False))
    newest_first = _rows(finished).order_by(col(Sitting.finished_at).desc(), col(Sitting.id)).limit(_MOST_FINISHED)
    return SittingsNow(
        at=now,
        running=_lines(session, _rows(running).order_by(col(Sitting.started_at), col(Sitting.id)), running, now),
        finished=_lines(session, newest_first, finished, now),
    )


def sitting_line(session: Session, *, actor: Actor, sitting_id: UUID, now: datetime) -> SittingLine:
    """Tell one sitting's line, whenever it was.

    Raises:
        NotAllowed: The actor does not run exams.
        NotFound: There is no such sitting.
    """
    actor.require(*EXAM_READERS)
    this_one: list[ColumnElement[bool]] = [col(Sitting.id) == sitting_id]
    for line in _lines(session, _rows(this_one), this_one, now):
        return line
    raise NotFound(what="sitting", name=sitting_id)


def _rows(conditions: list[ColumnElement[bool]]) -> Any:
    return (
        select(Sitting, Exam, Enrolment, Person)
        .join(Exam, col(Exam.id) == col(Sitting.exam_id))
        .join(Person, col(Person.id) == col(Sitting.person_id))
        .join(
            Enrolment,
            (col(Enrolment.exam_id) == col(Sitting.exam_id)) & (col(Enrolment.person_id) == col(Sitting.person_id)),
        )
        .where(*conditions)
    )


def _lines(
    session: Session, query: Any, conditions: list[ColumnElement[bool]], now: datetime
) -> tuple[SittingLine, ...]:
    answers = {
        sitting_id: (count, last)
        for sitting_id, count, last in session.exec(
            select(RecordedAnswer.sitting_id, func.count(), func.max(RecordedAnswer.answered_at))
            .join(Sitting, col(Sitting.id) == col(RecordedAnswer.sitting_id))
            .where(*conditions)
            .group_by(col(RecordedAnswer.sitting_id))
        )
    }
    tasks = _tasks(session, conditions)
    designs: dict[UUID, ExamDesign] = {}
    rows = session.exec(query).all()
    # Each sitting tries out what its own bank has, however the bank in force has changed since.
    sizes = pretest_pool_sizes(session, bank_ids={sitting.bank_id for sitting, *_ in rows})
    lines = []
    for sitting, exam, enrolment, person in rows:
        answered, last_answer_at = answers.get(sitting.id, (0, None))
        task = tasks.get(sitting.id, _NO_TASKS)
        deadline = deadline_of(exam, enrolment, sitting)
        design = designs.get(exam.id) or designs.setdefault(exam.id, design_for(exam))
        length = shown_length(design, pretest_pool_size=sizes.get((sitting.bank_id, sitting.unit), 0))
        lines.append(
            SittingLine(
                sitting_id=sitting.id,
                exam_id=exam.id,
                exam_title=exam.title,
                candidate=person.display_name,
                username=person.username,
                person_id=sitting.person_id,
                simulated=sitting.simulated,
                answered=answered,
                minimum_length=length.minimum,
                maximum_length=length.maximum,
                started_at=sitting.started_at,
                last_answer_at=task.last_answer_at or last_answer_at,
                deadline=deadline,
                remaining_seconds=None if deadline is None else max(0, int((deadline - now).total_seconds())),
                extra_minutes=enrolment.extra_minutes,
                finished_at=sitting.finished_at,
                finish_reason=sitting.finish_reason,
                tasks=task.asked,
                tasks_answered=task.answered,
                result_waits=sitting.finished_at is not None and task.settled < task.asked,
            )
        )
    return tuple(lines)


def _tasks(session: Session, conditions: list[ColumnElement[bool]]) -> dict[UUID, _Tasks]:
    asked = session.exec(
        select(AskedTask.sitting_id, func.count())
        .join(Sitting, col(Sitting.id) == col(AskedTask.sitting_id))
        .where(*conditions)
        .group_by(col(AskedTask.sitting_id))
    ).all()
    answered = {
        sitting_id: (count, settled, last)
        for sitting_id, count, settled, last in session.exec(
            select(
                TaskAnswer.sitting_id, func.count(), func.count(col(SettledMark.answer_id)),
                func.max(TaskAnswer.answered_at),
            )
            .join(Sitting, col(Sitting.id) == col(TaskAnswer.sitting_id))
            .join(SettledMark, col(SettledMark.answer_id) == col(TaskAnswer.id), isouter=True)
            .where(*conditions)
            .group_by(col(TaskAnswer.sitting_id))
        )
    }  # fmt: skip
    return {sitting_id: _Tasks(count, *answered.get(sitting_id, (0, 0, None))) for sitting_id, count in asked}
