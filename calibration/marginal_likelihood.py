"""Calibrates items from responses by marginal maximum likelihood, with or without priors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from calibration.array_types import BoolArray, FloatArray
from calibration.ascent import Ascent, Cancelled, Progress, Summit
from calibration.calibration_result import (
    AT_BOUND,
    CANCELLED,
    CONVERGED,
    FIXED,
    NEGATIVE_DISCRIMINATION,
    NO_DISCRIMINATION,
    NOT_CONVERGED,
    CalibratedItem,
    CalibrationResult,
)
from calibration.categories.bank_calibration import BankCalibration
from calibration.chunks import ThisProcess, Workplace
from calibration.errors import CalibrationError
from calibration.estimates import Estimates
from calibration.expectation import ExpectedCounts
from calibration.fixed_items import Known
from calibration.item_priors import ItemPriors
from calibration.parameter_covariance import ParameterCovariance, parameter_covariance
from calibration.person_blocks import settled_blocks
from calibration.priors import PRIOR_ROUNDS, PRIOR_SETTLED, ElementArray, Priors, learn_difficulty, prior_distance
from calibration.problem import Problem
from calibration.quadrature import DEFAULT_GRID, adequate_grid, is_adequate
from calibration.responses import ResponseData
from calibration.taking_part import TakingPart, taking_part

#: Curves that the answers reach through two sums alone; everything is several times quicker for them.
QUICK_MODELS = ("rasch", "2pl")
# A logistic curve averaged over N(0, 1) is about as steep as one with a slope smaller by this factor.
SPREAD_OF_ABILITY = 1.16


def calibrate(
    data: ResponseData,
    *,
    model: str = "2pl",
    models: Mapping[str, str] | None = None,
    priors: Priors | None = None,
    ratings: Mapping[str, float] | None = None,
    elements: Mapping[str, str] | None = None,
    fixed: Mapping[str, Known] | None = None,
    max_iterations: int = 500,
    tolerance: float = 1e-5,
    on_progress: Progress | None = None,
    workplace: Workplace | None = None,
) -> CalibrationResult:
    """Estimate the items' parameters from scored answers.

    Abilities are N(0, 1). Where no slope is estimated (the Rasch model) their standard deviation is, and where items
    are fixed, mean and standard deviation are estimated on the scale that those items define.

    Args:
        data: Scores, 0 and 1 under "rasch", "2pl" and "3pl"; absent pairs are taken as not administered.
        model: "rasch", "2pl", "3pl", "grm" or "gpcm".
        models: Other models by item; the items may be mixed.
        priors: Priors on ln a, on thresholds and on the logit of c, or None for plain maximum likelihood. With priors
            the estimates are posterior modes and the standard errors those of the posterior; the Rasch model takes the
            prior on b alone.
        ratings: Writers' ratings of difficulty from 1 to 5 by item, for the priors; other items are ignored.
        elements: Codes of the items' elements by item, for the priors: items of one element share a shift.
        fixed: Items to leave as they are, by item: calibrated ones of any model, or discrimination and difficulty
            where the model has no more; items without answers are ignored.
        max_iterations: Most E-steps; the cycle under way is finished.
        tolerance: The estimates are converged when a Newton step would move no parameter further than this.
        on_progress: Called with the number of E-steps and the log-likelihood after each; return False to cancel.
        workplace: Where chunks of persons are worked on, this process unless given; the results are equal to rounding.

    Returns:
        Parameters with standard errors, and how they came about.

    Raises:
        CalibrationError: A model that is not available, scores that the model does not have, bad options, or nothing
            to calibrate.

    Reference:
        Bock & Aitkin (1981); Mislevy (1986) for the priors; Kim (2006) for fixed items.
    """
    _refuse_options(max_iterations, tolerance)
    taking = taking_part(
        data, model=model, models=models, priors=priors, ratings=ratings, elements=elements, fixed=fixed
    )
    quick = model in QUICK_MODELS and not taking.mixed and set(taking.models) <= {model, "2pl"}
    if quick:
        taking.data.require_dichotomous()
    ascent = Ascent(max_iterations, tolerance, on_progress)
    workplace = workplace or ThisProcess()
    ending: BankCalibration | None = None
    try:
        if quick:
            task = _Task.prepare(taking, model=model, workplace=workplace)
            ending = task.ending(task.climb(ascent))
        else:
            ending = taking.task(workplace=workplace).calibrate(ascent)
    except Cancelled:
        pass
    return CalibrationResult(
        model="mixed" if taking.mixed else model,
        status=CANCELLED if ending is None else CONVERGED if ending.converged else NOT_CONVERGED,
        items=() if ending is None else taking.reported(ending.items),
        log_likelihood=ascent.log_likelihood if ending is None else ending.log_likelihood,
        iterations=ascent.iterations,
        latent_mean=0.0 if ending is None else ending.mean,
        latent_sd=1.0 if ending is None else ending.deviation,
        n_persons=taking.data.n_persons,
        n_responses=taking.data.n_responses,
        n_nodes=len((DEFAULT_GRID if ending is None else ending.grid).nodes),
        exclusions=taking.exclusions,
        priors=priors if ending is None else ending.priors,
        history=tuple(ascent.history),
    )


def _refuse_options(max_iterations: int, tolerance: float) -> None:
    if max_iterations < 1:
        raise CalibrationError(f"max_iterations is {max_iterations}; at least 1 is expected", code="bad_option")
    if not tolerance > 0:
        raise CalibrationError(f"tolerance is {tolerance}; a positive number is expected", code="bad_option")


@dataclass(frozen=True, eq=False)
class _Climb:
    """The end of the last climb, and the problem that it solved."""

    problem: Problem
    summit: Summit[Estimates, ExpectedCounts]
    covariance: ParameterCovariance | None
    priors: Priors | None
    settled: bool


@dataclass(frozen=True, eq=False)
class _Task:
    """Responses that take part, and the problem they pose at first."""

    data: ResponseData
    model: str
    is_fixed: BoolArray
    ratings: FloatArray
    elements: ElementArray
    priors: Priors | None
    problem: Problem
    start: Estimates

    @classmethod
    def prepare(cls, taking: TakingPart, *, model: str, workplace: Workplace) -> _Task:
        data, priors = taking.data, taking.priors
        rating, element = taking.ratings, taking.elements
        known = np.fromiter((name in taking.known for name in data.item_ids), dtype=bool, count=data.n_items)
        item_priors = None if priors is None else ItemPriors(priors, priors.difficulty_means(rating, element), ~known)
        problem = Problem(
            persons=settled_blocks(data, workplace),
            grid=DEFAULT_GRID,
            free_slope=~known if model == "2pl" else np.zeros_like(known),
            free_intercept=~known,
            free_mean=bool(known.any()),
            free_deviation=bool(known.any()) or model == "rasch",
            priors=item_priors,
        )
        start = _starting_values(data, taking.known)
        return cls(data, model, known, rating, element, priors, problem, start)

    def climb(self, ascent: Ascent) -> _Climb:
        """Climb, and where the priors are to be learnt, in turn with them until both stand still."""
        problem, summit = _climb_on_adequate_grid(ascent, self.problem, self.start, self._most_answers())
        priors, settled = self.priors, True
        covariance = parameter_covariance(problem.holding(summit.held, deviation=summit.held_deviation), summit)
        if priors is None or not priors.learn_difficulty:
            return _Climb(problem, summit, covariance, priors, settled)
        for _ in range(PRIOR_ROUNDS):
            if covariance is None:
                break
            learnt = self._learn(priors, summit, covariance)
            settled = prior_distance(priors, learnt) < PRIOR_SETTLED
            if settled:
                break
            priors = learnt
            means = priors.difficulty_means(self.ratings, self.elements)
            problem = replace(problem, priors=ItemPriors(priors, means, ~self.is_fixed))
            problem, summit = _climb_on_adequate_grid(ascent, problem, summit.estimates, self._most_answers())
            covariance = parameter_covariance(problem.holding(summit.held, deviation=summit.held_deviation), summit)
        return _Climb(problem, summit, covariance, priors, settled)

    def _learn(
        self, priors: Priors, summit: Summit[Estimates, ExpectedCounts], covariance: ParameterCovariance
    ) -> Priors:
        free = ~(self.is_fixed | summit.held)
        difficulty = summit.estimates.difficulty()
        return learn_difficulty(
            priors,
            origin=self.priors or priors,
            difficulty=difficulty[free],
            variance=covariance.difficulty[free],
            ratings=self.ratings[free],
            elements=self.elements[free],
        )

    def _most_answers(self) -> int:
        return int(np.bincount(self.data.person).max())

    def ending(self, climb: _Climb) -> BankCalibration:
        """Report the end of a climb."""
        estimates = climb.summit.estimates
        return BankCalibration(
            items=self._items(climb),
            log_likelihood=climb.summit.counts.log_likelihood,
            converged=climb.summit.converged and climb.settled and climb.covariance is not None,
            mean=estimates.mean,
            deviation=estimates.deviation,
            grid=climb.problem.grid,
            priors=climb.priors,
        )

    def _items(self, climb: _Climb) -> tuple[CalibratedItem, ...]:
        estimates, held = climb.summit.estimates, climb.summit.held
        slope, difficulty, flat = estimates.slope, estimates.difficulty(), estimates.is_flat()
        answers = np.bincount(self.data.item, minlength=self.data.n_items)
        errors = climb.covariance or ParameterCovariance.unknown(~self.is_fixed, slope_free=self.model == "2pl")
        return tuple(
            CalibratedItem(
                item_id=name,
                model=self.model,
                discrimination=float(slope[k]),
                difficulty=float(difficulty[k]),
                se_discrimination=float(np.sqrt(errors.discrimination[k])),
                se_difficulty=float(np.sqrt(errors.difficulty[k])),
                covariance=float(errors.both[k]),
                n_responses=int(answers[k]),
                flag=_flag(float(slope[k]), known=bool(self.is_fixed[k]), held=bool(held[k]), flat=bool(flat[k])),
            )
            for k, name in enumerate(self.data.item_ids)
        )


def _flag(slope: float, *, known: bool, held: bool, flat: bool) -> str | None:
    if known:
        return FIXED
    if held:
        return AT_BOUND
    if flat:
        return NO_DISCRIMINATION
    return NEGATIVE_DISCRIMINATION if slope < 0 else None


def _starting_values(data: ResponseData, fixed: Mapping[str, CalibratedItem]) -> Estimates:
    """Slopes of 1 and the difficulties of the proportions right, or the fixed parameters."""
    answers = np.bincount(data.item, minlength=data.n_items)
    right = np.bincount(data.item, weights=data.score, minlength=data.n_items)
    slope = np.ones(data.n_items)
    intercept = SPREAD_OF_ABILITY * np.log((right + 0.5) / (answers - right + 0.5))
    for k, name in enumerate(data.item_ids):
        if name in fixed:
            slope[k] = fixed[name].discrimination
            intercept[k] = -slope[k] * fixed[name].difficulty
    return Estimates(slope, intercept)


def _climb_on_adequate_grid(
    ascent: Ascent, problem: Problem, start: Estimates, most_answers: int
) -> tuple[Problem, Summit[Estimates, ExpectedCounts]]:
    """Climb; where the grid proves too narrow or coarse for what was found, climb on from there on a better one."""
    while True:
        summit = ascent.climb(problem, start)
        estimates = summit.estimates
        needs = {
            "information": _most_information(problem, summit, most_answers),
            "mean": estimates.mean,
            "standard_deviation": estimates.deviation,
        }
        grid = adequate_grid(problem.grid, **needs)
        if grid is problem.grid or ascent.iterations >= ascent.max_iterations:
            # Neither the edge of what can be told apart nor an inadequate grid is a maximum.
            at_a_bound = summit.held_deviation or bool(summit.held.any())
            done = summit.converged and is_adequate(problem.grid, **needs) and not at_a_bound
            return problem, replace(summit, converged=done)
        problem, start = replace(problem, grid=grid), estimates


def _most_information(problem: Problem, summit: Summit[Estimates, ExpectedCounts], most_answers: int) -> float:
    """Bound the test information of any person: the best items for the longest test, wherever it is highest."""
    trusted = ~summit.held
    if not trusted.any():
        return 0.0
    right = summit.estimates.probabilities(problem.grid.nodes)[trusted]
    information = summit.estimates.slope[trusted, None] ** 2 * right * (1.0 - right)
    longest = min(most_answers, len(information))
    return float(np.partition(information, len(information) - longest, axis=0)[-longest:].sum(axis=0).max())
