import numpy as np
import pytest

from engine.blueprint import Blueprint, compile_blueprint
from engine.enemies import enemies_by_item
from engine.enemy_search import SearchTooLong, heaviest_without_enemies
from engine.nested_bounds import Room
from tests.engine.pools import pool_of


def room(items, length):
    return Room.after(compile_blueprint(Blueprint(), pool_of(items)), length=length, administered=())


def test_late_items_enter_only_where_enemies_leave_nothing_else():
    weights = np.array([4.5, 4.0, 3.0, 2.0])
    enemies = enemies_by_item([(0, 1), (0, 2)])
    assert heaviest_without_enemies(room(4, 2), range(4), weights, enemies) == [1, 2]
    assert heaviest_without_enemies(room(4, 2), [0, 2, 3, 1], weights, enemies, late={1}) == [0, 3]
    assert heaviest_without_enemies(room(4, 3), [0, 2, 3, 1], weights, enemies, late={1}) == [2, 3, 1]
    assert heaviest_without_enemies(room(4, 3), range(4), weights, enemies, excluded={3}) is None


def test_entangled_enemies_end_the_search():
    ring = [(item, (item + 1) % 41) for item in range(41)] + [(item, (item + 3) % 41) for item in range(41)]
    with pytest.raises(SearchTooLong, match="not settled after 11 subproblems"):
        heaviest_without_enemies(room(41, 15), range(41), np.ones(41), enemies_by_item(ring), maximum_nodes=10)
