"""Testlets: items that share a stimulus, given one after the other in pool order, whole or not at all."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from engine.errors import InvalidParameters

Testlets = Sequence[tuple[int, ...]]


def testlets_of(codes: Sequence[str]) -> tuple[tuple[int, ...], ...]:
    """Return the testlets of items that name theirs; an item left alone in its testlet is an item like any other.

    Args:
        codes: Testlet code of each item, "" for none, shape (items,).

    Returns:
        Pool positions of the items of each testlet, in pool order, the testlets in the order of their first items.
    """
    found: dict[str, list[int]] = {}
    for item, code in enumerate(codes):
        if code:
            found.setdefault(code, []).append(item)
    return tuple(tuple(members) for members in found.values() if len(members) > 1)


def checked_testlets(
    testlets: Iterable[Sequence[int]], enemies: Iterable[Sequence[int]], item_ids: Sequence[str]
) -> tuple[tuple[int, ...], ...]:
    """Return testlets with their items in pool order, the testlets in the order of their first items.

    Args:
        testlets: Sets of pool positions.
        enemies: Sets of pool positions of which a test takes at most one.
        item_ids: Items of the pool.

    Returns:
        The same sets, sorted.

    Raises:
        InvalidParameters: If a testlet has fewer than two different items or a position outside the pool, an item
            belongs to two testlets, or items of one testlet are enemies.
    """
    testlet_of_item: dict[int, int] = {}
    checked = sorted(tuple(sorted({int(item) for item in members})) for members in testlets)
    for number, members in enumerate(checked):
        if len(members) < 2 or members[0] < 0 or members[-1] >= len(item_ids):
            raise InvalidParameters(
                f"a testlet needs two or more different items of the pool of {len(item_ids)}, not {members}"
            )
        for item in members:
            if testlet_of_item.setdefault(item, number) != number:
                raise InvalidParameters(f"item {item_ids[item]!r} belongs to more than one testlet")
    for rivals in enemies:
        seen: dict[int, int] = {}
        for item in rivals:
            first = seen.setdefault(testlet_of_item[item], item) if item in testlet_of_item else item
            if first != item:
                raise InvalidParameters(
                    f"items {item_ids[first]!r} and {item_ids[item]!r} are enemies but belong to one testlet, "
                    "which is given whole"
                )
    return tuple(checked)


def pending_in_testlet(testlets: Testlets, administered: Sequence[int]) -> int | None:
    """Return the item that must come next because its testlet is begun, None where no testlet is.

    Args:
        testlets: Testlets of the pool.
        administered: Pool positions of the items answered, in order.

    Returns:
        The first unanswered item, in pool order, of the first testlet begun and not finished.
    """
    for items in unfinished(testlets, administered):
        return items[0]
    return None


def unfinished(testlets: Testlets, administered: Sequence[int]) -> list[tuple[int, ...]]:
    """Return the unanswered items of every testlet begun and not finished, in the order in which they were begun."""
    place = {item: order for order, item in enumerate(administered)}
    begun = [
        (min(place[item] for item in members if item in place), tuple(item for item in members if item not in place))
        for members in testlets
        if any(item in place for item in members)
    ]
    return [left for _order, left in sorted(begun) if left]


def with_whole_testlets(testlets: Testlets, items: Iterable[int]) -> list[int]:
    """Return items and after them the other items of their testlets: what holds for one of them holds for all."""
    given = list(items)
    inside = set(given)
    more = [item for members in testlets if not inside.isdisjoint(members) for item in members]
    return given + [item for item in more if item not in inside]


def shared(testlets: Testlets, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return values by item in which all items of a testlet have that of its first, shape (items,)."""
    spread = np.array(values, dtype=np.float64)
    for members in testlets:
        spread[list(members)] = spread[members[0]]
    return spread


def least(testlets: Testlets, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return values by item in which all items of a testlet have the least of theirs, shape (…, items)."""
    spread = np.array(values, dtype=np.float64)
    for members in map(list, testlets):
        spread[..., members] = spread[..., members].min(axis=-1, keepdims=True)
    return spread


def averaged(testlets: Testlets, weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return weights by item in which all items of a testlet have their mean, shape (items,).

    A testlet that is given whole weighs the same by either.
    """
    if not testlets:
        return weights
    items, starts, sizes = _side_by_side(tuple(testlets))
    spread = np.array(weights, dtype=np.float64)
    spread[items] = np.repeat(np.add.reduceat(spread[items], starts) / sizes, sizes)
    return spread


@lru_cache(maxsize=16)
def _side_by_side(testlets: tuple[tuple[int, ...], ...]) -> tuple[npt.NDArray[np.int64], ...]:
    """Return the items of all testlets, where each testlet begins among them, and how many it has."""
    sizes = np.array([len(members) for members in testlets], dtype=np.int64)
    items = np.array([item for members in testlets for item in members], dtype=np.int64)
    return items, sizes.cumsum() - sizes, sizes
