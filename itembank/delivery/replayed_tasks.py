"""The written tasks of a replayed sitting: chosen again, settled again, and compared with their record."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlmodel import Session

from engine.errors import EngineError
from engine.outcomes.task_choice import TaskDecision, choose_tasks
from engine.sittings.sitting import FINISH_REASONS, SittingState
from itembank.actor import Actor
from itembank.delivery.record_differences import differences_between
from itembank.delivery.records import SittingRecord
from itembank.delivery.task_record import TaskRecord
from itembank.marking.responses import marks_of
from itembank.marking.roles import SETTLERS
from itembank.marking.settlement import Manner, Settlement, marks_in_force, settlement
from itembank.tables import AskedTask, Mark, TaskAnswer


@dataclass(frozen=True, slots=True)
class ReplayedTask:
    """One task of a replayed sitting.

    Attributes:
        position: Its number, from 1.
        task: Id of the task.
        element: Its element.
        openness: How open the verdict on the element was, 0 to 0.5.
        text: What was written, None where it is not answered yet.
        handed_in: Whether the candidate handed it in; otherwise it is what was kept when the time was over.
        withheld: Whether the text and the marks are kept from the reader, who may mark the answer still.
        blind_marks: Points of the two blind marks as far as they are given.
        points: The points that it counts with, None before they are settled.
        highest_points: The most points.
        manner: How they came about; empty before they are settled.
        differences: Where record and recomputation differ.
    """

    position: int
    task: str
    element: str
    openness: float
    text: str | None
    handed_in: bool
    withheld: bool
    blind_marks: tuple[int, ...]
    points: int | None
    highest_points: int
    manner: str
    differences: tuple[str, ...]


def replayed_tasks(
    session: Session, *, actor: Actor, loaded: SittingRecord, state: SittingState
) -> tuple[tuple[ReplayedTask, ...], tuple[str, ...]]:
    """Choose and settle the tasks of a sitting once more.

    Args:
        session: The transaction.
        actor: The reader: texts and marks of answers that he could still mark, blindly or to settle them, are
            withheld, for a replay stands beside a name.
        loaded: The sitting.
        state: Its state after the last answer.

    Returns:
        The tasks, and what differs in the choice as a whole.
    """
    record = loaded.tasks
    if record is None:
        return (), ()
    chosen = _chosen(loaded, record, state)
    marks = marks_of(session, [answer.id for answer in record.answers.values()])
    tasks = []
    for asked in record.asked:
        answer = record.answers.get(asked.position)
        decision = chosen[asked.position - 1] if asked.position <= len(chosen) else None
        task = _task(loaded, record, asked, decision, answer, marks.get(answer.id, []) if answer else [])
        withheld = task.points is None and task.text is not None and _may_mark(actor)
        tasks.append(replace(task, text=None, blind_marks=(), withheld=True) if withheld else task)
    found = () if len(chosen) == len(record.asked) else (f"tasks: recorded {len(tasks)}, recomputed {len(chosen)}",)
    return tuple(tasks), found


def _may_mark(actor: Actor) -> bool:
    # The command line is nobody, and marks nothing.
    return actor.person_id is not None and actor.has(*SETTLERS)


def _chosen(loaded: SittingRecord, record: TaskRecord, state: SittingState) -> tuple[TaskDecision, ...]:
    if not state.finished or state.finish_reason in FINISH_REASONS or record.tasks.pool is None:
        return ()
    enemies = record.tasks.enemies_by_id(loaded.unit_pool.item_ids)
    try:
        return choose_tasks(loaded.prepared, state, record.tasks.pool, enemies=enemies)
    except EngineError:
        # The report has to tell what can't be recomputed, as the record does.
        return ()


def _task(
    loaded: SittingRecord,
    record: TaskRecord,
    asked: AskedTask,
    decision: TaskDecision | None,
    answer: TaskAnswer | None,
    marks: list[Mark],
) -> ReplayedTask:
    settled = record.settled.get(answer.id) if answer is not None else None
    return ReplayedTask(
        position=asked.position,
        task=str(asked.decision.get("task", "")),
        element=str(asked.decision.get("element", "")),
        openness=float(asked.decision.get("openness", 0.0)),
        text=None if answer is None else answer.text,
        handed_in=answer is not None and answer.handed_in,
        withheld=False,
        blind_marks=tuple(mark.points for mark in marks_in_force(marks) if not mark.settles),
        points=None if settled is None else settled.points,
        highest_points=record.tasks.content(asked.item_version_id).maximum_score,
        manner="" if settled is None else settled.manner,
        differences=(*_choice_differences(record, asked, decision), *_mark_differences(loaded, record, answer, marks)),
    )


def _choice_differences(record: TaskRecord, asked: AskedTask, decision: TaskDecision | None) -> list[str]:
    if decision is None:
        return []
    found = differences_between(asked.decision, decision.to_dict(), path="task")
    version = record.tasks.versions[record.tasks.task_ids.index(decision.task)]
    if asked.item_version_id != version:
        found.append(f"asked task: recorded {asked.item_version_id}, recomputed {version}")
    return found


def _mark_differences(
    loaded: SittingRecord, record: TaskRecord, answer: TaskAnswer | None, marks: list[Mark]
) -> list[str]:
    if answer is None:
        return []
    settled = record.settled.get(answer.id)
    recorded = None if settled is None else Settlement(settled.points, Manner(settled.manner))
    if answer.text:
        recomputed = settlement(marks, tolerance=loaded.prepared.design.marking_tolerance)
    else:
        recomputed = Settlement(0, Manner.BLANK)
    return [] if recorded == recomputed else [f"mark: recorded {recorded}, recomputed {recomputed}"]
