"""Whether the standard errors of calibrated items are honest: how many 95 % intervals hold the true parameter.

Two-parameter items by plain maximum likelihood, complete responses, several replications of each size; the quadrature
is refined where the test is long, and the table says to how many nodes. Run it from the repository with

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.calibration_honesty [--json] [--replications N]

`python -m benchmarks.calibration_peers` says what the peers' intervals hold on the same kind of data.
"""

import argparse

import numpy as np

from benchmarks.simulated_responses import Work, draw
from benchmarks.targets import Figure, tell
from calibration import calibrate

# So many replications of each size for one of the largest: every size then has some thousand intervals.
WORKS = ((Work(1_000, 40, 40), 8), (Work(5_000, 100, 100), 4), (Work(20_000, 200, 200), 1))
WITHIN_95 = 1.959963984540054


def measure(work: Work, replications: int) -> list[Figure]:
    inside: dict[str, list[float]] = {"a": [], "b": []}
    nodes, converged = 0, 0
    for replication in range(replications):
        truth = draw(work, seed=7_000 + replication)
        result = calibrate(truth.data)
        converged += result.converged
        nodes = max(nodes, result.n_nodes)
        for letter, name, true in (
            ("a", "discrimination", truth.discrimination),
            ("b", "difficulty", truth.difficulty),
        ):
            found = np.array([getattr(item, name) for item in result.items])
            error = np.array([getattr(item, f"se_{name}") for item in result.items])
            inside[letter].append(float(np.mean(np.abs(found - true) <= WITHIN_95 * error)))
    title = f"{work.name}, {replications} replications"
    figures = [
        Figure(
            title,
            f"95 % intervals of {letter} that hold the truth, %",
            100 * float(np.mean(shares)),
            100 * float(np.std(shares, ddof=1) / np.sqrt(len(shares))) if len(shares) > 1 else 0.0,
            least=93,
            most=97,
            digits=1,
        )
        for letter, shares in inside.items()
    ]
    figures.append(Figure(title, "converged, of all", converged / replications, least=1))
    figures.append(Figure(title, "most nodes", nodes, digits=0))
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--replications", type=int, default=5, help="of the largest size (default 5)")
    options = parser.parse_args()
    figures = [figure for work, times in WORKS for figure in measure(work, times * options.replications)]
    tell(figures, name="honesty", as_json=options.json)


if __name__ == "__main__":
    main()
