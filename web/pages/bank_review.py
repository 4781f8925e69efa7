"""Reviewing: answer the question as a candidate first, then see the key, comment and vote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from itembank.actor import Actor
from itembank.authoring.criteria import criterion_context
from itembank.authoring.flawed_items import standing_reasons
from itembank.authoring.flaws.lint import flaws_of
from itembank.authoring.lifecycle import ItemState
from itembank.authoring.review import ReviewedAnswer, answer_in_review, item_for_review, review_queue
from itembank.authoring.reviewing.check_points import CHECK_POINTS
from itembank.authoring.reviewing.comments import comments
from itembank.authoring.reviewing.votes import review_standing, vote_on_item, vote_problems
from itembank.authoring.shown_item import shown_item
from itembank.errors import AlreadyVoted, EditConflict, IllegalMove, InvalidInput
from web.page import Now, Page, SignedInPage, Transaction, actor_of
from web.pages.answer_words import answer_words, refusal_words
from web.pages.review_form import Entered, ReviewForm
from web.pages.review_words import local_day, place_choices, place_label, review_problem_text

router = APIRouter()

_NOTICES = {ItemState.APPROVED: "bank.notice_approve", ItemState.DRAFT: "bank.notice_return"}


@router.get("/review")
def queue_page(page: SignedInPage, session: Transaction, now: Now) -> Response:
    """List the items that wait for this reviewer, those that he was asked for first."""
    queue = review_queue(session, actor=actor_of(page))
    return page.render("bank/review_queue.html", queue=queue, today=local_day(now, page.t))


@router.get("/review/{item_id}")
def question_page(page: SignedInPage, session: Transaction, item_id: UUID, language: str = "") -> Response:
    """Show the question without its key."""
    try:
        return _show_question(page, session, item_id, language=language)
    except (IllegalMove, AlreadyVoted) as over:
        return _over(page, item_id, over)


@router.post("/review/{item_id}/answer")
def answer_page(page: SignedInPage, session: Transaction, item_id: UUID, form: Entered) -> Response:
    """Show the key beside the reviewer's own answer, the check list and the comments."""
    try:
        return _show_answer(page, session, item_id, form)
    except (IllegalMove, AlreadyVoted) as over:
        return _over(page, item_id, over)


@router.post("/review/{item_id}/decision")
def decision_page(page: SignedInPage, session: Transaction, now: Now, item_id: UUID, form: Entered) -> Response:
    """Vote on the version that was read, or comment on it."""
    try:
        # Who may not vote is told so before anything that was entered is.
        item_for_review(session, actor=actor_of(page), item_id=item_id)
        if form.comments.is_meant:
            return _comment(page, session, now, item_id, form)
        return _vote(page, session, now, item_id, form)
    except EditConflict as newer:
        session.rollback()
        return _show_newer(page, session, item_id, newer)
    except (IllegalMove, AlreadyVoted) as over:
        session.rollback()
        return _over(page, item_id, over)


def _vote(page: Page, session: Session, now: Now, item_id: UUID, form: ReviewForm) -> Response:
    actor, vote = actor_of(page), form.vote
    problems = vote_problems(vote=vote, note=form.note, checks=form.checks)
    if problems or not form.comments.is_empty:
        errors = {str(problem.details["field"]): review_problem_text(problem, page.t) for problem in problems}
        if not form.comments.is_empty:
            errors["comment"] = page.t("review.problem_comment_unsent")
        return _show_answer(page, session, item_id, form, errors=errors)
    state = vote_on_item(
        session, actor=actor, item_id=item_id, vote=vote, note=form.note, checks=form.checks,
        version_seen=form.version, now=now,
    )  # fmt: skip
    return page.redirect("/review", notice=_NOTICES.get(state, "review.notice_voted"))


def _comment(page: Page, session: Session, now: Now, item_id: UUID, form: ReviewForm) -> Response:
    actor = actor_of(page)
    try:
        left = form.comments.carry_out(session, actor=actor, item_id=item_id, version_seen=form.version, now=now)
    except InvalidInput as problem:
        session.rollback()
        errors = {form.comments.field_of(problem): review_problem_text(problem, page.t)}
        return _show_answer(page, session, item_id, form, errors=errors)
    return _show_answer(page, session, item_id, replace(form, comments=left), said=page.t("review.notice_commented"))


def _show_question(
    page: Page,
    session: Session,
    item_id: UUID,
    *,
    language: str = "",
    form: ReviewForm | None = None,
    warning: str = "",
    error: str = "",
    status: int = 200,
) -> Response:
    item = item_for_review(session, actor=actor_of(page), item_id=item_id)
    content = item.head.content
    return page.render(
        "bank/review.html",
        block="review",
        status=status,
        warning=warning,
        item=item,
        shown=shown_item(content, content.type, language=language),
        translation_tabs=[
            {
                "url": f"/review/{item_id}?language={one.language}",
                "label": page.t(f"bank.language_{one.language}"),
                "current": language == one.language,
            }
            for one in content.translations
        ],
        given=form.answer if form else None,
        reviewed=None,
        error=error,
    )


def _show_answer(
    page: Page,
    session: Session,
    item_id: UUID,
    form: ReviewForm,
    *,
    errors: Mapping[str, str] | None = None,
    said: str = "",
) -> Response:
    actor = actor_of(page)
    item = item_for_review(session, actor=actor, item_id=item_id)
    if item.head.number != form.version:
        return _show_newer(page, session, item_id, EditConflict(current=item.head.number, started_from=form.version))
    try:
        reviewed = answer_in_review(session, actor=actor, item_id=item_id, answer=form.answer)
    except InvalidInput as problem:
        error = refusal_words(problem, page.t)
        return _show_question(page, session, item_id, language=form.language, form=form, error=error, status=422)
    return page.render(
        "bank/review.html",
        block="review",
        status=422 if errors else 200,
        form=form,
        errors=errors or {},
        said=said,
        **_reviewed(page, session, actor, reviewed, form),
    )


def _reviewed(page: Page, session: Session, actor: Actor, reviewed: ReviewedAnswer, form: ReviewForm) -> dict[str, Any]:
    item, content = reviewed.item, reviewed.item.head.content
    return {
        "warning": "",
        "error": "",
        "item": item,
        "reviewed": reviewed,
        "shown": shown_item(content, content.type, language=form.language),
        "answer_words": answer_words(content.type, reviewed.answer),
        "translated": [content.in_language(one.language) for one in content.translations],
        "flaws": flaws_of(content),
        "reasons": {one.rule: one for one in standing_reasons(session, item_version_id=item.head.id)},
        "context": criterion_context(session, actor=actor, code=content.criterion, item_id=item.id),
        "points": CHECK_POINTS,
        "findings": form.begun_for(content),
        "standing": review_standing(session, actor=actor, item_id=item.id),
        "threads": comments(session, actor=actor, item_id=item.id),
        "places": place_choices(content, page.t),
        "place_label": place_label,
    }


def _show_newer(page: Page, session: Session, item_id: UUID, conflict: EditConflict) -> Response:
    try:
        warning = page.t("bank.newer_version", **conflict.details)
        return _show_question(page, session, item_id, warning=warning, status=409)
    except (IllegalMove, AlreadyVoted) as over:
        return _over(page, item_id, over)


def _over(page: Page, item_id: UUID, why: IllegalMove | AlreadyVoted) -> Response:
    notice = "review.notice_voted_already" if isinstance(why, AlreadyVoted) else "bank.notice_review_over"
    return page.redirect(f"/bank/items/{item_id}", notice=notice)
