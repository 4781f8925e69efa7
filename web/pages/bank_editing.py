"""Writing items: beginning, saving, and the candidate's view of what was entered."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Form
from fastapi.responses import Response
from sqlmodel import Session
from starlette.datastructures import FormData

from itembank.authoring.desk.kept_work import clear_desk
from itembank.authoring.drafts import draft_problems
from itembank.authoring.items import ItemView, create_item, item_view, move_item, save_item
from itembank.authoring.lifecycle import ItemState
from itembank.errors import EditConflict, IllegalMove
from web.error_pages import error_text
from web.page import Notice, Now, Page, SignedInPage, Transaction, actor_of, reads_only
from web.pages import bank_desk
from web.pages.item_form import SAVE, SUBMIT, Entered, ItemForm, blank_form, form_of_content, form_of_kept
from web.pages.writers_desk import Desk

router = APIRouter()
router.include_router(bank_desk.router)


def _only_changes_the_form(form: FormData) -> bool:
    button = form.get("do")
    return isinstance(button, str) and button.strip() not in ("", SAVE, SUBMIT)


@router.get("/bank/items/new")
def new_item_page(
    page: SignedInPage, session: Transaction, now: Now, criterion: str = "", kept: UUID | None = None
) -> Response:
    """Begin a new item, or go on with one that was typed and not saved."""
    desk = Desk(page, session, actor_of(page), now)
    work = desk.kept(key=kept) if kept else None
    if work is not None:
        return desk.show(form_of_kept(work.fields, started_from=0, key=str(work.id)), unkept=False)
    return desk.show(blank_form(criterion=criterion, language="th", key=str(uuid4())), unkept=False)


@router.post("/bank/items")
@reads_only(_only_changes_the_form)
def create_item_page(page: SignedInPage, session: Transaction, now: Now, form: Entered) -> Response:
    """Keep a new item, or change the form as its button says."""
    actor = actor_of(page)
    desk = Desk(page, session, actor, now)
    if form.do not in (SAVE, SUBMIT):
        return desk.change(form)
    draft = form.draft
    problems = draft_problems(session, actor=actor, draft=draft)
    if problems:
        return desk.show(form, problems=problems, status=422)
    key = UUID(form.key) if form.key else None
    try:
        item = create_item(session, actor=actor, content=draft.content(), now=now, item_id=key)
    except EditConflict:
        # The form of an item that was saved before, such as one that the browser's "back" brought up again.
        session.rollback()
        if key is None:
            raise
        return _conflict(Desk(page, session, actor, now, key), key, form)
    clear_desk(session, actor=actor, key=key)
    return _saved(page, session, now, item, form)


@router.get("/bank/items/{item_id}/edit")
def edit_item_page(page: SignedInPage, session: Transaction, now: Now, item_id: UUID, kept: bool = False) -> Response:
    """Begin an edit from the newest version, or go on with what was typed and not saved."""
    actor = actor_of(page)
    item = item_view(session, actor=actor, item_id=item_id)
    if item.head.state is ItemState.IN_REVIEW:
        return page.redirect(f"/bank/items/{item_id}", notice="bank.notice_edit_in_review")
    desk, head = Desk(page, session, actor, now, item_id), item.head
    work = desk.kept()
    if work is not None and kept:
        return desk.show(form_of_kept(work.fields, started_from=work.started_from, key=""), unkept=False)
    offer = desk.offer(work, head) if work is not None else None
    return offer or desk.show(form_of_content(head.content, started_from=head.number), unkept=False)


@router.post("/bank/items/{item_id}")
@reads_only(_only_changes_the_form)
def save_item_page(page: SignedInPage, session: Transaction, now: Now, item_id: UUID, form: Entered) -> Response:
    """Save an edit as a new version, or change the form as its button says."""
    actor = actor_of(page)
    desk = Desk(page, session, actor, now, item_id)
    if form.do not in (SAVE, SUBMIT):
        return desk.change(form)
    draft = form.draft
    problems = draft_problems(session, actor=actor, draft=draft, item_id=item_id)
    if problems:
        return desk.show(form, problems=problems, status=422)
    try:
        item = save_item(
            session, actor=actor, item_id=item_id, content=draft.content(), started_from=form.started_from, now=now
        )
    except EditConflict:
        session.rollback()
        return _conflict(desk, item_id, form)
    except IllegalMove as error:
        session.rollback()
        return desk.show(form, status=409, notice=Notice("warning", error_text(error, page.t)))
    clear_desk(session, actor=actor, item_id=item_id)
    return _saved(page, session, now, item, form)


@router.post("/bank/preview")
@reads_only()
def preview_block(
    page: SignedInPage, session: Transaction, now: Now, form: Entered, item: Annotated[UUID | None, Form()] = None
) -> Response:
    """Show what was entered as candidates would see it; nothing is kept."""
    actor = actor_of(page)
    edited = item_view(session, actor=actor, item_id=item) if item and form.translation else None
    checked = Desk(page, session, actor, now, item).checked(form, edited)
    return page.render("bank/preview.html", form=form, swapped=page.wants_fragment, **checked)


def _conflict(desk: Desk, item_id: UUID, form: ItemForm) -> Response:
    newer = item_view(desk.session, actor=desk.actor, item_id=item_id).head
    # Saving once more is then a decision made in sight of the other version.
    return desk.show(replace(form, started_from=newer.number), status=409, newer=newer)


def _saved(page: Page, session: Session, now: Now, item: ItemView, form: ItemForm) -> Response:
    notice = "bank.notice_saved"
    if form.do == SUBMIT and any(move.name == "submit" for move in item.possible_moves):
        move_item(
            session, actor=actor_of(page), item_id=item.id, move_name="submit", now=now,
            version_seen=item.head.number,
        )  # fmt: skip
        notice = "bank.notice_submit"
    return page.redirect(f"/bank/items/{item.id}", notice=notice)
