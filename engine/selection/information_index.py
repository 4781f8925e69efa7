"""The items of a pool with the most information at an ability: exact, without looking at every item each time."""

from array import array
from collections.abc import Sequence, Set
from dataclasses import dataclass
from math import floor, inf, isfinite, log2

import numpy as np

from engine.design import WEIGHT_DIGITS
from engine.errors import InvalidSetting
from engine.response_models import FloatArray, IntArray, ItemPool

# Cell widths on the ability scale of a pool whose information changes by a factor e per unit. Powers of two, so that
# the ends and the middle of a cell are exact.
WIDE_EXPONENT, NARROW_EXPONENT = -4, -8
NARROW_PER_WIDE = 2 ** (WIDE_EXPONENT - NARROW_EXPONENT)
WIDE_SHELF, NARROW_SHELF = 512, 128
MAXIMUM_WIDE_CELLS, MAXIMUM_NARROW_CELLS = 1024, 4096
# Beyond this many cells the middle of one is no longer an exact number.
LAST_CELL = 2**50

# What the rounding of computed information amounts to at most, far above what it does: relative to the information,
# in the exponents that large parameters and abilities make, and below the least information worth telling from none.
RELATIVE_ROUNDING = 1e-9
EXPONENT_ROUNDING = 16 * float(np.finfo(np.float64).eps)
CANCELLATION = 1e-19
UNDERFLOW = 1e-250
# A factor of more than exp(40) within one cell says nothing.
LARGEST_EXPONENT = 40.0


@dataclass(frozen=True, eq=False, slots=True)
class _Shelf:
    """The items that may be the most informative in one cell of the ability scale, the likeliest first.

    Args:
        positions: Their places in the pool, shape (items,).
        upper: Bounds that their information stays below anywhere in the cell, falling.
        lower: Bounds that it stays above.
        rest: A bound that the information of every other item stays below, minus infinity where there is none.
    """

    positions: "array[int]"
    upper: "array[float]"
    lower: "array[float]"
    rest: float

    def contenders(self, without: Set[int], count: int) -> list[int] | None:
        """Return items that certainly hold the best so many, None if others than these may be among them."""
        found: list[int] = []
        threshold = inf
        for position, upper, lower in zip(self.positions, self.upper, self.lower, strict=True):
            if position in without:
                continue
            if len(found) >= count:
                # The first ones all have the threshold at least: an item below it cannot be among the best.
                if upper < threshold:
                    return found
            elif lower < threshold:
                threshold = lower
            found.append(position)
        return found if len(found) >= count and self.rest < threshold else None


