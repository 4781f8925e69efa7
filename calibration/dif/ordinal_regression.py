"""Ordinal logistic regression of an item of several scores on ability and group: the proportional odds model."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from calibration.array_types import FloatArray
from calibration.categories.score_curves import logistic
from calibration.dif.logistic_regression import (
    LARGEST_COEFFICIENT,
    SETTLED,
    STEPS,
    Fit,
    LogisticDif,
    compared,
    regressors,
)

_LEAST_PROBABILITY = 1e-300
_MOST_HALVINGS = 30


def ordinal_dif(score: npt.ArrayLike, focal: npt.ArrayLike, matched_on: npt.ArrayLike) -> LogisticDif | None:
    """Regress scores on what persons are matched on, their group, and the product of both.

    The log odds of reaching a score at all are a line in the regressors, with an intercept of its own for each score
    and the same slopes for all. With two scores this is logistic regression.

    Args:
        score: Points; scores that nobody has do not count as steps, shape (answers,).
        focal: Whether the person is in the focal group, shape (answers,).
        matched_on: Number of points or ability, shape (answers,).

    Returns:
        The comparison, or None where the likelihood has no maximum: the answers can be separated, or are all alike.

    Reference:
        McCullagh (1980); Zumbo (1999); Nagelkerke (1991).
    """
    step = np.unique(np.asarray(score, dtype=np.int64), return_inverse=True)[1]
    counts = np.bincount(step).astype(np.float64)
    if len(counts) < 2:
        return None
    columns = regressors(np.asarray(matched_on, dtype=np.float64), np.asarray(focal, dtype=np.float64))
    fits = [_fit(step, columns[:, :used]) for used in (1, 2, 3)]
    nothing = float(counts @ np.log(counts / counts.sum()))
    return compared(fits, nothing=nothing, answers=len(step))


def _fit(step: npt.NDArray[np.int64], columns: FloatArray) -> Fit | None:
    """Maximise the likelihood by Newton's method; None where it has no maximum."""
    intercepts = int(step.max())
    # At first the intercepts alone, which reproduce how often each score occurs.
    reached = np.array([(step > below).mean() for below in range(intercepts)])
    coefficients = np.concatenate((np.log(reached / (1 - reached)), np.zeros(columns.shape[1])))
    likelihood = _log_likelihood(step, columns, coefficients, intercepts)
    for _ in range(STEPS):
        gradient, information = _derivatives(step, columns, coefficients, intercepts)
        ridge = 1e-10 * np.trace(information) * np.eye(len(coefficients))
        direction = np.linalg.solve(information + ridge, gradient)
        coefficients, moved = _uphill(step, columns, (coefficients, direction), likelihood, intercepts)
        settled, likelihood = abs(moved - likelihood) < SETTLED * len(step), moved
        if np.abs(coefficients).max() > LARGEST_COEFFICIENT:
            break
        if settled:
            _gradient, information = _derivatives(step, columns, coefficients, intercepts)
            return Fit(likelihood, coefficients, information + ridge, intercepts)
    return None


def _uphill(
    step: npt.NDArray[np.int64],
    columns: FloatArray,
    line: tuple[FloatArray, FloatArray],
    likelihood: float,
    intercepts: int,
) -> tuple[FloatArray, float]:
    """Go along a line, half as far as often as it takes not to come out lower."""
    start, direction = line
    for halvings in range(_MOST_HALVINGS):
        moved = start + direction * 0.5**halvings
        found = _log_likelihood(step, columns, moved, intercepts)
        if found >= likelihood:
            return moved, found
    return start, likelihood


def _log_likelihood(
    step: npt.NDArray[np.int64], columns: FloatArray, coefficients: FloatArray, intercepts: int
) -> float:
    upper, lower = _reached(step, columns, coefficients, intercepts)
    if (np.diff(coefficients[:intercepts]) >= 0).any():
        return -np.inf
    return float(np.log(np.maximum(upper - lower, _LEAST_PROBABILITY)).sum())


def _reached(
    step: npt.NDArray[np.int64], columns: FloatArray, coefficients: FloatArray, intercepts: int
) -> tuple[FloatArray, FloatArray]:
    """Return for each answer the chance to reach its score, and that to reach the next one."""
    slope = columns @ coefficients[intercepts:]
    lines = logistic(coefficients[:intercepts][None] + slope[:, None])
    chances = np.concatenate((np.ones((len(step), 1)), lines, np.zeros((len(step), 1))), axis=1)
    rows = np.arange(len(step))
    return chances[rows, step], chances[rows, step + 1]


def _derivatives(
    step: npt.NDArray[np.int64], columns: FloatArray, coefficients: FloatArray, intercepts: int
) -> tuple[FloatArray, FloatArray]:
    """Return the gradient of the log-likelihood and minus its second derivatives."""
    upper, lower = _reached(step, columns, coefficients, intercepts)
    chance = np.maximum(upper - lower, _LEAST_PROBABILITY)
    steep_upper, steep_lower = upper * (1 - upper), lower * (1 - lower)
    by_upper, by_lower = steep_upper / chance, -steep_lower / chance
    # d log P / d line, and the second derivatives by the two lines that bound the score.
    second = (
        steep_upper * (1 - 2 * upper) / chance - by_upper**2,
        -steep_lower * (1 - 2 * lower) / chance - by_lower**2,
        -by_upper * by_lower,
    )
    up, low = _design(step, columns, intercepts), _design(step + 1, columns, intercepts)
    gradient = up.T @ by_upper + low.T @ by_lower
    mixed = up.T @ (low * second[2][:, None])
    hessian = up.T @ (up * second[0][:, None]) + low.T @ (low * second[1][:, None]) + mixed + mixed.T
    return gradient, -hessian


def _design(bound: npt.NDArray[np.int64], columns: FloatArray, intercepts: int) -> FloatArray:
    """Return the rows of the regression of reaching a score; none for the lowest, and none beyond the highest."""
    inside = (bound >= 1) & (bound <= intercepts)
    rows = np.zeros((len(bound), intercepts + columns.shape[1]))
    rows[inside, bound[inside] - 1] = 1.0
    rows[inside, intercepts:] = columns[inside]
    return rows
