"""Which written tasks follow the adaptive part of a sitting: spread over the elements, the open ones first."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.design import PreparedExam
from engine.outcomes.verdicts import outcomes
from engine.randomness import generator
from engine.response_models import ItemPool
from engine.sittings.sitting_state import SittingState
from engine.stop_rules.evidence import STOP_DIGITS

PURPOSE = "written task"
#: How open the verdict on an element is of which the adaptive part has no item.
NOTHING_KNOWN = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDecision:
    """Why a task is asked.

    Args:
        task: Its id.
        element: Its element.
        openness: How open the verdict on the element is: the smaller of P(competent) and P(not), 0 to 0.5.
        drawn_from: Ids of the tasks of the element that it was drawn from, sorted.
    """

    task: str
    element: str
    openness: float
    drawn_from: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "task": self.task,
            "element": self.element,
            "openness": self.openness,
            "drawn_from": list(self.drawn_from),
        }


def choose_tasks(
    exam: PreparedExam, state: SittingState, tasks: ItemPool, *, enemies: Mapping[str, frozenset[str]]
) -> tuple[TaskDecision, ...]:
    """Choose the tasks of a sitting whose adaptive part has ended.

    Each goes to the element with the fewest tasks so far, among these to the one whose verdict is most open, and is
    drawn from that element's tasks by the seed. Enemies of one another, or of an item that was asked, never meet; a
    sitting for which that leaves too few is asked fewer.

    Args:
        exam: The prepared exam.
        state: The sitting; what it depends on are its seed and its answers.
        tasks: The tasks of its bank.
        enemies: By id of a task, ids of the items and tasks that it must not meet; those without any may be missing.

    Returns:
        The choices in the order in which the tasks are asked.
    """
    openness = _openness(exam, state)
    met = _asked(exam, state)
    chosen: list[TaskDecision] = []
    while len(chosen) < exam.design.written_tasks:
        left = {
            task: element
            for task, element in zip(tasks.item_ids, tasks.elements, strict=True)
            if task not in met and met.isdisjoint(enemies.get(task, ()))
        }
        if not left:
            break
        taken = Counter(one.element for one in chosen)
        element = min(sorted(set(left.values())), key=lambda code: (taken[code], -openness.get(code, NOTHING_KNOWN)))
        among = sorted(task for task, code in left.items() if code == element)
        place = int(generator(state.seed, len(chosen), PURPOSE).integers(len(among)))
        chosen.append(
            TaskDecision(
                task=among[place],
                element=element,
                openness=openness.get(element, NOTHING_KNOWN),
                drawn_from=tuple(among),
            )
        )
        met.add(among[place])
    return tuple(chosen)


def _asked(exam: PreparedExam, state: SittingState) -> set[str]:
    asked = {exam.pool.item_ids[item] for item in state.administered}
    if exam.pretest_pool is not None:
        asked |= {exam.pretest_pool.item_ids[item] for item, _response in state.pretest_responses}
    return asked


def _openness(exam: PreparedExam, state: SittingState) -> dict[str, float]:
    # Rounded, so that elements that are equally open are so on every platform.
    return {
        element.code: round(min(element.probability, 1 - element.probability), STOP_DIGITS)
        for element in outcomes(exam, state).elements
    }
