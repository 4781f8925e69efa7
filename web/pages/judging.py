"""The judges' pages: the own panels, one item after the other, and what the panel came to once a round is closed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form
from fastapi.responses import Response
from sqlmodel import Session

from itembank.authoring.shown_item import shown_item
from itembank.errors import IllegalMove, InvalidInput, SamatError
from itembank.standard_setting.judging import (
    JudgingView,
    PageView,
    judge_item,
    judging_view,
    my_panels,
    open_page,
    page_view,
    place_bookmark,
    set_limits,
)
from web.error_pages import STATUS, error_text
from web.page import Notice, Now, Page, SignedInPage, Transaction, actor_of
from web.pages.administration_entries import read_number

#: Items on which judges differ most are shown at once, the others on demand.
SHOWN_ITEMS = 12
#: A longer list of pages is folded: on a phone the button that goes on is what judges need.
OPEN_LIST = 30
LIMITS = ("lowest_cut", "highest_cut", "lowest_failing", "highest_failing")

router = APIRouter(prefix="/judging")

Entered = Annotated[str, Form(max_length=40)]


@router.get("")
def my_panels_page(page: SignedInPage, session: Transaction) -> Response:
    """List the judge's panels."""
    return page.render("judging/panels.html", panels=my_panels(session, actor=actor_of(page)))


@router.get("/{panel_id}")
def judged_panel_page(page: SignedInPage, session: Transaction, panel_id: UUID) -> Response:
    """Show a panel to its judge."""
    return _panel(page, judging_view(session, actor=actor_of(page), panel_id=panel_id))


@router.post("/{panel_id}/looks")
def look_page(
    page: SignedInPage, session: Transaction, now: Now, panel_id: UUID, place: Annotated[int, Form()]
) -> Response:
    """Open a page; the look goes on record."""
    try:
        open_page(session, actor=actor_of(page), panel_id=panel_id, place=place, now=now)
    except IllegalMove as error:
        return _refused(page, session, panel_id, error)
    return page.redirect(_address(panel_id, place))


@router.get("/{panel_id}/pages/{place}")
def item_page(page: SignedInPage, session: Transaction, now: Now, panel_id: UUID, place: int) -> Response:
    """Show a page that was opened; what was not is offered to be opened."""
    return _item(page, page_view(session, actor=actor_of(page), panel_id=panel_id, place=place, now=now))


@router.post("/{panel_id}/pages/{place}")
def judge_page(
    page: SignedInPage,
    session: Transaction,
    now: Now,
    panel_id: UUID,
    place: int,
    value: Entered = "",
    do: Entered = "",
) -> Response:
    """Keep a judgement; by its button go on to the next page."""
    actor = actor_of(page)
    seen = page_view(session, actor=actor, panel_id=panel_id, place=place, now=now)
    try:
        judge_item(session, actor=actor, panel_id=panel_id, place=place, share=_share(seen, value), now=now)
        if do == "next" and seen.next_place:
            open_page(session, actor=actor, panel_id=panel_id, place=seen.next_place, now=now)
    except InvalidInput:
        session.rollback()
        seen = page_view(session, actor=actor, panel_id=panel_id, place=place, now=now)
        key = "error_points" if seen.page.highest > 1 else "error_percent"
        errors = {"value": page.t(f"standard_setting.{key}", highest=seen.page.highest)}
        return _item(page, seen, errors=errors, value=value)
    except IllegalMove as error:
        return _refused(page, session, panel_id, error)
    if page.wants_fragment:
        return _item(page, page_view(session, actor=actor, panel_id=panel_id, place=place, now=now), saved=True)
    if do == "next":
        return page.redirect(_address(panel_id, seen.next_place) if seen.next_place else f"/judging/{panel_id}")
    return page.redirect(_address(panel_id, place), notice="standard_setting.notice_judged")


