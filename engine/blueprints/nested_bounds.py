"""Tests under nested bounds alone: what still fits, and the heaviest test by the greedy algorithm."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace

from engine.blueprints.blueprint import ROOT, BlueprintTree
from engine.errors import InfeasibleBlueprint


@dataclass(slots=True)
class Room:
    """The room taken and reserved in every group while a test of one length is being put together.

    `load` of a group is what its children require plus its chosen loose items. A group requires its load or its
    minimum, whichever is more, and that must not exceed its capacity: this is the test for independence in the matroid
    of feasible tests. Caps alone would not do: places must be kept free for minima that are not met yet.
    """

    parents: Sequence[int]
    minima: list[int]
    capacity: list[int]
    load: list[int]
    group_of_item: Sequence[int]
    left: int

    @classmethod
    def after(cls, tree: BlueprintTree, *, length: int, administered: Sequence[int]) -> "Room":
        """Return the room left once the administered items have their places.

        Args:
            tree: The compiled blueprint.
            length: Number of items of the whole test.
            administered: Pool positions of the items already answered.

        Returns:
            The room.

        Raises:
            InfeasibleBlueprint: If no test of this length under the nested bounds contains these items.
        """
        if not (tree.is_consistent and tree.required[ROOT] <= length <= tree.capacity[ROOT]):
            raise InfeasibleBlueprint(
                f"no test of {length} items meets the blueprint: its bounds require {tree.required[ROOT]} "
                f"and let in {tree.capacity[ROOT]}"
            )
        if len(set(administered)) < len(administered):
            raise InfeasibleBlueprint("an item was administered more than once")
        minima, capacity = list(tree.minima), list(tree.capacity)
        minima[ROOT] = capacity[ROOT] = length
        room = cls(tree.parents, minima, capacity, list(tree.reserved), tree.group_of_item, length)
        for item in administered:
            group = tree.group_of_item[item]
            if not room.fits(group):
                raise InfeasibleBlueprint(
                    f"the {len(administered)} administered items are part of no test of {length} items that meets the "
                    f"blueprint: {tree.levels[group]} {tree.codes[group]!r} has no room for one of them"
                )
            room.take(group)
        return room

    def copy(self) -> "Room":
        """Return a copy that can be filled on its own."""
        return replace(self, load=self.load.copy())

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
        self.left -= 1
        while self.load[group] >= self.minima[group]:
            self.load[group] += 1
            group = self.parents[group]
        self.load[group] += 1

    def give_back(self, group: int) -> None:
        """Undo taking an item of a group, which need not be the last one taken."""
        self.left += 1
        self.load[group] -= 1
        # Above its minimum the group required one more because of the item, and so did the group outside.
        while self.load[group] >= self.minima[group]:
            group = self.parents[group]
            self.load[group] -= 1

    def fill(self, order: Iterable[int], *, without: Set[int] = frozenset()) -> list[int]:
        """Take items in the order of preference as long as they fit.

        The tests that meet nested bounds are the bases of a matroid, hence taking the best item that still fits, again
        and again, gives the best test; and it gives a whole test unless the items left out make that impossible.

        Args:
            order: Pool positions, the best first.
            without: Positions to leave out.

        Returns:
            The items taken, the best first; fewer than the places left only if no test can do without the others.

        Reference:
            Edmonds (1971).
        """
        chosen: list[int] = []
        # A group without room stays so, hence its later items need no second look.
        full: set[int] = set()
        for item in order:
            if not self.left:
                break
            group = self.group_of_item[item]
            if group in full or item in without:
                continue
            if self.fits(group):
                self.take(group)
                chosen.append(item)
            else:
                full.add(group)
        return chosen
