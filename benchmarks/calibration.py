"""Times calibration, standard errors included, on complete and sparse simulated responses.

Processor time of one process is counted, from responses in memory to the finished result; reading files is timed apart.
Run it from the repository with

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.calibration [--json] [--repeats N]
"""

import argparse
import csv
import json
import resource
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.simulated_responses import Truth, Work, draw
from calibration import CalibrationResult, Priors, calibrate
from itembank.exchange.response_files import read_responses

WORKS = (
    Work(1_000, 40, 40),
    Work(5_000, 100, 100),
    Work(20_000, 500, 30),
    Work(20_000, 200, 200),
    Work(5_000, 60, 60, "3pl"),
)
# Nothing but a prior tells guessing and difficulty of an easy item apart.
PRIORS = Priors(learn_difficulty=False)


def measure(work: Work, repeats: int) -> dict[str, str | float | int]:
    truth = draw(work, seed=work.persons + work.items)
    seconds = []
    for _ in range(repeats):
        started = time.process_time()
        result = calibrate(truth.data, model=work.model, priors=PRIORS if work.model == "3pl" else None)
        seconds.append(time.process_time() - started)
    return {"work": work.name, "seconds": min(seconds), "status": result.status, **quality(truth, result)}


def quality(truth: Truth, result: CalibrationResult) -> dict[str, float | int]:
    a, b = (np.array(column) for column in zip(*result.parameters.values(), strict=True))
    a_error = np.array([item.se_discrimination for item in result.items])
    b_error = np.array([item.se_difficulty for item in result.items])
    return {
        "iterations": result.iterations,
        "nodes": result.n_nodes,
        "log_likelihood": result.log_likelihood,
        "rmse_a": float(np.sqrt(np.mean((a - truth.discrimination) ** 2))),
        "rmse_b": float(np.sqrt(np.mean((b - truth.difficulty) ** 2))),
        "coverage_a": float(np.mean(np.abs(a - truth.discrimination) < 1.96 * a_error)),
        "coverage_b": float(np.mean(np.abs(b - truth.difficulty) < 1.96 * b_error)),
        "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def measure_reading(work: Work) -> dict[str, str | float | int]:
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
        return {"work": f"read {read.n_responses:,} rows of CSV", "seconds": time.process_time() - started}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--repeats", type=int, default=3, help="runs of which the quickest counts (default 3)")
    options = parser.parse_args()
    rows = [measure(work, options.repeats) for work in WORKS]
    reading = measure_reading(Work(20_000, 500, 30))
    if options.json:
        print(json.dumps({"calibration": rows, "reading": reading}))
        return
    print(
        f"{'work':42}{'seconds':>9}{'E-steps':>9}{'RMSE a':>8}{'RMSE b':>8}{'cover a':>9}{'cover b':>9}{'peak MB':>9}"
    )
    for row in rows:
        print(
            f"{row['work']:42}{row['seconds']:9.3f}{row['iterations']:9}{row['rmse_a']:8.4f}{row['rmse_b']:8.4f}"
            f"{row['coverage_a']:9.3f}{row['coverage_b']:9.3f}{row['peak_megabytes']:9}"
        )
    print(f"{reading['work']:42}{reading['seconds']:9.3f}")


if __name__ == "__main__":
    main()
