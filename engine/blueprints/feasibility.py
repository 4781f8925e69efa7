"""Whether a pool can deliver a blueprint at all, and what it lacks where it cannot."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.blueprints.blueprint import ENEMY_LEVEL, ROOT, Blueprint, BlueprintTree, CrossBound, compile_blueprint
from engine.blueprints.shadow_test import is_feasible
from engine.errors import InfeasibleBlueprint
from engine.response_models import ItemPool

if TYPE_CHECKING:
    from engine.blueprints.shortage_programme import Shortage

NAMED_ENEMIES = 3
NAMED_TESTLETS = 3


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
        The innermost contradictions first, then what stands against the lengths; where the nested bounds alone can be
        met, what is missing in the face of enemies, of testlets and of bounds across them.

    Raises:
        SolverFailed: If the integer programme that looks for what is missing gives up.
    """
    nested = (*_shortfalls_within(tree), *_shortfalls_of_length(tree, *lengths))
    shortest, longest = lengths
    entangled = tree.enemies or tree.cross_bounds or tree.testlets
    if nested or not entangled or is_feasible(tree, length=shortest, extends_to=longest):
        return nested
    return _shortfalls_across(tree, lengths)


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
    name = tree.name_of(group)
    required, size = tree.required[group], tree.sizes[group]
    if size < required and size <= tree.capacity[group]:
        return f"{name} requires {required} items but the bank has {size}: {required - size} more needed"
    if tree.maxima[group] < tree.reserved[group]:
        return (
            f"{name} allows at most {tree.maxima[group]} items but the minima within it require {tree.reserved[group]}"
        )
    enemies = [code for level, code in _groups_within(tree, group) if level == ENEMY_LEVEL]
    hindrance = f"the maxima and the enemies within it ({', '.join(enemies)})" if enemies else "the maxima within it"
    return (
        f"{name} requires {required} items but {hindrance} let in only {tree.capacity[group]}: "
        f"{required - tree.capacity[group]} more needed"
    )


def _groups_within(tree: BlueprintTree, group: int) -> Iterator[tuple[str, str]]:
    within = {group}
    for inner in range(group + 1, len(tree.codes)):
        if tree.parents[inner] in within:
            within.add(inner)
            yield tree.levels[inner], tree.codes[inner]


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
        hindrance = "the maxima and the enemies let" if ENEMY_LEVEL in tree.levels else "the maxima let"
        reason = "the bank has only" if tree.sizes[ROOT] == capacity else f"{hindrance} in only"
        yield Shortfall(
            level="exam",
            code="",
            required=longest,
            available=capacity,
            message=f"the longest test has {longest} items but {reason} {capacity}: {longest - capacity} more needed",
        )


def _shortfalls_across(tree: BlueprintTree, lengths: tuple[int, int]) -> tuple[Shortfall, ...]:
    """Say what enemies, testlets and bounds across the groups leave missing: the least that would make it possible."""
    # The solver takes a second to import, which most exams never need.
    from engine.blueprints.shortage_programme import least_shortages

    return tuple(
        _of_bound(tree, tree.cross_bounds[shortage.row - len(tree.codes)], shortage)
        if shortage.row >= len(tree.codes)
        else _of_group(tree, shortage, lengths)
        for shortage in least_shortages(tree, lengths=lengths)
    )


def _of_bound(tree: BlueprintTree, bound: CrossBound, shortage: "Shortage") -> Shortfall:
    limit = bound.minimum if shortage.missing else bound.maximum
    reached = limit - shortage.missing + shortage.excess
    side, change = ("least", "more") if shortage.missing else ("most", "fewer")
    return Shortfall(
        level=bound.level,
        code=bound.code,
        required=round(limit),
        available=round(reached),
        message=f"{bound.name} must be {limit:g} at {side} but is {reached:.6g} at best beside "
        f"{_others(tree)}: {abs(limit - reached):.6g} {change} needed",
    )


def _of_group(tree: BlueprintTree, shortage: "Shortage", lengths: tuple[int, int]) -> Shortfall:
    group = shortage.row
    if group == ROOT:
        kind, limit = ("longest", lengths[1]) if shortage.in_longest else ("shortest", lengths[0])
        demand = f"the {kind} test has {limit} items"
    elif shortage.missing:
        limit, demand = tree.minima[group], f"{tree.name_of(group)} requires {tree.minima[group]} items"
    else:
        limit, demand = tree.maxima[group], f"{tree.name_of(group)} allows at most {tree.maxima[group]} items"
    reached = limit - round(shortage.missing) + round(shortage.excess)
    others = f"{_others(tree)}{_enemies_named(tree, group)}{_testlets_named(tree, group)}"
    hindrance = f"let in only {reached}: {limit - reached} more needed" if shortage.missing else f"require {reached}"
    return Shortfall(
        level=tree.levels[group],
        code=tree.codes[group],
        required=limit,
        available=reached,
        message=f"{demand} but {others} {hindrance}",
    )


def _others(tree: BlueprintTree) -> str:
    hindrances = ["the other bounds"] + ["enemies"] * bool(tree.enemies) + ["whole testlets"] * bool(tree.testlets)
    return " and ".join([", ".join(hindrances[:-1]), hindrances[-1]] if len(hindrances) > 1 else hindrances)


def _enemies_named(tree: BlueprintTree, group: int) -> str:
    """Name the first few enemies of items of a group, so that an author knows where to look."""
    pairs = [
        f"{tree.item_ids[item]} and {tree.item_ids[enemy]}"
        for item, enemies in tree.enemies.items()
        if group in tree.groups_around(item)
        for enemy in sorted(enemies)
        if group not in tree.groups_around(enemy) or item < enemy
    ]
    more = ", …" if len(pairs) > NAMED_ENEMIES else ""
    return f" ({', '.join(pairs[:NAMED_ENEMIES])}{more})" if pairs else ""


def _testlets_named(tree: BlueprintTree, group: int) -> str:
    """Name the first few testlets with items in a group by their first items."""
    found = [
        tree.item_ids[members[0]]
        for members in tree.testlets
        if any(group in tree.groups_around(item) for item in members)
    ]
    more = ", …" if len(found) > NAMED_TESTLETS else ""
    return f" (testlets of {', '.join(found[:NAMED_TESTLETS])}{more})" if found else ""
