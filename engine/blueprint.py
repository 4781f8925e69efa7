"""Blueprints: how many items an exam takes from each part of the standard, and whether a pool can deliver that."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from engine.errors import InfeasibleBlueprint, InvalidBlueprint
from engine.response_models import ItemPool

LEVELS = ("exam", "unit", "element", "criterion")
ROOT = 0


@dataclass(frozen=True, slots=True)
class Bounds:
    """Fewest and most items that a test takes from one part of the standard.

    Args:
        level: "exam", "unit", "element" or "criterion".
        code: Code of that part; any label for the exam as a whole.
        minimum: Fewest items.
        maximum: Most items, or None for as many as there are.
    """

    level: str
    code: str
    minimum: int = 0
    maximum: int | None = None

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise InvalidBlueprint(
                f"bounds on {self.code!r}: level must be one of {', '.join(LEVELS)}, not {self.level!r}"
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
        seen: set[tuple[str, str]] = set()
        for bound in self.bounds:
            part = (bound.level, "" if bound.level == "exam" else bound.code)
            if part in seen:
                raise InvalidBlueprint(f"{bound.level} {bound.code!r} has bounds more than once")
            seen.add(part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """One reason why a blueprint cannot be met.

    Args:
        level: Level of the part of the standard.
        code: Its code, "" for the exam as a whole.
        required: Items that the bounds or the test length ask of it.
        available: Items that it can give.
        message: The same in a sentence.
    """

    level: str
    code: str
    required: int
    available: int
    message: str


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

    @cached_property
    def is_consistent(self) -> bool:
        """Whether every group can give what it requires."""
        return not any(self.in_conflict(group) for group in range(len(self.codes)))

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
        """Return a sentence for every bound that a finished test breaks."""
        return tuple(
            f"{_named(self.levels[group], self.codes[group])} has {count} items, "
            f"not {self.minima[group]} to {self.maxima[group]}"
            for group, count in enumerate(self.count(items))
            if not self.minima[group] <= count <= self.maxima[group]
        )

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
    bounds = {(bound.level, "" if bound.level == "exam" else bound.code): bound for bound in blueprint.bounds}
    _refuse_unknown(bounds, {(level, code) for level, code, _parent in places})
    parents = [parent for _level, _code, parent in places]
    own_items = [0] * len(places)
    for group in group_of_item:
        own_items[group] += 1
    sizes = _summed(own_items, parents)
    found = [bounds.get((level, code)) for level, code, _parent in places]
    minima = [0 if bound is None else bound.minimum for bound in found]
    maxima = [
        size if bound is None or bound.maximum is None else bound.maximum
        for bound, size in zip(found, sizes, strict=True)
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
    )


def check_blueprint(blueprint: Blueprint, pool: ItemPool, *, lengths: tuple[int, int]) -> BlueprintTree:
    """Refuse a blueprint that the pool cannot meet at the shortest and at the longest test.

    Args:
        blueprint: The bounds.
        pool: The items.
        lengths: Fewest and most items of a test.

    Returns:
        The compiled tree.

    Raises:
        InvalidBlueprint: If a code is unknown to the pool.
        InfeasibleBlueprint: With every constraint in the way and what is lacking.
    """
    shortest, longest = lengths
    if not 1 <= shortest <= longest:
        raise InfeasibleBlueprint(f"the test lengths must be 1 or more and not reversed, not {shortest} to {longest}")
    tree = compile_blueprint(blueprint, pool)
    found = shortfalls(tree, lengths=lengths)
    if found:
        raise InfeasibleBlueprint("; ".join(shortfall.message for shortfall in found))
    return tree


def shortfalls(tree: BlueprintTree, *, lengths: tuple[int, int]) -> tuple[Shortfall, ...]:
    """Return every reason why a compiled blueprint cannot be met, none if it can.

    Args:
        tree: The compiled blueprint.
        lengths: Fewest and most items of a test.

    Returns:
        The innermost contradictions first, then what stands against the lengths.
    """
    return (*_shortfalls_within(tree), *_shortfalls_of_length(tree, *lengths))


def _places(pool: ItemPool) -> tuple[list[tuple[str, str, int]], list[int]]:
    """Lay out the parts of the standard in the pool as (level, code, parent), and find each item's innermost part."""
    places = [("exam", "", -1)]
    index: dict[tuple[str, str], int] = {}
    group_of_item = []
    for codes in zip(pool.units, pool.elements, pool.criteria, strict=True):
        group = ROOT
        for level, code in zip(LEVELS[1:], codes, strict=True):
            if not code:
                continue
            if (level, code) not in index:
                index[level, code] = len(places)
                places.append((level, code, group))
            group = index[level, code]
        group_of_item.append(group)
    return places, group_of_item


def _refuse_unknown(bounds: dict[tuple[str, str], Bounds], known: set[tuple[str, str]]) -> None:
    unknown = [f"{level} {code!r}" for level, code in bounds if (level, code) not in known]
    if unknown:
        raise InvalidBlueprint(f"the item pool has no item of {', '.join(unknown)}, which the blueprint bounds")


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


def _shortfalls_within(tree: BlueprintTree) -> Iterator[Shortfall]:
    """Name the innermost conflicts: one further out may be nothing but their echo."""
    for group in range(len(tree.codes) - 1, -1, -1):
        if tree.in_conflict(group) and not any(map(tree.in_conflict, tree.children(group))):
            yield Shortfall(
                level=tree.levels[group],
                code=tree.codes[group],
                required=tree.required[group],
                available=tree.capacity[group],
                message=_conflict(tree, group),
            )


def _conflict(tree: BlueprintTree, group: int) -> str:
    name = _named(tree.levels[group], tree.codes[group])
    required, size = tree.required[group], tree.sizes[group]
    if size < required and size <= tree.capacity[group]:
        return f"{name} requires {required} items but the bank has {size}: {required - size} more needed"
    if tree.maxima[group] < tree.reserved[group]:
        return (
            f"{name} allows at most {tree.maxima[group]} items but the minima within it require {tree.reserved[group]}"
        )
    return f"{name} requires {required} items but the maxima within it let in only {tree.capacity[group]}"


def _shortfalls_of_length(tree: BlueprintTree, shortest: int, longest: int) -> Iterator[Shortfall]:
    required, capacity = tree.required[ROOT], tree.capacity[ROOT]
    if required > shortest and required <= capacity:
        yield Shortfall(
            level="exam",
            code="",
            required=required,
            available=shortest,
            message=f"the minima require {required} items but the shortest test has {shortest}",
        )
    if capacity < longest:
        reason = "the bank has only" if tree.sizes[ROOT] == capacity else "the maxima let in only"
        yield Shortfall(
            level="exam",
            code="",
            required=longest,
            available=capacity,
            message=f"the longest test has {longest} items but {reason} {capacity}: {longest - capacity} more needed",
        )


def _named(level: str, code: str) -> str:
    return "the exam" if level == "exam" else f"{level} {code!r}"
