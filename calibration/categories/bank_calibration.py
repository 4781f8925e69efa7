"""Calibrates items of any number of scores, under one model or several, by marginal maximum likelihood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from calibration.array_types import BoolArray, FloatArray
from calibration.ascent import Ascent, Summit
from calibration.calibration_result import CalibratedItem
from calibration.categories.bank_covariance import bank_covariance
from calibration.categories.bank_estimates import NO_GUESSING, BankEstimates
from calibration.categories.bank_priors import BankPriors
from calibration.categories.bank_problem import BankProblem
from calibration.categories.calibrated_items import Natural, calibrated_items, estimated_parameters
from calibration.categories.curve_family import CATEGORY_MODELS, CurveGroup
from calibration.categories.score_blocks import settled_scores
from calibration.categories.score_expectation import ScoreCounts
from calibration.chunks import ThisProcess, Workplace
from calibration.errors import CalibrationError
from calibration.priors import PRIOR_ROUNDS, PRIOR_SETTLED, ElementArray, Priors, learn_difficulty, prior_distance
from calibration.quadrature import DEFAULT_GRID, AbilityGrid, adequate_grid, is_adequate
from calibration.responses import ResponseData

BankSummit = Summit[BankEstimates, ScoreCounts]


@dataclass(frozen=True, eq=False)
class BankCalibration:
    """The end of a calibration.

    Args:
        items: Parameters with standard errors.
        log_likelihood: Marginal log-likelihood, without the priors.
        converged: Whether the maximum was reached and is one.
        mean: Mean of the abilities.
        deviation: Their standard deviation.
        grid: The grid at the end.
        priors: The priors at the end, or None.
    """

    items: tuple[CalibratedItem, ...]
    log_likelihood: float
    converged: bool
    mean: float
    deviation: float
    grid: AbilityGrid
    priors: Priors | None


@dataclass(frozen=True, eq=False)
class BankTask:
    """Responses that take part, the model of each item, and what is known beforehand.

    Args:
        data: The responses.
        models: Name of each item's model, shape (items,).
        fixed: Natural parameters (a, thresholds, c) of items to leave as they are, by place.
        ratings: Writers' ratings, not-a-number where there is none, shape (items,).
        elements: Codes of the items' elements, empty where there is none, shape (items,).
        priors: The priors, or None.
        workplace: Where chunks of persons are worked on.
    """

    data: ResponseData
    models: Sequence[str]
    fixed: Mapping[int, Natural]
    ratings: FloatArray
    elements: ElementArray
    priors: Priors | None
    workplace: Workplace = field(default_factory=ThisProcess)

    def calibrate(self, ascent: Ascent) -> BankCalibration:
        """Climb, and where the priors are to be learnt, in turn with them until both stand still.

        Args:
            ascent: The climb with its budget.

        Returns:
            The end of it.

        Raises:
            CalibrationError: If an item's scores are not those that its model has, or nobody got one of them and there
                is no prior to say where its threshold lies.
            Cancelled: If the progress callback asked to stop.
        """
        start = self.layout()
        problem = self.problem(start)
        problem, summit = self.climbed(ascent, problem, start)
        priors, settled = self.priors, True
        covariance = bank_covariance(problem.holding(summit.held, deviation=summit.held_deviation), summit)
        rounds = PRIOR_ROUNDS if priors is not None and priors.learn_difficulty else 0
        for _ in range(rounds):
            if covariance is None or priors is None:
                break
            learnt = self._learn(priors, summit, covariance)
            settled = prior_distance(priors, learnt) < PRIOR_SETTLED
            if settled:
                break
            priors = learnt
            problem = replace(problem, priors=self._bank_priors(priors))
            problem, summit = self.climbed(ascent, problem, summit.estimates)
            covariance = bank_covariance(problem.holding(summit.held, deviation=summit.held_deviation), summit)
        return BankCalibration(
            items=calibrated_items(self.data, self.models, summit, covariance, fixed=self.is_fixed),
            log_likelihood=summit.counts.log_likelihood,
            converged=summit.converged and settled and covariance is not None,
            mean=summit.estimates.mean,
            deviation=summit.estimates.deviation,
            grid=problem.grid,
            priors=priors,
        )

    @property
    def is_fixed(self) -> BoolArray:
        """Items whose parameters are known beforehand, shape (items,)."""
        known = np.zeros(self.data.n_items, dtype=bool)
        known[list(self.fixed)] = True
        return known

    def layout(self) -> BankEstimates:
        """Lay the items out by family, with a start for each, N(0, 1) abilities.

        Returns:
            The start of the climb.

        Raises:
            CalibrationError: If an item's scores are not those that its model has.
        """
        score_counts = self._score_counts()
        shares = self._shares(int(score_counts.max()))
        by_shape: dict[tuple[str, int], list[int]] = {}
        for place, (model, scores) in enumerate(zip(self.models, score_counts.tolist(), strict=True)):
            by_shape.setdefault((model, scores), []).append(place)
        groups = [
            CurveGroup(CATEGORY_MODELS[model].family, np.array(places, dtype=np.intp), scores)
            for (model, scores), places in by_shape.items()
        ]
        parameters = np.zeros((self.data.n_items, max(group.width for group in groups)))
        for group, (model, _scores) in zip(groups, by_shape, strict=True):
            begin = group.family.start(shares[group.items, : group.score_count])
            if not CATEGORY_MODELS[model].free_slope:
                begin[:, 0] = 1.0
            parameters[group.items, : group.width] = begin
        for place, natural in self.fixed.items():
            known = estimated_parameters(natural)
            parameters[place] = 0.0
            parameters[place, : len(known)] = known
        return BankEstimates(groups, parameters)

    def _score_counts(self) -> FloatArray:
        highest = np.zeros(self.data.n_items, dtype=np.int64)
        np.maximum.at(highest, self.data.item, self.data.score.astype(np.int64))
        for place, natural in self.fixed.items():
            highest[place] = max(int(highest[place]), len(natural.thresholds))
        for place, model in enumerate(self.models):
            if CATEGORY_MODELS[model].two_scores and highest[place] > 1:
                raise CalibrationError(
                    f"item {self.data.item_ids[place]!r}: score {highest[place]}; the model {model} takes 0 or 1",
                    code="score_not_dichotomous",
                )
            highest[place] = max(int(highest[place]), 1)
        return np.asarray(highest + 1)

    def _shares(self, scores: int) -> FloatArray:
        counts = np.zeros((self.data.n_items, scores))
        np.add.at(counts, (self.data.item, self.data.score.astype(np.int64)), 1.0)
        highest = self._score_counts()
        inside = np.arange(scores) < highest[:, None]
        empty = inside & (counts == 0)
        empty[list(self.fixed)] = False
        for place, score in np.argwhere(empty).tolist():
            # Graded curves would close the gap between two thresholds altogether, whatever the priors.
            if self.priors is None or self.models[place] == "grm":
                raise CalibrationError(
                    f"item {self.data.item_ids[place]!r}: nobody has score {score}, so nothing says where its "
                    "threshold lies; join it with a neighbouring score (or take gpcm with priors)",
                    code="score_never_had",
                )
        counts = np.where(inside, counts + 0.5, 0.0)
        return np.asarray(counts / counts.sum(axis=1, keepdims=True))

    def problem(self, start: BankEstimates) -> BankProblem:
        """Say what is free: slopes as the models have them, the population as far as items or slopes fix the scale.

        Args:
            start: The layout.

        Returns:
            The problem.
        """
        free = np.zeros(start.parameters.shape, dtype=bool)
        for group in start.groups:
            free[group.items, : group.width] = True
        free[:, 0] &= self._free_slope()
        free[list(self.fixed)] = False
        some_fixed = bool(self.fixed)
        highest = max(group.score_count for group in start.groups) - 1
        return BankProblem(
            persons=settled_scores(self.data, self.workplace, highest=highest),
            grid=DEFAULT_GRID,
            layout=start,
            free_parameters=free,
            free_mean=some_fixed,
            free_deviation=some_fixed or not self._free_slope().any(),
            priors=None if self.priors is None else self._bank_priors(self.priors),
        )

    def _free_slope(self) -> BoolArray:
        return np.array([CATEGORY_MODELS[model].free_slope for model in self.models])

    def _bank_priors(self, priors: Priors) -> BankPriors:
        means = priors.difficulty_means(self.ratings, self.elements)
        return BankPriors(priors, means, ~self.is_fixed, self._free_slope())

    def _learn(self, priors: Priors, summit: BankSummit, covariance: Sequence[FloatArray]) -> Priors:
        items = calibrated_items(self.data, self.models, summit, covariance, fixed=self.is_fixed)
        free = ~(self.is_fixed | summit.held)
        return learn_difficulty(
            priors,
            origin=self.priors or priors,
            difficulty=np.array([item.difficulty for item in items])[free],
            variance=np.array([item.se_difficulty**2 for item in items])[free],
            ratings=self.ratings[free],
            elements=self.elements[free],
        )

    def climbed(self, ascent: Ascent, problem: BankProblem, start: BankEstimates) -> tuple[BankProblem, BankSummit]:
        """Climb; climb on where an item turns out to be never guessed, or the grid too narrow or coarse.

        Args:
            ascent: The climb with its budget.
            problem: What to climb.
            start: Where to begin.

        Returns:
            The problem as it was at the end, and the summit.

        Raises:
            Cancelled: If the progress callback asked to stop.
        """
        while True:
            summit = ascent.climb(problem, start)
            estimates = summit.estimates
            unguessed = estimates.without_guessing() & problem.free_parameters
            needs = {
                "information": self.most_information(summit.estimates, problem.grid, summit.held),
                "mean": estimates.mean,
                "standard_deviation": estimates.deviation,
            }
            grid = adequate_grid(problem.grid, **needs)
            settled = grid is problem.grid and not unguessed.any()
            if settled or ascent.iterations >= ascent.max_iterations:
                at_a_bound = summit.held_deviation or bool(summit.held.any())
                done = summit.converged and settled and is_adequate(grid, **needs) and not at_a_bound
                return problem, replace(summit, converged=done)
            free = problem.free_parameters & ~unguessed
            start = replace(estimates, parameters=np.where(unguessed, NO_GUESSING, estimates.parameters))
            problem = replace(problem, grid=grid, free_parameters=free)

    def most_information(self, estimates: BankEstimates, grid: AbilityGrid, held: BoolArray) -> float:
        """Bound the test information of any person: the best items for the longest test, wherever it is highest.

        Args:
            estimates: Parameters of the items.
            grid: Where to look.
            held: Items held at a bound, which tell nothing, shape (items,).

        Returns:
            The bound.
        """
        longest = int(np.bincount(self.data.person).max())
        information = np.zeros((self.data.n_items, len(grid.nodes)))
        for group in estimates.groups:
            parameters = estimates.of(group)
            curves = group.family.curves(parameters, grid.nodes)
            information[group.items] = curves.ability_information(parameters[:, 0])
        information[held] = 0.0
        taken = min(longest, len(information))
        return float(np.partition(information, len(information) - taken, axis=0)[-taken:].sum(axis=0).max())
