"""The document of an exam design: plain values in, the values of its fields out, all checked for their kind."""

from collections.abc import Mapping
from typing import Any

from engine.blueprints.blueprint import Blueprint, Bounds
from engine.errors import InvalidSetting
from engine.prior_origin import PriorOrigin
from engine.stop_rules.stop_settings import StopSettings

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
    "pretest_items": (int,),
    "pretest_random_share": (int, float),
    "unit_correlation": (int, float, type(None)),
    "prior_origin": (Mapping, type(None)),
    "testlet_sd": (int, float),
    "written_tasks": (int,),
    "marking_tolerance": (int,),
}
_BOUNDS_KINDS: dict[str, tuple[type, ...]] = {
    "level": (str,),
    "code": (str,),
    "minimum": (int,),
    "maximum": (int, type(None)),
    "attribute": (str,),
}


def design_fields(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of the design that a document describes.

    Args:
        document: Fields by name; those with a default may be missing.

    Returns:
        The values, each of its kind, by name.

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
    if values.get("prior_origin") is not None:
        values["prior_origin"] = PriorOrigin.from_dict(values["prior_origin"])
    return values


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
