"""Simulations: trying an exam design on a published bank before anybody sits it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query
from fastapi.responses import Response
from sqlmodel import Session
from starlette.background import BackgroundTask

from engine.design import SELECTIONS
from engine.stop_rules.stop_settings import COMBINATIONS, STOP_RULES
from itembank.actor import Role
from itembank.delivery.exam_planning import examinable_units
from itembank.delivery.exams import list_exams
from itembank.errors import BankTooSmall, IllegalMove, InvalidInput, NotFound
from itembank.publishing.banks import list_banks
from itembank.simulations import runs
from itembank.simulations.options import MOST_EXAMINEES
from itembank.simulations.report.content import ReportContent, report_content, setting_lines
from itembank.simulations.report.page import report_page
from itembank.simulations.report.words import text
from itembank.simulations.runs import SimulationView
from itembank.simulations.starting_points import StartingPoint, starting_point
from itembank.simulations.states import OPEN_STATES, SimulationState
from web.error_pages import STATUS, error_text
from web.page import Notice, Now, Page, SignedInPage, Transaction, actor_of
from web.pages.administration_design_words import words_of_selection, words_of_stop_rule
from web.pages.simulation_form import SimulationForm, field_error

router = APIRouter(prefix="/simulations")

Entered = Annotated[SimulationForm, Form()]
#: A simulated candidate takes no time.
_RULES = tuple(rule for rule in STOP_RULES if rule != "time")


@router.get("")
def simulations_page(page: SignedInPage, session: Transaction) -> Response:
    """List the simulations, with the choice of what to simulate next."""
    return _show_list(page, session)


@router.get("/new")
def new_simulation_page(
    page: SignedInPage,
    session: Transaction,
    unit: Annotated[str, Query(max_length=60)] = "",
    bank: Annotated[str, Query(max_length=10)] = "",
    source: Annotated[str, Query(max_length=60)] = "proposed",
) -> Response:
    """Show a design to begin with, and let it be changed."""
    try:
        start = _start(page, session, unit=unit, bank=bank, source=source)
    except (BankTooSmall, InvalidInput) as error:
        session.rollback()
        return _show_list(page, session, errors={"unit": error_text(error, page.t)})
    return _show_form(page, start, SimulationForm.started(start))


@router.post("")
def request_page(page: SignedInPage, session: Transaction, now: Now, entered: Entered) -> Response:
    """Ask for a simulation, or show the form again as it was with what is wrong."""
    start = _start(page, session, unit=entered.unit, bank=entered.bank, source=entered.source)
    read = entered.read(start.design, page.t)
    if isinstance(read, Mapping):
        return _show_form(page, start, entered, errors=read)
    design, options = read
    try:
        run = runs.request_simulation(
            session,
            actor=actor_of(page),
            unit=start.unit,
            design=design,
            options=options,
            bank_number=start.bank.number,
            now=now,
        )
    except (InvalidInput, BankTooSmall) as error:
        session.rollback()
        return _show_form(page, start, entered, errors=field_error(error, page.t))
    response = page.redirect(f"/simulations/{run.id}", notice="simulations.notice_requested")
    # After the response, and so after the commit: the worker must find the run.
    response.background = BackgroundTask(page.request.app.state.simulation_worker.wake)
    return response


@router.get("/{run_id}")
def simulation_page(
    page: SignedInPage, session: Transaction, run_id: UUID, beside: Annotated[str, Query(max_length=60)] = ""
) -> Response:
    """Show a simulation; while it goes on, HTMX asks for its progress alone."""
    run = runs.simulation_view(session, actor=actor_of(page), run_id=run_id)
    if page.wants_fragment and run.state not in OPEN_STATES:
        # It is over: the whole page has changed, not only the progress.
        return Response(status_code=204, headers={"HX-Refresh": "true", "Vary": "HX-Request"})
    return _show_run(page, session, run, beside=beside)


@router.post("/{run_id}/cancel")
def cancel_page(page: SignedInPage, session: Transaction, now: Now, run_id: UUID) -> Response:
    """Cancel a simulation."""
    actor = actor_of(page)
    try:
        runs.cancel_simulation(session, actor=actor, run_id=run_id, now=now)
    except IllegalMove as error:
        session.rollback()
        run = runs.simulation_view(session, actor=actor, run_id=run_id)
        notice = Notice("warning", error_text(error, page.t))
        return _show_run(page, session, run, notice=notice, status=STATUS[error.kind])
    return page.redirect(f"/simulations/{run_id}", notice="simulations.notice_cancelled")


@router.get("/{run_id}/report.html")
def report_file(page: SignedInPage, session: Transaction, run_id: UUID) -> Response:
    """Give the report as one page that stands alone."""
    run = _done(page, session, run_id)
    html = report_page(_content(page, run), subject=_subject(page, run), settings=_settings(page, run))
    return _file(html, run, kind="html", media_type="text/html; charset=utf-8")


@router.get("/{run_id}/report.json")
def report_data(page: SignedInPage, session: Transaction, run_id: UUID) -> Response:
    """Give the report with everything it depends on as data."""
    run = _done(page, session, run_id)
    document = {
        "unit": run.unit,
        "bank": run.bank_number,
        "design": run.design.to_dict(),
        "options": run.options.to_dict(),
        "seed": run.options.seed,
        "report": run.report,
    }
    return _file(json.dumps(document, ensure_ascii=False, indent=2), run, kind="json", media_type="application/json")


def _start(page: Page, session: Session, *, unit: str, bank: str, source: str) -> StartingPoint:
    if bank and not (bank.isascii() and bank.isdigit()):
        raise NotFound(what="bank", name=bank)
    number = int(bank) if bank else None
    return starting_point(session, actor=actor_of(page), unit=unit, bank_number=number, source=source)


def _show_list(page: Page, session: Session, *, errors: Mapping[str, str] | None = None) -> Response:
    actor = actor_of(page)
    found = runs.list_simulations(session, actor=actor)
    return page.render(
        "simulations/list.html",
        status=422 if errors else 200,
        runs=found,
        units=examinable_units(session, actor=actor),
        banks=list_banks(session, actor=actor),
        exams=list_exams(session, actor=actor),
        errors=errors or {},
    )


def _show_form(
    page: Page, start: StartingPoint, entered: SimulationForm, *, errors: Mapping[str, str] | None = None
) -> Response:
    return page.render(
        "simulations/new.html",
        status=422 if errors else 200,
        start=start,
        entered=entered,
        errors=errors or {},
        selections=[{"value": name, "label": words_of_selection(name, page.t)} for name in SELECTIONS],
        stop_rules=[{"value": name, "label": words_of_stop_rule(name, page.t)} for name in _RULES],
        combinations=COMBINATIONS,
        most=MOST_EXAMINEES,
    )


def _show_run(
    page: Page,
    session: Session,
    run: SimulationView,
    *,
    beside: str = "",
    notice: Notice | None = None,
    status: int = 200,
) -> Response:
    actor = actor_of(page)
    others = [
        other
        for other in runs.list_simulations(session, actor=actor)
        if other.state is SimulationState.DONE and other.id != run.id and run.report is not None
    ]
    compared = next((other for other in others if str(other.id) == beside), None)
    return page.render(
        "simulations/run.html",
        block="progress",
        status=status,
        notice=notice,
        run=run,
        is_open=run.state in OPEN_STATES,
        content=_content(page, run) if run.report is not None else None,
        settings=_settings(page, run),
        say=lambda key, **values: text(key, page.t.language, **values),
        others=others,
        compared=compared,
        compared_figures=_figures_of(page, session, compared),
        may_create_exams=actor.has(Role.ADMINISTRATOR),
    )


def _figures_of(page: Page, session: Session, run: SimulationView | None) -> Mapping[str, Any]:
    if run is None:
        return {}
    whole = runs.simulation_view(session, actor=actor_of(page), run_id=run.id)
    return {line.name: line for line in _content(page, whole).figures}


def _done(page: Page, session: Session, run_id: UUID) -> SimulationView:
    run = runs.simulation_view(session, actor=actor_of(page), run_id=run_id)
    if run.report is None:
        raise NotFound(what="report of simulation", name=run_id)
    return run


def _content(page: Page, run: SimulationView) -> ReportContent:
    assert run.report is not None
    design = run.design
    return report_content(
        run.report, cut_score=design.cut_score, limit=design.maximum_exposure, language=page.t.language
    )


def _settings(page: Page, run: SimulationView) -> tuple[tuple[str, str], ...]:
    options = run.options
    return setting_lines(
        run.design,
        examinees=options.examinees,
        seed=options.seed,
        ability=(options.ability_mean, options.ability_sd),
        parameters="differ" if options.parameter_error else "same",
        language=page.t.language,
    )


def _subject(page: Page, run: SimulationView) -> str:
    bank = page.t("simulations.bank_number", number=run.bank_number)
    return f"{run.unit} {run.unit_title} · {bank} · {page.t.moment(run.requested_at)}"


def _file(content: str, run: SimulationView, *, kind: str, media_type: str) -> Response:
    # Unit codes come from the standard; in a file's name only what every system takes may stand.
    unit = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in run.unit)
    name = f"simulation-{unit}-{str(run.id)[:8]}.{kind}"
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
