"""How much of the judgements' variance comes from judges, from items, and from both together."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibration.errors import CalibrationError


@dataclass(frozen=True, slots=True)
class VarianceComponents:
    """Variances of judgements that every judge gave on every item.

    Args:
        judge: Between judges, in general.
        item: Between items, in general.
        residual: What is left: judges who differ on single items, and chance.
        n_judges: Judges.
        n_items: Items.
    """

    judge: float
    item: float
    residual: float
    n_judges: int
    n_items: int

    def error_of_mean(self, *, judges: int, other_items: bool) -> float:
        """Standard error of the mean judgement of a panel.

        Args:
            judges: Judges of the panel, e.g. a larger one that is being planned.
            other_items: Whether the items could have been others, too.

        Returns:
            The standard error, as a share of the points of an item.

        Reference:
            Brennan & Lockwood (1980).
        """
        variance = self.judge / judges + self.residual / (judges * self.n_items)
        return math.sqrt(variance + (self.item / self.n_items if other_items else 0.0))


def variance_components(judgements: npt.ArrayLike) -> VarianceComponents:
    """Split the variance of judgements by the mean squares of a two-way table.

    Args:
        judgements: Shape (judges, items), two or more of each.

    Returns:
        The components; one that would be negative is 0.

    Raises:
        CalibrationError: Fewer than two judges or items, or a judgement missing.

    Reference:
        Brennan (2001), chapter 3.
    """
    table = np.asarray(judgements, dtype=np.float64)
    if table.ndim != 2 or min(table.shape) < 2 or not np.isfinite(table).all():
        raise CalibrationError(
            f"judgements of shape {table.shape}; a complete table of two judges and two items or more is expected",
            code="incomplete_judgements",
        )
    judges, items = table.shape
    by_judge, by_item, mean = table.mean(axis=1), table.mean(axis=0), table.mean()
    rest = table - by_judge[:, None] - by_item + mean
    residual = float((rest**2).sum()) / ((judges - 1) * (items - 1))
    return VarianceComponents(
        judge=max(0.0, float(by_judge.var(ddof=1)) - residual / items),
        item=max(0.0, float(by_item.var(ddof=1)) - residual / judges),
        residual=residual,
        n_judges=judges,
        n_items=items,
    )
