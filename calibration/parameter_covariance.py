"""Sampling covariances of discrimination and difficulty, item by item."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor
from scipy.linalg.lapack import dpotri

from calibration.array_types import BoolArray, FloatArray
from calibration.ascent import Summit
from calibration.estimates import Estimates
from calibration.expectation import ExpectedCounts
from calibration.information import complete_conditional_information
from calibration.problem import Problem

# A parameter of whose information less than this share is observed rests on rounding, not on data.
LEAST_SHARE_OBSERVED = 1e-4


@dataclass(frozen=True, eq=False)
class ParameterCovariance:
    """Variances and covariance of a and b of each item: 0 where fixed, infinite where there is no estimate.

    Args:
        discrimination: Variance of a, shape (items,).
        difficulty: Variance of b, shape (items,).
        both: Covariance of a and b, shape (items,).
    """

    discrimination: FloatArray
    difficulty: FloatArray
    both: FloatArray

    @classmethod
    def unknown(cls, estimated: BoolArray, *, slope_free: bool) -> ParameterCovariance:
        """Say that nothing is known about the errors of the items that were estimated.

        Args:
            estimated: Shape (items,).
            slope_free: Whether slopes were estimated too.

        Returns:
            Infinite variances.
        """
        infinite = np.where(estimated, np.inf, 0.0)
        return cls(infinite if slope_free else np.zeros_like(infinite), infinite, np.zeros_like(infinite))


def parameter_covariance(problem: Problem, summit: Summit[Estimates, ExpectedCounts]) -> ParameterCovariance | None:
    """Invert the observed information and carry it over from slope and intercept to a and b (delta method).

    Args:
        problem: What was free, with the items held at a bound taken out.
        summit: Where the information was computed.

    Returns:
        The covariances, or None where the information is missing or the data do not identify some parameter.
    """
    if summit.information is None:
        return None
    free = problem.free
    items = len(summit.estimates.slope)
    covariance = np.zeros((len(free), len(free)))
    covariance[np.ix_(free, free)] = _inverse(summit.information[np.ix_(free, free)])
    complete = complete_conditional_information(problem, summit.estimates, summit.counts)
    if np.any(LEAST_SHARE_OBSERVED * complete[free] * np.diagonal(covariance)[free] > 1.0):
        return None
    row = np.arange(items)
    slope_slope, mixed, intercept_intercept = (
        covariance[row, row],
        covariance[row, row + items],
        covariance[row + items, row + items],
    )
    slope = summit.estimates.slope
    difficulty = summit.estimates.difficulty()
    unknown = summit.held | summit.estimates.is_flat()
    divisor = np.where(unknown, 1.0, slope)
    variance = (difficulty**2 * slope_slope + 2.0 * difficulty * mixed + intercept_intercept) / divisor**2
    both = np.where(unknown, 0.0, -(difficulty * slope_slope + mixed) / divisor)
    return ParameterCovariance(
        np.where(summit.held, np.inf, slope_slope),
        np.where(unknown, np.inf, variance),
        both,
    )


def _inverse(information: FloatArray) -> FloatArray:
    """Invert a positive definite matrix; only the upper half of what comes back is filled in."""
    if not information.size:
        # Every item may be held at a bound; the library would complain of that on standard output.
        return information
    factor, _ = cho_factor(information, lower=False)
    inverse, _ = dpotri(factor, lower=0, overwrite_c=1)
    upper: FloatArray = inverse
    return upper
