"""Modes of the likelihood, plain (ML), times a normal prior (MAP), or weighted against its bias (WLE)."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from engine.response_models import FloatArray, IntArray, ItemPool

SEARCH_LIMIT = 1000.0
SCAN_NODES = np.linspace(-10.0, 10.0, 81)
TOLERANCE = 1e-10
MAXIMUM_STEPS = 200
# A slope divided by it is far outside every bracket and yet a number.
SHALLOWEST_FALL = 1e-200


@dataclass(frozen=True, eq=False)
class LikelihoodModes:
    """Modes, their standard errors and statuses, each of shape (examinees,); nan where there is no finite mode."""

    theta: FloatArray
    standard_error: FloatArray
    status: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _Objective:
    """Logarithm of the function to maximise, by its slope, for a block of examinees."""

    pool: ItemPool
    responses: IntArray
    method: str
    prior_mean: float
    prior_sd: float

    @cached_property
    def given(self) -> FloatArray:
        """1 for an item with a response and 0 for one without, shape (examinees, items)."""
        return (self.responses >= 0).astype(np.float64)

    @cached_property
    def chosen(self) -> tuple[FloatArray, ...]:
        """By category 1 where it was the response and 0 where not, shape (examinees, items)."""
        return tuple((self.responses == category).astype(np.float64) for category in range(self.pool.categories))

    def at(self, theta: FloatArray) -> FloatArray:
        """Return the slope of every examinee's objective at an ability of its own, shape (examinees,)."""
        first = self.pool.first_derivatives(theta)
        slope = self._prior_slope(theta)
        for category, chosen in enumerate(self.chosen):
            slope = slope + np.einsum("ie,ei->e", first[:, category], chosen)
        if self.method == "wle":
            log_information, bias = self.pool.bias_terms(theta)
            share = _scaled(np.where(self.given.T > 0, log_information, -np.inf))
            slope = slope + _ratio((share * bias).sum(axis=0), share.sum(axis=0)) / 2
        return slope

    def information(self, theta: FloatArray) -> FloatArray:
        """Return what the standard error rests on: expected information, with the prior's precision under "map"."""
        precision = self.prior_sd**-2 if self.method == "map" else 0.0
        return np.asarray((self.pool.information(theta) * self.given.T).sum(axis=0) + precision)

    def scan(self) -> tuple[FloatArray, FloatArray]:
        """Return objective and slope at the scanned abilities, each of shape (examinees, scanned)."""
        log_probabilities = self.pool.log_probabilities(SCAN_NODES)
        first = self.pool.first_derivatives(SCAN_NODES)
        value = np.zeros((len(self.responses), SCAN_NODES.size))
        slope = value + self._prior_slope(SCAN_NODES)
        if self.method == "map":
            value -= 0.5 * np.square((SCAN_NODES - self.prior_mean) / self.prior_sd)
        for category, chosen in enumerate(self.chosen):
            value += chosen @ log_probabilities[:, category]
            slope += chosen @ first[:, category]
        if self.method == "wle":
            log_information, bias = self.pool.bias_terms(SCAN_NODES)
            share = _scaled(log_information)
            weight_slope = _ratio(self.given @ (share * bias), self.given @ share) / 2
            steps = (weight_slope[:, 1:] + weight_slope[:, :-1]) / 2 * np.diff(SCAN_NODES)
            value[:, 1:] += steps.cumsum(axis=1)
            slope += weight_slope
        return value, slope

    def _prior_slope(self, theta: FloatArray) -> FloatArray:
        precision = self.prior_sd**-2 if self.method == "map" else 0.0
        return (self.prior_mean - theta) * precision


def likelihood_modes(
    pool: ItemPool, responses: IntArray, *, method: str, prior_mean: float, prior_sd: float
) -> LikelihoodModes:
    """Find the mode for each of a block of examinees.

    Args:
        pool: The items.
        responses: Scored responses, -1 where not administered; shape (examinees, items).
        method: "map", "mle" or "wle".
        prior_mean: Mean of the prior of "map".
        prior_sd: Standard deviation of the prior of "map".

    Returns:
        Modes with their standard errors: 1/√I with the expected information I at the mode, under "map" with the
        prior's precision added to it. Where no finite mode exists both are nan and the status tells why:
        "no_responses", "all_correct" or "all_incorrect" (under "mle"), "out_of_range" (beyond 1,000 either way)
        or "not_converged".

    Reference:
        Warm (1989) for "wle", with J = Σ P'P''/P over the categories of every item.
    """
    status = _statuses(pool, responses, method)
    solvable = np.array(
        [code == "ok" or (code == "no_responses" and method == "map") for code in status], dtype=np.bool_
    )
    theta, standard_error = np.full(len(status), np.nan), np.full(len(status), np.nan)
    if solvable.any():
        objective = _Objective(pool, responses[solvable], method, prior_mean, prior_sd)
        theta[solvable], standard_error[solvable], endings = _climb(objective)
        for index, ending in zip(np.flatnonzero(solvable), endings, strict=True):
            status[index] = status[index] if ending == "ok" else ending
    return LikelihoodModes(theta, standard_error, tuple(status))


