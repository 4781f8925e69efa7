"""Reads BLUEPRINT.toml: length, selection, stop rule, exposure, testlets, and bounds on parts of the standard."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.design import ExamDesign
from engine.errors import EngineError
from itembank.errors import UnreadableFile
from itembank.exchange.stop_table import STOP_KEYS, in_terms_of_the_file, stop_fields

_LEVELS = ("unit", "element", "criterion")
_BOUND_FIELDS = dict.fromkeys(_LEVELS, ("code",)) | {"attribute": ("name", "value")}
_TABLES = {
    "length": {"min", "max", "seconds"},
    "selection": {"weight", "randomesque", "parameter_uncertainty"},
    "stop": STOP_KEYS,
    "exposure": {"max", "randomesque", "bins"},
    "testlets": {"sd"},
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
    stopping = stop_fields(stop, rule=stop_rule, name=name)
    try:
        design = ExamDesign.from_dict(_fields(document, pool_size=pool_size, has_cut=has_cut) | stopping)
    except EngineError as error:
        raise UnreadableFile(file=name, expected=in_terms_of_the_file(str(error))) from error
    return DesignFile(design=design, has_cut=has_cut)


def _fields(document: Mapping[str, Any], *, pool_size: int, has_cut: bool) -> dict[str, Any]:
    length, selection = document.get("length", {}), document.get("selection", {})
    exposure = document.get("exposure", {})
    maximum = length.get("max", max(min(_DEFAULT_MAXIMUM, pool_size), length.get("min", 1)))
    effect = {f"testlet_{key}": value for key, value in document.get("testlets", {}).items()}
    return effect | {
        "blueprint": _bounds(document),
        "minimum_length": length.get("min", min(_DEFAULT_MINIMUM, maximum)),
        "maximum_length": maximum,
        "selection": selection.get("weight", "information-at-cut" if has_cut else "information"),
        "randomesque": exposure.get("randomesque", selection.get("randomesque", 1)),
        "maximum_exposure": exposure.get("max"),
        "exposure_bins": exposure.get("bins", 1),
        "parameter_uncertainty": selection.get("parameter_uncertainty", False),
    }


def _bounds(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    bounds = [
        {
            "level": level,
            "code": bound["value" if level == "attribute" else "code"],
            "minimum": bound.get("min", 0),
            "maximum": bound.get("max"),
            "attribute": bound.get("name", ""),
        }
        for level in _BOUND_FIELDS
        for bound in document.get(level, [])
    ]
    seconds = document.get("length", {}).get("seconds")
    return bounds if seconds is None else [*bounds, {"level": "time", "code": "", "maximum": seconds}]


def _parsed(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnreadableFile(file=path, expected=f"a TOML file; {error}") from error


def _refuse_unknown(document: Mapping[str, Any], *, name: str) -> None:
    for table, content in document.items():
        if table in _BOUND_FIELDS:
            _refuse_unknown_bounds(table, content, name=name)
        elif table not in _TABLES:
            known = ", ".join([*_TABLES, *(f"[[{level}]]" for level in _BOUND_FIELDS)])
            raise UnreadableFile(file=name, expected=f"{table}: no such table; {known} are known")
        elif not isinstance(content, dict) or set(content) - _TABLES[table]:
            known = ", ".join(sorted(_TABLES[table]))
            raise UnreadableFile(file=name, expected=f"{table}: a table of {known}")


def _refuse_unknown_bounds(level: str, content: Any, *, name: str) -> None:
    needed = _BOUND_FIELDS[level]
    if not isinstance(content, list):
        raise UnreadableFile(file=name, expected=f"[[{level}]], a list of tables with {', '.join(needed)}, min and max")
    for number, bound in enumerate(content, start=1):
        if not isinstance(bound, dict) or set(bound) - {*needed, "min", "max"} or set(needed) - set(bound):
            expected = f"[[{level}]] number {number}: {' and '.join(needed)}, and min or max"
            raise UnreadableFile(file=name, expected=expected)
