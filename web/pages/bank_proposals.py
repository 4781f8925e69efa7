"""Pairs of items that are alike: a person decides whether they must not meet in a sitting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query
from fastapi.responses import Response
from sqlmodel import Session

from itembank.authoring.enemies import declare_enemies
from itembank.authoring.enemy_proposals import (
    count_proposals,
    dismiss_proposal,
    item_code,
    proposed_enemies,
    reopen_proposal,
)
from itembank.authoring.roles import ENEMY_DECLARERS
from itembank.errors import AlreadyExists, InvalidInput
from web.error_pages import STATUS
from web.page import Now, Page, SignedInPage, Transaction, actor_of
from web.pages.item_form import problem_text

_PAGE_SIZE = 20
_TICKED = "1"
_DECISIONS = ("confirm", "dismiss")

router = APIRouter()


@dataclass(frozen=True, slots=True)
class _Entered:
    """A decision that was refused: about which pair, and why."""

    first: UUID | None = None
    second: UUID | None = None
    reason: str = ""
    error: str = ""


@router.get("/bank/enemies")
def proposals_page(
    page: SignedInPage,
    session: Transaction,
    dismissed: str = "",
    number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
) -> Response:
    """Show the pairs that wait for a decision, or those that were found free to meet."""
    return _show(page, session, dismissed=dismissed == _TICKED, number=number)


@router.post("/bank/enemies")
def decide_page(
    page: SignedInPage,
    session: Transaction,
    now: Now,
    first: Annotated[UUID, Form()],
    second: Annotated[UUID, Form()],
    decision: Annotated[str, Form()],
    reason: Annotated[str, Form()] = "",
    number: Annotated[int, Form(alias="page", ge=1, le=100_000)] = 1,
) -> Response:
    """Declare the two items of a pair enemies, or find that they may meet."""
    actor = actor_of(page)
    if decision not in _DECISIONS:
        raise InvalidInput(field="decision", expected=f"one of {', '.join(_DECISIONS)}")
    try:
        if decision == "dismiss":
            dismiss_proposal(session, actor=actor, first=first, second=second, reason=reason, now=now)
        else:
            code = item_code(session, actor=actor, item_id=second)
            declare_enemies(session, actor=actor, item_id=first, code=code, reason=reason, now=now)
    except (InvalidInput, AlreadyExists) as problem:
        session.rollback()
        told = problem_text(problem, page.t) if isinstance(problem, InvalidInput) else page.t("bank.enemies_already")
        entered = _Entered(first, second, reason, told)
        return _show(page, session, dismissed=False, number=number, entered=entered, status=STATUS[problem.kind])
    notice = "finding.notice_dismissed" if decision == "dismiss" else "bank.notice_enemies_declared"
    return page.redirect(f"/bank/enemies?page={number}", notice=notice)


@router.post("/bank/enemies/reopen")
def reopen_page(
    page: SignedInPage,
    session: Transaction,
    now: Now,
    first: Annotated[UUID, Form()],
    second: Annotated[UUID, Form()],
) -> Response:
    """Put a pair up for decision again."""
    reopen_proposal(session, actor=actor_of(page), first=first, second=second, now=now)
    return page.redirect("/bank/enemies?dismissed=1", notice="finding.notice_reopened")


def _show(
    page: Page, session: Session, *, dismissed: bool, number: int, entered: _Entered | None = None, status: int = 200
) -> Response:
    actor = actor_of(page)
    waiting = count_proposals(session, actor=actor)
    put_aside = count_proposals(session, actor=actor, dismissed=True)
    pages = max(1, -(-(put_aside if dismissed else waiting) // _PAGE_SIZE))
    # Whoever decides the last pair of the last page finds himself behind the end.
    number = min(number, pages)
    pairs = proposed_enemies(
        session, actor=actor, dismissed=dismissed, offset=(number - 1) * _PAGE_SIZE, limit=_PAGE_SIZE
    )
    return page.render(
        "bank/enemies.html",
        status=status,
        pairs=pairs,
        waiting=waiting,
        put_aside=put_aside,
        dismissed=dismissed,
        number=number,
        pages=pages,
        page_url=f"/bank/enemies?{'dismissed=1&' if dismissed else ''}page={{page}}",
        entered=entered or _Entered(),
        may_decide=actor.has(*ENEMY_DECLARERS),
    )
