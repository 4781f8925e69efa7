"""Exam designs: every choice that shapes an adaptive exam, and the tables prepared from a design and an item pool."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from typing import Any

import numpy as np

from engine.ability.ability_grid import HALF_WIDTH, EapGrid, posterior_of
from engine.ability.answer_likelihood import AnswerLikelihood
from engine.ability.grid_density import nodes_needed
from engine.ability.ratio_bounds import extreme_log_ratios
from engine.ability.testlet_likelihood import TestletLikelihood
from engine.blueprints.blueprint import Blueprint, BlueprintTree
from engine.blueprints.feasibility import check_blueprint
from engine.blueprints.trial_assembly import refuse_entangled
from engine.design_checks import CUT_REACH, SELECTIONS, SMALLEST_PRIOR_SD, refuse_senseless
from engine.design_document import design_fields
from engine.outcomes.cut_score import weights_above_cut
from engine.pretest.parameter_information import parameter_information
from engine.pretest.pretest_pool import checked_pretest_pool, enemies_across
from engine.prior_origin import PriorOrigin
from engine.response_models import FloatArray, ItemPool
from engine.selection.parameter_uncertainty import expected_information, expected_probabilities
from engine.stop_rules.stop_settings import StopSettings

__all__ = [
    "CUT_REACH",
    "SELECTIONS",
    "SMALLEST_PRIOR_SD",
    "WEIGHT_DIGITS",
    "ExamDesign",
    "PreparedExam",
    "prepare_exam",
]

# Equal weights must compare equal on every platform, or a replay elsewhere would pick another of two like items.
WEIGHT_DIGITS = 12


_OF_TASKS = ("written_tasks", "marking_tolerance")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamDesign:
    """How an exam is put together, ended and judged.

    Args:
        blueprint: Bounds on the parts of the standard.
        minimum_length: Fewest items before any stop.
        maximum_length: Most items.
        cut_score: Ability from which a candidate is competent.
        confidence: Probability that a unit verdict needs, above 0.5.
        prior_mean: Mean of the ability prior, one for all candidates.
        prior_sd: Standard deviation of the ability prior.
        selection: Weight of an item: "information-at-cut", "information" (at the estimate), "posterior-information",
            "kl" (Kullback-Leibler), "mepv" (minimum expected posterior variance), "progressive" or "random".
        randomesque: The next item is drawn from this many of the best.
        maximum_exposure: Largest share of candidates that should see an item, or None for no exposure control.
        element_correlation: Correlation between the abilities in any two elements, 0 to 0.99.
        element_confidence: Probability that an element verdict needs, above 0.5.
        stop_rule: "confidence" (as soon as the verdict is sure), "length" (always the maximum length), "se",
            "information", "sprt", "glr", "interval" or "time" (with others the time needs none of them to agree);
            further ones are in `stopping`.
        stopping: What the stop rules are told.
        cut_standard_error: Standard error of the cut score, such as that of the judges' mean; 0 takes it as known.
        exposure_bins: Number of bins of the ability estimate in each of which exposure is controlled by itself, beside
            the control over all of them; 1 for no such bins.
        parameter_uncertainty: Whether items are chosen by what they are worth in the face of the standard errors of
            their parameters, not as if the estimates were true.
        pretest_items: Number of questions in a sitting that are tried out and do not count, where a pretest pool has
            as many.
        pretest_random_share: Probability with which such a question is taken at random, not for what it teaches.
        unit_correlation: Correlation between the abilities in any two units of competence, above 0 and at most 0.95, by
            which a candidate's finished units inform the prior of this one; None for the population's prior throughout.
        prior_origin: In one sitting's design, what its prior was informed by; None where it is the population's.
        testlet_sd: Standard deviation of what the items of a testlet have in common beside the ability that is
            measured, 0 (nothing) or 0.05 to 2; without influence where the pool has no testlets.
        written_tasks: Number of tasks answered in words that follow the adaptive part and are marked by people.
        marking_tolerance: Points by which two markers of a task may differ and still agree.

    Raises:
        InvalidSetting: If a field makes no sense, by its name.
    """

    blueprint: Blueprint
    minimum_length: int
    maximum_length: int
    cut_score: float = 0.0
    confidence: float = 0.95
    prior_mean: float = 0.0
    prior_sd: float = 1.0
    selection: str = "information-at-cut"
    randomesque: int = 1
    maximum_exposure: float | None = None
    element_correlation: float = 0.8
    element_confidence: float = 0.9
    stop_rule: str = "confidence"
    stopping: StopSettings = field(default_factory=StopSettings)
    cut_standard_error: float = 0.0
    exposure_bins: int = 1
    parameter_uncertainty: bool = False
    pretest_items: int = 0
    pretest_random_share: float = 0.3
    unit_correlation: float | None = None
    prior_origin: PriorOrigin | None = None
    testlet_sd: float = 0.5
    written_tasks: int = 0
    marking_tolerance: int = 0

    def __post_init__(self) -> None:
        refuse_senseless(self)

    @property
    def population_mean(self) -> float:
        """Mean of the population's prior, which a prior informed by other units leaves as it is."""
        return self.prior_mean if self.prior_origin is None else self.prior_origin.population_mean

    @property
    def population_sd(self) -> float:
        """Standard deviation of the population's prior."""
        return self.prior_sd if self.prior_origin is None else self.prior_origin.population_sd

    @property
    def stop_rules(self) -> tuple[str, ...]:
        """All stop rules, the first one first."""
        return (self.stop_rule, *self.stopping.further_rules)

    @property
    def may_end_early(self) -> bool:
        """Whether a sitting may end by itself below the maximum length."""
        if "time" in self.stop_rules:
            return True
        waits = [rule == "length" for rule in self.stop_rules]
        return not (any(waits) if self.stopping.combination == "all" else all(waits))

    def planned_length(self, answered: int) -> int:
        """Return the length the shadow test is put together for once this many items are answered.

        Planning to the minimum length first is what keeps the blueprint whole when the exam ends early.
        """
        if self.may_end_early and answered < self.minimum_length:
            return self.minimum_length
        return self.maximum_length

    def to_dict(self) -> dict[str, Any]:
        """Return the design as plain values, ready for JSON."""
        document = {field.name: getattr(self, field.name) for field in fields(self)}
        document["blueprint"] = [
            # Documents written before there were attributes are the same as those written since.
            {name: value for name, value in asdict(bounds).items() if name != "attribute" or value}
            for bounds in self.blueprint.bounds
        ]
        document["stopping"] = self.stopping.to_dict()
        document["prior_origin"] = None if self.prior_origin is None else self.prior_origin.to_dict()
        # Documents written before there were tasks are the same as those written since.
        return {name: value for name, value in document.items() if name not in _OF_TASKS or value}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> "ExamDesign":
        """Return the design that `to_dict` wrote.

        Args:
            document: Fields by name; those with a default may be missing.

        Returns:
            The design.

        Raises:
            InvalidSetting: If a field is unknown, missing or of the wrong kind, by its name.
            InvalidBlueprint: If a bound of the blueprint contradicts itself.
        """
        return cls(**design_fields(document))


