"""The shadow test against an integer programme, against brute force, and against the matroid's own law."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.blueprints import shadow_test
from engine.blueprints.blueprint import Blueprint, Bounds, compile_blueprint
from engine.blueprints.enemy_search import SearchTooLong
from engine.blueprints.shadow_test import assemble, is_feasible, open_items
from engine.errors import InfeasibleBlueprint, InvalidSetting
from engine.response_models import ItemPool
from tests.engine.pools import one_of_each_criterion, pool_of
from tests.engine.shadow_instances import assembled, random_instance, solved

KINDS = [("none", False), ("nested", False), ("crossing", False), ("both", False), ("none", True), ("both", True)]


@pytest.mark.parametrize(("enemies", "crossing"), KINDS)
def test_objective_and_feasibility_equal_those_of_integer_programming(enemies, crossing):
    verdicts = {True: 0, False: 0}
    for seed in range(150):
        instance = random_instance(seed, enemies=enemies, crossing=crossing)
        ours, theirs = assembled(instance), solved(instance)
        assert (ours is None) == (theirs is None), f"instance {seed}"
        feasible = is_feasible(instance.tree, length=instance.length, administered=instance.administered)
        assert feasible == (ours is not None), f"instance {seed}"
        if ours is not None:
            assert ours == pytest.approx(theirs, abs=1e-9), f"instance {seed}"
        verdicts[ours is not None] += 1
    assert min(verdicts.values()) > 35


@pytest.mark.parametrize(("enemies", "crossing"), [("both", False), ("none", True)])
def test_the_blueprint_itself_chooses_the_solver(enemies, crossing, monkeypatch):
    nested, general = random_instance(5), random_instance(5, enemies=enemies, crossing=crossing)
    assert not nested.tree.enemies
    assert not nested.tree.cross_bounds
    assert bool(general.tree.enemies) == (enemies == "both")
    assert bool(general.tree.cross_bounds) == crossing

    def give_up(*_arguments, **_options):
        raise SearchTooLong("too long")

    monkeypatch.setattr(shadow_test, "heaviest_without_enemies", give_up)
    for seed in range(20):
        instance = random_instance(seed, enemies=enemies, crossing=crossing)
        assert assembled(instance) == pytest.approx(solved(instance), abs=1e-9)


def feasible_tests(tree, length, administered=()):
    """Every test that meets the blueprint, by trying all of them."""
    return [
        frozenset(test)
        for test in combinations(range(len(tree.group_of_item)), length)
        if set(administered) <= set(test) and not tree.violations(test)
    ]


@settings(max_examples=120, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 5), st.integers(0, 3), st.sampled_from(KINDS))
def test_tiny_pools_equal_brute_force(seed, length, answered, kind):
    instance = random_instance(seed, items=9, enemies=kind[0], crossing=kind[1])
    tree, weights, administered = instance.tree, instance.weights, instance.administered[: min(answered, length)]
    tests = feasible_tests(tree, length, administered)
    if not tests:
        assert not is_feasible(tree, length=length, administered=administered)
        return
    chosen = assemble(tree, weights, length=length, administered=administered)
    assert weights[chosen].sum() == pytest.approx(max(weights[list(test)].sum() for test in tests), abs=1e-9)
    if length > len(administered):
        reachable = set().union(*tests) - set(administered)
        found = set(open_items(tree, length=length, administered=administered).tolist())
        assert found == reachable if kind in KINDS[:2] else found >= reachable


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 4), st.integers(1, 3), st.integers(0, 2), st.sampled_from(KINDS))
def test_a_test_to_be_extended_equals_brute_force(seed, length, more, answered, kind):
    instance = random_instance(seed, items=9, enemies=kind[0], crossing=kind[1])
    tree, weights, administered = instance.tree, instance.weights, instance.administered[: min(answered, length)]
    longer = feasible_tests(tree, length + more, administered)
    tests = [test for test in feasible_tests(tree, length, administered) if any(test <= whole for whole in longer)]
    options = {"length": length, "administered": administered, "extends_to": length + more}
    if not longer and not (tree.enemies or tree.cross_bounds):
        return  # Nested bounds leave the longer length to the check of the design.
    assert is_feasible(tree, **options) == bool(tests)
    if tests:
        chosen = assemble(tree, weights, **options)
        assert weights[chosen].sum() == pytest.approx(max(weights[list(test)].sum() for test in tests), abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 4))
def test_feasible_tests_exchange_items_as_the_bases_of_a_matroid_do(seed, length):
    tests = set(feasible_tests(random_instance(seed, items=8, enemies="nested").tree, length))
    for first in tests:
        for second in tests:
            for item in first - second:
                assert any(
                    first - {item} | {other} in tests and second - {other} | {item} in tests for other in second - first
                )


def test_places_for_unmet_minima_are_kept_free():
    pool = pool_of(20, criteria=4, elements=2)
    weights = np.where(np.array(pool.criteria) == pool.criteria[0], 10.0, 1.0)
    tree = compile_blueprint(one_of_each_criterion(pool), pool)
    chosen = assemble(tree, weights, length=5)
    assert tree.violations(chosen.tolist()) == ()
    assert weights[chosen].sum() == 23


def test_exposure_control_never_makes_a_test_impossible():
    pool = pool_of(12, criteria=3)
    tree = compile_blueprint(one_of_each_criterion(pool), pool)
    chosen = assemble(tree, np.arange(12.0), length=6, ineligible=range(12))
    assert sorted(chosen.tolist()) == [6, 7, 8, 9, 10, 11]
    spared = assemble(tree, np.arange(12.0), length=6, ineligible=[2, 5, 8, 11, 10])
    assert np.isin(spared, [2, 5, 8, 11, 10]).sum() == 1
    assert spared[-1] == 11


def test_the_free_items_come_by_falling_weight_and_equal_ones_as_in_the_pool():
    pool = pool_of(6, criteria=2)
    tree = compile_blueprint(Blueprint(), pool)
    assert assemble(tree, [1, 3, 3, 2, 5, 3], length=5, administered=[3]).tolist() == [3, 4, 1, 2, 5]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"length": 7}, "no test of 7 items meets the blueprint: its bounds require 2 and let in 6"),
        ({"length": 1}, "no test of 1 items"),
        ({"length": 3, "administered": [1, 1]}, "administered more than once"),
        ({"length": 3, "administered": [0, 2, 4]}, "criterion 'U-E0-0' has no room"),
    ],
)
def test_impossible_requests_are_refused(options, message):
    pool = pool_of(6, criteria=2)
    tree = compile_blueprint(one_of_each_criterion(pool), pool)
    with pytest.raises(InfeasibleBlueprint, match=message):
        assemble(tree, np.ones(6), **options)


@pytest.mark.parametrize("weights", [[1, 2], [1, 2, 3, 4, 5, np.nan]])
def test_weights_that_are_missing_or_not_finite_are_refused(weights):
    with pytest.raises(InvalidSetting, match="6 finite weights"):
        assemble(compile_blueprint(Blueprint(), pool_of(6)), weights, length=2)


def test_an_administered_item_rules_its_enemies_out():
    pool = ItemPool(("a", "b", "c", "d"), np.ones(4), np.zeros(4), ("",) * 4, ("",) * 4, tuple("WXYZ"), ((0, 1),))
    tree = compile_blueprint(Blueprint(), pool)
    assert assemble(tree, [1, 9, 3, 2], length=3, administered=[0]).tolist() == [0, 2, 3]
    assert open_items(tree, length=3, administered=[0]).tolist() == [2, 3]
    with pytest.raises(InfeasibleBlueprint, match="administered items 'a' and 'b' are enemies"):
        assemble(tree, np.ones(4), length=3, administered=[0, 1])
    with pytest.raises(InfeasibleBlueprint, match="0 administered items are part of no test of 4 items"):
        assemble(tree, np.ones(4), length=4)
    bound = Blueprint((Bounds("criterion", "W", 1), Bounds("criterion", "X", 1)))
    with pytest.raises(InfeasibleBlueprint, match="without enemies in it and can be extended to 3"):
        assemble(compile_blueprint(bound, pool), np.ones(4), length=2, extends_to=3)
