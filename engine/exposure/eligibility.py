"""Exposure control by random item eligibility: items seen too often sit out some sittings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, eq=False)
class ExposureCounts:
    """How often each item was eligible and was administered, old sittings counting for less.

    Args:
        item_ids: Ids of the items.
        eligible: Sittings in which the item was eligible, shape (items,).
        administered: Sittings in which it was given, shape (items,).
        sittings: All sittings, faded alike.
    """

    item_ids: tuple[str, ...]
    eligible: FloatArray
    administered: FloatArray
    sittings: float

    def __post_init__(self) -> None:
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
            return cls(
                tuple(document["item_ids"]),
                np.array(document["eligible"], dtype=np.float64),
                np.array(document["administered"], dtype=np.float64),
                float(document["sittings"]),
            )
        except (KeyError, TypeError) as error:
            raise InvalidParameters(
                f"exposure counts are item_ids, eligible, administered and sittings: {error} is missing or wrong"
            ) from error

    def rates(self) -> FloatArray:
        """Return the share of sittings in which each item was administered, shape (items,)."""
        return self.administered / self.sittings if self.sittings else np.zeros(len(self.item_ids))


def eligibility_probabilities(counts: ExposureCounts, *, maximum_rate: float) -> FloatArray:
    """Return the probability with which each item is eligible in the next sitting.

    With ε sittings in which an item was eligible, α in which it was given and n in all, an item that may be given in a
    share r of sittings is eligible with probability min(1, r*·ε/α), where r* = min(r, max(0, r - (α - r·n)/h)). The
    published rule has r* = r; it reaches r in the long run and lets what chance gave too much stand. Here that excess
    is given back within the horizon h. What an item was given too rarely is not made up for, or a new item would be in
    every sitting until it has caught up with the old ones.

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
    ratio = np.divide(counts.eligible, counts.administered, out=np.ones_like(counts.eligible), where=given)
    excess = np.maximum(counts.administered - maximum_rate * counts.sittings, 0.0)
    rate = np.maximum(maximum_rate - excess / CORRECTION_HORIZON, 0.0)
    return np.where(given, np.minimum(1.0, rate * ratio), 1.0)


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

    Args:
        counts: Counts so far.
        ineligible: Whether each counted item sat it out, shape (items,).
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
        fading * counts.eligible + ~ineligible,
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
