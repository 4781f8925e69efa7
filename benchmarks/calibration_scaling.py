"""Calibration as the work grows: time and memory per response, up to the size of a country's civil service.

Two-parameter items, banks of 250 and of 1,000, of which each person answers 30, one from each thirtieth of the bank;
with standard errors.
Every size is a process of its own: counted are its processor time and its wall time from responses in memory to the
finished result, and the most memory that it ever held, drawing included. Run it from the repository with

    python -m benchmarks.calibration_scaling [--json] [--most RESPONSES] [--processes N] [--picture FILE.svg]

The largest work asked of Samat are 3,000,000 persons and 1,000 items, 90 million responses (`--most 1e8`, some minutes
and a few GB).
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.scaling_picture import picture
from benchmarks.simulated_responses import Truth, draw_stratified
from calibration import calibrate
from calibration.chunk_processes import LocalProcesses

ANSWERS = 30
SIZES = {
    250: (100_000, 300_000, 1_000_000, 3_000_000, 10_000_000, 30_000_000, 100_000_000),
    1_000: (100_000, 300_000, 1_000_000, 3_000_000, 10_000_000, 30_000_000, 90_000_000),
}
MINUTES, GIGABYTES, TARGET_SIZE = 15, 12, 90_000_000
MEGABYTE = 1024
# Costs per response within this factor of the least are flat; the processor's caches alone account for as much.
ROOM = 1.5


def measured(responses: int, items: int, processes: int) -> dict[str, Any]:
    """Draw and calibrate in this process."""
    begun = time.perf_counter()
    truth = draw_stratified(persons=responses // ANSWERS, items=items, answers=ANSWERS, seed=responses)
    drawn, before = time.perf_counter() - begun, peak_megabytes()
    told = _Teller(f"{responses:,} responses, {items:,} items")
    wall, processor = time.perf_counter(), time.process_time()
    if processes > 1:
        with LocalProcesses(processes) as workplace:
            result = calibrate(truth.data, workplace=workplace, on_progress=told)
    else:
        result = calibrate(truth.data, on_progress=told)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    return {
        "responses": truth.data.n_responses,
        "persons": truth.data.n_persons,
        "items": items,
        "status": result.status,
        "iterations": result.iterations,
        "drawing_seconds": drawn,
        "wall_seconds": wall,
        "processor_seconds": processor,
        "microseconds_per_response": 1e6 * (wall if processes > 1 else processor) / truth.data.n_responses,
        "megabytes": peak_megabytes(),
        "megabytes_of_data": before,
        **quality(truth, [(item.discrimination, item.difficulty) for item in result.items]),
    }


def quality(truth: Truth, found: list[tuple[float, float]]) -> dict[str, float]:
    a, b = (np.array(column) for column in zip(*found, strict=True))
    return {
        "rmse_a": float(np.sqrt(np.mean((a - truth.discrimination) ** 2))),
        "rmse_b": float(np.sqrt(np.mean((b - truth.difficulty) ** 2))),
    }


def peak_megabytes() -> int:
    # What the system reports as a process's own maximum starts with that of the process that started it.
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) // MEGABYTE for line in lines if line.startswith("VmHWM"))


class _Teller:
    """Tells on the error stream how far a long calibration is."""

    def __init__(self, name: str) -> None:
        self.name, self.begun = name, time.perf_counter()

    def __call__(self, iteration: int, log_likelihood: float) -> bool:
        seconds = time.perf_counter() - self.begun
        print(f"{self.name}: E-step {iteration}, {log_likelihood:,.1f}, {seconds:.0f} s", file=sys.stderr, flush=True)
        return True


def in_own_process(responses: int, items: int, processes: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.calibration_scaling", "--one", str(responses), str(items)]
    run = subprocess.run([*command, "--processes", str(processes)], stdout=subprocess.PIPE, text=True, check=True)
    row: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return row


def show(rows: list[dict[str, Any]]) -> None:
    head = f"{'items':>6}{'responses':>12}{'persons':>11}{'processor s':>13}{'wall s':>9}"
    print(f"{head}{'µs/response':>13}{'MB':>8}{'RMSE a':>8}{'b':>7}")
    for row in rows:
        print(
            f"{row['items']:6,}{row['responses']:12,}{row['persons']:11,}{row['processor_seconds']:13.1f}{row['wall_seconds']:9.1f}"
            f"{row['microseconds_per_response']:13.2f}{row['megabytes']:8,}{row['rmse_a']:8.4f}{row['rmse_b']:7.4f}"
            f"  {row['status']}"
        )
    for row in rows:
        if row["responses"] >= TARGET_SIZE:
            print(f"{row['responses']:,} responses: {verdict(row)}")
    print(f"target: time per response does not rise with the work: {'met' if is_flat(rows) else 'MISSED'}")


def verdict(row: dict[str, Any]) -> str:
    met = row["wall_seconds"] <= 60 * MINUTES and row["megabytes"] <= GIGABYTES * MEGABYTE
    return (
        f"{row['wall_seconds'] / 60:.1f} minutes of wall time, {row['megabytes'] / MEGABYTE:.1f} GB "
        f"(target ≤ {MINUTES} minutes and ≤ {GIGABYTES} GB: {'met' if met else 'MISSED'})"
    )


def is_flat(rows: list[dict[str, Any]]) -> bool:
    """Whether the largest work of each bank costs no more per response than half as much again as the cheapest."""
    banks: dict[int, list[float]] = {row["items"]: [] for row in rows}
    for row in rows:
        banks[row["items"]].append(row["microseconds_per_response"])
    return all(costs[-1] <= ROOM * min(costs) for costs in banks.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--most", type=float, default=3e6, help="most responses (default 3,000,000)")
    parser.add_argument("--least", type=float, default=1e5, help="fewest responses (default 100,000)")
    parser.add_argument("--items", type=int, action="append", choices=SIZES, help="this bank alone")
    parser.add_argument("--processes", type=int, default=1, help="processes to work with (default 1)")
    parser.add_argument("--picture", type=Path, help="where to draw time per response as SVG")
    parser.add_argument("--from", dest="earlier", type=Path, help="draw rows kept by --json, measure nothing")
    parser.add_argument("--one", type=int, nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measured(*options.one, options.processes)))
        return
    if options.earlier:
        rows = json.loads(options.earlier.read_text())["scaling"]
    else:
        rows = [
            in_own_process(size, items, options.processes)
            for items, sizes in SIZES.items()
            for size in sizes
            if items in (options.items or SIZES) and options.least <= size <= options.most
        ]
    if options.picture:
        options.picture.write_text(picture(rows), encoding="utf-8")
    if options.json:
        print(
            json.dumps({"scaling": rows, "target": {"minutes": MINUTES, "gigabytes": GIGABYTES, "flat": is_flat(rows)}})
        )
    else:
        show(rows)


if __name__ == "__main__":
    main()
