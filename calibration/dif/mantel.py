"""Mantel's comparison of scores of two groups, matched, and the standardised mean difference: for several scores."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc

from calibration.array_types import FloatArray, IntArray
from calibration.dif.mantel_haenszel import SIGNIFICANT

NEGLIGIBLE_EFFECT = 0.17
LARGE_EFFECT = 0.25


@dataclass(frozen=True, slots=True)
class Mantel:
    """How scores compare between matched groups.

    Args:
        mean_difference: Mean score of the focal group less that of matched persons of the reference group, weighted as
            the focal group is spread; negative where the item is harder for the focal group.
        effect: That difference in standard deviations of the item's score.
        standard_error: Of the effect.
        chi_squared: One degree of freedom.
        p_value: Chance of at least this much difference if there is none.
    """

    mean_difference: float
    effect: float
    standard_error: float
    chi_squared: float
    p_value: float

    @property
    def classification(self) -> str:
        """``"A"`` negligible, ``"B"`` moderate, ``"C"`` large.

        Reference:
            Allen, Carlson & Zelenak (1999), the NAEP 1996 technical report.
        """
        size = abs(self.effect)
        if size <= NEGLIGIBLE_EFFECT or self.p_value >= SIGNIFICANT:
            return "A"
        return "C" if size > LARGE_EFFECT else "B"


def mantel(score: npt.ArrayLike, focal: npt.ArrayLike, stratum: npt.ArrayLike) -> Mantel | None:
    """Compare scores of two groups within strata of equally able persons.

    Args:
        score: Points, shape (answers,).
        focal: Whether the person is in the focal group, shape (answers,).
        stratum: Whole number from 0, the same for matched persons, shape (answers,).

    Returns:
        The comparison, or None where in no stratum both groups meet and scores vary.

    Reference:
        Mantel (1963); Zwick & Thayer (1996) for the standard error of the mean difference.
    """
    points = np.asarray(score, dtype=np.float64)
    inside = np.asarray(focal, dtype=bool)
    level = np.asarray(stratum, dtype=np.int32)
    count_focal, count = _sums(level, inside * 1.0), _sums(level, np.ones(len(points)))
    both = (count_focal > 0) & (count_focal < count)
    n_focal, n = count_focal[both], count[both]
    n_reference = n - n_focal
    sum_focal, total, squares = (_sums(level, w)[both] for w in (points * inside, points, points**2))
    variance = n_reference * n_focal / (n * n * (n - 1)) * (n * squares - total**2)
    if float(variance.sum()) <= 0:
        return None
    surprise = float((sum_focal - n_focal * total / n).sum())
    chi_squared = surprise**2 / float(variance.sum())
    weight = n_focal / n_focal.sum()
    difference = float(weight @ (sum_focal / n_focal - (total - sum_focal) / n_reference))
    # Given the margins the focal group's sum decides both means, so its variance is all there is.
    error = math.sqrt(float((weight * (1 / n_focal + 1 / n_reference)) ** 2 @ variance))
    spread = float(np.std(points))
    return Mantel(difference, difference / spread, error / spread, chi_squared, float(chdtrc(1, chi_squared)))


def _sums(level: IntArray, weight: FloatArray) -> FloatArray:
    return np.asarray(np.bincount(level, weights=weight), dtype=np.float64)