@dataclass(frozen=True, eq=False, kw_only=True)
class PreparedExam:
    """A design joined with its item pool, with every table that does not depend on the candidate.

    Args:
        design: The design.
        pool: The items.
        tree: The blueprint, compiled and found to be feasible at both lengths.
        grid: Abilities with the prior.
        above_cut: Weights that turn a posterior into P(theta >= cut), shape (nodes,).
        log_probabilities: Log-probability of each category, shape (items, categories, nodes).
        information_at_cut: Item information at the cut score, shape (items,).
        pretest_pool: Items that are tried out and do not count, None where there are none.
        pretest_enemies: Pool positions of the scored items that a pretest item, by its position in the pretest pool,
            must not meet.
    """

    design: ExamDesign
    pool: ItemPool
    tree: BlueprintTree
    grid: EapGrid
    above_cut: FloatArray
    log_probabilities: FloatArray
    information_at_cut: FloatArray
    pretest_pool: ItemPool | None = None
    pretest_enemies: Mapping[int, frozenset[int]] = field(default_factory=dict)

    @property
    def pretest_items(self) -> int:
        """Number of questions that a sitting tries out, no more than the pretest pool has."""
        return min(self.design.pretest_items, len(self.pretest_pool)) if self.pretest_pool is not None else 0

    @cached_property
    def pretest_positions(self) -> Mapping[str, int]:
        """Positions in the pretest pool by item id; empty where there is no such pool."""
        pool = self.pretest_pool
        return {item_id: place for place, item_id in enumerate(pool.item_ids)} if pool is not None else {}

    @cached_property
    def pretest_information(self) -> FloatArray:
        """What a response to each pretest item teaches of its parameters, shape (pretest items, 3, nodes)."""
        assert self.pretest_pool is not None
        return parameter_information(self.pretest_pool, self.grid.nodes)

    @cached_property
    def pretest_information_expected(self) -> FloatArray:
        """The same on average over the prior of ability, shape (pretest items, 3)."""
        return np.asarray(self.pretest_information @ posterior_of(self.grid.log_prior))

    @cached_property
    def information(self) -> FloatArray:
        """Item information at the nodes, shape (items, nodes), expected where the design minds uncertainty."""
        if self.design.parameter_uncertainty:
            return expected_information(self.pool, self.grid.nodes)
        return self.pool.information(self.grid.nodes)

    @cached_property
    def selection_probabilities(self) -> FloatArray:
        """Category probabilities by which items are chosen, expected where the design minds uncertainty.

        Shape (items, categories, nodes).
        """
        if self.design.parameter_uncertainty:
            return expected_probabilities(self.pool, self.grid.nodes)
        return np.exp(self.log_probabilities)

    @cached_property
    def selection_log_probabilities(self) -> FloatArray:
        """Logs of the category probabilities by which items are chosen, shape (items, categories, nodes)."""
        if self.design.parameter_uncertainty:
            return np.log(np.maximum(self.selection_probabilities, np.finfo(np.float64).tiny))
        return self.log_probabilities

    @cached_property
    def log_ratios_to_cut(self) -> FloatArray:
        """Log of P(category | node) / P(category | cut score), shape (items, categories, nodes)."""
        return self.log_probabilities - self.pool.log_probabilities([self.design.cut_score])

    @property
    def effect_sd(self) -> float:
        """Standard deviation of a testlet's effect, 0 where there are no testlets."""
        return self.design.testlet_sd if self.pool.testlets else 0.0

    @cached_property
    def answer_likelihood(self) -> AnswerLikelihood:
        """What answers say at the nodes."""
        grid = TestletLikelihood.on_grid(self.pool, self.grid.nodes, effect_sd=sd) if (sd := self.effect_sd) else None
        return AnswerLikelihood(self.log_probabilities, grid)

    @cached_property
    def extreme_log_ratios(self) -> tuple[FloatArray, FloatArray]:
        """Bounds on what one answer adds at the nodes less what it adds at the cut score, each (items, nodes)."""
        testlets, cut = self.answer_likelihood.testlets, self.design.cut_score
        return extreme_log_ratios(self.log_ratios_to_cut, self.pool, testlets, cut_score=cut)

    @cached_property
    def sprt_likelihood(self) -> AnswerLikelihood:
        """What answers say at the two ends of "sprt"'s indifference region."""
        return self._likelihood_around_cut(self.design.stopping.sprt_half_width)

    @cached_property
    def glr_likelihood(self) -> AnswerLikelihood:
        """What answers say at the two ends of "glr"'s indifference region."""
        return self._likelihood_around_cut(self.design.stopping.glr_half_width)

    def _likelihood_around_cut(self, half_width: float) -> AnswerLikelihood:
        ends = [self.design.cut_score - half_width, self.design.cut_score + half_width]
        pair = TestletLikelihood.at(self.pool, ends, effect_sd=sd) if (sd := self.effect_sd) else None
        return AnswerLikelihood(self.pool.log_probabilities(ends), pair)

    @cached_property
    def element_kernel(self) -> FloatArray:
        """Distribution of an element's ability given the general ability, shape (general nodes, element nodes).

        Both are standard normal in units of the population's prior: the element's ability is √r times the general one
        plus √(1 - r) times a part of its own.
        """
        scaled = (self.grid.nodes - self.design.population_mean) / self.design.population_sd
        correlation = self.design.element_correlation
        deviations = scaled[None, :] - np.sqrt(correlation) * scaled[:, None]
        kernel = np.exp(-0.5 * np.square(deviations) / (1 - correlation))
        return np.asarray(kernel / kernel.sum(axis=1, keepdims=True))


