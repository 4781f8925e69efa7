"""Holds new item parameters against old ones: what a psychometrician looks at before approving them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from calibration.array_types import FloatArray

SUSPICIOUS_Z = 1.645
# The interquartile range of a normal distribution times this is its standard deviation.
NORMAL_IQR = 0.74
WEIGHT_NODES = 61


@dataclass(frozen=True)
class ItemChange:
    """How one item moved.

    Args:
        item_id: The item.
        old_discrimination: a before.
        new_discrimination: a after.
        old_difficulty: b before.
        new_difficulty: b after.
        discrimination_change: New minus old a.
        difficulty_change: New minus old b.
        robust_z_discrimination: How far the change of ln a is from the other items'; None where it cannot be told.
        robust_z_difficulty: The same for b.
        curve_distance: Root mean square distance between the curves over N(0, 1).
    """

    item_id: str
    old_discrimination: float
    new_discrimination: float
    old_difficulty: float
    new_difficulty: float
    discrimination_change: float
    difficulty_change: float
    robust_z_discrimination: float | None
    robust_z_difficulty: float | None
    curve_distance: float

    @property
    def suspicious(self) -> bool:
        """Whether the item moved unlike the others."""
        scores = (self.robust_z_discrimination, self.robust_z_difficulty)
        return any(z is not None and abs(z) >= SUSPICIOUS_Z for z in scores)


@dataclass(frozen=True)
class Comparison:
    """How two sets of parameters differ.

    Args:
        items: Items in both, in the order of the new ones.
        only_old: Items that have no new parameters.
        only_new: Items that had no old parameters.
        rms_discrimination: Root mean square change of a, None without common items.
        rms_difficulty: The same for b.
        correlation_discrimination: Correlation of old and new a, None where it cannot be told.
        correlation_difficulty: The same for b.
    """

    items: tuple[ItemChange, ...]
    only_old: tuple[str, ...]
    only_new: tuple[str, ...]
    rms_discrimination: float | None
    rms_difficulty: float | None
    correlation_discrimination: float | None
    correlation_difficulty: float | None


def compare(old: Mapping[str, tuple[float, float]], new: Mapping[str, tuple[float, float]]) -> Comparison:
    """Compare old and new parameters item by item and over all.

    Args:
        old: Discrimination and difficulty by item.
        new: Likewise.

    Returns:
        The differences, with robust z scores of the changes.

    Reference:
        Huynh & Meyer (2010), Use of robust z in detecting unstable items in item response theory models.
    """
    common = tuple(name for name in new if name in old)
    before = np.array([old[name] for name in common], dtype=np.float64).reshape(-1, 2)
    after = np.array([new[name] for name in common], dtype=np.float64).reshape(-1, 2)
    change = after - before
    z_discrimination = _robust_z(_log_ratio(before[:, 0], after[:, 0]))
    z_difficulty = _robust_z(change[:, 1])
    distance = _curve_distance(before, after)
    items = tuple(
        ItemChange(
            name,
            float(before[k, 0]),
            float(after[k, 0]),
            float(before[k, 1]),
            float(after[k, 1]),
            float(change[k, 0]),
            float(change[k, 1]),
            z_discrimination[k],
            z_difficulty[k],
            float(distance[k]),
        )
        for k, name in enumerate(common)
    )
    return Comparison(
        items=items,
        only_old=tuple(name for name in old if name not in new),
        only_new=tuple(name for name in new if name not in old),
        rms_discrimination=_root_mean_square(change[:, 0]),
        rms_difficulty=_root_mean_square(change[:, 1]),
        correlation_discrimination=_correlation(before[:, 0], after[:, 0]),
        correlation_difficulty=_correlation(before[:, 1], after[:, 1]),
    )


def _log_ratio(before: FloatArray, after: FloatArray) -> FloatArray:
    """Change of ln a; not-a-number where either discrimination is not positive."""
    both = (before > 0) & (after > 0)
    return np.where(both, np.log(np.where(both, after, 1.0)) - np.log(np.where(both, before, 1.0)), np.nan)


def _robust_z(change: FloatArray) -> list[float | None]:
    known = np.isfinite(change)
    if not known.any():
        return [None] * len(change)
    lower, median, upper = np.percentile(change[known], (25, 50, 75))
    spread = NORMAL_IQR * float(upper - lower)
    if spread <= 0:
        return [None] * len(change)
    return [float((value - median) / spread) if np.isfinite(value) else None for value in change]


def _curve_distance(before: FloatArray, after: FloatArray) -> FloatArray:
    ability = np.linspace(-4.0, 4.0, WEIGHT_NODES)
    weight = np.exp(-0.5 * ability**2)
    weight /= weight.sum()

    def curves(parameters: FloatArray) -> FloatArray:
        curve: FloatArray = 0.5 * (1.0 + np.tanh(0.5 * parameters[:, :1] * (ability - parameters[:, 1:])))
        return curve

    distance: FloatArray = np.sqrt((curves(after) - curves(before)) ** 2 @ weight)
    return distance


def _root_mean_square(change: FloatArray) -> float | None:
    return float(np.sqrt(np.mean(change**2))) if len(change) else None


def _correlation(before: FloatArray, after: FloatArray) -> float | None:
    if len(before) < 2 or np.ptp(before) == 0 or np.ptp(after) == 0:
        return None
    return float(np.corrcoef(before, after)[0, 1])
