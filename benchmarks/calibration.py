"""Times calibration, standard errors included, on complete and sparse simulated responses, beside its targets.

Processor time is counted, from responses in memory to the finished result, each work in a process of its own; memory is
the most that the process ever held. Reading files is timed apart. Run it from the repository with

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.calibration [--json] [--repeats N]

`benchmarks.calibration_peers` measures the same works beside other programs.
"""

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.calibration_scaling import peak_megabytes
from benchmarks.simulated_responses import Truth, Work, draw
from benchmarks.targets import Figure, tell
from calibration import CalibrationResult, Priors, calibrate
from itembank.exchange.response_files import read_responses

SECONDS, MEGABYTES = "processor s", "peak MB"
# The most that is asked of each work.
TARGETS: dict[Work, dict[str, float]] = {
    Work(1_000, 40, 40): {},
    Work(5_000, 100, 100): {SECONDS: 0.25},
    Work(20_000, 200, 200): {SECONDS: 2.5, "RMSE of a": 0.024},
    Work(20_000, 500, 30): {SECONDS: 1.2, MEGABYTES: 200},
    Work(5_000, 60, 60, "3pl"): {SECONDS: 0.3, "RMSE of b": 0.22},
}
DIGITS = {MEGABYTES: 0, "E-steps": 0, "log-likelihood": 1, "RMSE of a": 4, "RMSE of b": 4}
# Nothing but a prior tells guessing and difficulty of an easy item apart.
PRIORS = Priors(learn_difficulty=False)


def measure(work: Work, repeats: int) -> dict[str, float]:
    """Measure in this process."""
    truth = draw(work, seed=work.persons + work.items)
    seconds = []
    for _ in range(repeats):
        started = time.process_time()
        result = calibrate(truth.data, model=work.model, priors=PRIORS if work.model == "3pl" else None)
        seconds.append(time.process_time() - started)
    if not result.converged:
        raise SystemExit(f"{work.name}: {result.status}")
    return {SECONDS: min(seconds), MEGABYTES: peak_megabytes(), **quality(truth, result)}


def quality(truth: Truth, result: CalibrationResult) -> dict[str, float]:
    a, b = (np.array(column) for column in zip(*result.parameters.values(), strict=True))
    return {
        "RMSE of a": float(np.sqrt(np.mean((a - truth.discrimination) ** 2))),
        "RMSE of b": float(np.sqrt(np.mean((b - truth.difficulty) ** 2))),
        "E-steps": result.iterations,
        "log-likelihood": result.log_likelihood,
    }


def in_own_process(place: int, repeats: int) -> list[Figure]:
    command = [sys.executable, "-m", "benchmarks.calibration", "--one", str(place), "--repeats", str(repeats)]
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    work = list(TARGETS)[place]
    found: dict[str, float] = json.loads(run.stdout.splitlines()[-1])
    return [
        Figure(work.name, name, value, most=TARGETS[work].get(name), digits=DIGITS.get(name, 3))
        for name, value in found.items()
    ]


def measure_reading(work: Work) -> Figure:
    data = draw(work, seed=1).data
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "responses.csv"
        with path.open("w", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(("person", "item", "score"))
            triples = zip(data.person.tolist(), data.item.tolist(), data.score.tolist(), strict=True)
            writer.writerows((data.person_ids[p], data.item_ids[i], s) for p, i, s in triples)
        started = time.process_time()
        read = read_responses(path)
        return Figure(f"read {read.n_responses:,} rows of CSV", SECONDS, time.process_time() - started)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--repeats", type=int, default=3, help="runs of which the quickest counts (default 3)")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one is not None:
        print(json.dumps(measure(list(TARGETS)[options.one], options.repeats)))
        return
    figures = [figure for place in range(len(TARGETS)) for figure in in_own_process(place, options.repeats)]
    tell([*figures, measure_reading(Work(20_000, 500, 30))], name="calibration", as_json=options.json)


if __name__ == "__main__":
    main()
