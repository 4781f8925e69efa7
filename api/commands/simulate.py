"""``samat simulate``: the delivering engine on simulated candidates, without a database."""

from __future__ import annotations

import os
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any, Literal

import typer

from api.commands.output import JsonOption, print_facts, print_json, progress_line
from api.commands.report_file import ReportLanguage, require_folder, write_report
from engine.design import prepare_exam
from engine.simulation.simulate import simulate
from engine.simulation.simulation_report import SimulationReport
from itembank.exchange.blueprint_files import read_design
from itembank.exchange.parameter_files import read_parameters
from itembank.exchange.parameter_pool import pool_of

StopRule = Literal["confidence", "se", "information", "sprt", "glr", "interval", "length", "time"]

_DECISION_FIGURES = {"decision_accuracy", "claimed_accuracy", "verdict_accuracy", "undecided", "claims", "accuracy"}


def simulate_command(
    parameters: Annotated[Path, typer.Option(help="PARAMETERS.csv with unit, element, criterion columns.")],
    examinees: Annotated[int, typer.Option(help="How many simulated candidates.")],
    seed: Annotated[int, typer.Option(help="Seed; the same seed gives the same result.")],
    blueprint: Annotated[Path | None, typer.Option(help="BLUEPRINT.toml; every table of it is optional.")] = None,
    max_exposure: Annotated[float | None, typer.Option(help="Largest share of sittings for one item.")] = None,
    at_once: Annotated[
        int, typer.Option(help="Under exposure control: sittings that begin before any of them is counted.")
    ] = 1,
    stop: Annotated[StopRule | None, typer.Option(help="Stop rule before the file's.")] = None,
    ability_mean: Annotated[float, typer.Option(help="Mean of true ability.")] = 0.0,
    ability_sd: Annotated[float, typer.Option(help="Standard deviation of true ability.")] = 1.0,
    true_parameters: Annotated[
        Path | None, typer.Option(help="PARAMETERS.csv that the answers follow instead.")
    ] = None,
    parameter_error: Annotated[
        bool, typer.Option("--parameter-error", help="Answers follow parameters that differ by their standard errors.")
    ] = False,
    processes: Annotated[
        int | None, typer.Option(help="Most processes to use; the result does not depend on it. Default: one a core.")
    ] = None,
    report: Annotated[Path | None, typer.Option(help="Write an HTML page with figures and plots to this file.")] = None,
    report_language: Annotated[ReportLanguage, typer.Option(help="Language of that page.")] = "en",
    json: JsonOption = False,
) -> None:
    """Simulate an exam: bias, RMSE, length, exposure, overlap, blueprint violations, decision accuracy."""
    started = perf_counter()
    require_folder(report)
    pool = pool_of(read_parameters(parameters))
    file = read_design(blueprint, pool_size=len(pool), stop_rule=stop)
    simulated = simulate(
        prepare_exam(file.design, pool),
        examinees=examinees,
        seed=seed,
        ability_mean=ability_mean,
        ability_sd=ability_sd,
        true_pool=pool_of(read_parameters(true_parameters)) if true_parameters else None,
        parameter_error=parameter_error,
        maximum_exposure=max_exposure,
        on_progress=progress_line("simulating"),
        processes=(os.cpu_count() or 1) if processes is None else processes,
        at_once=at_once,
    )
    limit = file.design.maximum_exposure if max_exposure is None else max_exposure
    figures = _figures(simulated, has_cut=file.has_cut) | {"seconds": round(perf_counter() - started, 3)}
    if report is not None:
        write_report(
            report,
            figures,
            design=file.design,
            has_cut=file.has_cut,
            limit=limit,
            seed=seed,
            ability=(ability_mean, ability_sd),
            parameters="given" if true_parameters else "differ" if parameter_error else "same",
            source=parameters,
            language=report_language,
        )
    if json:
        print_json(figures)
    else:
        print_facts(_facts(figures) | _warning(figures, limit))


def _figures(report: SimulationReport, *, has_cut: bool) -> dict[str, Any]:
    """Return the figures of the report; without a cut score none that is about decisions."""
    figures = report.to_dict()
    if has_cut:
        return figures
    conditional = [_without_decisions(row) for row in figures["conditional"]]
    return _without_decisions(figures) | {"conditional": conditional}


def _without_decisions(figures: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in figures.items() if name not in _DECISION_FIGURES}
    errors = figures["standard_errors"]
    return kept | {"standard_errors": {name: errors[name] for name in errors if name not in _DECISION_FIGURES}}


def _facts(figures: dict[str, Any]) -> dict[str, str]:
    """Return the figures of one number each, with their Monte-Carlo standard errors."""
    errors = figures["standard_errors"]
    return {
        name: (f"{value:.4f}" if isinstance(value, float) else str(value))
        + (f"  (standard error {errors[name]:.4f})" if name in errors else "")
        for name, value in figures.items()
        if not isinstance(value, (dict, list))
    } | {"finish_reasons": ", ".join(f"{reason} {count}" for reason, count in figures["finish_reasons"].items())}


def _warning(figures: dict[str, Any], limit: float | None) -> dict[str, str]:
    """Return a line about a limit on exposure that no control can keep, or none."""
    if limit is None or not figures["usage"]["limit_out_of_reach"]:
        return {}
    least = figures["usage"]["smallest_possible"]
    return {"warning": f"the exposure limit {limit:g} is out of reach: at least {least:.4f}, mean length over items"}
