"""Posterior means and standard deviations of many examinees at once, equal to the sum over all nodes to rounding."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.ability.ability_grid import EapGrid, means_and_sds, posterior_of
from engine.response_models import FloatArray, ItemPool

# Scores that are worked on at once: their matrices stay in the processor's cache.
SCORES_AT_A_TIME = 2**16
# A log-likelihood that is higher than this somewhere leaves a sum of exponentials that is not 0.
SAFE_EXPONENT = -600.0
# The sum over nodes equals the integral to 1e-13 where they lie no farther apart than the posterior's standard
# deviation over 1.25, and no farther than 0.66 over the discrimination: the curves' nearest poles are π/a off the axis.
# Both hold for a posterior of which next to nothing lies at the ends of the grid.
FINE_ENOUGH, STEEP_ENOUGH, NEGLIGIBLE = 1.25, 0.66, 1e-11
# Weighted scores lie this far apart, in units of one over the prior's standard deviation, in the table that is
# interpolated: its error is some 1e-10.
SCORE_STEP = 0.02
LARGEST_TABLE = 20_000
# A table of scores pays when so many examinees share one of its entries.
EXAMINEES_PER_ENTRY = 4
LINEAR = 1e-9

Responses = npt.NDArray[np.integer]


@dataclass(frozen=True, eq=False)
class _Curves:
    """Log-probabilities on nodes, taken apart.

    Args:
        grid: The nodes, shape (nodes,).
        none: Log-probability of the lowest category, shape (items, nodes).
        odds: Log odds of each higher one against it, shape (categories − 1, items, nodes).
        weights: Slopes of the log odds by ability, shape (categories − 1, items); None where some are not straight.
    """

    grid: EapGrid
    none: FloatArray
    odds: FloatArray
    weights: FloatArray | None

    @classmethod
    def of(cls, pool: ItemPool, grid: EapGrid) -> "_Curves":
        logs = pool.log_probabilities(grid.nodes).transpose(1, 0, 2)
        odds = logs[1:] - logs[0]
        # Nobody has a category that an item does not have.
        odds[np.arange(1, pool.categories)[:, None] >= pool.category_counts] = 0.0
        slopes = (odds[..., -1] - odds[..., 0]) / (grid.nodes[-1] - grid.nodes[0])
        straight = odds[..., :1] + slopes[..., None] * (grid.nodes - grid.nodes[0])
        is_straight = bool(np.all(np.abs(odds - straight) <= LINEAR * (1.0 + np.abs(odds))))
        return cls(grid, np.ascontiguousarray(logs[0]), odds, slopes if is_straight else None)

    def every_other(self) -> "_Curves":
        """The same on every other node."""
        grid = EapGrid(self.grid.nodes[::2], self.grid.log_prior[::2])
        none, odds = np.ascontiguousarray(self.none[:, ::2]), np.ascontiguousarray(self.odds[..., ::2])
        return _Curves(grid, none, odds, self.weights)


def expected_abilities(
    pool: ItemPool, table: Responses, grid: EapGrid, *, same_items: bool
) -> tuple[FloatArray, FloatArray]:
    """Return posterior means and standard deviations of many examinees.

    Where all log odds are straight lines in ability (two-parameter, partial credit) and everybody answered the same
    items, the sum of the answers' weights is sufficient: the means are read from a table over that sum. Elsewhere half
    the nodes do where the posterior is wide enough.

    Args:
        pool: The items.
        table: Scores from 0, negative where not administered, shape (examinees, items).
        grid: Nodes and prior.
        same_items: Whether all examinees answered the same items.

    Returns:
        Two columns, each of shape (examinees,).

    Reference:
        Bock & Mislevy (1982); Birnbaum (1968) on the weighted score of two-parameter items.
    """
    if not len(table):
        return np.empty(0), np.empty(0)
    curves = _Curves.of(pool, grid)
    if same_items and curves.weights is not None:
        weighted = _weighted_scores(table, curves.weights)
        found = _through_scores(weighted, curves, answered=np.asarray(table[0] >= 0))
        if found is not None:
            return found
    return _through_nodes(table, curves, steepest=float(np.abs(pool.discrimination).max()))


def _weighted_scores(table: Responses, weights: FloatArray) -> FloatArray:
    scores = np.empty(len(table))
    for rows in _blocks(table):
        scores[rows] = _had(table[rows], 1, len(weights)) @ weights[0]
        for category, weight in enumerate(weights[1:], start=2):
            scores[rows] += _had(table[rows], category, len(weights)) @ weight
    return scores


def _through_scores(
    scores: FloatArray, curves: _Curves, *, answered: npt.NDArray[np.bool_]
) -> tuple[FloatArray, FloatArray] | None:
    """Interpolate means and variances over the weighted score, or return None where that does not pay.

    The derivative of the mean by the score is the variance, and that of the variance the third central moment.
    """
    nodes, low, high = curves.grid.nodes, float(scores.min()), float(scores.max())
    deviation = float(np.sqrt(np.exp(curves.grid.log_prior) @ (nodes - np.exp(curves.grid.log_prior) @ nodes) ** 2))
    entries = int((high - low) * deviation / SCORE_STEP) + 2
    if entries > LARGEST_TABLE or entries * EXAMINEES_PER_ENTRY > len(scores):
        return None
    entry = np.linspace(low, high, entries)
    step = max(float(entry[1] - entry[0]), float(np.finfo(np.float64).tiny))
    at_no_score = curves.none[answered].sum(axis=0) + curves.grid.log_prior
    posterior = posterior_of(np.multiply.outer(entry, nodes) + at_no_score)
    mean = posterior @ nodes
    away = nodes - mean[:, None]
    variance = np.einsum("eq,eq,eq->e", posterior, away, away)
    third = np.einsum("eq,eq,eq,eq->e", posterior, away, away, away)
    cells = np.concatenate((_cubics(mean, variance * step), _cubics(variance, third * step)), axis=1)
    return _read_off((scores - low) / step, cells)


def _cubics(value: FloatArray, slope: FloatArray) -> FloatArray:
    """Return the cubic of each cell that has value and slope at both ends, from the constant on, shape (cells, 4)."""
    rise, first, last = np.diff(value), slope[:-1], slope[1:]
    return np.stack((value[:-1], first, 3.0 * rise - 2.0 * first - last, first + last - 2.0 * rise), axis=1)


def _read_off(places: FloatArray, cells: FloatArray) -> tuple[FloatArray, FloatArray]:
    mean, deviation = np.empty_like(places), np.empty_like(places)
    for start in range(0, len(places), SCORES_AT_A_TIME // 8):
        rows = slice(start, start + SCORES_AT_A_TIME // 8)
        cell = np.minimum(places[rows].astype(np.int64), len(cells) - 1)
        along, cubic = places[rows] - cell, cells[cell]
        for found, first in ((mean, 0), (deviation, 4)):
            part = cubic[:, first + 3] * along
            for power in (2, 1):
                part = (part + cubic[:, first + power]) * along
            found[rows] = part + cubic[:, first]
    return mean, np.sqrt(deviation)


def _through_nodes(table: Responses, curves: _Curves, *, steepest: float) -> tuple[FloatArray, FloatArray]:
    step = 2.0 * curves.grid.spacing
    if curves.grid.nodes.size % 2 == 0 or step * steepest > STEEP_ENOUGH:
        return _on_nodes(table, curves)[:2]
    mean, deviation, at_end = _on_nodes(table, curves.every_other())
    again = np.flatnonzero((deviation < FINE_ENOUGH * step) | (at_end > NEGLIGIBLE))
    if again.size:
        mean[again], deviation[again] = _on_nodes(table[again], curves)[:2]
    return mean, deviation


def _on_nodes(table: Responses, curves: _Curves) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return means, standard deviations and the larger probability of the two end nodes."""
    mean, deviation, at_end = np.empty((3, len(table)))
    nodes, everything = curves.grid.nodes, curves.none.sum(axis=0)
    middle = nodes.size // 2
    lowest = np.minimum(curves.odds[..., middle].min(axis=0, initial=0.0), 0.0).sum() + everything[middle]
    is_safe = lowest + curves.grid.log_prior[middle] > SAFE_EXPONENT
    for rows in _blocks(table):
        block = table[rows]
        weights = _had(block, 1, len(curves.odds)) @ curves.odds[0]
        for category, odds in enumerate(curves.odds[1:], start=2):
            weights += _had(block, category, len(curves.odds)) @ odds
        answered = block >= 0
        weights += everything if answered.all() else answered.astype(np.float64) @ curves.none
        weights += curves.grid.log_prior
        if is_safe:
            posterior = np.exp(weights, out=weights)
            posterior /= posterior.sum(axis=1, keepdims=True)
        else:
            posterior = posterior_of(weights)
        mean[rows], deviation[rows] = means_and_sds(nodes, posterior)
        at_end[rows] = np.maximum(posterior[:, 0], posterior[:, -1])
    return mean, deviation, at_end


def _had(block: Responses, category: int, highest: int) -> FloatArray:
    """Return 1.0 where a score is this one."""
    if highest == 1:
        # A comparison costs more than what it saves: of scores up to 1 only the mark of no answer differs.
        return np.maximum(block, 0).astype(np.float64)
    return np.asarray(block == category).astype(np.float64)


def _blocks(table: Responses) -> Iterator[slice]:
    size = max(SCORES_AT_A_TIME // table.shape[1], 1)
    for start in range(0, len(table), size):
        yield slice(start, start + size)
