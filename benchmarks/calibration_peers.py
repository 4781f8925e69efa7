"""Calibration beside the Python packages `mirt` and `girth`: time, memory, and how near the estimates come.

The peers are in an environment of their own with the versions of requirements/benchmarks.txt. Run it from the
repository in that environment with

    PYTHONPATH=. OPENBLAS_NUM_THREADS=1 python -m benchmarks.calibration_peers [--json] [--repeats N] [--patient]

Every fit is a process of its own that reads the same responses from a file. Counted is the processor time of all its
threads from responses in memory to parameters with standard errors (girth computes none), and the most memory that the
process ever held. Log-likelihoods are those of the estimates under one sum over 201 nodes for all. `mirt` is run as it
comes (21 nodes) and with 61 nodes; girth as it comes, the slowest works only with --patient.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.simulated_responses import FloatArray, Truth, Work, draw
from benchmarks.targets import Figure, tell
from calibration import Priors, ResponseData, calibrate
from calibration.person_likelihoods import log_likelihoods

WORKS = (
    Work(1_000, 40, 40),
    Work(5_000, 100, 100),
    Work(20_000, 200, 200),
    Work(20_000, 500, 30),
    Work(5_000, 60, 60, "3pl"),
)
# How many times as fast as `mirt` as it comes.
TIMES_FASTER = {"2PL 5,000 × 100": 6.0, "2PL 20,000 × 200": 3.0, "2PL 20,000 × 500, 30 answers each": 8.0}
NODES = np.linspace(-7.0, 7.0, 201)
# Works for which girth takes minutes, or fails.
TOO_SLOW_FOR_GIRTH = {"2PL 20,000 × 200", "2PL 20,000 × 500, 30 answers each"}

Estimates = dict[str, FloatArray]


def fit_samat(data: ResponseData, model: str) -> Callable[[], Estimates]:
    def fit() -> Estimates:
        priors = Priors(learn_difficulty=False) if model == "3pl" else None
        items = calibrate(data, model=model, priors=priors).items
        names = {"a": "discrimination", "b": "difficulty", "c": "guessing"}
        found = {short: np.array([getattr(item, name) for item in items]) for short, name in names.items()}
        errors = {f"se_{k}": np.array([getattr(item, f"se_{names[k]}") for item in items]) for k in ("a", "b")}
        return found | errors

    return fit


def fit_mirt(data: ResponseData, model: str, nodes: int) -> Callable[[], Estimates]:
    import mirt

    answers = _matrix(data, missing=-1)

    def fit() -> Estimates:
        result = mirt.fit_mirt(answers, model.upper(), n_quadpts=nodes)
        found, errors = result.model.parameters, result.standard_errors
        guessing = found.get("guessing", np.zeros(data.n_items))
        return {
            "a": found["discrimination"],
            "b": found["difficulty"],
            "c": guessing,
            "se_a": errors["discrimination"],
            "se_b": errors["difficulty"],
        }

    return fit


def fit_girth(data: ResponseData, model: str) -> Callable[[], Estimates]:
    import girth

    missing = girth.INVALID_RESPONSE
    answers = girth.tag_missing_data(_matrix(data, missing=missing).T, [0, 1])

    def fit() -> Estimates:
        result = girth.threepl_mml(answers) if model == "3pl" else girth.twopl_mml(answers)
        guessing = result.get("Guessing", np.zeros(data.n_items))
        return {"a": np.array(result["Discrimination"]), "b": np.array(result["Difficulty"]), "c": np.array(guessing)}

    return fit


PROGRAMS: Mapping[str, Callable[[ResponseData, str], Callable[[], Estimates]]] = {
    "Samat": fit_samat,
    "mirt": lambda data, model: fit_mirt(data, model, 21),
    "mirt, 61 nodes": lambda data, model: fit_mirt(data, model, 61),
    "girth": fit_girth,
}


def _matrix(data: ResponseData, *, missing: int) -> Any:
    matrix = np.full((data.n_persons, data.n_items), missing, dtype=np.int64)
    matrix[data.person, data.item] = data.score
    return matrix


def measured(program: str, file: Path, model: str, repeats: int) -> dict[str, Any]:
    """Fit in this process, and say what it took and what came out."""
    arrays = np.load(file)
    names = [f"P{k}" for k in range(int(arrays["person"][-1]) + 1)], [f"I{k}" for k in range(int(arrays["items"]))]
    data = ResponseData.from_indices(*names, arrays["person"], arrays["item"], arrays["score"])
    fit = PROGRAMS[program](data, model)
    found: Estimates = {}
    seconds = []
    for _ in range(repeats):
        started = time.process_time()
        found = fit()
        seconds.append(time.process_time() - started)
    estimates = {name: values.tolist() for name, values in found.items()}
    return {"seconds": min(seconds), "megabytes": _peak(), "estimates": estimates}


def _peak() -> int:
    # What the system reports as a process's own maximum starts with that of the process that started it.
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))


def rows(work: Work, *, repeats: int, patient: bool) -> list[dict[str, Any]]:
    """Run all programs on one work, each in a process of its own."""
    truth = draw(work, seed=work.persons + work.items)
    data = truth.data
    found = []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "responses.npz"
        np.savez(file, person=data.person, item=data.item, score=data.score, items=data.n_items)
        for program in PROGRAMS:
            if program == "girth" and work.name in TOO_SLOW_FOR_GIRTH and not patient:
                continue
            command = [sys.executable, "-m", "benchmarks.calibration_peers", "--fit", program, str(file), work.model]
            times = repeats if program == "Samat" else 1
            run = subprocess.run([*command, "--repeats", str(times)], capture_output=True, text=True, check=False)
            row: dict[str, Any] = {"work": work.name, "program": program}
            if run.returncode:
                found.append(row | {"failure": run.stderr.strip().splitlines()[-1]})
                continue
            result = json.loads(run.stdout.splitlines()[-1])
            estimates = {name: np.array(values) for name, values in result.pop("estimates").items()}
            found.append(row | result | quality(truth, estimates))
    return found


def quality(truth: Truth, found: Estimates) -> dict[str, float]:
    """Compare estimates with the truth, and with the data."""
    result = {"log_likelihood": log_likelihood(truth.data, found)}
    for name, true in (("a", truth.discrimination), ("b", truth.difficulty)):
        result[f"rmse_{name}"] = float(np.sqrt(np.mean((found[name] - true) ** 2)))
        if f"se_{name}" in found:
            inside = np.abs(found[name] - true) < 1.96 * found[f"se_{name}"]
            result[f"coverage_{name}"] = float(np.mean(inside))
    return result


def log_likelihood(data: ResponseData, found: Estimates) -> float:
    """Marginal log-likelihood of anybody's estimates under N(0, 1) abilities, the same sum for all."""
    a, b, c = (found[name][:, None] for name in ("a", "b", "c"))
    right = c + (1 - c) / (1 + np.exp(-a * (NODES - b)))
    each = log_likelihoods(data, np.log(np.stack((1 - right, right), axis=1)))
    weights = np.exp(-0.5 * NODES**2)
    each += np.log(weights / weights.sum())
    highest = each.max(axis=1)
    return float((highest + np.log(np.exp(each - highest[:, None]).sum(axis=1))).sum())


