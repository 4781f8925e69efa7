"""The M-step over several families of curves: guarded scoring steps, all items of a family at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from calibration.array_types import BoolArray, FloatArray
from calibration.categories.bank_estimates import BankEstimates, parameter_limits
from calibration.categories.curve_family import CurveGroup
from calibration.categories.score_expectation import ScoreCounts
from calibration.estimates import LARGEST_DEVIATION, SMALLEST_DEVIATION
from calibration.maximisation import HALVINGS, LARGEST_STEP, NEWTON_STEPS, SETTLED

if TYPE_CHECKING:
    from calibration.categories.bank_problem import BankProblem

# Added to the curvature's diagonal, as a share of it, so that a step exists where the answers leave one open.
RIDGE = 1e-8


def maximise_bank(problem: BankProblem, estimates: BankEstimates, counts: ScoreCounts) -> BankEstimates:
    """Move every free entry to where the expected log-likelihood plus log prior is higher.

    Args:
        problem: What is free.
        estimates: Where the counts were computed.
        counts: Expected counts.

    Returns:
        Estimates at which the objective is not lower (a generalised EM step).
    """
    parameters = estimates.parameters.copy()
    for group in estimates.groups:
        step = _GroupStep(problem, group, counts.of(group), parameters.shape)
        parameters[group.items, : group.width] = step.climbed(estimates.of(group))
    return BankEstimates(estimates.groups, parameters, *maximised_population(problem, estimates, counts))


def maximised_population(problem: BankProblem, estimates: BankEstimates, counts: ScoreCounts) -> tuple[float, float]:
    """Move mean and standard deviation of the abilities, as far as they are free, to where the persons are expected.

    Args:
        problem: What is free.
        estimates: Where the counts were computed.
        counts: Expected counts.

    Returns:
        Mean and standard deviation.
    """
    nodes, total = problem.grid.nodes, float(counts.persons.sum())
    mean = float(counts.persons @ nodes) / total if problem.free_mean else estimates.mean
    deviation = estimates.deviation
    if problem.free_deviation:
        variance = float(counts.persons @ (nodes - mean) ** 2) / total
        deviation = min(max(variance**0.5, SMALLEST_DEVIATION), LARGEST_DEVIATION)
    return mean, deviation


class _GroupStep:
    """The M-step of one family's items."""

    def __init__(self, problem: BankProblem, group: CurveGroup, counts: FloatArray, shape: tuple[int, ...]) -> None:
        self.group, self.counts = group, counts
        self.nodes, self.priors = problem.grid.nodes, problem.priors
        self.free: BoolArray = problem.free_parameters[group.items, : group.width]
        low, high = parameter_limits([group], shape)
        self.low, self.high = low[group.items, : group.width], high[group.items, : group.width]

    def climbed(self, parameters: FloatArray) -> FloatArray:
        """Take scoring steps until they are short."""
        objective = self._objective(parameters)
        for _ in range(NEWTON_STEPS):
            moved, objective_there = self._improved(parameters, objective)
            longest = float(np.abs(moved - parameters).max())
            parameters, objective = moved, objective_there
            if longest < SETTLED:
                break
        return parameters

    def _objective(self, parameters: FloatArray) -> FloatArray:
        admissible = self.group.family.admissible(parameters)
        safe = np.where(admissible[:, None], parameters, self.group.family.start(_even_shares(self.counts)))
        value = (self.counts * self.group.family.curves(safe, self.nodes).log_probability).sum(axis=(1, 2))
        if self.priors is not None:
            value = value + self.priors.of(self.group, safe)[0]
        return np.where(admissible, value, -np.inf)

    def _improved(self, parameters: FloatArray, before: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Take one step for each item, halved until its own objective does not fall."""
        step = self._scoring_step(parameters)
        pending = np.ones(len(parameters), dtype=bool)
        trial, landed = parameters, before
        for _ in range(HALVINGS):
            trial = np.clip(parameters + step, self.low, self.high)
            landed = self._objective(trial)
            pending = ~(landed >= before - 1e-12 * np.abs(before))
            if not pending.any():
                break
            step[pending] *= 0.5
        return np.where(pending[:, None], parameters, trial), np.where(pending, before, landed)

    def _scoring_step(self, parameters: FloatArray) -> FloatArray:
        curves = self.group.family.curves(parameters, self.nodes)
        gradient = curves.gradient(self.counts)
        curvature = curves.expected_curvature(self.counts.sum(axis=1))
        if self.priors is not None:
            _, pull, stiffness = self.priors.of(self.group, parameters)
            gradient = gradient + pull
            # Only what is convex in the prior's curvature: a scoring step must point uphill.
            curvature = curvature + np.maximum(np.einsum("kjj->kj", stiffness), 0.0)[:, :, None] * np.eye(
                self.group.width
            )
        gradient = np.where(self.free, gradient, 0.0)
        both = self.free[:, :, None] & self.free[:, None]
        eye = np.eye(self.group.width)
        curvature = np.where(both, curvature, 0.0)
        diagonal = np.einsum("kjj->kj", curvature)
        curvature = curvature + eye * np.where(self.free, RIDGE * (1.0 + diagonal), 1.0)[:, :, None]
        step = np.linalg.solve(curvature, gradient[:, :, None])[:, :, 0]
        longest = np.abs(step).max(axis=1, keepdims=True)
        return np.asarray(step * np.minimum(1.0, LARGEST_STEP / np.maximum(longest, LARGEST_STEP)))


def _even_shares(counts: FloatArray) -> FloatArray:
    return np.full(counts.shape[:2], 1.0 / counts.shape[1])
