"""Published banks: which is in force, what is not published yet, publishing, and putting an earlier one back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response
from sqlmodel import Session

from itembank.actor import Role
from itembank.errors import InvalidInput, NotFound, NothingToPublish
from itembank.publishing.banks import in_force_history, list_banks, publish_bank, reinstate_bank, unpublished_changes
from web.error_pages import error_text
from web.page import Notice, Now, Page, SignedInPage, Transaction, actor_of

router = APIRouter()


@router.get("/banks")
def banks_page(page: SignedInPage, session: Transaction, reinstate: int | None = None) -> Response:
    """List the published banks; ``reinstate`` names the one whose putting back is being considered."""
    return _show_banks(page, session, reinstate=reinstate)


@router.post("/banks")
def publish_page(page: SignedInPage, session: Transaction, now: Now, note: Annotated[str, Form()] = "") -> Response:
    """Publish the operational items as a new bank."""
    try:
        publish_bank(session, actor=actor_of(page), now=now, note=note.strip())
    except NothingToPublish as error:
        session.rollback()
        return _show_banks(page, session, notice=Notice("warning", error_text(error, page.t)), status=409)
    return page.redirect("/banks", notice="calibrations.notice_bank_published")


@router.post("/banks/{number}/reinstate")
def reinstate_page(
    page: SignedInPage, session: Transaction, now: Now, number: int, reason: Annotated[str, Form()] = ""
) -> Response:
    """Put an earlier bank back in force."""
    try:
        reinstate_bank(session, actor=actor_of(page), number=number, reason=reason, now=now)
    except InvalidInput:
        session.rollback()
        errors = {"reason": page.t("calibrations.reason_missing")}
        return _show_banks(page, session, reinstate=number, errors=errors, status=422)
    return page.redirect("/banks", notice="calibrations.notice_bank_reinstated")


def _show_banks(
    page: Page,
    session: Session,
    *,
    reinstate: int | None = None,
    errors: dict[str, str] | None = None,
    notice: Notice | None = None,
    status: int = 200,
) -> Response:
    actor = actor_of(page)
    banks = list_banks(session, actor=actor)
    chosen = next((bank for bank in banks if bank.number == reinstate), None)
    if reinstate is not None and chosen is None:
        raise NotFound(what="bank", name=reinstate)
    return page.render(
        "calibrations/banks.html",
        status=status,
        notice=notice,
        banks=banks,
        in_force=next((bank for bank in banks if bank.in_force), None),
        chosen=None if chosen is None or chosen.in_force else chosen,
        history=in_force_history(session, actor=actor),
        changes=unpublished_changes(session),
        may_publish=actor.has(Role.PSYCHOMETRICIAN),
        errors=errors or {},
    )
