"""Standard setting for psychometricians and administrators: panels, their rounds, and cut scores for exams."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query
from fastapi.responses import Response
from sqlmodel import Session

from itembank.actor import Role
from itembank.calibration_runs.item_statistics import units_in_force
from itembank.errors import (
    BankTooSmall,
    IllegalMove,
    InvalidInput,
    JudgementsMissing,
    JudgeOfPanel,
    NotFound,
    OwnCut,
    SamatError,
    TooFewJudges,
    UnusableCut,
)
from itembank.standard_setting.cuts import adopt_cut, list_cuts
from itembank.standard_setting.judgement_file import judgement_table
from itembank.standard_setting.panels import (
    METHODS,
    MOST_ROUNDS,
    PanelView,
    change_panel,
    eligible_judges,
    list_panels,
    panel_view,
    plan_panel,
)
from itembank.standard_setting.results import RoundResults
from itembank.standard_setting.rounds import abandon_panel, accept_panel, close_round, open_round
from web.charts import ScatterFigure, scatter_figure
from web.error_pages import STATUS, error_text
from web.page import Notice, Now, Page, SignedInPage, Transaction, actor_of
from web.pages.panel_form import PanelForm, refusal_texts

#: A panel's mean judgement so far from what the item's curve expects is marked.
FAR_FROM_CURVE = 0.2
#: Items on which judges differ most are shown at once, the others on demand.
SHOWN_ITEMS = 12

router = APIRouter(prefix="/standard-setting")

Entered = Annotated[PanelForm, Form()]
Reason = Annotated[str, Form(max_length=2000)]


@router.get("")
def panels_page(page: SignedInPage, session: Transaction) -> Response:
    """List the panels and the cut scores that were accepted."""
    return _panels(page, session)


@router.get("/new")
def new_panel_page(
    page: SignedInPage, session: Transaction, unit: Annotated[str, Query(max_length=60)] = ""
) -> Response:
    """Show an empty form."""
    return _form(page, session, PanelForm.blank(unit=unit))


@router.post("")
def plan_panel_page(page: SignedInPage, session: Transaction, now: Now, entered: Entered) -> Response:
    """Plan a panel."""
    actor = actor_of(page)
    actor.require(Role.PSYCHOMETRICIAN)
    if unreadable := entered.unreadable():
        return _form(page, session, entered, errors=_texts(page, unreadable))
    try:
        panel = plan_panel(session, actor=actor, plan=entered.plan(), now=now)
    except (InvalidInput, TooFewJudges, BankTooSmall, NotFound) as error:
        session.rollback()
        return _form(page, session, entered, errors=refusal_texts(error, page.t))
    return page.redirect(f"/standard-setting/{panel.id}", notice="standard_setting.notice_planned")


@router.get("/{panel_id}")
def panel_page(page: SignedInPage, session: Transaction, panel_id: UUID) -> Response:
    """Show a panel."""
    return _panel(page, session, panel_id)


@router.get("/{panel_id}/edit")
def edit_panel_page(page: SignedInPage, session: Transaction, panel_id: UUID) -> Response:
    """Show the plan of a draft as a form."""
    actor_of(page).require(Role.PSYCHOMETRICIAN)
    panel = panel_view(session, actor=actor_of(page), panel_id=panel_id)
    return _form(page, session, PanelForm.of(panel), panel=panel)


@router.post("/{panel_id}")
def change_panel_page(page: SignedInPage, session: Transaction, now: Now, panel_id: UUID, entered: Entered) -> Response:
    """Change the plan of a draft."""
    actor = actor_of(page)
    actor.require(Role.PSYCHOMETRICIAN)
    panel = panel_view(session, actor=actor, panel_id=panel_id)
    if unreadable := entered.unreadable():
        return _form(page, session, entered, panel=panel, errors=_texts(page, unreadable))
    try:
        change_panel(session, actor=actor, panel_id=panel_id, plan=entered.plan(), now=now)
    except (InvalidInput, TooFewJudges, BankTooSmall, NotFound) as error:
        session.rollback()
        return _form(page, session, entered, panel=panel, errors=refusal_texts(error, page.t))
    except IllegalMove as error:
        return _refused(page, session, panel_id, error)
    return page.redirect(f"/standard-setting/{panel_id}", notice="standard_setting.notice_changed")


@router.post("/{panel_id}/open")
def open_page(page: SignedInPage, session: Transaction, now: Now, panel_id: UUID) -> Response:
    """Open the next round."""
    try:
        open_round(session, actor=actor_of(page), panel_id=panel_id, now=now)
    except IllegalMove as error:
        return _refused(page, session, panel_id, error)
    return page.redirect(f"/standard-setting/{panel_id}", notice="standard_setting.notice_opened")


@router.post("/{panel_id}/close")
def close_page(
    page: SignedInPage, session: Transaction, now: Now, panel_id: UUID, close_reason: Reason = ""
) -> Response:
    """Close the open round."""
    try:
        close_round(session, actor=actor_of(page), panel_id=panel_id, now=now, reason=close_reason)
    except JudgementsMissing as error:
        session.rollback()
        text = page.t("standard_setting.error_missing", missing=error.details["missing"])
        return _panel(page, session, panel_id, errors={"close_reason": text}, status=422)
    except (IllegalMove, TooFewJudges) as error:
        return _refused(page, session, panel_id, error)
    return page.redirect(f"/standard-setting/{panel_id}", notice="standard_setting.notice_closed")


@router.post("/{panel_id}/accept")
def accept_page(page: SignedInPage, session: Transaction, now: Now, panel_id: UUID) -> Response:
    """Accept what the last round came to."""
    try:
        accept_panel(session, actor=actor_of(page), panel_id=panel_id, now=now)
    except (IllegalMove, JudgeOfPanel, UnusableCut) as error:
        return _refused(page, session, panel_id, error)
    return page.redirect(f"/standard-setting/{panel_id}", notice="standard_setting.notice_accepted")


@router.post("/{panel_id}/abandon")
def abandon_page(page: SignedInPage, session: Transaction, now: Now, panel_id: UUID, reason: Reason = "") -> Response:
    """Give a panel up."""
    try:
        abandon_panel(session, actor=actor_of(page), panel_id=panel_id, reason=reason, now=now)
    except InvalidInput:
        session.rollback()
        errors = {"reason": page.t("standard_setting.error_reason")}
        return _panel(page, session, panel_id, errors=errors, status=422)
    except IllegalMove as error:
        return _refused(page, session, panel_id, error)
    return page.redirect(f"/standard-setting/{panel_id}", notice="standard_setting.notice_abandoned")


@router.get("/{panel_id}/judgements.csv")
def judgements_file(page: SignedInPage, session: Transaction, panel_id: UUID) -> Response:
    """Give the judgements of the closed rounds as a table."""
    table = judgement_table(session, actor=actor_of(page), panel_id=panel_id)
    return Response(
        table,
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="judgements-{panel_id}.csv"'},
    )


@router.post("/cuts/{cut_id}/adopt")
def adopt_page(page: SignedInPage, session: Transaction, now: Now, cut_id: UUID) -> Response:
    """Take a cut score over into new exams."""
    try:
        adopt_cut(session, actor=actor_of(page), cut_id=cut_id, now=now)
    except (OwnCut, JudgeOfPanel, IllegalMove) as error:
        session.rollback()
        return _panels(page, session, notice=_warning(page, error), status=STATUS[error.kind])
    return page.redirect("/standard-setting", notice="standard_setting.notice_adopted")


def _panels(page: Page, session: Session, *, notice: Notice | None = None, status: int = 200) -> Response:
    actor = actor_of(page)
    return page.render(
        "standard_setting/panels.html",
        status=status,
        notice=notice,
        panels=list_panels(session, actor=actor),
        cuts=list_cuts(session, actor=actor),
        may_plan=actor.has(Role.PSYCHOMETRICIAN),
        may_adopt=actor.has(Role.ADMINISTRATOR),
    )


def _form(
    page: Page,
    session: Session,
    entered: PanelForm,
    *,
    panel: PanelView | None = None,
    errors: Mapping[str, str] | None = None,
) -> Response:
    actor = actor_of(page)
    return page.render(
        "standard_setting/form.html",
        status=422 if errors else 200,
        panel=panel,
        entered=entered,
        units=units_in_force(session, actor=actor),
        judges=eligible_judges(session, actor=actor),
        methods=METHODS,
        most_rounds=MOST_ROUNDS,
        errors=errors or {},
    )


def _panel(
    page: Page,
    session: Session,
    panel_id: UUID,
    *,
    errors: Mapping[str, str] | None = None,
    notice: Notice | None = None,
    status: int = 200,
) -> Response:
    actor = actor_of(page)
    panel = panel_view(session, actor=actor, panel_id=panel_id)
    last = panel.closed_rounds[-1] if panel.closed_rounds else None
    results = last.results if last else None
    return page.render(
        "standard_setting/panel.html",
        status=status,
        notice=notice,
        panel=panel,
        last=last,
        results=results,
        disputed=_disputed(results),
        shown_items=SHOWN_ITEMS,
        figure=_figure(results),
        writers=[judge for judge in panel.judges if judge.own_items],
        candidates=[judge.name for judge in panel.judges if judge.candidate],
        missing=sum(judge.expected - judge.said for judge in panel.judges) if panel.open_round else 0,
        may_adopt=actor.has(Role.ADMINISTRATOR),
        errors=errors or {},
    )


def _disputed(results: RoundResults | None) -> list[object]:
    if results is None:
        return []
    return [*sorted(results.items, key=lambda item: (-(item.standard_deviation or 0.0), item.code))]


def _figure(results: RoundResults | None) -> ScatterFigure | None:
    if results is None or not results.items:
        return None
    return scatter_figure(
        [
            (item.code, item.expected, item.mean, abs(item.mean - item.expected) > FAR_FROM_CURVE)
            for item in results.items
        ]
    )


def _texts(page: Page, refused: Mapping[str, InvalidInput]) -> dict[str, str]:
    found: dict[str, str] = {}
    for refusal in refused.values():
        found |= refusal_texts(refusal, page.t)
    return found


def _refused(page: Page, session: Session, panel_id: UUID, error: SamatError) -> Response:
    session.rollback()
    return _panel(page, session, panel_id, notice=_warning(page, error), status=STATUS[error.kind])


def _warning(page: Page, error: SamatError) -> Notice:
    if isinstance(error, UnusableCut) and error.details["reason"] == "no_such_ability":
        return Notice("warning", page.t("standard_setting.refusal_no_such_ability"))
    return Notice("warning", error_text(error, page.t))
