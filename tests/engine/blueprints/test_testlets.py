import numpy as np
import pytest

from engine.blueprints.testlets import (
    averaged,
    checked_testlets,
    least,
    pending_in_testlet,
    shared,
    unfinished,
    with_whole_testlets,
)
from engine.errors import InvalidParameters
from engine.response_models import ItemParameters, ItemPool

TESTLETS = ((0, 3, 4), (1, 5))


def rasch(item_id: str, testlet: str = "", enemies: tuple[str, ...] = ()) -> ItemParameters:
    return ItemParameters(item_id, "rasch", difficulty=0.0, testlet=testlet, enemies=enemies)


def test_items_of_one_code_are_a_testlet_in_pool_order_and_one_left_alone_is_none():
    rows = [rasch("a", "T1"), rasch("b", "T2"), rasch("c"), rasch("d", "T1"), rasch("e", "T3"), rasch("f", "T2")]
    pool = ItemPool.from_items(rows)
    assert pool.testlets == ((0, 3), (1, 5))
    assert ItemPool.from_items([rasch("a"), rasch("b")]).testlets == ()


def test_testlets_are_sorted_whatever_the_order_they_come_in():
    assert checked_testlets([(5, 1), (4, 0, 3)], [], "abcdef") == TESTLETS


@pytest.mark.parametrize(
    ("testlets", "enemies", "message"),
    [
        ([(2,)], [], r"two or more different items of the pool of 6, not \(2,\)"),
        ([(2, 2)], [], "two or more different items"),
        ([(2, 6)], [], "two or more different items"),
        ([(-1, 2)], [], "two or more different items"),
        ([(0, 1), (1, 2)], [], "item 'b' belongs to more than one testlet"),
        ([(0, 1, 4)], [(2, 3), (1, 3, 4)], "items 'b' and 'e' are enemies but belong to one testlet"),
    ],
)
def test_impossible_testlets_are_refused_by_name(testlets, enemies, message):
    with pytest.raises(InvalidParameters, match=message):
        checked_testlets(testlets, enemies, "abcdef")


def test_a_pool_refuses_enemies_within_a_testlet_and_takes_them_across():
    rows = [rasch("a", "T", ("b",)), rasch("b", "T"), rasch("c")]
    with pytest.raises(InvalidParameters, match="items 'a' and 'b' are enemies but belong to one testlet"):
        ItemPool.from_items(rows)
    across = ItemPool.from_items([rasch("a", "T", ("c",)), rasch("b", "T"), rasch("c")])
    assert (across.testlets, across.enemies) == (((0, 1),), ((0, 2),))


@pytest.mark.parametrize(
    ("administered", "left"),
    [
        ([], []),
        ([2, 0], [(3, 4)]),
        ([2, 3], [(0, 4)]),
        ([5, 3, 0], [(1,), (4,)]),
        ([3, 5, 0], [(4,), (1,)]),
        ([4, 0, 3, 2], []),
    ],
)
def test_what_a_sitting_has_begun_comes_in_pool_order_the_first_begun_first(administered, left):
    assert unfinished(TESTLETS, administered) == left
    assert pending_in_testlet(TESTLETS, administered) == (left[0][0] if left else None)


def test_what_holds_for_one_item_holds_for_its_testlet():
    assert with_whole_testlets(TESTLETS, [2, 4]) == [2, 4, 0, 3]
    assert with_whole_testlets(TESTLETS, []) == []
    assert with_whole_testlets((), [3]) == [3]
    values = np.arange(6.0)
    np.testing.assert_array_equal(shared(TESTLETS, values), [0, 1, 2, 0, 0, 1])
    both = np.array([values, values[::-1]])
    np.testing.assert_array_equal(least(TESTLETS, both), [[0, 1, 2, 0, 0, 1], [1, 0, 3, 1, 1, 0]])
    np.testing.assert_allclose(averaged(TESTLETS, values), [7 / 3, 3, 2, 7 / 3, 7 / 3, 3])
    np.testing.assert_array_equal(averaged((), values), values)
    np.testing.assert_array_equal(values, np.arange(6.0))
