"""Room under nested bounds for many sittings at once: `Room` of one sitting, on arrays."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.blueprints.blueprint import ROOT, BlueprintTree
from engine.response_models import IntArray

_ENDLESS = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class NestedGroups:
    """The groups of a blueprint's tree as arrays.

    Args:
        parents: Parent of each group, shape (groups,).
        minima: Lower bounds, shape (groups,); without end at the root, whose length is told later.
        capacity: What each group can give, shape (groups,).
        reserved: What each group's children require, shape (groups,).
        group_of_item: Innermost group of each item, shape (items,).
        layers: The groups below the root, one array for each depth.
    """

    parents: IntArray
    minima: IntArray
    capacity: IntArray
    reserved: IntArray
    group_of_item: IntArray
    layers: tuple[IntArray, ...]

    @classmethod
    def of(cls, tree: BlueprintTree) -> "NestedGroups":
        """Return the groups of a tree."""
        minima = np.array(tree.minima, dtype=np.int64)
        minima[ROOT] = _ENDLESS
        depths = np.zeros(len(tree.codes), dtype=np.int64)
        for group in range(ROOT + 1, len(tree.codes)):
            depths[group] = depths[tree.parents[group]] + 1
        return cls(
            parents=np.array(tree.parents, dtype=np.int64),
            minima=minima,
            capacity=np.array(tree.capacity, dtype=np.int64),
            reserved=np.array(tree.reserved, dtype=np.int64),
            group_of_item=np.array(tree.group_of_item, dtype=np.int64),
            layers=tuple(np.flatnonzero(depths == depth).astype(np.int64) for depth in range(1, int(depths.max()) + 1)),
        )

    def may_close(self) -> bool:
        """Say whether any group may ever be closed to an item that has not been given yet."""
        sizes = np.bincount(self.group_of_item, minlength=self.parents.size)
        for layer in self.layers[::-1]:
            np.add.at(sizes, self.parents[layer], sizes[layer])
        inner = slice(ROOT + 1, None)
        return bool(self.reserved.any() or self.minima[inner].any() or (self.capacity < sizes).any())

    def counts(self, administered: IntArray) -> IntArray:
        """Count the items within each group.

        Args:
            administered: Pool positions, shape (sittings, places); -1 for a place without an item.

        Returns:
            Counts, shape (sittings, groups).
        """
        sittings, places = np.nonzero(administered >= 0)
        cells = sittings * self.parents.size + self.group_of_item[administered[sittings, places]]
        shape = (len(administered), self.parents.size)
        counts = np.bincount(cells, minlength=shape[0] * shape[1]).reshape(shape).T
        for layer in self.layers[::-1]:
            np.add.at(counts, self.parents[layer], counts[layer])
        return np.asarray(counts.T)


@dataclass(frozen=True, slots=True, eq=False)
class CohortRoom:
    """The room taken and reserved in every group of every sitting.

    Args:
        groups: The groups.
        load: What each group's children require plus its chosen loose items, shape (sittings, groups).

    Reference:
        Edmonds (1971); `engine.blueprints.nested_bounds` says why this load and no other decides what fits.
    """

    groups: NestedGroups
    load: IntArray

    @classmethod
    def empty(cls, groups: NestedGroups, *, sittings: int) -> "CohortRoom":
        """Return the room before any item is given."""
        return cls(groups, np.tile(groups.reserved, (sittings, 1)))

    def of(self, rows: IntArray) -> "CohortRoom":
        """Return a copy of the room of some sittings, to be filled on its own."""
        return CohortRoom(self.groups, self.load[rows])

    def fits(self, *, length: int) -> npt.NDArray[np.bool_]:
        """Say which groups have room for one more item in a test of the given length, shape (sittings, groups)."""
        below_minimum = self.load < self.groups.minima
        below_capacity = self.load < self.groups.capacity
        fits = np.empty(self.load.shape, dtype=np.bool_)
        fits[:, ROOT] = self.load[:, ROOT] < length
        for layer in self.groups.layers:
            within = below_capacity[:, layer] & fits[:, self.groups.parents[layer]]
            fits[:, layer] = below_minimum[:, layer] | within
        return fits

    def take(self, rows: IntArray, items: IntArray) -> None:
        """Add one item that fits to each of some sittings.

        Args:
            rows: The sittings, all different, shape (sittings,).
            items: Pool position of the item of each.
        """
        sittings, places = rows, self.groups.group_of_item[items]
        while sittings.size:
            # A place reserved for a minimum is filled without notice to the groups outside.
            passed_on = self.load[sittings, places] >= self.groups.minima[places]
            self.load[sittings, places] += 1
            sittings, places = sittings[passed_on], self.groups.parents[places[passed_on]]
