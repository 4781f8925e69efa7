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
Matrix = tuple[tuple[float, ...], ...]

#: Of items with one of these the engine works out the location itself.
_LOCATED_BY = ("thresholds", "category_intercepts")
_STEP = 1e-4
#: A share as near to 0 or 1 as this has no logit worth drawing.
_EDGE = 1e-9


@dataclass(frozen=True, slots=True)
class UncertainItem:
    """An item's parameters and how their errors go together; None where nobody knows of the errors.

    ``covariances`` is a matrix, row by row, of the discrimination; then the difficulty or each threshold; then, where
    the errors of these were found together with one of it, the chance to guess.
    """

    parameters: Parameters
    covariances: Matrix | None

    @classmethod
    def of_run(cls, item: RunItem) -> UncertainItem:
        """Take what a run estimated."""
        return cls(item.parameters(), _matrix_of_run(item))

    @classmethod
    def of_bank(cls, parameters: Parameters, found_by: RunItem | None) -> UncertainItem:
        """Take what a bank measures by, with the errors in full from the run that found it where there is one."""
        if found_by is not None:
            return cls(parameters, _matrix_of_run(found_by))
        both = parameters.further.get("covariance", 0.0)
        return cls(parameters, _matrix_of_two(parameters.se_discrimination, parameters.se_difficulty, both))


def _matrix_of_run(item: RunItem) -> Matrix | None:
    return item.covariances or _matrix_of_two(item.se_a, item.se_b, item.cov_ab or 0.0)


def _matrix_of_two(se_discrimination: float | None, se_difficulty: float | None, both: float) -> Matrix | None:
    if se_discrimination is None or se_difficulty is None:
        return None
    return ((se_discrimination**2, both), (both, se_difficulty**2))


def item_curve(item: UncertainItem) -> CharacteristicCurve:
    """Draw the expected share of an item's highest score over ability, with a pointwise band (delta method, logit).

    Where the matrix knows of discrimination and difficulty alone, as a bank does without its run, the difficulty moves
    all thresholds together and the chance to guess counts as known; such a band need not cover as often as it says.
    Without a matrix it is all of 0 to 1.

    Reference:
        Thissen & Wainer (1990), Confidence envelopes for item response theory.
    """
    ability = np.linspace(-REACH, REACH, POINTS)
    share = _share(item.parameters, ability)
    if item.covariances is None:
        return CharacteristicCurve(ability, share, np.zeros(POINTS), np.ones(POINTS))
    half = NormalDist().inv_cdf(0.5 + 0.5 * CONFIDENCE) * np.sqrt(_logit_variance(item, ability))
    logit = _logit(share)
    return CharacteristicCurve(ability, share, _logistic(logit - half), _logistic(logit + half))


def curve_parameters(parameters: Parameters, *, item_id: str = "item") -> ItemParameters:
    """Give an item to the engine as a curve alone, apart from testlets, enemies and errors."""
    further: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in parameters.further.items()
        if name != "covariance"  # of the errors, which bend no curve
    }
    located = any(name in further for name in _LOCATED_BY)
    return ItemParameters(
        item_id=item_id,
        model=parameters.model,
        discrimination=parameters.discrimination,
        difficulty=nan if located else parameters.difficulty,
        **further,
    )


def _logit_variance(item: UncertainItem, ability: FloatArray) -> FloatArray:
    covariances = np.asarray(item.covariances, dtype=np.float64)
    gradient = np.array(_gradients(item.parameters, ability, len(covariances)))
    found: FloatArray = np.maximum(np.einsum("ik,ij,jk->k", gradient, covariances, gradient), 0.0)
    return found


def _gradients(parameters: Parameters, ability: FloatArray, entries: int) -> list[FloatArray]:
    """Slopes of the logit in each entry of the matrix, the discrimination first."""
    width = _STEP * parameters.discrimination
    slope = _gradient(_with_slope(parameters, width), _with_slope(parameters, -width), ability, 2 * width)
    thresholds = parameters.further.get("thresholds", ())
    guessing = parameters.further.get("guessing")
    if len(thresholds) > 1 and entries == 1 + len(thresholds):
        places = [
            _gradient(_with_threshold(parameters, k, _STEP), _with_threshold(parameters, k, -_STEP), ability, 2 * _STEP)
            for k in range(len(thresholds))
        ]
    else:
        # Whatever the model: an item that is harder by so much is met as by an examinee less able by so much.
        easier, harder = _share(parameters, ability + _STEP), _share(parameters, ability - _STEP)
        places = [(_logit(harder) - _logit(easier)) / (2 * _STEP)]
    if guessing is None or entries == 1 + len(places):
        return [slope, *places]
    low, high = max(0.0, guessing - _STEP), guessing + _STEP
    guess = _gradient(_with_guessing(parameters, high), _with_guessing(parameters, low), ability, high - low)
    return [slope, *places, guess]


def _gradient(more: Parameters, less: Parameters, ability: FloatArray, width: float) -> FloatArray:
    return (_logit(_share(more, ability)) - _logit(_share(less, ability))) / width


def _share(parameters: Parameters, ability: FloatArray) -> FloatArray:
    scores = ItemPool.from_items([curve_parameters(parameters)]).expected_scores(ability)[0]
    share: FloatArray = np.clip(scores / parameters.maximum_score, _EDGE, 1 - _EDGE)
    return share


def _with_slope(parameters: Parameters, more: float) -> Parameters:
    fixed = parameters.model in ("rasch", "nrm")
    return parameters if fixed else replace(parameters, discrimination=parameters.discrimination + more)


def _with_threshold(parameters: Parameters, place: int, more: float) -> Parameters:
    thresholds = list(parameters.further["thresholds"])
    thresholds[place] += more
    return replace(parameters, further={**parameters.further, "thresholds": thresholds})


def _with_guessing(parameters: Parameters, guessing: float) -> Parameters:
    return replace(parameters, further={**parameters.further, "guessing": guessing})


def _logit(share: FloatArray) -> FloatArray:
    found: FloatArray = np.log(share) - np.log1p(-share)
    return found


def _logistic(logit: FloatArray) -> FloatArray:
    found: FloatArray = 0.5 * (1.0 + np.tanh(0.5 * logit))
    return found
