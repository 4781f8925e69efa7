"""The candidate's tasks after the questions: answered in words, kept on the way, and a result that waits for marks."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Form
from fastapi.responses import Response

from itembank.actor import Role
from itembank.authoring.item_types.question import Answer
from itembank.delivery.sittings import SittingView, sitting_view
from itembank.delivery.written_tasks import save_draft, submit_task
from itembank.errors import AnswerConflict, InvalidInput, PositionOutOfOrder, ResultWaits, SamatError, SittingFinished
from web.error_pages import STATUS
from web.page import Now, Page, SignedInPage, Transaction, actor_of

router = APIRouter()


@router.get("/sittings/{sitting_id}/tasks")
def back_to_task(sitting_id: UUID, page: SignedInPage) -> Response:
    """Lead an address that only takes answers back to the task: a reload of a refused answer comes here."""
    return page.redirect(f"/sittings/{sitting_id}")


@router.post("/sittings/{sitting_id}/tasks")
def answer_task(
    sitting_id: UUID,
    page: SignedInPage,
    session: Transaction,
    now: Now,
    position: Annotated[int, Form()],
    text: Annotated[str, Form()] = "",
    do: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Hand in the answer to a task, or keep it as a draft, or leave it blank.

    ``do`` is "keep" where a script keeps a draft: 204 says that it is kept, and nothing else says so.
    """
    actor, language = actor_of(page), page.t.language
    try:
        if do in ("draft", "keep"):
            view = save_draft(
                session, actor=actor, sitting_id=sitting_id, position=position, text=text, now=now, language=language
            )
        else:
            view = submit_task(
                session, actor=actor, sitting_id=sitting_id, position=position, text=text, now=now, language=language,
                leave_blank=do == "blank",
            )  # fmt: skip
    except SittingFinished:
        return page.redirect(f"/sittings/{sitting_id}/result", notice="candidate.notice_not_recorded")
    except (AnswerConflict, PositionOutOfOrder, InvalidInput) as error:
        view = sitting_view(session, actor=actor, sitting_id=sitting_id, now=now)
        if view.task is None:
            return page.redirect(f"/sittings/{sitting_id}")
        return _refused(page, view, error, text=text)
    if view.task is None:
        recorded = view.saved_position is not None
        notice = None if recorded else "candidate.notice_not_recorded"
        return page.redirect(f"/sittings/{sitting_id}/result", notice=notice)
    if do == "keep":
        return Response(status_code=204)
    if page.wants_fragment:
        return show_task(page, view, handed_in=view.saved_position)
    handed_in = f"?saved={view.saved_position}" if view.saved_position else ""
    return page.redirect(f"/sittings/{sitting_id}{handed_in}")


def show_task(
    page: Page,
    view: SittingView,
    *,
    status: int = 200,
    handed_in: int | None = None,
    text: str | None = None,
    message: str | None = None,
    error: str | None = None,
) -> Response:
    """Show the task to answer now.

    Args:
        page: The request.
        view: A sitting with a task.
        status: HTTP status.
        handed_in: Number of the task that this request handed in.
        text: What was entered and can't be taken; None for what is kept.
        message: What to tell above the task.
        error: What is wrong with the answer.
    """
    assert view.task is not None
    return page.render(
        "candidate/task.html",
        block="exam",
        status=status,
        sitting=view,
        task=view.task,
        item=view.task.for_reader(page.t.language),
        given=Answer(text=view.task.draft if text is None else text),
        handed_in=handed_in,
        message=message,
        error=error,
        fragment=page.wants_fragment,
        other_lang_url=f"/sittings/{view.id}?{urlencode({'lang': 'en' if page.t.language == 'th' else 'th'})}",
        candidate=actor_of(page).display_name,
        # No menu and no sign-out while a sitting runs: nobody should leave it by a slip of the hand.
        actor=None,
        nav=[],
    )


def show_waiting(page: Page, waits: ResultWaits) -> Response:
    """Tell that a result waits for marks, and for how many."""
    return page.render(
        "candidate/waiting.html",
        marked=waits.details["marked"],
        asked=waits.details["asked"],
        own=actor_of(page).has(Role.CANDIDATE),
    )


def _refused(page: Page, view: SittingView, error: SamatError, *, text: str) -> Response:
    status = STATUS[error.kind]
    if isinstance(error, AnswerConflict):
        message = page.t("marking.task_already_answered", n=error.details["position"])
        return show_task(page, view, status=status, message=message)
    if isinstance(error, PositionOutOfOrder):
        return show_task(page, view, status=status, message=page.t("marking.task_not_this"))
    key = "answering.write_first" if error.details.get("reason") == "answer_text" else "marking.task_too_long"
    return show_task(page, view, status=status, text=text, error=page.t(key))
