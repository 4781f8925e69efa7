"""Reads BLUEPRINT.toml: length, selection, stop rule, exposure, and bounds on parts of the standard."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.design import STOP_RULES, ExamDesign
from engine.errors import EngineError
from itembank.errors import UnreadableFile

_LEVELS = ("unit", "element", "criterion")
_TABLES = {
    "length": {"min", "max"},
    "selection": {"weight", "randomesque"},
    "stop": {"rule", "cut", "confidence"},
    "exposure": {"max", "randomesque"},
}
_DEFAULT_MINIMUM, _DEFAULT_MAXIMUM = 10, 30


@dataclass(frozen=True)
class DesignFile:
    """A design, and whether it decides about a cut score (without one there are no decision figures)."""

    design: ExamDesign
    has_cut: bool


def read_design(path: Path | None, *, pool_size: int, stop_rule: str | None = None) -> DesignFile:
    """Read an exam design for a pool, with the documented default for everything that the file leaves open.

    With a cut score the default is information at the cut and the confidence rule; without one it is information at the
    estimate and a fixed length.

    Args:
        path: A blueprint file, or None for the defaults alone.
        pool_size: Items in the pool; default lengths never exceed it.
        stop_rule: A stop rule that goes before the file's.

    Raises:
        UnreadableFile: The file is no TOML, or a field can't be taken; the message names it and what was expected.
    """
    document = _parsed(path) if path else {}
    name = str(path) if path else "options"
    _refuse_unknown(document, name=name)
    stop = document.get("stop", {})
    has_cut = "cut" in stop
    rule = stop_rule or _stop_rule(stop.get("rule"), has_cut=has_cut, name=name)
    if rule == "confidence" and not has_cut:
        raise UnreadableFile(file=name, expected="stop.cut, a number, which the confidence rule decides about")
    try:
        design = ExamDesign.from_dict(_fields(document, pool_size=pool_size, rule=rule, has_cut=has_cut))
    except EngineError as error:
        raise UnreadableFile(file=name, expected=str(error)) from error
    return DesignFile(design=design, has_cut=has_cut)


def _fields(document: Mapping[str, Any], *, pool_size: int, rule: str, has_cut: bool) -> dict[str, Any]:
    length, selection = document.get("length", {}), document.get("selection", {})
    exposure, stop = document.get("exposure", {}), document.get("stop", {})
    maximum = length.get("max", max(min(_DEFAULT_MAXIMUM, pool_size), length.get("min", 1)))
    fields: dict[str, Any] = {
        "blueprint": [
            {
                "level": level,
                "code": bound.get("code"),
                "minimum": bound.get("min", 0),
                "maximum": bound.get("max"),
            }
            for level in _LEVELS
            for bound in document.get(level, [])
        ],
        "minimum_length": length.get("min", min(_DEFAULT_MINIMUM, maximum)),
        "maximum_length": maximum,
        "selection": selection.get("weight", "information-at-cut" if has_cut else "information"),
        "stop_rule": rule,
        "randomesque": exposure.get("randomesque", selection.get("randomesque", 1)),
        "maximum_exposure": exposure.get("max"),
    }
    if has_cut:
        fields["cut_score"] = stop["cut"]
    if "confidence" in stop:
        fields["confidence"] = stop["confidence"]
    return fields


def _parsed(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnreadableFile(file=path, expected=f"a TOML file; {error}") from error


def _refuse_unknown(document: Mapping[str, Any], *, name: str) -> None:
    for table, content in document.items():
        if table in _LEVELS:
            _refuse_unknown_bounds(table, content, name=name)
        elif table not in _TABLES:
            known = ", ".join([*_TABLES, *(f"[[{level}]]" for level in _LEVELS)])
            raise UnreadableFile(file=name, expected=f"{table}: no such table; {known} are known")
        elif not isinstance(content, dict) or set(content) - _TABLES[table]:
            known = ", ".join(sorted(_TABLES[table]))
            raise UnreadableFile(file=name, expected=f"{table}: a table of {known}")


def _refuse_unknown_bounds(level: str, content: Any, *, name: str) -> None:
    if not isinstance(content, list):
        raise UnreadableFile(file=name, expected=f"[[{level}]], a list of tables with code, min and max")
    for number, bound in enumerate(content, start=1):
        if not isinstance(bound, dict) or set(bound) - {"code", "min", "max"} or "code" not in bound:
            raise UnreadableFile(file=name, expected=f"[[{level}]] number {number}: code, and min or max")


def _stop_rule(rule: Any, *, has_cut: bool, name: str) -> str:
    if rule is None:
        return "confidence" if has_cut else "length"
    if rule not in STOP_RULES:
        raise UnreadableFile(file=name, expected=f"stop.rule, one of {', '.join(STOP_RULES)}, not {rule!r}")
    return str(rule)
