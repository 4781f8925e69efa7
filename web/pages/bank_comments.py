"""Comments on an item's page, and asking reviewers by name."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlmodel import Session

from itembank.authoring.reviewing.requests import ask_to_review, withdraw_request
from itembank.errors import EditConflict, IllegalMove, InvalidInput
from web.error_pages import STATUS, error_text
from web.page import Notice, Now, Page, SignedInPage, Transaction, actor_of
from web.pages.bank_items import show_item
from web.pages.comment_form import CommentForm
from web.pages.item_review import EnteredReview, RequestForm
from web.pages.review_words import local_day, review_problem_text

router = APIRouter()


async def _entered(request: Request) -> CommentForm:
    return CommentForm.read(await request.form())


@router.post("/bank/items/{item_id}/comments")
def comment_page(
    page: SignedInPage,
    session: Transaction,
    now: Now,
    item_id: UUID,
    seen: Annotated[int, Form()],
    form: Annotated[CommentForm, Depends(_entered)],
) -> Response:
    """Comment on an item, reply, settle a comment, or open it again."""
    if not form.is_meant:
        raise InvalidInput(field="do", expected="comment, reply, settle or reopen")
    try:
        form.carry_out(session, actor=actor_of(page), item_id=item_id, version_seen=seen, now=now)
    except InvalidInput as problem:
        errors = {form.field_of(problem): review_problem_text(problem, page.t)}
        return _refused(page, session, now, item_id, problem, EnteredReview(comments=form, errors=errors))
    except EditConflict as problem:
        return _refused(page, session, now, item_id, problem, EnteredReview(comments=form))
    return page.redirect(f"/bank/items/{item_id}", notice="review.notice_commented")


@router.post("/bank/items/{item_id}/requests")
def ask_page(
    page: SignedInPage,
    session: Transaction,
    now: Now,
    item_id: UUID,
    reviewers: Annotated[list[str], Form()] = [],  # noqa: B006  (the framework copies it)
    due: Annotated[str, Form()] = "",
    request_note: Annotated[str, Form()] = "",
) -> Response:
    """Ask reviewers to review an item by a day."""
    form = RequestForm(tuple(reviewers), due.strip(), request_note.strip())
    try:
        ask_to_review(
            session, actor=actor_of(page), item_id=item_id, usernames=form.reviewers, due=_read_day(form.due),
            note=form.note, today=local_day(now, page.t), now=now,
        )  # fmt: skip
    except InvalidInput as problem:
        errors = {str(problem.details["field"]): review_problem_text(problem, page.t)}
        return _refused(page, session, now, item_id, problem, EnteredReview(request=form, errors=errors))
    except IllegalMove as problem:
        return _refused(page, session, now, item_id, problem, EnteredReview(request=form))
    return page.redirect(f"/bank/items/{item_id}", notice="review.notice_asked")


@router.post("/bank/items/{item_id}/requests/{request_id}/withdraw")
def withdraw_request_page(
    page: SignedInPage, session: Transaction, now: Now, item_id: UUID, request_id: int
) -> Response:
    """Take a request back."""
    withdraw_request(session, actor=actor_of(page), item_id=item_id, request_id=request_id, now=now)
    return page.redirect(f"/bank/items/{item_id}", notice="review.notice_request_withdrawn")


def _refused(
    page: Page,
    session: Session,
    now: Now,
    item_id: UUID,
    problem: InvalidInput | EditConflict | IllegalMove,
    entered: EnteredReview,
) -> Response:
    session.rollback()
    notice = None if entered.errors else Notice("warning", error_text(problem, page.t))
    return show_item(page, session, item_id, now=now, review=entered, notice=notice, status=STATUS[problem.kind])


def _read_day(entered: str) -> date:
    try:
        return date.fromisoformat(entered)
    except ValueError:
        raise InvalidInput(field="due", expected="a date", reason="request_day") from None
