"""The institution's rule for reviews: how many reviewers have to approve an item."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response
from sqlmodel import Session

from itembank.actor import Role
from itembank.authoring.reviewing.rules import (
    FEWEST_APPROVALS,
    MOST_APPROVALS,
    review_rules,
    set_approvals_needed,
)
from itembank.errors import InvalidInput
from web.page import Now, Page, SignedInPage, Transaction, actor_of
from web.pages.review_words import review_problem_text

router = APIRouter(prefix="/reviewing")


@router.get("")
def rules_page(page: SignedInPage, session: Transaction) -> Response:
    """Show the rule in force."""
    actor_of(page).require(Role.ADMINISTRATOR)
    return _show(page, session)


@router.post("")
def set_rules_page(
    page: SignedInPage, session: Transaction, now: Now, approvals_needed: Annotated[str, Form(max_length=20)] = ""
) -> Response:
    """Set the rule, or show the form again with what is wrong."""
    entered = approvals_needed.strip()
    number = int(entered) if entered.isascii() and entered.isdigit() else 0
    try:
        set_approvals_needed(session, actor=actor_of(page), number=number, now=now)
    except InvalidInput as problem:
        session.rollback()
        errors = {"approvals_needed": review_problem_text(problem, page.t)}
        return _show(page, session, entered=entered, errors=errors)
    return page.redirect("/administration/reviewing", notice="review.notice_rules")


def _show(
    page: Page, session: Session, *, entered: str | None = None, errors: dict[str, str] | None = None
) -> Response:
    rules = review_rules(session, actor=actor_of(page))
    return page.render(
        "administration/reviewing.html",
        status=422 if errors else 200,
        rules=rules,
        entered=str(rules.approvals_needed) if entered is None else entered,
        errors=errors or {},
        fewest=FEWEST_APPROVALS,
        most=MOST_APPROVALS,
    )
