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
from calibration.person_likelihoods import log_likelihoods
from calibration.quadrature import DEFAULT_GRID
from calibration.responses import ResponseData
from engine.ability.ability_grid import posterior_of
from engine.response_models import ItemParameters, ItemPool

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
    """Answers of the persons about one ability.

    Args:
        ability: Mean ability of the bin.
        proportion: Share of right answers, of an item scored in parts that of its highest score.
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
    parameters: Mapping[str, ItemParameters],
    *,
    items: Collection[str] | None = None,
    latent_mean: float = 0.0,
    latent_sd: float = 1.0,
    bins: int = BINS,
) -> dict[str, tuple[ObservedProportion, ...]]:
    """Spread each person's answers over ability by that person's posterior, and count in bins.

    Every answer of a person counts towards the posterior, so the points are fit to be compared with the curve for
    adaptive data too. A person's posterior also uses the item itself, which draws the points a little to the curve.
    They lie on the true curve on average only if mean and deviation are those of the population.

    Args:
        data: Scores; answers to items without parameters, and scores that those do not know, are left out.
        parameters: The curve of each item.
        items: Items to report; by default all with answers and parameters.
        latent_mean: Mean of the abilities.
        latent_sd: Standard deviation of the abilities.
        bins: Bins of about equally many expected persons for each item.

    Returns:
        For each item its bins in order of ability; bins that expect less than one person are joined to the next.

    Raises:
        CalibrationError: An item asked for without answers or parameters.

    Reference:
        Stone (2000), Monte Carlo based null distribution for an alternative goodness-of-fit test statistic in IRT.
    """
    usable, pool = answers_with_curves(data, parameters)
    wanted = usable.item_ids if items is None else tuple(items)
    index = {name: k for k, name in enumerate(usable.item_ids)}
    for name in wanted:
        if name not in index:
            raise CalibrationError(f"item {name!r} has no answers or no parameters", code="unknown_item")
    if pool is None:
        return {}
    nodes = DEFAULT_GRID.nodes
    logs = log_likelihoods(usable, pool.log_probabilities(nodes))
    posterior = posterior_of(logs + DEFAULT_GRID.log_weights(latent_mean, latent_sd))
    found = {}
    for name in wanted:
        rows = usable.item == index[name]
        share = usable.score[rows] / (pool.category_counts[index[name]] - 1)
        found[name] = _binned(posterior[usable.person[rows]], share, nodes, bins)
    return found


def answers_with_curves(
    data: ResponseData, parameters: Mapping[str, ItemParameters]
) -> tuple[ResponseData, ItemPool | None]:
    """Keep the answers whose items have a curve that knows their score.

    Args:
        data: Answers.
        parameters: The curve of each item.

    Returns:
        The answers kept, and the curves in the order of their items; None where there is no such item.
    """
    known = np.array([name in parameters for name in data.item_ids], dtype=bool)
    usable = data.select(known[data.item])
    if not usable.item_ids:
        return usable, None
    pool = ItemPool.from_items([parameters[name] for name in usable.item_ids])
    fits = usable.score < pool.category_counts[usable.item]
    if fits.all():
        return usable, pool
    usable = usable.select(fits)
    return usable, ItemPool.from_items([parameters[name] for name in usable.item_ids]) if usable.item_ids else None


def _binned(weights: FloatArray, share: FloatArray, nodes: FloatArray, bins: int) -> tuple[ObservedProportion, ...]:
    """Count answers, shape (answers,), by where their persons may be, shape (answers, nodes)."""
    answered = weights.sum(axis=0)
    middle = np.cumsum(answered) - 0.5 * answered
    bin_of_node = np.minimum((middle / answered.sum() * bins).astype(np.int64), bins - 1)
    columns = (answered, share @ weights, share**2 @ weights, answered * nodes)
    sums = [np.bincount(bin_of_node, weights=column, minlength=bins) for column in columns]
    points = []
    waiting = np.zeros(len(sums))
    for values in np.stack(sums, axis=1):
        waiting = waiting + values
        if waiting[0] >= FEWEST_EXPECTED:
            points.append(_point(waiting))
            waiting = np.zeros(len(sums))
    return tuple(points)


def _point(values: FloatArray) -> ObservedProportion:
    count, total, squares, moment = (float(value) for value in values)
    proportion = min(max(total / count, 0.0), 1.0)
    variance = max(0.0, squares / count - proportion**2)
    return ObservedProportion(moment / count, proportion, (variance / count) ** 0.5, count)


def _logistic(logit: FloatArray) -> FloatArray:
    value: FloatArray = 0.5 * (1.0 + np.tanh(0.5 * logit))
    return value
