"""Simulated exam programmes: many examinees of known ability taken through the rules that deliver real sittings."""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from math import ceil, isfinite
from multiprocessing import get_context

import numpy as np

from engine.design import PreparedExam
from engine.errors import InvalidSetting
from engine.exposure.exposure_bins import BinnedCounts, counted_by_bin, eligibility_by_bin, marks_of_draw
from engine.randomness import generator
from engine.response_models import ItemPool
from engine.simulation.programme import Programme, SittingGroup, TakenSittings
from engine.simulation.simulation_report import SimulationReport, summarise
from engine.simulation.single_sitting import clock_at_start, simulate_sitting
from engine.simulation.true_items import true_items

__all__ = ["simulate", "simulate_sitting"]

Progress = Callable[[int, int], None]
# A process takes longer to start than so many blocks take.
BLOCKS_WORTH_A_PROCESS = 10


def simulate(
    exam: PreparedExam,
    *,
    examinees: int,
    seed: int,
    ability_mean: float = 0.0,
    ability_sd: float = 1.0,
    true_pool: ItemPool | None = None,
    parameter_error: bool = False,
    maximum_exposure: float | None = None,
    keep_sittings: bool = False,
    on_progress: Progress | None = None,
    processes: int = 1,
    at_once: int = 1,
) -> SimulationReport:
    """Take simulated examinees through an exam.

    Without exposure control sittings do not depend on each other: they are shared out over the processes, and the
    result is the same for any number of them. With it every sitting depends on those before, so there is one process.

    Args:
        exam: The prepared exam.
        examinees: Number of examinees, 1 or more.
        seed: Seed of the whole simulation, 0 or more.
        ability_mean: Mean of the normal distribution of true ability.
        ability_sd: Its standard deviation, 0 or more.
        true_pool: Items whose parameters generate the responses, by id; the exam's own unless given.
        parameter_error: Whether the true parameters lie about those by the standard errors of the exam's items, drawn
            once from the seed.
        maximum_exposure: Largest share of sittings for one item; the design's unless given.
        keep_sittings: Whether the report holds the sittings themselves.
        on_progress: Called now and then with the number of sittings done and of all, last of all when all are done.
        processes: Most processes to use, 1 or more. Each starts anew and imports the caller's main module.
        at_once: Sittings that begin before any of them is counted, as on the day of an exam; it matters only under
            exposure control.

    Returns:
        The report.

    Raises:
        InvalidSetting: If an option is impossible, or the design stops by time and an item has no expected time.
        UnknownItem: If the true pool lacks an item of the exam.
        InvalidParameters: If the true pool scores an item over other categories.

    Reference:
        Morris, White & Crowther (2019) for simulation studies.
    """
    _refuse_impossible(examinees, seed, ability_mean, ability_sd, processes, at_once)
    clock_at_start(exam)
    programme = Programme(
        exam=exam,
        truth=true_items(true_pool, exam.pool, parameter_error=parameter_error, seed=seed),
        thetas=ability_mean + ability_sd * generator(seed, 0, "abilities").standard_normal(examinees),
        seeds=tuple(generator(seed, 0, "sittings").integers(2**62, size=examinees).tolist()),
        keep_sittings=keep_sittings,
    )
    rate = exam.design.maximum_exposure if maximum_exposure is None else maximum_exposure
    if rate is not None:
        taken = _controlled(programme, rate, at_once)
    else:
        workers = min(processes, ceil(examinees / (programme.block * BLOCKS_WORTH_A_PROCESS)))
        taken = _blocks(programme) if workers == 1 else _shared_out(programme, workers)
    parts, done = [], 0
    for part in taken:
        parts.append(part)
        done += len(part.columns.theta)
        if on_progress is not None:
            on_progress(done, examinees)
    return summarise(exam, parts, exposure_limit=rate)


def _blocks(programme: Programme) -> Iterator[TakenSittings]:
    for first, last in _ranges(programme):
        yield programme.over([programme.take(first, last)])


def _controlled(programme: Programme, rate: float, at_once: int) -> Iterator[TakenSittings]:
    """Yield sittings under exposure control: as many as begin at once share the counts of those before."""
    exam, total = programme.exam, len(programme.seeds)
    bins = exam.design.exposure_bins
    counts = BinnedCounts.none_yet(exam.pool.item_ids, bins=bins if bins > 1 else 0)
    waiting: list[SittingGroup] = []
    begun = 0
    for first in range(0, total, at_once):
        last = min(first + at_once, total)
        eligible = eligibility_by_bin(counts, exam.pool, maximum_rate=rate)
        seeds, testlets = programme.seeds[first:last], exam.pool.testlets
        marks = np.stack([marks_of_draw(eligible, seed=seed, testlets=testlets) for seed in seeds])
        waiting.append(programme.take(first, last, marks=marks))
        for (items, places), row in zip(programme.given(waiting[-1]), marks, strict=True):
            counts = counted_by_bin(counts, row, items, places)
        if last - begun >= programme.block or last == total:
            yield programme.over(waiting)
            waiting, begun = [], last


def _shared_out(programme: Programme, workers: int) -> Iterator[TakenSittings]:
    """Yield the same blocks in the same order, worked on by several processes."""
    executor = ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_begin_process, initargs=(programme,)
    )
    try:
        yield from executor.map(_block_of_process, _ranges(programme))
    finally:
        executor.shutdown(cancel_futures=True)


#: In a process that works on blocks, the programme that they belong to.
_programmes: list[Programme] = []


def _begin_process(programme: Programme) -> None:
    _programmes[:] = [programme]


def _block_of_process(limits: tuple[int, int]) -> TakenSittings:
    return _programmes[0].over([_programmes[0].take(*limits)])


def _ranges(programme: Programme) -> list[tuple[int, int]]:
    total = len(programme.seeds)
    return [(first, min(first + programme.block, total)) for first in range(0, total, programme.block)]


def _refuse_impossible(
    examinees: int, seed: int, ability_mean: float, ability_sd: float, processes: int, at_once: int
) -> None:
    for name, value in (("examinees", examinees), ("processes", processes), ("at_once", at_once)):
        if value < 1:
            raise InvalidSetting(f"{name} must be 1 or more, not {value}")
    if seed < 0:
        raise InvalidSetting(f"seed must be 0 or more, not {seed}")
    if not (isfinite(ability_mean) and isfinite(ability_sd) and ability_sd >= 0):
        raise InvalidSetting(
            f"ability needs a finite mean and an sd of 0 or more, not {ability_mean!r}, {ability_sd!r}"
        )
