"""Times one full decision of the adaptive engine beside the same shadow test through a general integer programme.

A decision is what every answer costs: score 15 answers, update the posterior, decide whether to stop, put the shadow
test together and choose the next item, in a unit of 200 items, 10 criteria and 3 elements. "decision" is with the
default weight of items, information at the cut score; the other weights stand beside it. Run it with

    python -m benchmarks.decision [--json] [--repeats N]
"""

import argparse
import json
import time
from collections.abc import Callable
from functools import partial

import numpy as np
from scipy.optimize import Bounds as VariableBounds
from scipy.optimize import LinearConstraint, milp

from engine.blueprints.blueprint import Blueprint, Bounds
from engine.blueprints.shadow_test import assemble
from engine.design import ExamDesign, PreparedExam, prepare_exam
from engine.response_models import ItemPool
from engine.sittings.sitting import SittingState, fold, record, start

ITEMS, CRITERIA, ELEMENTS, ANSWERED = 200, 10, 3, 15
SELECTIONS = {
    "decision": "information-at-cut",
    "by information": "information",
    "by posterior information": "posterior-information",
    "by Kullback-Leibler": "kl",
    "by expected variance": "mepv",
}


def benchmark_exam(seed: int, selection: str) -> PreparedExam:
    draws = np.random.default_rng(seed)
    places = [index % CRITERIA for index in range(ITEMS)]
    pool = ItemPool(
        item_ids=tuple(f"item-{index:03d}" for index in range(ITEMS)),
        discrimination=draws.lognormal(np.log(1.1), 0.3, ITEMS),
        difficulty=draws.normal(-0.2, 1.1, ITEMS),
        units=("U",) * ITEMS,
        elements=tuple(f"E{place % ELEMENTS}" for place in places),
        criteria=tuple(f"C{place}" for place in places),
    )
    bounds = [Bounds("criterion", f"C{place}", 1, 4) for place in range(CRITERIA)]
    bounds += [Bounds("element", f"E{place}", 5, 14) for place in range(ELEMENTS)]
    design = ExamDesign(
        blueprint=Blueprint(tuple(bounds)),
        minimum_length=15,
        maximum_length=30,
        confidence=0.999,
        selection=selection,
    )
    return prepare_exam(design, pool)


def answered_sitting(exam: PreparedExam, seed: int) -> tuple[SittingState, list[tuple[str, int]]]:
    """Return a sitting in its middle, right and wrong answers by turns, and the record of its answers."""
    state, recorded = start(exam, seed=seed), []
    for place in range(ANSWERED):
        assert state.next_item is not None
        recorded.append((exam.pool.item_ids[state.next_item], (place + seed) % 2))
        state = record(exam, state, item_id=recorded[-1][0], response=recorded[-1][1])
    assert state.next_item is not None
    return state, recorded


def integer_programme(exam: PreparedExam, administered: tuple[int, ...]) -> Callable[[], float]:
    """Return a function that solves the shadow test with HiGHS; the matrices are built once and not timed."""
    tree = exam.tree
    inside = np.zeros((len(tree.codes), ITEMS))
    for item in range(ITEMS):
        inside[list(tree.groups_around(item)), item] = 1
    lower, upper = np.array(tree.minima, dtype=float), np.array(tree.maxima, dtype=float)
    lower[0] = upper[0] = exam.design.maximum_length
    fixed = np.zeros(ITEMS)
    fixed[list(administered)] = 1

    def solve() -> float:
        result = milp(
            -exam.information_at_cut,
            integrality=np.ones(ITEMS, dtype=np.int64),
            bounds=VariableBounds(fixed, np.ones(ITEMS)),
            constraints=LinearConstraint(inside, lower, upper),
            options={"mip_rel_gap": 0},
        )
        assert result.x is not None, result.message
        return float(exam.information_at_cut @ np.round(result.x))

    return solve


def milliseconds(work: Callable[[], object], repeats: int) -> list[float]:
    work()
    seconds = []
    for _ in range(repeats):
        begun = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begun)
    return [1000 * value for value in seconds]


def decisions(seed: int, repeats: int) -> dict[str, list[float]]:
    """Time the decision after 15 answers in one exam under each weight of items."""
    times = {}
    for name, selection in SELECTIONS.items():
        exam = benchmark_exam(seed, selection)
        _state, recorded = answered_sitting(exam, seed)
        times[name] = milliseconds(partial(fold, exam, seed=seed, responses=recorded), repeats)
    return times


def measure(repeats: int, sittings: int = 20) -> dict[str, dict[str, float]]:
    times: dict[str, list[float]] = {name: [] for name in (*SELECTIONS, "shadow test", "milp")}
    largest_difference = 0.0
    for seed in range(sittings):
        for name, values in decisions(seed, repeats).items():
            times[name] += values
        exam = benchmark_exam(seed, SELECTIONS["decision"])
        state, _recorded = answered_sitting(exam, seed)
        shadow = partial(
            assemble,
            exam.tree,
            exam.information_at_cut,
            length=exam.design.maximum_length,
            administered=state.administered,
        )
        solve = integer_programme(exam, state.administered)
        largest_difference = max(largest_difference, abs(float(exam.information_at_cut[shadow()].sum()) - solve()))
        times["shadow test"] += milliseconds(shadow, repeats)
        times["milp"] += milliseconds(solve, max(repeats // 20, 3))
    report = {
        name: {"median_ms": float(np.median(values)), "p95_ms": float(np.quantile(values, 0.95)), "runs": len(values)}
        for name, values in times.items()
    }
    milp_time = report["milp"]["median_ms"]
    report["ratio"] = {
        "milp_to_decision": milp_time / report["decision"]["median_ms"],
        "milp_to_shadow_test": milp_time / report["shadow test"]["median_ms"],
    }
    report["agreement"] = {"largest_objective_difference": largest_difference}
    return report


def main() -> None:
    parser = argparse.ArgumentParser(description="Time one full decision of the adaptive engine beside scipy's milp.")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--repeats", type=int, default=100, help="timed runs per sitting (default 100)")
    options = parser.parse_args()
    report = measure(options.repeats)
    if options.json:
        print(json.dumps(report))
        return
    for name in (*SELECTIONS, "shadow test", "milp"):
        row = report[name]
        print(f"{name:24} median {row['median_ms']:8.3f} ms   p95 {row['p95_ms']:8.3f} ms   {row['runs']} runs")
    print(f"milp takes {report['ratio']['milp_to_decision']:.0f} × a full decision, ", end="")
    print(f"{report['ratio']['milp_to_shadow_test']:.0f} × its shadow test")
    print(f"largest difference of objectives: {report['agreement']['largest_objective_difference']:.1e}")


if __name__ == "__main__":
    main()
