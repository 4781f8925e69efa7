"""The unknowns of a calibration while it runs, in the form in which they are estimated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calibration.array_types import BoolArray, FloatArray

# Beyond these a logistic curve is a step, or flat, on any grid in use: the likelihood has no maximum there.
STEEPEST_SLOPE = 12.0
LARGEST_INTERCEPT = 40.0
SMALLEST_DEVIATION = 0.05
LARGEST_DEVIATION = 8.0
# Below this a curve is flat and its difficulty is not defined.
FLATTEST_SLOPE = 1e-3


@dataclass(frozen=True, eq=False)
class Estimates:
    """Curves of all items, logit P = slope · θ + intercept, and the normal distribution of ability.

    Args:
        slope: Shape (items,).
        intercept: Shape (items,).
        mean: Mean of the abilities.
        deviation: Standard deviation of the abilities.
    """

    slope: FloatArray
    intercept: FloatArray
    mean: float = 0.0
    deviation: float = 1.0

    @property
    def vector(self) -> FloatArray:
        """Slopes, intercepts, mean and deviation in one row, shape (2 items + 2,)."""
        return np.concatenate((self.slope, self.intercept, (self.mean, self.deviation)))

    @classmethod
    def from_vector(cls, vector: FloatArray) -> Estimates:
        """Undo :attr:`vector`.

        Args:
            vector: Shape (2 items + 2,).

        Returns:
            The estimates.
        """
        items = (len(vector) - 2) // 2
        return cls(vector[:items], vector[items : 2 * items], float(vector[-2]), float(vector[-1]))

    @property
    def admissible(self) -> bool:
        """Whether the likelihood can be computed here."""
        vector = self.vector
        return bool(
            np.isfinite(vector).all()
            and SMALLEST_DEVIATION <= self.deviation <= LARGEST_DEVIATION
            and np.abs(self.slope).max() <= STEEPEST_SLOPE
            and np.abs(self.intercept).max() <= LARGEST_INTERCEPT
        )

    def logits(self, nodes: FloatArray) -> FloatArray:
        """Logits of a right answer.

        Args:
            nodes: Abilities, shape (nodes,).

        Returns:
            Shape (items, nodes).
        """
        return self.slope[:, None] * nodes + self.intercept[:, None]

    def probabilities(self, nodes: FloatArray) -> FloatArray:
        """Probabilities of a right answer.

        Args:
            nodes: Abilities, shape (nodes,).

        Returns:
            Shape (items, nodes).
        """
        return 0.5 * (1.0 + np.tanh(0.5 * self.logits(nodes)))

    def log_wrong(self, nodes: FloatArray) -> FloatArray:
        """Log probabilities of a wrong answer, exact however improbable it is.

        Args:
            nodes: Abilities, shape (nodes,).

        Returns:
            Shape (items, nodes).
        """
        return log_wrong(self.logits(nodes))

    def difficulty(self) -> FloatArray:
        """Abilities at which a right answer is as likely as a wrong one, −intercept / slope.

        Returns:
            Shape (items,); finite, if meaningless, for a flat curve.
        """
        away_from_zero = np.copysign(np.maximum(np.abs(self.slope), FLATTEST_SLOPE), self.slope)
        difficulty: FloatArray = -self.intercept / away_from_zero
        return difficulty

    def is_flat(self) -> BoolArray:
        """Items whose difficulty is not defined.

        Returns:
            Shape (items,).
        """
        flat: BoolArray = np.abs(self.slope) < FLATTEST_SLOPE
        return flat

    def deviation_at_bound(self) -> bool:
        """Whether the standard deviation of ability ran to the end of its range."""
        return not 1.001 * SMALLEST_DEVIATION < self.deviation < 0.999 * LARGEST_DEVIATION

    def at_bound(self) -> BoolArray:
        """Items whose slope or intercept ran to the end of what can be told apart.

        Returns:
            Shape (items,).
        """
        outside: BoolArray = (np.abs(self.slope) > 0.999 * STEEPEST_SLOPE) | (
            np.abs(self.intercept) > 0.999 * LARGEST_INTERCEPT
        )
        return outside


def log_wrong(logits: FloatArray) -> FloatArray:
    """Log probabilities of a wrong answer; several times quicker than ``-logaddexp(0, logits)``.

    Args:
        logits: Logits of a right answer, any shape.

    Returns:
        The same shape.
    """
    value: FloatArray = -np.log1p(np.exp(-np.abs(logits))) - np.maximum(logits, 0.0)
    return value