@router.post("/{panel_id}/bookmark")
def bookmark_page(
    page: SignedInPage, session: Transaction, now: Now, panel_id: UUID, mark: Annotated[int, Form()]
) -> Response:
    """Place the bookmark."""
    try:
        place_bookmark(session, actor=actor_of(page), panel_id=panel_id, page=mark, now=now)
    except (InvalidInput, IllegalMove) as error:
        return _refused(page, session, panel_id, error)
    return page.redirect(f"/judging/{panel_id}", notice="standard_setting.notice_marked")


@router.post("/{panel_id}/limits")
def limits_page(
    page: SignedInPage,
    session: Transaction,
    now: Now,
    panel_id: UUID,
    lowest_cut: Entered = "",
    highest_cut: Entered = "",
    lowest_failing: Entered = "",
    highest_failing: Entered = "",
) -> Response:
    """Keep what the judge accepts for Hofstee's compromise."""
    entered = dict(zip(LIMITS, (lowest_cut, highest_cut, lowest_failing, highest_failing), strict=True))
    actor = actor_of(page)
    try:
        limits = [read_number(text, field=name) / 100 for name, text in entered.items()]
        set_limits(session, actor=actor, panel_id=panel_id, limits=limits, now=now)
    except InvalidInput as error:
        session.rollback()
        field = str(error.details["field"])
        errors = {field: page.t(f"standard_setting.error_{field}")}
        view = judging_view(session, actor=actor, panel_id=panel_id)
        return _panel(page, view, errors=errors, entered=entered, status=422)
    except IllegalMove as error:
        return _refused(page, session, panel_id, error)
    return page.redirect(f"/judging/{panel_id}", notice="standard_setting.notice_limits")


def _share(seen: PageView, value: str) -> float:
    number = read_number(value, field="share")
    return number / (seen.page.highest if seen.page.highest > 1 else 100)


def _entered(seen: PageView) -> str:
    if seen.share is None:
        return ""
    return f"{seen.share * (seen.page.highest if seen.page.highest > 1 else 100):.4g}"


def _address(panel_id: UUID, place: int) -> str:
    return f"/judging/{panel_id}/pages/{place}"


def _panel(
    page: Page,
    panel: JudgingView,
    *,
    errors: Mapping[str, str] | None = None,
    entered: Mapping[str, str] | None = None,
    notice: Notice | None = None,
    status: int = 200,
) -> Response:
    known = [f"{100 * limit:.4g}" for limit in panel.limits] if panel.limits else [""] * len(LIMITS)
    waiting = [judged.place for judged in panel.pages if judged.share is None]
    return page.render(
        "judging/panel.html",
        status=status,
        notice=notice,
        panel=panel,
        places={judged.page.item_version_id: judged.place for judged in panel.pages},
        shown_items=SHOWN_ITEMS,
        open_list=OPEN_LIST,
        first=waiting[0] if waiting and panel.method != "bookmark" else 1,
        limits=entered or dict(zip(LIMITS, known, strict=True)),
        errors=errors or {},
    )


def _item(
    page: Page,
    seen: PageView,
    *,
    errors: Mapping[str, str] | None = None,
    value: str | None = None,
    saved: bool = False,
) -> Response:
    feedback = seen.panel.feedback
    compared = feedback.items if feedback else ()
    return page.render(
        "judging/page.html",
        block="saved",
        status=422 if errors else 200,
        seen=seen,
        shown=shown_item(seen.content, seen.content.type, language=page.t.language) if seen.content else None,
        panel=seen.panel,
        context=seen.context,
        value=_entered(seen) if value is None else value,
        compared=next((one for one in compared if one.item.item_version_id == seen.page.item_version_id), None),
        saved=saved,
        errors=errors or {},
    )


def _refused(page: Page, session: Session, panel_id: UUID, error: SamatError) -> Response:
    session.rollback()
    view = judging_view(session, actor=actor_of(page), panel_id=panel_id)
    notice = Notice("warning", error_text(error, page.t))
    return _panel(page, view, notice=notice, status=STATUS[error.kind])
