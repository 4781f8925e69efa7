"""Written tasks: the candidate's answers and drafts; a marker's list, marks and corrections; progress and agreement."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from api.authentication import Caller
from api.resources.sitting_an_exam import READ_IN, ShownItemOut, SittingShown
from api.schema import Sent, Shown, example
from api.transaction import Now, Transaction
from itembank.delivery.sitting_views import SittingView
from itembank.delivery.written_tasks import save_draft, submit_task
from itembank.marking.agreement import agreement_by_task
from itembank.marking.marking import correct_mark, mark_response
from itembank.marking.progress import MarkingProgress, marking_progress
from itembank.marking.queue import MarkingQueue, ResponseView, marking_queue, response_view
from itembank.marking.settlement import MarkKind

router = APIRouter()

MARKING: list[str | Enum] = ["marking"]

_ANSWER_ID = "7c4f0c6e-3a35-4f8e-9a0e-1b9e6c1d2f33"
_WAITING = {
    "answer_id": _ANSWER_ID,
    "exam_title": "การสอบหน่วยสมรรถนะ DG100",
    "unit": "DG100",
    "stem": "อธิบายหน้าที่ของผู้ควบคุมข้อมูลส่วนบุคคล",
    "language": "th",
    "waiting_since": "2026-11-22",
    "settles": False,
}
_MARK = {"levels": [2, 1], "points": 3, "comment": "ขาดกำหนดเวลาแจ้งเหตุ", "reason": ""}
_RESPONSE = {
    "answer_id": _ANSWER_ID,
    "exam_title": "การสอบหน่วยสมรรถนะ DG100",
    "unit": "DG100",
    "item": {
        "type": "constructed_response",
        "language": "th",
        "stem": "อธิบายหน้าที่ของผู้ควบคุมข้อมูลส่วนบุคคล",
        "options": [],
        "prompts": [],
        "unit": "",
        "stimulus": "",
        "partial_credit": False,
    },
    "rubric": [
        {"title": "ความถูกต้อง", "levels": ["ไม่ถูกต้อง", "ถูกบางส่วน", "ถูกทั้งหมด"]},
        {"title": "เหตุผล", "levels": ["ไม่มี", "มี"]},
    ],
    "rationale": "",
    "maximum": 3,
    "text": "ผู้ควบคุมข้อมูลต้องจัดให้มีมาตรการรักษาความมั่นคงปลอดภัย",
    "handed_in": True,
    "kind": "blind",
    "earlier": [],
    "mine": None,
}
_EXAM = {
    "exam_id": "0b5f3e2c-66a1-4d0e-9a51-2f3f7c6f5a10",
    "title": "การสอบหน่วยสมรรถนะ DG100",
    "unit": "DG100",
    "first_mark": 4,
    "second_mark": 2,
    "third_person": 1,
    "settled": 11,
    "results_waiting": 5,
    "oldest": "2026-11-22T05:31:00Z",
}
_TASK = {
    "item_id": "3f0c1d5e-8a53-4d6b-9a43-9f1f7f0d1b11",
    "code": "DG101-1.1-09",
    "version": 1,
    "maximum": 5,
    "third_person": 2,
    "agreement": {"responses": 40, "exact": 0.7, "adjacent": 0.95, "mean_difference": 0.1, "kappa": 0.82},
}

Text = Annotated[str, Field(max_length=20_000)]
Comment = Annotated[str, Field(max_length=4_000)]


class TaskAnswerSent(Sent):
    """The answer to a task. It is final; sending the same again does no harm."""

    model_config = example(position=1, text="ผู้ควบคุมข้อมูลต้องแจ้งเหตุ", language="th", leave_blank=False)

    position: int = Field(ge=1, description="Which task is answered, counted from 1 apart from the questions.")
    text: Text = ""
    language: str = Field(default="", max_length=5, description=READ_IN)
    leave_blank: bool = Field(default=False, description="Leave the task without an answer: no points.")


class TaskDraftSent(Sent):
    """All that is written so far of an answer."""

    model_config = example(text="ผู้ควบคุมข้อมูล", language="th")

    text: Text
    language: str = Field(default="", max_length=5, description=READ_IN)


class WaitingResponseShown(Shown):
    """An answer in a list, without anybody's name."""

    answer_id: UUID
    exam_title: str
    unit: str
    stem: str
    language: str
    waiting_since: date = Field(description="The day, in UTC.")
    settles: bool = Field(description="Whether two people differ and a third one is asked to settle it.")