def prepare_exam(
    design: ExamDesign,
    pool: ItemPool,
    *,
    pretest_pool: ItemPool | None = None,
    pretest_enemies: Iterable[tuple[str, str]] = (),
) -> PreparedExam:
    """Join a design with an item pool and compute what all its sittings share.

    Args:
        design: The design.
        pool: The items, such as a published bank.
        pretest_pool: Items to be tried out, none of them in the pool. They never enter the blueprint, the shadow test,
            exposure control, the posterior, the stop rules or the outcome.
        pretest_enemies: Pairs of a pretest item and an item of the pool that should not meet, by their ids. Those among
            pretest items stand in the pretest pool.

    Returns:
        The prepared exam.

    Raises:
        InvalidBlueprint: If the blueprint bounds a code that no item of the pool has.
        InfeasibleBlueprint: If the pool cannot meet the blueprint at the minimum or the maximum length.
        SolverFailed: If enemies, testlets and bounds are so entangled that a candidate might wait for a question.
        InvalidParameters: If an item is in both pools, or too steep for the grid.
        UnknownItem: If an enemy is in neither pool where it should be.
    """
    lengths = (design.minimum_length, design.maximum_length)
    tree = check_blueprint(design.blueprint, pool, lengths=lengths)
    grid = _grid_of(design, pool)
    information = expected_information if design.parameter_uncertainty else ItemPool.information
    information_at_cut = information(pool, [design.cut_score])[:, 0].round(WEIGHT_DIGITS)
    refuse_entangled(tree, information_at_cut, lengths=lengths)
    return PreparedExam(
        design=design,
        pool=pool,
        tree=tree,
        grid=grid,
        above_cut=weights_above_cut(grid, design.cut_score, standard_error=design.cut_standard_error),
        log_probabilities=pool.log_probabilities(grid.nodes),
        information_at_cut=information_at_cut,
        pretest_pool=checked_pretest_pool(pretest_pool, pool),
        pretest_enemies=enemies_across(pretest_enemies, pretest_pool, pool),
    )


def _grid_of(design: ExamDesign, pool: ItemPool) -> EapGrid:
    """Return the abilities with the prior: the population's range also where the prior is informed and narrower."""
    mean, sd = design.population_mean, design.population_sd
    nodes = nodes_needed(
        pool,
        mean,
        sd,
        length=design.maximum_length,
        rules=design.stop_rules,
        unit_correlation=design.unit_correlation or 0.0,
    )
    reach = HALF_WIDTH * sd
    return EapGrid.normal(
        prior_mean=design.prior_mean, prior_sd=design.prior_sd, lower=mean - reach, upper=mean + reach, nodes=nodes
    )