class InformationIndex:
    """Finds the most informative items of a pool at any ability.

    The ability scale is cut into cells. In a cell of width w around its middle m, an item with a steepness s (a bound
    on the derivative of log I, which every response model has) has information between I(m) exp(-sw/2) and
    I(m) exp(sw/2). Sorted by the upper bound, the items are looked at until the next one's upper bound lies below the
    lower bound of those found. Only where several are left is their information at the ability itself worked out, by
    the same formulas as everywhere. A wide cell keeps its best few hundred items; the narrow cells in it are made from
    these alone. Cells are made when an ability first falls into them. Where a cell cannot tell, every item is looked
    at, so that the result is always that of looking at every item.

    Args:
        pool: The items.
    """

    def __init__(self, pool: ItemPool) -> None:
        self._pool = pool
        self._steepness = np.empty(len(pool))
        self._size = np.empty(len(pool))
        self._group = np.empty(len(pool), dtype=np.int64)
        self._row = np.empty(len(pool), dtype=np.int64)
        for number, group in enumerate(pool.groups):
            self._steepness[group.positions] = group.family.information_steepness(group.parameters)
            self._size[group.positions] = np.abs(group.parameters).max(axis=1)
            self._group[group.positions] = number
            self._row[group.positions] = np.arange(len(group.positions))
        scale = -round(log2(float(np.median(self._steepness))))
        self._wide_width = 2.0 ** (scale + WIDE_EXPONENT)
        self._narrow_width = 2.0 ** (scale + NARROW_EXPONENT)
        self._wide: dict[int, _Shelf] = {}
        self._narrow: dict[int, _Shelf] = {}

    def best(self, theta: float, *, without: Set[int] = frozenset(), count: int = 1) -> list[int]:
        """Return the items with the most information at an ability.

        Args:
            theta: Ability.
            without: Pool positions that must not be among them.
            count: How many are wanted.

        Returns:
            Pool positions, the most informative first. Information is compared to the digits that weights of items are
            given to; of items that agree to these, the first in the pool comes first.

        Raises:
            InvalidSetting: If the ability is not finite, or fewer items are left than are wanted.
        """
        if not isfinite(theta):
            raise InvalidSetting(f"the ability at which items are compared must be finite, not {theta!r}")
        left = len(self._pool) - len(without)
        if not 1 <= count <= left:
            raise InvalidSetting(f"the best {count!r} items are wanted but {left} are left to choose from")
        if abs(theta) > LAST_CELL * self._narrow_width:
            return self._best_of_all(theta, without, count)
        cell = floor(theta / self._narrow_width)
        shelf = self._narrow.get(cell) or self._shelf(cell)
        found = shelf.contenders(without, count) if shelf else None
        if found is None:
            return self._best_of_all(theta, without, count)
        # One contender is certain without its information; more are more than are wanted, or have an order to find.
        return found if len(found) == 1 else self._ranked(found, theta)[:count]

    def information(self, places: IntArray, theta: float) -> FloatArray:
        """Return the information of some items at an ability, to the last digit what the pool says of all.

        Args:
            places: Their pool positions, shape (items,).
            theta: Ability.

        Returns:
            Information per squared unit of ability, shape (items,).
        """
        abilities = np.array([theta])
        if len(self._pool.groups) == 1:
            group = self._pool.groups[0]
            return group.family.information(group.parameters[self._row[places]], abilities)[:, 0]
        values = np.empty(places.size)
        numbers = self._group[places]
        for number in set(numbers.tolist()):
            group, inside = self._pool.groups[number], numbers == number
            rows = self._row[places[inside]]
            values[inside] = group.family.information(group.parameters[rows], abilities)[:, 0]
        return values

    def _shelf(self, cell: int) -> _Shelf | None:
        """Return the shelf of a narrow cell, else of the wide cell around it, None where there is room for neither."""
        wide = cell // NARROW_PER_WIDE
        around = self._wide.get(wide)
        if around is None:
            if len(self._wide) >= MAXIMUM_WIDE_CELLS:
                return None
            around = self._wide[wide] = self._made(
                np.arange(len(self._pool)), (wide + 0.5) * self._wide_width, self._wide_width, WIDE_SHELF, rest=-inf
            )
        if len(self._narrow) >= MAXIMUM_NARROW_CELLS:
            return around
        middle = (cell + 0.5) * self._narrow_width
        places = np.array(around.positions, dtype=np.int64)
        shelf = self._made(places, middle, self._narrow_width, NARROW_SHELF, rest=around.rest)
        self._narrow[cell] = shelf
        return shelf

    def _made(self, places: IntArray, middle: float, width: float, size: int, *, rest: float) -> _Shelf:
        """Put the best of some items on the shelf of a cell; no other item's information there exceeds the rest."""
        lower, upper = self._bounds(places, middle, width)
        order = np.arange(places.size)
        if places.size > size:
            parted = np.argpartition(-upper, size)
            rest = max(rest, float(upper[parted[size]]))
            order = parted[:size]
        order = order[np.argsort(-upper[order], kind="stable")]
        return _Shelf(
            array("q", places[order].tobytes()),
            array("d", upper[order].tobytes()),
            array("d", lower[order].tobytes()),
            rest,
        )

    def _bounds(self, places: IntArray, middle: float, width: float) -> tuple[FloatArray, FloatArray]:
        """Return what the computed information of items is at least and at most anywhere in a cell.

        Rounding to the digits of weights keeps the order of numbers, so bounds that are rounded hold for information
        that is rounded.
        """
        reach = abs(middle) + width
        exponent = self._steepness[places] * (width / 2) + EXPONENT_ROUNDING * self._size[places] * (1 + reach)
        exponent += RELATIVE_ROUNDING
        telling = exponent < LARGEST_EXPONENT
        factor = np.exp(np.where(telling, exponent, 0.0))
        lost = CANCELLATION * np.square(self._size[places]) + UNDERFLOW
        information = self.information(places, middle)
        lower = np.where(telling, np.maximum(information / factor - 2 * lost, 0.0), 0.0)
        upper = np.where(telling, (information + lost) * factor + lost, np.inf)
        return lower.round(WEIGHT_DIGITS), upper.round(WEIGHT_DIGITS)

    def _ranked(self, found: Sequence[int], theta: float) -> list[int]:
        values = self.information(np.array(found), theta).round(WEIGHT_DIGITS).tolist()
        return [position for _value, position in sorted(zip([-value for value in values], found, strict=True))]

    def _best_of_all(self, theta: float, without: Set[int], count: int) -> list[int]:
        values = self._pool.information([theta])[:, 0].round(WEIGHT_DIGITS)
        values[list(without)] = -inf
        if count == 1:
            return [int(np.argmax(values))]
        order: list[int] = np.argsort(-values, kind="stable")[:count].tolist()
        return order
