"""Curves of items of any model with their confidence bands, from what a bank or a run knows of the parameters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import nan
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from calibration.curves import CharacteristicCurve
from engine.response_models import ItemParameters, ItemPool
from itembank.calibration_runs.results import RunItem
from itembank.publishing.parameters import Parameters

REACH, POINTS, CONFIDENCE = 4.0, 81, 0.95

FloatArray = npt.NDArray[np.float64]

#: Of items with one of these the engine works out the location itself.
_LOCATED_BY = ("thresholds", "category_intercepts")
_STEP = 1e-4
#: A share as near to 0 or 1 as this has no logit worth drawing.
_EDGE = 1e-9


@dataclass(frozen=True, slots=True)
class UncertainItem:
    """An item's parameters and what is known of their errors; None where there is no standard error at all.

    ``covariance`` is that of discrimination and difficulty. ``se_guessing`` is 0 where nobody kept it.
    """

    parameters: Parameters
    se_discrimination: float | None
    se_difficulty: float | None
    covariance: float = 0.0
    se_guessing: float = 0.0

    @classmethod
    def of_run(cls, item: RunItem) -> UncertainItem:
        """Take what a run estimated."""
        return cls(item.parameters(), item.se_a, item.se_b, item.cov_ab or 0.0, item.se_c or 0.0)


def item_curve(item: UncertainItem) -> CharacteristicCurve:
    """Draw the expected share of an item's highest score over ability, with a pointwise band (delta method, logit).

    The difficulty moves all thresholds together, since neither a bank nor a run keeps how they vary against one
    another. Without standard errors the band is all of 0 to 1.

    Reference:
        Thissen & Wainer (1990), Confidence envelopes for item response theory.
    """
    ability = np.linspace(-REACH, REACH, POINTS)
    share = _share(item.parameters, ability)
    if item.se_discrimination is None or item.se_difficulty is None:
        return CharacteristicCurve(ability, share, np.zeros(POINTS), np.ones(POINTS))
    half = NormalDist().inv_cdf(0.5 + 0.5 * CONFIDENCE) * np.sqrt(_logit_variance(item, ability))
    logit = _logit(share)
    return CharacteristicCurve(ability, share, _logistic(logit - half), _logistic(logit + half))


def _logit_variance(item: UncertainItem, ability: FloatArray) -> FloatArray:
    parameters = item.parameters
    by_slope = _gradient(
        _with_slope(parameters, parameters.discrimination * (1 + _STEP)),
        _with_slope(parameters, parameters.discrimination * (1 - _STEP)),
        ability,
        2 * _STEP * parameters.discrimination,
    )
    # Whatever the model: an item that is harder by so much is met as by an examinee less able by so much.
    by_place = (_logit(_share(parameters, ability - _STEP)) - _logit(_share(parameters, ability + _STEP))) / (2 * _STEP)
    errors = float(item.se_discrimination or 0.0), float(item.se_difficulty or 0.0)
    variance = (by_slope * errors[0]) ** 2 + (by_place * errors[1]) ** 2 + 2 * by_slope * by_place * item.covariance
    guessing = parameters.further.get("guessing")
    if guessing is not None and item.se_guessing > 0:
        low, high = max(0.0, guessing - _STEP), guessing + _STEP
        by_guess = _gradient(_with_guessing(parameters, high), _with_guessing(parameters, low), ability, high - low)
        variance = variance + (by_guess * item.se_guessing) ** 2
    found: FloatArray = np.maximum(variance, 0.0)
    return found


def _gradient(more: Parameters, less: Parameters, ability: FloatArray, width: float) -> FloatArray:
    return (_logit(_share(more, ability)) - _logit(_share(less, ability))) / width


def _share(parameters: Parameters, ability: FloatArray) -> FloatArray:
    further: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in parameters.further.items()
    }
    located = any(name in further for name in _LOCATED_BY)
    item = ItemParameters(
        item_id="item",
        model=parameters.model,
        discrimination=parameters.discrimination,
        difficulty=nan if located else parameters.difficulty,
        **further,
    )
    scores = ItemPool.from_items([item]).expected_scores(ability)[0]
    share: FloatArray = np.clip(scores / parameters.maximum_score, _EDGE, 1 - _EDGE)
    return share


def _with_slope(parameters: Parameters, discrimination: float) -> Parameters:
    fixed = parameters.model in ("rasch", "nrm")
    return parameters if fixed else replace(parameters, discrimination=discrimination)


def _with_guessing(parameters: Parameters, guessing: float) -> Parameters:
    return replace(parameters, further={**parameters.further, "guessing": guessing})


def _logit(share: FloatArray) -> FloatArray:
    found: FloatArray = np.log(share) - np.log1p(-share)
    return found


def _logistic(logit: FloatArray) -> FloatArray:
    found: FloatArray = 0.5 * (1.0 + np.tanh(0.5 * logit))
    return found
