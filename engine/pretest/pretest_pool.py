"""The pool of items that are tried out, beside the pool of those that count."""

from collections.abc import Iterable, Mapping

from engine.errors import InvalidParameters, InvalidSetting
from engine.response_models import ItemPool
from engine.whole_numbers import is_whole

MOST_ANSWERS = 10**9


def checked_pretest_pool(pretest_pool: ItemPool | None, pool: ItemPool) -> ItemPool | None:
    """Refuse an item that is tried out and counts at once.

    Args:
        pretest_pool: The items that are tried out, or None.
        pool: The items that count.

    Returns:
        The pretest pool.

    Raises:
        InvalidParameters: If an item is in both.
    """
    both = set(pretest_pool.item_ids).intersection(pool.item_ids) if pretest_pool is not None else set()
    if both:
        raise InvalidParameters(
            f"item {min(both)!r} is in the pretest pool and in the item pool; it can be in one only"
        )
    return pretest_pool


def checked_counts(counts: Mapping[str, int], pretest_pool: ItemPool | None) -> tuple[int, ...]:
    """Return how many answers each pretest item has from other sittings.

    Args:
        counts: Numbers by item id; items without one have none.
        pretest_pool: The items that are tried out, or None.

    Returns:
        Numbers in the order of the pretest pool; empty where nothing is counted.

    Raises:
        InvalidSetting: If a number is not whole, from 0 to a thousand million, or there is no pretest pool.
        UnknownItem: If the pretest pool lacks an item.
    """
    if not counts:
        return ()
    if pretest_pool is None:
        raise InvalidSetting(f"answers to pretest item {min(counts)!r} are counted but there is no pretest pool")
    numbers = [0] * len(pretest_pool)
    for item_id, number in counts.items():
        whole = is_whole(number) and 0 <= number <= MOST_ANSWERS
        if not whole:
            expected = f"a whole number from 0 to {MOST_ANSWERS}"
            raise InvalidSetting(f"the answers to pretest item {item_id!r} must be {expected}, not {number!r}")
        numbers[pretest_pool.index_of(item_id)] = int(number)
    return tuple(numbers)


def enemies_across(
    pairs: Iterable[tuple[str, str]], pretest_pool: ItemPool | None, pool: ItemPool
) -> dict[int, frozenset[int]]:
    """Return the scored items that pretest items must not meet.

    Args:
        pairs: Ids of a pretest item and of an item of the pool.
        pretest_pool: The items that are tried out, or None.
        pool: The items that count.

    Returns:
        Pool positions by positions in the pretest pool.

    Raises:
        InvalidSetting: If there are pairs but no pretest pool.
        UnknownItem: If an item is not in its pool.
    """
    found: dict[int, set[int]] = {}
    for pretest_id, item_id in pairs:
        if pretest_pool is None:
            raise InvalidSetting(f"pretest_enemies names item {pretest_id!r} but there is no pretest pool")
        found.setdefault(pretest_pool.index_of(pretest_id), set()).add(pool.index_of(item_id))
    return {place: frozenset(found[place]) for place in sorted(found)}
