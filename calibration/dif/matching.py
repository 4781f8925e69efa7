"""What persons of two groups are matched on before their answers to an item are compared."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from calibration.array_types import BoolArray, FloatArray, IntArray
from calibration.errors import CalibrationError
from calibration.person_likelihoods import log_likelihoods
from calibration.quadrature import AbilityGrid
from calibration.responses import ResponseData
from engine.ability.ability_grid import posterior_of

#: Groups of ability that persons are sorted into; fewer would let persons of different ability pass as equals.
STRATA = 20
#: Where answers are few, strata are fewer: in one with too few persons the two groups seldom meet. Five still take away
#: nine tenths of what matching can (Cochran 1968).
LEAST_STRATA, PERSONS_A_STRATUM = 5, 25
ABILITY_DIGITS = 8
# A group's spread is not taken for smaller than this, however alike its answers.
SMALLEST_SPREAD = 0.1
POPULATION_SETTLED = 1e-4
POPULATION_ROUNDS = 200


class Matching(Protocol):
    """A way to match the persons who answered an item."""

    def values(self, item: int, anchors: BoolArray) -> FloatArray:
        """Return what persons are matched on, one an answer to the item, from the items that are anchors."""

    def strata(self, values: FloatArray) -> IntArray:
        """Return for each of these values which stratum it belongs to."""


@dataclass(frozen=True, eq=False)
class ScoreMatching:
    """Matching on the number of points on the anchors and the item itself.

    Without the item itself an item alike for both groups would seem to favour the abler one.

    Args:
        data: Answers of persons who all answered all items.

    Raises:
        CalibrationError: Somebody did not.

    Reference:
        Holland & Thayer (1988).
    """

    data: ResponseData

    def __post_init__(self) -> None:
        data = self.data
        if data.n_responses != data.n_persons * data.n_items:
            raise CalibrationError(
                f"{data.n_responses} answers of {data.n_persons} persons to {data.n_items} items: persons can be "
                "matched on their number of points only if everybody answered everything; match on ability",
                code="not_linear",
            )

    @cached_property
    def _scores(self) -> FloatArray:
        return self.data.score.reshape(self.data.n_persons, self.data.n_items).astype(np.float64)

    def values(self, item: int, anchors: BoolArray) -> FloatArray:
        """Return the number of points, shape (persons,)."""
        counted = anchors.copy()
        counted[item] = True
        return np.asarray(self._scores @ counted)

    def strata(self, values: FloatArray) -> IntArray:
        """Return one stratum for each number of points."""
        return np.unique(values, return_inverse=True)[1].astype(np.int32)


@dataclass(frozen=True, eq=False)
class AbilityMatching:
    """Matching on ability as the answers to the other items let expect it.

    An estimate shrinks towards the mean that its prior names. With one prior for both groups, persons of the weaker
    group would on average be less able than persons of the stronger one with the same estimate, and sound items would
    seem to disfavour them. So the prior is that of the person's own group, estimated from the anchors.

    Args:
        data: Answers, complete or not.
        focal: Whether a person is in the focal group, shape (persons,).
        log_probabilities: Of the items' scores on the grid, shape (items, scores, nodes).
        grid: Abilities to sum over.

    Reference:
        Zwick, Thayer & Wingersky (1994) for adaptive tests; Shealy & Stout (1993) on regression to each group's mean.
    """

    data: ResponseData
    focal: BoolArray
    log_probabilities: FloatArray
    grid: AbilityGrid

    def values(self, item: int, anchors: BoolArray) -> FloatArray:
        """Return expected abilities, shape (answers to the item,)."""
        return np.asarray(self.posteriors(item, anchors) @ self.grid.nodes)

    def posteriors(self, item: int, anchors: BoolArray) -> FloatArray:
        """Weigh abilities for each answer to an item by the person's answers to the other anchors.

        Args:
            item: Place of the item.
            anchors: Items that are believed, shape (items,).

        Returns:
            Shape (answers to the item, nodes).
        """
        log_posterior = self._log_posteriors(anchors.tobytes())
        rows = np.flatnonzero(self.data.item == item)
        weights = log_posterior[self.data.person[rows]]
        if anchors[item]:
            weights = weights - self.log_probabilities[item, self.data.score[rows]]
        return posterior_of(weights)

    @cached_property
    def _known(self) -> dict[bytes, FloatArray]:
        return {}

    def _log_posteriors(self, key: bytes) -> FloatArray:
        """Log posteriors by person up to constants; those of the latest anchors are kept for the next item."""
        if key not in self._known:
            anchors = np.frombuffer(key, dtype=bool)
            found = log_likelihoods(self.data, self.log_probabilities, counting=anchors)
            for members in (self.focal, ~self.focal):
                mean, spread = population_of(found[members], self.grid)
                found[members] += self.grid.log_weights(mean, spread)
            self._known.clear()
            self._known[key] = found
        return self._known[key]

    def strata(self, values: FloatArray) -> IntArray:
        """Return strata of about equally many persons in order of ability."""
        # Persons with the same answers are equally able; without rounding, the order of sums would tell them apart.
        values = np.round(values, ABILITY_DIGITS)
        strata = min(STRATA, max(LEAST_STRATA, len(values) // PERSONS_A_STRATUM))
        cuts = np.quantile(values, np.linspace(0, 1, strata + 1)[1:-1])
        return np.searchsorted(cuts, values).astype(np.int32)


def population_of(log_likelihood: FloatArray, grid: AbilityGrid) -> tuple[float, float]:
    """Estimate mean and standard deviation of a group's abilities by marginal maximum likelihood.

    Args:
        log_likelihood: Of each person at the nodes, shape (persons, nodes).
        grid: The nodes.

    Returns:
        Mean and standard deviation of a normal distribution.

    Reference:
        Bock & Aitkin (1981).
    """
    mean, spread = 0.0, 1.0
    for _ in range(POPULATION_ROUNDS):
        shares = posterior_of(log_likelihood + grid.log_weights(mean, spread)).mean(axis=0)
        moved = float(shares @ grid.nodes)
        spread_moved = max(SMALLEST_SPREAD, float(np.sqrt(shares @ (grid.nodes - moved) ** 2)))
        settled = abs(moved - mean) + abs(spread_moved - spread) < POPULATION_SETTLED
        mean, spread = moved, spread_moved
        if settled:
            break
    return mean, spread
