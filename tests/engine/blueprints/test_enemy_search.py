import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.blueprints.blueprint import Blueprint, compile_blueprint
from engine.blueprints.enemies import enemies_by_item
from engine.blueprints.enemy_search import SearchTooLong, _repaired, heaviest_without_enemies
from engine.blueprints.nested_bounds import Room
from engine.errors import InfeasibleBlueprint
from tests.engine.pools import pool_of
from tests.engine.shadow_instances import random_instance


def room(items, length):
    return Room.after(compile_blueprint(Blueprint(), pool_of(items)), length=length, administered=())


def test_late_items_enter_only_where_enemies_leave_nothing_else():
    weights = np.array([4.5, 4.0, 3.0, 2.0])
    enemies = enemies_by_item([(0, 1), (0, 2)])
    assert heaviest_without_enemies(room(4, 2), range(4), weights, enemies) == [1, 2]
    assert heaviest_without_enemies(room(4, 2), [0, 2, 3, 1], weights, enemies, late={1}) == [0, 3]
    assert heaviest_without_enemies(room(4, 3), [0, 2, 3, 1], weights, enemies, late={1}) == [2, 3, 1]
    assert heaviest_without_enemies(room(4, 3), range(4), weights, enemies, excluded={3}) is None
    assert heaviest_without_enemies(room(4, 3), range(4), weights, enemies, excluded={2, 3}) is None


def test_entangled_enemies_end_the_search():
    ring = [(item, (item + 1) % 41) for item in range(41)] + [(item, (item + 3) % 41) for item in range(41)]
    with pytest.raises(SearchTooLong, match="not settled after 11 subproblems"):
        heaviest_without_enemies(room(41, 15), range(41), np.ones(41), enemies_by_item(ring), maximum_nodes=10)


def filled_room(seed):
    """The room of a random problem with its best test, or nothing where there is none."""
    instance = random_instance(seed)
    try:
        room = Room.after(instance.tree, length=instance.length, administered=instance.administered)
    except InfeasibleBlueprint:
        assume(False)
    order = np.argsort(-instance.weights, kind="stable").tolist()
    test = room.copy()
    chosen = test.fill(order, without=set(instance.administered))
    assume(chosen)
    return instance, room, test, chosen, order


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 10**6), data=st.data())
def test_items_given_back_in_any_order_leave_the_room_as_it_was(seed, data):
    _instance, room, test, chosen, _order = filled_room(seed)
    for item in data.draw(st.permutations(chosen)):
        test.give_back(test.group_of_item[item])
    assert (test.load, test.left) == (room.load, room.left)


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 10**6), data=st.data())
def test_a_repaired_test_is_the_one_filled_anew(seed, data):
    instance, room, test, chosen, order = filled_room(seed)
    gone = data.draw(st.sets(st.sampled_from(chosen), min_size=1, max_size=4))
    others = sorted(set(order) - set(chosen) - set(instance.administered))
    spared = data.draw(st.sets(st.sampled_from(others), max_size=5)) if others else set()
    # Items left out before and not in the test have no part in it.
    out = frozenset(gone | spared | set(instance.administered))
    anew = room.copy()
    expected = anew.fill(order, without=out)
    repaired = _repaired((test, set(chosen)), gone, order, out)
    if anew.left:
        assert repaired is None
    else:
        assert repaired is not None
        assert repaired[1] == set(expected)
        assert repaired[0].load == anew.load
