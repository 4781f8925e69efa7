"""Blueprints: how many items an exam takes from each part of the standard, joined with the pool they come from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import inf

import numpy as np

from engine.blueprints.enemies import met_enemies, split_enemies
from engine.blueprints.testlets import unfinished
from engine.errors import InvalidBlueprint
from engine.response_models import FloatArray, ItemPool

NESTED_LEVELS = ("exam", "unit", "element", "criterion")
LEVELS = (*NESTED_LEVELS, "attribute", "time")
# Enemies within one part of the standard form groups below it; no blueprint names them.
ENEMY_LEVEL = "enemies"
ROOT = 0
# Expected times are real numbers: their sum may differ from the limit in its last digits.
SLACK = 1e-5


@dataclass(frozen=True, slots=True)
class Bounds:
    """Fewest and most items that a test takes from one part of the standard, or with one attribute.

    Args:
        level: "exam", "unit", "element" or "criterion"; "attribute" for a further classification of the items; "time"
            for the expected time of the whole test.
        code: Code of that part, or value of the attribute; any label for the exam as a whole and for its time.
        minimum: Fewest items; seconds for "time".
        maximum: Most items, or None for as many as there are; seconds for "time".
        attribute: Name of the attribute, such as "cognitive_level".
    """

    level: str
    code: str
    minimum: int = 0
    maximum: int | None = None
    attribute: str = ""

    @property
    def part(self) -> tuple[str, str, str]:
        """What is bounded, as level, attribute and code; the exam and its time are there but once."""
        return self.level, self.attribute, "" if self.level in ("exam", "time") else self.code

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise InvalidBlueprint(
                f"bounds on {self.code!r}: level must be one of {', '.join(LEVELS)}, not {self.level!r}"
            )
        if (self.level == "attribute") != bool(self.attribute):
            raise InvalidBlueprint(
                f"bounds on {self.level} {self.code!r}: the name of the attribute belongs to level 'attribute' "
                f"and is needed there, not {self.attribute!r}"
            )
        if self.minimum < 0:
            raise InvalidBlueprint(f"{self.level} {self.code!r}: minimum must be 0 or more, not {self.minimum}")
        if self.maximum is not None and self.maximum < self.minimum:
            raise InvalidBlueprint(
                f"{self.level} {self.code!r}: maximum {self.maximum} is below its minimum {self.minimum}"
            )


@dataclass(frozen=True, slots=True)
class Blueprint:
    """The bounds of an exam, at most one per part of the standard.

    Args:
        bounds: Bounds in any order; parts without bounds are free.
    """

    bounds: tuple[Bounds, ...] = ()

    def __post_init__(self) -> None:
        seen: set[tuple[str, str, str]] = set()
        for bound in self.bounds:
            if bound.part in seen:
                raise InvalidBlueprint(f"{bound.attribute or bound.level} {bound.code!r} has bounds more than once")
            seen.add(bound.part)


@dataclass(frozen=True, eq=False, kw_only=True)
class CrossBound:
    """Bounds that run across the nested groups: on an attribute, or on the expected time.

    Args:
        name: What is bounded, for messages.
        level: "attribute" or "time".
        code: Value of the attribute, "" for the time.
        amounts: What each item of the pool adds, shape (items,): 1 or 0, or seconds.
        minimum: Least sum over a test.
        maximum: Largest sum over a test, infinite where there is none.
    """

    name: str
    level: str
    code: str
    amounts: FloatArray
    minimum: float
    maximum: float

    def violation(self, items: Sequence[int]) -> str | None:
        """Return a sentence if a finished test breaks the bounds, otherwise None."""
        amount = float(self.amounts[list(items)].sum())
        if self.minimum - SLACK <= amount <= self.maximum + SLACK:
            return None
        return f"{self.name} is {amount:g}, not {self.minimum:g} to {self.maximum:g}"


@dataclass(frozen=True, eq=False)
class BlueprintTree:
    """A blueprint joined with an item pool: nested groups of items with bounds, parents before children.

    Args:
        levels: Level of each group; group 0 is the exam.
        codes: Code of each group.
        parents: Index of each group's parent, -1 for the exam.
        minima: Lower bound of each group.
        maxima: Upper bound of each group; where there is none, its number of items.
        group_of_item: Innermost group of each item of the pool.
        own_items: Number of items whose innermost group it is, per group.
        sizes: Number of items within each group.
        reserved: Items that each group's children together require before any item is chosen.
        required: Items that each group requires: its own minimum or `reserved`, whichever is more.
        capacity: Items that each group can give under all maxima within it.
        item_ids: Ids of the items of the pool.
        enemies: Enemies of each item beyond those that are groups of the tree, in both directions.
        cross_bounds: Bounds across the groups.
        testlets: Sets of items of which a test takes all or none, each in the order in which they are given.
    """

    levels: tuple[str, ...]
    codes: tuple[str, ...]
    parents: tuple[int, ...]
    minima: tuple[int, ...]
    maxima: tuple[int, ...]
    group_of_item: tuple[int, ...]
    own_items: tuple[int, ...]
    sizes: tuple[int, ...]
    reserved: tuple[int, ...]
    required: tuple[int, ...]
    capacity: tuple[int, ...]
    item_ids: tuple[str, ...] = ()
    enemies: Mapping[int, frozenset[int]] = field(default_factory=dict)
    cross_bounds: tuple[CrossBound, ...] = ()
    testlets: tuple[tuple[int, ...], ...] = ()

    @cached_property
    def is_consistent(self) -> bool:
        """Whether every group can give what it requires."""
        return not any(self.in_conflict(group) for group in range(len(self.codes)))

    @cached_property
    def testlet_followers(self) -> frozenset[int]:
        """The items that cannot begin a testlet: all of each but its first."""
        return frozenset(item for members in self.testlets for item in members[1:])

    def in_conflict(self, group: int) -> bool:
        """Say whether a group requires more items than it can give."""
        return self.required[group] > self.capacity[group]

    def groups_around(self, item: int) -> Iterator[int]:
        """Yield the groups that hold an item, from the innermost to the exam."""
        group = self.group_of_item[item]
        while group >= 0:
            yield group
            group = self.parents[group]

    def count(self, items: Sequence[int]) -> list[int]:
        """Return how many of the given items lie in each group."""
        counts = [0] * len(self.codes)
        for item in items:
            for group in self.groups_around(item):
                counts[group] += 1
        return counts

    def violations(self, items: Sequence[int]) -> tuple[str, ...]:
        """Return a sentence for every bound that a finished test breaks, for enemies in it and for testlets in part."""
        nested = (
            f"{self.name_of(group)} has {count} items, not {self.minima[group]} to {self.maxima[group]}"
            for group, count in enumerate(self.count(items))
            if not self.minima[group] <= count <= self.maxima[group]
        )
        crossing = (bound.violation(items) for bound in self.cross_bounds)
        met = (
            f"items {self.item_ids[first]!r} and {self.item_ids[second]!r} are enemies"
            for first, second in met_enemies(items, self.enemies)
        )
        in_part = (
            f"the testlet of item {self.item_ids[left[0]]!r} is not whole" for left in unfinished(self.testlets, items)
        )
        return (*nested, *filter(None, crossing), *met, *in_part)

    def name_of(self, group: int) -> str:
        """Return what a group is called in messages."""
        return "the exam" if group == ROOT else f"{self.levels[group]} {self.codes[group]!r}"

    def children(self, group: int) -> tuple[int, ...]:
        """Return the groups directly within a group."""
        return tuple(child for child, parent in enumerate(self.parents) if parent == group)


def compile_blueprint(blueprint: Blueprint, pool: ItemPool) -> BlueprintTree:
    """Join a blueprint with the pool it is to be met from.

    Args:
        blueprint: The bounds.
        pool: The items.

    Returns:
        The tree of groups; whether it can be met is for `check_blueprint` to say.

    Raises:
        InvalidBlueprint: If a code with bounds has no item in the pool and is not known to it.
    """
    places, group_of_item = _places(pool)
    _refuse_unknown(blueprint, pool)
    split = split_enemies(pool.enemies, group_of_item)
    _add_enemy_groups(places, group_of_item, split.nested, pool)
    bounds = {bound.part: bound for bound in blueprint.bounds}
    parents = [parent for _level, _code, parent in places]
    own_items = [0] * len(places)
    for group in group_of_item:
        own_items[group] += 1
    sizes = _summed(own_items, parents)
    found = [bounds.get((level, "", code)) for level, code, _parent in places]
    minima = [0 if bound is None else bound.minimum for bound in found]
    maxima = [
        (1 if places[group][0] == ENEMY_LEVEL else sizes[group])
        if bound is None or bound.maximum is None
        else bound.maximum
        for group, bound in enumerate(found)
    ]
    reserved, required = _requirements(minima, parents)
    return BlueprintTree(
        levels=tuple(level for level, _code, _parent in places),
        codes=tuple(code for _level, code, _parent in places),
        parents=tuple(parents),
        minima=tuple(minima),
        maxima=tuple(maxima),
        group_of_item=tuple(group_of_item),
        own_items=tuple(own_items),
        sizes=tuple(sizes),
        reserved=tuple(reserved),
        required=tuple(required),
        capacity=tuple(_capacities(maxima, own_items, parents)),
        item_ids=pool.item_ids,
        enemies=split.crossing,
        cross_bounds=_cross_bounds(blueprint, pool),
        testlets=pool.testlets,
    )


def _places(pool: ItemPool) -> tuple[list[tuple[str, str, int]], list[int]]:
    """Lay out the parts of the standard in the pool as (level, code, parent), and find each item's innermost part."""
    places = [("exam", "", -1)]
    index: dict[tuple[str, str], int] = {}
    group_of_item = []
    for codes in zip(pool.units, pool.elements, pool.criteria, strict=True):
        group = ROOT
        for level, code in zip(NESTED_LEVELS[1:], codes, strict=True):
            if not code:
                continue
            if (level, code) not in index:
                index[level, code] = len(places)
                places.append((level, code, group))
            group = index[level, code]
        group_of_item.append(group)
    return places, group_of_item


