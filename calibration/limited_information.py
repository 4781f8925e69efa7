"""Whether the model as a whole explains how often items, and pairs of items, are answered rightly: M₂ and RMSEA₂."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.special import chdtrc, chndtr, chndtrinc

from calibration.array_types import FloatArray
from calibration.calibrated_pool import pool_for
from calibration.calibration_result import FIXED, CalibratedItem
from calibration.errors import CalibrationError
from calibration.quadrature import DEFAULT_GRID, AbilityGrid
from calibration.responses import ResponseData

#: The covariance of the shares of pairs is a matrix of pairs by pairs: 3,240 of each at 80 items.
MOST_ITEMS = 80
TAIL = 0.05
# Parameters that the shares know of only through rounding are not determined.
LEAST_EIGENVALUE = 1e-12
MODELS = ("rasch", "2pl", "3pl")


@dataclass(frozen=True, slots=True)
class OverallFit:
    """How far the shares of right answers to items and to pairs of items are from those expected.

    Args:
        statistic: M₂.
        degrees_of_freedom: Shares less parameters.
        p_value: Chance of at least this much misfit if the model is true.
        rmsea: Misfit per degree of freedom and person, an effect size: below .05 the model is close.
        rmsea_interval: Lower and upper end of its 90 % interval.
        residual: Root mean square difference between observed and expected correlations of pairs: below .05 the model
            is close.
        left_out: Items to which everybody has the same score: they are correlated with nothing.
    """

    statistic: float
    degrees_of_freedom: int
    p_value: float
    rmsea: float
    rmsea_interval: tuple[float, float]
    residual: float
    left_out: tuple[str, ...] = ()


def overall_fit(
    data: ResponseData,
    items: Sequence[CalibratedItem],
    *,
    mean: float = 0.0,
    standard_deviation: float = 1.0,
    grid: AbilityGrid = DEFAULT_GRID,
) -> OverallFit:
    """Compare the shares of right answers, item by item and pair by pair, with those of the model.

    Shares of whole patterns say nothing: there are more patterns than persons. Those of items and pairs are known well.
    Items that everybody got right, or nobody, are left out and named.

    Args:
        data: Scores 0 and 1 of persons who all answered all items.
        items: Items calibrated on these data by maximum likelihood, under "rasch", "2pl" or "3pl"; under "rasch" the
            standard deviation of ability is taken to have been estimated too.
        mean: Mean of the abilities.
        standard_deviation: Their standard deviation.
        grid: Abilities to sum over.

    Returns:
        The fit.

    Raises:
        CalibrationError: Incomplete data, scores other than 0 and 1, more than 80 items or too few for any degree of
            freedom, an item of another model, or parameters that the shares do not determine.

    Reference:
        Maydeu-Olivares & Joe (2005, 2006); Maydeu-Olivares & Joe (2014) for RMSEA₂.
    """
    _refuse(data)
    data, left_out = _telling(data)
    curves = np.exp(pool_for(data, items).log_probabilities(grid.nodes))[:, 1]
    own = _in_order(data, items)
    shares = _Shares(curves, np.exp(grid.log_weights(mean, standard_deviation)))
    apart = _observed(data) - shares.expected
    slopes = shares.derivatives(own, grid.nodes, mean, standard_deviation)
    freedom = len(apart) - slopes.shape[1]
    if freedom < 1:
        raise CalibrationError(
            f"{len(apart)} shares and {slopes.shape[1]} parameters leave no degree of freedom: there are too few items",
            code="too_few_items",
        )
    statistic = data.n_persons * _weighted_square(apart, shares.covariance(), slopes)
    per_person = freedom * data.n_persons
    low, high = (math.sqrt(noncentrality / per_person) for noncentrality in _interval(statistic, freedom))
    return OverallFit(
        statistic=statistic,
        degrees_of_freedom=freedom,
        p_value=float(chdtrc(freedom, statistic)),
        rmsea=math.sqrt(max(0.0, statistic - freedom) / per_person),
        rmsea_interval=(low, high),
        residual=_correlation_residual(apart, shares.expected, data.n_items),
        left_out=left_out,
    )


def _refuse(data: ResponseData) -> None:
    data.require_dichotomous()
    if data.n_responses != data.n_persons * data.n_items:
        raise CalibrationError(
            f"{data.n_responses} answers of {data.n_persons} persons to {data.n_items} items: M₂ needs everybody's "
            "answer to each; take item fit and local dependence for sparse data",
            code="not_linear",
        )
    if data.n_items > MOST_ITEMS:
        raise CalibrationError(
            f"{data.n_items} items; M₂ takes at most {MOST_ITEMS}: its weights are a matrix of pairs by pairs",
            code="too_many_items",
        )


def _telling(data: ResponseData) -> tuple[ResponseData, tuple[str, ...]]:
    """Keep the items whose scores vary, and name the others."""
    share = data.score.reshape(data.n_persons, data.n_items).mean(axis=0)
    varies = (share > 0) & (share < 1)
    if not varies.any():
        raise CalibrationError(
            f"all answers to each of {data.n_items} items are alike: no item is left to compare", code="too_few_items"
        )
    left_out = tuple(name for name, kept in zip(data.item_ids, varies, strict=True) if not kept)
    return data.select(varies[data.item]), left_out


def _in_order(data: ResponseData, items: Sequence[CalibratedItem]) -> list[CalibratedItem]:
    known = {item.item_id: item for item in items}
    own = [known[name] for name in data.item_ids]
    for item in own:
        if item.model not in MODELS:
            raise CalibrationError(
                f"item {item.item_id!r}: model {item.model}; M₂ is there for {', '.join(MODELS)}", code="bad_option"
            )
    return own


def _observed(data: ResponseData) -> FloatArray:
    scores = data.score.reshape(data.n_persons, data.n_items).astype(np.float64)
    together = scores.T @ scores / data.n_persons
    return np.concatenate((np.diagonal(together), together[np.triu_indices(data.n_items, k=1)]))


@dataclass(frozen=True, eq=False)
class _Shares:
    """Expected shares of right answers to items and then to pairs of items.

    Args:
        curves: Probability of a right answer, shape (items, nodes).
        weights: Of the nodes, shape (nodes,).
    """

    curves: FloatArray
    weights: FloatArray

    @property
    def products(self) -> FloatArray:
        """Probability of all answers of a share being right, shape (shares, nodes)."""
        first, second = np.triu_indices(len(self.curves), k=1)
        return np.concatenate((self.curves, self.curves[first] * self.curves[second]))

    @property
    def expected(self) -> FloatArray:
        """Shape (shares,)."""
        return np.asarray(self.products @ self.weights)

    def covariance(self) -> FloatArray:
        """Of the shares of one person: that both are right, less the product of their expectations."""
        items, products, expected = len(self.curves), self.products, self.expected
        both = (products * self.weights) @ products.T
        first, second = np.triu_indices(items, k=1)
        for item, curve in enumerate(self.curves):
            # Shares that have an item in common need it right only once.
            pairs = np.flatnonzero((first == item) | (second == item))
            others = self.curves[first[pairs] + second[pairs] - item]
            rest = np.concatenate((np.ones((1, len(self.weights))), others))
            places = np.concatenate(([item], items + pairs))
            both[np.ix_(places, places)] = (rest * (curve * self.weights)) @ rest.T
        np.fill_diagonal(both, expected)
        return np.asarray(both - np.outer(expected, expected))

    def derivatives(
        self, items: Sequence[CalibratedItem], nodes: FloatArray, mean: float, standard_deviation: float
    ) -> FloatArray:
        """Of the expected shares by the parameters that were estimated, shape (shares, parameters)."""
        columns = []
        for place, item in enumerate(items):
            if item.flag != FIXED:
                columns += [self._by_curve(place, slope) for slope in _curve_slopes(item, nodes, self.curves[place])]
        if any(item.model == "rasch" for item in items):
            apart = (nodes - mean) / standard_deviation
            columns.append(self.products @ (self.weights * (apart**2 - 1) / standard_deviation))
        return np.stack(columns, axis=1) if columns else np.zeros((len(self.expected), 0))

    def _by_curve(self, item: int, slope: FloatArray) -> FloatArray:
        """Derivatives of all shares if one curve moves by its slope."""
        items = len(self.curves)
        first, second = np.triu_indices(items, k=1)
        column = np.zeros(items + len(first))
        column[item] = slope @ self.weights
        pairs = np.flatnonzero((first == item) | (second == item))
        column[items + pairs] = self.curves[first[pairs] + second[pairs] - item] @ (slope * self.weights)
        return column


def _curve_slopes(item: CalibratedItem, nodes: FloatArray, curve: FloatArray) -> list[FloatArray]:
    """Derivatives of a curve by intercept, and by slope and logit of guessing where they are free."""
    span = 1 - item.guessing
    steepness = (curve - item.guessing) * (1 - curve) / span
    slopes = [steepness]
    if item.model != "rasch":
        slopes.append(steepness * nodes)
    if item.model == "3pl":
        slopes.append((1 - curve) / span * item.guessing * span)
    return slopes


def _weighted_square(apart: FloatArray, covariance: FloatArray, slopes: FloatArray) -> float:
    """Square of the residuals in units of their covariance, without what the parameters could take up."""
    factor = cho_factor(covariance)
    weighted, spread = cho_solve(factor, apart), cho_solve(factor, slopes)
    if not slopes.shape[1]:
        return float(apart @ weighted)
    information = slopes.T @ spread
    unit = np.sqrt(np.diagonal(information))
    if not (unit > 0).all() or np.linalg.eigvalsh(information / np.outer(unit, unit))[0] < LEAST_EIGENVALUE:
        raise CalibrationError(
            "the shares of items and pairs do not determine the parameters; those of a simpler model they may",
            code="not_determined",
        )
    pull = spread.T @ apart
    return float(apart @ weighted - pull @ cho_solve(cho_factor(information), pull))


def _interval(statistic: float, freedom: int) -> tuple[float, float]:
    """Noncentralities under which the statistic is as high, or as low, as its 5 % tails."""
    low, high = (
        float(chndtrinc(statistic, freedom, tail)) if chndtr(statistic, freedom, 0.0) > tail else 0.0
        for tail in (1 - TAIL, TAIL)
    )
    return low, high


def _correlation_residual(apart: FloatArray, expected: FloatArray, items: int) -> float:
    first, second = np.triu_indices(items, k=1)

    def correlations(shares: FloatArray) -> FloatArray:
        single, pairs = shares[:items], shares[items:]
        spread = np.sqrt(single * (1 - single))
        return np.asarray((pairs - single[first] * single[second]) / (spread[first] * spread[second]))

    return float(np.sqrt(np.mean((correlations(expected + apart) - correlations(expected)) ** 2)))
