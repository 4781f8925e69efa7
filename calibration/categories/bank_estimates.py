"""The unknowns of a calibration over several families of curves, laid out as a table padded with zeros."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calibration.array_types import BoolArray, FloatArray
from calibration.categories.curve_family import CurveGroup
from calibration.estimates import LARGEST_DEVIATION, LARGEST_INTERCEPT, SMALLEST_DEVIATION, STEEPEST_SLOPE

# A chance to guess below 0.1 % cannot be told from none.
NO_GUESSING = -7.0
SURE_GUESSING = 3.0


@dataclass(frozen=True, eq=False)
class BankEstimates:
    """Parameters of all items and the normal distribution of ability.

    Args:
        groups: The items by family.
        parameters: Slope, intercepts and extras of each item, shape (items, widest item); 0 beyond an item's own.
        mean: Mean of the abilities.
        deviation: Standard deviation of the abilities.
    """

    groups: Sequence[CurveGroup]
    parameters: FloatArray
    mean: float = 0.0
    deviation: float = 1.0

    @property
    def vector(self) -> FloatArray:
        """The table row by row, then mean and deviation."""
        return np.concatenate((self.parameters.ravel(), (self.mean, self.deviation)))

    def moved_to(self, vector: FloatArray) -> BankEstimates:
        """Return the estimates that :attr:`vector` describes.

        Args:
            vector: Shape (items · widest + 2,).

        Returns:
            The estimates.
        """
        parameters = vector[:-2].reshape(self.parameters.shape)
        return BankEstimates(self.groups, parameters, float(vector[-2]), float(vector[-1]))

    @property
    def admissible(self) -> bool:
        """Whether the likelihood can be computed here."""
        low, high = parameter_limits(self.groups, self.parameters.shape)
        inside = bool(((self.parameters >= low) & (self.parameters <= high)).all())
        return (
            inside
            and SMALLEST_DEVIATION <= self.deviation <= LARGEST_DEVIATION
            and all(bool(group.family.admissible(self.of(group)).all()) for group in self.groups)
        )

    def of(self, group: CurveGroup) -> FloatArray:
        """Parameters of a group's items.

        Args:
            group: One of the groups.

        Returns:
            Shape (items of the group, its width).
        """
        return self.parameters[group.items, : group.width]

    def at_bound(self) -> BoolArray:
        """Items of which a parameter ran to the end of what can be told apart, shape (items,).

        That nothing is guessed is an end, but not one that keeps the other parameters from being estimated.
        """
        low, high = parameter_limits(self.groups, self.parameters.shape)
        used = high > low
        reach = 0.0005 * (high - low)
        touched = used & ((self.parameters < low + reach) | (self.parameters > high - reach))
        return np.asarray((touched & ~self.without_guessing()).any(axis=1))

    def without_guessing(self) -> BoolArray:
        """Entries that say that an item is never guessed, shape (items, widest)."""
        entries = np.zeros(self.parameters.shape, dtype=bool)
        for group in self.groups:
            for extra in range(group.score_count, group.width):
                entries[group.items, extra] = self.parameters[group.items, extra] < NO_GUESSING + 0.01
        return entries

    def deviation_at_bound(self) -> bool:
        """Whether the standard deviation of ability ran to the end of its range."""
        return not 1.001 * SMALLEST_DEVIATION < self.deviation < 0.999 * LARGEST_DEVIATION


def parameter_limits(groups: Sequence[CurveGroup], shape: tuple[int, ...]) -> tuple[FloatArray, FloatArray]:
    """Return the ends between which parameters are looked for.

    Args:
        groups: The items by family.
        shape: (items, widest item).

    Returns:
        Lower and upper ends, each of that shape; both 0 beyond an item's own parameters.
    """
    low, high = np.zeros(shape), np.zeros(shape)
    for group in groups:
        low[group.items, 0], high[group.items, 0] = -STEEPEST_SLOPE, STEEPEST_SLOPE
        low[group.items, 1 : group.score_count] = -LARGEST_INTERCEPT
        high[group.items, 1 : group.score_count] = LARGEST_INTERCEPT
        low[group.items, group.score_count : group.width] = NO_GUESSING
        high[group.items, group.score_count : group.width] = SURE_GUESSING
    return low, high
