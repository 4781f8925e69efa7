"""Fractions of the score that other programs give to each option, and how far they are our rule.

Ours is all or nothing, or a point for each right option less a point for each wrong one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from itembank.exchange.item_file import Loss

#: Their fractions are rounded to five digits, some by hand to two.
_ALIKE = 0.6


@dataclass(frozen=True, slots=True)
class Credit:
    """Which options are right, whether they count one by one, and what of the fractions gets lost."""

    right: tuple[bool, ...]
    partial: bool
    lost: tuple[Loss, ...]


def credit_for_one(fractions: Sequence[float]) -> Credit:
    """Read the fractions of a question with one right option; only the full score makes an option right."""
    halves = [fraction for fraction in fractions if 0 < fraction < 100]
    lost = tuple(Loss("fraction", f"{fraction:g} %") for fraction in halves)
    return Credit(tuple(fraction >= 100 for fraction in fractions), False, lost)


def credit_for_several(fractions: Sequence[float]) -> Credit:
    """Read the fractions of a question with several right options: those with any score."""
    right = tuple(fraction > 0 for fraction in fractions)
    share = 100 / max(sum(right), 1)
    even = all(_alike(fraction, share) for fraction in fractions if fraction > 0)
    costs = all(_alike(fraction, -share) for fraction in fractions if fraction <= 0)
    if even and costs and sum(right) > 1:
        return Credit(right, True, ())
    if even and sum(right) == 1:
        return Credit(right, False, ())
    told = ", ".join(f"{fraction:g}" for fraction in fractions)
    return Credit(right, False, (Loss("fraction", f"{told} %; all or nothing here"),))


def _alike(one: float, other: float) -> bool:
    return abs(one - other) < _ALIKE
