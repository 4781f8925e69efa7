"""Logistic regression of an item on ability and group: whether it is harder for one group, at all abilities or some."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc

from calibration.array_types import FloatArray
from calibration.categories.score_curves import logistic
from calibration.dif.mantel_haenszel import SIGNIFICANT

NEGLIGIBLE_SHARE = 0.035
LARGE_SHARE = 0.070
LARGEST_COEFFICIENT = 25.0
SETTLED = 1e-10
STEPS = 50


@dataclass(frozen=True, slots=True)
class LogisticDif:
    """How well ability alone, with the group, and with the group's own slope explain the answers.

    Args:
        group_effect: Log odds of a right answer of the focal group less those of matched persons of the reference
            group; negative where the item is harder for the focal group.
        chi_squared: Likelihood ratio of all three against ability alone, two degrees of freedom.
        p_value: Of that ratio.
        p_uniform: Of the group added to ability, one degree of freedom.
        p_non_uniform: Of the group's own slope added to both, one degree of freedom.
        share: Nagelkerke's R² gained by both.
        share_uniform: Nagelkerke's R² gained by the group.
        share_non_uniform: Nagelkerke's R² gained by its slope.
    """

    group_effect: float
    chi_squared: float
    p_value: float
    p_uniform: float
    p_non_uniform: float
    share: float
    share_uniform: float
    share_non_uniform: float

    @property
    def effect(self) -> float:
        """The effect of the group, in log odds: negative where the item is harder for the focal group."""
        return self.group_effect

    @property
    def classification(self) -> str:
        """``"A"`` negligible, ``"B"`` moderate, ``"C"`` large.

        Reference:
            Jodoin & Gierl (2001).
        """
        if self.share < NEGLIGIBLE_SHARE or self.p_value >= SIGNIFICANT:
            return "A"
        return "C" if self.share >= LARGE_SHARE else "B"


def logistic_dif(right: npt.ArrayLike, focal: npt.ArrayLike, matched_on: npt.ArrayLike) -> LogisticDif | None:
    """Regress right answers on what persons are matched on, their group, and the product of both.

    Args:
        right: 1 for a right and 0 for a wrong answer, shape (answers,).
        focal: Whether the person is in the focal group, shape (answers,).
        matched_on: Number of points or ability, shape (answers,).

    Returns:
        The comparison, or None where the likelihood has no maximum: the answers can be separated, or are
        all alike.

    Reference:
        Swaminathan & Rogers (1990); Nagelkerke (1991).
    """
    score, level = np.asarray(right, dtype=np.float64), np.asarray(matched_on, dtype=np.float64)
    group = np.asarray(focal, dtype=np.float64)
    share = float(score.mean())
    if not 0 < share < 1:
        return None
    # Centred and in standard deviations, so that no column drowns another.
    level = (level - level.mean()) / (level.std() or 1.0)
    columns = np.stack((np.ones_like(level), level, group, level * group), axis=1)
    fits = [_fit(columns[:, :used], score) for used in (2, 3, 4)]
    known = [fit for fit in fits if fit is not None]
    if len(known) < len(fits):
        return None
    alone, with_group, with_slope = (likelihood for likelihood, _coefficients in known)
    nothing = len(score) * (share * math.log(share) + (1 - share) * math.log(1 - share))

    def explained(likelihood: float) -> float:
        return float(np.expm1(2 * (nothing - likelihood) / len(score)) / np.expm1(2 * nothing / len(score)))

    r_squared = [explained(likelihood) for likelihood in (alone, with_group, with_slope)]
    gained = [max(0.0, 2 * (with_group - alone)), max(0.0, 2 * (with_slope - with_group))]
    return LogisticDif(
        group_effect=float(known[1][1][2]),
        chi_squared=sum(gained),
        p_value=float(chdtrc(2, sum(gained))),
        p_uniform=float(chdtrc(1, gained[0])),
        p_non_uniform=float(chdtrc(1, gained[1])),
        share=r_squared[2] - r_squared[0],
        share_uniform=r_squared[1] - r_squared[0],
        share_non_uniform=r_squared[2] - r_squared[1],
    )


def _fit(columns: FloatArray, right: FloatArray) -> tuple[float, FloatArray] | None:
    """Maximise the likelihood by Newton's method; None where it has no maximum, or the method leads away from it."""
    coefficients = np.zeros(columns.shape[1])
    likelihood = -np.inf
    for _ in range(STEPS):
        chance = logistic(columns @ coefficients)
        curvature = columns.T @ (columns * (chance * (1 - chance))[:, None])
        # The trace keeps a column that says nothing new, e.g. without a spread of ability, from stopping the search.
        ridge = 1e-10 * np.trace(curvature) * np.eye(len(coefficients))
        coefficients = coefficients + np.linalg.solve(curvature + ridge, columns.T @ (right - chance))
        moved = _log_likelihood(columns @ coefficients, right)
        settled, likelihood = abs(moved - likelihood) < SETTLED * len(right), moved
        if np.abs(coefficients).max() > LARGEST_COEFFICIENT:
            break
        if settled:
            return likelihood, coefficients
    return None


def _log_likelihood(logit: FloatArray, right: FloatArray) -> float:
    return float((right * logit - np.logaddexp(0, logit)).sum())
