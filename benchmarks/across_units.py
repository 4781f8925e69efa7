"""Measures what a programme of 14 units gains when finished units inform the start of the next, and what it risks.

Abilities in the units are jointly normal with one correlation; every unit has its own pool of 60 items. The same
candidates with the same luck sit the programme without the policy and with it, for every true correlation and every
correlation that the exams might assume. A further table has candidates who did not learn one unit at all. Run it with

    python -m benchmarks.across_units [--json] [--candidates N] [--seed S]
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import sqrt

import numpy as np
from scipy.stats import norm

from engine.across_units import UnitEvidence, general_ability, informed_design, informed_exam, informed_prior
from engine.across_units import unit_evidence as evidence_of
from engine.blueprints.blueprint import Blueprint, Bounds
from engine.design import ExamDesign, PreparedExam, prepare_exam
from engine.outcomes.verdicts import COMPETENT, NOT_ENOUGH_EVIDENCE, NOT_YET_COMPETENT, Outcome
from engine.randomness import generator
from engine.response_models import ItemPool
from engine.simulation.simulate import simulate_sitting
from engine.sittings.sitting import fold

UNITS, ITEMS, CRITERIA, ELEMENTS, CUT = 14, 60, 10, 3, -0.3
CORRELATIONS = (0.5, 0.7, 0.9)
# In the table of the unit that was not learnt: which one, and the ability in it, a standard deviation below the cut.
UNLEARNT_UNIT, UNLEARNT_ABILITY = 8, -1.3


@dataclass(frozen=True)
class Sat:
    """One sitting of the programme."""

    theta: float
    length: int
    outcome: Outcome
    distance_from_normal: float

    @property
    def right(self) -> bool:
        """Whether the likelier side of the cut is the true one."""
        return (self.outcome.probability >= 0.5) == (self.theta >= CUT)

    @property
    def claimed(self) -> float:
        """Probability that the outcome gives to the likelier side."""
        return max(self.outcome.probability, 1 - self.outcome.probability)

    @property
    def issued(self) -> bool:
        """Whether a verdict was given."""
        return self.outcome.verdict != NOT_ENOUGH_EVIDENCE

    @property
    def wrongly_competent(self) -> bool:
        """Whether somebody below the cut was judged competent."""
        return self.outcome.verdict == COMPETENT and self.theta < CUT


def unit_exam(unit: int, seed: int, assumed: float | None) -> PreparedExam:
    draws = generator(seed, unit, "pool")
    places = [index % CRITERIA for index in range(ITEMS)]
    pool = ItemPool(
        item_ids=tuple(f"item-{index:02d}" for index in range(ITEMS)),
        discrimination=draws.lognormal(np.log(1.1), 0.3, ITEMS),
        difficulty=draws.normal(-0.2, 1.1, ITEMS),
        units=(f"U{unit:02d}",) * ITEMS,
        elements=tuple(f"E{place % ELEMENTS}" for place in places),
        criteria=tuple(f"C{place}" for place in places),
    )
    design = ExamDesign(
        blueprint=Blueprint(tuple(Bounds("criterion", f"C{place}", 1) for place in range(CRITERIA))),
        minimum_length=10,
        maximum_length=30,
        cut_score=CUT,
        unit_correlation=assumed,
    )
    return prepare_exam(design, pool)


def abilities(seed: int, candidate: int, correlation: float) -> list[float]:
    draws = generator(seed, candidate, "abilities")
    general, own = draws.standard_normal(), draws.standard_normal(UNITS)
    return (sqrt(correlation) * general + sqrt(1 - correlation) * own).tolist()


def sit_programme(exams: Sequence[PreparedExam], thetas: Sequence[float], seed: int) -> list[Sat]:
    """Take one candidate through all units in their order."""
    finished: dict[str, tuple[str, UnitEvidence]] = {}
    sittings = []
    for unit, (exam, theta) in enumerate(zip(exams, thetas, strict=True)):
        sat = informed_exam(exam, informed_design(exam.design, finished))
        sitting = simulate_sitting(sat, seed=seed + unit, theta=theta, truth=exam.pool)
        distance = 0.0
        # After one unit the prediction is furthest from normal; each further one brings it nearer.
        if exam.design.unit_correlation is not None and unit == 1:
            distance = distance_from_normal([unit for _name, unit in finished.values()], exam.design.unit_correlation)
        state = fold(sat, seed=sitting.seed, responses=sitting.responses)
        finished[f"U{unit:02d}"] = (f"sitting {unit}", evidence_of(sat, state))
        sittings.append(Sat(theta, len(sitting.responses), sitting.outcome.unit, distance))
    return sittings


def distance_from_normal(evidence: Sequence[UnitEvidence], correlation: float) -> float:
    """Return the largest difference between the distribution functions of the exact prediction and of the prior."""
    nodes, posterior = general_ability(evidence, correlation=correlation)
    prior = informed_prior(evidence, correlation=correlation)
    abilities_looked_at = np.linspace(-5, 5, 201)
    exact = posterior @ norm.cdf(abilities_looked_at, sqrt(correlation) * nodes[:, None], sqrt(1 - correlation))
    return float(np.abs(exact - norm.cdf(abilities_looked_at, prior.mean, prior.sd)).max())


def mean_and_error(by_candidate: Sequence[float]) -> tuple[float, float]:
    """Return a mean over candidates with its Monte-Carlo standard error; a candidate's units are not independent."""
    values = np.asarray(by_candidate)
    return float(values.mean()), float(values.std(ddof=1) / sqrt(values.size))


