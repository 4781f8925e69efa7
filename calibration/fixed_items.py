"""Items whose parameters are known beforehand: they set the scale and stay as they are."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Final

from calibration.calibration_result import FIXED, CalibratedItem
from calibration.categories.calibrated_items import Natural
from calibration.errors import CalibrationError
from calibration.estimates import LARGEST_INTERCEPT, STEEPEST_SLOPE

#: Discrimination and difficulty are all that these models have.
LOGISTIC_MODELS: Final = ("rasch", "1pl", "2pl")
_MODELS: Final = (*LOGISTIC_MODELS, "3pl", "grm", "gpcm")
# Below this a chance to guess cannot be told from none, nor above the other from a sure thing.
_LEAST_GUESSING, _MOST_GUESSING = 1e-3, 0.95

Known = tuple[float, float] | CalibratedItem


def known_items(fixed: Mapping[str, Known], model_of: Callable[[str], str]) -> dict[str, CalibratedItem]:
    """Check parameters given for items and put them in one form.

    Args:
        fixed: By item a calibrated item, or discrimination and difficulty where the model has no more.
        model_of: Model that the calibration was asked to take for an item.

    Returns:
        The items, without standard errors.

    Raises:
        CalibrationError: Parameters that are impossible or too few for the model; names the item.
    """
    known = {item_id: _of(item_id, given, model_of(item_id)) for item_id, given in fixed.items()}
    for item in known.values():
        _refuse_impossible(item)
    return known


def curve_model(item: CalibratedItem) -> str:
    """Name the model whose curve a known item has, among those that calibration estimates.

    Args:
        item: The item.

    Returns:
        A model's name: with slopes that stay as they are, every logistic curve is one of ``"2pl"``.
    """
    if item.model in LOGISTIC_MODELS or (item.model == "3pl" and item.guessing < _LEAST_GUESSING):
        return "2pl"
    return item.model


def natural_parameters(item: CalibratedItem) -> Natural:
    """Give a known item to the calibration.

    Args:
        item: The item.

    Returns:
        Its parameters.
    """
    guesses = curve_model(item) == "3pl"
    return Natural(item.discrimination, item.thresholds or (item.difficulty,), item.guessing if guesses else None)


def without_errors(item: CalibratedItem, *, n_responses: int) -> CalibratedItem:
    """Report a known item as it was given, flagged as fixed.

    Args:
        item: The item.
        n_responses: Answers to it.

    Returns:
        The item with standard errors of 0.
    """
    return replace(
        item,
        se_discrimination=0.0,
        se_difficulty=0.0,
        covariance=0.0,
        se_thresholds=(0.0,) * len(item.thresholds),
        se_guessing=0.0,
        covariances=(),
        n_responses=n_responses,
        flag=FIXED,
    )


def _of(item_id: str, given: Known, model: str) -> CalibratedItem:
    if isinstance(given, CalibratedItem):
        if given.model not in _MODELS:
            raise _refused(item_id, f"model {given.model}; one of {', '.join(_MODELS)} is expected")
        return replace(given, item_id=item_id)
    if model not in LOGISTIC_MODELS:
        raise _refused(
            item_id,
            f"model {model}; discrimination and difficulty fix only items of the models rasch and 2pl",
        )
    if model == "rasch" and given[0] != 1:
        raise _refused(item_id, f"discrimination {given[0]}; in the Rasch model it is 1")
    return CalibratedItem(item_id, model, given[0], given[1], 0.0, 0.0, 0.0, 0)


def _refuse_impossible(item: CalibratedItem) -> None:
    locations = item.thresholds or (item.difficulty,)
    bounded = all(abs(item.discrimination * location) < LARGEST_INTERCEPT for location in locations)
    if not (0 < item.discrimination < STEEPEST_SLOPE and bounded):
        shown = ", ".join(f"{location}" for location in locations)
        raise _refused(
            item.item_id,
            f"discrimination {item.discrimination}, difficulty {shown}; "
            f"a discrimination between 0 and {STEEPEST_SLOPE:g} and a finite difficulty are expected",
        )
    if item.model in ("grm", "gpcm") and not item.thresholds:
        raise _refused(item.item_id, f"model {item.model} without thresholds; at least one is expected")
    if item.model == "grm" and any(low >= high for low, high in pairwise(locations)):
        raise _refused(item.item_id, f"thresholds {locations}; in the graded model each is above the one before")
    if not (math.isfinite(item.guessing) and 0.0 <= item.guessing < _MOST_GUESSING):
        raise _refused(item.item_id, f"guessing {item.guessing}; a number from 0 to below {_MOST_GUESSING} is expected")


def _refused(item_id: str, expected: str) -> CalibrationError:
    return CalibrationError(f"fixed item {item_id!r}: {expected}", code="bad_fixed_item")
