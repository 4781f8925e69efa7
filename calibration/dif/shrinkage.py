"""Differences between groups drawn towards those of all items, as far as they are known badly."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from calibration.array_types import FloatArray
from calibration.dif.mantel_haenszel import LARGE_DELTA, NEGLIGIBLE_DELTA
from calibration.errors import CalibrationError


@dataclass(frozen=True, slots=True)
class ShrunkenDif:
    """What is believed of an item's true delta after seeing all items.

    Args:
        delta: Mean of the belief.
        standard_deviation: Its standard deviation.
        negligible: Probability that the true delta is below 1 in size: class A.
        moderate: That it is between 1 and 1.5: class B.
        large: That it is 1.5 or more: class C.
    """

    delta: float
    standard_deviation: float
    negligible: float
    moderate: float
    large: float

    @property
    def classification(self) -> str:
        """The most probable class."""
        chances = {"A": self.negligible, "B": self.moderate, "C": self.large}
        return max(chances, key=lambda name: chances[name])


def shrunken_dif(
    deltas: Sequence[float] | FloatArray, standard_errors: Sequence[float] | FloatArray
) -> tuple[ShrunkenDif, ...]:
    """Estimate how true deltas are spread over the items, and combine that with each item's own.

    Args:
        deltas: Mantel–Haenszel deltas, shape (items,).
        standard_errors: Their standard errors, positive, shape (items,).

    Returns:
        One an item.

    Raises:
        CalibrationError: Fewer than two items, columns of unequal length, or a standard error that is not positive.

    Reference:
        Zwick, Thayer & Lewis (1999).
    """
    found, errors = np.asarray(deltas, dtype=np.float64), np.asarray(standard_errors, dtype=np.float64)
    if found.shape != errors.shape or found.size < 2:
        raise CalibrationError(
            f"{found.size} deltas and {errors.size} standard errors; two or more of each, equally many, are expected",
            code="unequal_columns",
        )
    if not (np.isfinite(found).all() and np.isfinite(errors).all() and (errors > 0).all()):
        raise CalibrationError("deltas must be finite and their standard errors positive", code="bad_option")
    mean = float(found.mean())
    between = max(0.0, float(found.var(ddof=1) - (errors**2).mean()))
    own = between / (between + errors**2)
    return tuple(
        _belief(weight * delta + (1 - weight) * mean, math.sqrt(weight) * error)
        for weight, delta, error in zip(own.tolist(), found.tolist(), errors.tolist(), strict=True)
    )


def _belief(mean: float, deviation: float) -> ShrunkenDif:
    def beyond(limit: float) -> float:
        if deviation == 0:
            return float(abs(mean) >= limit)
        return float(ndtr((-limit - mean) / deviation) + ndtr((mean - limit) / deviation))

    some, much = beyond(NEGLIGIBLE_DELTA), beyond(LARGE_DELTA)
    return ShrunkenDif(mean, deviation, 1 - some, some - much, much)
