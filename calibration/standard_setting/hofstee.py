"""Hofstee's compromise: a cut score between what judges hold to be right and what share may fail."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibration.array_types import FloatArray
from calibration.calibration_result import CalibratedItem
from calibration.errors import CalibrationError
from calibration.standard_setting.cut import (
    HALVINGS,
    CutScore,
    ability_at_score,
    checked_abilities,
    judged_pool,
    refuse_too_few_judges,
)
from engine.response_models import ItemPool

HOFSTEE = "hofstee"


@dataclass(frozen=True, slots=True)
class HofsteeJudgement:
    """What one judge accepts.

    Args:
        lowest_cut: The lowest share of points that could be enough, though everybody passed.
        highest_cut: The highest that would have to be enough, though nobody did.
        lowest_failing: The lowest acceptable share of candidates who fail.
        highest_failing: The highest.
    """

    lowest_cut: float
    highest_cut: float
    lowest_failing: float
    highest_failing: float


def hofstee(
    items: Sequence[CalibratedItem] | ItemPool, judgements: Sequence[HofsteeJudgement], abilities: npt.ArrayLike
) -> CutScore | None:
    """Find where the share that fails meets the line between the judges' extremes.

    Args:
        items: Calibrated items, or a pool, that the shares of points are thought of.
        judgements: One a judge.
        abilities: Of candidates, shape (candidates,).

    Returns:
        The cut score, its standard error by leaving out one judge at a time; None where the judges' extremes and what
        candidates can do do not meet, for the panel or for the panel without one judge.

    Raises:
        CalibrationError: Fewer than two judges, a judgement whose extremes are not in order within 0 to 1, shares of
            points that no ability reaches, or no abilities.

    Reference:
        Hofstee (1983); Tukey (1958) for the standard error.
    """
    pool, known = judged_pool(items), np.sort(checked_abilities(abilities))
    refuse_too_few_judges(len(judgements))
    table = np.array([_checked(place, one) for place, one in enumerate(judgements)])
    theta = _compromise(pool, table.mean(axis=0), known)
    judges = len(table)
    without = [_compromise(pool, np.delete(table, place, axis=0).mean(axis=0), known) for place in range(judges)]
    kept = np.array([cut for cut in without if cut is not None])
    if theta is None or len(kept) < judges:
        return None
    error = math.sqrt((judges - 1) / judges * float(((kept - kept.mean()) ** 2).sum()))
    return CutScore(theta, error, HOFSTEE, judges)


def _checked(place: int, judgement: HofsteeJudgement) -> tuple[float, float, float, float]:
    low, high = judgement.lowest_cut, judgement.highest_cut
    few, many = judgement.lowest_failing, judgement.highest_failing
    if not (0 < low < high < 1 and 0 <= few < many <= 1):
        raise CalibrationError(
            f"judge {place + 1}: cuts {low:g} to {high:g}, failing {few:g} to {many:g}; shares in rising order from 0 "
            "to 1 are expected",
            code="judgement_out_of_range",
        )
    return low, high, few, many


def _compromise(pool: ItemPool, extremes: FloatArray, abilities: FloatArray) -> float | None:
    """Where the share of abilities below a cut meets the line from (lowest, most failing) to (highest, fewest)."""
    lowest, highest, few, many = (float(value) for value in extremes)
    points = float((pool.category_counts - 1).sum())
    low, high = (ability_at_score(pool, share * points) for share in (lowest, highest))

    def failing_above_line(theta: float) -> float:
        share = float(pool.expected_scores([theta]).sum()) / points
        line = many + (few - many) * (share - lowest) / (highest - lowest)
        return float(np.searchsorted(abilities, theta, side="left")) / len(abilities) - line

    if failing_above_line(low) > 0 or failing_above_line(high) < 0:
        return None
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if failing_above_line(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2