HEAD = ("work", "program", "processor s", "peer / Samat", "MB", "log-likelihood", "RMSE a", "RMSE b", "covers a", "b")


def table(found: list[dict[str, Any]]) -> str:
    """Lay the rows out in Markdown."""
    ours = {row["work"]: row["seconds"] for row in found if row["program"] == "Samat" and "seconds" in row}
    lines = [HEAD, ("---",) * len(HEAD), *(_cells(row, ours.get(row["work"], float("nan"))) for row in found)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cells(row: dict[str, Any], ours: float) -> tuple[str, ...]:
    if "failure" in row:
        return (row["work"], row["program"], "fails", *[""] * (len(HEAD) - 3))
    return (
        row["work"],
        row["program"],
        f"{row['seconds']:.2f}",
        "" if row["program"] == "Samat" else f"{row['seconds'] / ours:.1f} ×",
        f"{row['megabytes']}",
        f"{row['log_likelihood']:,.1f}",
        f"{row['rmse_a']:.3f}",
        f"{row['rmse_b']:.3f}",
        *(f"{row[key]:.0%}" if key in row else "" for key in ("coverage_a", "coverage_b")),
    )


def ratios(found: list[dict[str, Any]]) -> list[Figure]:
    """Hold the times against `mirt`'s of the same run."""
    seconds = {(row["work"], row["program"]): row["seconds"] for row in found if "seconds" in row}
    return [
        Figure(work, "times as fast as mirt", seconds[work, "mirt"] / seconds[work, "Samat"], least=least, digits=1)
        for work, least in TIMES_FASTER.items()
        if {(work, "mirt"), (work, "Samat")} <= seconds.keys()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--repeats", type=int, default=3, help="runs of Samat of which the quickest counts (default 3)")
    parser.add_argument("--patient", action="store_true", help="let girth do the works that take it minutes")
    parser.add_argument("--only", default="", help="only works whose name has this in it")
    parser.add_argument("--fit", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.fit:
        program, file, model = options.fit
        print(json.dumps(measured(program, Path(file), model, options.repeats)))
        return
    found = []
    for work in WORKS:
        if options.only in work.name:
            found += rows(work, repeats=options.repeats, patient=options.patient)
    if options.json:
        versions = {name: version(name) for name in ("mirt", "girth")}
        targets = [asdict(figure) | {"target": figure.target, "verdict": figure.verdict} for figure in ratios(found)]
        print(json.dumps({"versions": versions, "rows": found, "targets": targets}))
    else:
        print(f"Samat beside mirt {version('mirt')} and girth {version('girth')}\n")
        print(table(found))
        if ratios(found):
            tell(ratios(found), name="targets", as_json=False)


if __name__ == "__main__":
    main()
