"""The generalised partial credit model; with two scores the two-parameter logistic model."""

from __future__ import annotations

import numpy as np

from calibration.array_types import BoolArray, FloatArray
from calibration.categories.score_curves import ScoreCurves


class PartialCredit:
    """P(x) in proportion to exp(x a θ + d₁ + … + d_x); the thresholds are b_v = −d_v / a.

    Reference:
        Muraki (1992).
    """

    extras = 0

    def curves(self, parameters: FloatArray, nodes: FloatArray) -> ScoreCurves:
        """Compute probabilities and derivatives; the model is an exponential family in (a, d).

        Args:
            parameters: Slope and intercepts, shape (items, scores).
            nodes: Abilities, shape (nodes,).

        Returns:
            The curves.
        """
        count = parameters.shape[1]
        steps = parameters[:, :1, None] * nodes + parameters[:, 1:, None]
        exponents = np.concatenate((np.zeros_like(steps[:, :1]), np.cumsum(steps, axis=1)), axis=1)
        shares = np.exp(exponents - exponents.max(axis=1, keepdims=True))
        probability = shares / shares.sum(axis=1, keepdims=True)
        # Sufficient statistics of a score x: x θ for the slope, and whether x has reached v for each intercept.
        score = np.arange(count)
        reached = (score[:, None] >= score[1:]).astype(np.float64)
        statistic = np.concatenate(
            (
                score[:, None, None] * nodes,
                np.broadcast_to(reached[:, :, None], (count, count - 1, len(nodes))),
            ),
            axis=1,
        )
        mean = np.einsum("kxq,xjq->kjq", probability, statistic)
        deviation = statistic - mean[:, None]
        covariance = np.einsum("kxq,kxiq,kxjq->kijq", probability, deviation, deviation, optimize=True)
        first = probability[:, :, None] * deviation
        second = probability[:, :, None, None] * (
            deviation[:, :, :, None] * deviation[:, :, None] - covariance[:, None]
        )
        return ScoreCurves(probability, first, second)

    def admissible(self, parameters: FloatArray) -> BoolArray:
        """Say that any finite parameters will do.

        Args:
            parameters: Shape (items, scores).

        Returns:
            Shape (items,).
        """
        return np.asarray(np.isfinite(parameters).all(axis=1))

    def start(self, shares: FloatArray) -> FloatArray:
        """Guess from the odds of each score against the one below.

        Args:
            shares: Shape (items, scores).

        Returns:
            Shape (items, scores).
        """
        slope = np.full((len(shares), 1), 1.0 / np.sqrt(shares.shape[1] - 1))
        return np.concatenate((slope, np.log(shares[:, 1:] / shares[:, :-1])), axis=1)
