"""The computation of a simulation: a design, a pool and candidates in, a report as plain values out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine.design import ExamDesign, prepare_exam
from engine.response_models import ItemPool
from engine.simulation.simulate import simulate
from itembank.simulations.options import SimulationOptions


@dataclass(frozen=True)
class SimulationTask:
    """Everything that a simulation depends on: the design, the items that count and those tried out, the candidates."""

    design: ExamDesign
    pool: ItemPool
    options: SimulationOptions
    pretest_pool: ItemPool | None = None
    pretest_enemies: tuple[tuple[str, str], ...] = ()


def compute(task: SimulationTask, *, on_progress: Callable[[int, int], None] | None = None) -> dict[str, Any]:
    """Simulate.

    Args:
        task: What to simulate.
        on_progress: Called now and then with the number of examinees done and of all.

    Returns:
        The engine's report as plain values, ready for JSON.

    Raises:
        EngineError: The engine refuses the task.
    """
    options = task.options
    exam = prepare_exam(task.design, task.pool, pretest_pool=task.pretest_pool, pretest_enemies=task.pretest_enemies)
    report = simulate(
        exam,
        examinees=options.examinees,
        seed=options.seed,
        ability_mean=options.ability_mean,
        ability_sd=options.ability_sd,
        parameter_error=options.parameter_error,
        on_progress=on_progress,
    )
    return report.to_dict()
