"""Exam designs: every choice that shapes an adaptive exam, and the tables prepared from a design and an item pool."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from math import isfinite
from typing import Any

import numpy as np

from engine.ability_grid import EapGrid
from engine.blueprint import Blueprint, BlueprintTree, Bounds
from engine.cut_score import weights_above_cut
from engine.errors import InvalidSetting
from engine.feasibility import check_blueprint
from engine.grid_density import nodes_needed
from engine.parameter_uncertainty import expected_information, expected_probabilities
from engine.response_models import FloatArray, ItemPool
from engine.stop_settings import STOP_RULES, StopSettings

SELECTIONS = ("information-at-cut", "information", "posterior-information", "kl", "mepv", "progressive", "random")
MAXIMUM_EXPOSURE_BINS = 9
# Prior standard deviations that a cut may lie from the prior's mean. The grid ends at six, and a posterior pressed
# against its end would put too little beyond a cut there.
CUT_REACH = 4.0
# Equal weights must compare equal on every platform, or a replay elsewhere would pick another of two like items.
WEIGHT_DIGITS = 12


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
            "information", "sprt", "glr", "interval" or "time"; further ones are in `stopping`.
        stopping: What the stop rules are told.
        cut_standard_error: Standard error of the cut score, such as that of the judges' mean; 0 takes it as known.
        exposure_bins: Number of bins of the ability estimate in each of which exposure is controlled by itself, beside
            the control over all of them; 1 for no such bins.
        parameter_uncertainty: Whether items are chosen by what they are worth in the face of the standard errors of
            their parameters, not as if the estimates were true.

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

    def __post_init__(self) -> None:
        _refuse_unless(self.minimum_length >= 1, "minimum_length", "1 or more", self.minimum_length)
        _refuse_unless(
            self.maximum_length >= self.minimum_length,
            "maximum_length",
            f"at least the minimum length {self.minimum_length}",
            self.maximum_length,
        )
        self._refuse_bad_probabilities()
        self._refuse_bad_scale()
        _refuse_unless(self.selection in SELECTIONS, "selection", f"one of {', '.join(SELECTIONS)}", self.selection)
        _refuse_unless(self.stop_rule in STOP_RULES, "stop_rule", f"one of {', '.join(STOP_RULES)}", self.stop_rule)
        _refuse_unless(self.randomesque >= 1, "randomesque", "1 or more", self.randomesque)
        self._refuse_bad_stopping()

    def _refuse_bad_probabilities(self) -> None:
        for name in ("confidence", "element_confidence"):
            value = getattr(self, name)
            _refuse_unless(0.5 < value < 1, name, "above 0.5 and below 1", value)
        _refuse_unless(
            0 <= self.element_correlation <= 0.99, "element_correlation", "from 0 to 0.99", self.element_correlation
        )
        exposure = self.maximum_exposure
        _refuse_unless(exposure is None or 0 < exposure <= 1, "maximum_exposure", "above 0 and at most 1", exposure)

    def _refuse_bad_scale(self) -> None:
        _refuse_unless(isfinite(self.prior_mean), "prior_mean", "finite", self.prior_mean)
        _refuse_unless(0.05 <= self.prior_sd <= 10, "prior_sd", "from 0.05 to 10", self.prior_sd)
        reach = CUT_REACH * self.prior_sd
        low, high = self.prior_mean - reach, self.prior_mean + reach
        _refuse_unless(low < self.cut_score < high, "cut_score", f"between {low:g} and {high:g}", self.cut_score)

    def _refuse_bad_stopping(self) -> None:
        rules, limit = self.stop_rules, self.stopping.time_limit_seconds
        _refuse_unless(len(set(rules)) == len(rules), "stopping.further_rules", "all different", rules)
        _refuse_unless(
            ("time" in rules) == (limit is not None),
            "stopping.time_limit_seconds",
            "given with the rule time and only with it",
            limit,
        )
        bins, error = self.exposure_bins, self.cut_standard_error
        _refuse_unless(1 <= bins <= MAXIMUM_EXPOSURE_BINS, "exposure_bins", f"1 to {MAXIMUM_EXPOSURE_BINS}", bins)
        _refuse_unless(0 <= error <= self.prior_sd, "cut_standard_error", "from 0 to the prior's sd", error)

    @property
    def stop_rules(self) -> tuple[str, ...]:
        """All stop rules, the first one first."""
        return (self.stop_rule, *self.stopping.further_rules)

    @property
    def may_end_early(self) -> bool:
        """Whether a sitting may end by itself below the maximum length."""
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
        return document

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
        values = _checked_fields(document, _KINDS, required=("blueprint", "minimum_length", "maximum_length"))
        values["blueprint"] = Blueprint(
            tuple(_bounds_from(entry, place) for place, entry in enumerate(values["blueprint"]))
        )
        if "stopping" in values:
            values["stopping"] = StopSettings.from_dict(values["stopping"])
        return cls(**values)


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
    """

    design: ExamDesign
    pool: ItemPool
    tree: BlueprintTree
    grid: EapGrid
    above_cut: FloatArray
    log_probabilities: FloatArray
    information_at_cut: FloatArray

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

    @cached_property
    def sprt_log_probabilities(self) -> FloatArray:
        """Log-probability of each category at the two ends of "sprt"'s indifference region, (items, categories, 2)."""
        return self._log_probabilities_around_cut(self.design.stopping.sprt_half_width)

    @cached_property
    def glr_log_probabilities(self) -> FloatArray:
        """Log-probability of each category at the two ends of "glr"'s indifference region, (items, categories, 2)."""
        return self._log_probabilities_around_cut(self.design.stopping.glr_half_width)

    def _log_probabilities_around_cut(self, half_width: float) -> FloatArray:
        cut = self.design.cut_score
        return self.pool.log_probabilities([cut - half_width, cut + half_width])

    @cached_property
    def element_kernel(self) -> FloatArray:
        """Distribution of an element's ability given the general ability, shape (general nodes, element nodes).

        Both are standard normal in units of the prior: the element's ability is √r times the general one plus √(1 - r)
        times a part of its own.
        """
        scaled = (self.grid.nodes - self.design.prior_mean) / self.design.prior_sd
        correlation = self.design.element_correlation
        deviations = scaled[None, :] - np.sqrt(correlation) * scaled[:, None]
        kernel = np.exp(-0.5 * np.square(deviations) / (1 - correlation))
        return np.asarray(kernel / kernel.sum(axis=1, keepdims=True))


