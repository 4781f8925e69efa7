"""Times whole simulated exam programmes, and measures how exposure control holds its rate.

Run it with

    python -m benchmarks.programmes [--json] [--repeats N] [--banks N] [--examinees N]

Everything a programme costs is in its time: tables of the exam, true abilities and responses, every choice, posterior
and stop decision, the report. Seconds are processor seconds of one process.
"""

import argparse
import json
import time
from collections.abc import Callable

import numpy as np

from engine.ability_grid import credible_intervals, posterior_of
from engine.blueprint import Blueprint, Bounds
from engine.cohort import CohortExam
from engine.cohort_sittings import sit_together
from engine.design import ExamDesign, PreparedExam, prepare_exam
from engine.response_models import ItemPool
from engine.simulation import simulate
from engine.simulation_report import SimulationReport
from engine.stop_settings import StopSettings
from engine.true_items import true_items

CRITERIA, ELEMENTS = 20, 6
EXPOSURE = 0.25
CUT = -0.3


def bank(
    items: int, seed: int, *, criteria: int = CRITERIA, elements: int = ELEMENTS, median_discrimination: float = 1.1
) -> ItemPool:
    """A 2PL bank of one unit: b about -0.2, items spread over criteria and these over elements."""
    draws = np.random.default_rng(seed)
    places = [index % criteria for index in range(items)]
    return ItemPool(
        item_ids=tuple(f"item-{index:04d}" for index in range(items)),
        discrimination=draws.lognormal(np.log(median_discrimination), 0.3, items),
        difficulty=draws.normal(-0.2, 1.1, items),
        units=("U",) * items,
        elements=tuple(f"E{place % elements}" for place in places),
        criteria=tuple(f"C{place}" for place in places),
    )


def nested_minima(length: int) -> Blueprint:
    """Minima and maxima on every criterion, of which each has at least one item, and on every element."""
    criteria = [Bounds("criterion", f"C{place}", 1, 3) for place in range(CRITERIA)]
    elements = [Bounds("element", f"E{place}", length // ELEMENTS - 1, length // 3) for place in range(ELEMENTS)]
    return Blueprint(tuple(criteria + elements))


def proportional_bounds(length: int) -> Blueprint:
    """At most three items of a criterion, and about as many of each element as its share of the standard."""
    criteria = [Bounds("criterion", f"C{place}", 0, 3) for place in range(CRITERIA)]
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


def exposure_control(banks: int, examinees: int) -> dict[str, dict[str, float]]:
    """Measure the 500-item banks of the method notes: exposure after 500, precision over all examinees."""
    rows = {}
    for length in (15, 20, 30):
        early, whole = [], []
        for seed in range(1, banks + 1):
            exam = scored_exam(bank(500, seed), length, proportional_bounds(length))
            options = {"seed": seed, "maximum_exposure": EXPOSURE}
            early.append(simulate(exam, examinees=500, **options))  # type: ignore[arg-type]
            whole.append(simulate(exam, examinees=examinees, **options))  # type: ignore[arg-type]
        rows[f"{length} items"] = {
            "rmse": float(np.sqrt(np.mean([report.rmse**2 for report in whole]))),
            "rmse_error": float(np.sqrt(np.mean([report.standard_errors["rmse"] ** 2 for report in whole]) / banks)),
            "max_exposure_after_500": max(report.max_exposure for report in early),
            "max_exposure": max(report.max_exposure for report in whole),
            "overlap": max(report.overlap for report in whole),
            "violations": sum(report.blueprint_violations for report in whole),
        }
    return rows


def pass_or_fail(pools: int, examinees: int) -> dict[str, dict[str, float]]:
    """Decide about one unit from 60-item pools with the default rules and every other candidate's exposure at most."""
    units, lengths, exposure = [], [], []
    for seed in range(1, pools + 1):
        exam = unit_exam(seed)
        report = simulate(exam, examinees=examinees, seed=seed, maximum_exposure=0.5, keep_sittings=True)
        units += [(sitting.theta, sitting.outcome.unit.probability) for sitting in report.sittings]
        lengths.append(report.mean_length)
        exposure.append(report.max_exposure)
    theta, probability = np.array(units).T
    right = (probability >= 0.5) == (theta >= CUT)
    claimed = np.maximum(probability, 1 - probability)
    groups = np.array_split(np.argsort(claimed, kind="stable"), 10)
    return {
        "unit of 60 items, 10 to 30, 0.95 confidence": {
            "accuracy": float(right.mean()),
            "accuracy_error": float(right.std() / np.sqrt(right.size)),
            "half_a_unit_from_the_cut": float(right[np.abs(theta - CUT) >= 0.5].mean()),
            "mean_length": float(np.mean(lengths)),
            "max_exposure": max(exposure),
            "claimed_minus_actual": float(claimed.mean() - right.mean()),
            "largest_in_a_tenth": max(abs(float(claimed[group].mean() - right[group].mean())) for group in groups),
        }
    }


def unit_exam(seed: int) -> PreparedExam:
    # With a about 1.3 all 60 items together decide 93 % of candidates rightly, as the pools of the method notes do.
    pool = bank(60, seed, criteria=10, elements=3, median_discrimination=1.3)
    least = Blueprint(tuple(Bounds("criterion", f"C{place}", minimum=1) for place in range(10)))
    return prepare_exam(ExamDesign(blueprint=least, minimum_length=10, maximum_length=30, cut_score=CUT), pool)


def honesty(examinees: int) -> dict[str, dict[str, float]]:
    """Count how often the 95 % interval holds the true ability, at a fixed length and where precision ends the exam."""
    pool = bank(1000, seed=1)
    precise = ExamDesign(
        blueprint=Blueprint(),
        minimum_length=5,
        maximum_length=100,
        selection="information",
        stop_rule="se",
        stopping=StopSettings(target_standard_error=0.2),
    )
    exams = {"after 30 items": scored_exam(pool, 30, Blueprint()), "once se <= 0.20": prepare_exam(precise, pool)}
    thetas = np.random.default_rng(1).standard_normal(examinees)
    rows = {}
    for name, exam in exams.items():
        finished = sit_together(
            CohortExam(exam), seeds=range(examinees), thetas=thetas, truth=true_items(None, exam.pool)
        )
        low, high = credible_intervals(exam.grid, posterior_of(finished.log_posterior), level=0.95)
        held = (low <= thetas) & (thetas <= high)
        rows[name] = {"coverage": float(held.mean()), "coverage_error": float(held.std() / np.sqrt(examinees))}
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description="Time simulated programmes and measure exposure control.")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--repeats", type=int, default=5, help="timed runs of a programme (default 5)")
    parser.add_argument("--banks", type=int, default=5, help="random banks for exposure control (default 5)")
    parser.add_argument("--examinees", type=int, default=1000, help="examinees of a programme (default 1,000)")
    options = parser.parse_args()
    report = {
        "programmes": programme_times(options.examinees, options.repeats),
        "exposure control": exposure_control(options.banks, options.examinees),
        "pass or fail": pass_or_fail(12, options.examinees),
        "honesty of 95 % intervals": honesty(5 * options.examinees),
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
