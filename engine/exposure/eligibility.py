"""Exposure control by random item eligibility: items seen too often sit out some sittings."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.blueprints.testlets import least, shared
from engine.errors import InvalidParameters, InvalidSetting, UnknownItem
from engine.randomness import generator
from engine.response_models import FloatArray, IntArray, ItemPool

DEFAULT_FADING = 0.999
# Sittings within which an item is to give back what it was given too often. Fewer would make an item's absence
# predictable, more let chance pile up: the excess stays within √(r(1 - r)·horizon/2) of 0, two sittings at r = 0.25.
CORRECTION_HORIZON = 20
# Share of the rate aimed at that an item keeps however much it was given. A blueprint that left no choice may have
# given it to everybody for years; to pay all that back at once would lock it out for as long once it has company.
LEAST_SHARE_OF_RATE = 0.25
# Somebody has to be given every question: no control keeps rates below mean length over items, and one that aims
# there keeps all items back and leaves the choice to blueprint and weights. So much above it leaves something to draw.
ROOM_ABOVE_LEAST_RATE = 1.05


@dataclass(frozen=True, eq=False)
class ExposureCounts:
    """How often each item was eligible and was administered, old sittings counting for less.

    Args:
        item_ids: Ids of the items.
        eligible: Sittings in which the item was eligible, shape (items,).
        administered: Sittings in which it was given, shape (items,).
        sittings: All sittings, faded alike.

    Raises:
        InvalidParameters: If a count is not a number of 0 or more for each item, or an item is counted twice.
    """

    item_ids: tuple[str, ...]
    eligible: FloatArray
    administered: FloatArray
    sittings: float

    def __post_init__(self) -> None:
        if len(set(self.item_ids)) != len(self.item_ids):
            twice = min(item_id for item_id, times in Counter(self.item_ids).items() if times > 1)
            raise InvalidParameters(f"exposure counts need every item once, not {twice!r} twice")
        if not 0 <= self.sittings < inf:
            raise InvalidParameters(f"exposure counts need a finite number of sittings from 0, not {self.sittings!r}")
        for name in ("eligible", "administered"):
            column = np.array(getattr(self, name), dtype=np.float64)
            if column.shape != (len(self.item_ids),) or not (np.isfinite(column) & (column >= 0)).all():
                raise InvalidParameters(f"exposure counts need one {name} count of 0 or more per item")
            column.setflags(write=False)
            object.__setattr__(self, name, column)

    @classmethod
    def none_yet(cls, item_ids: Sequence[str]) -> "ExposureCounts":
        """Return the counts before any sitting."""
        return cls(tuple(item_ids), np.zeros(len(item_ids)), np.zeros(len(item_ids)), 0.0)

    def for_items(self, item_ids: Sequence[str]) -> "ExposureCounts":
        """Return the counts of the given items, in their order, 0 for items not counted so far."""
        if item_ids is self.item_ids:
            return self
        places = {item_id: index for index, item_id in enumerate(self.item_ids)}
        columns = np.zeros((2, len(item_ids)))
        for index, item_id in enumerate(item_ids):
            if item_id in places:
                columns[:, index] = self.eligible[places[item_id]], self.administered[places[item_id]]
        return ExposureCounts(tuple(item_ids), columns[0], columns[1], self.sittings)

    def positions_of(self, item_ids: Sequence[str]) -> IntArray:
        """Return the positions of items among those counted.

        Raises:
            UnknownItem: If an id is not among them.
        """
        places = {item_id: index for index, item_id in enumerate(self.item_ids)}
        unknown = set(item_ids).difference(places)
        if unknown:
            raise UnknownItem(f"item {min(unknown)!r} is not among the items whose exposure is counted")
        return np.array([places[item_id] for item_id in item_ids], dtype=np.int64)

    def to_dict(self) -> dict[str, Any]:
        """Return the counts as plain values, ready for JSON."""
        return {
            "item_ids": list(self.item_ids),
            "eligible": self.eligible.tolist(),
            "administered": self.administered.tolist(),
            "sittings": self.sittings,
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> "ExposureCounts":
        """Return the counts that `to_dict` wrote.

        Raises:
            InvalidParameters: If a field is missing or has a value that no counts have.
        """
        try:
            columns = (
                tuple(document["item_ids"]),
                np.array(document["eligible"], dtype=np.float64),
                np.array(document["administered"], dtype=np.float64),
                float(document["sittings"]),
            )
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise InvalidParameters(
                f"exposure counts are item_ids, eligible, administered and sittings: {error} is missing or wrong"
            ) from error
        return cls(*columns)

    def rates(self) -> FloatArray:
        """Return the share of sittings in which each item was administered, shape (items,)."""
        return self.administered / self.sittings if self.sittings else np.zeros(len(self.item_ids))


def eligibility_probabilities(counts: ExposureCounts, *, maximum_rate: float) -> FloatArray:
    """Return the probability with which each item is eligible in the next sitting.

    With ε sittings in which an item was eligible, α in which it was given and n in all, N items of which L were given
    in a sitting on average, an item is eligible with probability min(1, r*·max(ε, α)/α), where
    r* = min(q, max(q/4, q - (α - q·n)/h)) and q = min(1, max(r, 1.05·L/N)). The published rule has r* = r; it reaches
    the rate r in the long run and lets what chance gave too much stand. Here that excess is given back within the
    horizon h, but a quarter of the rate is left to every item. What an item was given too rarely is not made up for, or
    a new item would be in every sitting until it has caught up with the old ones. A rate below L/N cannot be kept (see
    `least_rate`); the control comes as near to it as leaves something to draw. Counts with α above ε are old ones,
    kept when an item that was given although it was to sit out did not count as eligible.

    Args:
        counts: Counts so far.
        maximum_rate: Largest share r of sittings that should administer an item, above 0 and at most 1.

    Returns:
        Probabilities, shape (items,); 1 for items never administered.

    Raises:
        InvalidSetting: If the maximum rate is impossible.

    Reference:
        van der Linden & Veldkamp (2004, 2007).
    """
    if not 0 < maximum_rate <= 1:
        raise InvalidSetting(f"the maximum exposure rate must be above 0 and at most 1, not {maximum_rate!r}")
    given = counts.administered > 0
    eligible = np.maximum(counts.eligible, counts.administered)
    ratio = np.divide(eligible, counts.administered, out=np.ones_like(eligible), where=given)
    aim = _rate_aimed_at(counts, maximum_rate)
    excess = np.maximum(counts.administered - aim * counts.sittings, 0.0)
    rate = np.maximum(aim - excess / CORRECTION_HORIZON, LEAST_SHARE_OF_RATE * aim)
    return np.where(given, np.minimum(1.0, rate * ratio), 1.0)


def _rate_aimed_at(counts: ExposureCounts, maximum_rate: float) -> float:
    mean_rate = float(counts.rates().mean()) if counts.item_ids else 0.0
    return min(1.0, max(maximum_rate, ROOM_ABOVE_LEAST_RATE * mean_rate))


def draw_ineligible(counts: ExposureCounts, pool: ItemPool, *, maximum_rate: float, seed: int) -> tuple[str, ...]:
    """Draw the items that sit out one sitting; a testlet sits out whole, by one random number and its rarest item.

    Args:
        counts: Counts so far, of these or other items.
        pool: The items of the exam.
        maximum_rate: Largest share of sittings that should administer an item.
        seed: Seed of the sitting.

    Returns:
        Ids of the ineligible items, in the order of the pool.
    """
    eligible = eligibility_probabilities(counts.for_items(pool.item_ids), maximum_rate=maximum_rate)
    eligible = least(pool.testlets, eligible)
    draws = shared(pool.testlets, generator(seed, 0, "eligibility").random(len(pool)))
    return tuple(item_id for item_id, out in zip(pool.item_ids, (draws >= eligible).tolist(), strict=True) if out)


def update(
    counts: ExposureCounts,
    ineligible: Sequence[str],
    administered: Sequence[str],
    *,
    fading: float = DEFAULT_FADING,
) -> ExposureCounts:
    """Count one finished sitting.

    Args:
        counts: Counts so far.
        ineligible: Ids of the items that sat it out.
        administered: Ids of the items given in it.
        fading: Weight that earlier sittings keep, above 0 and at most 1; 1 forgets nothing.

    Returns:
        The new counts.

    Raises:
        UnknownItem: If an id is not among the counted items.
        InvalidSetting: If the fading is impossible.
    """
    return counted(counts, marked(counts, ineligible), marked(counts, administered), fading=fading)


def counted(
    counts: ExposureCounts,
    ineligible: npt.NDArray[np.bool_],
    administered: npt.NDArray[np.bool_],
    *,
    fading: float = DEFAULT_FADING,
) -> ExposureCounts:
    """Count one finished sitting whose items are marked, not named.

    An item that was given counts as eligible too. Where the blueprint leaves no other, one that was to sit out is given
    all the same; were it counted as given alone, ε/α would fall to 0 and the item would never be eligible again.

    Args:
        counts: Counts so far.
        ineligible: Whether each counted item was to sit it out, shape (items,).
        administered: Whether each was given in it, shape (items,).
        fading: Weight that earlier sittings keep, above 0 and at most 1; 1 forgets nothing.

    Returns:
        The new counts.

    Raises:
        InvalidSetting: If the fading is impossible.
    """
    if not 0 < fading <= 1:
        raise InvalidSetting(f"fading must be above 0 and at most 1, not {fading!r}")
    return ExposureCounts(
        counts.item_ids,
        fading * counts.eligible + (~ineligible | administered),
        fading * counts.administered + administered,
        fading * counts.sittings + 1,
    )


def merge(first: ExposureCounts, second: ExposureCounts) -> ExposureCounts:
    """Return the counts of two processes together; items that only one of them knows are kept."""
    item_ids = tuple(dict.fromkeys(first.item_ids + second.item_ids))
    left, right = first.for_items(item_ids), second.for_items(item_ids)
    return ExposureCounts(
        item_ids,
        left.eligible + right.eligible,
        left.administered + right.administered,
        left.sittings + right.sittings,
    )


def marked(counts: ExposureCounts, item_ids: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Return which of the counted items are among the given ones, shape (items,).

    Raises:
        UnknownItem: If an id is not among the counted items.
    """
    marks = np.zeros(len(counts.item_ids), dtype=np.bool_)
    marks[counts.positions_of(item_ids)] = True
    return marks
