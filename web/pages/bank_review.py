"""Reviewing: answer the question as a candidate first, then see the key and decide."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form
from fastapi.responses import Response
from sqlmodel import Session

from itembank.authoring.criteria import criterion_context
from itembank.authoring.flaws.lint import flaws_of
from itembank.authoring.item_types.question import Answer
from itembank.authoring.items import move_item
from itembank.authoring.review import answer_in_review, item_for_review, review_queue
from itembank.errors import EditConflict, IllegalMove, InvalidInput
from web.page import Now, Page, SignedInPage, Transaction, actor_of
from web.pages.item_form import problem_text

router = APIRouter()

Chosen = Annotated[list[int], Form()]


@router.get("/review")
def queue_page(page: SignedInPage, session: Transaction) -> Response:
    """List the items that wait for this reviewer."""
    return page.render("bank/review_queue.html", queue=review_queue(session, actor=actor_of(page)))


@router.get("/review/{item_id}")
def question_page(page: SignedInPage, session: Transaction, item_id: UUID) -> Response:
    """Show the question without its key."""
    try:
        return _show_question(page, session, item_id)
    except IllegalMove:
        return page.redirect(f"/bank/items/{item_id}", notice="bank.notice_review_over")


@router.post("/review/{item_id}/answer")
def answer_page(
    page: SignedInPage,
    session: Transaction,
    item_id: UUID,
    version: Annotated[int, Form()],
    answer: Chosen = [],  # noqa: B006  (the framework copies it)
) -> Response:
    """Show the key beside the reviewer's own answer, and the form for the decision."""
    try:
        return _show_answer(page, session, item_id, version=version, answer=answer)
    except IllegalMove:
        return page.redirect(f"/bank/items/{item_id}", notice="bank.notice_review_over")


@router.post("/review/{item_id}/decision")
def decision_page(
    page: SignedInPage,
    session: Transaction,
    now: Now,
    item_id: UUID,
    version: Annotated[int, Form()],
    move: Annotated[str, Form()],
    note: Annotated[str, Form()] = "",
    answer: Chosen = [],  # noqa: B006  (the framework copies it)
) -> Response:
    """Approve the version that was read, or return it with the reason."""
    actor = actor_of(page)
    if move not in ("approve", "return"):
        raise InvalidInput(field="move", expected="approve or return")
    try:
        move_item(
            session,
            actor=actor,
            item_id=item_id,
            move_name=move,
            now=now,
            note=note,
            version_seen=version,
        )
    except InvalidInput as problem:
        session.rollback()
        error = problem_text(problem, page.t)
        return _show_answer(page, session, item_id, version=version, answer=answer, error=error)
    except EditConflict as newer:
        session.rollback()
        return _show_newer(page, session, item_id, newer)
    except IllegalMove:
        session.rollback()
        return page.redirect(f"/bank/items/{item_id}", notice="bank.notice_review_over")
    return page.redirect("/review", notice=f"bank.notice_{move}")


def _show_question(
    page: Page, session: Session, item_id: UUID, *, warning: str = "", error: str = "", status: int = 200
) -> Response:
    item = item_for_review(session, actor=actor_of(page), item_id=item_id)
    return page.render(
        "bank/review.html", block="review", status=status, warning=warning, item=item, reviewed=None, error=error
    )


def _show_answer(
    page: Page, session: Session, item_id: UUID, *, version: int, answer: list[int], error: str = ""
) -> Response:
    actor = actor_of(page)
    item = item_for_review(session, actor=actor, item_id=item_id)
    if item.head.number != version:
        return _show_newer(page, session, item_id, EditConflict(current=item.head.number, started_from=version))
    try:
        reviewed = answer_in_review(session, actor=actor, item_id=item_id, answer=Answer(tuple(answer)))
    except InvalidInput:
        return _show_question(page, session, item_id, error=page.t("shell.choose_first"), status=422)
    return page.render(
        "bank/review.html",
        block="review",
        status=422 if error else 200,
        warning="",
        item=item,
        reviewed=reviewed,
        flaws=flaws_of(item.head.content),
        context=criterion_context(session, actor=actor, code=item.head.content.criterion, item_id=item_id),
        error=error,
    )


def _show_newer(page: Page, session: Session, item_id: UUID, conflict: EditConflict) -> Response:
    try:
        warning = page.t("bank.newer_version", **conflict.details)
        return _show_question(page, session, item_id, warning=warning, status=409)
    except IllegalMove:
        return page.redirect(f"/bank/items/{item_id}", notice="bank.notice_review_over")
