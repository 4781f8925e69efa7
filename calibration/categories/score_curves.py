"""Probabilities of scores with their derivatives by the parameters of the items."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from calibration.array_types import FloatArray

# Probabilities below this count as this: their logarithms and shares stay finite.
LEAST_PROBABILITY = 1e-290


@dataclass(frozen=True, eq=False)
class ScoreCurves:
    """Curves of some items on a grid.

    Args:
        probability: Of each score, shape (items, scores, nodes).
        first: Derivatives by the parameters, shape (items, scores, parameters, nodes).
        second: Second derivatives, shape (items, scores, parameters, parameters, nodes).
    """

    probability: FloatArray
    first: FloatArray
    second: FloatArray

    @cached_property
    def safe_probability(self) -> FloatArray:
        """Probabilities that can be divided by."""
        return np.maximum(self.probability, LEAST_PROBABILITY)

    @cached_property
    def log_probability(self) -> FloatArray:
        """Logarithms, shape (items, scores, nodes)."""
        return np.log(self.safe_probability)

    @cached_property
    def log_derivatives(self) -> FloatArray:
        """Derivatives of the logarithms by the parameters, shape (items, scores, parameters, nodes)."""
        return self.first / self.safe_probability[:, :, None]

    def gradient(self, counts: FloatArray) -> FloatArray:
        """Derivatives of the expected log-likelihood.

        Args:
            counts: Expected answers with each score, shape (items, scores, nodes).

        Returns:
            Shape (items, parameters).
        """
        return np.asarray(np.einsum("kxq,kxjq->kj", counts, self.log_derivatives))

    def curvature(self, counts: FloatArray) -> FloatArray:
        """Minus the second derivatives of the expected log-likelihood.

        Args:
            counts: Expected answers with each score, shape (items, scores, nodes).

        Returns:
            Shape (items, parameters, parameters).
        """
        weight = counts / self.safe_probability
        outer = np.einsum("kxq,kxiq,kxjq->kij", counts, self.log_derivatives, self.log_derivatives, optimize=True)
        return np.asarray(outer - np.einsum("kxq,kxijq->kij", weight, self.second))

    def expected_curvature(self, answered: FloatArray) -> FloatArray:
        """Fisher's information about the parameters: the curvature to be expected of so many answers.

        Args:
            answered: Expected answers at each node, shape (items, nodes).

        Returns:
            Shape (items, parameters, parameters), positive semidefinite.
        """
        weight = answered[:, None] * self.probability
        return np.asarray(
            np.einsum("kxq,kxiq,kxjq->kij", weight, self.log_derivatives, self.log_derivatives, optimize=True)
        )

    def ability_information(self, slopes: FloatArray) -> FloatArray:
        """Information about ability: a shift of ability is a shift of all intercepts, times the slope.

        Args:
            slopes: Shape (items,).

        Returns:
            Shape (items, nodes).
        """
        intercepts = self.probability.shape[1] - 1
        by_ability = slopes[:, None, None] * self.first[:, :, 1 : 1 + intercepts].sum(axis=2)
        return np.asarray((by_ability**2 / self.safe_probability).sum(axis=1))


def logistic(logits: FloatArray) -> FloatArray:
    """Probability from logits, without overflow.

    Args:
        logits: Any shape.

    Returns:
        The same shape.
    """
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * logits)))
