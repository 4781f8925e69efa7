"""The graded response model."""

from __future__ import annotations

import numpy as np

from calibration.array_types import BoolArray, FloatArray
from calibration.categories.score_curves import ScoreCurves, logistic

# Intercepts nearer than this would leave a score that nobody can have.
LEAST_GAP = 1e-5
SPREAD_OF_ABILITY = 1.16


class Graded:
    """P(score ≥ x) = 1 / (1 + exp(−a θ − d_x)) with falling intercepts; the thresholds are b_x = −d_x / a.

    Reference:
        Samejima (1969).
    """

    extras = 0

    def curves(self, parameters: FloatArray, nodes: FloatArray) -> ScoreCurves:
        """Compute probabilities as differences of neighbouring logistic curves, without cancellation.

        Args:
            parameters: Slope and intercepts, shape (items, scores).
            nodes: Abilities, shape (nodes,).

        Returns:
            The curves.
        """
        items, count = parameters.shape
        logits = parameters[:, :1, None] * nodes + parameters[:, 1:, None]
        upper, lower = logistic(logits), logistic(-logits)
        gaps = -np.expm1(logits[:, 1:] - logits[:, :-1])
        between = upper[:, :-1] * lower[:, 1:] * gaps
        probability = np.concatenate((lower[:, :1], between, upper[:, -1:]), axis=1)
        slope_of = upper * lower
        bend_of = slope_of * (lower - upper)
        first = np.zeros((items, count, count, len(nodes)))
        second = np.zeros((items, count, count, count, len(nodes)))
        for x in range(1, count):
            steep, bend = slope_of[:, x - 1], bend_of[:, x - 1]
            # The curve of reaching x adds to the probability of x and takes from that of the score below.
            for score, sign in ((x, 1.0), (x - 1, -1.0)):
                first[:, score, 0] += sign * steep * nodes
                first[:, score, x] += sign * steep
                second[:, score, 0, 0] += sign * bend * nodes**2
                second[:, score, 0, x] += sign * bend * nodes
                second[:, score, x, 0] += sign * bend * nodes
                second[:, score, x, x] += sign * bend
        return ScoreCurves(probability, first, second)

    def admissible(self, parameters: FloatArray) -> BoolArray:
        """Say where the intercepts fall.

        Args:
            parameters: Shape (items, scores).

        Returns:
            Shape (items,).
        """
        falling = (np.diff(parameters[:, 1:], axis=1) < -LEAST_GAP).all(axis=1)
        return np.asarray(np.isfinite(parameters).all(axis=1) & falling)

    def start(self, shares: FloatArray) -> FloatArray:
        """Guess from the odds of reaching each score.

        Args:
            shares: Shape (items, scores).

        Returns:
            Shape (items, scores).
        """
        reached = np.cumsum(shares[:, :0:-1], axis=1)[:, ::-1]
        return np.concatenate(
            (np.ones((len(shares), 1)), SPREAD_OF_ABILITY * np.log(reached / (1.0 - reached))), axis=1
        )
