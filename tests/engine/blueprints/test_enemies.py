import pytest

from engine.blueprints.enemies import checked_sets, enemies_by_item, enemy_sets, met_enemies, split_enemies
from engine.errors import InvalidParameters

IDS = ("a", "b", "c", "d")


def test_naming_an_enemy_in_one_direction_is_enough():
    assert enemy_sets(IDS, [("c", ("a",)), ("a", ("c", "b"))]) == ((0, 1), (0, 2))
    assert enemies_by_item(((0, 1, 2), (2, 3))) == {
        0: frozenset({1, 2}),
        1: frozenset({0, 2}),
        2: frozenset({0, 1, 3}),
        3: frozenset({2}),
    }


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ([("a", ("z",))], "item 'a': its enemy 'z' is not in the item pool"),
        ([("b", ("b",))], "item 'b' is named as its own enemy"),
    ],
)
def test_unknown_enemies_are_named(named, message):
    with pytest.raises(InvalidParameters, match=message):
        enemy_sets(IDS, named)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ((1,), "two or more different items"),
        ((1, 1), "two or more different items"),
        ((1, 4), "outside the pool of 4 items"),
        ((-1, 2), "outside the pool of 4 items"),
    ],
)
def test_impossible_enemy_sets_are_refused(members, message):
    with pytest.raises(InvalidParameters, match=message):
        checked_sets([members], 4)


def test_only_mutual_enemies_within_one_group_nest():
    groups = [0, 0, 0, 1, 1, 2, 2, 2, 3]
    split = split_enemies([(0, 1), (1, 2), (0, 2), (3, 8), (5, 6), (6, 7)], groups)
    assert split.nested == ((0, 1, 2),)
    assert split.crossing == {
        3: frozenset({8}),
        5: frozenset({6}),
        6: frozenset({5, 7}),
        7: frozenset({6}),
        8: frozenset({3}),
    }


def test_met_enemies_come_once_in_the_order_of_the_items():
    enemies = enemies_by_item([(0, 1, 2), (2, 3)])
    assert met_enemies([3, 1, 2], enemies) == ((3, 2), (1, 2))
    assert met_enemies([0, 3], enemies) == ()
