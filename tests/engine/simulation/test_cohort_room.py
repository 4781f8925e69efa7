import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.blueprints.blueprint import Blueprint, Bounds, compile_blueprint
from engine.blueprints.nested_bounds import Room
from engine.simulation.cohort_room import CohortRoom, NestedGroups
from tests.engine.pools import exam_of, pool_of
from tests.engine.shadow_instances import random_instance


@settings(deadline=None, max_examples=80)
@given(st.integers(0, 10**6))
def test_room_of_many_sittings_is_that_of_each(seed):
    draws, instance = np.random.default_rng(seed), random_instance(seed, enemies="nested")
    tree, length = instance.tree, instance.length
    assume(tree.is_consistent and tree.required[0] <= length <= tree.capacity[0])
    groups = NestedGroups.of(tree)
    cohort, singles = CohortRoom.empty(groups, sittings=5), [[] for _ in range(5)]
    for _ in range(length):
        fits = cohort.fits(length=length)
        rooms = [Room.after(tree, length=length, administered=given) for given in singles]
        np.testing.assert_array_equal(fits, [[room.fits(g) for g in range(len(tree.codes))] for room in rooms])
        np.testing.assert_array_equal(cohort.load, [room.load for room in rooms])
        # A sitting now and then gives nothing, so that lengths differ.
        rows = [row for row in range(5) if draws.random() < 0.9]
        chosen = []
        for row in rows:
            open_items = [i for i, g in enumerate(tree.group_of_item) if fits[row, g] and i not in singles[row]]
            chosen.append(int(draws.choice(open_items)) if open_items else None)
        taken = [(row, item) for row, item in zip(rows, chosen, strict=True) if item is not None]
        cohort.take(np.array([row for row, _ in taken], dtype=int), np.array([item for _, item in taken], dtype=int))
        for row, item in taken:
            singles[row].append(item)
    padded = np.full((5, length), -1)
    for row, items in enumerate(singles):
        padded[row, : len(items)] = items
    np.testing.assert_array_equal(groups.counts(padded), [tree.count(items) for items in singles])


def test_a_copy_is_filled_on_its_own():
    groups = NestedGroups.of(exam_of(pool_of(30)).tree)
    room = CohortRoom.empty(groups, sittings=3)
    copy = room.of(np.array([0, 2]))
    copy.take(np.array([1]), np.array([4]))
    np.testing.assert_array_equal(room.load, np.tile(groups.reserved, (3, 1)))


@pytest.mark.parametrize(("maximum", "binds"), [(None, False), (2, True), (3, False)])
def test_bounds_bind_only_where_they_can_close_a_group(maximum, binds):
    pool = pool_of(30, criteria=10)
    bounds = Blueprint((Bounds("criterion", pool.criteria[0], maximum=maximum),))
    assert NestedGroups.of(compile_blueprint(bounds, pool)).may_close() is binds
