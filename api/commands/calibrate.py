"""``samat calibrate``: item parameters from a file of responses, without a database."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any, Literal

import typer

from api.commands.output import JsonOption, print_facts, print_json
from calibration.calibration_result import FIXED, CalibratedItem, CalibrationResult
from calibration.marginal_likelihood import calibrate
from calibration.priors import Priors
from calibration.responses import ResponseData
from itembank.calibration_runs.workplaces import opened_workplace
from itembank.errors import UnreadableFile
from itembank.exchange.parameter_files import ParameterRow, read_parameters, write_parameters
from itembank.exchange.response_files import read_responses

NOT_CONVERGED = 1
#: So many of what was left out for one reason are named on the screen; --json has all.
_NAMED = 10


def calibrate_command(
    responses: Annotated[Path, typer.Argument(help="CSV (or .csv.gz, .parquet), wide or long; blank: not given.")],
    model: Annotated[Literal["rasch", "2pl", "3pl", "grm", "gpcm"], typer.Option(help="Response model.")],
    priors: Annotated[
        Literal["none", "default"], typer.Option(help="none: plain marginal maximum likelihood; default: weak priors.")
    ] = "default",
    fixed: Annotated[
        Path | None,
        typer.Option(help="PARAMETERS.csv of items to leave as they are; the others come onto their scale."),
    ] = None,
    processes: Annotated[int, typer.Option(help="Processes of this machine to share the work between.")] = 1,
    dask: Annotated[
        str | None, typer.Option(help="Address of a Dask scheduler, as tcp://host:8786, whose workers do the work.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where to write PARAMETERS.csv.")] = None,
    json: JsonOption = False,
) -> None:
    """Estimate item parameters by marginal maximum likelihood."""
    started = perf_counter()
    data = read_responses(responses)
    known = None if fixed is None else _known(fixed, data)
    with opened_workplace(processes=processes, dask=dask) as workplace:
        result = calibrate(
            data,
            model=model,
            priors=None if priors == "none" else Priors(),
            fixed=known,
            on_progress=_progress(),
            workplace=workplace,
        )
    seconds = perf_counter() - started
    if out is not None:
        write_parameters(out, [ParameterRow.from_calibrated(item) for item in result.items])
    if json:
        print_json(_document(result) | {"seconds": round(seconds, 4)})
    else:
        _print(result, seconds)
    if not result.converged:
        sys.exit(NOT_CONVERGED)


def _known(fixed: Path, data: ResponseData) -> dict[str, CalibratedItem]:
    known = {row.item_id: row.calibrated() for row in read_parameters(fixed)}
    if known.keys().isdisjoint(data.item_ids):
        raise UnreadableFile(
            file=fixed, expected=f"items that were answered, such as {data.item_ids[0]!r}; none of {len(known)} was"
        )
    return known


def _document(result: CalibrationResult) -> dict[str, Any]:
    return {
        "model": result.model,
        "status": result.status,
        "log_likelihood": result.log_likelihood,
        "iterations": result.iterations,
        "converged": result.converged,
        "n_persons": result.n_persons,
        "n_items": result.n_items,
        "n_responses": result.n_responses,
        "n_nodes": result.n_nodes,
        "latent_mean": result.latent_mean,
        "latent_sd": result.latent_sd,
        "n_fixed": sum(item.flag == FIXED for item in result.items),
        "excluded": [asdict(exclusion) for exclusion in result.exclusions],
        "items": [item.to_dict() for item in result.items],
    }


def _progress() -> Callable[[int, float], bool] | None:
    if not sys.stderr.isatty():
        return None

    def report(iteration: int, log_likelihood: float) -> bool:
        print(f"\riteration {iteration}: log-likelihood {log_likelihood:.4f}", end="", file=sys.stderr, flush=True)
        return True

    return report


def _print(result: CalibrationResult, seconds: float) -> None:
    print("item                        a     se        b     se        n")
    for item in result.items:
        further = [f"b{place} {threshold:.4f}" for place, threshold in enumerate(item.thresholds, start=1)]
        further += [f"c {item.guessing:.4f}"] if item.model == "3pl" else []
        print(
            f"{item.item_id:<20} {item.discrimination:>8.4f} {item.se_discrimination:>6.4f}"
            f" {item.difficulty:>8.4f} {item.se_difficulty:>6.4f} {item.n_responses:>8}  {' '.join(further)}"
            f" {item.flag or ''}".rstrip()
        )
    print_facts(
        {
            "log-likelihood": result.log_likelihood,
            "iterations": result.iterations,
            "converged": "yes" if result.converged else "NO",
            "ability": f"mean {result.latent_mean:.4f}, standard deviation {result.latent_sd:.4f}",
            "persons": result.n_persons,
            "responses": result.n_responses,
            "seconds": seconds,
        }
    )
    for (kind, reason), ids in _left_out(result).items():
        more = f" and {len(ids) - _NAMED} more" if len(ids) > _NAMED else ""
        print(f"left out, {reason.replace('_', ' ')}: {kind} {', '.join(ids[:_NAMED])}{more}")


def _left_out(result: CalibrationResult) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for one in result.exclusions:
        found.setdefault((one.kind, one.reason), []).append(one.id)
    return found
