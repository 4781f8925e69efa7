"""Mantel and Haenszel's comparison of right answers of two groups, matched, and the classes A, B and C."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc

#: Turns a log odds ratio into the delta scale of difficulties.
DELTA_UNIT = -2.35
SIGNIFICANT = 0.05
NEGLIGIBLE_DELTA = 1.0
LARGE_DELTA = 1.5
#: One-sided, for a difference significantly beyond the negligible one.
ONE_SIDED_Z = 1.645


@dataclass(frozen=True, slots=True)
class MantelHaenszel:
    """How the odds of a right answer compare between matched groups.

    Args:
        odds_ratio: Common odds ratio α, reference over focal group; above 1 the item is harder for the focal group.
        delta: −2.35 ln α; negative where the item is harder for the focal group.
        standard_error: Of delta.
        chi_squared: With continuity correction, one degree of freedom.
        p_value: Chance of at least this much difference if α is 1.
    """

    odds_ratio: float
    delta: float
    standard_error: float
    chi_squared: float
    p_value: float

    @property
    def effect(self) -> float:
        """The delta: negative where the item is harder for the focal group."""
        return self.delta

    @property
    def classification(self) -> str:
        """``"A"`` negligible, ``"B"`` moderate, ``"C"`` large.

        Reference:
            Zieky (1993).
        """
        size = abs(self.delta)
        if size < NEGLIGIBLE_DELTA or self.p_value >= SIGNIFICANT:
            return "A"
        significantly = size - ONE_SIDED_Z * self.standard_error > NEGLIGIBLE_DELTA
        return "C" if size >= LARGE_DELTA and significantly else "B"


def mantel_haenszel(right: npt.ArrayLike, focal: npt.ArrayLike, stratum: npt.ArrayLike) -> MantelHaenszel | None:
    """Compare right answers of two groups within strata of equally able persons.

    Args:
        right: 1 for a right and 0 for a wrong answer, shape (answers,).
        focal: Whether the person is in the focal group, shape (answers,).
        stratum: Whole number from 0, the same for matched persons, shape (answers,).

    Returns:
        The comparison, or None where the odds ratio is 0, infinite or undefined: in no stratum some of the one group
        are right and some of the other wrong, one way or the other.

    Reference:
        Mantel & Haenszel (1959); Holland & Thayer (1988); Robins, Breslow & Greenland (1986) for the standard error.
    """
    wrong, inside, level = 1 - np.asarray(right, dtype=np.int64), np.asarray(focal, dtype=np.int64), np.asarray(stratum)
    cells = np.bincount(level * 4 + inside * 2 + wrong, minlength=4 * (int(level.max()) + 1))
    a, b, c, d = cells.reshape(-1, 4).astype(np.float64).T
    both = (a + b > 0) & (c + d > 0)
    a, b, c, d = (column[both] for column in (a, b, c, d))
    total = a + b + c + d
    concordant, discordant = a * d / total, b * c / total
    r, s = float(concordant.sum()), float(discordant.sum())
    if r == 0 or s == 0:
        return None
    p, q = (a + d) / total, (b + c) / total
    variance = (
        float(p @ concordant) / (2 * r * r)
        + float(p @ discordant + q @ concordant) / (2 * r * s)
        + float(q @ discordant) / (2 * s * s)
    )
    expected = (a + b) * (a + c) / total
    spread = (a + b) * (c + d) * (a + c) * (b + d) / (total * total * (total - 1))
    chi_squared = max(0.0, abs(float((a - expected).sum())) - 0.5) ** 2 / float(spread.sum())
    return MantelHaenszel(
        odds_ratio=r / s,
        delta=DELTA_UNIT * math.log(r / s),
        standard_error=-DELTA_UNIT * math.sqrt(variance),
        chi_squared=chi_squared,
        p_value=float(chdtrc(1, chi_squared)),
    )
