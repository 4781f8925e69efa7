"""Reports of measurement: a unit or a run as a whole in figures, as CSV files, and in print."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import Annotated, Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import Field

from api.authentication import Caller
from api.schema import Sent, Shown, example
from api.transaction import Now, Transaction
from itembank.measurement_reports.csv_table import csv_text
from itembank.measurement_reports.information_curves import InformationCurves
from itembank.measurement_reports.item_tables import item_file
from itembank.measurement_reports.pdf import pdf_of
from itembank.measurement_reports.reports import run_report, unit_report
from itembank.measurement_reports.response_export import begin_export, response_table
from itembank.measurement_reports.run_material import run_material
from itembank.measurement_reports.run_tables import run_file, tables_of
from itembank.measurement_reports.unit_material import unit_material
from itembank.measurement_reports.unit_tables import tables_of as tables_of_unit
from itembank.measurement_reports.unit_tables import unit_file
from itembank.measurement_reports.writing import Writing

router = APIRouter(prefix="/measurement-reports", tags=["measurement reports"])

_ELEMENT = {"element": "DG101", "items": 24, "at_cut": 4.6, "target": 8.4}
_INFORMATION = {
    "ability": [-0.3, 0.0],
    "all_items": [12.2, 12.0],
    "longest_test": [6.9, 6.8],
    "length": 30,
    "cut_score": -0.3,
    "at_cut": 6.9,
    "distance": 0.5,
    "target": 12.8,
    "reached": 0.72,
    "elements": [_ELEMENT],
}


class ElementInformationShown(Shown):
    """What the items of one element tell at the cut score, and what its verdict would need of them alone."""

    element: str
    items: int
    at_cut: float
    target: float | None


class InformationShown(Shown):
    """Information over ability, against what a verdict needs; None where no information suffices."""

    ability: list[float]
    all_items: list[float]
    longest_test: list[float] = Field(description="The most that a test of the design's maximum length can have.")
    length: int
    cut_score: float
    at_cut: float = Field(description="Of the longest test, at the cut score.")
    distance: float = Field(description="How far from the cut score, in logits, a verdict should come.")
    target: float | None
    reached: float | None = Field(
        description="How far from the cut the longest test gives verdicts in about half of the sittings."
    )
    elements: list[ElementInformationShown]


class UnitReportShown(Shown):
    """A unit of the bank in force as a whole."""

    model_config = example(
        unit="DG100", bank_number=2, simulated_data=True, information=_INFORMATION, tables=["parameters", "items"]
    )

    unit: str
    bank_number: int
    simulated_data: bool
    information: InformationShown | None
    tables: list[str] = Field(description="What there is to take away as CSV.")


class RunReportShown(Shown):
    """A calibration run as a whole."""

    model_config = example(
        run_id="e2b8a1f4-4f7b-4c40-9d4e-0c1b6fd3a877",
        unit="DG100",
        simulated_data=True,
        before=_INFORMATION,
        after=_INFORMATION,
        tables=["parameters", "items"],
    )

    run_id: UUID
    unit: str
    simulated_data: bool
    before: InformationShown | None
    after: InformationShown | None
    tables: list[str]


class PrintedIn(Sent):
    """How a report in print is written."""

    language: Literal["th", "en"] = "th"


class ItemVersionWanted(Sent):
    """Which version of an item."""

    version: int | None = Field(default=None, ge=1, description="Without it the one that counts.")


@router.get("/units/{unit}", response_model=UnitReportShown, summary="A unit as a whole")
def read_unit_report(unit: str, caller: Caller, session: Transaction) -> dict[str, Any]:
    """Give a unit's information against what its verdicts need, in all and by element. For psychometricians."""
    material = unit_material(session, actor=caller, unit=unit)
    return {
        "unit": unit,
        "bank_number": material.bank.number,
        "simulated_data": material.has_simulated_data,
        "information": _shown(material.information),
        "tables": tables_of_unit(material),
    }


