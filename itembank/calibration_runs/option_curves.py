"""What share of each group of ability chose each option of an item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

FIFTHS = 5
#: Fewer answers than these to a group make its shares a matter of chance.
FEWEST_IN_GROUP = 10


@dataclass(frozen=True, slots=True)
class AbilityGroup:
    """Examinees of like ability: their mean ability, how many, and the share that chose each option."""

    ability: float
    count: int
    shares: tuple[float, ...]


def option_curves(chosen: Sequence[set[int]], ability: Sequence[float], *, n_options: int) -> tuple[AbilityGroup, ...]:
    """Cut the answers to an item into fifths of ability, or fewer groups where the answers don't suffice.

    Args:
        chosen: Positions of the options of each answer, shape (answers,).
        ability: Ability of the person of each answer, shape (answers,).
        n_options: How many options the item has.

    Returns:
        The groups in order of ability; equal abilities stay together. None for fewer answers than two groups need.
    """
    groups = min(FIFTHS, len(chosen) // FEWEST_IN_GROUP)
    if groups < 2:
        return ()
    values = np.asarray(ability, dtype=np.float64)
    limits = np.quantile(values, np.arange(1, groups) / groups)
    place = np.searchsorted(limits, values, side="left")
    made = np.array([[position in choice for position in range(n_options)] for choice in chosen], dtype=np.float64)
    return tuple(
        AbilityGroup(
            ability=float(values[place == group].mean()),
            count=int(np.sum(place == group)),
            shares=tuple(made[place == group].mean(axis=0).tolist()),
        )
        for group in np.unique(place)
    )
