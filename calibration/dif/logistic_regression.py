"""Logistic regression of an item on ability and group: whether it is harder for one group, at all abilities or some."""

from __future__ import annotations

import math
from collections.abc import Sequence
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
        standard_error: Of the group effect.
    """

    group_effect: float
    chi_squared: float
    p_value: float
    p_uniform: float
    p_non_uniform: float
    share: float
    share_uniform: float
    share_non_uniform: float
    standard_error: float

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
    share = float(score.mean())
    if not 0 < share < 1:
        return None
    columns = regressors(level, np.asarray(focal, dtype=np.float64))
    fits = [_fit(np.insert(columns[:, :used], 0, 1.0, axis=1), score) for used in (1, 2, 3)]
    nothing = len(score) * (share * math.log(share) + (1 - share) * math.log(1 - share))
    return compared(fits, nothing=nothing, answers=len(score))


@dataclass(frozen=True, eq=False)
class Fit:
    """A regression at its maximum.

    Args:
        log_likelihood: There.
        coefficients: Intercepts first, then ability, group, and the product of both as far as they take part.
        information: Minus the second derivatives of the log-likelihood, shape (coefficients, coefficients).
        intercepts: How many intercepts there are.
    """

    log_likelihood: float
    coefficients: FloatArray
    information: FloatArray
    intercepts: int = 1

    @property
    def group_effect(self) -> float:
        """The coefficient of the group."""
        return float(self.coefficients[self.intercepts + 1])

    @property
    def group_error(self) -> float:
        """Its standard error."""
        return float(np.sqrt(np.linalg.inv(self.information)[self.intercepts + 1, self.intercepts + 1]))


def regressors(level: FloatArray, group: FloatArray) -> FloatArray:
    """Set side by side ability, group and the product of both, shape (answers, 3)."""
    # Centred and in standard deviations, so that no column drowns another.
    level = (level - level.mean()) / (level.std() or 1.0)
    return np.stack((level, group, level * group), axis=1)


def compared(fits: Sequence[Fit | None], *, nothing: float, answers: int) -> LogisticDif | None:
    """Compare regressions on ability, on ability and group, and on both and their product.

    Args:
        fits: The three; None where there is no maximum.
        nothing: Log-likelihood without any of them.
        answers: How many answers there are.

    Returns:
        The comparison, or None where one of the three does not exist.
    """
    known = [fit for fit in fits if fit is not None]
    if len(known) < len(fits):
        return None
    alone, with_group, with_slope = (fit.log_likelihood for fit in known)

    def explained(likelihood: float) -> float:
        return float(np.expm1(2 * (nothing - likelihood) / answers) / np.expm1(2 * nothing / answers))

    r_squared = [explained(likelihood) for likelihood in (alone, with_group, with_slope)]
    gained = [max(0.0, 2 * (with_group - alone)), max(0.0, 2 * (with_slope - with_group))]
    return LogisticDif(
        group_effect=known[1].group_effect,
        chi_squared=sum(gained),
        p_value=float(chdtrc(2, sum(gained))),
        p_uniform=float(chdtrc(1, gained[0])),
        p_non_uniform=float(chdtrc(1, gained[1])),
        share=r_squared[2] - r_squared[0],
        share_uniform=r_squared[1] - r_squared[0],
        share_non_uniform=r_squared[2] - r_squared[1],
        standard_error=known[1].group_error,
    )


def _fit(columns: FloatArray, right: FloatArray) -> Fit | None:
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
            return Fit(likelihood, coefficients, curvature + ridge)
    return None


def _log_likelihood(logit: FloatArray, right: FloatArray) -> float:
    return float((right * logit - np.logaddexp(0, logit)).sum())
