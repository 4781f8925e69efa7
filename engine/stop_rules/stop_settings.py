"""What the stop rules of an exam design are told: which of them apply together, thresholds, losses and limits."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import isfinite
from sys import float_info
from typing import Any

from engine.errors import InvalidSetting

STOP_RULES = ("confidence", "se", "information", "sprt", "glr", "interval", "length", "time")
COMBINATIONS = ("any", "all")
# Below this a grid would need thousands of nodes, and no bank has the items.
SMALLEST_STANDARD_ERROR = 0.02
# Of the two losses, one in a million against the other is as good as none; further off thresholds run into 0 and 1.
LARGEST_LOSS_RATIO = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class StopSettings:
    """Settings of the stop rules; each matters only where its rule is in use.

    Args:
        further_rules: Rules beside the design's `stop_rule`, none of them twice.
        combination: "any" (stop as soon as one of the rules says so) or "all" (only when all of them do). The rule
            "time" stands outside: when the time is over it stops by itself, and no other rule waits for it.
        loss_false_positive: Loss from calling competent a candidate who is not, above 0.
        loss_false_negative: Loss from not calling competent a candidate who is, above 0; at most a million times the
            other loss and at least a millionth of it.
        target_standard_error: "se" stops at this posterior standard deviation.
        minimum_information: "information" stops when no item left to give has this much at the estimate.
        sprt_half_width: Half-width of the indifference region around the cut score under "sprt".
        glr_half_width: The same under "glr".
        false_positive_rate: Share of candidates at the lower end of that region who may be passed.
        false_negative_rate: Share of candidates at its upper end who may be failed.
        interval_level: Probability in the credible interval that must exclude the cut score under "interval".
        time_limit_seconds: "time" gives no further item once so much time has gone by; None without that rule.

    Raises:
        InvalidSetting: If a field makes no sense, by its name.
    """

    further_rules: tuple[str, ...] = ()
    combination: str = "any"
    loss_false_positive: float = 1.0
    loss_false_negative: float = 1.0
    target_standard_error: float = 0.3
    minimum_information: float = 0.1
    sprt_half_width: float = 0.5
    glr_half_width: float = 0.2
    false_positive_rate: float = 0.05
    false_negative_rate: float = 0.05
    interval_level: float = 0.95
    time_limit_seconds: float | None = None

    def __post_init__(self) -> None:
        for rule in self.further_rules:
            _refuse_unless(rule in STOP_RULES, "further_rules", f"of {', '.join(STOP_RULES)}", rule)
        twice = [rule for rule in self.further_rules if self.further_rules.count(rule) > 1]
        _refuse_unless(not twice, "further_rules", "all different", self.further_rules)
        _refuse_unless(self.combination in COMBINATIONS, "combination", "any or all", self.combination)
        for name in ("loss_false_positive", "loss_false_negative", "minimum_information"):
            self._refuse_outside(name, 0, float_info.max, "finite and above 0")
        ratio = self.loss_false_positive / self.loss_false_negative
        _refuse_unless(
            1 / LARGEST_LOSS_RATIO <= ratio <= LARGEST_LOSS_RATIO,
            "loss_false_positive",
            f"from a millionth to a million times loss_false_negative {self.loss_false_negative!r}",
            self.loss_false_positive,
        )
        for name in ("sprt_half_width", "glr_half_width"):
            self._refuse_outside(name, 0, 3, "above 0 and below 3")
        for name in ("false_positive_rate", "false_negative_rate"):
            self._refuse_outside(name, 0, 0.5, "above 0 and below 0.5")
        self._refuse_outside("interval_level", 0.5, 1, "above 0.5 and below 1")
        target = self.target_standard_error
        _refuse_unless(
            isfinite(target) and target >= SMALLEST_STANDARD_ERROR,
            "target_standard_error",
            f"finite and at least {SMALLEST_STANDARD_ERROR}",
            target,
        )
        if self.time_limit_seconds is not None:
            self._refuse_outside("time_limit_seconds", 0, float_info.max, "finite and above 0, or null")

    def thresholds(self, confidence: float) -> tuple[float, float]:
        """Return the probabilities of being competent from which a verdict is passed, and down to which it is failed.

        A verdict is sure when the loss expected from the other one is the given share of the loss expected from both
        together. With equal losses that is the probability of the verdict itself; at a confidence of one half it is
        the verdict of least expected loss.

        Args:
            confidence: Share needed, above 0.5.

        Returns:
            The upper and the lower threshold: the confidence and its complement where the losses are equal.

        Reference:
            Lewis & Sheehan (1990); Vos (1999).
        """
        if self.loss_false_positive == self.loss_false_negative:
            return confidence, 1 - confidence
        doubt, odds = 1 - confidence, self.loss_false_positive / self.loss_false_negative
        return confidence * odds / (confidence * odds + doubt), doubt * odds / (doubt * odds + confidence)

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as plain values, ready for JSON."""
        document = {field.name: getattr(self, field.name) for field in fields(self)}
        return document | {"further_rules": list(self.further_rules)}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> "StopSettings":
        """Return the settings that `to_dict` wrote; fields may be missing.

        Raises:
            InvalidSetting: If a field is unknown, of the wrong kind or makes no sense, by its name.
        """
        known = {field.name: field.default for field in fields(cls)}
        for name, value in document.items():
            if name not in known:
                raise InvalidSetting(f"stopping.{name} is not a field; the fields are {', '.join(known)}")
            expected = _expected_kind(name, value)
            _refuse_unless(not expected, name, expected, value)
        values = dict(document)
        if "further_rules" in values:
            values["further_rules"] = tuple(values["further_rules"])
        return cls(**values)

    def _refuse_outside(self, name: str, low: float, high: float, expected: str) -> None:
        value = getattr(self, name)
        _refuse_unless(low < value < high, name, expected, value)


def _expected_kind(name: str, value: object) -> str:
    """Return what the field should hold where the value is not of that kind, "" where it is."""
    match name:
        case "further_rules":
            is_list = isinstance(value, (list, tuple)) and all(isinstance(rule, str) for rule in value)
            return "" if is_list else "a list of rules"
        case "combination":
            return "" if isinstance(value, str) else "any or all"
        case "time_limit_seconds" if value is None:
            return ""
        case _:
            return "" if isinstance(value, (int, float)) and not isinstance(value, bool) else "a number"


def _refuse_unless(sensible: bool, name: str, expected: str, value: object) -> None:
    if not sensible:
        raise InvalidSetting(f"stopping.{name} must be {expected}, not {value!r}")
