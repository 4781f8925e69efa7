"""The shadow test against an integer programme, against brute force, and against the matroid's own law."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds as VariableBounds
from scipy.optimize import LinearConstraint, milp

from engine.blueprint import Blueprint, Bounds, compile_blueprint
from engine.errors import InfeasibleBlueprint, InvalidSetting
from engine.response_models import ItemPool
from engine.shadow_test import assemble, is_feasible, open_items
from tests.engine.pools import one_of_each_criterion, pool_of

PENALTY = 1000.0


def random_instance(seed, *, items):
    """A pool with some items outside criteria or elements, and random bounds on every level, feasible or not."""
    draws = np.random.default_rng(seed)
    places = []
    for _ in range(items):
        unit = draws.integers(2)
        element = f"{unit}-{draws.integers(2)}"
        criterion = f"{element}-{draws.integers(3)}"
        depth = draws.choice(4, p=[0.05, 0.1, 0.1, 0.75])
        places.append([f"U{unit}", f"E{element}", f"C{criterion}"][:depth] + [""] * (3 - depth))
    units, elements, criteria = (tuple(column) for column in zip(*places, strict=True))
    pool = ItemPool(tuple(f"i{n}" for n in range(items)), np.ones(items), np.zeros(items), units, elements, criteria)
    bounds = []
    for level, codes, most in (("unit", units, 6), ("element", elements, 4), ("criterion", criteria, 2)):
        for code in sorted(set(codes) - {""}):
            minimum = int(draws.integers(0, most // 2 + 1)) if draws.random() < 0.35 else 0
            maximum = minimum + int(draws.integers(1, most + 1)) if draws.random() < 0.5 else None
            bounds.append(Bounds(level, code, minimum, maximum))
    return draws, pool, compile_blueprint(Blueprint(tuple(bounds)), pool)


def programme(tree, weights, length, administered, ineligible):
    """The same problem for a general solver: the penalised objective, or None where it is infeasible."""
    items = len(tree.group_of_item)
    inside = np.zeros((len(tree.codes), items))
    for item in range(items):
        inside[list(tree.groups_around(item)), item] = 1
    lower, upper = np.array(tree.minima, dtype=float), np.array(tree.maxima, dtype=float)
    lower[0] = max(lower[0], length)
    upper[0] = min(upper[0], length)
    if (lower > upper).any():
        return None
    fixed = np.zeros(items)
    fixed[list(administered)] = 1
    penalised = weights - PENALTY * np.isin(np.arange(items), ineligible)
    result = milp(
        -penalised,
        integrality=np.ones(items),
        bounds=VariableBounds(fixed, np.ones(items)),
        constraints=LinearConstraint(inside, lower, upper),
        options={"mip_rel_gap": 0},
    )
    return None if result.status == 2 else float(penalised @ np.round(result.x))


def greedy_objective(tree, weights, length, administered, ineligible):
    try:
        chosen = assemble(tree, weights, length=length, administered=administered, ineligible=ineligible)
    except InfeasibleBlueprint:
        return None
    assert len(set(chosen.tolist())) == length
    assert chosen[: len(administered)].tolist() == list(administered)
    assert tree.violations(chosen.tolist()) == ()
    return float(weights[chosen].sum() - PENALTY * np.isin(chosen, ineligible).sum())


def test_objective_and_feasibility_equal_those_of_integer_programming():
    verdicts = {True: 0, False: 0}
    for seed in range(1000):
        draws, _pool, tree = random_instance(seed, items=int(np.random.default_rng(seed).integers(12, 40)))
        items = len(tree.group_of_item)
        weights = draws.random(items)
        length = int(draws.integers(4, 17))
        administered = draws.choice(items, int(draws.integers(0, length // 3 + 1)), replace=False).tolist()
        ineligible = draws.choice(items, int(draws.integers(0, items // 2)), replace=False).tolist()
        ours = greedy_objective(tree, weights, length, administered, ineligible)
        theirs = programme(tree, weights, length, administered, ineligible)
        assert (ours is None) == (theirs is None), f"instance {seed}"
        assert is_feasible(tree, length=length, administered=administered) == (ours is not None)
        if ours is not None:
            assert ours == pytest.approx(theirs, abs=1e-9), f"instance {seed}"
        verdicts[ours is not None] += 1
    assert min(verdicts.values()) > 300


def feasible_tests(tree, length, administered=()):
    return [
        frozenset(test)
        for test in combinations(range(len(tree.group_of_item)), length)
        if set(administered) <= set(test) and not tree.violations(test)
    ]


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 5), st.integers(0, 3))
def test_tiny_pools_equal_brute_force(seed, length, answered):
    draws, _pool, tree = random_instance(seed, items=9)
    weights = draws.random(9)
    administered = draws.choice(9, min(answered, length), replace=False).tolist()
    tests = feasible_tests(tree, length, administered)
    if not tests:
        assert not is_feasible(tree, length=length, administered=administered)
        return
    chosen = assemble(tree, weights, length=length, administered=administered)
    assert weights[chosen].sum() == pytest.approx(max(weights[list(test)].sum() for test in tests), abs=1e-12)
    if length > len(administered):
        reachable = set().union(*tests) - set(administered)
        assert set(open_items(tree, length=length, administered=administered).tolist()) == reachable


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 4))
def test_feasible_tests_exchange_items_as_the_bases_of_a_matroid_do(seed, length):
    _draws, _pool, tree = random_instance(seed, items=8)
    tests = set(feasible_tests(tree, length))
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
