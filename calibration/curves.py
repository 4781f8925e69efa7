"""Item characteristic curves with confidence bands, and the observed proportions to hold against them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from calibration.array_types import FloatArray
from calibration.calibration_result import CalibratedItem
from calibration.errors import CalibrationError
from calibration.estimates import Estimates
from calibration.expectation import CurveTables, ExpectedCounts, expected_counts
from calibration.person_blocks import person_blocks
from calibration.quadrature import DEFAULT_GRID
from calibration.responses import ResponseData

BINS = 10
FEWEST_EXPECTED = 1.0


@dataclass(frozen=True, eq=False)
class CharacteristicCurve:
    """Probability of a right answer with a pointwise confidence band; all arrays of shape (abilities,).

    Args:
        ability: Where.
        probability: At the estimates.
        lower: Lower end of the band.
        upper: Upper end of the band.
    """

    ability: FloatArray
    probability: FloatArray
    lower: FloatArray
    upper: FloatArray


@dataclass(frozen=True)
class ObservedProportion:
    """Right answers of the persons about one ability.

    Args:
        ability: Mean ability of the bin.
        proportion: Share of right answers.
        standard_error: Its standard error, as if the expected persons were counted ones.
        n_expected: Expected number of persons.
    """

    ability: float
    proportion: float
    standard_error: float
    n_expected: float


def characteristic_curve(
    item: CalibratedItem, abilities: npt.ArrayLike, *, confidence: float = 0.95
) -> CharacteristicCurve:
    """Draw the curve of an item with the uncertainty of its parameters (delta method on the logit).

    Args:
        item: Parameters with standard errors and covariance; without standard errors the band is all of 0 to 1.
        abilities: Where to draw it, shape (abilities,).
        confidence: Coverage of the band at each ability.

    Returns:
        The curve; the band lies within 0 and 1.

    Reference:
        Thissen & Wainer (1990), Confidence envelopes for item response theory.
    """
    ability = np.asarray(abilities, dtype=np.float64)
    distance = ability - item.difficulty
    logit = item.discrimination * distance
    if not np.isfinite(item.se_discrimination + item.se_difficulty):
        return CharacteristicCurve(ability, _logistic(logit), np.zeros_like(logit), np.ones_like(logit))
    variance = (
        (distance * item.se_discrimination) ** 2
        + (item.discrimination * item.se_difficulty) ** 2
        - 2.0 * item.discrimination * distance * item.covariance
    )
    half_width = NormalDist().inv_cdf(0.5 + 0.5 * confidence) * np.sqrt(np.maximum(variance, 0.0))
    return CharacteristicCurve(ability, _logistic(logit), _logistic(logit - half_width), _logistic(logit + half_width))


def observed_proportions(
    data: ResponseData,
    parameters: Mapping[str, tuple[float, float]],
    *,
    items: Collection[str] | None = None,
    latent_mean: float = 0.0,
    latent_sd: float = 1.0,
    bins: int = BINS,
) -> dict[str, tuple[ObservedProportion, ...]]:
    """Spread each person's answers over ability by that person's posterior, and count in bins.

    Every answer of a person counts towards the posterior, so the points are fit to be compared with the curve for
    adaptive data too. A person's posterior also uses the item itself, which draws the points a little to the curve.

    Args:
        data: Scores 0 and 1; answers to items without parameters are left out.
        parameters: Discrimination and difficulty by item.
        items: Items to report; by default all with answers and parameters.
        latent_mean: Mean of the abilities.
        latent_sd: Standard deviation of the abilities.
        bins: Bins of about equally many expected persons for each item.

    Returns:
        For each item its bins in order of ability; bins that expect less than one person are joined to the next.

    Raises:
        CalibrationError: An item asked for without answers or parameters, or scores other than 0 and 1.

    Reference:
        Stone (2000), Monte Carlo based null distribution for an alternative goodness-of-fit test statistic in IRT.
    """
    data.require_dichotomous()
    known = np.fromiter((name in parameters for name in data.item_ids), dtype=bool, count=data.n_items)
    usable = data.select(known[data.item])
    wanted = usable.item_ids if items is None else tuple(items)
    index = {name: k for k, name in enumerate(usable.item_ids)}
    for name in wanted:
        if name not in index:
            raise CalibrationError(f"item {name!r} has no answers or no parameters", code="unknown_item")
    if not wanted:
        return {}
    counts = _expected(usable, parameters, latent_mean, latent_sd)
    return {
        name: _binned(counts.answered[index[name]], counts.right[index[name]], DEFAULT_GRID.nodes, bins)
        for name in wanted
    }


def _expected(
    data: ResponseData, parameters: Mapping[str, tuple[float, float]], mean: float, deviation: float
) -> ExpectedCounts:
    pairs = np.array([parameters[name] for name in data.item_ids], dtype=np.float64)
    estimates = Estimates(pairs[:, 0], -pairs[:, 0] * pairs[:, 1], mean, deviation)
    return expected_counts(person_blocks(data), CurveTables.on_grid(estimates, DEFAULT_GRID))


def _binned(answered: FloatArray, right: FloatArray, nodes: FloatArray, bins: int) -> tuple[ObservedProportion, ...]:
    total = float(answered.sum())
    middle = np.cumsum(answered) - 0.5 * answered
    bin_of_node = np.minimum((middle / total * bins).astype(np.int64), bins - 1)
    count, hits, moment = (
        np.bincount(bin_of_node, weights=weight, minlength=bins) for weight in (answered, right, answered * nodes)
    )
    points = []
    waiting = np.zeros(3)
    for values in np.stack((count, hits, moment), axis=1):
        waiting = waiting + values
        if waiting[0] >= FEWEST_EXPECTED:
            points.append(_point(waiting))
            waiting = np.zeros(3)
    return tuple(points)


def _point(values: FloatArray) -> ObservedProportion:
    count, hits, moment = (float(value) for value in values)
    proportion = min(max(hits / count, 0.0), 1.0)
    return ObservedProportion(moment / count, proportion, (proportion * (1.0 - proportion) / count) ** 0.5, count)


def _logistic(logit: FloatArray) -> FloatArray:
    value: FloatArray = 0.5 * (1.0 + np.tanh(0.5 * logit))
    return value
