"""Keeping items apart: declaring two of them enemies, and letting them meet again."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form
from fastapi.responses import Response
from sqlmodel import Session

from itembank.authoring.enemies import declare_enemies, part_enemies
from itembank.errors import AlreadyExists, InvalidInput
from web.error_pages import STATUS
from web.page import Now, Page, SignedInPage, Transaction, actor_of
from web.pages.bank_items import show_item
from web.pages.enemy_form import EnteredEnemy
from web.pages.item_form import problem_text

router = APIRouter()


@router.post("/bank/items/{item_id}/enemies")
def declare_page(
    page: SignedInPage,
    session: Transaction,
    now: Now,
    item_id: UUID,
    code: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    search: Annotated[str, Form()] = "",
) -> Response:
    """Declare two items enemies."""
    try:
        declare_enemies(session, actor=actor_of(page), item_id=item_id, code=code, reason=reason, now=now)
    except (InvalidInput, AlreadyExists) as problem:
        entered = EnteredEnemy(search=search or code, code=code, reason=reason, errors=_errors(page, problem))
        return _refused(page, session, now, item_id, problem, entered)
    return page.redirect(f"/bank/items/{item_id}", notice="bank.notice_enemies_declared")


@router.post("/bank/items/{item_id}/enemies/part")
def part_page(
    page: SignedInPage,
    session: Transaction,
    now: Now,
    item_id: UUID,
    code: Annotated[str, Form()],
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Let two enemies meet again."""
    try:
        part_enemies(session, actor=actor_of(page), item_id=item_id, code=code, reason=reason, now=now)
    except InvalidInput as problem:
        entered = EnteredEnemy(code=code, reason=reason, parts=True, errors=_errors(page, problem))
        return _refused(page, session, now, item_id, problem, entered)
    return page.redirect(f"/bank/items/{item_id}", notice="bank.notice_enemies_parted")


def _refused(
    page: Page, session: Session, now: Now, item_id: UUID, problem: InvalidInput | AlreadyExists, entered: EnteredEnemy
) -> Response:
    session.rollback()
    return show_item(page, session, item_id, now=now, entered=entered, status=STATUS[problem.kind])


def _errors(page: Page, problem: InvalidInput | AlreadyExists) -> dict[str, str]:
    if isinstance(problem, AlreadyExists):
        return {"code": page.t("bank.enemies_already")}
    return {str(problem.details["field"]): problem_text(problem, page.t)}
