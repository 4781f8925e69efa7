"""The candidate's screens: my exams, instructions, one question at a time, ending, the result."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Form
from fastapi.responses import Response

from engine.outcomes.verdicts import NOT_ENOUGH_EVIDENCE, Outcome
from itembank.actor import Role
from itembank.authoring.item_types.question import Answer
from itembank.delivery.my_exams import my_exam, my_exams
from itembank.delivery.outcome_record import ElementResult, ResultView, result_view
from itembank.delivery.sittings import SittingView, end_sitting, sitting_view, start_sitting, submit_answer
from itembank.errors import (
    AnswerConflict,
    BankTooSmall,
    ExamNotOpen,
    IllegalMove,
    InvalidInput,
    PositionOutOfOrder,
    ResultWaits,
    SittingFinished,
)
from web.charts import EvidenceBar, evidence_bar
from web.error_pages import STATUS, error_text
from web.page import Now, Page, SignedInPage, Transaction, actor_of
from web.pages.answer_form import SentAnswer
from web.pages.answer_words import refusal_words
from web.pages.written_tasks import show_task, show_waiting

router = APIRouter()


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One element of the result, with the bar and the probability to show where there is evidence."""

    element: ElementResult
    bar: EvidenceBar | None
    probability: float


@router.get("/exams")
def my_exams_page(page: SignedInPage, session: Transaction, now: Now) -> Response:
    """List my exams, each with what can be done now."""
    return page.render("candidate/exams.html", exams=my_exams(session, actor=actor_of(page), now=now))


@router.get("/exams/{exam_id}")
def instructions_page(exam_id: UUID, page: SignedInPage, session: Transaction, now: Now) -> Response:
    """Tell what to know before starting."""
    exam = my_exam(session, actor=actor_of(page), exam_id=exam_id, now=now)
    return page.render("candidate/instructions.html", exam=exam, refusal=None)


@router.post("/exams/{exam_id}/start")
def start(exam_id: UUID, page: SignedInPage, session: Transaction, now: Now) -> Response:
    """Begin the sitting, or go on with the one that was begun."""
    actor = actor_of(page)
    try:
        sitting = start_sitting(session, actor=actor, exam_id=exam_id, now=now)
    except (ExamNotOpen, BankTooSmall) as error:
        exam = my_exam(session, actor=actor, exam_id=exam_id, now=now)
        # What the bank lacks is for those who keep it, not for the candidate.
        refusal = page.t("candidate.cannot_start") if isinstance(error, BankTooSmall) else error_text(error, page.t)
        return page.render(
            "candidate/instructions.html",
            status=STATUS[error.kind],
            exam=exam,
            refusal=refusal,
            other_lang_url=_other_language(page, f"/exams/{exam_id}"),
        )
    return page.redirect(_sitting_url(sitting.id))


@router.get("/sittings/{sitting_id}")
def question_page(sitting_id: UUID, page: SignedInPage, session: Transaction, now: Now, saved: str = "") -> Response:
    """Show the question to answer, or the result once there is none."""
    view = sitting_view(session, actor=actor_of(page), sitting_id=sitting_id, now=now)
    if view.finished:
        return page.redirect(f"{_sitting_url(sitting_id)}/result")
    position = _whole_number(saved)
    if view.task is not None:
        handed_in = position is not None and 1 <= position <= view.tasks_answered
        return show_task(page, view, handed_in=position if handed_in else None)
    is_saved = position is not None and 1 <= position <= view.answered
    return _question(page, view, saved_position=position if is_saved else None)


@router.get("/sittings/{sitting_id}/answers")
def back_to_question(sitting_id: UUID, page: SignedInPage) -> Response:
    """Lead an address that only takes answers back to the question: a reload of a refused answer comes here."""
    return page.redirect(_sitting_url(sitting_id))


@router.post("/sittings/{sitting_id}/answers")
def answer_question(
    sitting_id: UUID,
    page: SignedInPage,
    session: Transaction,
    now: Now,
    position: Annotated[int, Form()],
    given: SentAnswer,
) -> Response:
    """Record an answer and show what comes next; what can't be recorded leads back to the present question."""
    try:
        view = submit_answer(
            session,
            actor=actor_of(page),
            sitting_id=sitting_id,
            position=position,
            answer=given,
            now=now,
            language=page.t.language,
        )
    except SittingFinished:
        return _result_redirect(page, sitting_id, recorded=False)
    except (AnswerConflict, PositionOutOfOrder, InvalidInput) as error:
        view = sitting_view(session, actor=actor_of(page), sitting_id=sitting_id, now=now)
        if view.finished:
            return _result_redirect(page, sitting_id, recorded=False)
        if view.task is not None:
            return page.redirect(_sitting_url(sitting_id))
        return _refused_answer(page, view, error, given=given)
    if view.finished:
        return _result_redirect(page, sitting_id, recorded=view.saved_position is not None)
    if view.task is not None:
        return page.redirect(_sitting_url(sitting_id))
    if page.wants_fragment:
        return _question(page, view, saved_position=view.saved_position)
    return page.redirect(f"{_sitting_url(sitting_id)}?saved={view.saved_position}")


