"""One calibration problem: the responses, what is free, what is known, and the priors."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from calibration.array_types import BoolArray, FloatArray
from calibration.chunks import Persons
from calibration.estimates import Estimates
from calibration.expectation import Expectation, ExpectedCounts
from calibration.information import observed_information
from calibration.item_priors import ItemPriors
from calibration.maximisation import maximise
from calibration.person_blocks import PersonBlock
from calibration.population import population_gradient
from calibration.quadrature import AbilityGrid


@dataclass(frozen=True, eq=False)
class Problem:
    """What the M-step may move, and the function that is climbed.

    Args:
        persons: The responses, where they are worked on.
        grid: The ability grid.
        free_slope: Items whose slope is estimated, shape (items,).
        free_intercept: Items whose intercept is estimated, shape (items,).
        free_mean: Whether the mean of the abilities is estimated.
        free_deviation: Whether their standard deviation is estimated.
        priors: Priors of the items, or None.
    """

    persons: Persons[PersonBlock]
    grid: AbilityGrid
    free_slope: BoolArray
    free_intercept: BoolArray
    free_mean: bool
    free_deviation: bool
    priors: ItemPriors | None

    @property
    def free(self) -> BoolArray:
        """Which entries of :attr:`Estimates.vector` are estimated, shape (2 items + 2,)."""
        return np.concatenate((self.free_slope, self.free_intercept, (self.free_mean, self.free_deviation)))

    @property
    def free_items(self) -> BoolArray:
        """Items of which slope or intercept is estimated, shape (items,)."""
        return self.free_slope | self.free_intercept

    def maximise(self, estimates: Estimates, counts: ExpectedCounts) -> Estimates:
        """Run the M-step.

        Args:
            estimates: Where the counts were computed.
            counts: Expected counts.

        Returns:
            Estimates at which the objective is not lower.
        """
        return maximise(self, estimates, counts)

    def information(self, estimates: Estimates, counts: ExpectedCounts) -> FloatArray:
        """Compute minus the second derivatives of log-likelihood plus log prior.

        Args:
            estimates: Where.
            counts: Expected counts at the same place.

        Returns:
            Shape (2 items + 2, 2 items + 2).
        """
        return observed_information(self, estimates, counts)

    def from_vector(self, vector: FloatArray) -> Estimates:
        """Undo :attr:`Estimates.vector`.

        Args:
            vector: Shape (2 items + 2,).

        Returns:
            The estimates.
        """
        return Estimates.from_vector(vector)

    def expect(self, estimates: Estimates) -> ExpectedCounts:
        """Run the E-step.

        Args:
            estimates: Where.

        Returns:
            Expected counts and log-likelihood.
        """
        return self.persons.total(Expectation(estimates, self.grid))

    def log_prior(self, estimates: Estimates) -> float:
        """Log prior density of the items, 0 where there are no priors.

        Args:
            estimates: Where.

        Returns:
            The density's logarithm, up to a constant.
        """
        if self.priors is None:
            return 0.0
        return float(self.priors.log_density(estimates.slope, estimates.intercept).sum())

    def holding(self, items: BoolArray, *, deviation: bool) -> Problem:
        """The same problem with something held where it is.

        Args:
            items: Items to hold, shape (items,).
            deviation: Whether to hold the standard deviation of ability too.

        Returns:
            The reduced problem.
        """
        return replace(
            self,
            free_slope=self.free_slope & ~items,
            free_intercept=self.free_intercept & ~items,
            free_deviation=self.free_deviation and not deviation,
        )

    def gradient(self, estimates: Estimates, counts: ExpectedCounts) -> FloatArray:
        """First derivatives of log-likelihood plus log prior (Fisher's identity), all entries.

        Args:
            estimates: Where.
            counts: Expected counts at the same place.

        Returns:
            Shape (2 items + 2,).
        """
        nodes = self.grid.nodes
        residual = counts.right - counts.answered * estimates.probabilities(nodes)
        items = np.stack((residual @ nodes, residual.sum(axis=1)))
        if self.priors is not None:
            items += self.priors.gradient(estimates.slope, estimates.intercept)
        population = population_gradient(counts.persons, nodes, estimates.mean, estimates.deviation)
        return np.concatenate((items.ravel(), population))
