"""``samat report``: a unit or a calibration run as files: its tables as CSV and its report in print."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

import typer

from api.commands.opened import opened_database
from api.commands.output import JsonOption, print_json
from api.commands.report_file import ReportLanguage
from itembank.actor import COMMAND_LINE
from itembank.clock import utc_now
from itembank.database import Database
from itembank.errors import InvalidInput
from itembank.measurement_reports.csv_table import csv_text
from itembank.measurement_reports.pdf import pdf_of
from itembank.measurement_reports.reports import run_report, unit_report
from itembank.measurement_reports.response_export import begin_export, response_table
from itembank.measurement_reports.run_material import run_material
from itembank.measurement_reports.run_tables import run_file, tables_of
from itembank.measurement_reports.unit_material import unit_material
from itembank.measurement_reports.unit_tables import tables_of as tables_of_unit
from itembank.measurement_reports.unit_tables import unit_file
from itembank.measurement_reports.writing import Writing
from itembank.settings import load_settings

app = typer.Typer(help="Reports of measurement as files: tables as CSV, and one in print.", no_args_is_help=True)

OutOption = Annotated[Path, typer.Option(help="Folder for the files; it is made, and files in it are replaced.")]
LanguageOption = Annotated[ReportLanguage, typer.Option(help="Language of the report in print.")]


@app.command("unit")
def report_unit(
    unit: Annotated[str, typer.Argument(help="Code of a unit of competence.")],
    out: OutOption,
    language: LanguageOption = "th",
    responses: Annotated[
        bool, typer.Option("--responses", help="Also every recorded answer, by pseudonym; the audit log keeps it.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Write what the bank in force has of a unit: parameters, statistics, queue, decisions, information."""
    written = []
    with opened_database() as database:
        with database.reading() as session:
            document = unit_report(session, actor=COMMAND_LINE, unit=unit, write=_writing(language), now=utc_now())
            names = tables_of_unit(unit_material(session, actor=COMMAND_LINE, unit=unit))
            tables = {name: unit_file(session, actor=COMMAND_LINE, unit=unit, name=name) for name in names}
        folder = _folder(out)
        written.append(_kept(folder / "report.pdf", pdf_of(document)))
        written += [_written(folder / f"{name}.csv", pieces) for name, pieces in tables.items()]
        if responses:
            written.append(_written(folder / "responses.csv", _responses(database, unit)))
    _tell(written, json=json)


@app.command("run")
def report_run(
    run: Annotated[UUID, typer.Argument(help="Id of a calibration run.")],
    out: OutOption,
    language: LanguageOption = "th",
    json: JsonOption = False,
) -> None:
    """Write what a calibration run found: parameters, changes, diagnostics, impact, what was left out."""
    with opened_database() as database, database.reading() as session:
        document = run_report(session, actor=COMMAND_LINE, run_id=run, write=_writing(language), now=utc_now())
        names = tables_of(run_material(session, actor=COMMAND_LINE, run_id=run))
        tables = {name: run_file(session, actor=COMMAND_LINE, run_id=run, name=name) for name in names}
        folder = _folder(out)
        written = [_kept(folder / "report.pdf", pdf_of(document))]
        written += [_written(folder / f"{name}.csv", pieces) for name, pieces in tables.items()]
    _tell(written, json=json)


def _responses(database: Database, unit: str) -> Iterator[str]:
    with database.writing() as session:
        export = begin_export(session, actor=COMMAND_LINE, unit=unit, now=utc_now())
    return csv_text(response_table(database, export))


def _writing(language: str) -> Writing:
    return Writing(language, ZoneInfo(load_settings().time_zone))


def _folder(out: Path) -> Path:
    if out.exists() and not out.is_dir():
        raise InvalidInput(field="--out", expected=f"a folder, not the file {str(out)!r}")
    out.mkdir(parents=True, exist_ok=True)
    return out


def _kept(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _written(path: Path, pieces: Iterator[str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(pieces)
    return path


def _tell(written: list[Path], *, json: bool) -> None:
    if json:
        print_json({"files": [str(path) for path in written]})
        return
    for path in written:
        print(path)
