"""Exact shadow tests: the heaviest test that meets the blueprint and contains the items already answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from engine.blueprints.blueprint import BlueprintTree
from engine.blueprints.enemies import met_enemies
from engine.blueprints.enemy_search import SearchTooLong, heaviest_without_enemies
from engine.blueprints.nested_bounds import Room
from engine.blueprints.solver_limits import IN_A_SITTING, SolverLimits
from engine.blueprints.testlet_search import WholeTestlets, heaviest_with_testlets
from engine.blueprints.testlets import unfinished, with_whole_testlets
from engine.errors import InfeasibleBlueprint, InvalidSetting
from engine.response_models import FloatArray, IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """One shadow test to be put together: the arguments of `assemble`, and the items in the order of preference."""

    tree: BlueprintTree
    weights: FloatArray
    order: Sequence[int]
    length: int
    administered: Sequence[int]
    ineligible: Sequence[int]
    extends_to: int | None
    limits: SolverLimits = IN_A_SITTING


def assemble(
    tree: BlueprintTree,
    weights: npt.ArrayLike,
    *,
    length: int,
    administered: Sequence[int] = (),
    ineligible: Sequence[int] = (),
    extends_to: int | None = None,
    limits: SolverLimits = IN_A_SITTING,
) -> IntArray:
    """Put together the heaviest test that meets the blueprint and contains the administered items.

    The blueprint decides how: under nested bounds the greedy algorithm is exact, enemies across them take a branch and
    bound on it, so do testlets, and bounds on attributes or time an integer programme. An ineligible item counts as
    lighter than every eligible one, so it enters only where the blueprint cannot do without it; a testlet with an
    ineligible item is ineligible. A testlet of which an item is administered enters whole.

    Args:
        tree: The compiled blueprint.
        weights: Weight of each item of the pool, shape (items,); finite, higher is better.
        length: Number of items of the test, administered ones included.
        administered: Pool positions of the items already answered.
        ineligible: Pool positions of the items that exposure control wants to keep out.
        extends_to: Length to which the test must be extensible under the same blueprint, if any.
        limits: How much work an integer programme may take.

    Returns:
        Pool positions, shape (length,): the administered items in the order given, then the others from the heaviest
        to the lightest, ineligible ones last.

    Raises:
        InfeasibleBlueprint: If no such test exists.
        SolverFailed: If an integer programme cannot be settled within the limits.
        InvalidSetting: If there is not one finite weight per item.

    Reference:
        van der Linden & Reese (1998) for shadow tests; Edmonds (1971) for the greedy algorithm on matroids.
    """
    column = np.asarray(weights, dtype=np.float64)
    if column.shape != (len(tree.group_of_item),) or not np.isfinite(column).all():
        raise InvalidSetting(f"the shadow test needs {len(tree.group_of_item)} finite weights, one per item")
    late = _late(tree, administered, ineligible)
    task = _Task(
        tree=tree,
        weights=column,
        order=_by_preference(column, late),
        length=length,
        administered=administered,
        ineligible=late,
        extends_to=extends_to,
        limits=limits,
    )
    return np.array([*administered, *_free_items(task)], dtype=np.int64)


def is_feasible(
    tree: BlueprintTree, *, length: int, administered: Sequence[int] = (), extends_to: int | None = None
) -> bool:
    """Say whether a test of this length that contains the administered items can meet the blueprint.

    Args:
        tree: The compiled blueprint.
        length: Number of items of the whole test.
        administered: Pool positions of the items already answered.
        extends_to: Length to which the test must be extensible under the same blueprint, if any.

    Returns:
        The verdict, exact for every kind of blueprint.
    """
    task = _Task(
        tree=tree,
        # Without weights the search for a test without enemies ends at the first it finds.
        weights=np.zeros(len(tree.group_of_item)),
        order=_by_freedom(tree),
        length=length,
        administered=administered,
        ineligible=(),
        extends_to=extends_to,
    )
    try:
        _free_items(task)
    except InfeasibleBlueprint:
        return False
    return True


def open_items(tree: BlueprintTree, *, length: int, administered: Sequence[int] = ()) -> IntArray:
    """Return the items that may still be given next without losing the blueprint, in the order of the pool.

    Args:
        tree: The compiled blueprint.
        length: Number of items of the whole test.
        administered: Pool positions of the items already answered.

    Returns:
        Pool positions. Under nested bounds exactly those items; enemies of the administered items are never among them,
        but where there are testlets or bounds run across the groups some of those returned may lead nowhere.

    Raises:
        InfeasibleBlueprint: If the administered items are part of no test under the nested bounds.
    """
    room = Room.after(tree, length=length, administered=administered)
    fits = [room.fits(group) for group in range(len(tree.codes))]
    closed = _closed(tree, administered)
    return np.array(
        [item for item, group in enumerate(tree.group_of_item) if fits[group] and item not in closed], dtype=np.int64
    )


def _free_items(task: _Task) -> list[int]:
    """Return the items of the shadow test that are not administered yet, the best first."""
    room = Room.after(task.tree, length=task.length, administered=task.administered)
    met = met_enemies(task.administered, task.tree.enemies)
    if met:
        first, second = (task.tree.item_ids[item] for item in met[0])
        raise InfeasibleBlueprint(f"the administered items {first!r} and {second!r} are enemies")
    if task.tree.cross_bounds:
        return _by_programme(task)
    if task.tree.enemies or task.tree.testlets:
        return _by_search(task, room)
    # A test under nested bounds can always be extended: it is independent in the matroid of the longer tests.
    return room.fill(task.order, without=set(task.administered))


def _by_search(task: _Task, room: Room) -> list[int]:
    try:
        free = _with_testlets(task, room) if task.tree.testlets else _without_enemies(task, room)
    except SearchTooLong:
        return _by_programme(task)
    if free is None:
        raise _impossible(task)
    whole = (*task.administered, *free)
    if task.extends_to in (None, task.length) or is_feasible(task.tree, length=task.extends_to, administered=whole):
        return free
    return _by_programme(task)


def _without_enemies(task: _Task, room: Room) -> list[int] | None:
    closed = _closed(task.tree, task.administered)
    return heaviest_without_enemies(
        room,
        task.order,
        task.weights,
        task.tree.enemies,
        excluded=closed,
        late=set(task.ineligible) - closed,
    )


def _with_testlets(task: _Task, room: Room) -> list[int] | None:
    tree = task.tree
    return heaviest_with_testlets(
        room,
        task.order,
        task.weights,
        _rules_of(tree),
        forced=[item for left in unfinished(tree.testlets, task.administered) for item in left],
        excluded=_closed(tree, task.administered),
        late=set(task.ineligible),
    )


@lru_cache(maxsize=16)
def _rules_of(tree: BlueprintTree) -> WholeTestlets:
    return WholeTestlets.of(tree.testlets, tree.enemies)


def _by_programme(task: _Task) -> list[int]:
    # The solver takes a second to import, which most exams never need.
    from engine.blueprints.integer_programme import heaviest_by_programme

    chosen = heaviest_by_programme(
        task.tree,
        task.weights,
        length=task.length,
        administered=task.administered,
        ineligible=task.ineligible,
        extends_to=task.extends_to,
        limits=task.limits,
    )
    if chosen is None:
        raise _impossible(task)
    free = chosen.difference(task.administered)
    return [item for item in task.order if item in free]


def _impossible(task: _Task) -> InfeasibleBlueprint:
    longer = "" if task.extends_to in (None, task.length) else f" and can be extended to {task.extends_to}"
    wholes = " and with whole testlets" if task.tree.testlets else ""
    return InfeasibleBlueprint(
        f"the {len(task.administered)} administered items are part of no test of {task.length} items that meets the "
        f"blueprint without enemies in it{wholes}{longer}"
    )


def _late(tree: BlueprintTree, administered: Sequence[int], ineligible: Sequence[int]) -> Sequence[int]:
    """Return the ineligible items, each with its whole testlet unless that is begun: then it must enter."""
    if not tree.testlets:
        return ineligible
    begun = {item for left in unfinished(tree.testlets, administered) for item in left}
    return [item for item in with_whole_testlets(tree.testlets, ineligible) if item not in begun]


@lru_cache(maxsize=16)
def _by_freedom(tree: BlueprintTree) -> tuple[int, ...]:
    """Order the items from those that fit beside most others: those of a testlet last, then by their enemies."""
    tied = {item for members in tree.testlets for item in members}
    items = range(len(tree.group_of_item))
    return tuple(sorted(items, key=lambda item: (item in tied, len(tree.enemies.get(item, ())))))


def _closed(tree: BlueprintTree, administered: Sequence[int]) -> set[int]:
    """Return the administered items and all their enemies, these with their whole testlets."""
    enemies = set[int]().union(*(tree.enemies[item] for item in administered if item in tree.enemies))
    return enemies.union(administered, with_whole_testlets(tree.testlets, enemies))


def _by_preference(weights: FloatArray, ineligible: Sequence[int]) -> list[int]:
    """Order the items by falling weight, eligible ones first, equal ones as they stand in the pool."""
    late = np.zeros(weights.size, dtype=np.bool_)
    late[list(ineligible)] = True
    order: list[int] = np.lexsort((-weights, late)).tolist()
    return order
