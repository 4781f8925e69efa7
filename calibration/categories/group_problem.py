"""One calibration over several groups of persons: the same items, for each group abilities of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import add

import numpy as np

from calibration.array_types import BoolArray, FloatArray
from calibration.categories.bank_estimates import BankEstimates
from calibration.categories.bank_maximisation import maximise_bank, maximised_population
from calibration.categories.bank_problem import BankProblem
from calibration.categories.curve_family import CurveGroup
from calibration.categories.score_expectation import ScoreCounts


@dataclass(frozen=True, eq=False)
class GroupEstimates:
    """Parameters of all items, and the abilities of each group.

    Args:
        groups: The items by family.
        parameters: As in :class:`BankEstimates`, shape (items, widest item).
        populations: Mean and standard deviation of each group, the reference first, shape (groups, 2).
    """

    groups: Sequence[CurveGroup]
    parameters: FloatArray
    populations: FloatArray

    @property
    def vector(self) -> FloatArray:
        """The table of items row by row, then that of populations."""
        return np.concatenate((self.parameters.ravel(), self.populations.ravel()))

    def moved_to(self, vector: FloatArray) -> GroupEstimates:
        """Return the estimates that :attr:`vector` describes.

        Args:
            vector: Shape (items · widest + groups · 2,).

        Returns:
            The estimates.
        """
        items = self.parameters.size
        return GroupEstimates(
            self.groups,
            vector[:items].reshape(self.parameters.shape),
            vector[items:].reshape(self.populations.shape),
        )

    def of_group(self, place: int) -> BankEstimates:
        """Return the items with the abilities of one group.

        Args:
            place: Which group.

        Returns:
            The estimates as those of a calibration of that group alone.
        """
        mean, deviation = self.populations[place].tolist()
        return BankEstimates(self.groups, self.parameters, mean, deviation)

    @property
    def admissible(self) -> bool:
        """Whether the likelihood can be computed here."""
        return all(self.of_group(place).admissible for place in range(len(self.populations)))

    def at_bound(self) -> BoolArray:
        """Items of which a parameter ran to the end of what can be told apart, shape (items,)."""
        return self.of_group(0).at_bound()

    def deviation_at_bound(self) -> bool:
        """Whether the standard deviation of a group's ability ran to the end of its range."""
        return any(self.of_group(place).deviation_at_bound() for place in range(len(self.populations)))


@dataclass(frozen=True, eq=False)
class GroupCounts:
    """Expected counts group by group.

    Args:
        parts: One a group.
    """

    parts: tuple[ScoreCounts, ...]

    @property
    def log_likelihood(self) -> float:
        """Marginal log-likelihood of all persons."""
        return sum(part.log_likelihood for part in self.parts)


@dataclass(frozen=True, eq=False)
class GroupProblem:
    """A landscape for :class:`Ascent` whose height is the sum of the groups' own.

    Args:
        parts: The problem of each group, the reference first; only that one carries the priors, which count once.
    """

    parts: tuple[BankProblem, ...]

    @property
    def free(self) -> BoolArray:
        """Which entries of :attr:`GroupEstimates.vector` are estimated."""
        populations = [(part.free_mean, part.free_deviation) for part in self.parts]
        return np.concatenate((self.parts[0].free_parameters.ravel(), np.array(populations, dtype=bool).ravel()))

    @property
    def free_items(self) -> BoolArray:
        """Items of which some parameter is estimated, shape (items,)."""
        return self.parts[0].free_items

    @property
    def free_deviation(self) -> bool:
        """Whether the standard deviation of a group's ability is estimated."""
        return any(part.free_deviation for part in self.parts)

    def expect(self, estimates: GroupEstimates) -> GroupCounts:
        """Run the E-step of every group.

        Args:
            estimates: Where.

        Returns:
            Expected counts.
        """
        return GroupCounts(tuple(part.expect(estimates.of_group(place)) for place, part in enumerate(self.parts)))

    def maximise(self, estimates: GroupEstimates, counts: GroupCounts) -> GroupEstimates:
        """Run the M-step: the items by all persons, each population by its own.

        Args:
            estimates: Where the counts were computed.
            counts: Expected counts.

        Returns:
            Estimates at which the objective is not lower.
        """
        together = reduce(add, counts.parts)
        items = maximise_bank(self.parts[0], estimates.of_group(0), together).parameters
        populations = [
            maximised_population(part, estimates.of_group(place), counts.parts[place])
            for place, part in enumerate(self.parts)
        ]
        return GroupEstimates(estimates.groups, items, np.array(populations))

    def log_prior(self, estimates: GroupEstimates) -> float:
        """Log prior density of the items, 0 where there are no priors.

        Args:
            estimates: Where.

        Returns:
            The density's logarithm, up to a constant.
        """
        return self.parts[0].log_prior(estimates.of_group(0))

    def gradient(self, estimates: GroupEstimates, counts: GroupCounts) -> FloatArray:
        """First derivatives of log-likelihood plus log prior.

        Args:
            estimates: Where.
            counts: Expected counts at the same place.

        Returns:
            In the order of :attr:`GroupEstimates.vector`.
        """
        total = np.zeros(estimates.vector.size)
        for place, part in enumerate(self.parts):
            own = part.gradient(estimates.of_group(place), counts.parts[place])
            total[self._entries(estimates, place)] += own
        return total

    def information(self, estimates: GroupEstimates, counts: GroupCounts) -> FloatArray:
        """Minus the second derivatives of log-likelihood plus log prior.

        Args:
            estimates: Where.
            counts: Expected counts at the same place.

        Returns:
            Rows and columns in the order of :attr:`GroupEstimates.vector`.
        """
        total = np.zeros((estimates.vector.size,) * 2)
        for place, part in enumerate(self.parts):
            entries = self._entries(estimates, place)
            total[np.ix_(entries, entries)] += part.information(estimates.of_group(place), counts.parts[place])
        return total

    def from_vector(self, vector: FloatArray) -> GroupEstimates:
        """Undo :attr:`GroupEstimates.vector`.

        Args:
            vector: All parameters.

        Returns:
            The estimates.
        """
        layout = self.parts[0].layout
        return GroupEstimates(layout.groups, layout.parameters, np.ones((len(self.parts), 2))).moved_to(vector)

    def holding(self, items: BoolArray, *, deviation: bool) -> GroupProblem:
        """The same problem with something held where it is.

        Args:
            items: Items to hold, shape (items,).
            deviation: Whether to hold the standard deviations of ability too.

        Returns:
            The reduced problem.
        """
        return replace(self, parts=tuple(part.holding(items, deviation=deviation) for part in self.parts))

    def _entries(self, estimates: GroupEstimates, place: int) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
        """Places of the items and of one group in the vector."""
        items = estimates.parameters.size
        return np.concatenate((np.arange(items), items + 2 * place + np.arange(2)))
