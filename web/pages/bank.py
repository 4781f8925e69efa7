"""The standard as a grid of criteria, each criterion with its items; the way in to everything about items."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from itembank.actor import Role
from itembank.authoring.coverage import FAIR_FROM, GOOD_FROM, coverage, coverage_totals, criterion_coverage
from itembank.authoring.criteria import criterion_context
from itembank.authoring.enemy_proposals import count_proposals
from itembank.authoring.items import list_items
from web.page import SignedInPage, Transaction, actor_of
from web.pages import (
    bank_comments,
    bank_editing,
    bank_enemies,
    bank_flaws,
    bank_items,
    bank_list,
    bank_proposals,
    bank_review,
)
from web.pages.writers_desk import work_in_progress

#: A criterion has a handful of items; its page shows them all.
_ALL = 1000

router = APIRouter()
# Editing first: /bank/items/new must not be taken for an item called "new".
router.include_router(bank_editing.router)
router.include_router(bank_list.router)
router.include_router(bank_flaws.router)
router.include_router(bank_proposals.router)
router.include_router(bank_items.router)
router.include_router(bank_enemies.router)
router.include_router(bank_comments.router)
router.include_router(bank_review.router)


@router.get("/bank")
def coverage_page(page: SignedInPage, session: Transaction) -> Response:
    """Show how well the bank covers the standard."""
    actor = actor_of(page)
    units = coverage(session, actor=actor)
    return page.render(
        "bank/coverage.html",
        units=units,
        totals=coverage_totals(units),
        fair_from=FAIR_FROM,
        good_from=GOOD_FROM,
        proposals=count_proposals(session, actor=actor),
        may_write=actor.has(Role.ITEM_WRITER),
        in_work=work_in_progress(session, actor) if actor.has(Role.ITEM_WRITER) else [],
    )


@router.get("/bank/criteria/{code}")
def criterion_page(page: SignedInPage, session: Transaction, code: str) -> Response:
    """Show a criterion with what the standard says around it, beside its items."""
    actor = actor_of(page)
    context = criterion_context(session, actor=actor, code=code)
    items, _ = list_items(session, actor=actor, criterion=code, limit=_ALL)
    return page.render(
        "bank/criterion.html",
        context=context,
        items=items,
        coverage=criterion_coverage(session, actor=actor, code=code),
        good_from=GOOD_FROM,
        may_write=context.element.is_written and actor.has(Role.ITEM_WRITER),
    )
