"""Climbs the marginal likelihood: accelerated EM far from the top, Newton steps near it, never downhill."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from calibration.array_types import BoolArray, FloatArray
from calibration.landscape import Estimated, Expected, Landscape

Progress = Callable[[int, float], bool]

# EM hands over to Newton's method when its step is this small, and gets the problem back with a tenth of it on failure.
HAND_OVER = 3e-4
LONGEST_NEWTON_STEP = 0.5
NEWTON_STEPS = 8
# The information is computed again when the estimates have moved further than this since.
STALE_INFORMATION = 2e-3
ROUNDING = 1e-10


class Cancelled(Exception):
    """The progress callback asked to stop."""


@dataclass(frozen=True, eq=False)
class Summit(Generic[Estimated, Expected]):
    """Where the climb ended.

    Args:
        estimates: Items and population.
        counts: Expected counts there.
        information: Observed information there, all entries; None if it was not reached or is not positive definite.
        converged: Whether the estimated distance to the maximum is below the tolerance.
        held: Items held at a bound on the way, shape (items,).
        held_deviation: Whether the standard deviation of ability was held at a bound.
    """

    estimates: Estimated
    counts: Expected
    information: FloatArray | None
    converged: bool
    held: BoolArray
    held_deviation: bool


@dataclass(frozen=True, eq=False)
class _Point(Generic[Estimated, Expected]):
    estimates: Estimated
    counts: Expected
    objective: float


@dataclass(eq=False)
class Ascent:
    """One climb with its budget of E-steps.

    Args:
        max_iterations: Most E-steps.
        tolerance: Largest Newton step, in any parameter, that counts as arrived.
        on_progress: Called after each E-step with their number and the log-likelihood; False cancels.
        iterations: E-steps so far.
        log_likelihood: Log-likelihood at the latest of them.
        history: Objective at each accepted point.
    """

    max_iterations: int
    tolerance: float
    on_progress: Progress | None = None
    iterations: int = 0
    log_likelihood: float = -math.inf
    history: list[float] = field(default_factory=list)

    def climb(self, problem: Landscape[Estimated, Expected], start: Estimated) -> Summit[Estimated, Expected]:
        """Climb from a starting point.

        Args:
            problem: What to climb.
            start: Where to begin.

        Returns:
            The end of the climb.

        Raises:
            Cancelled: The progress callback returned False.
        """
        held, held_deviation = np.zeros_like(problem.free_items), False
        hand_over = HAND_OVER
        point = self._evaluate(problem, start)
        while True:
            point = self._expectation_maximisation(problem, point, hand_over)
            held |= point.estimates.at_bound() & problem.free_items
            held_deviation |= problem.free_deviation and point.estimates.deviation_at_bound()
            problem = problem.holding(held, deviation=held_deviation)
            point, information, converged = self._newton(problem, point)
            hand_over *= 0.1
            if converged or self.iterations >= self.max_iterations or hand_over < 0.01 * self.tolerance:
                return Summit(point.estimates, point.counts, information, converged, held, held_deviation)

    def _evaluate(self, problem: Landscape[Estimated, Expected], estimates: Estimated) -> _Point[Estimated, Expected]:
        counts = problem.expect(estimates)
        self.iterations += 1
        self.log_likelihood = counts.log_likelihood
        if self.on_progress is not None and self.on_progress(self.iterations, counts.log_likelihood) is False:
            raise Cancelled
        return _Point(estimates, counts, counts.log_likelihood + problem.log_prior(estimates))

    def _accept(self, point: _Point[Estimated, Expected]) -> _Point[Estimated, Expected]:
        self.history.append(point.objective)
        return point

    def _expectation_maximisation(
        self, problem: Landscape[Estimated, Expected], point: _Point[Estimated, Expected], hand_over: float
    ) -> _Point[Estimated, Expected]:
        """Take SQUAREM cycles until an EM step is short.

        Reference:
            Varadhan & Roland (2008), Simple and globally convergent methods for accelerating any EM algorithm.
        """
        self._accept(point)
        while self.iterations < self.max_iterations:
            first = problem.maximise(point.estimates, point.counts)
            first_step = first.vector - point.estimates.vector
            if np.abs(first_step).max() < hand_over:
                break
            middle = self._accept(self._evaluate(problem, first))
            second = problem.maximise(middle.estimates, middle.counts)
            second_step = second.vector - first.vector
            leap = problem.from_vector(_extrapolated(point.estimates.vector, first_step, second_step))
            point = self._leap_or_step(problem, middle, leap, second)
        return point

    def _leap_or_step(
        self,
        problem: Landscape[Estimated, Expected],
        middle: _Point[Estimated, Expected],
        leap: Estimated,
        second: Estimated,
    ) -> _Point[Estimated, Expected]:
        if leap.admissible and np.isfinite(problem.log_prior(leap)):
            landed = self._evaluate(problem, leap)
            if _not_lower(landed, middle):
                return self._accept(landed)
        return self._accept(self._evaluate(problem, second))

    def _newton(
        self, problem: Landscape[Estimated, Expected], point: _Point[Estimated, Expected]
    ) -> tuple[_Point[Estimated, Expected], FloatArray | None, bool]:
        """Step to the maximum of the local parabola; report whether the last step found it at hand."""
        free = problem.free
        information = problem.information(point.estimates, point.counts)
        factor = _factorise(information, free)
        origin = point.estimates.vector
        converged = False
        for _ in range(NEWTON_STEPS):
            if factor is None:
                return point, None, False
            step = np.zeros(len(free))
            step[free] = cho_solve(factor, problem.gradient(point.estimates, point.counts)[free])
            longest = float(np.abs(step).max())
            converged = longest < self.tolerance
            if converged or longest > LONGEST_NEWTON_STEP or self.iterations >= self.max_iterations:
                break
            trial = problem.from_vector(point.estimates.vector + step)
            if not (trial.admissible and np.isfinite(problem.log_prior(trial))):
                break
            landed = self._evaluate(problem, trial)
            if not _not_lower(landed, point):
                break
            point = self._accept(landed)
        if np.abs(point.estimates.vector - origin).max() > STALE_INFORMATION:
            information = problem.information(point.estimates, point.counts)
            factor = _factorise(information, free)
        return point, information if factor is not None else None, converged and factor is not None


def _extrapolated(start: FloatArray, first_step: FloatArray, second_step: FloatArray) -> FloatArray:
    bend = second_step - first_step
    length = float(np.linalg.norm(bend))
    ratio = max(1.0, float(np.linalg.norm(first_step)) / length) if length > 0 else 1.0
    leap: FloatArray = start + 2.0 * ratio * first_step + ratio**2 * bend
    return leap


def _not_lower(landed: _Point[Estimated, Expected], before: _Point[Estimated, Expected]) -> bool:
    return landed.objective >= before.objective - ROUNDING * abs(before.objective)


def _factorise(information: FloatArray, free: BoolArray) -> tuple[FloatArray, bool] | None:
    try:
        return cho_factor(information[np.ix_(free, free)])
    except LinAlgError:
        return None
