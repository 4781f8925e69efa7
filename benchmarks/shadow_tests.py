"""Times exact shadow tests beside scipy's integer programming, and counts disagreements on random instances.

Each timed case is a bank or a unit with random bounds, some items administered and some ineligible; the matrices of the
integer programme and the tree of the blueprint are built beforehand. Run it with

    python -m benchmarks.shadow_tests [--json] [--problems N] [--repeats N] [--instances N]
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.optimize import Bounds as VariableBounds
from scipy.optimize import LinearConstraint, milp

from engine.blueprints.blueprint import Blueprint, Bounds, compile_blueprint
from engine.blueprints.integer_programme import programme_of
from engine.blueprints.shadow_test import assemble
from engine.errors import InfeasibleBlueprint
from engine.response_models import ItemPool
from tests.engine.shadow_instances import PENALTY, Instance, assembled, late_items, random_instance, solved

KINDS = [
    {"enemies": enemies, "crossing": crossing, "testlets": testlets}
    for testlets in (False, True)
    for enemies, crossing in (
        ("none", False), ("nested", False), ("crossing", False), ("both", False), ("none", True), ("both", True)
    )
]  # fmt: skip
TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Case:
    """The shape of a timed problem."""

    name: str
    items: int
    criteria: int
    elements: int
    units: int
    length: int
    enemy_sets: int = 0
    attribute: bool = False
    testlets: int = 0


BANK = (1000, 159, 45, 16, 160)
UNIT = (200, 10, 3, 1, 30)
CASES = (
    Case("bank, nested bounds", *BANK),
    Case("bank, 40 sets of enemies", *BANK, enemy_sets=40),
    Case("unit, nested bounds", *UNIT),
    Case("unit, 8 sets of enemies", *UNIT, enemy_sets=8),
    Case("unit, quotas on an attribute", *UNIT, attribute=True),
    Case("unit, 6 testlets", *UNIT, testlets=6),
    Case("bank, 20 testlets", *BANK, testlets=20),
)


def problem(case: Case, seed: int) -> Instance:
    draws = np.random.default_rng(seed)
    places = [item % case.criteria for item in range(case.items)]
    elements = [place % case.elements for place in places]
    sets = [
        tuple(draws.choice(case.items, draws.integers(2, 5), replace=False).tolist()) for _ in range(case.enemy_sets)
    ]
    pool = ItemPool(
        tuple(f"i{item}" for item in range(case.items)),
        np.ones(case.items),
        np.zeros(case.items),
        tuple(f"U{element % case.units}" for element in elements),
        tuple(f"E{element}" for element in elements),
        tuple(f"C{place}" for place in places),
        enemies=tuple(sets),
        attributes={"level": tuple(draws.choice(["know", "apply", "solve"], case.items).tolist())},
        testlets=_testlets(case, draws),
    )
    bounds = _nested_bounds(case, draws)
    if case.attribute:
        third = case.length // 3
        bounds += [Bounds("attribute", value, third - 2, third + 2, "level") for value in ("know", "apply", "solve")]
    blueprint = Blueprint(tuple(bounds))
    return Instance(
        pool=pool,
        blueprint=blueprint,
        tree=compile_blueprint(blueprint, pool),
        weights=draws.random(case.items),
        length=case.length,
        administered=_administered(case, pool, draws),
        ineligible=draws.choice(case.items, case.items // 5, replace=False).tolist(),
    )


def _administered(case: Case, pool: ItemPool, draws: np.random.Generator) -> list[int]:
    """Any items, but of testlets none."""
    tied = {item for members in pool.testlets for item in members}
    chosen: list[int] = draws.choice(case.items, case.length // 8, replace=False).tolist()
    return [item for item in chosen if item not in tied]


def _testlets(case: Case, draws: np.random.Generator) -> tuple[tuple[int, ...], ...]:
    """Three or four items each, from criteria side by side."""
    starts = draws.choice(case.items // 4, case.testlets, replace=False).tolist()
    return tuple(tuple(range(4 * start, 4 * start + int(draws.integers(3, 5)))) for start in starts)


def _nested_bounds(case: Case, draws: np.random.Generator) -> list[Bounds]:
    bounds = []
    for level, letter, count in (
        ("unit", "U", case.units),
        ("element", "E", case.elements),
        ("criterion", "C", case.criteria),
    ):
        share = case.length / count
        for place in range(count):
            minimum = int(draws.integers(0, max(int(share * 0.8), 1) + 1))
            maximum = int(np.ceil(share * draws.uniform(1.5, 3))) if draws.random() < 0.5 else None
            bounds.append(Bounds(level, f"{letter}{place}", minimum, maximum))
    return bounds


def feasible_problems(case: Case, count: int) -> list[Instance]:
    found: list[Instance] = []
    seed = 0
    while len(found) < count:
        instance = problem(case, seed)
        seed += 1
        try:
            assemble(instance.tree, instance.weights, **instance.options)
        except InfeasibleBlueprint:
            continue
        found.append(instance)
    return found


def integer_programme(instance: Instance) -> Callable[[], object]:
    """Return a function that solves the problem with HiGHS, one solve with a penalty; the matrices are built once."""
    items, programme = len(instance.pool), programme_of(instance.tree)
    minima, maxima = programme.minima.copy(), programme.maxima.copy()
    minima[0] = maxima[0] = instance.length
    fixed = np.zeros(items)
    fixed[instance.administered] = 1
    return partial(
        milp,
        PENALTY * np.isin(np.arange(items), late_items(instance)) - instance.weights,
        integrality=np.ones(items, dtype=np.int64),
        bounds=VariableBounds(fixed, np.ones(items)),
        constraints=[
            LinearConstraint(programme.amounts, minima, maxima),
            LinearConstraint(programme.cliques, ub=1),
            LinearConstraint(programme.ties, 0, 0),
        ],
        options={"mip_rel_gap": 0},
    )


def milliseconds(work: Callable[[], object], repeats: int) -> list[float]:
    work()
    seconds = []
    for _ in range(repeats):
        begun = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begun)
    return [1000 * value for value in seconds]


def timed(case: Case, *, problems: int, repeats: int) -> dict[str, float]:
    ours: list[float] = []
    theirs: list[float] = []
    difference = 0.0
    for instance in feasible_problems(case, problems):
        ours += milliseconds(partial(assemble, instance.tree, instance.weights, **instance.options), repeats)
        theirs += milliseconds(integer_programme(instance), max(repeats // 10, 2))
        first, second = assembled(instance), solved(instance)
        assert first is not None
        assert second is not None
        difference = max(difference, abs(first - second))
    return {
        "median_ms": float(np.median(ours)),
        "p95_ms": float(np.quantile(ours, 0.95)),
        "milp_median_ms": float(np.median(theirs)),
        "milp_p95_ms": float(np.quantile(theirs, 0.95)),
        "ratio": float(np.median(theirs) / np.median(ours)),
        "largest_objective_difference": difference,
    }


def agreement(instances: int) -> dict[str, float]:
    """Compare objectives and verdicts on random instances of every kind by turns."""
    feasible = verdicts = objectives = 0
    largest = 0.0
    for number in range(instances):
        instance = random_instance(number, **KINDS[number % len(KINDS)])
        ours, theirs = assembled(instance), solved(instance)
        verdicts += (ours is None) != (theirs is None)
        if ours is not None and theirs is not None:
            feasible += 1
            largest = max(largest, abs(ours - theirs))
            objectives += abs(ours - theirs) > TOLERANCE
        if sys.stderr.isatty() and number % 500 == 0:
            print(f"\r{number} of {instances}", end="", file=sys.stderr)
    return {
        "instances": instances,
        "feasible": feasible,
        "verdicts_that_differ": verdicts,
        "objectives_that_differ": objectives,
        "largest_objective_difference": largest,
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Time exact shadow tests beside scipy's milp and compare their results."
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--problems", type=int, default=20, help="timed problems per case (default 20)")
    parser.add_argument("--repeats", type=int, default=30, help="timed runs per problem (default 30)")
    parser.add_argument("--instances", type=int, default=10_000, help="random instances to compare (default 10,000)")
    options = parser.parse_args()
    times = {case.name: timed(case, problems=options.problems, repeats=options.repeats) for case in CASES}
    compared = agreement(options.instances)
    if options.json:
        print(json.dumps({"times": times, "agreement": compared}))
        return
    for name, row in times.items():
        print(
            f"{name:30} median {row['median_ms']:7.3f} ms   p95 {row['p95_ms']:7.3f} ms   "
            f"milp {row['milp_median_ms']:7.1f} ms   {row['ratio']:5.0f} ×   "
            f"difference {row['largest_objective_difference']:.0e}"
        )
    print(
        f"{compared['instances']} random instances, {compared['feasible']} feasible: "
        f"{compared['verdicts_that_differ']} verdicts and {compared['objectives_that_differ']} objectives differ "
        f"(by at most {compared['largest_objective_difference']:.0e})"
    )


if __name__ == "__main__":
    main()
