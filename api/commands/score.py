"""``samat score``: abilities from a file of responses and a file of parameters, without a database."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import typer

from api.commands.output import JsonOption, print_json
from calibration.responses import ResponseData
from engine.ability.estimation import AbilityScores, score_patterns
from engine.response_models import IntArray
from itembank.errors import UnreadableFile
from itembank.exchange.parameter_files import read_parameters
from itembank.exchange.parameter_pool import pool_of
from itembank.exchange.response_files import read_responses

_NOT_ADMINISTERED = -1


def score_command(
    responses: Annotated[Path, typer.Argument(help="CSV (or .csv.gz, .parquet), wide or long; blank: not given.")],
    parameters: Annotated[Path, typer.Option(help="PARAMETERS.csv.")],
    out: Annotated[Path, typer.Option(help="Where to write person,theta,se,status.")],
    method: Annotated[Literal["eap", "map", "mle", "wle"], typer.Option(help="Estimator of ability.")] = "eap",
    json: JsonOption = False,
) -> None:
    """Estimate the ability of every person in a file.

    The standard error se is the posterior's standard deviation under eap; else it is 1/√I with the test information I
    at the estimate, to which map adds the prior's precision.
    """
    data = read_responses(responses)
    pool = pool_of(read_parameters(parameters))
    places = {item_id: place for place, item_id in enumerate(pool.item_ids)}
    unknown = [item_id for item_id in data.item_ids if item_id not in places]
    if unknown:
        raise UnreadableFile(file=parameters, expected=f"parameters of every answered item; {unknown[0]} has none")
    columns = np.array([places[item_id] for item_id in data.item_ids], dtype=np.intp)
    _refuse_high_scores(data, pool.category_counts[columns] - 1, file=responses)
    scores = score_patterns(pool, _table(data, columns, len(pool)), method=method)
    _write(out, data, scores)
    if json:
        print_json({"persons": data.n_persons, "method": method, "out": str(out), "statuses": _counted(scores)})
    else:
        print(f"{out}: {data.n_persons} persons scored ({method})")


def _refuse_high_scores(data: ResponseData, highest: IntArray, *, file: Path) -> None:
    too_high = data.score > highest[data.item]
    if too_high.any():
        place = int(np.argmax(too_high))
        item = data.item[place]
        raise UnreadableFile(
            file=file,
            expected=f"person {data.person_ids[data.person[place]]!r}, item {data.item_ids[item]!r}: "
            f"score {data.score[place]}; its parameters allow from 0 to {highest[item]}",
        )


def _table(
    data: ResponseData, columns: np.ndarray[tuple[int], np.dtype[np.intp]], width: int
) -> np.ndarray[tuple[int, int], np.dtype[np.int8]]:
    table = np.full((data.n_persons, width), _NOT_ADMINISTERED, dtype=np.int8)
    table[data.person, columns[data.item]] = data.score
    return table


def _write(out: Path, data: ResponseData, scores: AbilityScores) -> None:
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["person", "theta", "se", "status"])
        for person, theta, error, status in zip(
            data.person_ids, scores.theta, scores.standard_error, scores.status, strict=True
        ):
            writer.writerow([person, _number(theta), _number(error), status])


def _number(value: float) -> str:
    return f"{value:.6f}" if np.isfinite(value) else ""


def _counted(scores: AbilityScores) -> dict[str, int]:
    return {status: scores.status.count(status) for status in sorted(set(scores.status))}
