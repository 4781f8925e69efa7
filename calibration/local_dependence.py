"""Pairs of items whose answers go together more than ability explains: Q3, Q3* and LD-X²."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.special import chdtrc

from calibration.array_types import FloatArray
from calibration.calibrated_pool import pool_for
from calibration.calibration_result import CalibratedItem
from calibration.errors import CalibrationError
from calibration.person_likelihoods import log_likelihoods
from calibration.quadrature import DEFAULT_GRID, AbilityGrid
from calibration.responses import ResponseData
from engine.ability.ability_grid import posterior_of
from engine.response_models import ItemPool

#: Above this an item pair shares more than ability.
Q3_STAR_LIMIT = 0.2
LEAST_BOTH = 50
MOST_PAIRS = 200
#: Standard errors below Q3* at which pairs are put in order.
SURE = 1.96
LARGEST_CORRELATION = 1 - 1e-9
#: Chance that any pair is flagged if ability explains all.
CHANCE = 0.05
#: From this share of answered pairs of person and item on, whole tables are quicker than sparse ones.
DENSE = 0.1
PERSONS_AT_A_TIME = 4096
RAKING_ROUNDS = 200
RAKING_SETTLED = 1e-10


@dataclass(frozen=True, slots=True)
class PairDependence:
    """How far the answers to two items go together beyond ability.

    Args:
        first_item: The one.
        second_item: The other.
        n: Persons who answered both.
        q3: Correlation of their residuals.
        q3_star: That less the mean over all pairs.
        chi_squared: LD-X²: squared differences between the table of both scores and the expected one, over the latter.
        degrees_of_freedom: Of LD-X².
        p_value: Chance of at least this much if ability explains all.
        standardised: How far LD-X² is above its expectation, in standard deviations, with the sign of the dependence.
        flagged: Whether Q3* is above its limit, and LD-X² beyond what chance gives among so many pairs.
    """

    first_item: str
    second_item: str
    n: int
    q3: float
    q3_star: float
    chi_squared: float
    degrees_of_freedom: int
    p_value: float
    standardised: float
    flagged: bool


@dataclass(frozen=True)
class LocalDependence:
    """Outcome over all pairs.

    Args:
        pairs: All pairs that are flagged, and those whose Q3* is surely the highest, by the lower end of its 95 %
            interval; in that order. Where all pairs were answered by as many persons it is that of Q3* itself.
        mean_q3: Mean Q3 of all pairs that were compared.
        highest_q3_star: The highest Q3 less that mean: Q3* of the whole test.
        n_pairs: Pairs that were compared.
        n_too_few: Pairs that too few persons answered, or whose residuals do not vary.
        n_flagged: How many of all pairs are flagged.
    """

    pairs: tuple[PairDependence, ...]
    mean_q3: float
    highest_q3_star: float
    n_pairs: int
    n_too_few: int
    n_flagged: int


def local_dependence(
    data: ResponseData,
    items: Sequence[CalibratedItem],
    *,
    mean: float = 0.0,
    standard_deviation: float = 1.0,
    least_both: int = LEAST_BOTH,
    limit: float = Q3_STAR_LIMIT,
    at_most: int = MOST_PAIRS,
    grid: AbilityGrid = DEFAULT_GRID,
) -> LocalDependence:
    """Correlate residuals pair by pair, among the persons who answered both, and look closer at the highest.

    The table expected of a pair is that of its two curves over what all *other* answers of those persons say of their
    ability, brought to the observed shares of each item's scores: persons of an adaptive test are no sample of all, and
    what is looked for is that answers go together, not that an item is easier than thought. The p-values are cautious:
    of sound pairs, about 2 to 3 in a hundred fall below .05.

    Args:
        data: Answers, complete or not.
        items: Calibrated items, among them all that were answered.
        mean: Mean of the abilities.
        standard_deviation: Their standard deviation.
        least_both: Persons that must have answered both items of a pair.
        limit: Q3* above which a pair is flagged.
        at_most: Pairs to report, unless more are flagged: those are all reported.
        grid: Abilities to sum over.

    Returns:
        The pairs that are flagged or have the highest Q3*.

    Raises:
        CalibrationError: An item is not calibrated, or no two items were answered by enough persons.

    Reference:
        Yen (1984); Christensen, Makransky & Horton (2017) for Q3*; Chen & Thissen (1997) for LD-X².
    """
    pool = pool_for(data, items)
    logs = pool.log_probabilities(grid.nodes)
    log_posterior = log_likelihoods(data, logs) + grid.log_weights(mean, standard_deviation)
    n, q3 = _residual_correlations(data, pool, posterior_of(log_posterior) @ grid.nodes)
    first, second = np.triu_indices(data.n_items, k=1)
    enough = (n[first, second] >= max(least_both, 2)) & np.isfinite(q3[first, second])
    if not enough.any():
        found = f"no two of {data.n_items} items were answered by {least_both} persons"
        raise CalibrationError(found, code="too_few_answers")
    first, second = first[enough], second[enough]
    values = q3[first, second]
    average = float(values.mean())
    order = _surely_highest(values - average, n[first, second])
    # Only these can be flagged; the others are judged as far as they are reported.
    order = order[(values[order] - average > limit) | (np.arange(len(order)) < at_most)]
    tables = _PairTables(data, logs, log_posterior, pool)
    judged = [tables.judged(int(first[place]), int(second[place]), float(values[place]), average) for place in order]
    # Among ten thousand pairs that share nothing, some are far apart by chance.
    chance = CHANCE / len(values)
    judged = [replace(pair, flagged=pair.q3_star > limit and pair.p_value < chance) for pair in judged]
    pairs = tuple(pair for place, pair in enumerate(judged) if pair.flagged or place < at_most)
    return LocalDependence(
        pairs=pairs,
        mean_q3=average,
        highest_q3_star=float(values.max()) - average,
        n_pairs=int(enough.sum()),
        n_too_few=int((~enough).sum()),
        n_flagged=sum(pair.flagged for pair in pairs),
    )


def _surely_highest(q3_star: FloatArray, n: FloatArray) -> npt.NDArray[np.intp]:
    """Order pairs by the lower ends of their intervals (Fisher's z), the highest first."""
    bounded = np.clip(q3_star, -LARGEST_CORRELATION, LARGEST_CORRELATION)
    return np.argsort(SURE / np.sqrt(np.maximum(n - 3, 1)) - np.arctanh(bounded), kind="stable")


def _residual_correlations(data: ResponseData, pool: ItemPool, ability: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Persons in common and correlations of residuals, shape (items, items) each; not-a-number where none exists."""
    residual = data.score.astype(np.float64)
    for place in range(data.n_items):
        rows = np.flatnonzero(data.item == place)
        residual[rows] -= _expected_score(pool, place, ability[data.person[rows]])
    n, products, sums, squares = _cross_products(data, residual)
    shared = np.maximum(n, 1.0)
    covariance = products - sums * sums.T / shared
    variance = squares - sums**2 / shared
    product = variance * variance.T
    known = (variance > 1e-9) & (variance.T > 1e-9)
    correlation = np.where(known, covariance / np.sqrt(np.where(known, product, 1.0)), np.nan)
    return n, correlation


def _cross_products(data: ResponseData, residual: FloatArray) -> FloatArray:
    """Persons, products, sums and squares of residuals over the persons of each pair, shape (4, items, items)."""
    dense = data.n_responses > DENSE * data.n_persons * data.n_items
    found = np.zeros((4, data.n_items, data.n_items))
    for start in range(0, data.n_persons, PERSONS_AT_A_TIME):
        end = min(start + PERSONS_AT_A_TIME, data.n_persons)
        rows = slice(*np.searchsorted(data.person, [start, end]).tolist())
        places, shape = (data.person[rows] - start, data.item[rows]), (end - start, data.n_items)
        answered, apart, squared = (
            csr_array((values, places), shape=shape)
            for values in (np.ones(len(places[0])), residual[rows], residual[rows] ** 2)
        )
        for place, (one, other) in enumerate(
            ((answered, answered), (apart, apart), (apart, answered), (squared, answered))
        ):
            found[place] += one.toarray().T @ other.toarray() if dense else (one.T @ other).toarray()
    return found


def _expected_score(pool: ItemPool, place: int, ability: FloatArray) -> FloatArray:
    group = pool.groups_for([pool.item_ids[place]])[0]
    chances = np.exp(group.family.log_probabilities(group.parameters, ability)[0])
    return np.asarray(np.arange(len(chances)) @ chances)


@dataclass(frozen=True, eq=False)
class _PairTables:
    """What is needed to compare the table of two items' scores with the expected one."""

    data: ResponseData
    logs: FloatArray
    log_posterior: FloatArray
    pool: ItemPool
    rows: dict[int, npt.NDArray[np.intp]] = field(default_factory=dict)

    def judged(self, first: int, second: int, q3: float, average: float) -> PairDependence:
        """Compute LD-X² of a pair."""
        persons, scores = self._both(first, second)
        categories = self.pool.category_counts[[first, second]]
        observed = np.zeros(categories)
        np.add.at(observed, scores, 1.0)
        log_rest = self.log_posterior[persons] - self.logs[first, scores[0]] - self.logs[second, scores[1]]
        weight = posterior_of(log_rest).sum(axis=0)
        curves = [np.exp(self.logs[place, :count]) for place, count in zip((first, second), categories, strict=True)]
        expected = (curves[0] * weight) @ curves[1].T
        # A score of one item that nobody has leaves nothing to compare.
        kept = np.ix_(observed.sum(axis=1) > 0, observed.sum(axis=0) > 0)
        observed = np.asarray(observed[kept])
        expected = raked(np.asarray(expected[kept]), observed)
        chi_squared = float(((observed - expected) ** 2 / expected).sum())
        freedom = (len(observed) - 1) * (len(observed.T) - 1)
        trend = _products(observed) - _products(expected)
        return PairDependence(
            first_item=self.data.item_ids[first],
            second_item=self.data.item_ids[second],
            n=len(persons),
            q3=q3,
            q3_star=q3 - average,
            chi_squared=chi_squared,
            degrees_of_freedom=freedom,
            p_value=float(chdtrc(freedom, chi_squared)) if freedom else 1.0,
            standardised=math.copysign(max(0.0, chi_squared - freedom) / math.sqrt(2 * max(freedom, 1)), trend),
            flagged=False,
        )

    def _both(self, first: int, second: int) -> tuple[npt.NDArray[np.int32], tuple[npt.NDArray[np.int64], ...]]:
        rows = [self._rows(place) for place in (first, second)]
        people = [self.data.person[own] for own in rows]
        persons, first_place, second_place = np.intersect1d(
            people[0], people[1], assume_unique=True, return_indices=True
        )
        places = (rows[0][first_place], rows[1][second_place])
        return persons, tuple(self.data.score[own].astype(np.int64) for own in places)

    def _rows(self, place: int) -> npt.NDArray[np.intp]:
        # Looking through all answers once a pair would take longer than all else.
        if place not in self.rows:
            self.rows[place] = np.flatnonzero(self.data.item == place)
        return self.rows[place]


def raked(table: FloatArray, margins_of: FloatArray) -> FloatArray:
    """Bring a table to the row and column sums of another, leaving its odds ratios as they are.

    Args:
        table: Positive numbers, shape (rows, columns).
        margins_of: The other table, no row or column of it empty.

    Returns:
        The table with those sums.

    Reference:
        Deming & Stephan (1940).
    """
    rows, columns = margins_of.sum(axis=1), margins_of.sum(axis=0)
    found = table
    for _ in range(RAKING_ROUNDS):
        found = found * (rows / found.sum(axis=1))[:, None]
        sums = found.sum(axis=0)
        found = found * (columns / sums)
        if np.abs(sums - columns).max() < RAKING_SETTLED * columns.sum():
            break
    return found


def _products(table: FloatArray) -> float:
    return float(np.arange(table.shape[0]) @ table @ np.arange(table.shape[1]))