class MarkingQueueShown(Shown):
    """What can be marked or settled, and the own marks that can still be corrected."""

    model_config = example(to_mark=[_WAITING], to_settle=[], mine=[], to_mark_count=1, to_settle_count=0, mine_count=0)

    to_mark: list[WaitingResponseShown]
    to_settle: list[WaitingResponseShown]
    mine: list[WaitingResponseShown]
    to_mark_count: int = Field(description="Entries of the whole list, of which a page is given.")
    to_settle_count: int
    mine_count: int


class QueueWanted(Sent):
    """Which page of each list to give."""

    offset: int = Field(default=0, ge=0, le=1_000_000)
    limit: int = Field(default=100, ge=1, le=500)


class RubricAspectShown(Shown):
    """One thing to look at, with what each number of points stands for, from 0 up."""

    title: str
    levels: list[str]


class GivenMarkShown(Shown):
    """A mark."""

    levels: list[int]
    points: int
    comment: str
    reason: str


class ResponseShown(Shown):
    """An answer to mark."""

    model_config = example(**_RESPONSE)

    answer_id: UUID
    exam_title: str
    unit: str
    item: ShownItemOut
    rubric: list[RubricAspectShown]
    rationale: str
    maximum: int
    text: str
    handed_in: bool
    kind: MarkKind = Field(description="What a mark of yours counts as; to be sent along with it.")
    earlier: list[GivenMarkShown] = Field(description="The two blind marks, for the third person alone.")
    mine: GivenMarkShown | None


class MarkSent(Sent):
    """Points by aspect of the rubric, in its order."""

    model_config = example(kind="blind", levels=[2, 1], comment="ขาดกำหนดเวลาแจ้งเหตุ")

    kind: MarkKind = Field(description="As the answer was shown; where others marked it since, 409 marking_moved_on.")
    levels: list[Annotated[int, Field(strict=True, ge=0)]] = Field(max_length=5)
    comment: Comment = Field(default="", description="Needed where the mark settles a difference.")


class CorrectionSent(Sent):
    """A mark in place of one's own, with the reason."""

    model_config = example(levels=[2, 0], comment="", reason="อ่านข้ามย่อหน้าที่สอง")

    levels: list[Annotated[int, Field(strict=True, ge=0)]] = Field(max_length=5)
    comment: Comment = ""
    reason: Comment


class MarkKept(Shown):
    """What a mark counts as. What became of the answer is not told: it would tell what the other marker thinks."""

    model_config = example(kind="blind")

    kind: MarkKind


class ExamMarkingShown(Shown):
    """How many answers of one exam stand where."""

    exam_id: UUID
    title: str
    unit: str
    first_mark: int
    second_mark: int
    third_person: int
    settled: int
    results_waiting: int
    oldest: datetime | None


class MarkingProgressShown(Shown):
    """How far marking is."""

    model_config = example(exams=[_EXAM], markers=3)

    exams: list[ExamMarkingShown]
    markers: int = Field(description="People who can mark.")


class AgreementShown(Shown):
    """Agreement of two blind marks."""

    responses: int
    exact: float
    adjacent: float = Field(description="Same points or a difference of one.")
    mean_difference: float
    kappa: float | None = Field(description="With quadratic weights; null where both gave one same mark throughout.")


class TaskAgreementShown(Shown):
    """The agreement on one version of a task."""

    item_id: UUID
    code: str
    version: int
    maximum: int
    third_person: int
    agreement: AgreementShown


class TaskAgreementsShown(Shown):
    """The agreement task by task."""

    model_config = example(tasks=[_TASK])

    tasks: list[TaskAgreementShown]


