"""Written tasks: marks count exactly as further answers would, and the choice of tasks keeps its promises."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.blueprints.blueprint import Blueprint
from engine.design import PreparedExam
from engine.errors import IllegalTransition, InvalidResponse, UnknownItem
from engine.outcomes.marked_tasks import task_evidence, with_tasks
from engine.outcomes.task_choice import choose_tasks
from engine.outcomes.verdicts import NOT_ENOUGH_EVIDENCE, outcomes
from engine.outcomes.without_items import state_of_answers
from engine.response_models import ItemParameters, ItemPool
from engine.sittings.sitting import finish, fold
from engine.sittings.sitting_state import SittingState
from tests.engine.pools import exam_of

ITEMS = [ItemParameters(f"i{n}", "2pl", 0.8 + 0.1 * n, 0.3 * n - 1, "U", "E1" if n < 4 else "E2", "") for n in range(8)]
TASKS = [
    ItemParameters("t1", "2pl", 1.3, -0.2, "U", "E1", ""),
    ItemParameters("t2", "2pl", 0.7, 0.4, "U", "E2", ""),
    ItemParameters("t3", "2pl", 1.0, 0.1, "U", "", ""),
]
ANSWERS = [("i0", 1), ("i1", 1), ("i4", 0), ("i5", 1), ("i2", 0)]


def _exam(items: list[ItemParameters], **design: object) -> PreparedExam:
    fields = {"minimum_length": 1, "maximum_length": len(ITEMS), "written_tasks": 2} | design
    return exam_of(ItemPool.from_items(items), blueprint=Blueprint(), **fields)


def _state(exam: PreparedExam, *, seed: int = 1) -> SittingState:
    return replace(state_of_answers(exam, ANSWERS), seed=seed)


def test_marks_count_as_the_same_answers_to_items_would() -> None:
    exam, joined = _exam(ITEMS), _exam([*ITEMS, *TASKS])
    marks = [("t1", 1), ("t3", 1), ("t2", 0)]
    found = outcomes(exam, with_tasks(_state(exam), task_evidence(exam, ItemPool.from_items(TASKS), marks)))
    expected = outcomes(joined, state_of_answers(joined, [*ANSWERS, *marks]))
    for one, other in zip((found.unit, *found.elements), (expected.unit, *expected.elements), strict=True):
        assert one.theta == pytest.approx(other.theta, abs=1e-9)
        assert one.probability == pytest.approx(other.probability, abs=1e-9)
        assert one.standard_error == pytest.approx(other.standard_error, abs=1e-9)
    # The minima are about the questions: tasks count towards none.
    assert (found.unit.items_answered, expected.unit.items_answered) == (5, 8)


def test_without_marks_nothing_changes_but_what_is_missing() -> None:
    exam = _exam(ITEMS)
    state, tasks = _state(exam), ItemPool.from_items(TASKS)
    assert outcomes(exam, with_tasks(state, task_evidence(exam, None, ()))) == outcomes(exam, state)
    missing = outcomes(exam, with_tasks(state, task_evidence(exam, tasks, (), missing=True)))
    assert (missing.unit.complete, missing.unit.verdict) == (False, NOT_ENOUGH_EVIDENCE)
    assert missing.unit.theta == outcomes(exam, state).unit.theta
    assert missing.elements == outcomes(exam, state).elements


def test_marks_that_cannot_be_are_refused() -> None:
    exam, tasks = _exam(ITEMS), ItemPool.from_items(TASKS)
    for marks, error in (
        ([("t1", 2)], InvalidResponse),
        ([("t1", -1)], InvalidResponse),
        ([("t9", 1)], UnknownItem),
        ([("t1", 1), ("t1", 1)], IllegalTransition),
    ):
        with pytest.raises(error):
            task_evidence(exam, tasks, marks)
    once = with_tasks(_state(exam), task_evidence(exam, tasks, [("t1", 1)]))
    with pytest.raises(IllegalTransition):
        with_tasks(once, task_evidence(exam, tasks, [("t2", 1)]))


def _pool(per_element: dict[str, int]) -> ItemPool:
    return ItemPool.from_items(
        [
            ItemParameters(f"{element}-{number}", "2pl", 1.0, 0.0, "U", element, "")
            for element, count in per_element.items()
            for number in range(count)
        ]
    )


def test_tasks_are_spread_over_elements_the_most_open_first_and_drawn_by_the_seed() -> None:
    exam = _exam(ITEMS, written_tasks=3)
    tasks = _pool({"E1": 5, "E2": 5})
    openness = {
        element.code: min(element.probability, 1 - element.probability)
        for element in outcomes(exam, _state(exam)).elements
    }
    drawn = set()
    for seed in range(25):
        chosen = choose_tasks(exam, _state(exam, seed=seed), tasks, enemies={})
        assert chosen == choose_tasks(exam, _state(exam, seed=seed), tasks, enemies={})
        elements = [one.element for one in chosen]
        assert elements[0] == max(openness, key=lambda code: openness[code])
        assert elements[2] == elements[0] != elements[1]
        assert len({one.task for one in chosen}) == 3
        assert chosen[0].openness == pytest.approx(openness[elements[0]])
        drawn.add(chosen[0].task)
    assert drawn == {f"{elements[0]}-{number}" for number in range(5)}


def test_an_element_with_few_tasks_leaves_the_others_to_the_rest_and_unknown_ones_come_first() -> None:
    exam = _exam(ITEMS, written_tasks=4)
    chosen = choose_tasks(exam, _state(exam), _pool({"E1": 3, "E2": 1, "E9": 1}), enemies={})
    assert sorted(one.element for one in chosen) == ["E1", "E1", "E2", "E9"]
    # Of an element without questions nothing is known: no verdict is more open.
    assert (chosen[0].element, chosen[0].openness) == ("E9", 0.5)
    assert len(choose_tasks(exam, _state(exam), _pool({"E1": 2}), enemies={})) == 2


def test_enemies_are_left_out_whatever_remains() -> None:
    exam = _exam(ITEMS, written_tasks=3)
    tasks = _pool({"E1": 2, "E2": 2})
    enemies = {"E1-0": frozenset({"i0"}), "E2-0": frozenset({"E2-1"}), "E2-1": frozenset({"E2-0"})}
    for seed in range(10):
        chosen = {one.task for one in choose_tasks(exam, _state(exam, seed=seed), tasks, enemies=enemies)}
        assert "E1-0" not in chosen
        assert len(chosen & {"E2-0", "E2-1"}) == 1
        assert len(chosen) == 2


def test_a_design_keeps_its_tasks_and_old_documents_have_none() -> None:
    exam = _exam(ITEMS, written_tasks=2, marking_tolerance=1)
    document = exam.design.to_dict()
    assert (document["written_tasks"], document["marking_tolerance"]) == (2, 1)
    assert type(exam.design).from_dict(document) == exam.design
    plain = replace(exam.design, written_tasks=0, marking_tolerance=0).to_dict()
    assert not {"written_tasks", "marking_tolerance"} & plain.keys()
    assert type(exam.design).from_dict(plain).written_tasks == 0


def test_a_sitting_that_was_ended_is_folded_as_before() -> None:
    exam = _exam(ITEMS)
    state = finish(exam, fold(exam, seed=1, responses=[]), reason="candidate_ended")
    assert state.tasks is None
    np.testing.assert_array_equal(
        with_tasks(state, task_evidence(exam, ItemPool.from_items(TASKS), ())).log_posterior, state.log_posterior
    )