def _add_enemy_groups(
    places: list[tuple[str, str, int]],
    group_of_item: list[int],
    enemy_sets: Sequence[tuple[int, ...]],
    pool: ItemPool,
) -> None:
    """Add nested enemy sets as groups of their own, within the group that holds their items so far."""
    for members in enemy_sets:
        places.append((ENEMY_LEVEL, "; ".join(pool.item_ids[item] for item in members), group_of_item[members[0]]))
        for item in members:
            group_of_item[item] = len(places) - 1


def _refuse_unknown(blueprint: Blueprint, pool: ItemPool) -> None:
    known = {"unit": set(pool.units), "element": set(pool.elements), "criterion": set(pool.criteria)}
    known |= {f"attribute {name}": set(column) for name, column in pool.attributes.items()}
    unknown = [
        f"{level} {bound.code!r}"
        for bound in blueprint.bounds
        for level in [f"attribute {bound.attribute}" if bound.attribute else bound.level]
        if level not in ("exam", "time") and bound.code not in known.get(level, ())
    ]
    if unknown:
        raise InvalidBlueprint(f"the item pool has no item of {', '.join(unknown)}, which the blueprint bounds")


def _cross_bounds(blueprint: Blueprint, pool: ItemPool) -> tuple[CrossBound, ...]:
    crossing = []
    for bound in blueprint.bounds:
        if bound.level in NESTED_LEVELS:
            continue
        if bound.level == "time":
            name, amounts = "the expected time in seconds", _expected_seconds(pool)
        else:
            name = f"{bound.attribute} {bound.code!r}"
            amounts = np.array([float(value == bound.code) for value in pool.attributes[bound.attribute]])
        crossing.append(
            CrossBound(
                name=name,
                level=bound.level,
                code=bound.part[-1],
                amounts=amounts,
                minimum=float(bound.minimum),
                maximum=inf if bound.maximum is None else float(bound.maximum),
            )
        )
    return tuple(crossing)