@router.get("/units/{unit}/report", response_class=Response, summary="A unit in print")
def print_unit_report(
    unit: str, wanted: Annotated[PrintedIn, Query()], request: Request, caller: Caller, session: Transaction, now: Now
) -> Response:
    """Give the report on a unit as PDF. For psychometricians."""
    write = _writing(request, wanted)
    return _pdf(pdf_of(unit_report(session, actor=caller, unit=unit, write=write, now=now)))


@router.get("/units/{unit}/tables/{table}", response_class=Response, summary="A table of a unit")
def take_unit_table(unit: str, table: str, caller: Caller, session: Transaction) -> Response:
    """Give a table of a unit as CSV. For psychometricians."""
    return _csv(unit_file(session, actor=caller, unit=unit, name=table))


@router.get("/items/{item_id}/tables/{table}", response_class=Response, summary="The curves of an item")
def take_item_table(
    item_id: UUID, table: str, wanted: Annotated[ItemVersionWanted, Query()], caller: Caller, session: Transaction
) -> Response:
    """Give an item's `curves`, `observed` points or `options` by ability as CSV. For psychometricians."""
    return _csv(item_file(session, actor=caller, item_id=item_id, name=table, version=wanted.version))


@router.post("/units/{unit}/responses", response_class=Response, summary="The recorded answers of a unit")
def take_responses(unit: str, request: Request, caller: Caller, session: Transaction, now: Now) -> Response:
    """Give every answer of a unit as CSV, by pseudonym, and note it in the audit log. For psychometricians."""
    export = begin_export(session, actor=caller, unit=unit, now=now)
    return _csv(csv_text(response_table(request.app.state.database, export)))


@router.get("/runs/{run_id}", response_model=RunReportShown, summary="A calibration run as a whole")
def read_run_report(run_id: UUID, caller: Caller, session: Transaction) -> dict[str, Any]:
    """Give the unit's information under the old and the new parameters. For psychometricians."""
    material = run_material(session, actor=caller, run_id=run_id)
    return {
        "run_id": run_id,
        "unit": material.run.unit,
        "simulated_data": material.has_simulated_data,
        "before": _shown(material.before),
        "after": _shown(material.after),
        "tables": tables_of(material),
    }


@router.get("/runs/{run_id}/report", response_class=Response, summary="A calibration run in print")
def print_run_report(
    run_id: UUID,
    wanted: Annotated[PrintedIn, Query()],
    request: Request,
    caller: Caller,
    session: Transaction,
    now: Now,
) -> Response:
    """Give the report on a run as PDF. For psychometricians."""
    write = _writing(request, wanted)
    return _pdf(pdf_of(run_report(session, actor=caller, run_id=run_id, write=write, now=now)))


@router.get("/runs/{run_id}/tables/{table}", response_class=Response, summary="A table of a calibration run")
def take_run_table(run_id: UUID, table: str, caller: Caller, session: Transaction) -> Response:
    """Give a table of a run as CSV. For psychometricians."""
    return _csv(run_file(session, actor=caller, run_id=run_id, name=table))


def _writing(request: Request, wanted: PrintedIn) -> Writing:
    return Writing(wanted.language, ZoneInfo(request.app.state.settings.time_zone))


def _shown(curves: InformationCurves | None) -> dict[str, Any] | None:
    if curves is None:
        return None
    return {
        "ability": curves.ability.tolist(),
        "all_items": curves.all_items.tolist(),
        "longest_test": curves.longest_test.tolist(),
        "length": curves.length,
        "cut_score": curves.cut_score,
        "at_cut": curves.at_cut,
        "distance": curves.distance,
        "target": _finite(curves.target),
        "reached": _finite(curves.reached),
        "elements": [
            {"element": one.element, "items": one.items, "at_cut": one.at_cut, "target": _finite(one.target)}
            for one in curves.elements
        ],
    }


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None


def _csv(pieces: Iterator[str]) -> Response:
    return StreamingResponse((piece.encode() for piece in pieces), media_type="text/csv; charset=utf-8")


def _pdf(content: bytes) -> Response:
    return Response(content, media_type="application/pdf")
