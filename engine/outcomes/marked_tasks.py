"""Marks of written tasks folded into a sitting, once people have given them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from engine.design import PreparedExam
from engine.errors import IllegalTransition, InvalidResponse
from engine.response_models import ItemPool
from engine.sittings.sitting_state import SittingState
from engine.sittings.task_evidence import TaskEvidence


def task_evidence(
    exam: PreparedExam, tasks: ItemPool | None, marks: Sequence[tuple[str, int]], *, missing: bool = False
) -> TaskEvidence:
    """Return what marks say of the ability.

    Args:
        exam: The prepared exam.
        tasks: The tasks of its bank; None where it has none.
        marks: Task and points of each, in the order in which they were asked.
        missing: Whether the sitting ended before it came to its tasks.

    Returns:
        The evidence.

    Raises:
        IllegalTransition: If a task is marked twice.
        InvalidResponse: If a task cannot have that many points.
        UnknownItem: If there is no such task.
    """
    if len({task for task, _points in marks}) < len(marks):
        raise IllegalTransition(f"a task is marked once, not {[task for task, _points in marks]}")
    if tasks is None or not marks:
        return TaskEvidence(elements=(), log_likelihood=np.zeros((0, exam.grid.nodes.size)), missing=missing)
    places = [tasks.index_of(task) for task, _points in marks]
    for place, (task, points) in zip(places, marks, strict=True):
        highest = int(tasks.category_counts[place]) - 1
        if points not in range(highest + 1):
            raise InvalidResponse(f"task {task!r}: its points are from 0 to {highest}, not {points!r}")
    log_probabilities = tasks.log_probabilities(exam.grid.nodes)
    rows = [log_probabilities[place, points] for place, (_task, points) in zip(places, marks, strict=True)]
    return TaskEvidence(
        elements=tuple(tasks.elements[place] for place in places), log_likelihood=np.array(rows), missing=missing
    )


def with_tasks(state: SittingState, evidence: TaskEvidence) -> SittingState:
    """Return the state with its posterior multiplied by the likelihood of the marks.

    Given the ability, the tasks are independent of the other answers, as those are of one another.

    Args:
        state: The finished adaptive part, on the grid of the evidence.
        evidence: What the marks say.

    Returns:
        The state that outcomes are judged by.

    Raises:
        IllegalTransition: If the state has its marks already.
    """
    if state.tasks is not None:
        raise IllegalTransition("the marks of a sitting count once")
    log_posterior = state.log_posterior + evidence.log_likelihood.sum(axis=0)
    log_posterior.setflags(write=False)
    return replace(state, log_posterior=log_posterior, tasks=evidence)
