"""One calibration over several families of curves: responses, what is free, what is known, and the priors."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from calibration.array_types import BoolArray, FloatArray
from calibration.categories.bank_estimates import BankEstimates
from calibration.categories.bank_information import bank_information
from calibration.categories.bank_maximisation import maximise_bank
from calibration.categories.bank_priors import BankPriors
from calibration.categories.score_blocks import ScoreBlock
from calibration.categories.score_expectation import ScoreCounts, ScoreExpectation
from calibration.chunks import Persons
from calibration.population import population_gradient
from calibration.quadrature import AbilityGrid


@dataclass(frozen=True, eq=False)
class BankProblem:
    """What the M-step may move, and the function that is climbed: a landscape for :class:`Ascent`.

    Args:
        persons: The responses, where they are worked on.
        grid: The ability grid.
        layout: Any estimates, for the order of the parameters.
        free_parameters: Which parameters are estimated, shape (items, widest item).
        free_mean: Whether the mean of the abilities is estimated.
        free_deviation: Whether their standard deviation is estimated.
        priors: Priors of the items, or None.
    """

    persons: Persons[ScoreBlock]
    grid: AbilityGrid
    layout: BankEstimates
    free_parameters: BoolArray
    free_mean: bool
    free_deviation: bool
    priors: BankPriors | None

    @property
    def free(self) -> BoolArray:
        """Which entries of :attr:`BankEstimates.vector` are estimated."""
        return np.concatenate((self.free_parameters.ravel(), (self.free_mean, self.free_deviation)))

    @property
    def free_items(self) -> BoolArray:
        """Items of which some parameter is estimated, shape (items,)."""
        return np.asarray(self.free_parameters.any(axis=1))

    def expect(self, estimates: BankEstimates) -> ScoreCounts:
        """Run the E-step.

        Args:
            estimates: Where.

        Returns:
            Expected counts and log-likelihood.
        """
        return self.persons.total(ScoreExpectation(estimates, self.grid))

    def maximise(self, estimates: BankEstimates, counts: ScoreCounts) -> BankEstimates:
        """Run the M-step.

        Args:
            estimates: Where the counts were computed.
            counts: Expected counts.

        Returns:
            Estimates at which the objective is not lower.
        """
        return maximise_bank(self, estimates, counts)

    def log_prior(self, estimates: BankEstimates) -> float:
        """Log prior density of the items, 0 where there are no priors.

        Args:
            estimates: Where.

        Returns:
            The density's logarithm, up to a constant.
        """
        return 0.0 if self.priors is None else float(self.priors.log_density(estimates).sum())

    def gradient(self, estimates: BankEstimates, counts: ScoreCounts) -> FloatArray:
        """First derivatives of log-likelihood plus log prior (Fisher's identity), all entries.

        Args:
            estimates: Where.
            counts: Expected counts at the same place.

        Returns:
            In the order of :attr:`BankEstimates.vector`.
        """
        items = np.zeros_like(estimates.parameters)
        for group in estimates.groups:
            parameters = estimates.of(group)
            found = group.family.curves(parameters, self.grid.nodes).gradient(counts.of(group))
            if self.priors is not None:
                found = found + self.priors.of(group, parameters)[1]
            items[group.items, : group.width] = found
        population = population_gradient(counts.persons, self.grid.nodes, estimates.mean, estimates.deviation)
        return np.concatenate((items.ravel(), population))

    def information(self, estimates: BankEstimates, counts: ScoreCounts) -> FloatArray:
        """Compute minus the second derivatives of log-likelihood plus log prior.

        Args:
            estimates: Where.
            counts: Expected counts at the same place.

        Returns:
            Rows and columns in the order of :attr:`BankEstimates.vector`.
        """
        return bank_information(self, estimates, counts)

    def from_vector(self, vector: FloatArray) -> BankEstimates:
        """Undo :attr:`BankEstimates.vector`.

        Args:
            vector: All parameters, mean and deviation.

        Returns:
            The estimates.
        """
        return self.layout.moved_to(vector)

    def holding(self, items: BoolArray, *, deviation: bool) -> BankProblem:
        """The same problem with something held where it is.

        Args:
            items: Items to hold, shape (items,).
            deviation: Whether to hold the standard deviation of ability too.

        Returns:
            The reduced problem.
        """
        return replace(
            self,
            free_parameters=self.free_parameters & ~items[:, None],
            free_deviation=self.free_deviation and not deviation,
        )
