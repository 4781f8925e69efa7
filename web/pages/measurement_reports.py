"""Reports of measurement: a unit or a run as plots, as CSV files, and in print."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from fastapi.responses import Response, StreamingResponse

from itembank.calibration_runs.item_statistics import units_in_force
from itembank.database import Database
from itembank.measurement_reports.csv_table import csv_text
from itembank.measurement_reports.item_tables import item_file
from itembank.measurement_reports.pdf import pdf_of
from itembank.measurement_reports.reports import run_report, unit_report
from itembank.measurement_reports.response_export import begin_export, response_table
from itembank.measurement_reports.run_charts import run_charts
from itembank.measurement_reports.run_material import run_material
from itembank.measurement_reports.run_tables import run_file, tables_of
from itembank.measurement_reports.unit_charts import unit_charts
from itembank.measurement_reports.unit_material import unit_material
from itembank.measurement_reports.unit_tables import tables_of as tables_of_unit
from itembank.measurement_reports.unit_tables import unit_file
from itembank.measurement_reports.writing import Writing
from web.page import Now, Page, SignedInPage, Transaction, actor_of

router = APIRouter(prefix="/measurement/reports")


@router.get("")
def unit_report_page(page: SignedInPage, session: Transaction, unit: str = "") -> Response:
    """Show a unit of the bank in force as a whole: its plots, and what there is to take away."""
    actor = actor_of(page)
    units = units_in_force(session, actor=actor)
    if not units:
        return page.render("measurement_reports/unit.html", units=units, material=None)
    material = unit_material(session, actor=actor, unit=unit or units[0].code)
    return page.render(
        "measurement_reports/unit.html",
        block="report",
        units=units,
        material=material,
        charts=unit_charts(material, _writing(page)),
        tables=tables_of_unit(material),
    )


@router.get("/units/{unit}/report.pdf")
def unit_report_file(page: SignedInPage, session: Transaction, now: Now, unit: str) -> Response:
    """Give the report on a unit in print."""
    document = unit_report(session, actor=actor_of(page), unit=unit, write=_writing(page), now=now)
    return _download(pdf_of(document), f"unit-{unit}", "pdf")


@router.get("/units/{unit}/{table}.csv")
def unit_table_file(page: SignedInPage, session: Transaction, unit: str, table: str) -> Response:
    """Give a table of a unit as CSV."""
    pieces = unit_file(session, actor=actor_of(page), unit=unit, name=table)
    return _stream(pieces, f"unit-{unit}-{table}")


@router.post("/units/{unit}/responses")
def responses_file(page: SignedInPage, session: Transaction, now: Now, unit: str) -> Response:
    """Give the recorded answers of a unit as CSV; who took them stands in the audit log from then on."""
    export = begin_export(session, actor=actor_of(page), unit=unit, now=now)
    database: Database = page.request.app.state.database
    return _stream(csv_text(response_table(database, export)), f"unit-{unit}-responses")


@router.get("/items/{item_id}/{table}.csv")
def item_table_file(
    page: SignedInPage,
    session: Transaction,
    item_id: UUID,
    table: str,
    version: Annotated[int | None, Query(ge=1)] = None,
) -> Response:
    """Give the curves of an item, or what was observed of it, as CSV."""
    pieces = item_file(session, actor=actor_of(page), item_id=item_id, name=table, version=version)
    return _stream(pieces, f"item-{str(item_id)[:8]}-{table}")


@router.get("/runs/{run_id}")
def run_report_page(page: SignedInPage, session: Transaction, run_id: UUID) -> Response:
    """Show what a run found as a whole: its plots, and what there is to take away."""
    material = run_material(session, actor=actor_of(page), run_id=run_id)
    return page.render(
        "measurement_reports/run.html",
        material=material,
        run=material.run,
        charts=run_charts(material, _writing(page)),
        tables=tables_of(material),
    )


@router.get("/runs/{run_id}/report.pdf")
def run_report_file(page: SignedInPage, session: Transaction, now: Now, run_id: UUID) -> Response:
    """Give the report on a run in print."""
    document = run_report(session, actor=actor_of(page), run_id=run_id, write=_writing(page), now=now)
    return _download(pdf_of(document), f"calibration-{str(run_id)[:8]}", "pdf")


@router.get("/runs/{run_id}/{table}.csv")
def run_table_file(page: SignedInPage, session: Transaction, run_id: UUID, table: str) -> Response:
    """Give a table of a run as CSV."""
    pieces = run_file(session, actor=actor_of(page), run_id=run_id, name=table)
    return _stream(pieces, f"calibration-{str(run_id)[:8]}-{table}")


def _writing(page: Page) -> Writing:
    return Writing(page.t.language, ZoneInfo(page.settings.time_zone))


def _stream(pieces: Iterator[str], name: str) -> Response:
    encoded = (piece.encode() for piece in pieces)
    return StreamingResponse(encoded, media_type="text/csv; charset=utf-8", headers=_attached(name, "csv"))


def _download(content: bytes, name: str, kind: str) -> Response:
    return Response(content, media_type=f"application/{kind}", headers=_attached(name, kind))


def _attached(name: str, kind: str) -> dict[str, str]:
    # Codes come from the standard; in a file's name only what every system takes may stand.
    safe = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_") else "-" for letter in name)
    return {"Content-Disposition": f'attachment; filename="{safe}.{kind}"'}
