"""The log prior density of each item's parameters, with its first and second derivatives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calibration.array_types import BoolArray, FloatArray
from calibration.categories.bank_estimates import BankEstimates
from calibration.categories.curve_family import CurveGroup
from calibration.priors import Priors

# Thresholds of an item lie about their mean with this standard deviation, until answers say more.
THRESHOLD_SD = 1.5


@dataclass(frozen=True, eq=False)
class BankPriors:
    """Independent normal densities of ln a, of the mean threshold, of thresholds about it, and of the logit of c.

    The modes are those on these scales: no Jacobian is added.

    Args:
        priors: Shared means and standard deviations.
        difficulty_mean: Prior mean of the mean threshold, shape (items,).
        applies: Which items have a prior (items with fixed parameters have none), shape (items,).
        free_slope: Items whose slope is estimated, shape (items,).
    """

    priors: Priors
    difficulty_mean: FloatArray
    applies: BoolArray
    free_slope: BoolArray

    def log_density(self, estimates: BankEstimates) -> FloatArray:
        """Log density up to a constant.

        Args:
            estimates: Where.

        Returns:
            Shape (items,); minus infinity where a slope is not positive.
        """
        density = np.zeros(len(estimates.parameters))
        for group in estimates.groups:
            density[group.items] = self.of(group, estimates.of(group))[0]
        return density

    def of(self, group: CurveGroup, parameters: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Log density of a group's items with its derivatives.

        Args:
            group: The items.
            parameters: Theirs, shape (items of the group, its width).

        Returns:
            Log density, shape (items,); first derivatives, shape (items, width); minus the second ones, shape (items,
            width, width).
        """
        applies, priors = self.applies[group.items], self.priors
        positive = parameters[:, 0] > 0
        slope = np.where(positive, parameters[:, 0], 1.0)
        gradient = np.zeros_like(parameters)
        curvature = np.zeros((*parameters.shape, group.width))
        density = self._thresholds(group, slope, parameters, gradient, curvature)
        estimated = self.free_slope[group.items]
        pull = (np.log(slope) - priors.log_discrimination_mean) / priors.log_discrimination_sd**2
        precision = priors.log_discrimination_sd**-2
        density -= np.where(estimated, 0.5 * pull**2 / precision, 0.0)
        gradient[:, 0] -= np.where(estimated, pull / slope, 0.0)
        curvature[:, 0, 0] += np.where(estimated, (precision - pull) / slope**2, 0.0)
        if group.family.extras:
            away = parameters[:, -1] - priors.guessing_logit_mean
            density -= 0.5 * (away / priors.guessing_logit_sd) ** 2
            gradient[:, -1] -= away / priors.guessing_logit_sd**2
            curvature[:, -1, -1] += priors.guessing_logit_sd**-2
        density = np.where(positive, density, -np.inf)
        return (
            np.where(applies, density, 0.0),
            np.where(applies[:, None], gradient, 0.0),
            np.where(applies[:, None, None], curvature, 0.0),
        )

    def _thresholds(
        self, group: CurveGroup, slope: FloatArray, parameters: FloatArray, gradient: FloatArray, curvature: FloatArray
    ) -> FloatArray:
        """Add what the prior on the thresholds b = −d / a says, through the chain rule."""
        last = group.score_count
        thresholds = -parameters[:, 1:last] / slope[:, None]
        precision = _threshold_precision(last - 1, self.priors.difficulty_sd)
        away = thresholds - self.difficulty_mean[group.items, None]
        pull = away @ precision
        by_slope = -thresholds / slope[:, None]
        gradient[:, 0] -= (pull * by_slope).sum(axis=1)
        gradient[:, 1:last] += pull / slope[:, None]
        steps = by_slope @ precision
        curvature[:, 0, 0] += (steps * by_slope).sum(axis=1) + 2.0 * (pull * thresholds).sum(axis=1) / slope**2
        curvature[:, 0, 1:last] += -steps / slope[:, None] + pull / slope[:, None] ** 2
        curvature[:, 1:last, 0] += -steps / slope[:, None] + pull / slope[:, None] ** 2
        curvature[:, 1:last, 1:last] += precision / slope[:, None, None] ** 2
        return np.asarray(-0.5 * (pull * away).sum(axis=1))


def _threshold_precision(count: int, difficulty_sd: float) -> FloatArray:
    """Inverse covariance of an item's thresholds: a normal mean, and normal deviations from it."""
    mean = np.full((count, count), 1.0 / count)
    return np.asarray(mean / (count * difficulty_sd**2) + (np.eye(count) - mean) / THRESHOLD_SD**2)
