"""Calibration runs: asking for one, watching it, deciding on what it found; with the published banks beside them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form
from fastapi.responses import Response
from sqlmodel import Session
from starlette.background import BackgroundTask

from itembank.calibration_runs import runs
from itembank.calibration_runs.impact import ChangedSitting
from itembank.calibration_runs.item_statistics import units_in_force
from itembank.calibration_runs.results import AbilitySummary, RunItem
from itembank.calibration_runs.runs import RunView
from itembank.calibration_runs.states import OPEN_STATES
from itembank.calibration_runs.wanted_run import FEWEST_ANSWERS, FEWEST_PERSONS
from itembank.drawing.bars import BarFigure, bar_figure
from itembank.drawing.plane import number_text
from itembank.errors import (
    IllegalMove,
    InvalidInput,
    NotEnoughAnswers,
    NothingToPublish,
    SamatError,
    SecondPersonNeeded,
)
from web.charts import ScatterFigure, scatter_figure
from web.error_pages import STATUS, error_text
from web.page import Notice, Now, Page, SignedInPage, Transaction, actor_of
from web.pages import banks
from web.pages.calibration_form import CHOICES, MODELS, REFUSALS, RunForm, field_of
from web.pages.run_diagnostics import diagnostics_shown

#: More changed sittings than these are told as a number; the JSON API has all of them.
_SHOWN_CHANGES, _SHOWN_TURNING_ITEMS = 50, 12
#: Per cent of the abilities below which the ends of their distribution are not drawn.
_LEAST_SHARE = 0.2

router = APIRouter()
router.include_router(banks.router)


@router.get("/calibrations")
def runs_page(page: SignedInPage, session: Transaction, unit: str = "") -> Response:
    """List the runs, with the form that asks for a new one."""
    return _show_runs(page, session, RunForm(unit=unit, simulated="1"))


@router.post("/calibrations")
def request_page(page: SignedInPage, session: Transaction, now: Now, form: Annotated[RunForm, Depends()]) -> Response:
    """Ask for a run."""
    try:
        run = runs.request_run(
            session,
            actor=actor_of(page),
            unit=form.unit,
            now=now,
            model=form.model,
            include_simulated=bool(form.simulated),
            settings=form.settings,
        )
    except REFUSALS as error:
        session.rollback()
        return _show_runs(page, session, form, errors={field_of(error): _refusal_text(error, page)}, status=422)
    return _to_run(page, run, notice="calibrations.notice_requested", wake=True)


@router.get("/calibrations/{run_id}")
def run_page(page: SignedInPage, session: Transaction, run_id: UUID) -> Response:
    """Show a run; while it goes on, HTMX asks for its progress alone."""
    run = runs.run_view(session, actor=actor_of(page), run_id=run_id)
    if page.wants_fragment and run.state not in OPEN_STATES:
        # It is over: the whole page has changed, not only the progress.
        return Response(status_code=204, headers={"HX-Refresh": "true", "Vary": "HX-Request"})
    return _show_run(page, run)


@router.post("/calibrations/{run_id}/cancel")
def cancel_page(page: SignedInPage, session: Transaction, now: Now, run_id: UUID) -> Response:
    """Cancel a run."""
    try:
        run = runs.cancel_run(session, actor=actor_of(page), run_id=run_id, now=now)
    except IllegalMove as error:
        return _refused(page, session, run_id, error)
    return _to_run(page, run, notice="calibrations.notice_cancelled")


@router.post("/calibrations/{run_id}/approve")
def approve_page(page: SignedInPage, session: Transaction, now: Now, run_id: UUID) -> Response:
    """Approve what a run found."""
    try:
        run = runs.approve_run(session, actor=actor_of(page), run_id=run_id, now=now)
    except IllegalMove as error:
        return _refused(page, session, run_id, error)
    return _to_run(page, run, notice="calibrations.notice_approved")


@router.post("/calibrations/{run_id}/reject")
def reject_page(
    page: SignedInPage, session: Transaction, now: Now, run_id: UUID, reason: Annotated[str, Form()] = ""
) -> Response:
    """Reject what a run found."""
    try:
        run = runs.reject_run(session, actor=actor_of(page), run_id=run_id, reason=reason, now=now)
    except InvalidInput:
        session.rollback()
        run = runs.run_view(session, actor=actor_of(page), run_id=run_id)
        return _show_run(page, run, errors={"reason": page.t("calibrations.reason_missing")}, status=422)
    except IllegalMove as error:
        return _refused(page, session, run_id, error)
    return _to_run(page, run, notice="calibrations.notice_rejected")


@router.post("/calibrations/{run_id}/publish")
def publish_page(
    page: SignedInPage, session: Transaction, now: Now, run_id: UUID, note: Annotated[str, Form()] = ""
) -> Response:
    """Publish a bank with the run's parameters."""
    try:
        run = runs.publish_run(session, actor=actor_of(page), run_id=run_id, now=now, note=note)
    except (IllegalMove, NothingToPublish, SecondPersonNeeded) as error:
        return _refused(page, session, run_id, error)
    return _to_run(page, run, notice="calibrations.notice_published")