def prepare_exam(design: ExamDesign, pool: ItemPool) -> PreparedExam:
    """Join a design with an item pool and compute what all its sittings share.

    Args:
        design: The design.
        pool: The items, such as a published bank.

    Returns:
        The prepared exam.

    Raises:
        InvalidBlueprint: If the blueprint bounds a code that no item of the pool has.
        InfeasibleBlueprint: If the pool cannot meet the blueprint at the minimum or the maximum length.
    """
    tree = check_blueprint(design.blueprint, pool, lengths=(design.minimum_length, design.maximum_length))
    nodes = nodes_needed(
        pool, design.prior_mean, design.prior_sd, length=design.maximum_length, rules=design.stop_rules
    )
    grid = EapGrid.normal(prior_mean=design.prior_mean, prior_sd=design.prior_sd, nodes=nodes)
    information = expected_information if design.parameter_uncertainty else ItemPool.information
    return PreparedExam(
        design=design,
        pool=pool,
        tree=tree,
        grid=grid,
        above_cut=weights_above_cut(grid, design.cut_score, standard_error=design.cut_standard_error),
        log_probabilities=pool.log_probabilities(grid.nodes),
        information_at_cut=information(pool, [design.cut_score])[:, 0].round(WEIGHT_DIGITS),
    )


_KINDS: dict[str, tuple[type, ...]] = {
    "blueprint": (list, tuple),
    "minimum_length": (int,),
    "maximum_length": (int,),
    "cut_score": (int, float),
    "confidence": (int, float),
    "prior_mean": (int, float),
    "prior_sd": (int, float),
    "selection": (str,),
    "randomesque": (int,),
    "maximum_exposure": (int, float, type(None)),
    "element_correlation": (int, float),
    "element_confidence": (int, float),
    "stop_rule": (str,),
    "stopping": (Mapping,),
    "cut_standard_error": (int, float),
    "exposure_bins": (int,),
    "parameter_uncertainty": (bool,),
}
_BOUNDS_KINDS: dict[str, tuple[type, ...]] = {
    "level": (str,),
    "code": (str,),
    "minimum": (int,),
    "maximum": (int, type(None)),
    "attribute": (str,),
}


def _refuse_unless(sensible: bool, name: str, expected: str, value: object) -> None:
    if not sensible:
        raise InvalidSetting(f"{name} must be {expected}, not {value!r}")


def _bounds_from(entry: object, place: int) -> Bounds:
    where = f"blueprint[{place}]"
    if not isinstance(entry, Mapping):
        raise InvalidSetting(f"{where} must be an object with level, code, minimum and maximum, not {entry!r}")
    return Bounds(**_checked_fields(entry, _BOUNDS_KINDS, required=("level", "code"), where=f"{where}."))


def _checked_fields(
    document: Mapping[str, Any], kinds: Mapping[str, tuple[type, ...]], *, required: tuple[str, ...], where: str = ""
) -> dict[str, Any]:
    """Return a copy of the fields, all known, none of the required ones missing, each of its kind."""
    for name, value in document.items():
        if name not in kinds:
            raise InvalidSetting(f"{where}{name} is not a field; the fields are {', '.join(kinds)}")
        # Python counts a truth value as a whole number.
        if not isinstance(value, kinds[name]) or (isinstance(value, bool) and bool not in kinds[name]):
            expected = " or ".join("null" if kind is type(None) else kind.__name__ for kind in kinds[name])
            raise InvalidSetting(f"{where}{name} must be {expected}, not {value!r}")
    missing = [name for name in required if name not in document]
    if missing:
        raise InvalidSetting(f"{where}{missing[0]} is missing")
    return dict(document)
