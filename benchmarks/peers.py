"""Samat beside its peers in one process: the pick of an item, whole simulated programmes, and honesty about precision.

The peers are two Python packages, `mirt` and `catsim`, in an environment of their own with the versions of
requirements/benchmarks.txt. Each is asked in the fastest way that its documentation names, after a warm-up. Run it from
the repository in that environment with

    PYTHONPATH=. OPENBLAS_NUM_THREADS=1 python -m benchmarks.peers [--json] [--examinees N] [--honest N] [--repeats N]

It prints one table in Markdown. Picks are medians of wall time; programmes are processor time of all threads. A peer
that would take minutes is given a few examinees and its time is scaled to all of them, which the row says.
"""

import argparse
import json
import time
import tracemalloc
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from importlib.metadata import version

import numpy as np
from catsim.selection import MaxInfoSelector
from mirt.cat.selection import MaxFisherInformation
from mirt.models import GradedResponseModel

from benchmarks.peer_bank import Parameters, Row, as_fitted, median_microseconds
from benchmarks.peer_honesty import honesty_rows
from benchmarks.peer_programmes import constrained_rows, programme_rows
from engine.response_models import ItemParameters, ItemPool
from engine.selection.information_index import InformationIndex

ANSWERED = 15


def pick_rows(repeats: int) -> list[Row]:
    """Pick the most informative of 10,000 items of which 15 of the best are answered.

    The index is warm, as in a server or a simulation, but has not met the abilities it is timed at.
    """
    bank = Parameters.drawn(10_000, 1)
    pool, model, item_bank = bank.pool(), bank.model(), bank.item_bank()
    thetas = np.random.default_rng(2).normal(0, 1, 200 * repeats).tolist()
    index, by_information, selector = warm_index(pool), MaxFisherInformation(), MaxInfoSelector()
    given = index.best(0.0, count=ANSWERED)
    answered, left = frozenset(given), set(range(10_000)) - set(given)

    def mirt(theta: float) -> int:
        return by_information.select_item(model, theta, left)

    def catsim(theta: float) -> object:
        return selector.select(item_bank=item_bank, administered_items=given, est_theta=theta)

    def mirt_vectorised(theta: float) -> int:
        return int(np.argmax(model.information(np.array([[theta]]))))

    ours = median_microseconds(partial(index.best, without=answered), thetas)
    free = median_microseconds(index.best, thetas)
    assert all(index.best(theta, without=answered) == [mirt(theta)] == [catsim(theta)] for theta in thetas[:20])
    theirs = median_microseconds(mirt, thetas[:100]), median_microseconds(catsim, thetas[:20])
    reading = median_microseconds(lambda _theta: bank.difficulty.sum(), thetas)
    return [
        Row("maximum-information pick from 10,000 items (2PL)", "µs", ours, *theirs),
        Row(
            "… nothing left out (mirt: its table of information and NumPy's argmax)",
            "µs",
            free,
            median_microseconds(mirt_vectorised, thetas[:100]),
        ),
        Row("… reading one array of its parameters once", "µs", reading),
        *index_rows(pool, thetas[:100]),
    ]


def warm_index(pool: ItemPool) -> InformationIndex:
    """Return an index after 5,000 picks."""
    index = InformationIndex(pool)
    for theta in np.random.default_rng(3).normal(0, 1, 5000).tolist():
        index.best(theta)
    return index


def index_rows(pool: ItemPool, thetas: Sequence[float]) -> list[Row]:
    """Say what the index costs before it is warm, and what it keeps."""
    fresh = InformationIndex(pool)
    begun = time.perf_counter()
    for theta in thetas:
        fresh.best(theta)
    cold = 1e6 * (time.perf_counter() - begun) / len(thetas)
    tracemalloc.start()
    kept = warm_index(pool)
    megabytes = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    assert kept.best(0.0) == fresh.best(0.0)
    return [
        Row("… the first pick near an ability, its part of the index being made", "µs", cold),
        Row("… memory of the index after 5,000 picks", "MB", megabytes),
    ]


def graded_row(repeats: int) -> Row:
    """Pick the most informative of 1,000 graded items of four categories."""
    draws = np.random.default_rng(4)
    slopes, thresholds = draws.lognormal(np.log(1.1), 0.3, 1000), np.sort(draws.normal(0, 1, (1000, 3)), axis=1)
    pool = ItemPool.from_items(
        [
            ItemParameters(f"i{place}", "grm", slope, thresholds=tuple(row))
            for place, (slope, row) in enumerate(zip(slopes.tolist(), thresholds.tolist(), strict=True))
        ]
    )
    model = GradedResponseModel(n_items=1000, n_categories=4)
    as_fitted(model.set_parameters(discrimination=slopes, thresholds=thresholds))
    index, by_information = warm_index(pool), MaxFisherInformation()
    thetas = draws.normal(0, 1, 200 * repeats).tolist()
    answered = frozenset(index.best(0.0, count=ANSWERED))
    left = set(range(1000)) - answered

    def mirt(theta: float) -> int:
        return by_information.select_item(model, theta, left)

    assert all(index.best(theta, without=answered) == [mirt(theta)] for theta in thetas[-10:])
    return Row(
        "maximum-information pick from 1,000 items of 4 categories (GRM)",
        "µs",
        median_microseconds(partial(index.best, without=answered), thetas),
        median_microseconds(mirt, thetas[:30]),
    )


def table(rows: Sequence[Row]) -> str:
    peers = [f"{name} {version(name)}" for name in ("mirt", "catsim")]
    head = ["work", "", "Samat", *peers, *(f"{peer.split()[0]} ÷ Samat" for peer in peers)]
    lines = [head, ["---", "---", *["---:"] * 5], *(row.cells() for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="Time Samat beside mirt and catsim, and compare what they claim.")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--examinees", type=int, default=1000, help="examinees of the timed programmes (default 1,000)")
    parser.add_argument("--honest", type=int, default=4000, help="examinees of the coverage rows (default 4,000)")
    parser.add_argument("--repeats", type=int, default=5, help="repeats of what takes little time (default 5)")
    options = parser.parse_args()
    rows = [
        *pick_rows(options.repeats),
        graded_row(options.repeats),
        *programme_rows(options.examinees, options.repeats),
        *constrained_rows(options.examinees),
        *honesty_rows(options.honest),
    ]
    print(json.dumps([asdict(row) for row in rows]) if options.json else table(rows))


if __name__ == "__main__":
    main()
