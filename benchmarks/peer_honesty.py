"""Whether the programs' standard errors are honest: coverage of intervals, posteriors against adaptive quadrature."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from mirt.cat import CATEngine
from mirt.cat.results import CATResult
from scipy.integrate import quad

from benchmarks.peer_bank import Parameters, Row
from benchmarks.peer_programmes import LENGTH, simulated
from engine.simulation.simulation_report import SimulatedSitting
from engine.stop_rules.stop_settings import StopSettings

TARGET_ERROR = 0.20
LONGEST = 120
WITHIN_95 = 1.959963984540054
RECOMPUTED = 100


def exact_posterior(bank: Parameters, items: Sequence[int], responses: Sequence[int]) -> tuple[float, float]:
    """Return mean and standard deviation of a posterior by adaptive quadrature."""
    a, b, signs = bank.discrimination[list(items)], bank.difficulty[list(items)], 2 * np.array(responses) - 1

    def log_density(theta: float) -> float:
        return float(-0.5 * theta * theta - np.logaddexp(0, -signs * a * (theta - b)).sum())

    grid = np.linspace(-6, 6, 601)
    peak = float(grid[int(np.argmax([log_density(theta) for theta in grid]))])
    height = log_density(peak)

    def moment(power: int, centre: float) -> float:
        def weighted(theta: float) -> float:
            return float((theta - centre) ** power * np.exp(log_density(theta) - height))

        return float(quad(weighted, peak - 3, peak + 3, points=[peak], epsabs=1e-12, epsrel=1e-10, limit=200)[0])

    mass = moment(0, 0.0)
    mean = moment(1, 0.0) / mass
    return mean, float(np.sqrt(moment(2, mean) / mass))


@dataclass(frozen=True)
class Estimate:
    """What a program says about one examinee, and on which answers."""

    truth: float
    theta: float
    standard_error: float
    items: Sequence[int]
    responses: Sequence[int]


def our_estimate(sitting: SimulatedSitting) -> Estimate:
    items = [int(item_id[1:]) for item_id, _response in sitting.responses]
    unit = sitting.outcome.unit
    return Estimate(
        sitting.theta, unit.theta, unit.standard_error, items, [response for _item_id, response in sitting.responses]
    )


def their_estimate(truth: float, result: CATResult) -> Estimate:
    return Estimate(
        truth,
        result.theta,
        result.standard_error,
        result.items_administered,
        np.asarray(result.responses).tolist(),
    )


def coverage(estimates: Sequence[Estimate]) -> float:
    """Return how many of a hundred 95 % intervals hold the true ability."""
    inside = [abs(one.theta - one.truth) <= WITHIN_95 * one.standard_error for one in estimates]
    return 100 * float(np.mean(inside))


def furthest(bank: Parameters, estimates: Sequence[Estimate]) -> float:
    """Return the largest error of a posterior's mean or standard deviation."""
    errors = []
    for one in estimates[:RECOMPUTED]:
        mean, deviation = exact_posterior(bank, one.items, one.responses)
        errors += [abs(one.theta - mean), abs(one.standard_error - deviation)]
    return max(errors)


def honesty_rows(examinees: int) -> list[Row]:
    """Compare intervals with the truth and posteriors with adaptive quadrature, every program with its defaults."""
    bank = Parameters.drawn(1000, 6)
    rows = []
    for name, options, threshold, longest in (
        (f"after {LENGTH} items", {}, 1e-6, LENGTH),
        (
            f"after “stop at SE ≤ {TARGET_ERROR:.2f}”",
            {
                "stop_rule": "se",
                "minimum_length": 1,
                "maximum_length": LONGEST,
                "stopping": StopSettings(target_standard_error=TARGET_ERROR),
            },
            TARGET_ERROR,
            LONGEST,
        ),
    ):
        report = simulated(bank.pool(), examinees, keep_sittings=True, **options)
        ours = [our_estimate(sitting) for sitting in report.sittings]
        peer = CATEngine(bank.model(), stopping_rule="SE", se_threshold=threshold, max_items=longest, seed=11)
        results = peer.run_batch_simulation([one.truth for one in ours])
        theirs = [their_estimate(one.truth, result) for one, result in zip(ours, results, strict=True)]
        rows += [
            Row(f"95 % intervals {name} that hold the truth", "%", coverage(ours), coverage(theirs), compared=False),
            Row(
                f"… largest error of a posterior's mean or SD against adaptive quadrature ({RECOMPUTED} examinees)",
                "",
                furthest(bank, ours),
                furthest(bank, theirs),
                compared=False,
            ),
        ]
    return rows