@router.get("/sittings/{sitting_id}/end")
def end_page(sitting_id: UUID, page: SignedInPage, session: Transaction, now: Now) -> Response:
    """Ask before ending, and say what ending means."""
    view = sitting_view(session, actor=actor_of(page), sitting_id=sitting_id, now=now)
    if view.finished:
        return page.redirect(f"{_sitting_url(sitting_id)}/result")
    return _end_form(page, view)


@router.post("/sittings/{sitting_id}/end")
def end(
    sitting_id: UUID, page: SignedInPage, session: Transaction, now: Now, answered: Annotated[str, Form()] = ""
) -> Response:
    """End the sitting once its candidate has typed how many questions are answered."""
    actor = actor_of(page)
    view = sitting_view(session, actor=actor, sitting_id=sitting_id, now=now)
    if not view.finished and _whole_number(answered) != view.answered:
        return _end_form(page, view, status=422, typed=answered)
    end_sitting(session, actor=actor, sitting_id=sitting_id, now=now)
    return page.redirect(f"{_sitting_url(sitting_id)}/result")


@router.get("/sittings/{sitting_id}/result")
def result_page(sitting_id: UUID, page: SignedInPage, session: Transaction, now: Now) -> Response:
    """Show what the sitting says of the unit and its elements."""
    actor = actor_of(page)
    try:
        result = result_view(session, actor=actor, sitting_id=sitting_id, now=now)
    except IllegalMove:
        if not actor.has(Role.CANDIDATE):
            raise
        return page.redirect(_sitting_url(sitting_id))
    except ResultWaits as waits:
        return show_waiting(page, waits)
    return page.render(
        "candidate/result.html",
        result=result,
        probability=shown_probability(result.outcome, confidence=result.confidence),
        lines=[_evidence_line(element, result) for element in result.elements],
        remaining=[element for element in result.elements if element.other_methods],
        own=actor.has(Role.CANDIDATE),
    )


def shown_probability(outcome: Outcome, *, confidence: float) -> float:
    """Give the probability to show, which rounding to whole per cent must not carry to a line that it did not reach.

    94.7 of the 95 per cent that a verdict takes has to read as 94, or the page would contradict itself.
    """
    percent = 100 * outcome.probability
    low, high = round(100 * (1 - confidence), 6), round(100 * confidence, 6)
    if outcome.verdict != NOT_ENOUGH_EVIDENCE or low < round(percent) < high:
        return outcome.probability
    return (math.floor(percent) if percent > 50 else math.ceil(percent)) / 100


def _question(
    page: Page,
    view: SittingView,
    *,
    status: int = 200,
    saved_position: int | None = None,
    message: str | None = None,
    given: Answer | None = None,
    error: str | None = None,
) -> Response:
    assert view.question is not None
    return page.render(
        "candidate/sitting.html",
        block="exam",
        status=status,
        sitting=view,
        item=view.question.for_reader(page.t.language),
        saved_position=saved_position,
        message=message,
        given=given,
        error=error,
        fragment=page.wants_fragment,
        other_lang_url=_other_language(page, _sitting_url(view.id)),
        **_bare_frame(page),
    )


def _refused_answer(
    page: Page, view: SittingView, error: AnswerConflict | PositionOutOfOrder | InvalidInput, *, given: Answer
) -> Response:
    status = STATUS[error.kind]
    if isinstance(error, AnswerConflict):
        message = page.t("candidate.already_answered", position=error.details["position"])
        return _question(page, view, status=status, message=message)
    if isinstance(error, PositionOutOfOrder):
        return _question(page, view, status=status, message=page.t("candidate.not_asked_yet"))
    return _question(page, view, status=status, given=given, error=refusal_words(error, page.t))


def _end_form(page: Page, view: SittingView, *, status: int = 200, typed: str = "") -> Response:
    error = page.t("candidate.end_type_wrong", answered=view.answered) if status == 422 else None
    return page.render(
        "candidate/end.html",
        status=status,
        sitting=view,
        typed=typed,
        error=error,
        other_lang_url=_other_language(page, f"{_sitting_url(view.id)}/end"),
        **_bare_frame(page),
    )


def _bare_frame(page: Page) -> dict[str, Any]:
    # No menu and no sign-out while a sitting runs: nobody should leave it by a slip of the hand.
    return {"candidate": actor_of(page).display_name, "actor": None, "nav": []}


def _evidence_line(element: ElementResult, result: ResultView) -> EvidenceLine:
    outcome = element.outcome
    if outcome is None or not outcome.items_answered:
        return EvidenceLine(element, bar=None, probability=0.0)
    bar = evidence_bar(estimate=outcome.theta, interval=outcome.interval, cut=result.cut_score)
    return EvidenceLine(element, bar, shown_probability(outcome, confidence=result.element_confidence))


def _result_redirect(page: Page, sitting_id: UUID, *, recorded: bool) -> Response:
    notice = None if recorded else "candidate.notice_not_recorded"
    return page.redirect(f"{_sitting_url(sitting_id)}/result", notice=notice)


def _other_language(page: Page, path: str) -> str:
    return f"{path}?{urlencode({'lang': 'en' if page.t.language == 'th' else 'th'})}"


def _sitting_url(sitting_id: UUID) -> str:
    return f"/sittings/{sitting_id}"


def _whole_number(text: str) -> int | None:
    # Thai digits count too: int() reads every script's.
    text = text.strip()
    return int(text) if text.isdecimal() and len(text) <= 6 else None
