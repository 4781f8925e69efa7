"""Takes 100,000 simulated candidates through the written exams of all units of the standard and checks each sitting.

Every written unit gets a pool of its own and the exam that the product proposes for it, exposure control included.
Each sitting is then checked twice: against the standard itself, by counting what was asked of every criterion, and by
replaying every decision from its record. Run it with

    python -m benchmarks.hundred_thousand [--json] [--sittings N] [--processes N] [--seed S]
"""

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context

import numpy as np

from engine.design import PreparedExam, prepare_exam
from engine.outcomes.verdicts import outcomes
from engine.randomness import generator
from engine.response_models import ItemParameters, ItemPool
from engine.simulation.simulate import simulate
from engine.simulation.simulated_sittings import SimulatedSitting
from engine.sittings.sitting import pending_item_id, replay
from itembank.delivery.proposed_design import default_design
from itembank.framework.document import UnitOfCompetence
from itembank.framework.starter import load_starter_standard

SMALLEST_POOL, ITEMS_PER_CRITERION = 60, 4
#: Sittings of one programme, whose exposure counts they share; each process takes one programme after the other.
PROGRAMME = 500
#: Candidates who begin together, before any of them is counted, as on the day of an exam.
AT_ONCE = 25


@dataclass(frozen=True)
class Checked:
    """What one programme of sittings came to."""

    unit: str
    sittings: int
    items: int
    broken: int
    replay_differences: int
    reasons: dict[str, int]


def written_units() -> list[UnitOfCompetence]:
    return [unit for unit in load_starter_standard().units if written_criteria(unit)]


def written_criteria(unit: UnitOfCompetence) -> list[tuple[str, str]]:
    """Return element and criterion of everything that the unit examines in writing."""
    return [
        (element.code, criterion.code)
        for element in unit.elements
        if element.is_written
        for criterion in element.criteria
    ]


def unit_exam(unit: UnitOfCompetence, seed: int) -> PreparedExam:
    places = written_criteria(unit)
    each = max(ITEMS_PER_CRITERION, -(-SMALLEST_POOL // len(places)))
    draws = generator(seed, 0, f"pool of {unit.code}")
    items = [
        ItemParameters(
            item_id=f"{criterion}/{number}",
            model="2pl",
            discrimination=float(draws.lognormal(np.log(1.1), 0.3)),
            difficulty=float(draws.normal(-0.2, 1.1)),
            se_discrimination=0.15,
            se_difficulty=0.2,
            unit=unit.code,
            element=element,
            criterion=criterion,
        )
        for element, criterion in places
        for number in range(1, each + 1)
    ]
    return prepare_exam(default_design(unit, pool_size=len(items)), ItemPool.from_items(items))


def blueprint_is_broken(unit: UnitOfCompetence, exam: PreparedExam, sitting: SimulatedSitting) -> bool:
    """Count, by the standard alone, whether every written criterion was asked, none twice the same, none too many."""
    asked = [item_id for item_id, _score in sitting.responses]
    covered = {item_id.rsplit("/", 1)[0] for item_id in asked}
    missing = {criterion for _element, criterion in written_criteria(unit)} - covered
    bad_length = not exam.design.minimum_length <= len(asked) <= exam.design.maximum_length
    return bool(missing) or len(set(asked)) < len(asked) or bad_length or bool(sitting.violations)


def replay_differs(exam: PreparedExam, sitting: SimulatedSitting) -> bool:
    """Recompute every decision of a sitting from its record, then its end and its outcome."""
    states = list(
        replay(
            exam,
            seed=sitting.seed,
            ineligible=sitting.ineligible,
            ineligible_by_bin=sitting.ineligible_by_bin,
            responses=sitting.responses,
        )
    )
    chosen = [pending_item_id(exam, state) for state in states]
    recorded = [*(item_id for item_id, _score in sitting.responses), None]
    last = states[-1]
    return chosen != recorded or last.finish_reason != sitting.finish_reason or outcomes(exam, last) != sitting.outcome


def check_programme(unit_code: str, sittings: int, seed: int, number: int) -> Checked:
    """Simulate one programme and check each of its sittings."""
    unit = load_starter_standard().unit(unit_code)
    exam = unit_exam(unit, seed)
    programme_seed = int(generator(seed, number, f"programme of {unit_code}").integers(2**62))
    report = simulate(exam, examinees=sittings, seed=programme_seed, keep_sittings=True, at_once=AT_ONCE)
    return Checked(
        unit=unit_code,
        sittings=len(report.sittings),
        items=sum(len(sitting.responses) for sitting in report.sittings),
        broken=sum(blueprint_is_broken(unit, exam, sitting) for sitting in report.sittings),
        replay_differences=sum(replay_differs(exam, sitting) for sitting in report.sittings),
        reasons=dict(Counter(sitting.finish_reason for sitting in report.sittings)),
    )


def programmes(units: list[str], sittings: int) -> Iterator[tuple[str, int, int]]:
    """Yield unit, number of sittings and number of each programme, the units as even as can be."""
    for place, unit in enumerate(units):
        left = sittings // len(units) + (place < sittings % len(units))
        number = 0
        while left:
            size = min(left, PROGRAMME)
            yield unit, size, number
            left -= size
            number += 1


def measure(sittings: int, seed: int, processes: int) -> list[Checked]:
    work = list(programmes([unit.code for unit in written_units()], sittings))
    found: list[Checked] = []
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as executor:
        waiting = [executor.submit(check_programme, unit, size, seed, number) for unit, size, number in work]
        for part in waiting:
            found.append(part.result())
            tell(sum(checked.sittings for checked in found), sittings)
    return found


def tell(done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{done} of {total} sittings", end="\n" if done == total else "", file=sys.stderr, flush=True)


def by_unit(parts: list[Checked]) -> list[Checked]:
    """Add up the programmes of each unit."""
    rows = []
    for unit in dict.fromkeys(part.unit for part in parts):
        own = [part for part in parts if part.unit == unit]
        rows.append(
            Checked(
                unit=unit,
                sittings=sum(part.sittings for part in own),
                items=sum(part.items for part in own),
                broken=sum(part.broken for part in own),
                replay_differences=sum(part.replay_differences for part in own),
                reasons=dict(sum((Counter(part.reasons) for part in own), Counter())),
            )
        )
    return rows


def print_table(rows: list[Checked], seconds: float) -> None:
    print("| unit | sittings | items a sitting | ended early | blueprint broken | replay differs |")
    print("|---|---|---|---|---|---|")
    for row in rows:
        early = 1 - row.reasons.get("maximum_length", 0) / row.sittings
        print(
            f"| {row.unit} | {row.sittings} | {row.items / row.sittings:.1f} | {early:.3f} "
            f"| {row.broken} | {row.replay_differences} |"
        )
    total = sum(row.sittings for row in rows)
    broken, differing = sum(row.broken for row in rows), sum(row.replay_differences for row in rows)
    print(f"| all | {total} | {sum(row.items for row in rows) / total:.1f} | | {broken} | {differing} |")
    print(f"\n{seconds:.0f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description="Check simulated sittings of all written units of the standard.")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--sittings", type=int, default=100_000, help="sittings in all (default 100000)")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="default: one for each core")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    begun = time.perf_counter()
    rows = by_unit(measure(options.sittings, options.seed, options.processes))
    seconds = time.perf_counter() - begun
    if options.json:
        print(json.dumps({"units": [asdict(row) for row in rows], "seconds": seconds}))
    else:
        print_table(rows, seconds)
    if any(row.broken or row.replay_differences for row in rows):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
