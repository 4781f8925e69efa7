"""The three-parameter logistic model."""

from __future__ import annotations

import numpy as np

from calibration.array_types import BoolArray, FloatArray
from calibration.categories.score_curves import ScoreCurves, logistic

STARTING_GUESSING = 0.15
SPREAD_OF_ABILITY = 1.16


class Guessing:
    """P(right) = c + (1 − c) / (1 + exp(−a θ − d)), the chance to guess estimated as its logit.

    Reference:
        Birnbaum (1968).
    """

    extras = 1

    def curves(self, parameters: FloatArray, nodes: FloatArray) -> ScoreCurves:
        """Compute probabilities of wrong and right and their derivatives by a, d and the logit of c.

        Args:
            parameters: Slope, intercept and logit of guessing, shape (items, 3).
            nodes: Abilities, shape (nodes,).

        Returns:
            The curves.
        """
        guess, no_guess = logistic(parameters[:, 2:]), logistic(-parameters[:, 2:])
        logits = parameters[:, :1] * nodes + parameters[:, 1:2]
        able, unable = logistic(logits), logistic(-logits)
        steep = no_guess * able * unable
        bend = steep * (unable - able)
        lucky = guess * no_guess * unable
        first = np.stack((steep * nodes, steep, lucky), axis=1)
        mixed = -guess * steep
        second = np.stack(
            (
                np.stack((bend * nodes**2, bend * nodes, mixed * nodes), axis=1),
                np.stack((bend * nodes, bend, mixed), axis=1),
                np.stack((mixed * nodes, mixed, lucky * (no_guess - guess)), axis=1),
            ),
            axis=1,
        )
        wrong, right = no_guess * unable, guess + no_guess * able
        return ScoreCurves(
            np.stack((wrong, right), axis=1), np.stack((-first, first), axis=1), np.stack((-second, second), axis=1)
        )

    def admissible(self, parameters: FloatArray) -> BoolArray:
        """Say that any finite parameters will do.

        Args:
            parameters: Shape (items, 3).

        Returns:
            Shape (items,).
        """
        return np.asarray(np.isfinite(parameters).all(axis=1))

    def start(self, shares: FloatArray) -> FloatArray:
        """Guess from the share of right answers beyond those that are luck.

        Args:
            shares: Shape (items, 2).

        Returns:
            Shape (items, 3).
        """
        known = np.clip((shares[:, 1] - STARTING_GUESSING) / (1.0 - STARTING_GUESSING), 0.05, 0.99)
        logit = np.full(len(shares), np.log(STARTING_GUESSING / (1.0 - STARTING_GUESSING)))
        return np.stack((np.ones(len(shares)), SPREAD_OF_ABILITY * np.log(known / (1.0 - known)), logit), axis=1)
