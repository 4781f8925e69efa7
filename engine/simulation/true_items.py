"""The items as simulated examinees meet them: true parameters, which may differ from the calibrated ones."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.errors import InvalidParameters, InvalidSetting
from engine.randomness import generator
from engine.response_models import FloatArray, IntArray, ItemPool
from engine.response_models.two_parameter import TwoParameterLogistic, probability


@dataclass(frozen=True, eq=False, kw_only=True)
class TrueItems:
    """Items by whose parameters simulated responses are drawn.

    An item whose discrimination and difficulty differ from those of its pool responds at an ability as the pool's item
    does elsewhere on the scale, so every response model is served by its own formulas.

    Args:
        pool: The items, with the parameters that the errors are added to.
        ratios: True over the pool's discrimination, shape (items,); None where the pool's parameters are the true ones.
        shifts: True minus the pool's difficulty, shape (items,); None likewise.
    """

    pool: ItemPool
    ratios: FloatArray | None = None
    shifts: FloatArray | None = None

    def chances(self, items: IntArray, thetas: FloatArray) -> FloatArray:
        """Return the probabilities of a score of at least 1, 2, … of one item for each examinee.

        Args:
            items: Positions of the items, shape (examinees,).
            thetas: True abilities, shape (examinees,).

        Returns:
            Probabilities, shape (examinees, categories - 1); 0 beyond an item's own categories.
        """
        places = self._elsewhere(items, thetas)
        if len(self.pool.groups) == 1 and isinstance(self.pool.groups[0].family, TwoParameterLogistic):
            a, b = self.pool.groups[0].parameters[items].T
            return probability(places, a, b)[:, None]
        table = np.zeros((items.size, self.pool.categories - 1))
        for group in self.pool.groups:
            for row in np.flatnonzero(np.isin(group.positions, items)).tolist():
                asked = np.flatnonzero(items == group.positions[row])
                logs = group.family.log_probabilities(group.parameters[[row]], places[asked])[0]
                table[asked, : group.categories - 1] = np.exp(logs[:0:-1]).cumsum(axis=0)[::-1].T
        return table

    def scores(self, items: IntArray, thetas: FloatArray, draws: FloatArray) -> IntArray:
        """Return the scores that random numbers in [0, 1), shape (examinees,), make of the chances."""
        return np.asarray((draws[:, None] < self.chances(items, thetas)).sum(axis=1))

    def _elsewhere(self, items: IntArray, thetas: FloatArray) -> FloatArray:
        if self.ratios is None or self.shifts is None:
            return thetas
        difficulty = self.pool.difficulty[items]
        return np.asarray(difficulty + self.ratios[items] * (thetas - difficulty - self.shifts[items]))


def true_items(source: ItemPool | None, target: ItemPool, *, parameter_error: bool = False, seed: int = 0) -> TrueItems:
    """Return the items by which responses to a pool are drawn.

    Args:
        source: Items with the true parameters, by id, in any order; the target's own unless given.
        target: The items of the exam.
        parameter_error: Whether the true parameters lie about the source's by the target's standard errors: the
            difficulty normally, the discrimination lognormally with the source's as its mean, correlated as they are.
        seed: Seed of that draw.

    Returns:
        The items, in the order of the target.

    Raises:
        UnknownItem: If the source lacks an item.
        InvalidParameters: If it scores an item over other categories.
        InvalidSetting: If errors are asked for and no item has a standard error.
    """
    pool = target if source is None else aligned(source, target)
    if not parameter_error:
        return TrueItems(pool=pool)
    if not (target.se_discrimination.any() or target.se_difficulty.any()):
        raise InvalidSetting("parameter_error needs standard errors of the items' parameters, but no item has any")
    scores = generator(seed, 0, "parameter errors").standard_normal((2, len(target)))
    spread = np.log1p(np.square(target.se_discrimination / target.discrimination))
    correlation = target.error_correlations()
    return TrueItems(
        pool=pool,
        ratios=np.exp(np.sqrt(spread) * scores[0] - spread / 2),
        shifts=target.se_difficulty * (correlation * scores[0] + np.sqrt(1.0 - correlation * correlation) * scores[1]),
    )


def aligned(source: ItemPool, target: ItemPool) -> ItemPool:
    """Return the source's parameters in the order of the target's items.

    Raises:
        UnknownItem: If the source lacks an item.
        InvalidParameters: If it scores an item over other categories.
    """
    places = [source.index_of(item_id) for item_id in target.item_ids]
    _refuse_other_categories(source.category_counts[places], target)
    return ItemPool(
        target.item_ids,
        source.discrimination[places],
        source.difficulty[places],
        target.units,
        target.elements,
        target.criteria,
        groups=source.groups_for(target.item_ids),
    )


def _refuse_other_categories(counts: IntArray | Sequence[int], target: ItemPool) -> None:
    differs = np.asarray(counts) != target.category_counts
    if differs.any():
        item = int(np.argmax(differs))
        raise InvalidParameters(
            f"item {target.item_ids[item]!r} is scored from 0 to {target.category_counts[item] - 1}, "
            f"but its true parameters score it from 0 to {counts[item] - 1}"
        )
