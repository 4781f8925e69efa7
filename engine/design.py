"""Exam designs: every choice that shapes an adaptive exam, and the tables prepared from a design and an item pool."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from math import isfinite
from typing import Any

import numpy as np

from engine.ability_grid import EapGrid
from engine.blueprint import Blueprint, BlueprintTree, Bounds, check_blueprint
from engine.errors import InvalidSetting
from engine.response_models import FloatArray, ItemPool

SELECTIONS = ("information-at-cut", "information", "posterior-information", "random")
STOP_RULES = ("confidence", "length")
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
        selection: Weight of an item: "information-at-cut", "information" (at the estimate), "posterior-information" or
            "random".
        randomesque: The next item is drawn from this many of the best.
        maximum_exposure: Largest share of candidates that should see an item, or None for no exposure control.
        element_correlation: Correlation between the abilities in any two elements, 0 to 0.99.
        element_confidence: Probability that an element verdict needs, above 0.5.
        stop_rule: "confidence" (as soon as the verdict is sure) or "length" (always the maximum length).

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

    def planned_length(self, answered: int) -> int:
        """Return the length the shadow test is put together for once this many items are answered.

        Planning to the minimum length first is what keeps the blueprint whole when the exam ends early.
        """
        if self.stop_rule == "confidence" and answered < self.minimum_length:
            return self.minimum_length
        return self.maximum_length

    def to_dict(self) -> dict[str, Any]:
        """Return the design as plain values, ready for JSON."""
        document = {field.name: getattr(self, field.name) for field in fields(self)}
        document["blueprint"] = [asdict(bounds) for bounds in self.blueprint.bounds]
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
        """Item information at the nodes, shape (items, nodes)."""
        return self.pool.information(self.grid.nodes)

    @cached_property
    def log_ratios_to_cut(self) -> FloatArray:
        """Log of P(category | node) / P(category | cut score), shape (items, categories, nodes)."""
        return self.log_probabilities - self.pool.log_probabilities([self.design.cut_score])

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
    grid = EapGrid.normal(prior_mean=design.prior_mean, prior_sd=design.prior_sd)
    return PreparedExam(
        design=design,
        pool=pool,
        tree=tree,
        grid=grid,
        above_cut=grid.weights_above(design.cut_score),
        log_probabilities=pool.log_probabilities(grid.nodes),
        information_at_cut=pool.information([design.cut_score])[:, 0].round(WEIGHT_DIGITS),
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
}
_BOUNDS_KINDS: dict[str, tuple[type, ...]] = {
    "level": (str,),
    "code": (str,),
    "minimum": (int,),
    "maximum": (int, type(None)),
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
        if not isinstance(value, kinds[name]) or isinstance(value, bool):
            expected = " or ".join("null" if kind is type(None) else kind.__name__ for kind in kinds[name])
            raise InvalidSetting(f"{where}{name} must be {expected}, not {value!r}")
    missing = [name for name in required if name not in document]
    if missing:
        raise InvalidSetting(f"{where}{missing[0]} is missing")
    return dict(document)
