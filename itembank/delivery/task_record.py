"""The written tasks of a sitting as they stand in the database: asked, answered, marked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from engine.design import PreparedExam
from engine.outcomes.marked_tasks import task_evidence
from engine.sittings.sitting import FINISH_REASONS
from engine.sittings.task_evidence import TaskEvidence
from itembank.publishing.task_pools import UnitTasks, unit_tasks
from itembank.tables import AskedTask, SettledMark, Sitting, TaskAnswer, TaskDraft


@dataclass(frozen=True)
class TaskRecord:
    """The tasks of one sitting, in the order in which they were asked.

    Args:
        tasks: All tasks of its unit in its bank.
        asked: Those that were put to the candidate; none before the adaptive part has ended.
        answers: The answers by position.
        drafts: What is written so far, by position.
        settled: The points by id of the answer, where they are settled.
    """

    tasks: UnitTasks
    asked: tuple[AskedTask, ...] = ()
    answers: Mapping[int, TaskAnswer] = field(default_factory=dict)
    drafts: Mapping[int, TaskDraft] = field(default_factory=dict)
    settled: Mapping[UUID, SettledMark] = field(default_factory=dict)

    @property
    def pending(self) -> AskedTask | None:
        """The task now before the candidate; None where there is none, or none any more."""
        return next((task for task in self.asked if task.position not in self.answers), None)

    @property
    def wait_for_marks(self) -> bool:
        """Whether something that was asked is not marked yet."""
        return len(self.settled) < len(self.asked)

    def with_answer(self, answer: TaskAnswer, settled: SettledMark | None) -> TaskRecord:
        """Return the record with an answer added, and with its points where they need no marker."""
        points = {} if settled is None else {answer.id: settled}
        return replace(self, answers={**self.answers, answer.position: answer}, settled={**self.settled, **points})

    def evidence(self, exam: PreparedExam, *, finish_reason: str | None) -> TaskEvidence:
        """Tell what the tasks say of the ability; before all is marked, no more than that evidence is missing.

        Args:
            exam: The sitting's prepared exam.
            finish_reason: Why its adaptive part ended.
        """
        if self.wait_for_marks:
            return task_evidence(exam, self.tasks.pool, (), missing=True)
        marks = [
            (self.tasks.task_id(task.item_version_id), self.settled[self.answers[task.position].id].points)
            for task in self.asked
        ]
        # Who ended from outside did not come to the tasks; where none was asked otherwise, the bank left none to ask.
        unasked = not self.asked and finish_reason in FINISH_REASONS
        return task_evidence(exam, self.tasks.pool, marks, missing=unasked)


def waits_for_marks() -> ColumnElement[bool]:
    """Condition on sittings: an answer to one of its tasks is not settled, so that no outcome is told yet."""
    open_answer = (
        select(TaskAnswer.id)
        .join(SettledMark, col(SettledMark.answer_id) == col(TaskAnswer.id), isouter=True)
        .where(col(TaskAnswer.sitting_id) == col(Sitting.id), col(SettledMark.answer_id).is_(None))
    )
    return open_answer.exists()


def task_record(session: Session, sitting: Sitting) -> TaskRecord | None:
    """Load the tasks of a sitting; None where its design asks for none."""
    return task_records(session, [sitting]).get(sitting.id)


def task_records(session: Session, sittings: Collection[Sitting]) -> dict[UUID, TaskRecord]:
    """Load the tasks of sittings, at most some hundreds; those whose designs ask for none are left out."""
    concerned = [sitting for sitting in sittings if sitting.design.get("written_tasks")]
    if not concerned:
        return {}
    ids = [sitting.id for sitting in concerned]
    asked: dict[UUID, list[AskedTask]] = defaultdict(list)
    for task in session.exec(
        select(AskedTask).where(col(AskedTask.sitting_id).in_(ids)).order_by(col(AskedTask.position))
    ):
        asked[task.sitting_id].append(task)
    drafts: dict[UUID, dict[int, TaskDraft]] = defaultdict(dict)
    for draft in session.exec(select(TaskDraft).where(col(TaskDraft.sitting_id).in_(ids))):
        drafts[draft.sitting_id][draft.position] = draft
    answers, settled = _answers(session, ids)
    return {
        sitting.id: TaskRecord(
            tasks=unit_tasks(session, bank_id=sitting.bank_id, unit=sitting.unit),
            asked=tuple(asked[sitting.id]),
            answers=answers[sitting.id],
            drafts=drafts[sitting.id],
            settled=settled[sitting.id],
        )
        for sitting in concerned
    }


def _answers(
    session: Session, sitting_ids: Sequence[UUID]
) -> tuple[dict[UUID, dict[int, TaskAnswer]], dict[UUID, dict[UUID, SettledMark]]]:
    answers: dict[UUID, dict[int, TaskAnswer]] = defaultdict(dict)
    settled: dict[UUID, dict[UUID, SettledMark]] = defaultdict(dict)
    rows = session.exec(
        select(TaskAnswer, SettledMark)
        .join(SettledMark, col(SettledMark.answer_id) == col(TaskAnswer.id), isouter=True)
        .where(col(TaskAnswer.sitting_id).in_(sitting_ids))
    )
    for answer, mark in rows:
        answers[answer.sitting_id][answer.position] = answer
        if mark is not None:
            settled[answer.sitting_id][answer.id] = mark
    return answers, settled
