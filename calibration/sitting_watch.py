"""Cumulative sums over the answers of one sitting: runs of answers better, or worse, than those before let expect."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calibration.array_types import FloatArray
from calibration.drift import watch_drift
from calibration.errors import CalibrationError
from calibration.quadrature import DEFAULT_GRID, AbilityGrid
from engine.ability.ability_grid import posterior_of
from engine.response_models import ItemPool

# A walk that is looked at once a step misses this many steps' standard deviations of the way from its low to its peak.
UNSEEN_WAY = 2 * 0.5826
LARGEST_TERMS = 50


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
