"""Modes of the likelihood, plain (ML), times a normal prior (MAP), or weighted by root information (WLE)."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.response_models import FloatArray, IntArray, log_probability

SEARCH_LIMIT = 1000.0
SCAN_NODES = np.linspace(-10.0, 10.0, 81)
TOLERANCE = 1e-10
MAXIMUM_STEPS = 200


@dataclass(frozen=True, eq=False)
class LikelihoodModes:
    """Modes, their standard errors and statuses, each of shape (examinees,); nan where there is no finite mode."""

    theta: FloatArray
    standard_error: FloatArray
    status: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _Objective:
    """Logarithm of the function to maximise, by its first two derivatives, for a block of examinees."""

    discrimination: FloatArray
    difficulty: FloatArray
    right: FloatArray
    given: FloatArray
    method: str
    prior_mean: float
    prior_sd: float

    def at(self, theta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return gradient, curvature and the information behind the standard error, each of shape (examinees,)."""
        a = self.discrimination
        log_right = log_probability(theta[:, None], a, self.difficulty)
        log_wrong = log_probability(theta[:, None], a, self.difficulty, response=0)
        right = np.exp(log_right)
        # Logarithms keep the ratios of information meaningful where every item's own information underflows.
        log_information = np.where(self.given > 0, log_right + log_wrong + 2 * np.log(a), -np.inf)
        information = np.exp(log_information)
        total = information.sum(axis=1)
        gradient = ((self.right - self.given * right) * a).sum(axis=1)
        if self.method == "mle":
            return gradient, -total, total
        if self.method == "map":
            precision = self.prior_sd**-2
            return gradient + (self.prior_mean - theta) * precision, -total - precision, total + precision
        share = np.exp(log_information - log_information.max(axis=1, keepdims=True))
        share /= share.sum(axis=1, keepdims=True)
        skew = (share * a * (1 - 2 * right)).sum(axis=1)
        tail = (share * a * a * (1 - 6 * right * (1 - right))).sum(axis=1)
        return gradient + skew / 2, -total + (tail - skew * skew) / 2, total

    def scan(self) -> FloatArray:
        """Return the logarithm to maximise at the scanned abilities, shape (examinees, scanned)."""
        a, b = self.discrimination[:, None], self.difficulty[:, None]
        log_right = log_probability(SCAN_NODES, a, b)
        log_wrong = log_probability(SCAN_NODES, a, b, response=0)
        value: FloatArray = self.right @ log_right + (self.given - self.right) @ log_wrong
        if self.method == "map":
            value = value - 0.5 * np.square((SCAN_NODES - self.prior_mean) / self.prior_sd)
        if self.method == "wle":
            information = self.given @ np.exp(log_right + log_wrong + 2 * np.log(a))
            value = value + 0.5 * np.log(np.maximum(information, np.finfo(np.float64).tiny))
        return value


def likelihood_modes(
    discrimination: FloatArray,
    difficulty: FloatArray,
    responses: IntArray,
    *,
    method: str,
    prior_mean: float,
    prior_sd: float,
) -> LikelihoodModes:
    """Find the mode for each of a block of examinees.

    Args:
        discrimination: Discriminations, shape (items,).
        difficulty: Difficulties, shape (items,).
        responses: 1 right, 0 wrong, -1 not administered; shape (examinees, items).
        method: "map", "mle" or "wle".
        prior_mean: Mean of the prior of "map".
        prior_sd: Standard deviation of the prior of "map".

    Returns:
        Modes with their standard errors. Where no finite mode exists both are nan and the status tells why:
        "no_responses", "all_correct" or "all_incorrect" (under "mle"), "out_of_range" (beyond 1,000 either way)
        or "not_converged".

    Reference:
        Warm (1989) for "wle".
    """
    status = _statuses(responses, method)
    solvable = np.array(
        [code == "ok" or (code == "no_responses" and method == "map") for code in status], dtype=np.bool_
    )
    theta, standard_error = np.full(len(status), np.nan), np.full(len(status), np.nan)
    if solvable.any():
        rows = responses[solvable]
        objective = _Objective(
            discrimination,
            difficulty,
            (rows == 1).astype(np.float64),
            (rows >= 0).astype(np.float64),
            method,
            prior_mean,
            prior_sd,
        )
        theta[solvable], standard_error[solvable], endings = _climb(objective)
        for index, ending in zip(np.flatnonzero(solvable), endings, strict=True):
            status[index] = status[index] if ending == "ok" else ending
    return LikelihoodModes(theta, standard_error, tuple(status))


def _statuses(responses: IntArray, method: str) -> list[str]:
    given = (responses >= 0).sum(axis=1)
    right = (responses == 1).sum(axis=1)
    choices = [given == 0]
    names = ["no_responses"]
    if method == "mle":
        choices += [right == given, right == 0]
        names += ["all_correct", "all_incorrect"]
    return [str(name) for name in np.select(choices, names, default="ok")]


def _climb(objective: _Objective) -> tuple[FloatArray, FloatArray, list[str]]:
    """Newton's method inside a shrinking bracket, so that no start and no curvature can lead it astray.

    A Newton step is taken only where it stays in the bracket and is at most half as long as the step before, otherwise
    the bracket is halved: every examinee gets there, and most in a handful of steps.
    """
    theta, low, high = _brackets(objective.scan().argmax(axis=1))
    last_step = high - low
    settled = np.zeros(theta.size, dtype=np.bool_)
    for _ in range(MAXIMUM_STEPS):
        gradient, curvature, _information = objective.at(theta)
        low, high = np.where(gradient > 0, theta, low), np.where(gradient > 0, high, theta)
        newton = theta - gradient / np.where(curvature < 0, curvature, -np.finfo(np.float64).tiny)
        trusted = (newton >= low) & (newton <= high) & (np.abs(newton - theta) <= last_step / 2)
        moved = np.where(settled, theta, np.where(trusted, newton, (low + high) / 2))
        last_step = np.abs(moved - theta)
        theta = moved
        settled |= last_step < TOLERANCE
        if settled.all():
            break
    _gradient, _curvature, information = objective.at(theta)
    far = (np.abs(theta) > SEARCH_LIMIT - 1) | (information <= 0)
    status = np.select([far, ~settled], ["out_of_range", "not_converged"], default="ok")
    found = status == "ok"
    standard_error = 1 / np.sqrt(np.where(found, information, np.nan))
    return np.where(found, theta, np.nan), standard_error, status.tolist()


def _brackets(best: npt.NDArray[np.intp]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the scanned maximum and the neighbours between which the mode lies."""
    last = SCAN_NODES.size - 1
    low = np.where(best == 0, -SEARCH_LIMIT, SCAN_NODES[np.maximum(best - 1, 0)])
    high = np.where(best == last, SEARCH_LIMIT, SCAN_NODES[np.minimum(best + 1, last)])
    return SCAN_NODES[best], low, high
