"""Modified Angoff: judges say, item by item, what a candidate who is just competent would be expected to score."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibration.array_types import BoolArray, FloatArray
from calibration.calibration_result import CalibratedItem
from calibration.errors import CalibrationError
from calibration.standard_setting.cut import (
    CutScore,
    ability_at_score,
    judged_pool,
    refuse_too_few_judges,
    share_passing,
)
from calibration.standard_setting.variance_components import VarianceComponents, variance_components
from engine.response_models import ItemPool

ANGOFF = "angoff"
STEP = 1e-4
#: By judge, then by item: expected points as a share of the item's points.
Judgements = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class ItemFeedback:
    """What the panel said of an item, and what the data say of it.

    Args:
        item_id: The item.
        mean: Mean judgement.
        standard_deviation: Between judges, None with a single judgement.
        lowest: The lowest.
        highest: The highest.
        expected: Share of points expected at the cut score by the item's curve.
        n_judges: Judges who judged it.
    """

    item_id: str
    mean: float
    standard_deviation: float | None
    lowest: float
    highest: float
    expected: float
    n_judges: int


@dataclass(frozen=True, slots=True)
class JudgeFeedback:
    """How a judge stands to the panel and to the data.

    Args:
        judge: Who.
        severity: Points asked for less those that the panel asks for on the same items, as a share of their points;
            above 0 the judge asks for more.
        consistency: Correlation of the judge's values with what the items' curves expect at the cut score; None where
            either does not vary.
        share_passing: Share of candidates that would pass if all judged so, None without abilities, or where the judge
            asks for what no ability reaches.
        n_items: Items judged.
    """

    judge: str
    severity: float
    consistency: float | None
    share_passing: float | None
    n_items: int


@dataclass(frozen=True, slots=True)
class AngoffRound:
    """Outcome of one round.

    Args:
        cut: The cut score with its standard error.
        points: Expected points of a candidate who is just competent, on all items.
        points_error: Standard error of that, by judges.
        items: Feedback by item, in the order of the items.
        judges: Feedback by judge, in their order.
        components: Variance components, None where not every judge judged every item.
        chance_variance: Variance in points that an item's mean judgement owes to judges who differ on single items,
            mean over the items.
        share_passing: Share of candidates who would pass, None without abilities.
        share_passing_range: The same at two standard errors above and below the cut.
    """

    cut: CutScore
    points: float
    points_error: float
    items: tuple[ItemFeedback, ...]
    judges: tuple[JudgeFeedback, ...]
    components: VarianceComponents | None
    chance_variance: float
    share_passing: float | None
    share_passing_range: tuple[float, float] | None


def angoff(
    items: Sequence[CalibratedItem] | ItemPool, judgements: Judgements, *, abilities: npt.ArrayLike | None = None
) -> AngoffRound:
    """Turn the judgements of one round into a cut score, with what to show the panel before the next.

    Args:
        items: Calibrated items, or a pool.
        judgements: By judge, then by item: the expected share of the item's points, 0 to 1 (for right and wrong the
            probability of a right answer). A judge need not judge all items; every item needs a judgement.
        abilities: Of candidates, to tell the impact.

    Returns:
        The round.

    Raises:
        CalibrationError: Fewer than two judges, an unknown item, a judgement outside 0 to 1, an item without any, or a
            sum of points that no ability reaches.

    Reference:
        Angoff (1971); Kane (1987) for the way to ability; Hambleton & Plake (1995) for several points.
    """
    pool = judged_pool(items)
    refuse_too_few_judges(len(judgements))
    panel = _Panel(pool, tuple(judgements), _table(pool, judgements))
    points, error = panel.points()
    theta = ability_at_score(pool, points)
    cut = CutScore(theta, error / _steepness(pool, theta), ANGOFF, len(judgements))
    complete = bool(panel.given.all()) and len(pool) > 1
    return AngoffRound(
        cut=cut,
        points=points,
        points_error=error,
        items=panel.item_feedback(theta),
        judges=panel.judge_feedback(theta, abilities),
        components=variance_components(panel.table) if complete else None,
        chance_variance=panel.chance_variance(),
        share_passing=None if abilities is None else share_passing(theta, abilities),
        share_passing_range=None if abilities is None else _range(cut, abilities),
    )


def item_sampling_error(items: Sequence[CalibratedItem] | ItemPool, found: AngoffRound, *, items_in_bank: int) -> float:
    """Tell how far the cut score would be expected to move with another sample of the bank's items.

    Where the items' curves explain what judges say, it matters little which items they see: what moves the cut score is
    only by how much the panel departs from the curves, item by item. With n of N items the variance of the sum of
    these departures is n s² (1 − n/N). Of s² only what judges share counts here: how far single judges' chance
    moves an item's mean is in the error by judges already.

    Args:
        items: The items that were judged.
        found: What came of it.
        items_in_bank: N, all items that could have been judged.

    Returns:
        The standard error in units of ability; 0 where all items were judged or only one was.

    Raises:
        CalibrationError: The bank has fewer items than were judged.

    Reference:
        Cochran (1977), chapter 2, for the correction for a finite population.
    """
    pool = judged_pool(items)
    judged = len(pool)
    if items_in_bank < judged:
        raise CalibrationError(f"{judged} items judged of {items_in_bank}", code="bad_option")
    if judged < 2 or judged == items_in_bank:
        return 0.0
    departures = np.array([one.mean - one.expected for one in found.items]) * (pool.category_counts - 1)
    shared = max(0.0, float(departures.var(ddof=1)) - found.chance_variance)
    return math.sqrt(judged * shared * (1 - judged / items_in_bank)) / _steepness(pool, found.cut.theta)


def _steepness(pool: ItemPool, theta: float) -> float:
    """Points that the expectation on all items rises by per unit of ability."""
    rise = pool.expected_scores([theta + STEP, theta - STEP]).sum(axis=0)
    return float(rise[0] - rise[1]) / (2 * STEP)


def _range(cut: CutScore, abilities: npt.ArrayLike) -> tuple[float, float]:
    above, below = (cut.theta + side * 2 * cut.standard_error for side in (1, -1))
    return share_passing(above, abilities), share_passing(below, abilities)


def _table(pool: ItemPool, judgements: Judgements) -> FloatArray:
    table = np.full((len(judgements), len(pool)), np.nan)
    places = {name: place for place, name in enumerate(pool.item_ids)}
    for row, (judge, values) in enumerate(judgements.items()):
        if not values:
            raise CalibrationError(f"judge {judge!r} judged no item", code="incomplete_judgements")
        for item_id, value in values.items():
            if item_id not in places:
                raise CalibrationError(
                    f"judge {judge!r} judged item {item_id!r}, which has no parameters", code="unknown_item"
                )
            if not 0 <= value <= 1:
                raise CalibrationError(
                    f"judge {judge!r}, item {item_id!r}: {value!r}; a share of its points from 0 to 1 is expected",
                    code="judgement_out_of_range",
                )
            table[row, places[item_id]] = value
    silent = np.flatnonzero(np.isnan(table).all(axis=0))
    if silent.size:
        raise CalibrationError(f"item {pool.item_ids[silent[0]]!r} was judged by nobody", code="incomplete_judgements")
    return table


@dataclass(frozen=True, eq=False)
class _Panel:
    """Judges and what they said."""

    pool: ItemPool
    judges: tuple[str, ...]
    table: FloatArray

    @property
    def given(self) -> BoolArray:
        """Where there is a judgement."""
        return np.isfinite(self.table)

    @property
    def highest(self) -> FloatArray:
        """Points of each item."""
        return np.asarray(self.pool.category_counts - 1, dtype=np.float64)

    def apart(self) -> FloatArray:
        """How far each judgement is above the panel's mean on the item, 0 where there is none."""
        return np.where(self.given, self.table - np.nanmean(self.table, axis=0), 0.0)

    def severities(self) -> FloatArray:
        """How far each judge is above the panel, as a share of the points of the judge's items."""
        # An item counts by its points, as in the sum that becomes a cut score.
        return np.asarray(self.apart() @ self.highest / (self.given @ self.highest))

    def chance_variance(self) -> float:
        """Tell what variance in points single judges' chance gives an item's mean judgement, mean over the items."""
        judgements = self.given.sum(axis=0)
        free = int(judgements.sum()) - sum(self.table.shape) + 1
        if free < 1:
            return 0.0
        apart = self.apart()
        general = apart.sum(axis=1) / self.given.sum(axis=1)
        rest = np.where(self.given, apart - general[:, None], 0.0)
        return float(np.mean(self.highest**2 / judgements) * (rest**2).sum() / free)

    def points(self) -> tuple[float, float]:
        """Points that the panel expects, with the standard error by judges."""
        points = float(np.nanmean(self.table, axis=0) @ self.highest)
        # A judge of some items is taken to differ as much, point by point, on the others.
        sums = self.severities() * self.highest.sum()
        return points, float(np.sqrt((sums**2).sum() / (len(sums) - 1) / len(sums)))

    def expected(self, theta: float) -> FloatArray:
        """Expected share of points of each item."""
        return np.asarray(self.pool.expected_scores([theta])[:, 0] / self.highest)

    def item_feedback(self, theta: float) -> tuple[ItemFeedback, ...]:
        """Report the items."""
        feedback = []
        for name, expected, column in zip(self.pool.item_ids, self.expected(theta), self.table.T, strict=True):
            known = column[np.isfinite(column)]
            spread = float(known.std(ddof=1)) if len(known) > 1 else None
            low, high = float(known.min()), float(known.max())
            feedback.append(ItemFeedback(name, float(known.mean()), spread, low, high, float(expected), len(known)))
        return tuple(feedback)

    def judge_feedback(self, theta: float, abilities: npt.ArrayLike | None) -> tuple[JudgeFeedback, ...]:
        """Report the judges."""
        expected = self.expected(theta)
        own_points = self.points()[0] + self.severities() * float(self.highest.sum())
        return tuple(
            JudgeFeedback(
                judge=judge,
                severity=float(severity),
                consistency=_correlation(row[given], expected[given]),
                share_passing=None if abilities is None else self._impact(float(points), abilities),
                n_items=int(given.sum()),
            )
            for judge, row, given, severity, points in zip(
                self.judges, self.table, self.given, self.severities(), own_points, strict=True
            )
        )

    def _impact(self, points: float, abilities: npt.ArrayLike) -> float | None:
        try:
            return share_passing(ability_at_score(self.pool, points), abilities)
        except CalibrationError as refusal:
            if refusal.code != "no_such_ability":
                raise
            return None


def _correlation(first: FloatArray, second: FloatArray) -> float | None:
    if len(first) < 2 or min(float(np.ptp(first)), float(np.ptp(second))) < 1e-12:
        return None
    found = float(np.corrcoef(first, second)[0, 1])
    return found if math.isfinite(found) else None
