"""Whole sittings under enemies, quotas on attributes and a time limit: never stuck, and no bound ever broken."""

import numpy as np
import pytest

from engine.blueprints.blueprint import Blueprint, Bounds
from engine.design import ExamDesign, prepare_exam
from engine.errors import InfeasibleBlueprint
from engine.response_models import ItemParameters, ItemPool
from engine.simulation.simulate import simulate
from engine.sittings.sitting import fold, record, start
from tests.engine.shadow_instances import random_instance


def design_of(blueprint, shortest, longest, **options):
    settings = {"confidence": 0.99, "randomesque": 2, "cut_score": 0.1} | options
    return ExamDesign(blueprint=blueprint, minimum_length=shortest, maximum_length=longest, **settings)


@pytest.mark.parametrize(
    ("enemies", "crossing", "wanted"), [("crossing", False, 60), ("both", False, 60), ("both", True, 25)]
)
def test_a_design_that_was_accepted_never_gets_stuck(enemies, crossing, wanted):
    finished = 0
    for seed in range(400):
        instance = random_instance(seed, items=16, enemies=enemies, crossing=crossing)
        draws = np.random.default_rng(seed)
        shortest = int(draws.integers(2, 6))
        design = design_of(instance.blueprint, shortest, shortest + int(draws.integers(1, 4)), selection="random")
        try:
            exam = prepare_exam(design, instance.pool)
        except InfeasibleBlueprint:
            continue
        ineligible = [instance.pool.item_ids[item] for item in instance.ineligible]
        state = start(exam, seed=seed, ineligible=ineligible)
        while state.next_item is not None:
            item_id = exam.pool.item_ids[state.next_item]
            state = record(exam, state, item_id=item_id, response=int(draws.integers(2)))
            if len(state.administered) >= shortest:
                assert exam.tree.violations(state.administered) == ()
        assert len(state.administered) >= shortest
        finished += 1
        if finished == wanted:
            return
    pytest.fail(f"only {finished} designs were possible")


def constrained_exam():
    """Two criteria; the best items of one are enemies of the best of the other, and few items are of kind y."""
    draws = np.random.default_rng(3)
    items = [
        ItemParameters(
            f"i{n:02d}",
            "2pl",
            float(draws.lognormal(0, 0.3)),
            float(draws.normal()),
            criterion=f"C{n % 2}",
            enemies=(f"i{n + 1:02d}",) if n < 12 else (),
            attributes=(("kind", "y" if n % 5 == 0 else "x"),),
            expected_seconds=float(30 + 5 * (n % 7)),
        )
        for n in range(40)
    ]
    bounds = (
        Bounds("criterion", "C0", 2, 5),
        Bounds("criterion", "C1", 2),
        Bounds("attribute", "y", 2, 3, "kind"),
        Bounds("time", "", 0, 480),
    )
    return prepare_exam(design_of(Blueprint(bounds), 5, 10), ItemPool.from_items(items))


def test_simulated_sittings_keep_quotas_time_and_enemies_apart():
    exam = constrained_exam()
    report = simulate(exam, examinees=12, seed=5, maximum_exposure=0.5, keep_sittings=True)
    assert report.blueprint_violations == 0
    for sitting in report.sittings:
        items = [exam.pool.index_of(item_id) for item_id, _response in sitting.responses]
        assert 2 <= sum(exam.pool.attributes["kind"][item] == "y" for item in items) <= 3
        assert exam.pool.expected_seconds[items].sum() <= 480
        assert all(len(set(pair) & set(items)) < 2 for pair in exam.pool.enemies)


def test_a_constrained_sitting_is_the_same_when_folded():
    exam = constrained_exam()
    state, responses = start(exam, seed=9), []
    while state.next_item is not None:
        responses.append((exam.pool.item_ids[state.next_item], len(responses) % 2))
        state = record(exam, state, item_id=responses[-1][0], response=responses[-1][1])
        again = fold(exam, seed=9, ineligible=(), responses=responses)
        assert again.decision == state.decision
        assert again.next_item == state.next_item
