"""Keeping what writers type, telling them of others, and what the bank holds that is much like it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form
from fastapi.responses import Response

from itembank.actor import Role
from itembank.authoring.desk.kept_work import clear_desk, keep_work
from itembank.authoring.desk.work_of_others import WorkOfOthers, work_of_others
from itembank.authoring.likeness import similar_items
from itembank.errors import InvalidInput
from web.page import Now, SignedInPage, Transaction, actor_of, reads_only
from web.pages.item_form import Entered, TypedFields, problem_text
from web.pages.writers_desk import clock_time

router = APIRouter()


@router.post("/bank/desk")
def keep_page(
    page: SignedInPage,
    session: Transaction,
    now: Now,
    form: Entered,
    fields: TypedFields,
    item: Annotated[UUID | None, Form()] = None,
    typed: Annotated[bool, Form()] = False,
) -> Response:
    """Keep what was typed, if anything was since the last time, and tell what others do to the item."""
    actor = actor_of(page)
    key = UUID(form.key) if form.key else None
    refused, saved_at = "", None
    try:
        saved_at = keep_work(
            session, actor=actor, key=key, item_id=item, fields=fields if typed else None,
            started_from=form.started_from, now=now,
        )  # fmt: skip
    except InvalidInput as problem:
        refused = problem_text(problem, page.t)
    others = WorkOfOthers()
    if item:
        others = work_of_others(session, actor=actor, item_id=item, started_from=form.started_from, now=now)
    return page.render(
        "bank/desk/status.html",
        status=422 if refused else 200,
        refused=refused,
        kept_at=clock_time(saved_at, page.t) if saved_at else "",
        others=others,
        item_id=item,
        started_from=form.started_from,
    )


@router.post("/bank/desk/similar")
@reads_only()
def similar_page(
    page: SignedInPage, session: Transaction, form: Entered, item: Annotated[UUID | None, Form()] = None
) -> Response:
    """Show the items of the bank that are most like what is being typed."""
    actor = actor_of(page)
    actor.require(Role.ITEM_WRITER)
    draft = form.draft
    similar = similar_items(session, actor=actor, wording=draft, item_id=item) if draft.stem else ()
    return page.render("bank/desk/similar.html", similar=similar, draft=draft, item_id=item)


@router.post("/bank/desk/discard")
def discard_page(
    page: SignedInPage, session: Transaction, form: Entered, item: Annotated[UUID | None, Form()] = None
) -> Response:
    """Forget what was typed and not saved."""
    clear_desk(session, actor=actor_of(page), key=UUID(form.key) if form.key else None, item_id=item)
    return page.redirect(f"/bank/items/{item}/edit" if item else "/bank/items/new", notice="desk.notice_discarded")