def _expected_seconds(pool: ItemPool) -> FloatArray:
    unknown = np.flatnonzero(pool.expected_seconds <= 0)
    if unknown.size:
        raise InvalidBlueprint(
            f"the blueprint bounds the expected time but {unknown.size} items have none, "
            f"the first of them {pool.item_ids[int(unknown[0])]!r}"
        )
    return pool.expected_seconds


def _summed(values: Sequence[int], parents: Sequence[int]) -> list[int]:
    """Add every group's value to all groups around it, in one pass backwards because children come after parents."""
    totals = list(values)
    for group in range(len(parents) - 1, ROOT, -1):
        totals[parents[group]] += totals[group]
    return totals


def _requirements(minima: Sequence[int], parents: Sequence[int]) -> tuple[list[int], list[int]]:
    reserved, required = [0] * len(parents), list(minima)
    for group in range(len(parents) - 1, -1, -1):
        required[group] = max(minima[group], reserved[group])
        if group != ROOT:
            reserved[parents[group]] += required[group]
    return reserved, required


def _capacities(maxima: Sequence[int], own_items: Sequence[int], parents: Sequence[int]) -> list[int]:
    capacity = list(own_items)
    for group in range(len(parents) - 1, -1, -1):
        capacity[group] = min(capacity[group], maxima[group])
        if group != ROOT:
            capacity[parents[group]] += capacity[group]
    return capacity
