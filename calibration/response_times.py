"""The lognormal model of response times: how long items take, how quick persons are, and which times surprise."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from calibration.array_types import FloatArray
from calibration.errors import CalibrationError
from calibration.rapid_guessing import checked_times

SMALLEST_VARIANCE = 1e-4
MOST_ROUNDS = 2000
LEAST_ANSWERS = 2


@dataclass(frozen=True, slots=True, eq=False)
class ResponseTimes:
    """Logarithms of times as ln t ~ N(β − τ, α⁻²) with τ ~ N(0, σ²).

    Args:
        intensity: β of each item: mean log seconds of a person of mean speed, shape (items,).
        precision: α of each item: how little times spread about that, shape (items,).
        speed: Expected τ of each person, higher for quicker ones, shape (persons,).
        speed_error: Its standard deviation, shape (persons,).
        speed_deviation: σ.
        residual: Of each answer how much longer it took than the item and the person's *other* answers let expect, in
            standard deviations, shape (answers,); about N(0, 1), strongly negative for answers much too quick.
        log_likelihood: Of the logarithms.
        converged: Whether a further round would not change it.
    """

    intensity: FloatArray
    precision: FloatArray
    speed: FloatArray
    speed_error: FloatArray
    speed_deviation: float
    residual: FloatArray
    log_likelihood: float
    converged: bool


def fit_response_times(
    person: npt.ArrayLike,
    item: npt.ArrayLike,
    seconds: npt.ArrayLike,
    *,
    n_persons: int,
    n_items: int,
    tolerance: float = 1e-9,
) -> ResponseTimes:
    """Estimate the items' times and the persons' speeds by marginal maximum likelihood.

    Args:
        person: Index of the person of each answer, shape (answers,).
        item: Index of its item, shape (answers,).
        seconds: Time that it took, above 0, shape (answers,).
        n_persons: Number of persons.
        n_items: Number of items, each with two answers or more.
        tolerance: Gain in log-likelihood an answer below which the search is over.

    Returns:
        The estimates, with a residual for each answer.

    Raises:
        CalibrationError: Columns of unequal length, a time that is not positive, or an item with fewer than two
            answers.

    Reference:
        van der Linden (2006).
    """
    who, what, time = np.asarray(person, dtype=np.int64), np.asarray(item, dtype=np.int64), checked_times(seconds)
    if not who.shape == what.shape == time.shape:
        raise CalibrationError(
            f"{who.size} persons, {what.size} items and {time.size} times; the columns must be equally long",
            code="unequal_columns",
        )
    counts = np.bincount(what, minlength=n_items)
    if (counts < LEAST_ANSWERS).any():
        place = int(np.argmax(counts < LEAST_ANSWERS))
        raise CalibrationError(
            f"item {place + 1} of {n_items} has {counts[place]} answers with a time; {LEAST_ANSWERS} are needed",
            code="too_few_answers",
        )
    times = _Times(who, what, np.log(time), n_persons, n_items, counts)
    state, likelihood, converged = times.start(), -math.inf, False
    for _ in range(MOST_ROUNDS):
        moved, found = times.improved(state)
        converged = found - likelihood < tolerance * len(time)
        likelihood = found
        if converged:
            break
        state = moved
    return times.result(state, likelihood, converged=converged)


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    intensity: FloatArray
    variance: FloatArray
    speed_variance: float


@dataclass(frozen=True, slots=True, eq=False)
class _Times:
    person: npt.NDArray[np.int64]
    item: npt.NDArray[np.int64]
    log_time: FloatArray
    n_persons: int
    n_items: int
    counts: npt.NDArray[np.int64]

    def start(self) -> _State:
        mean = self._by_item(self.log_time)
        spread = self._by_item((self.log_time - mean[self.item]) ** 2)
        return _State(mean, np.maximum(spread / 2, SMALLEST_VARIANCE), max(float(spread.mean()) / 2, SMALLEST_VARIANCE))

    def improved(self, state: _State) -> tuple[_State, float]:
        """Run one round of EM; return its end and the log-likelihood at its beginning."""
        speed, spread = self.speeds(state)
        quicker = state.intensity[self.item] - self.log_time
        weight = 1 / state.variance[self.item]
        # Of each person's log times: independent given speed, which is integrated out.
        likelihood = -0.5 * float(
            (np.log(2 * math.pi * state.variance[self.item]) + weight * quicker**2).sum()
            - (speed**2 / spread + np.log(spread / state.speed_variance)).sum()
        )
        intensity = self._by_item(self.log_time + speed[self.person])
        apart = self.log_time + speed[self.person] - intensity[self.item]
        variance = np.maximum(self._by_item(apart**2 + spread[self.person]), SMALLEST_VARIANCE)
        speed_variance = max(float((speed**2 + spread).mean()), SMALLEST_VARIANCE)
        return replace(state, intensity=intensity, variance=variance, speed_variance=speed_variance), likelihood

    def speeds(self, state: _State) -> tuple[FloatArray, FloatArray]:
        """Mean and variance of each person's speed given the times."""
        weight = 1 / state.variance[self.item]
        precision = 1 / state.speed_variance + self._by_person(weight)
        pull = self._by_person(weight * (state.intensity[self.item] - self.log_time))
        return pull / precision, 1 / precision

    def result(self, state: _State, likelihood: float, *, converged: bool) -> ResponseTimes:
        speed, spread = self.speeds(state)
        own = 1 / state.variance[self.item]
        quicker = state.intensity[self.item] - self.log_time
        # What an answer itself said of speed is taken out again before it is judged.
        rest = 1 / spread[self.person] - own
        speed_of_rest = (speed[self.person] / spread[self.person] - own * quicker) / rest
        residual = (speed_of_rest - quicker) / np.sqrt(1 / rest + state.variance[self.item])
        return ResponseTimes(
            intensity=state.intensity,
            precision=1 / np.sqrt(state.variance),
            speed=speed,
            speed_error=np.sqrt(spread),
            speed_deviation=math.sqrt(state.speed_variance),
            residual=residual,
            log_likelihood=likelihood,
            converged=converged,
        )

    def _by_item(self, values: FloatArray) -> FloatArray:
        return np.asarray(np.bincount(self.item, weights=values, minlength=self.n_items) / self.counts)

    def _by_person(self, values: FloatArray) -> FloatArray:
        return np.asarray(np.bincount(self.person, weights=values, minlength=self.n_persons), dtype=np.float64)
