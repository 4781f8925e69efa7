"""Whole simulated programmes of Samat and its peers, free and under content bounds with exposure control."""

import numpy as np
import numpy.typing as npt
from catsim.estimation import NumericalSearchEstimator
from catsim.initialization import FixedPointInitializer
from catsim.selection import MaxInfoSelector
from catsim.simulation import Simulator
from catsim.stopping import TestLengthStopper
from mirt.cat import CATEngine, ContentArea, ContentBlueprint, MaxItemsStop, ShadowTestSelection, SympsonHetter

from benchmarks.peer_bank import CRITERIA, ELEMENTS, FloatArray, Parameters, Row, processor_seconds
from engine.blueprints.blueprint import Blueprint, Bounds
from engine.design import ExamDesign, prepare_exam
from engine.response_models import ItemPool
from engine.simulation.simulate import simulate
from engine.simulation.simulation_report import SimulationReport

LENGTH = 30
EXPOSURE = 0.25
TOGETHER = 20
# How many of the examinees the slow ones are given.
CATSIM_EXAMINEES, SESSIONS, SHADOW_SESSIONS = 25, 20, 2


def simulated(
    pool: ItemPool, examinees: int, *, keep_sittings: bool = False, at_once: int = 1, **options: object
) -> SimulationReport:
    """Prepare an exam and take examinees through it."""
    settings: dict[str, object] = {
        "blueprint": Blueprint(()),
        "minimum_length": LENGTH,
        "maximum_length": LENGTH,
        "selection": "information",
        "stop_rule": "length",
    } | options
    return simulate(
        prepare_exam(ExamDesign(**settings), pool),  # type: ignore[arg-type]
        examinees=examinees,
        seed=5,
        keep_sittings=keep_sittings,
        at_once=at_once,
    )


def root_mean_square(errors: npt.ArrayLike) -> float:
    return float(np.sqrt(np.mean(np.square(errors))))


def catsim_programme(bank: Parameters, thetas: FloatArray) -> Simulator:
    simulator = Simulator(bank.item_bank(), thetas)
    simulator.simulate(
        FixedPointInitializer(0),
        MaxInfoSelector(),
        NumericalSearchEstimator(),
        TestLengthStopper(max_items=LENGTH),
    )
    return simulator


def programme_rows(examinees: int, repeats: int) -> list[Row]:
    """Take examinees through 30 items by maximum information, ability estimated after each."""
    bank = Parameters.drawn(1000, 6)
    pool = bank.pool()
    report = simulated(pool, examinees, keep_sittings=True)
    thetas = np.array([sitting.theta for sitting in report.sittings])
    # A standard error that is never reached: the fast path needs the rule, the length ends the test.
    fixed = CATEngine(bank.model(), stopping_rule="SE", se_threshold=1e-6, max_items=LENGTH, seed=7)
    results = fixed.run_batch_simulation(thetas)
    few = thetas[:CATSIM_EXAMINEES]
    theirs = catsim_programme(bank, few)
    return [
        Row(
            f"{examinees:,} examinees × {LENGTH} items, 1,000 items, MFI and EAP (catsim: maximum likelihood, "
            f"{few.size} examinees scaled)",
            "s",
            processor_seconds(lambda: simulated(pool, examinees), repeats=repeats),
            processor_seconds(lambda: fixed.run_batch_simulation(thetas), repeats=repeats),
            processor_seconds(lambda: catsim_programme(bank, few)) * examinees / few.size,
        ),
        Row(
            "… every sitting kept with its verdicts (mirt: its vectorised path without compiled code)",
            "s",
            processor_seconds(lambda: simulated(pool, examinees, keep_sittings=True), repeats=repeats),
            processor_seconds(lambda: fixed.run_batch_simulation(thetas, use_rust=False), repeats=repeats),
        ),
        Row(
            "… RMSE of ability",
            "",
            report.rmse,
            root_mean_square([result.theta for result in results] - thetas),
            root_mean_square(np.array(theirs.latest_estimations) - few),
            compared=False,
        ),
    ]


def session_seconds(bank: Parameters, count: int, **controls: object) -> float:
    """Return the processor time of one of the peer's sessions under exposure control and further controls."""
    engine = CATEngine(
        bank.model(),
        stopping_rule=MaxItemsStop(LENGTH),
        max_items=LENGTH,
        min_items=LENGTH,
        exposure_control=SympsonHetter(target_rate=EXPOSURE, seed=9),
        seed=9,
        **controls,
    )
    engine.run_simulation(0.0)
    thetas = np.random.default_rng(8).standard_normal(count)
    return processor_seconds(lambda: engine.run_batch_simulation(thetas)) / count


def constrained_rows(examinees: int) -> list[Row]:
    """Take examinees through the same with content bounds, and at most a quarter of them for any item.

    The peer knows areas that do not nest, so it is given the criteria alone; its exposure control is not calibrated
    beforehand, which saves it the programmes that this takes.
    """
    bank = Parameters.drawn(1000, 6)
    bounds = [Bounds("criterion", f"C{place}", 1, 3) for place in range(CRITERIA)]
    bounds += [Bounds("element", f"E{place}", 4, 8) for place in range(ELEMENTS)]
    options = {"blueprint": Blueprint(tuple(bounds)), "maximum_exposure": EXPOSURE}
    seconds = processor_seconds(lambda: simulated(bank.pool(), examinees, **options), repeats=3)
    together = processor_seconds(lambda: simulated(bank.pool(), examinees, at_once=TOGETHER, **options), repeats=3)
    report = simulated(bank.pool(), examinees, **options)
    crowd = simulated(bank.pool(), examinees, at_once=TOGETHER, **options)
    areas = ContentBlueprint(
        [ContentArea(f"C{place}", set(range(place, 1000, CRITERIA)), 1, 3) for place in range(CRITERIA)]
    )
    flat = session_seconds(bank, SESSIONS, content_constraint=areas) * examinees
    exact = session_seconds(bank, SHADOW_SESSIONS, item_selection=ShadowTestSelection(blueprint=areas)) * examinees
    return [
        Row(
            f"the same with criteria, elements and exposure {EXPOSURE} (the peer: criteria by rule of thumb, "
            f"{SESSIONS} examinees scaled)",
            "s",
            seconds,
            flat,
        ),
        Row(f"… the peer's shadow tests ({SHADOW_SESSIONS} examinees scaled)", "s", seconds, exact),
        Row(f"… {TOGETHER} examinees beginning at a time, as on an exam day", "s", together, flat),
        Row(
            "… tests that break the blueprint, one by one and so",
            "",
            report.blueprint_violations + crowd.blueprint_violations,
            compared=False,
        ),
        Row("… largest exposure, one by one", "", report.max_exposure, compared=False),
        Row(f"… largest exposure, {TOGETHER} at a time", "", crowd.max_exposure, compared=False),
    ]
