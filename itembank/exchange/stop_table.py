"""The table [stop] of BLUEPRINT.toml: one stop rule or several, and what they are told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.stop_rules.stop_settings import COMBINATIONS, STOP_RULES
from itembank.errors import UnreadableFile

#: Rules that decide about a cut score.
_ABOUT_CUT = ("confidence", "sprt", "glr", "interval")
#: Settings of the rules by their name in the file.
_SETTINGS = {
    "loss_false_positive": ("loss_false_positive",),
    "loss_false_negative": ("loss_false_negative",),
    "se": ("target_standard_error",),
    "information": ("minimum_information",),
    "delta": ("sprt_half_width", "glr_half_width"),
    "alpha": ("false_positive_rate",),
    "beta": ("false_negative_rate",),
    "interval": ("interval_level",),
}
_DESIGN_FIELDS = {"cut": "cut_score", "cut_se": "cut_standard_error", "confidence": "confidence"}
STOP_KEYS = {"rule", "combine", "minutes", *_SETTINGS, *_DESIGN_FIELDS}


def stop_fields(stop: Mapping[str, Any], *, rule: str | None, name: str) -> dict[str, Any]:
    """Read the table into fields of an exam design.

    Args:
        stop: The table; empty where the file has none.
        rule: A stop rule that goes before the file's.
        name: Name of the file, for messages.

    Raises:
        UnreadableFile: A rule is unknown, or lacks the cut score or the time that it decides about.
    """
    rules, combination = _rules(stop, rule=rule, name=name)
    about_cut = next((rule for rule in rules if rule in _ABOUT_CUT), None)
    if about_cut and "cut" not in stop:
        raise UnreadableFile(file=name, expected=f"stop.cut, a number, which the {about_cut} rule decides about")
    if ("time" in rules) != ("minutes" in stop):
        raise UnreadableFile(file=name, expected="stop.minutes, a number, with the rule time and only with it")
    settings = {field: stop[key] for key, fields in _SETTINGS.items() if key in stop for field in fields}
    if "minutes" in stop:
        minutes = stop["minutes"]
        settings["time_limit_seconds"] = minutes * 60 if isinstance(minutes, (int, float)) else minutes
    return {field: stop[key] for key, field in _DESIGN_FIELDS.items() if key in stop} | {
        "stop_rule": rules[0],
        "stopping": settings | {"further_rules": rules[1:], "combination": combination},
    }


def in_terms_of_the_file(message: str) -> str:
    """Put the names that the file uses into a sentence of the engine."""
    for key, fields in _SETTINGS.items():
        for field in fields:
            message = message.replace(f"stopping.{field} ", f"stop.{key} ")
    message = message.replace("testlet_sd ", "testlets.sd ")
    message = message.replace("stopping.time_limit_seconds ", "stop.minutes (in seconds) ")
    return message.replace("stopping.further_rules ", "stop.rule ").replace("stopping.combination ", "stop.combine ")


def _rules(stop: Mapping[str, Any], *, rule: str | None, name: str) -> tuple[list[str], str]:
    """Return the rules and how they combine: `rule` is one, a list with `combine` beside it, or { all = [...] }."""
    found: Any = rule or stop.get("rule", "confidence" if "cut" in stop else "length")
    combination: Any = stop.get("combine", "any")
    if isinstance(found, dict) and len(found) == 1:
        combination, found = next(iter(found.items()))
    if combination not in COMBINATIONS:
        raise UnreadableFile(file=name, expected=f'stop.combine, "any" or "all", not {combination!r}')
    rules = found if isinstance(found, list) else [found]
    if not rules or any(one not in STOP_RULES for one in rules):
        raise UnreadableFile(file=name, expected=f"stop.rule, one or a list of {', '.join(STOP_RULES)}, not {found!r}")
    return rules, combination
