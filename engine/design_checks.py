"""What a field of an exam design may hold, and what fields must not contradict each other."""

from typing import TYPE_CHECKING

from engine.errors import InvalidSetting
from engine.stop_rules.stop_settings import STOP_RULES
from engine.whole_numbers import is_whole

if TYPE_CHECKING:
    from engine.design import ExamDesign

SELECTIONS = ("information-at-cut", "information", "posterior-information", "kl", "mepv", "progressive", "random")
MAXIMUM_EXPOSURE_BINS = 9
# Prior standard deviations that a cut may lie from the prior's mean. The grid ends at six, and a posterior pressed
# against its end would put too little beyond a cut there.
CUT_REACH = 4.0
SMALLEST_PRIOR_SD = 0.05
# Further out the nodes of a grid lose the digits that tell them apart.
LARGEST_PRIOR_MEAN = 1e6
_WHOLE_NUMBERS = (
    "minimum_length", "maximum_length", "randomesque", "exposure_bins", "pretest_items", "written_tasks",
    "marking_tolerance",
)  # fmt: skip


def refuse_senseless(design: "ExamDesign") -> None:
    """Refuse a design with a field that makes no sense.

    Args:
        design: The design.

    Raises:
        InvalidSetting: By the name of the field, with what it should hold and what it does.
    """
    for name in _WHOLE_NUMBERS:
        _refuse_unless(is_whole(getattr(design, name)), name, "a whole number", getattr(design, name))
    _refuse_bad_lengths(design)
    _refuse_bad_probabilities(design)
    _refuse_bad_scale(design)
    _refuse_unless(design.selection in SELECTIONS, "selection", f"one of {', '.join(SELECTIONS)}", design.selection)
    _refuse_unless(design.stop_rule in STOP_RULES, "stop_rule", f"one of {', '.join(STOP_RULES)}", design.stop_rule)
    _refuse_unless(design.randomesque >= 1, "randomesque", "1 or more", design.randomesque)
    for name in ("written_tasks", "marking_tolerance"):
        _refuse_unless(getattr(design, name) >= 0, name, "0 or more", getattr(design, name))
    _refuse_bad_stopping(design)


def _refuse_bad_lengths(design: "ExamDesign") -> None:
    shortest, longest = design.minimum_length, design.maximum_length
    _refuse_unless(shortest >= 1, "minimum_length", "1 or more", shortest)
    _refuse_unless(longest >= shortest, "maximum_length", f"at least the minimum length {shortest}", longest)


def _refuse_bad_probabilities(design: "ExamDesign") -> None:
    for name in ("confidence", "element_confidence"):
        value = getattr(design, name)
        _refuse_unless(0.5 < value < 1, name, "above 0.5 and below 1", value)
    correlation = design.element_correlation
    _refuse_unless(0 <= correlation <= 0.99, "element_correlation", "from 0 to 0.99", correlation)
    units = design.unit_correlation
    _refuse_unless(units is None or 0 < units <= 0.95, "unit_correlation", "above 0 and at most 0.95", units)
    exposure = design.maximum_exposure
    _refuse_unless(exposure is None or 0 < exposure <= 1, "maximum_exposure", "above 0 and at most 1", exposure)
    _refuse_unless(design.pretest_items >= 0, "pretest_items", "0 or more", design.pretest_items)
    share = design.pretest_random_share
    _refuse_unless(0 <= share <= 1, "pretest_random_share", "from 0 to 1", share)


def _refuse_bad_scale(design: "ExamDesign") -> None:
    mean = design.prior_mean
    sensible = abs(mean) <= LARGEST_PRIOR_MEAN
    _refuse_unless(sensible, "prior_mean", f"finite and within ±{LARGEST_PRIOR_MEAN:.0f}", mean)
    sensible = SMALLEST_PRIOR_SD <= design.prior_sd <= 10
    _refuse_unless(sensible, "prior_sd", f"from {SMALLEST_PRIOR_SD} to 10", design.prior_sd)
    reach = CUT_REACH * design.prior_sd
    low, high = mean - reach, mean + reach
    _refuse_unless(low < design.cut_score < high, "cut_score", f"between {low:g} and {high:g}", design.cut_score)
    effect = design.testlet_sd
    _refuse_unless(effect == 0 or 0.05 <= effect <= 2, "testlet_sd", "0 or from 0.05 to 2", effect)
    alone = design.prior_origin is not None and design.unit_correlation is None
    _refuse_unless(not alone, "prior_origin", "null without a unit_correlation", design.prior_origin)


def _refuse_bad_stopping(design: "ExamDesign") -> None:
    rules, limit = design.stop_rules, design.stopping.time_limit_seconds
    _refuse_unless(len(set(rules)) == len(rules), "stopping.further_rules", "all different", rules)
    _refuse_unless(
        ("time" in rules) == (limit is not None),
        "stopping.time_limit_seconds",
        "given with the rule time and only with it",
        limit,
    )
    bins, error = design.exposure_bins, design.cut_standard_error
    _refuse_unless(1 <= bins <= MAXIMUM_EXPOSURE_BINS, "exposure_bins", f"1 to {MAXIMUM_EXPOSURE_BINS}", bins)
    _refuse_unless(0 <= error <= design.population_sd, "cut_standard_error", "from 0 to the prior's sd", error)


def _refuse_unless(sensible: bool, name: str, expected: str, value: object) -> None:
    if not sensible:
        raise InvalidSetting(f"{name} must be {expected}, not {value!r}")
