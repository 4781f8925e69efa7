"""Flaws of item writing over the whole bank: counts, the items behind them, and reasons for those that stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Form, Query
from fastapi.responses import Response
from sqlmodel import Session

from itembank.actor import Role
from itembank.authoring.enemy_proposals import count_proposals
from itembank.authoring.flawed_items import bank_flaws, explain_flaw, flawed_items
from itembank.authoring.flaws.flaw import Rule
from itembank.errors import InvalidInput
from web.page import Now, Page, SignedInPage, Transaction, actor_of
from web.pages.bank_list import choices_of_rule
from web.pages.item_form import problem_text

_PAGE_SIZE = 25
_TICKED = "1"

router = APIRouter()


@dataclass(frozen=True, slots=True)
class _Entered:
    """A reason that was refused: about which warning, and why."""

    item_id: UUID | None = None
    rule: str = ""
    reason: str = ""
    error: str = ""


@router.get("/bank/flaws")
def flaws_page(
    page: SignedInPage,
    session: Transaction,
    rule: str = "",
    unexplained: str = "",
    number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
) -> Response:
    """Show what the rules warn of, rule by rule and item by item, and where the keys are."""
    return _show(page, session, rule=_rule(rule), unexplained=unexplained == _TICKED, number=number)


@router.post("/bank/flaws")
def explain_page(
    page: SignedInPage,
    session: Transaction,
    now: Now,
    item_id: Annotated[UUID, Form()],
    rule: Annotated[str, Form()],
    reason: Annotated[str, Form()] = "",
    shown: Annotated[str, Form()] = "",
    unexplained: Annotated[str, Form()] = "",
    number: Annotated[int, Form(alias="page", ge=1, le=100_000)] = 1,
) -> Response:
    """Say why a warning stands, and go back to where it was shown."""
    wanted, ticked, about = _rule(shown), unexplained == _TICKED, _rule(rule)
    if about is None:
        raise InvalidInput(field="rule", expected=f"one of {', '.join(Rule)}")
    try:
        explain_flaw(session, actor=actor_of(page), item_id=item_id, rule=about, reason=reason, now=now)
    except InvalidInput as problem:
        session.rollback()
        entered = _Entered(item_id, rule, reason, problem_text(problem, page.t))
        return _show(page, session, rule=wanted, unexplained=ticked, number=number, entered=entered, status=422)
    return page.redirect(_address(wanted, unexplained=ticked, number=number), notice="finding.notice_explained")


def _show(
    page: Page,
    session: Session,
    *,
    rule: Rule | None,
    unexplained: bool,
    number: int,
    entered: _Entered | None = None,
    status: int = 200,
) -> Response:
    actor = actor_of(page)

    def find(number: int) -> tuple[tuple[object, ...], int]:
        return flawed_items(
            session, actor=actor, rule=rule, unexplained=unexplained, offset=(number - 1) * _PAGE_SIZE, limit=_PAGE_SIZE
        )

    items, count = find(number)
    pages = max(1, -(-count // _PAGE_SIZE))
    if number > pages:
        # Whoever explains the last warning of the last page finds himself behind the end.
        number = pages
        items, count = find(number)
    return page.render(
        "bank/flaws.html",
        status=status,
        report=bank_flaws(session, actor=actor),
        proposals=count_proposals(session, actor=actor),
        items=items,
        count=count,
        number=number,
        pages=pages,
        page_url=_address(rule, unexplained=unexplained),
        rule=rule,
        unexplained=unexplained,
        rule_choices=choices_of_rule(page.t),
        entered=entered or _Entered(),
        may_explain=actor.has(Role.ITEM_WRITER),
    )


def _rule(name: str) -> Rule | None:
    if name and name not in set(Rule):
        raise InvalidInput(field="rule", expected=f"one of {', '.join(Rule)}")
    return Rule(name) if name else None


def _address(rule: Rule | None, *, unexplained: bool, number: int | None = None) -> str:
    asked = {"rule": rule.value if rule else "", "unexplained": _TICKED if unexplained else ""}
    query = urlencode({name: value for name, value in asked.items() if value})
    # Without a number it is a pattern that page numbers are put into.
    return f"/bank/flaws?{query}{'&' if query else ''}page={number if number else '{page}'}"
