"""Bulk scoring: EAP abilities of a million answer patterns, beside the Python packages `mirt` and `girth`.

The peers are in an environment of their own with the versions of requirements/benchmarks.txt. Run it from the
repository in that environment with

    PYTHONPATH=. OPENBLAS_NUM_THREADS=1 python -m benchmarks.scoring [--json] [--patterns N] [--items N] [--repeats N]

Counted is the processor time of all threads from scores in memory, in the type that each program likes best, to
abilities with standard errors (girth computes none), every program as it comes: Samat on 121 nodes, mirt on 49, girth
on 41. The error is the largest difference of an ability from a sum over 2,001 nodes, among a thousand patterns. With
a share of answers missing at random Samat cannot use that the weighted score is sufficient, and sums over nodes too.
"""

import argparse
import time
from collections.abc import Callable
from typing import Any

import girth
import mirt
import numpy as np
import numpy.typing as npt

from benchmarks.peer_bank import Parameters
from benchmarks.targets import Figure, tell
from engine.ability.estimation import score_patterns

TIMES_FASTER = 3
EXACT_NODES, COMPARED = np.linspace(-8, 8, 2001), 1_000
MISSING = -1

FloatArray = npt.NDArray[np.float64]
Table = npt.NDArray[np.int8]
Scorer = Callable[[], FloatArray]


def drawn(bank: Parameters, patterns: int, *, missing: float) -> Table:
    """Draw patterns, some at a time so that little memory is used."""
    generator = np.random.default_rng(12)
    table = np.empty((patterns, bank.difficulty.size), dtype=np.int8)
    for rows in (slice(start, start + 20_000) for start in range(0, patterns, 20_000)):
        ability = generator.normal(size=(len(table[rows]), 1))
        right = 1 / (1 + np.exp(-bank.discrimination * (ability - bank.difficulty)))
        table[rows] = generator.random(right.shape) < right
        if missing:
            table[rows][generator.random(right.shape) < missing] = MISSING
    return table


def scorers(bank: Parameters, table: Table) -> dict[str, Scorer]:
    """Return each program's way from the table to abilities; what it wants prepared is prepared here, not timed."""
    model, a, b = bank.model(), bank.discrimination, bank.difficulty
    pool = bank.pool()
    theirs: Any = np.where(table == MISSING, girth.INVALID_RESPONSE, table.astype(np.int64)).T.copy()
    return {
        "Samat": lambda: score_patterns(pool, table).theta,
        "mirt": lambda: np.asarray(mirt.fscores(model, table).theta).ravel(),
        "girth": lambda: np.asarray(girth.ability_eap(theirs, b, a)),
    }


def exact(bank: Parameters, table: Table) -> FloatArray:
    """Sum over many nodes."""
    logits = bank.discrimination[:, None] * (EXACT_NODES - bank.difficulty[:, None])
    logs = (table == 1) @ -np.logaddexp(0, -logits) + (table == 0) @ -np.logaddexp(0, logits)
    density = np.exp(logs - 0.5 * EXACT_NODES**2)
    return np.asarray(density @ EXACT_NODES / density.sum(axis=1))


def measure(patterns: int, items: int, *, missing: float, repeats: int) -> list[Figure]:
    bank = Parameters.drawn(items, 5)
    table = drawn(bank, patterns, missing=missing)
    truth = exact(bank, table[:COMPARED])
    work = f"EAP of {patterns:,} patterns × {items} items"
    if missing:
        work += f", {missing:.0%} missing"
    seconds, errors = {}, {}
    for name, scored in scorers(bank, table).items():
        seconds[name], theta = quickest(scored, repeats)
        errors[name] = float(np.abs(theta[:COMPARED] - truth).max())
    figures = [Figure(work, f"{name}: processor s", value) for name, value in seconds.items()]
    figures += [Figure(work, f"{name}: largest error", value, digits=6) for name, value in errors.items()]
    peer = min(value for name, value in seconds.items() if name != "Samat")
    least = None if missing else TIMES_FASTER
    return [*figures, Figure(work, "times as fast as the fastest peer", peer / seconds["Samat"], least=least, digits=1)]


def quickest(scored: Scorer, repeats: int) -> tuple[float, FloatArray]:
    seconds, theta = [], np.empty(0)
    for _ in range(repeats):
        begun = time.process_time()
        theta = scored()
        seconds.append(time.process_time() - begun)
    return min(seconds), theta


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--patterns", type=int, default=1_000_000, help="answer patterns (default 1,000,000)")
    parser.add_argument("--items", type=int, default=40, help="items (default 40)")
    parser.add_argument("--repeats", type=int, default=2, help="runs of which the quickest counts (default 2)")
    options = parser.parse_args()
    figures = []
    for missing in (0.0, 0.2):
        figures += measure(options.patterns, options.items, missing=missing, repeats=options.repeats)
    tell(figures, name="scoring", as_json=options.json)


if __name__ == "__main__":
    main()
