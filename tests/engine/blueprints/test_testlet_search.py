"""Shadow tests with testlets against an integer programme and against brute force."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.blueprints import shadow_test
from engine.blueprints.blueprint import Blueprint, Bounds, compile_blueprint
from engine.blueprints.enemies import enemies_by_item
from engine.blueprints.enemy_search import SearchTooLong
from engine.blueprints.nested_bounds import Room
from engine.blueprints.shadow_test import assemble, is_feasible, open_items
from engine.blueprints.testlet_search import WholeTestlets, heaviest_with_testlets
from engine.errors import InfeasibleBlueprint
from engine.response_models import ItemPool
from tests.engine.pools import pool_of
from tests.engine.shadow_instances import assembled, random_instance, solved

KINDS = [("none", False), ("nested", False), ("crossing", False), ("both", False), ("none", True), ("both", True)]


@pytest.mark.parametrize(("enemies", "crossing"), KINDS)
def test_objective_and_feasibility_equal_those_of_integer_programming(enemies, crossing):
    verdicts = {True: 0, False: 0}
    begun = 0
    for seed in range(100):
        instance = random_instance(seed, enemies=enemies, crossing=crossing, testlets=True)
        ours, theirs = assembled(instance), solved(instance)
        assert (ours is None) == (theirs is None), f"instance {seed}"
        feasible = is_feasible(instance.tree, length=instance.length, administered=instance.administered)
        assert feasible == (ours is not None), f"instance {seed}"
        if ours is not None:
            assert ours == pytest.approx(theirs, abs=1e-9), f"instance {seed}"
            begun += any(set(instance.administered) & set(members) for members in instance.pool.testlets)
        verdicts[ours is not None] += 1
    assert min(verdicts.values()) > 15
    assert begun > 1


def test_where_the_search_gives_up_the_integer_programme_takes_over(monkeypatch):
    def give_up(*_arguments, **_options):
        raise SearchTooLong("too long")

    monkeypatch.setattr(shadow_test, "heaviest_with_testlets", give_up)
    for seed in range(20):
        instance = random_instance(seed, enemies="crossing", testlets=True)
        assert assembled(instance) == pytest.approx(solved(instance), abs=1e-9)


def feasible_tests(tree, length, administered=()):
    """Every test that meets the blueprint with whole testlets, by trying all of them."""
    return [
        frozenset(test)
        for test in combinations(range(len(tree.group_of_item)), length)
        if set(administered) <= set(test)
        and not tree.violations(test)
        and all(len(set(members) & set(test)) in (0, len(members)) for members in tree.testlets)
    ]


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 5), st.integers(0, 3), st.integers(0, 2), st.sampled_from(KINDS))
def test_tiny_pools_equal_brute_force(seed, length, more, answered, kind):
    instance = random_instance(seed, items=9, enemies=kind[0], crossing=kind[1], testlets=True)
    tree, weights, administered = instance.tree, instance.weights, instance.administered[: min(answered, length)]
    longer = feasible_tests(tree, length + more, administered)
    tests = [test for test in feasible_tests(tree, length, administered) if any(test <= whole for whole in longer)]
    options = {"length": length, "administered": administered, "extends_to": length + more}
    assert is_feasible(tree, **options) == bool(tests)
    if not tests:
        with pytest.raises(InfeasibleBlueprint):
            assemble(tree, weights, **options)
        return
    chosen = assemble(tree, weights, **options)
    assert weights[chosen].sum() == pytest.approx(max(weights[list(test)].sum() for test in tests), abs=1e-9)
    assert frozenset(chosen.tolist()) in tests
    if length > len(administered):
        found = set(open_items(tree, length=length, administered=administered).tolist())
        assert found >= set().union(*tests) - set(administered)


def free_pool(testlets, *, items=8, enemies=()):
    blank = ("",) * items
    ids = tuple("abcdefgh"[:items])
    return ItemPool(ids, np.ones(items), np.zeros(items), blank, blank, tuple(ids), enemies, testlets=testlets)


def test_a_begun_testlet_is_finished_whatever_it_weighs():
    tree = compile_blueprint(Blueprint(), free_pool(((0, 1, 2), (3, 4))))
    weights = [1, 1, 1, 2, 2, 9, 8, 7]
    assert assemble(tree, weights, length=4).tolist() == [5, 6, 3, 4]
    assert assemble(tree, weights, length=4, administered=[1]).tolist() == [1, 5, 0, 2]
    assert assemble(tree, weights, length=4, administered=[1], ineligible=[2]).tolist() == [1, 5, 0, 2]
    with pytest.raises(
        InfeasibleBlueprint, match=r"no test of 2 items .* without enemies in it and with whole testlets"
    ):
        assemble(tree, weights, length=2, administered=[0])


def test_a_testlet_with_an_ineligible_item_is_ineligible():
    tree = compile_blueprint(Blueprint(), free_pool(((0, 1, 2), (3, 4))))
    weights = [9, 9, 9, 8, 8, 1, 1, 1]
    assert assemble(tree, weights, length=5).tolist() == [0, 1, 2, 3, 4]
    assert assemble(tree, weights, length=5, ineligible=[2]).tolist() == [3, 4, 5, 6, 7]
    assert assemble(tree, weights, length=6, ineligible=[2, 7]).tolist() == [3, 4, 5, 0, 1, 2]


def test_an_enemy_keeps_the_whole_testlet_out():
    tree = compile_blueprint(Blueprint(), free_pool(((0, 1, 2), (3, 4)), enemies=((2, 5), (4, 6))))
    assert assemble(tree, [9, 9, 9, 1, 1, 5, 1, 1], length=4).tolist() == [0, 1, 2, 6]
    assert sorted(assemble(tree, [9, 9, 9, 1, 1, 5, 1, 1], length=4, administered=[5]).tolist()) == [3, 4, 5, 7]
    assert open_items(tree, length=4, administered=[5]).tolist() == [3, 4, 6, 7]
    with pytest.raises(InfeasibleBlueprint, match="administered items are part of no test"):
        assemble(tree, np.ones(8), length=5, administered=[5, 0])


def test_begun_testlets_that_are_enemies_lead_nowhere():
    tree = compile_blueprint(Blueprint(), free_pool(((0, 1), (2, 3)), enemies=((1, 3),)))
    assert not is_feasible(tree, length=5, administered=[0, 2])
    assert is_feasible(tree, length=5, administered=[0])


def test_a_testlet_in_part_is_named_among_the_violations():
    tree = compile_blueprint(Blueprint(), free_pool(((0, 1), (2, 3))))
    assert tree.violations([0, 1, 3, 5]) == ("the testlet of item 'c' is not whole",)


def test_entangled_testlets_end_the_search():
    room = Room.after(compile_blueprint(Blueprint(), pool_of(60)), length=31, administered=())
    pairs = tuple((item, item + 1) for item in range(0, 60, 2))
    rules = WholeTestlets.of(pairs, enemies_by_item([]))
    with pytest.raises(SearchTooLong, match="testlets of the pool are not settled after 11 subproblems"):
        heaviest_with_testlets(room, range(60), np.ones(60), rules, maximum_nodes=10)


def test_only_pairs_make_no_test_of_odd_length():
    pairs = tuple((item, item + 1) for item in range(0, 60, 2))
    pool = pool_of(60)
    whole = ItemPool(
        pool.item_ids, pool.discrimination, pool.difficulty, pool.units, pool.elements, pool.criteria, testlets=pairs
    )
    tree = compile_blueprint(Blueprint((Bounds("unit", "U", 2),)), whole)
    assert not is_feasible(tree, length=31)
    assert is_feasible(tree, length=30)
