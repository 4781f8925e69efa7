"""Exposure control within bins of the ability estimate, beside the control over all sittings."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtri

from engine.ability_grid import mean_and_sd, posterior_of
from engine.design import ExamDesign, PreparedExam
from engine.errors import InvalidParameters
from engine.exposure import DEFAULT_FADING, ExposureCounts, eligibility_probabilities, merge, update
from engine.randomness import generator
from engine.response_models import FloatArray, ItemPool


@dataclass(frozen=True, slots=True, kw_only=True)
class EligibilityDraw:
    """The items that sit out one sitting, drawn once and kept with it.

    Args:
        everywhere: Ids of the items kept back in the whole sitting.
        by_bin: For each bin, ids of the items kept back besides while the estimate is in it.
    """

    everywhere: tuple[str, ...]
    by_bin: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class BinnedCounts:
    """Exposure counts over all sittings and over those that visited each bin.

    Args:
        overall: Counts over all sittings.
        bins: Counts of each bin, over the sittings whose estimate was in it when an item was chosen.
    """

    overall: ExposureCounts
    bins: tuple[ExposureCounts, ...]

    @classmethod
    def none_yet(cls, item_ids: Sequence[str], *, bins: int) -> "BinnedCounts":
        """Return the counts before any sitting."""
        return cls(
            overall=ExposureCounts.none_yet(item_ids),
            bins=tuple(ExposureCounts.none_yet(item_ids) for _ in range(bins)),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the counts as plain values, ready for JSON."""
        return {"overall": self.overall.to_dict(), "bins": [counts.to_dict() for counts in self.bins]}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> "BinnedCounts":
        """Return the counts that `to_dict` wrote.

        Raises:
            InvalidParameters: If a field is missing or has a value that no counts have.
        """
        if not {"overall", "bins"} <= document.keys():
            raise InvalidParameters(f"binned exposure counts have overall and bins, not {', '.join(document)}")
        return cls(
            overall=ExposureCounts.from_dict(document["overall"]),
            bins=tuple(ExposureCounts.from_dict(counts) for counts in document["bins"]),
        )


def bin_boundaries(design: ExamDesign) -> tuple[float, ...]:
    """Return the abilities that part the bins: quantiles of the prior, so that all bins are in use."""
    shares = np.arange(1, design.exposure_bins) / design.exposure_bins
    return tuple((design.prior_mean + design.prior_sd * ndtri(shares)).tolist())


def bin_of(design: ExamDesign, theta: float) -> int:
    """Return the bin of an ability estimate, from 0."""
    return bisect_right(bin_boundaries(design), theta)


def bins_of_sitting(exam: PreparedExam, responses: Sequence[tuple[str, int]]) -> tuple[int, ...]:
    """Return the bin in which the estimate was when each item of a sitting was chosen.

    Args:
        exam: The prepared exam.
        responses: Item id and scored response of every answer, in order.

    Returns:
        One bin per answer.
    """
    log_posterior = np.array(exam.grid.log_prior)
    bins = []
    for item_id, response in responses:
        theta, _standard_error = mean_and_sd(exam.grid.nodes, posterior_of(log_posterior))
        bins.append(bin_of(exam.design, theta))
        log_posterior += exam.log_probabilities[exam.pool.index_of(item_id), response]
    return tuple(bins)


def draw_ineligible_by_bin(counts: BinnedCounts, pool: ItemPool, *, maximum_rate: float, seed: int) -> EligibilityDraw:
    """Draw the items that sit out one sitting, and those that sit out parts of it.

    One random number an item serves for all bins, so the draw over all sittings is that of `draw_ineligible`.

    Args:
        counts: Counts so far, of these or other items.
        pool: The items of the exam.
        maximum_rate: Largest share of sittings that should administer an item, in all and among those in a bin.
        seed: Seed of the sitting.

    Returns:
        The draw, to be kept with the sitting.

    Raises:
        InvalidSetting: If the maximum rate is impossible.

    Reference:
        van der Linden & Veldkamp (2007), conditional item eligibility.
    """
    draws = generator(seed, 0, "eligibility").random(len(pool))

    def drawn(part: ExposureCounts) -> FloatArray:
        return eligibility_probabilities(part.for_items(pool.item_ids), maximum_rate=maximum_rate)

    out = draws >= drawn(counts.overall)
    by_bin = (np.flatnonzero((draws >= drawn(part)) & ~out).tolist() for part in counts.bins)
    return EligibilityDraw(
        everywhere=tuple(pool.item_ids[item] for item in np.flatnonzero(out).tolist()),
        by_bin=tuple(tuple(pool.item_ids[item] for item in items) for items in by_bin),
    )


def update_by_bin(
    counts: BinnedCounts,
    draw: EligibilityDraw,
    administered: Sequence[tuple[str, int]],
    *,
    fading: float = DEFAULT_FADING,
) -> BinnedCounts:
    """Count one finished sitting.

    Args:
        counts: Counts so far.
        draw: The draw that the sitting kept.
        administered: Id of each item given, with the bin of the estimate when it was chosen.
        fading: Weight that earlier sittings keep, above 0 and at most 1; a bin forgets only when it is visited.

    Returns:
        The new counts.

    Raises:
        UnknownItem: If an id is not among the counted items.
        InvalidSetting: If the fading is impossible.
    """
    kept_back = [set(draw.everywhere).union(ids) for ids in draw.by_bin]
    visited = {place for _item_id, place in administered} if draw.by_bin else set()
    # An item was eligible in the sitting if it was so in any bin that the sitting visited.
    nowhere = set.intersection(*(kept_back[place] for place in visited)) if visited else set(draw.everywhere)
    given = [item_id for item_id, _place in administered]
    bins = [
        update(
            part,
            sorted(kept_back[place]),
            [item_id for item_id, where in administered if where == place],
            fading=fading,
        )
        if place in visited
        else part
        for place, part in enumerate(counts.bins)
    ]
    return BinnedCounts(overall=update(counts.overall, sorted(nowhere), given, fading=fading), bins=tuple(bins))


def merge_by_bin(first: BinnedCounts, second: BinnedCounts) -> BinnedCounts:
    """Return the counts of two processes together; items that only one of them knows are kept.

    Raises:
        InvalidParameters: If they have not the same number of bins.
    """
    if len(first.bins) != len(second.bins):
        raise InvalidParameters(f"counts in {len(first.bins)} bins cannot be merged with {len(second.bins)}")
    return BinnedCounts(
        overall=merge(first.overall, second.overall),
        bins=tuple(merge(one, other) for one, other in zip(first.bins, second.bins, strict=True)),
    )
