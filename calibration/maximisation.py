"""The M-step: all items' curves at once by guarded Newton steps, and the population's moments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from calibration.array_types import BoolArray, FloatArray
from calibration.estimates import (
    LARGEST_DEVIATION,
    LARGEST_INTERCEPT,
    SMALLEST_DEVIATION,
    STEEPEST_SLOPE,
    Estimates,
    log_wrong,
)
from calibration.expectation import ExpectedCounts

if TYPE_CHECKING:
    from calibration.problem import Problem

NEWTON_STEPS = 4
HALVINGS = 10
LARGEST_STEP = 1.0
SETTLED = 1e-7
RIDGE = 1e-9


def maximise(problem: Problem, estimates: Estimates, counts: ExpectedCounts) -> Estimates:
    """Move every free entry to where the expected log-likelihood plus log prior is higher.

    Args:
        problem: What is free.
        estimates: Where the counts were computed.
        counts: Expected counts.

    Returns:
        Estimates at which the objective is not lower (a generalised EM step).
    """
    slope, intercept = estimates.slope, estimates.intercept
    for _ in range(NEWTON_STEPS):
        slope, intercept, moved = _improve_curves(problem, slope, intercept, counts)
        if moved < SETTLED:
            break
    mean, deviation = _population(problem, estimates, counts)
    return Estimates(slope, intercept, mean, deviation)


def _population(problem: Problem, estimates: Estimates, counts: ExpectedCounts) -> tuple[float, float]:
    nodes, total = problem.grid.nodes, float(counts.persons.sum())
    mean = float(counts.persons @ nodes) / total if problem.free_mean else estimates.mean
    if not problem.free_deviation:
        return mean, estimates.deviation
    variance = float(counts.persons @ (nodes - mean) ** 2) / total
    return mean, min(max(variance**0.5, SMALLEST_DEVIATION), LARGEST_DEVIATION)


def _improve_curves(
    problem: Problem, slope: FloatArray, intercept: FloatArray, counts: ExpectedCounts
) -> tuple[FloatArray, FloatArray, float]:
    """Take one Newton step for each item, halved until its own objective does not fall."""
    step_slope, step_intercept = _newton_steps(problem, slope, intercept, counts)
    before = _objective(problem, slope, intercept, counts)
    pending = np.ones(len(slope), dtype=bool)
    share = np.ones(len(slope))
    for _ in range(HALVINGS):
        trial_slope = np.clip(slope + share * step_slope, -STEEPEST_SLOPE, STEEPEST_SLOPE)
        trial_intercept = np.clip(intercept + share * step_intercept, -LARGEST_INTERCEPT, LARGEST_INTERCEPT)
        pending = _objective(problem, trial_slope, trial_intercept, counts) < before - 1e-12 * np.abs(before)
        if not pending.any():
            break
        share[pending] *= 0.5
    new_slope, new_intercept = np.where(pending, slope, trial_slope), np.where(pending, intercept, trial_intercept)
    moved = max(float(np.abs(new_slope - slope).max()), float(np.abs(new_intercept - intercept).max()))
    return new_slope, new_intercept, moved


def _objective(problem: Problem, slope: FloatArray, intercept: FloatArray, counts: ExpectedCounts) -> FloatArray:
    logits = Estimates(slope, intercept).logits(problem.grid.nodes)
    value: FloatArray = (counts.right * logits + counts.answered * log_wrong(logits)).sum(axis=1)
    if problem.priors is not None:
        value = value + problem.priors.log_density(slope, intercept)
    return value


def _newton_steps(
    problem: Problem, slope: FloatArray, intercept: FloatArray, counts: ExpectedCounts
) -> tuple[FloatArray, FloatArray]:
    here = Estimates(slope, intercept)
    gradient = problem.gradient(here, counts)
    by_slope, by_intercept = gradient[: len(slope)], gradient[len(slope) : 2 * len(slope)]
    curvature = complete_curvature(problem, here, counts)
    second_slope, mixed, second_intercept = np.where(_is_definite(curvature), curvature, _steepest(curvature))
    both = problem.free_slope & problem.free_intercept
    determinant = np.where(both, second_slope * second_intercept - mixed**2, 1.0)
    step_slope = np.where(both, (second_intercept * by_slope - mixed * by_intercept) / determinant, 0.0)
    step_intercept = np.where(
        both, (second_slope * by_intercept - mixed * by_slope) / determinant, by_intercept / second_intercept
    )
    step_intercept = np.where(problem.free_intercept, step_intercept, 0.0)
    longest = np.maximum(np.abs(step_slope), np.abs(step_intercept))
    shrink = np.minimum(1.0, LARGEST_STEP / np.maximum(longest, LARGEST_STEP))
    return step_slope * shrink, step_intercept * shrink


def complete_curvature(problem: Problem, estimates: Estimates, counts: ExpectedCounts) -> FloatArray:
    """Second derivatives of minus the expected complete-data log-likelihood and log prior, item by item.

    Args:
        problem: Grid and priors.
        estimates: Where.
        counts: Expected counts.

    Returns:
        By slope twice, by slope and intercept, by intercept twice, shape (3, items).
    """
    nodes, right = problem.grid.nodes, estimates.probabilities(problem.grid.nodes)
    weight = counts.answered * right * (1.0 - right)
    curvature = np.stack((weight @ nodes**2, weight @ nodes, weight.sum(axis=1)))
    if problem.priors is not None:
        curvature = curvature + problem.priors.curvature(estimates.slope, estimates.intercept)
    return curvature


def _is_definite(curvature: FloatArray) -> BoolArray:
    second_slope, mixed, second_intercept = curvature
    definite: BoolArray = (second_intercept > RIDGE) & (
        second_slope * second_intercept - mixed**2 > RIDGE * (second_slope + second_intercept) ** 2
    )
    return definite


def _steepest(curvature: FloatArray) -> FloatArray:
    """Replace a curvature that is not positive definite by a diagonal one: a short step straight uphill."""
    largest = np.abs(curvature).max(axis=0) + 1.0
    return np.stack((largest, np.zeros_like(largest), largest))
