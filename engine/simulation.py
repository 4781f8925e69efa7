"""Simulated exam programmes: many examinees of known ability taken through the functions that deliver real sittings."""

from collections.abc import Callable, Sequence

import numpy as np

from engine.design import PreparedExam
from engine.errors import InvalidParameters, InvalidSetting
from engine.exposure_bins import BinnedCounts, EligibilityDraw, bins_of_sitting, draw_ineligible_by_bin, update_by_bin
from engine.outcomes import outcomes
from engine.randomness import generator
from engine.response_models import FloatArray, IntArray, ItemPool
from engine.simulation_report import SimulatedSitting, SimulationReport, summarise
from engine.sitting import SittingState, record, start


def simulate(
    exam: PreparedExam,
    *,
    examinees: int,
    seed: int,
    ability_mean: float = 0.0,
    ability_sd: float = 1.0,
    true_pool: ItemPool | None = None,
    maximum_exposure: float | None = None,
    keep_sittings: bool = False,
    on_progress: Callable[[int, int], None] | None = None,
) -> SimulationReport:
    """Take simulated examinees through an exam, one after the other.

    Args:
        exam: The prepared exam.
        examinees: Number of examinees, 1 or more.
        seed: Seed of the whole simulation, 0 or more.
        ability_mean: Mean of the normal distribution of true ability.
        ability_sd: Its standard deviation, 0 or more.
        true_pool: Items whose parameters generate the responses, by id; the exam's own unless given.
        maximum_exposure: Largest share of sittings for one item; the design's unless given.
        keep_sittings: Whether the report holds the sittings themselves.
        on_progress: Called after each sitting with the number done and the number of all.

    Returns:
        The report.

    Raises:
        InvalidSetting: If an option is impossible.
        UnknownItem: If the true pool lacks an item of the exam.
        InvalidParameters: If the true pool scores an item over other categories.

    Reference:
        Morris, White & Crowther (2019) for Monte-Carlo standard errors.
    """
    if examinees < 1:
        raise InvalidSetting(f"examinees must be 1 or more, not {examinees}")
    if not (np.isfinite(ability_mean) and np.isfinite(ability_sd) and ability_sd >= 0):
        raise InvalidSetting(
            f"ability needs a finite mean and an sd of 0 or more, not {ability_mean!r}, {ability_sd!r}"
        )
    truth = _aligned(true_pool or exam.pool, exam.pool)
    rate = exam.design.maximum_exposure if maximum_exposure is None else maximum_exposure
    bins = exam.design.exposure_bins if exam.design.exposure_bins > 1 else 0
    counts = BinnedCounts.none_yet(exam.pool.item_ids, bins=bins)
    draw = EligibilityDraw(everywhere=(), by_bin=((),) * bins)
    sittings: list[SimulatedSitting] = []
    for number in range(examinees):
        draws = generator(seed, number, "examinee")
        theta = ability_mean + ability_sd * float(draws.standard_normal())
        sitting_seed = int(draws.integers(2**62))
        if rate is not None:
            draw = draw_ineligible_by_bin(counts, exam.pool, maximum_rate=rate, seed=sitting_seed)
        sitting = simulate_sitting(
            exam,
            seed=sitting_seed,
            theta=theta,
            truth=truth,
            ineligible=draw.everywhere,
            ineligible_by_bin=draw.by_bin,
        )
        counts = update_by_bin(counts, draw, _given(exam, sitting))
        sittings.append(sitting)
        if on_progress is not None:
            on_progress(number + 1, examinees)
    return summarise(exam, sittings, keep_sittings=keep_sittings)


def simulate_sitting(
    exam: PreparedExam,
    *,
    seed: int,
    theta: float,
    truth: ItemPool,
    ineligible: Sequence[str] = (),
    ineligible_by_bin: Sequence[Sequence[str]] = (),
) -> SimulatedSitting:
    """Take one examinee of known ability through an exam.

    Args:
        exam: The prepared exam.
        seed: Seed of the sitting, on which the responses depend too.
        theta: True ability.
        truth: Items whose parameters generate the responses, in the order of the exam's pool.
        ineligible: Ids of the items that exposure control keeps back.
        ineligible_by_bin: Ids of those kept back besides in each exposure bin of the design.

    Returns:
        The finished sitting with its outcome.
    """
    state = start(exam, seed=seed, ineligible=ineligible, ineligible_by_bin=ineligible_by_bin)
    draws = generator(seed, 0, "responses").random(exam.design.maximum_length)
    chances = _chances(truth, theta)
    while state.next_item is not None:
        response = int((draws[len(state.responses)] < chances[state.next_item]).sum())
        state = record(exam, state, item_id=exam.pool.item_ids[state.next_item], response=response)
    return SimulatedSitting(
        seed=seed,
        theta=theta,
        ineligible=state.ineligible,
        responses=_by_id(exam, state),
        finish_reason=str(state.finish_reason),
        outcome=outcomes(exam, state),
        violations=exam.tree.violations(state.administered),
        ineligible_by_bin=state.ineligible_by_bin,
    )


def _given(exam: PreparedExam, sitting: SimulatedSitting) -> list[tuple[str, int]]:
    """Return the items of a sitting with the exposure bins in which they were chosen."""
    bins = bins_of_sitting(exam, sitting.responses) if sitting.ineligible_by_bin else (0,) * len(sitting.responses)
    return [(item_id, place) for (item_id, _response), place in zip(sitting.responses, bins, strict=True)]


def _by_id(exam: PreparedExam, state: SittingState) -> tuple[tuple[str, int], ...]:
    return tuple(zip((exam.pool.item_ids[item] for item in state.administered), state.responses, strict=True))


def _chances(truth: ItemPool, theta: float) -> FloatArray:
    """Return the probabilities of a score of at least 1, 2, …, shape (items, categories - 1)."""
    shares = np.exp(truth.log_probabilities([theta])[:, :0:-1, 0])
    return np.asarray(shares.cumsum(axis=1)[:, ::-1])


def _aligned(source: ItemPool, target: ItemPool) -> ItemPool:
    """Return the source's parameters in the order of the target's items."""
    places = [source.index_of(item_id) for item_id in target.item_ids]
    _refuse_other_categories(source.category_counts[places], target)
    return ItemPool(
        target.item_ids,
        source.discrimination[places],
        source.difficulty[places],
        target.units,
        target.elements,
        target.criteria,
        groups=source.groups_for(target.item_ids),
    )


def _refuse_other_categories(counts: IntArray, target: ItemPool) -> None:
    differs = counts != target.category_counts
    if differs.any():
        item = int(np.argmax(differs))
        raise InvalidParameters(
            f"item {target.item_ids[item]!r} is scored from 0 to {target.category_counts[item] - 1}, "
            f"but its true parameters score it from 0 to {counts[item] - 1}"
        )
