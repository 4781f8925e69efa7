"""Calibrates items while the distribution of ability is estimated as a histogram rather than taken to be normal."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from calibration.array_types import FloatArray
from calibration.ascent import Ascent, Progress
from calibration.calibration_result import CONVERGED, NOT_CONVERGED, CalibratedItem
from calibration.categories.bank_calibration import BankSummit
from calibration.categories.bank_covariance import bank_covariance
from calibration.categories.bank_estimates import BankEstimates
from calibration.categories.bank_problem import BankProblem
from calibration.categories.calibrated_items import calibrated_items
from calibration.chunks import Workplace
from calibration.exclusions import Exclusion
from calibration.fixed_items import Known
from calibration.priors import Priors
from calibration.quadrature import AbilityGrid
from calibration.responses import ResponseData
from calibration.taking_part import taking_part

LEAST_WEIGHT = 1e-12
#: Searched to the end a histogram shrinks to a few spikes that follow single persons; so it stops when a round gains
#: less than this in log-likelihood.
LEAST_GAIN = 0.2
MOST_ROUNDS = 40
STEPS_A_ROUND = 3


@dataclass(frozen=True, eq=False)
class Histogram(AbilityGrid):
    """A distribution of ability: nodes that carry weights of their own.

    Args:
        nodes: Abilities in increasing order, equally spaced, shape (nodes,).
        weights: Their probabilities, shape (nodes,).
    """

    weights: FloatArray

    def log_weights(self, mean: float, standard_deviation: float) -> FloatArray:
        """Logarithms of the weights, whatever normal distribution is asked for.

        Args:
            mean: Not used.
            standard_deviation: Not used.

        Returns:
            Shape (nodes,).
        """
        return np.asarray(np.log(np.maximum(self.weights, LEAST_WEIGHT)))

    def moment(self, power: int) -> float:
        """Mean of a power of the distance from the mean.

        Args:
            power: 2 for the variance, 3 for the skew.

        Returns:
            The moment.
        """
        return float(self.weights @ (self.nodes - self.weights @ self.nodes) ** power)


@dataclass(frozen=True, eq=False)
class HistogramCalibration:
    """Outcome of a calibration with an estimated distribution of ability.

    Args:
        status: ``"converged"`` or ``"not_converged"``.
        items: Calibrated items, with standard errors as if the distribution were known.
        abilities: The distribution, of mean 0 and standard deviation 1 (under the Rasch model of mean 0; on the scale
            of fixed items whatever it is there).
        log_likelihood: Marginal log-likelihood, without the priors.
        normal_log_likelihood: That of the same model with a normal distribution.
        iterations: E-steps taken.
        exclusions: Items and persons that took no part, and why.
    """

    status: str
    items: tuple[CalibratedItem, ...]
    abilities: Histogram
    log_likelihood: float
    normal_log_likelihood: float
    iterations: int
    exclusions: tuple[Exclusion, ...]

    @property
    def skewness(self) -> float:
        """Third moment of the abilities in standard deviations; 0 where they are symmetric."""
        return self.abilities.moment(3) / math.sqrt(self.abilities.moment(2)) ** 3


def calibrate_with_histogram(
    data: ResponseData,
    *,
    model: str = "2pl",
    models: Mapping[str, str] | None = None,
    priors: Priors | None = None,
    ratings: Mapping[str, float] | None = None,
    elements: Mapping[str, str] | None = None,
    fixed: Mapping[str, Known] | None = None,
    max_iterations: int = 1000,
    tolerance: float = 1e-5,
    on_progress: Progress | None = None,
    workplace: Workplace | None = None,
) -> HistogramCalibration:
    """Estimate items and the weights of a histogram of ability in turn, beginning from a normal distribution.

    Args:
        data: Scores.
        model: "rasch", "2pl", "3pl", "grm" or "gpcm".
        models: Other models by item.
        priors: Priors as for :func:`calibration.calibrate`, taken as they are, or None.
        ratings: Writers' ratings of difficulty by item, for the priors.
        elements: Codes of the items' elements by item, for the priors.
        fixed: Items to leave as they are, as for :func:`calibration.calibrate`; they then set the scale.
        max_iterations: Most E-steps; the round under way is finished.
        tolerance: An item's parameters are found when a Newton step would move none further.
        on_progress: Called with the number of E-steps and the log-likelihood after each.
        workplace: Where chunks of persons are worked on, this process unless given.

    Returns:
        Items and histogram.

    Raises:
        CalibrationError: An unknown model, or scores that the model does not have.
        Cancelled: The progress callback returned False.

    Reference:
        Mislevy (1984); Bock & Aitkin (1981), section 5.
    """
    taking = taking_part(
        data, model=model, models=models, priors=priors, ratings=ratings, elements=elements, fixed=fixed
    )
    task = taking.task(workplace=workplace)
    ascent = Ascent(max_iterations, tolerance, on_progress)
    start = task.layout()
    problem, normal = task.climbed(ascent, task.problem(start), start)
    problem, summit, settled = _in_turn(ascent, problem, normal, anchored=bool(taking.known))
    covariance = bank_covariance(problem.holding(summit.held, deviation=True), summit)
    converged = normal.converged and summit.converged and settled and covariance is not None
    return HistogramCalibration(
        status=CONVERGED if converged else NOT_CONVERGED,
        items=taking.reported(calibrated_items(taking.data, task.models, summit, covariance, fixed=task.is_fixed)),
        abilities=_histogram_of(problem),
        log_likelihood=summit.counts.log_likelihood,
        normal_log_likelihood=normal.counts.log_likelihood,
        iterations=ascent.iterations,
        exclusions=taking.exclusions,
    )


def _in_turn(
    ascent: Ascent, problem: BankProblem, normal: BankSummit, *, anchored: bool
) -> tuple[BankProblem, BankSummit, bool]:
    """Move the histogram, then the items, until a round gains next to nothing; known items anchor the scale."""
    estimates = normal.estimates
    weights = np.exp(problem.grid.log_weights(estimates.mean, estimates.deviation))
    problem = replace(problem, grid=Histogram(problem.grid.nodes, weights), free_mean=False, free_deviation=False)
    summit = normal
    for _ in range(MOST_ROUNDS):
        before = summit.counts.log_likelihood
        for _step in range(STEPS_A_ROUND):
            persons = problem.expect(estimates).persons
            problem = replace(problem, grid=Histogram(problem.grid.nodes, persons / persons.sum()))
        if not anchored:
            problem, estimates = _standardised(problem, estimates)
        summit = ascent.climb(problem, estimates)
        estimates = summit.estimates
        if summit.counts.log_likelihood - before < LEAST_GAIN:
            return problem, summit, True
        if ascent.iterations >= ascent.max_iterations:
            break
    return problem, summit, False


def _histogram_of(problem: BankProblem) -> Histogram:
    grid = problem.grid
    return Histogram(grid.nodes, np.exp(grid.log_weights(0.0, 1.0)))


def _standardised(problem: BankProblem, estimates: BankEstimates) -> tuple[BankProblem, BankEstimates]:
    """Move the scale to where the histogram has mean 0 and, if slopes are free, standard deviation 1."""
    histogram = _histogram_of(problem)
    mean = float(histogram.weights @ histogram.nodes)
    unit = math.sqrt(histogram.moment(2)) if problem.free_parameters[:, 0].any() else 1.0
    nodes = (histogram.nodes - mean) / unit
    parameters = estimates.parameters.copy()
    for group in estimates.groups:
        slopes = parameters[group.items, 0]
        parameters[group.items, 1 : group.score_count] += (slopes * mean)[:, None]
        parameters[group.items, 0] = slopes * unit
    moved = BankEstimates(estimates.groups, parameters, estimates.mean, estimates.deviation)
    return replace(problem, grid=Histogram(nodes, histogram.weights)), moved
