"""``samat simulate``: the delivering engine on simulated candidates, without a database."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import Annotated, Any, Literal

import typer

from api.commands.output import JsonOption, print_facts, print_json, progress_line
from engine.design import prepare_exam
from engine.simulation import simulate
from engine.simulation_report import SimulationReport
from itembank.exchange.blueprint_files import read_design
from itembank.exchange.parameter_files import read_parameters
from itembank.exchange.parameter_pool import pool_of

_DECISION_FIGURES = ("decision_accuracy", "claimed_accuracy", "verdict_accuracy", "undecided")


def simulate_command(
    parameters: Annotated[Path, typer.Option(help="PARAMETERS.csv with unit, element, criterion columns.")],
    examinees: Annotated[int, typer.Option(help="How many simulated candidates.")],
    seed: Annotated[int, typer.Option(help="Seed; the same seed gives the same result.")],
    blueprint: Annotated[Path | None, typer.Option(help="BLUEPRINT.toml; every table of it is optional.")] = None,
    max_exposure: Annotated[float | None, typer.Option(help="Largest share of sittings for one item.")] = None,
    stop: Annotated[Literal["confidence", "length"] | None, typer.Option(help="Stop rule before the file's.")] = None,
    ability_mean: Annotated[float, typer.Option(help="Mean of true ability.")] = 0.0,
    ability_sd: Annotated[float, typer.Option(help="Standard deviation of true ability.")] = 1.0,
    true_parameters: Annotated[
        Path | None, typer.Option(help="PARAMETERS.csv that the answers follow instead.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Simulate an exam: bias, RMSE, length, exposure, overlap, blueprint violations, decision accuracy."""
    started = perf_counter()
    pool = pool_of(read_parameters(parameters))
    file = read_design(blueprint, pool_size=len(pool), stop_rule=stop)
    report = simulate(
        prepare_exam(file.design, pool),
        examinees=examinees,
        seed=seed,
        ability_mean=ability_mean,
        ability_sd=ability_sd,
        true_pool=pool_of(read_parameters(true_parameters)) if true_parameters else None,
        maximum_exposure=max_exposure,
        on_progress=progress_line("simulating"),
    )
    figures = _figures(report, has_cut=file.has_cut) | {"seconds": round(perf_counter() - started, 3)}
    if json:
        print_json(figures)
    else:
        print_facts({name: value for name, value in figures.items() if not isinstance(value, dict)})


def _figures(report: SimulationReport, *, has_cut: bool) -> dict[str, Any]:
    figures = report.to_dict()
    if has_cut:
        return figures
    errors = {name: error for name, error in figures["standard_errors"].items() if name not in _DECISION_FIGURES}
    kept = {name: value for name, value in figures.items() if name not in _DECISION_FIGURES}
    return kept | {"standard_errors": errors}
