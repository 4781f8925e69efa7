"""Cumulative sums over the answers of one sitting: runs of answers better, or worse, than those before let expect."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibration.array_types import BoolArray, FloatArray
from calibration.calibrated_pool import pool_for
from calibration.calibration_result import CalibratedItem
from calibration.drift import watch_drift
from calibration.errors import CalibrationError
from calibration.quadrature import DEFAULT_GRID, AbilityGrid
from calibration.responses import ResponseData
from engine.ability.ability_grid import posterior_of
from engine.response_models import ItemPool

# A walk that is looked at once a step misses this many steps' standard deviations of the way from its low to its peak.
UNSEEN_WAY = 2 * 0.5826
LARGEST_TERMS = 50
PERSONS_AT_A_TIME = 2048


@dataclass(frozen=True, slots=True, eq=False)
class SittingWatch:
    """Surprises of a sitting in the order of its answers.

    Args:
        surprise: Each answer less what the answers before it let expect, in standard deviations, shape (answers,).
        better: Sum of the surprises since it was last nothing, for a person who becomes better, shape (answers,).
        worse: Likewise for one who becomes worse.
        highest: The highest of both sums, over the root of the number of answers.
        direction: ``"better"`` or ``"worse"``: which of the two it is.
        p_value: Chance that either sum comes as high if the person answers as the curves say.
    """

    surprise: FloatArray
    better: FloatArray
    worse: FloatArray
    highest: float
    direction: str
    p_value: float


def watch_sitting(
    pool: ItemPool,
    item_ids: Sequence[str],
    scores: Sequence[int],
    *,
    mean: float = 0.0,
    standard_deviation: float = 1.0,
    grid: AbilityGrid = DEFAULT_GRID,
) -> SittingWatch:
    """Add up how far each answer is from what the answers before it let expect.

    Such surprises have mean 0 and variance 1 each, and none tells of the next, whichever way items were chosen: that is
    what makes the sums fit for adaptive sittings.

    Args:
        pool: The items.
        item_ids: Items in the order in which they were answered.
        scores: Scores in that order.
        mean: Mean of the abilities.
        standard_deviation: Their standard deviation.
        grid: Abilities to sum over.

    Returns:
        The sums, and how likely they are. It is a hint to look, never a verdict.

    Raises:
        CalibrationError: Columns of unequal length, no answers, or a score that an item does not have.
        UnknownItem: If the pool lacks an item.

    Reference:
        van Krimpen-Stoop & Meijer (2000); the sums are Page's (1954), and the chance that of Lévy's theorem by which a
        walk above its minimum is one without sign, with Siegmund's (1985) correction for steps.
    """
    if len(item_ids) != len(scores) or not item_ids:
        raise CalibrationError(
            f"{len(item_ids)} items and {len(scores)} scores; one answer or more is expected, a score for each",
            code="unequal_columns",
        )
    expected, variances = _predictions(pool, item_ids, scores, grid, grid.log_weights(mean, standard_deviation))
    sums = watch_drift(np.asarray(scores, dtype=np.float64), expected, variances, reference=0.0, limit=np.inf)
    peaks = {"better": float(sums.easier.max()), "worse": float(sums.harder.max())}
    direction = max(peaks, key=lambda name: peaks[name])
    root = math.sqrt(len(scores))
    return SittingWatch(
        surprise=(np.asarray(scores) - expected) / np.sqrt(variances),
        better=sums.easier,
        worse=sums.harder,
        highest=peaks[direction] / root,
        direction=direction,
        p_value=min(1.0, 2 * chance_of_peak((peaks[direction] + UNSEEN_WAY) / root)),
    )


@dataclass(frozen=True, slots=True, eq=False)
class SittingWatches:
    """Many sittings at once.

    Args:
        expected: What the answers before it let expect of each answer, in the order of the data, shape (answers,).
        surprise: Each answer less that, in standard deviations, shape (answers,).
        highest: Of each person, as in :class:`SittingWatch`, shape (persons,).
        better: Whether the highest sum is that of a person who becomes better, shape (persons,).
        p_value: As in :class:`SittingWatch`, shape (persons,).
    """

    expected: FloatArray
    surprise: FloatArray
    highest: FloatArray
    better: BoolArray
    p_value: FloatArray


def watch_sittings(
    data: ResponseData,
    items: Sequence[CalibratedItem],
    position: npt.NDArray[np.integer],
    *,
    mean: float = 0.0,
    standard_deviation: float = 1.0,
    grid: AbilityGrid = DEFAULT_GRID,
) -> SittingWatches:
    """Do for many sittings what :func:`watch_sitting` does for one, a step of all of them at a time.

    Args:
        data: Answers; a person is a sitting.
        items: Calibrated items, among them all that were answered.
        position: As the how manieth of its person each answer was given, shape (answers,); gaps do not matter.
        mean: Mean of the abilities.
        standard_deviation: Their standard deviation.
        grid: Abilities to sum over.

    Returns:
        The sums of all sittings, and how likely they are.

    Raises:
        CalibrationError: An item is not calibrated.

    Reference:
        As for :func:`watch_sitting`.
    """
    logs = pool_for(data, items).log_probabilities(grid.nodes)
    log_prior = grid.log_weights(mean, standard_deviation)
    order = np.lexsort((position, data.person))
    counts = np.bincount(data.person, minlength=data.n_persons)
    starts = np.cumsum(counts) - counts
    expected, surprise = np.zeros(data.n_responses), np.zeros(data.n_responses)
    peaks = np.zeros((2, data.n_persons))
    for first in range(0, data.n_persons, PERSONS_AT_A_TIME):
        people = np.arange(first, min(first + PERSONS_AT_A_TIME, data.n_persons))
        _walk(data, logs, log_prior, _Steps(people, order, starts, counts), (expected, surprise, peaks))
    root = np.sqrt(np.maximum(counts, 1))
    highest = peaks.max(axis=0)
    return SittingWatches(
        expected=expected,
        surprise=surprise,
        highest=highest / root,
        better=peaks[0] > peaks[1],
        p_value=np.array([min(1.0, 2 * chance_of_peak(height)) for height in (highest + UNSEEN_WAY) / root]),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Steps:
    """Some persons, and where each one's answers lie in the order of their giving."""

    people: npt.NDArray[np.intp]
    order: npt.NDArray[np.intp]
    starts: npt.NDArray[np.intp]
    counts: npt.NDArray[np.intp]