@dataclass(frozen=True)
class Programme:
    """Figures of one condition, each with its Monte-Carlo standard error."""

    true_correlation: float
    assumed: float | None
    total_length: tuple[float, float]
    less_than_off: tuple[float, float]
    last_unit_length: tuple[float, float]
    accuracy: tuple[float, float]
    claimed_less_actual: tuple[float, float]
    issued: tuple[float, float]
    verdicts_right: float
    wrongly_competent: float
    largest_distance_from_normal: float


def programmes(seed: int, candidates: int, true: float) -> list[Programme]:
    """Return the programme without the policy, then with it for every correlation that may be assumed."""
    rows: list[Programme] = []
    totals_off = np.zeros(candidates)
    for assumed in (None, *CORRELATIONS):
        exams = [unit_exam(unit, seed, assumed) for unit in range(UNITS)]
        people = [
            sit_programme(exams, abilities(seed, person, true), seed + UNITS * person) for person in range(candidates)
        ]
        totals = np.array([sum(sat.length for sat in person) for person in people], dtype=np.float64)
        totals_off = totals if assumed is None else totals_off
        rows.append(figures(people, true=true, assumed=assumed, fewer=(totals_off - totals).tolist()))
    return rows


def figures(
    people: Sequence[Sequence[Sat]], *, true: float, assumed: float | None, fewer: Sequence[float]
) -> Programme:
    sittings = [sat for person in people for sat in person]
    issued = [sat for sat in sittings if sat.issued]
    below = [sat for sat in sittings if sat.theta < CUT]
    return Programme(
        true_correlation=true,
        assumed=assumed,
        total_length=mean_and_error([sum(sat.length for sat in person) for person in people]),
        less_than_off=mean_and_error(fewer),
        last_unit_length=mean_and_error([person[-1].length for person in people]),
        accuracy=mean_and_error([float(np.mean([sat.right for sat in person])) for person in people]),
        claimed_less_actual=mean_and_error(
            [float(np.mean([sat.claimed - sat.right for sat in person])) for person in people]
        ),
        issued=mean_and_error([float(np.mean([sat.issued for sat in person])) for person in people]),
        verdicts_right=float(np.mean([sat.right for sat in issued])),
        wrongly_competent=float(np.mean([sat.wrongly_competent for sat in below])),
        largest_distance_from_normal=max(sat.distance_from_normal for sat in sittings),
    )


@dataclass(frozen=True)
class Unlearnt:
    """Verdicts on a unit that was not learnt, by candidates who are otherwise as the population is."""

    assumed: float | None
    competent: tuple[float, float]
    not_yet_competent: tuple[float, float]
    length: tuple[float, float]


def unlearnt(seed: int, candidates: int, true: float, assumed: float | None) -> Unlearnt:
    exams = [unit_exam(unit, seed, assumed) for unit in range(UNLEARNT_UNIT)]
    last = []
    for person in range(candidates):
        thetas = abilities(seed, person, true)[:UNLEARNT_UNIT]
        thetas[-1] = UNLEARNT_ABILITY
        last.append(sit_programme(exams, thetas, seed + UNITS * person)[-1])
    return Unlearnt(
        assumed=assumed,
        competent=mean_and_error([sat.outcome.verdict == COMPETENT for sat in last]),
        not_yet_competent=mean_and_error([sat.outcome.verdict == NOT_YET_COMPETENT for sat in last]),
        length=mean_and_error([sat.length for sat in last]),
    )


def print_programmes(rows: Sequence[Programme]) -> None:
    print(
        "| true r | assumed r | items in all | fewer than off | last unit | right | claimed − actual | verdicts issued",
        end=" ",
    )
    print("| of these right | competent though below the cut | from normal |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for row in rows:
        print(
            f"| {row.true_correlation} | {row.assumed or 'off'} "
            f"| {row.total_length[0]:.1f} ± {row.total_length[1]:.1f} "
            f"| {row.less_than_off[0]:.1f} ± {row.less_than_off[1]:.1f} "
            f"| {row.last_unit_length[0]:.1f} | {row.accuracy[0]:.3f} ± {row.accuracy[1]:.3f} "
            f"| {row.claimed_less_actual[0]:+.3f} ± {row.claimed_less_actual[1]:.3f} | {row.issued[0]:.3f} "
            f"| {row.verdicts_right:.3f} | {row.wrongly_competent:.3f} | {row.largest_distance_from_normal:.3f} |"
        )


def print_unlearnt(rows: Sequence[Unlearnt]) -> None:
    print(f"\nOne unit not learnt (ability {UNLEARNT_ABILITY}), the seven before it as in the population, r = 0.7:\n")
    print("| assumed r | judged competent | judged not yet competent | items |")
    print("|---|---|---|---|")
    for row in rows:
        print(
            f"| {row.assumed or 'off'} | {row.competent[0]:.3f} ± {row.competent[1]:.3f} "
            f"| {row.not_yet_competent[0]:.3f} ± {row.not_yet_competent[1]:.3f} | {row.length[0]:.1f} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure what finished units are worth for the next ones.")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--candidates", type=int, default=300, help="candidates a condition (default 300)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    conditions = [row for true in CORRELATIONS for row in programmes(options.seed, options.candidates, true)]
    strangers = [unlearnt(options.seed, options.candidates, 0.7, assumed) for assumed in (None, *CORRELATIONS)]
    if options.json:
        rows = {"programmes": [asdict(row) for row in conditions], "unlearnt": [asdict(row) for row in strangers]}
        print(json.dumps(rows))
        return
    print_programmes(conditions)
    print_unlearnt(strangers)


if __name__ == "__main__":
    main()