@router.post("/calibrations/{run_id}/again")
def again_page(page: SignedInPage, session: Transaction, now: Now, run_id: UUID) -> Response:
    """Ask for a new run with the same settings."""
    try:
        run = runs.request_again(session, actor=actor_of(page), run_id=run_id, now=now)
    except (IllegalMove, *REFUSALS) as error:
        return _refused(page, session, run_id, error)
    return _to_run(page, run, notice="calibrations.notice_requested", wake=True)


def _show_runs(
    page: Page, session: Session, form: RunForm, *, errors: dict[str, str] | None = None, status: int = 200
) -> Response:
    actor = actor_of(page)
    return page.render(
        "calibrations/runs.html",
        status=status,
        runs=runs.list_runs(session, actor=actor),
        units=units_in_force(session, actor=actor),
        models=MODELS,
        further=CHOICES,
        fewest={"persons": FEWEST_PERSONS, "answers": FEWEST_ANSWERS},
        values=form.values(),
        opened=form.beyond_defaults,
        errors=errors or {},
    )


def _show_run(
    page: Page,
    run: RunView,
    *,
    errors: dict[str, str] | None = None,
    notice: Notice | None = None,
    status: int = 200,
) -> Response:
    return page.render(
        "calibrations/run.html",
        block="progress",
        status=status,
        notice=notice,
        run=run,
        is_open=run.state in OPEN_STATES,
        items=sorted(run.items, key=lambda item: -abs(item.displacement or item.change_b or 0.0)),
        figure=_difficulty_figure(run.items),
        latest=datetime.fromisoformat(run.summary.latest_answer) if run.summary and run.summary.latest_answer else None,
        new_items=sum(item.old_b is None for item in run.items),
        unusable=sum(not (item.usable or item.fixed) for item in run.items),
        abilities=_ability_figure(run.summary.abilities) if run.summary and run.summary.abilities else None,
        impact=run.impact,
        impact_ends=_moments(run.impact.oldest, run.impact.newest) if run.impact else None,
        shown_changes=[(change, _moments(change.finished_at)[0]) for change in _first_changes(run)],
        turning_items=run.impact.items[:_SHOWN_TURNING_ITEMS] if run.impact else (),
        errors=errors or {},
        **diagnostics_shown(run.diagnostics),
    )


def _first_changes(run: RunView) -> tuple[ChangedSitting, ...]:
    return run.impact.changes[:_SHOWN_CHANGES] if run.impact else ()


def _moments(*recorded: str | None) -> list[datetime | None]:
    return [datetime.fromisoformat(moment) if moment else None for moment in recorded]


def _difficulty_figure(items: tuple[RunItem, ...]) -> ScatterFigure | None:
    points = [(item.code, item.old_b, item.b, item.moved) for item in items if item.old_b is not None]
    return scatter_figure(points) if points else None


def _ability_figure(found: AbilitySummary) -> BarFigure:
    """Gather the shares of the nodes in half logits."""
    shares: dict[float, float] = {}
    for ability, share in zip(found.ability, found.share, strict=True):
        place = round(2 * ability) / 2
        shares[place] = shares.get(place, 0.0) + 100 * share
    seen = [place for place, share in shares.items() if share >= _LEAST_SHARE]
    return bar_figure(
        [
            (number_text(place, digits=1), shares[place], False)
            for place in sorted(shares)
            if min(seen) <= place <= max(seen)
        ],
        digits=1,
    )


def _refused(page: Page, session: Session, run_id: UUID, error: SamatError) -> Response:
    session.rollback()
    run = runs.run_view(session, actor=actor_of(page), run_id=run_id)
    notice = Notice("warning", _refusal_text(error, page))
    return _show_run(page, run, notice=notice, status=STATUS[error.kind])


def _refusal_text(error: SamatError, page: Page) -> str:
    if isinstance(error, NotEnoughAnswers):
        fewest = {"fewest_persons": FEWEST_PERSONS, "fewest_answers": FEWEST_ANSWERS}
        return page.t("calibrations.not_enough_answers", **(error.details | fewest))
    own = f"calibrations.invalid_{error.details.get('field')}"
    if isinstance(error, InvalidInput) and page.t.has(own):
        return page.t(own)
    return error_text(error, page.t)


def _to_run(page: Page, run: RunView, *, notice: str, wake: bool = False) -> Response:
    response = page.redirect(f"/calibrations/{run.id}", notice=notice)
    if wake:
        # After the response, and so after the commit: the worker must find the run.
        response.background = BackgroundTask(page.request.app.state.worker.wake)
    return response