def _walk(
    data: ResponseData,
    logs: FloatArray,
    log_prior: FloatArray,
    steps: _Steps,
    found: tuple[FloatArray, FloatArray, FloatArray],
) -> None:
    """Go through the answers of some persons side by side and write down expectations, surprises and peaks."""
    expected, surprise, peaks = found
    log_posterior = np.tile(log_prior, (len(steps.people), 1))
    sums = np.zeros((2, len(steps.people)))
    points = np.arange(logs.shape[1])
    for step in range(int(steps.counts[steps.people].max(initial=0))):
        going = np.flatnonzero(steps.counts[steps.people] > step)
        people = steps.people[going]
        rows = steps.order[steps.starts[people] + step]
        item, score = data.item[rows], data.score[rows].astype(np.int64)
        chances = np.einsum("pcn,pn->pc", np.exp(logs[item]), posterior_of(log_posterior[going]))
        expected[rows] = chances @ points
        spread = np.sqrt(np.maximum(chances @ points**2 - expected[rows] ** 2, 1e-12))
        surprise[rows] = (score - expected[rows]) / spread
        log_posterior[going] += logs[item, score]
        sums[:, going] = np.maximum(sums[:, going] + np.stack((surprise[rows], -surprise[rows])), 0.0)
        peaks[:, people] = np.maximum(peaks[:, people], sums[:, going])


def _predictions(
    pool: ItemPool, item_ids: Sequence[str], scores: Sequence[int], grid: AbilityGrid, log_posterior: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Mean and variance of each score as the answers before it let expect, shape (answers,) each."""
    logs = pool.log_probabilities(grid.nodes)
    expected, variances = np.zeros(len(scores)), np.zeros(len(scores))
    for step, (item_id, score) in enumerate(zip(item_ids, scores, strict=True)):
        place = pool.index_of(item_id)
        highest = int(pool.category_counts[place]) - 1
        if not 0 <= score <= highest:
            raise CalibrationError(
                f"answer {step + 1}, item {item_id!r}: score {score}; 0 to {highest} are expected",
                code="score_out_of_range",
            )
        chances = np.exp(logs[place, : highest + 1]) @ posterior_of(log_posterior)
        points = np.arange(highest + 1)
        expected[step] = chances @ points
        variances[step] = chances @ (points - expected[step]) ** 2
        log_posterior = log_posterior + logs[place, score]
    return expected, variances


def chance_of_peak(height: float) -> float:
    """Return the chance that a Brownian motion over unit time comes as far as a height from 0, either way.

    Args:
        height: Positive, in standard deviations of its end.

    Returns:
        The chance; also that of the highest rise of one above its own minimum.

    Reference:
        Feller (1971), volume II, section X.5.
    """
    odd = [2 * k + 1 for k in range(LARGEST_TERMS)]
    parts = [(-1.0) ** k / n * math.exp(-((n * math.pi / height) ** 2) / 8) for k, n in enumerate(odd)]
    inside = math.fsum(parts)
    return min(1.0, max(0.0, 1 - 4 / math.pi * inside))
