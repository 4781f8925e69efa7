"""Enemy items, which must not meet in one test: the graph of a pool's enemies and how much of it nests."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from engine.errors import InvalidParameters


@dataclass(frozen=True, slots=True)
class EnemySplit:
    """The enemies of a pool, divided by what they ask of the shadow test.

    Args:
        nested: Sets of items of one part of the standard of which a test takes at most one. Together with the bounds of
            a blueprint they are still nested groups.
        crossing: Enemies of each remaining item, in both directions; these groups do not nest.
    """

    nested: tuple[tuple[int, ...], ...]
    crossing: Mapping[int, frozenset[int]]


def enemy_sets(item_ids: Sequence[str], named: Iterable[tuple[str, Sequence[str]]]) -> tuple[tuple[int, ...], ...]:
    """Return the pairs of enemies that items name; naming one another in one direction is enough.

    Args:
        item_ids: Items of the pool.
        named: Items with the ids of their enemies.

    Returns:
        Pairs of pool positions, sorted, each once.

    Raises:
        InvalidParameters: If an enemy is not in the pool, or an item is its own enemy.
    """
    places = {item_id: place for place, item_id in enumerate(item_ids)}
    pairs = set()
    for item_id, enemies in named:
        for enemy in enemies:
            if enemy not in places:
                raise InvalidParameters(f"item {item_id!r}: its enemy {enemy!r} is not in the item pool")
            if enemy == item_id:
                raise InvalidParameters(f"item {item_id!r} is named as its own enemy")
            first, second = sorted((places[item_id], places[enemy]))
            pairs.add((first, second))
    return tuple(sorted(pairs))


def checked_sets(sets: Iterable[Sequence[int]], items: int) -> tuple[tuple[int, ...], ...]:
    """Return enemy sets as sorted tuples.

    Args:
        sets: Sets of pool positions, of which a test may hold at most one item each; they may overlap.
        items: Number of items of the pool.

    Returns:
        The sets, sorted.

    Raises:
        InvalidParameters: If a set has fewer than two different items, or a position outside the pool.
    """
    checked = []
    for members in sets:
        unique = sorted({int(item) for item in members})
        if len(unique) < 2 or len(unique) < len(members):
            raise InvalidParameters(f"an enemy set needs two or more different items, not {tuple(members)}")
        if unique[0] < 0 or unique[-1] >= items:
            raise InvalidParameters(f"the enemy set {tuple(members)} has a position outside the pool of {items} items")
        checked.append(tuple(unique))
    return tuple(sorted(set(checked)))


def enemies_by_item(sets: Iterable[Sequence[int]]) -> dict[int, frozenset[int]]:
    """Return the enemies of every item that has any, from sets of which a test takes at most one item."""
    found: dict[int, set[int]] = {}
    for members in sets:
        for first, second in combinations(members, 2):
            found.setdefault(first, set()).add(second)
            found.setdefault(second, set()).add(first)
    return {item: frozenset(found[item]) for item in sorted(found)}


def split_enemies(sets: Iterable[Sequence[int]], group_of_item: Sequence[int]) -> EnemySplit:
    """Divide enemies into sets that nest in one group of the standard, and all others.

    Connected enemies nest if all lie in the same innermost group and each is an enemy of each: then "at most one of
    them" is one further group within that group.

    Args:
        sets: Enemy sets of the pool.
        group_of_item: Innermost group of each item.

    Returns:
        The division.
    """
    enemies = enemies_by_item(sets)
    nested, crossing = [], {}
    for members in _components(enemies):
        mutual = all(len(enemies[item]) == len(members) - 1 for item in members)
        if mutual and len({group_of_item[item] for item in members}) == 1:
            nested.append(members)
        else:
            crossing.update({item: enemies[item] for item in members})
    return EnemySplit(nested=tuple(nested), crossing=crossing)


def met_enemies(items: Sequence[int], enemies: Mapping[int, frozenset[int]]) -> tuple[tuple[int, int], ...]:
    """Return the pairs of enemies among the given items, each once, in their order."""
    places = {item: place for place, item in enumerate(items)}
    return tuple(
        (item, enemy)
        for item in items
        for enemy in sorted(enemies.get(item, ()))
        if places.get(enemy, -1) > places[item]
    )


def _components(enemies: Mapping[int, frozenset[int]]) -> list[tuple[int, ...]]:
    """Return the items connected through enemies, as sorted tuples in the order of their first items."""
    components, seen = [], set[int]()
    for start in enemies:
        if start in seen:
            continue
        found, waiting = {start}, [start]
        while waiting:
            fresh = enemies[waiting.pop()] - found
            found |= fresh
            waiting.extend(fresh)
        seen |= found
        components.append(tuple(sorted(found)))
    return components
