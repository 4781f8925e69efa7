"""Items that became known: answers grow better, and at the same time quicker, than persons explain."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calibration.array_types import FloatArray
from calibration.drift import limit_for, rise_before, watch_drift
from calibration.errors import CalibrationError


@dataclass(frozen=True, slots=True)
class CompromiseWatch:
    """What an item's answers say of its being known beforehand; places are those of answers in the order of time.

    Args:
        easier: Place at which the sum of better answers passed its limit, or None.
        quicker: Place at which the sum of quicker answers passed its limit, or None.
        easier_began: Where that rise set in, or None.
        quicker_began: Likewise.
    """

    easier: int | None
    quicker: int | None
    easier_began: int | None
    quicker_began: int | None

    @property
    def compromised(self) -> bool:
        """Whether both sums passed their limits."""
        return self.easier is not None and self.quicker is not None

    @property
    def since(self) -> int | None:
        """Place at which the later of both passed its limit, None unless both did."""
        return None if self.easier is None or self.quicker is None else max(self.easier, self.quicker)


def watch_compromise(
    surprises: Sequence[float] | FloatArray, time_residuals: Sequence[float] | FloatArray, *, chance: float
) -> CompromiseWatch:
    """Add up how much better, and how much quicker, answers are than expected, each beyond a reference.

    Given ability and speed, whether an answer is right and how long it took tell nothing of each other, so the chance
    that both sums pass their limits by chance is the product of both. That is why either limit may be lower than that
    of one sum alone, and why what makes an item easier only, or quicker only, is no compromise.

    Args:
        surprises: Scores less what the person's other answers let expect, in standard deviations, in the order of time,
            shape (answers,).
        time_residuals: Logarithms of times less what the item and the person's other times let expect, in standard
            deviations, in the same order, shape (answers,).
        chance: Chance that a sound item is called compromised.

    Returns:
        Where which sum passed its limit.

    Raises:
        CalibrationError: Columns of unequal length, no answers, or a chance that is not between 0 and 1.

    Reference:
        Choe, Zhang & Chang (2018) for watching answers and times together; Page (1954) for the sums; van der Linden
        (2007) for their independence.
    """
    better = np.asarray(surprises, dtype=np.float64)
    slower = np.asarray(time_residuals, dtype=np.float64)
    if better.shape != slower.shape:
        raise CalibrationError(
            f"{better.size} surprises and {slower.size} residuals of times; they must be equally many",
            code="unequal_columns",
        )
    easier, easier_began = _rise(better, math.sqrt(chance))
    quicker, quicker_began = _rise(-slower, math.sqrt(chance))
    return CompromiseWatch(easier, quicker, easier_began, quicker_began)


def _rise(values: FloatArray, chance: float) -> tuple[int | None, int | None]:
    """Where the sum of values passed its limit, and where that rise set in."""
    limit = limit_for(len(values), chance=chance, sides=1, skewness=float(np.mean(values**3)) if values.size else 0.0)
    sums = watch_drift(values, np.zeros_like(values), np.ones_like(values), limit=limit).easier
    above = np.flatnonzero(sums > limit)
    return (int(above[0]), rise_before(sums, int(above[0]))) if above.size else (None, None)
