"""Marking: a marker's list, one answer with its rubric, how far marking is, and how far markers agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from itembank.actor import Role
from itembank.authoring.item_types.constructed_response import MOST_ASPECTS
from itembank.errors import AlreadyMarked, InvalidInput, MarkingMovedOn
from itembank.marking.agreement import agreement_by_task
from itembank.marking.marking import correct_mark, mark_response
from itembank.marking.progress import marking_progress
from itembank.marking.queue import ResponseView, marking_queue, next_response, response_view
from itembank.marking.settlement import MarkKind
from web.page import Notice, Now, Page, SignedInPage, Transaction, actor_of

router = APIRouter(prefix="/marking")

#: A level that was not chosen.
NOT_CHOSEN = -1

_KEPT = "marking.notice_marked"

Written = Annotated[str, Form(max_length=10_000)]


async def _sent_levels(request: Request) -> tuple[int, ...]:
    """Read the level of each aspect, one group of radio buttons each."""
    form = await request.form()
    sent = [form.get(f"level_{number}") for number in range(1, MOST_ASPECTS + 1)]
    levels = [
        int(one) if isinstance(one, str) and one.isascii() and one.isdigit() and len(one) <= 2 else NOT_CHOSEN
        for one in sent
    ]
    while levels and levels[-1] == NOT_CHOSEN:
        levels.pop()
    return tuple(levels)


SentLevels = Annotated[tuple[int, ...], Depends(_sent_levels)]


@router.get("")
def queue_page(page: SignedInPage, session: Transaction) -> Response:
    """List what the person can mark or settle, and the own marks that can be corrected."""
    actor = actor_of(page)
    return page.render(
        "marking/queue.html", queue=marking_queue(session, actor=actor), marks=actor.has(Role.MARKER), tabs=_tabs(page)
    )


@router.get("/progress")
def progress_page(page: SignedInPage, session: Transaction) -> Response:
    """Tell how far marking is, exam by exam."""
    return page.render(
        "marking/progress.html", progress=marking_progress(session, actor=actor_of(page)), tabs=_tabs(page)
    )


@router.get("/agreement")
def agreement_page(page: SignedInPage, session: Transaction) -> Response:
    """Tell how far markers agree, task by task."""
    return page.render(
        "marking/agreement.html", tasks=agreement_by_task(session, actor=actor_of(page)), tabs=_tabs(page)
    )


@router.get("/next")
def next_page(page: SignedInPage, session: Transaction) -> Response:
    """Lead to the next answer to mark or settle, or to the list where there is none: looked for when the mark is kept.

    Looking takes longer than keeping the mark, and holds nobody up that writes.
    """
    found = next_response(session, actor=actor_of(page))
    kept = page.request.query_params.get("notice") == _KEPT
    return page.redirect("/marking" if found is None else f"/marking/{found}", notice=_KEPT if kept else None)


@router.get("/{answer_id}")
def response_page(page: SignedInPage, session: Transaction, answer_id: UUID) -> Response:
    """Show an answer to mark, to settle, or to correct the mark of; one with nothing to do leads back to the list."""
    try:
        seen = response_view(session, actor=actor_of(page), answer_id=answer_id)
    except AlreadyMarked:
        return page.redirect("/marking", notice="marking.notice_nothing_to_do")
    given = seen.mine
    return _response(
        page, seen, levels=given.levels if given else (), comment=given.comment if given else "", reason=""
    )


@router.post("/{answer_id}")
def mark_page(
    page: SignedInPage,
    session: Transaction,
    now: Now,
    answer_id: UUID,
    levels: SentLevels,
    comment: Written = "",
    reason: Written = "",
    do: Written = "",
    kind: Annotated[MarkKind, Form()] = MarkKind.BLIND,
) -> Response:
    """Keep a mark and go on to the next answer of the list."""
    actor = actor_of(page)
    try:
        if do == "correct":
            correct_mark(
                session, actor=actor, answer_id=answer_id, levels=levels, comment=comment, reason=reason, now=now
            )
            return page.redirect("/marking", notice="marking.notice_corrected")
        mark_response(session, actor=actor, answer_id=answer_id, kind=kind, levels=levels, comment=comment, now=now)
    except AlreadyMarked:
        return page.redirect("/marking", notice="marking.notice_nothing_to_do")
    except (InvalidInput, MarkingMovedOn) as error:
        session.rollback()
        seen = response_view(session, actor=actor, answer_id=answer_id)
        if isinstance(error, MarkingMovedOn):
            return _response(page, seen, levels=levels, comment=comment, reason=reason, moved_on=True, status=409)
        errors = _errors(page, seen, error, levels)
        return _response(page, seen, levels=levels, comment=comment, reason=reason, errors=errors, status=422)
    return page.redirect("/marking/next", notice=_KEPT)


def _response(
    page: Page,
    seen: ResponseView,
    *,
    levels: Sequence[int],
    comment: str,
    reason: str,
    errors: Mapping[str, str] | None = None,
    moved_on: bool = False,
    status: int = 200,
) -> Response:
    return page.render(
        "marking/response.html",
        status=status,
        notice=Notice("warn", page.t("errors.marking_moved_on")) if moved_on else None,
        seen=seen,
        levels=dict(enumerate(levels, start=1)),
        comment=comment,
        reason=reason,
        errors=errors or {},
        other_lang_url=f"/marking/{seen.answer_id}?lang={'en' if page.t.language == 'th' else 'th'}",
    )


def _errors(page: Page, seen: ResponseView, error: InvalidInput, levels: Sequence[int]) -> Mapping[str, str]:
    """Name everything that is missing, so that it is mended in one go."""
    field = str(error.details["field"]).partition(".")[0]
    if field in ("comment", "reason"):
        return {field: page.t(f"marking.error_{error.details['reason']}")}
    chosen = dict(enumerate(levels, start=1))
    return {
        f"level_{number}": page.t("marking.error_level", aspect=aspect.title)
        for number, aspect in enumerate(seen.rubric, start=1)
        if not 0 <= chosen.get(number, NOT_CHOSEN) <= aspect.maximum
    }


def _tabs(page: Page) -> list[dict[str, object]]:
    """List the pages of marking that the person's roles open."""
    actor, path = actor_of(page), page.request.url.path
    entries = (
        ("/marking", page.t("marking.tab_queue"), actor.has(Role.MARKER, Role.ADMINISTRATOR)),
        ("/marking/progress", page.t("marking.tab_progress"), actor.has(Role.ADMINISTRATOR, Role.PSYCHOMETRICIAN)),
        ("/marking/agreement", page.t("marking.tab_agreement"), actor.has(Role.PSYCHOMETRICIAN)),
    )
    return [{"url": url, "label": label, "current": path == url} for url, label, opens in entries if opens]
