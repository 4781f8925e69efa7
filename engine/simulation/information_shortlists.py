"""For every stretch of the ability scale the few items that can be the most informative there."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.ability.ability_grid import EapGrid
from engine.design import WEIGHT_DIGITS
from engine.response_models import FloatArray, IntArray, ItemPool
from engine.response_models.two_parameter import TwoParameterLogistic, item_information

CELL_WIDTH = 0.05
# An upper bound in floating point, and weights that are rounded before they are compared.
SLACK = 1e-10


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class InformationShortlists:
    """Items worth looking at in each cell of the ability scale, and what all others cannot exceed there.

    Args:
        start: Lower end of the first cell.
        width: Width of a cell.
        items: Pool positions, rising, shape (cells, shortlist).
        discrimination: Their discriminations, of the same shape.
        difficulty: Their difficulties, of the same shape.
        others: Upper bound of the information of every other item within the cell, shape (cells,).
    """

    start: float
    width: float
    items: IntArray
    discrimination: FloatArray
    difficulty: FloatArray
    others: FloatArray

    @classmethod
    def of(cls, pool: ItemPool, grid: EapGrid, *, size: int) -> "InformationShortlists | None":
        """Make the shortlists of a pool for the abilities of a grid.

        Args:
            pool: The items.
            grid: The grid.
            size: Items on each list.

        Returns:
            The lists; None where they would not save anything or the items are not all two-parameter ones.
        """
        families = {type(group.family) for group in pool.groups}
        if len(pool) <= 2 * size or families != {TwoParameterLogistic}:
            return None
        low, high = float(grid.nodes[0]), float(grid.nodes[-1])
        cells = int(np.ceil((high - low) / CELL_WIDTH))
        edges = np.linspace(low, high, cells + 1)
        a, b = pool.groups[0].parameters.T
        # The information of an item falls on both sides of its difficulty.
        peaks = np.clip(b[None, :], edges[:-1, None], edges[1:, None])
        bounds = item_information(peaks, a, b)
        order = np.argpartition(-bounds, size, axis=1)
        items = np.sort(order[:, :size], axis=1)
        return cls(
            start=low,
            width=(high - low) / cells,
            items=items,
            discrimination=a[items],
            difficulty=b[items],
            others=bounds[np.arange(cells), order[:, size]],
        )

    def best(
        self, thetas: FloatArray, available: npt.NDArray[np.bool_], rows: IntArray
    ) -> tuple[IntArray, npt.NDArray[np.bool_]]:
        """Find the most informative available item at each of some abilities.

        Args:
            thetas: Abilities, shape (sittings,).
            available: Items that may be given, shape (all sittings, items).
            rows: The sittings whose abilities these are, shape (sittings,).

        Returns:
            Pool positions, and whether each is certain to be the first of the best of the whole pool.
        """
        cells = np.clip(((thetas - self.start) / self.width).astype(np.int64), 0, self.others.size - 1)
        listed = self.items[cells]
        information = item_information(thetas[:, None], self.discrimination[cells], self.difficulty[cells])
        weights = np.where(available[rows[:, None], listed], information.round(WEIGHT_DIGITS), -1.0)
        best = weights.argmax(axis=1)
        everyone = np.arange(thetas.size)
        # An ability at the very edge of a cell may be counted to the next one; the slack covers that too.
        return listed[everyone, best], weights[everyone, best] > self.others[cells] + SLACK