@router.post(
    "/sittings/{sitting_id}/tasks", response_model=SittingShown, summary="Answer a task", tags=["sitting an exam"]
)
def answer_task(
    sitting_id: UUID, answer: TaskAnswerSent, caller: Caller, session: Transaction, now: Now
) -> SittingView:
    """Hand in the answer to a written task and give what comes next. For the sitting's candidate.

    After the last one the sitting is over, and its result waits for marks. When the time is over the sitting ends with
    the drafts as they are, and ``saved_position`` is null.
    """
    return submit_task(
        session,
        actor=caller,
        sitting_id=sitting_id,
        position=answer.position,
        text=answer.text,
        now=now,
        language=answer.language,
        leave_blank=answer.leave_blank,
    )


@router.put(
    "/sittings/{sitting_id}/tasks/{position}/draft",
    response_model=SittingShown,
    summary="Keep a draft",
    tags=["sitting an exam"],
)
def keep_task_draft(
    sitting_id: UUID, position: int, draft: TaskDraftSent, caller: Caller, session: Transaction, now: Now
) -> SittingView:
    """Keep what is written so far of an answer, in place of what was kept before. For the sitting's candidate."""
    return save_draft(
        session,
        actor=caller,
        sitting_id=sitting_id,
        position=position,
        text=draft.text,
        now=now,
        language=draft.language,
    )


@router.get("/marking", tags=MARKING, response_model=MarkingQueueShown, summary="What I can mark")
def read_marking_queue(wanted: Annotated[QueueWanted, Query()], caller: Caller, session: Transaction) -> MarkingQueue:
    """List answers to mark or to settle, and own marks to correct. For markers; administrators see what to settle."""
    return marking_queue(session, actor=caller, offset=wanted.offset, limit=wanted.limit)


@router.get("/marking/progress", tags=MARKING, response_model=MarkingProgressShown, summary="How far marking is")
def read_marking_progress(caller: Caller, session: Transaction) -> MarkingProgress:
    """Count the answers by what they wait for. For administrators and psychometricians."""
    return marking_progress(session, actor=caller)


@router.get("/marking/agreement", tags=MARKING, response_model=TaskAgreementsShown, summary="How far markers agree")
def read_marker_agreement(caller: Caller, session: Transaction) -> dict[str, object]:
    """Compare the two blind marks of every answer of a real candidate. For psychometricians."""
    return {"tasks": agreement_by_task(session, actor=caller)}


@router.get("/marking/{answer_id}", tags=MARKING, response_model=ResponseShown, summary="An answer to mark")
def read_response_to_mark(answer_id: UUID, caller: Caller, session: Transaction) -> ResponseView:
    """Give an answer with its rubric. For markers; for administrators where there is something to settle."""
    return response_view(session, actor=caller, answer_id=answer_id)


@router.post(
    "/marking/{answer_id}/marks", tags=MARKING, response_model=MarkKept, status_code=201, summary="Mark an answer"
)
def mark_answer(answer_id: UUID, mark: MarkSent, caller: Caller, session: Transaction, now: Now) -> dict[str, MarkKind]:
    """Give one of the two blind marks, or settle them. For markers; administrators may settle."""
    mark_response(
        session, actor=caller, answer_id=answer_id, kind=mark.kind, levels=mark.levels, comment=mark.comment, now=now
    )
    return {"kind": mark.kind}


@router.post(
    "/marking/{answer_id}/corrections",
    tags=MARKING,
    response_model=MarkKept,
    status_code=201,
    summary="Correct my mark",
)
def correct_given_mark(
    answer_id: UUID, mark: CorrectionSent, caller: Caller, session: Transaction, now: Now
) -> dict[str, MarkKind]:
    """Put a mark in the place of one's own while nobody else has marked the answer. For markers."""
    correct_mark(
        session,
        actor=caller,
        answer_id=answer_id,
        levels=mark.levels,
        comment=mark.comment,
        reason=mark.reason,
        now=now,
    )
    return {"kind": MarkKind.BLIND}
