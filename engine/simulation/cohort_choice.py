"""The next items of a cohort: the first items of the shadow tests, without putting the whole tests together."""

import numpy as np

from engine.exposure.exposure_bins import bins_of
from engine.randomness import generator
from engine.response_models import FloatArray, IntArray
from engine.selection.selection_weights import item_weights
from engine.simulation.cohort import BoolArray, Cohort
from engine.simulation.cohort_room import CohortRoom

# Weights of so many numbers stay in the processor's cache.
CHUNK_NUMBERS = 65536


def next_items(cohort: Cohort, rows: IntArray, posterior: FloatArray, *, answered: int) -> IntArray:
    """Choose the next item of each of some sittings.

    Under nested bounds the shadow test is put together greedily, so its first item is the heaviest that fits: eligible
    ones go before those that exposure control keeps back, and among equal ones that which stands first in the pool.

    Args:
        cohort: The sittings; the exposure bin of each choice is noted in it.
        rows: The sittings to choose for, shape (sittings,).
        posterior: Their posteriors, shape (sittings, nodes).
        answered: Answers of each of them.

    Returns:
        Pool positions, shape (sittings,).

    Reference:
        van der Linden & Reese (1998) for shadow tests; Edmonds (1971) for the greedy algorithm.
    """
    exam = cohort.tables.exam
    thetas = posterior @ exam.grid.nodes
    kept_back = _kept_back(cohort, rows, thetas, answered=answered)
    eligible = cohort.unanswered[rows]
    if kept_back is not None:
        eligible &= ~kept_back
    length = exam.design.planned_length(answered)
    if cohort.room is not None:
        eligible &= cohort.room.of(rows).fits(length=length)[:, cohort.tables.groups.group_of_item]
    chosen, left = np.full(rows.size, -1, dtype=np.int64), np.arange(rows.size)
    if cohort.tables.shortlists is not None:
        chosen, certain = cohort.tables.shortlists.best(thetas, eligible, left)
        left = left[~certain]
    size = max(CHUNK_NUMBERS // len(exam.pool), 1)
    for start in range(0, left.size, size):
        part = left[start : start + size]
        chosen[part] = _best(
            cohort,
            rows[part],
            weights=_weights(cohort, rows[part], thetas[part], posterior[part], answered=answered),
            eligible=eligible[part],
            answered=answered,
        )
    return chosen


def _kept_back(cohort: Cohort, rows: IntArray, thetas: FloatArray, *, answered: int) -> BoolArray | None:
    if cohort.kept_back is None:
        return None
    kept_back = cohort.kept_back[rows]
    if cohort.kept_back_by_bin is not None:
        bins = bins_of(cohort.tables.exam.design, thetas)
        cohort.bins[rows, answered] = bins
        kept_back |= cohort.kept_back_by_bin[rows, bins]
    return kept_back


def _weights(cohort: Cohort, rows: IntArray, thetas: FloatArray, posterior: FloatArray, *, answered: int) -> FloatArray:
    exam = cohort.tables.exam
    if exam.design.selection == "information-at-cut":
        return np.broadcast_to(exam.information_at_cut, (rows.size, len(exam.pool)))
    return np.stack(
        [
            item_weights(exam, seed=cohort.seeds[row], position=answered + 1, theta=theta, posterior=own)
            for row, theta, own in zip(rows.tolist(), thetas.tolist(), posterior, strict=True)
        ]
    )


def _best(cohort: Cohort, rows: IntArray, *, weights: FloatArray, eligible: BoolArray, answered: int) -> IntArray:
    design = cohort.tables.exam.design
    room = None if cohort.room is None else cohort.room.of(rows)
    length = design.planned_length(answered)
    # Only where no eligible item fits, those that are kept back are let in.
    none_left = np.flatnonzero(~eligible.any(axis=1))
    if none_left.size:
        eligible[none_left] = cohort.unanswered[rows[none_left]]
        if room is not None:
            fits = room.of(none_left).fits(length=length)
            eligible[none_left] &= fits[:, cohort.tables.groups.group_of_item]
    first = np.asarray(np.where(eligible, weights, -np.inf).argmax(axis=1))
    drawn_from = min(design.randomesque, length - answered)
    if drawn_from == 1:
        return first
    ranked = _first_of_shadow_tests(cohort, room, weights, eligible, first, count=drawn_from, length=length)
    return np.array(
        [
            _drawn(ranked[place][ranked[place] >= 0], seed=cohort.seeds[row], position=answered + 1)
            for place, row in enumerate(rows.tolist())
        ],
        dtype=np.int64,
    )


def _first_of_shadow_tests(
    cohort: Cohort,
    room: CohortRoom | None,
    weights: FloatArray,
    eligible: BoolArray,
    first: IntArray,
    *,
    count: int,
    length: int,
) -> IntArray:
    """Return the first items of the shadow tests, the best first, shape (sittings, count); -1 where there are fewer."""
    everyone = np.arange(first.size)
    ranked = np.full((first.size, count), -1, dtype=np.int64)
    ranked[:, 0] = first
    rows, items, still = everyone, first, eligible.copy()
    for place in range(1, count):
        still[rows, items] = False
        if room is not None:
            room.take(rows, items)
            still &= room.fits(length=length)[:, cohort.tables.groups.group_of_item]
        rows = np.flatnonzero(still.any(axis=1))
        items = np.where(still[rows], weights[rows], -np.inf).argmax(axis=1)
        ranked[rows, place] = items
    return ranked


def _drawn(best: IntArray, *, seed: int, position: int) -> int:
    if best.size == 1:
        return int(best[0])
    return int(best[int(float(generator(seed, position, "randomesque").random()) * best.size)])
