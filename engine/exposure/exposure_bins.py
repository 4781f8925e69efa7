"""Exposure control within bins of the ability estimate, beside the control over all sittings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from engine.ability.ability_grid import mean_and_sd, posterior_of
from engine.blueprints.testlets import Testlets, least, shared
from engine.design import ExamDesign, PreparedExam
from engine.errors import InvalidParameters
from engine.exposure.eligibility import (
    DEFAULT_FADING,
    ExposureCounts,
    counted,
    eligibility_probabilities,
    marked,
    merge,
)
from engine.randomness import generator
from engine.response_models import FloatArray, IntArray, ItemPool

BoolArray = npt.NDArray[np.bool_]
# With an even number of bins a boundary lies exactly where every sitting begins, at the mean of the prior. The order in
# which a processor sums, or the digits that a record keeps, must not decide on which side the estimate is; rounding
# would only move the question to another place that a design may lie on.
BOUNDARY_MARGIN = 1e-9


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

    Raises:
        InvalidParameters: If a bin counts other items than `overall`.
    """

    overall: ExposureCounts
    bins: tuple[ExposureCounts, ...]

    def __post_init__(self) -> None:
        for place, part in enumerate(self.bins):
            if part.item_ids != self.overall.item_ids:
                raise InvalidParameters(f"the exposure counts of bin {place} are not about the items counted overall")

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
    """Return the abilities that part the bins: quantiles of the population's prior, so that all bins are in use."""
    shares = np.arange(1, design.exposure_bins) / design.exposure_bins
    return tuple((design.population_mean + design.population_sd * ndtri(shares)).tolist())


def bin_of(design: ExamDesign, theta: float) -> int:
    """Return the bin of an ability estimate, from 0."""
    return int(bins_of(design, np.array(theta)))


def bins_of(design: ExamDesign, thetas: FloatArray) -> IntArray:
    """Return the bins of ability estimates, from 0, of the same shape.

    An estimate on a boundary is in the upper bin, and so is one less than `BOUNDARY_MARGIN` below it.
    """
    boundaries = np.array(bin_boundaries(design)) - BOUNDARY_MARGIN
    return np.asarray(np.searchsorted(boundaries, thetas, side="right"), dtype=np.int64)


def bins_of_sitting(exam: PreparedExam, responses: Sequence[tuple[str, int]]) -> tuple[int, ...]:
    """Return the bin in which the estimate was when each item of a sitting was chosen.

    Args:
        exam: The prepared exam.
        responses: Item id and scored response of every answer, in order.

    Returns:
        One bin per answer.
    """
    log_posterior = np.array(exam.grid.log_prior)
    bins: list[int] = []
    items = [exam.pool.index_of(item_id) for item_id, _response in responses]
    scores = [response for _item_id, response in responses]
    for number in range(1, len(responses) + 1):
        theta, _standard_error = mean_and_sd(exam.grid.nodes, posterior_of(log_posterior))
        bins.append(bin_of(exam.design, theta))
        log_posterior += exam.answer_likelihood.added_by_last(items[:number], scores[:number])
    return tuple(bins)


def eligibility_by_bin(counts: BinnedCounts, pool: ItemPool, *, maximum_rate: float) -> FloatArray:
    """Return the probabilities with which the items are eligible in the next sitting.

    Args:
        counts: Counts so far, of these or other items.
        pool: The items of the exam.
        maximum_rate: Largest share of sittings that should administer an item, in all and among those in a bin.

    Returns:
        Probabilities, shape (1 + bins, items): over all sittings first, then in each bin.

    Raises:
        InvalidSetting: If the maximum rate is impossible.
    """
    parts = (counts.overall, *counts.bins)
    return np.stack(
        [eligibility_probabilities(part.for_items(pool.item_ids), maximum_rate=maximum_rate) for part in parts]
    )


def marks_of_draw(eligible: FloatArray, *, seed: int, testlets: Testlets = ()) -> BoolArray:
    """Draw the items that sit out one sitting, and those that sit out parts of it.

    One random number an item serves for all bins, so the draw over all sittings is that of `draw_ineligible`.

    Args:
        eligible: Probabilities of being eligible, as `eligibility_by_bin` gives them, shape (1 + bins, items).
        seed: Seed of the sitting.
        testlets: Testlets of the pool, each of which sits out whole.

    Returns:
        Marks of the same shape: items kept back in the whole sitting, then those kept back besides in each bin.

    Reference:
        van der Linden & Veldkamp (2007), conditional item eligibility.
    """
    draws = generator(seed, 0, "eligibility").random((eligible.shape[1],))
    marks = shared(testlets, draws) >= least(testlets, eligible)
    marks[1:] &= ~marks[0]
    return np.asarray(marks)


def named_draw(marks: BoolArray, pool: ItemPool) -> EligibilityDraw:
    """Return a draw with the ids of the items in place of marks, shape (1 + bins, items)."""
    named = [tuple(pool.item_ids[item] for item in np.flatnonzero(row).tolist()) for row in marks]
    return EligibilityDraw(everywhere=named[0], by_bin=tuple(named[1:]))


def draw_ineligible_by_bin(counts: BinnedCounts, pool: ItemPool, *, maximum_rate: float, seed: int) -> EligibilityDraw:
    """Draw the items that sit out one sitting, and those that sit out parts of it.

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
    eligible = eligibility_by_bin(counts, pool, maximum_rate=maximum_rate)
    return named_draw(marks_of_draw(eligible, seed=seed, testlets=pool.testlets), pool)


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
    marks = np.stack([marked(counts.overall, ids) for ids in (draw.everywhere, *draw.by_bin)])
    places = np.array([place for _item_id, place in administered], dtype=np.int64)
    items = counts.overall.positions_of([item_id for item_id, _place in administered])
    return counted_by_bin(counts, marks, items, places, fading=fading)


def counted_by_bin(
    counts: BinnedCounts, marks: BoolArray, items: IntArray, places: IntArray, *, fading: float = DEFAULT_FADING
) -> BinnedCounts:
    """Count one finished sitting whose items are marked, not named.

    Args:
        counts: Counts so far, over the same items in every bin.
        marks: Items kept back in the whole sitting, and besides in each bin, shape (1 + bins, items).
        items: Positions of the items given, shape (given,).
        places: Bin of the estimate when each was chosen, shape (given,).
        fading: Weight that earlier sittings keep, above 0 and at most 1; a bin forgets only when it is visited.

    Returns:
        The new counts.

    Raises:
        InvalidSetting: If the fading is impossible.
    """
    visited = sorted(set(places.tolist())) if counts.bins else []
    # An item was eligible in the sitting if it was so in any bin that the sitting visited.
    nowhere = marks[0] | marks[1:][visited].all(axis=0) if visited else marks[0]
    bins = list(counts.bins)
    for place in visited:
        given = _given(items[places == place], marks.shape[1])
        bins[place] = counted(bins[place], marks[0] | marks[1 + place], given, fading=fading)
    overall = counted(counts.overall, nowhere, _given(items, marks.shape[1]), fading=fading)
    return BinnedCounts(overall=overall, bins=tuple(bins))


def _given(items: IntArray, size: int) -> BoolArray:
    given = np.zeros(size, dtype=np.bool_)
    given[items] = True
    return given


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
