"""Studies of differential item functioning: asking for one, following it, reading it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query
from fastapi.responses import Response
from sqlmodel import Session
from starlette.background import BackgroundTask

from calibration.dif.study import METHODS
from itembank.calibration_runs.item_statistics import units_in_force
from itembank.dif_studies import studies
from itembank.dif_studies.comparable_variables import SMALLEST_SHOWN, ComparableVariable, comparable_variables
from itembank.dif_studies.item_table import item_table
from itembank.dif_studies.states import OPEN_STATES
from itembank.dif_studies.studies import FEWEST_IN_GROUP, StudyView
from itembank.errors import IllegalMove, InvalidInput, NoLawfulBasis, NotFound, SamatError, TooFewInGroup
from itembank.measurement_reports.csv_table import csv_text
from web.error_pages import STATUS, error_text
from web.page import Notice, Now, Page, SignedInPage, Transaction, actor_of
from web.pages.dif_figure import effect_figure

router = APIRouter(prefix="/dif-studies")

Entered = Annotated[str, Form(max_length=100)]
_REFUSALS = (InvalidInput, NoLawfulBasis, TooFewInGroup)


@router.get("")
def studies_page(page: SignedInPage, session: Transaction, now: Now) -> Response:
    """List the studies, with the variables that may be compared."""
    actor = actor_of(page)
    return page.render(
        "dif/list.html",
        variables=comparable_variables(session, actor=actor, now=now),
        smallest=SMALLEST_SHOWN,
        fewest=FEWEST_IN_GROUP,
        runs=studies.list_studies(session, actor=actor, now=now),
    )


@router.get("/new")
def new_study_page(
    page: SignedInPage, session: Transaction, now: Now, variable: Annotated[str, Query(max_length=60)] = ""
) -> Response:
    """Show the form for one variable."""
    return _form(page, session, _comparable(page, session, now, variable), {})


@router.post("")
def request_page(
    page: SignedInPage,
    session: Transaction,
    now: Now,
    unit: Entered = "",
    variable: Entered = "",
    reference: Entered = "",
    focal: Entered = "",
    method: Entered = METHODS[0],
    purify: Entered = "",
) -> Response:
    """Ask for a study, or show the form again as it was with what is wrong."""
    chosen = _comparable(page, session, now, variable)
    entered = {
        "unit": unit, "reference": reference, "focal": focal, "method": method, "purify": purify, "sent": "1",
    }  # fmt: skip
    try:
        run = studies.request_study(
            session,
            actor=actor_of(page),
            unit=unit,
            variable_id=chosen.id,
            reference=reference,
            focal=focal,
            method=method,
            purify=bool(purify),
            now=now,
        )
    except _REFUSALS as error:
        session.rollback()
        errors = _errors(page, error)
        return _form(page, session, chosen, entered, errors=errors, status=STATUS[error.kind])
    return _requested(page, run)


@router.get("/{run_id}")
def study_page(page: SignedInPage, session: Transaction, now: Now, run_id: UUID) -> Response:
    """Show a study; while it goes on, HTMX asks for its progress alone."""
    run = studies.study_view(session, actor=actor_of(page), run_id=run_id, now=now)
    if page.wants_fragment and run.state not in OPEN_STATES:
        # It is over: the whole page has changed, not only the progress.
        return Response(status_code=204, headers={"HX-Refresh": "true", "Vary": "HX-Request"})
    return _show(page, run)


@router.post("/{run_id}/cancel")
def cancel_page(page: SignedInPage, session: Transaction, now: Now, run_id: UUID) -> Response:
    """Cancel a study."""
    try:
        studies.cancel_study(session, actor=actor_of(page), run_id=run_id, now=now)
    except IllegalMove as error:
        session.rollback()
        return _refused(page, session, now, run_id, error)
    return page.redirect(f"/dif-studies/{run_id}", notice="dif.notice_cancelled")


@router.post("/{run_id}/again")
def again_page(page: SignedInPage, session: Transaction, now: Now, run_id: UUID) -> Response:
    """Ask for a new study with the settings of one that is over."""
    try:
        run = studies.request_again(session, actor=actor_of(page), run_id=run_id, now=now)
    except (IllegalMove, *_REFUSALS) as error:
        session.rollback()
        return _refused(page, session, now, run_id, error)
    return _requested(page, run)


@router.get("/{run_id}/items.csv")
def items_file(page: SignedInPage, session: Transaction, now: Now, run_id: UUID) -> Response:
    """Give the items of a study as a table for other programs."""
    table = item_table(session, actor=actor_of(page), run_id=run_id, now=now)
    name = f"dif-{str(run_id)[:8]}.csv"
    return Response(
        "".join(csv_text(table)),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _requested(page: Page, run: StudyView) -> Response:
    response = page.redirect(f"/dif-studies/{run.id}", notice="dif.notice_requested")
    # After the response, and so after the commit: the worker must find the study.
    response.background = BackgroundTask(page.request.app.state.dif_worker.wake)
    return response


def _comparable(page: Page, session: Session, now: Now, variable: str) -> ComparableVariable:
    known = {str(one.id): one for one in comparable_variables(session, actor=actor_of(page), now=now)}
    if variable not in known:
        raise NotFound(what="variable to compare by", name=variable)
    return known[variable]


def _form(
    page: Page,
    session: Session,
    variable: ComparableVariable,
    entered: Mapping[str, str],
    *,
    errors: Mapping[str, str] | None = None,
    status: int = 422,
) -> Response:
    return page.render(
        "dif/new.html",
        status=status if errors else 200,
        variable=variable,
        units=units_in_force(session, actor=actor_of(page)),
        methods=METHODS,
        smallest=SMALLEST_SHOWN,
        fewest=FEWEST_IN_GROUP,
        entered=entered,
        errors=errors or {},
    )


def _errors(page: Page, error: SamatError) -> Mapping[str, str]:
    if isinstance(error, InvalidInput):
        field = str(error.details["field"])
        key = f"dif.error_{field}"
        return {field: page.t(key) if page.t.has(key) else error_text(error, page.t)}
    return {"unit": error_text(error, page.t)}


def _refused(page: Page, session: Session, now: Now, run_id: UUID, error: SamatError) -> Response:
    run = studies.study_view(session, actor=actor_of(page), run_id=run_id, now=now)
    notice = Notice("warning", error_text(error, page.t))
    return _show(page, run, notice=notice, status=STATUS[error.kind])


def _show(page: Page, run: StudyView, *, notice: Notice | None = None, status: int = 200) -> Response:
    return page.render(
        "dif/study.html",
        block="progress",
        status=status,
        notice=notice,
        run=run,
        is_open=run.state in OPEN_STATES,
        figure=effect_figure(run.results.items) if run.results is not None and run.results.items else None,
    )
