"""Times whole simulated exam programmes.

Run it with

    python -m benchmarks.programmes [--json] [--repeats N] [--examinees N]

Everything a programme costs is in its time: tables of the exam, true abilities and responses, every choice, posterior
and stop decision, the report. Seconds are processor seconds of one process.
"""

import argparse
import json
import time
from collections.abc import Callable

import numpy as np

from engine.blueprints.blueprint import Blueprint, Bounds
from engine.design import ExamDesign, PreparedExam, prepare_exam
from engine.response_models import ItemPool
from engine.simulation.simulate import simulate
from engine.simulation.simulation_report import SimulationReport

CRITERIA, ELEMENTS = 20, 6
EXPOSURE = 0.25


def bank(items: int, seed: int) -> ItemPool:
    """A 2PL bank of one unit: b about -0.2, items spread over criteria and these over elements."""
    draws = np.random.default_rng(seed)
    places = [index % CRITERIA for index in range(items)]
    return ItemPool(
        item_ids=tuple(f"item-{index:04d}" for index in range(items)),
        discrimination=draws.lognormal(np.log(1.1), 0.3, items),
        difficulty=draws.normal(-0.2, 1.1, items),
        units=("U",) * items,
        elements=tuple(f"E{place % ELEMENTS}" for place in places),
        criteria=tuple(f"C{place}" for place in places),
    )


def nested_minima(length: int) -> Blueprint:
    """Minima and maxima on every criterion, of which each has at least one item, and on every element."""
    criteria = [Bounds("criterion", f"C{place}", 1, 3) for place in range(CRITERIA)]
    elements = [Bounds("element", f"E{place}", length // ELEMENTS - 1, length // 3) for place in range(ELEMENTS)]
    return Blueprint(tuple(criteria + elements))


def scored_exam(pool: ItemPool, length: int, blueprint: Blueprint) -> PreparedExam:
    design = ExamDesign(
        blueprint=blueprint,
        minimum_length=length,
        maximum_length=length,
        selection="information",
        stop_rule="length",
    )
    return prepare_exam(design, pool)


def timed(work: Callable[[], SimulationReport], repeats: int) -> dict[str, float]:
    seconds, report = [], work()
    for _ in range(repeats):
        begun = time.process_time()
        report = work()
        seconds.append(time.process_time() - begun)
    return {
        "seconds": float(np.median(seconds)),
        "rmse": report.rmse,
        "rmse_error": report.standard_errors["rmse"],
        "max_exposure": report.max_exposure,
        "violations": report.blueprint_violations,
    }


def programme_times(examinees: int, repeats: int) -> dict[str, dict[str, float]]:
    pool = bank(1000, seed=1)
    free = timed(lambda: simulate(scored_exam(pool, 30, Blueprint()), examinees=examinees, seed=1), repeats)
    rows = {"30 of 1,000 items, maximum information": free}
    for at_once in (1, 20):
        rows[f"with blueprint and exposure {EXPOSURE}, {at_once} at once"] = timed(
            lambda at_once=at_once: simulate(  # type: ignore[misc]
                scored_exam(pool, 30, nested_minima(30)),
                examinees=examinees,
                seed=1,
                maximum_exposure=EXPOSURE,
                at_once=at_once,
            ),
            repeats,
        )
    unit = ExamDesign(blueprint=nested_minima(20), minimum_length=20, maximum_length=30, cut_score=-0.3)
    rows["pass or fail with 0.95 confidence, 20 to 30 items"] = timed(
        lambda: simulate(prepare_exam(unit, pool), examinees=examinees, seed=1), repeats
    )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description="Time simulated programmes.")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--repeats", type=int, default=5, help="timed runs of a programme (default 5)")
    parser.add_argument("--examinees", type=int, default=1000, help="examinees of a programme (default 1,000)")
    options = parser.parse_args()
    report = {
        "programmes": programme_times(options.examinees, options.repeats),
    }
    if options.json:
        print(json.dumps(report))
        return
    for title, rows in report.items():
        print(title)
        for name, figures in rows.items():
            print(f"  {name:55}", "  ".join(f"{label} {value:.3f}" for label, value in figures.items()))


if __name__ == "__main__":
    main()
