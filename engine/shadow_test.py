"""Exact shadow tests: the heaviest test that meets every nested bound and contains the items already answered."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.blueprint import ROOT, BlueprintTree
from engine.errors import InfeasibleBlueprint, InvalidSetting
from engine.response_models import FloatArray, IntArray


@dataclass(slots=True)
class _Room:
    """The room taken and reserved in every group while a test of one length is being put together.

    `load` of a group is what its children require plus its chosen loose items. A group requires its load or its
    minimum, whichever is more, and that must not exceed its capacity: this is the test for independence in the matroid
    of feasible tests. Caps alone would not do: places must be kept free for minima that are not met yet.
    """

    parents: Sequence[int]
    minima: list[int]
    capacity: list[int]
    load: list[int]

    @classmethod
    def for_length(cls, tree: BlueprintTree, length: int) -> "_Room":
        if not (tree.is_consistent and tree.required[ROOT] <= length <= tree.capacity[ROOT]):
            raise InfeasibleBlueprint(
                f"no test of {length} items meets the blueprint: its bounds require {tree.required[ROOT]} "
                f"and let in {tree.capacity[ROOT]}"
            )
        minima, capacity = list(tree.minima), list(tree.capacity)
        minima[ROOT] = capacity[ROOT] = length
        return cls(tree.parents, minima, capacity, list(tree.reserved))

    def fits(self, group: int) -> bool:
        """Say whether one more item of a group can be added with all minima still within reach."""
        # The exam requires exactly the length of the test, so the way up ends there at the latest.
        while self.load[group] >= self.minima[group]:
            if self.load[group] >= self.capacity[group]:
                return False
            group = self.parents[group]
        return True

    def take(self, group: int) -> None:
        """Add one item that fits; where it fills a place reserved for a minimum, the groups outside notice nothing."""
        while self.load[group] >= self.minima[group]:
            self.load[group] += 1
            group = self.parents[group]
        self.load[group] += 1


def assemble(
    tree: BlueprintTree,
    weights: npt.ArrayLike,
    *,
    length: int,
    administered: Sequence[int] = (),
    ineligible: Sequence[int] = (),
) -> IntArray:
    """Put together the heaviest test that meets the blueprint and contains the administered items.

    The tests that meet nested bounds are the bases of a matroid, hence taking the heaviest item that still fits, again
    and again, is exact. An ineligible item counts as lighter than every eligible one, so it enters only where the
    blueprint cannot do without it.

    Args:
        tree: The compiled blueprint.
        weights: Weight of each item of the pool, shape (items,); finite, higher is better.
        length: Number of items of the test, administered ones included.
        administered: Pool positions of the items already answered.
        ineligible: Pool positions of the items that exposure control wants to keep out.

    Returns:
        Pool positions, shape (length,): the administered items in the order given, then the others from the heaviest
        to the lightest, ineligible ones last.

    Raises:
        InfeasibleBlueprint: If no such test exists.
        InvalidSetting: If there is not one finite weight per item.

    Reference:
        van der Linden & Reese (1998) for shadow tests; Edmonds (1971) for the greedy algorithm on matroids.
    """
    column = np.asarray(weights, dtype=np.float64)
    if column.shape != (len(tree.group_of_item),) or not np.isfinite(column).all():
        raise InvalidSetting(f"the shadow test needs {len(tree.group_of_item)} finite weights, one per item")
    room = _room_after(tree, length, administered)
    chosen = list(administered)
    taken = set(chosen)
    for item in _by_preference(column, ineligible):
        if len(chosen) == length:
            break
        group = tree.group_of_item[item]
        if item not in taken and room.fits(group):
            room.take(group)
            chosen.append(item)
    return np.array(chosen, dtype=np.int64)


def is_feasible(tree: BlueprintTree, *, length: int, administered: Sequence[int] = ()) -> bool:
    """Say whether a test of this length that contains the administered items can meet the blueprint."""
    try:
        _room_after(tree, length, administered)
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
        Pool positions.

    Raises:
        InfeasibleBlueprint: If the administered items are part of no such test.
    """
    room = _room_after(tree, length, administered)
    fits = [room.fits(group) for group in range(len(tree.codes))]
    taken = set(administered)
    return np.array(
        [item for item, group in enumerate(tree.group_of_item) if fits[group] and item not in taken], dtype=np.int64
    )


def _room_after(tree: BlueprintTree, length: int, administered: Sequence[int]) -> _Room:
    room = _Room.for_length(tree, length)
    if len(set(administered)) < len(administered):
        raise InfeasibleBlueprint("an item was administered more than once")
    for item in administered:
        group = tree.group_of_item[item]
        if not room.fits(group):
            raise InfeasibleBlueprint(
                f"the {len(administered)} administered items are part of no test of {length} items that meets the "
                f"blueprint: {tree.levels[group]} {tree.codes[group]!r} has no room for one of them"
            )
        room.take(group)
    return room


def _by_preference(weights: FloatArray, ineligible: Sequence[int]) -> list[int]:
    """Order the items by falling weight, eligible ones first, equal ones as they stand in the pool."""
    late = np.zeros(weights.size, dtype=np.bool_)
    late[list(ineligible)] = True
    order: list[int] = np.lexsort((-weights, late)).tolist()
    return order