def _statuses(pool: ItemPool, responses: IntArray, method: str) -> list[str]:
    given = responses >= 0
    choices = [~given.any(axis=1)]
    names = ["no_responses"]
    if method == "mle":
        lowest, highest = pool.certain_categories().T
        choices += [((responses == highest) | ~given).all(axis=1), ((responses == lowest) | ~given).all(axis=1)]
        names += ["all_correct", "all_incorrect"]
    return [str(name) for name in np.select(choices, names, default="ok")]


def _scaled(logarithms: FloatArray) -> FloatArray:
    """Return exponentials relative to the largest of all items; 0 throughout where all are 0."""
    peak = logarithms.max(axis=0)
    return np.asarray(np.exp(logarithms - np.where(np.isfinite(peak), peak, 0.0)))


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    ratio = np.zeros(whole.shape)
    np.divide(part, whole, out=ratio, where=whole > 0)
    return ratio


def _climb(objective: _Objective) -> tuple[FloatArray, FloatArray, list[str]]:
    """Follow the slope to 0 by secants inside a shrinking bracket, so that no start can lead them astray.

    A secant's step is taken only where it stays in the bracket and is at most half as long as the step before,
    otherwise the bracket is halved: every examinee gets there, and most in a handful of steps.
    """
    theta, before, slope_before, low, high = _brackets(*objective.scan())
    last_step = high - low
    settled = np.zeros(theta.size, dtype=np.bool_)
    for _ in range(MAXIMUM_STEPS):
        slope = objective.at(theta)
        low, high = np.where(slope > 0, theta, low), np.where(slope > 0, high, theta)
        run = np.where(theta == before, 1.0, theta - before)
        fall = np.minimum((slope - slope_before) / run, -SHALLOWEST_FALL)
        secant = theta - slope / fall
        trusted = (secant >= low) & (secant <= high) & (np.abs(secant - theta) <= last_step / 2)
        moved = np.where(settled, theta, np.where(trusted, secant, (low + high) / 2))
        before, slope_before = np.where(settled, before, theta), np.where(settled, slope_before, slope)
        last_step = np.abs(moved - theta)
        theta = moved
        settled |= last_step < TOLERANCE
        if settled.all():
            break
    information = objective.information(theta)
    far = (np.abs(theta) > SEARCH_LIMIT - 1) | (information <= 0)
    status = np.select([far, ~settled], ["out_of_range", "not_converged"], default="ok")
    found = status == "ok"
    standard_error = 1 / np.sqrt(np.where(found, information, np.nan))
    return np.where(found, theta, np.nan), standard_error, status.tolist()


def _brackets(
    value: FloatArray, slope: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Choose for each examinee the cell of the scan that holds the best mode.

    Returns:
        Where to start, another ability near it with the slope there, and the ends between which the mode lies.
    """
    rows, last = np.arange(len(value)), SCAN_NODES.size - 1
    rising = slope > 0
    # Cell k lies before node k: the first and the last reach from the scan to the limits of the search.
    holds_mode = np.concatenate([~rising[:, :1], rising[:, :-1] & ~rising[:, 1:], rising[:, -1:]], axis=1)
    height = np.concatenate([value[:, :1], np.maximum(value[:, :-1], value[:, 1:]), value[:, -1:]], axis=1)
    cell: npt.NDArray[np.intp] = np.where(holds_mode, height, -np.inf).argmax(axis=1)
    ends = np.concatenate([[-SEARCH_LIMIT], SCAN_NODES, [SEARCH_LIMIT]])
    start = np.minimum(cell, last)
    near = np.where(start == 0, 1, start - 1)
    return SCAN_NODES[start], SCAN_NODES[near], slope[rows, near], ends[cell], ends[cell + 1]
