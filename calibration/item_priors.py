"""The log prior density of each item's curve, with its first and second derivatives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calibration.array_types import BoolArray, FloatArray
from calibration.priors import Priors


@dataclass(frozen=True, eq=False)
class ItemPriors:
    """Independent normal densities of ln a and b, seen as functions of slope a and intercept d = −a b.

    The modes are those on the scales of ln a and b: no Jacobian is added.

    Args:
        priors: Shared means and standard deviations.
        difficulty_mean: Prior mean of b, shape (items,).
        applies: Which items have a prior (items with fixed parameters have none), shape (items,).
    """

    priors: Priors
    difficulty_mean: FloatArray
    applies: BoolArray

    def log_density(self, slope: FloatArray, intercept: FloatArray) -> FloatArray:
        """Log density up to a constant.

        Args:
            slope: Shape (items,).
            intercept: Shape (items,).

        Returns:
            Shape (items,); minus infinity where a slope is not positive.
        """
        positive = slope > 0
        safe = np.where(positive, slope, 1.0)
        from_slope = (np.log(safe) - self.priors.log_discrimination_mean) / self.priors.log_discrimination_sd
        from_difficulty = (-intercept / safe - self.difficulty_mean) / self.priors.difficulty_sd
        density = np.where(positive, -0.5 * (from_slope**2 + from_difficulty**2), -np.inf)
        return np.where(self.applies, density, 0.0)

    def gradient(self, slope: FloatArray, intercept: FloatArray) -> FloatArray:
        """First derivatives of the log density.

        Args:
            slope: Positive, shape (items,).
            intercept: Shape (items,).

        Returns:
            Derivatives by slope and by intercept, shape (2, items).
        """
        slope = np.where(self.applies, slope, 1.0)
        difficulty = -intercept / slope
        pull_slope = (np.log(slope) - self.priors.log_discrimination_mean) / self.priors.log_discrimination_sd**2
        pull_difficulty = (difficulty - self.difficulty_mean) / self.priors.difficulty_sd**2
        by_slope = (-pull_slope + pull_difficulty * difficulty) / slope
        return np.where(self.applies, np.stack((by_slope, pull_difficulty / slope)), 0.0)

    def curvature(self, slope: FloatArray, intercept: FloatArray) -> FloatArray:
        """Second derivatives of minus the log density.

        Args:
            slope: Positive, shape (items,).
            intercept: Shape (items,).

        Returns:
            By slope twice, by slope and intercept, by intercept twice, shape (3, items).
        """
        slope = np.where(self.applies, slope, 1.0)
        difficulty = -intercept / slope
        slope_precision = self.priors.log_discrimination_sd**-2
        difficulty_precision = self.priors.difficulty_sd**-2
        deviation = difficulty - self.difficulty_mean
        log_slope = np.log(slope) - self.priors.log_discrimination_mean
        twice_slope = slope_precision * (1.0 - log_slope) + difficulty_precision * difficulty * (
            difficulty + 2.0 * deviation
        )
        mixed = difficulty_precision * (difficulty + deviation)
        curvature = np.stack((twice_slope, mixed, np.full_like(slope, difficulty_precision))) / slope**2
        return np.where(self.applies, curvature, 0.0)
