"""The candidate's side: my exams, starting, answering, ending, the result.

These bodies are all that a candidate's client ever gets: no key, no rationale, no item parameter, no item code.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import ConfigDict, Field

from api.authentication import Caller
from api.schema import Sent, Shown, example
from api.transaction import Now, Transaction
from itembank.authoring.item_types.question import Answer
from itembank.delivery import sittings
from itembank.delivery.my_exams import MyExamState, my_exam, my_exams
from itembank.delivery.outcome_record import ResultView, result_view
from itembank.delivery.sittings import SittingView

router = APIRouter(tags=["sitting an exam"])

#: What is told of the language that comes with an answer.
READ_IN = (
    "Language that the candidate reads in. On record is the one that the text was shown in, which is the item's own "
    "where it has no such translation; nothing where this is left empty."
)

_MY_EXAM = {
    "exam_id": "0b5f3e2c-66a1-4d0e-9a51-2f3f7c6f5a10",
    "title": "การสอบหน่วยสมรรถนะ DG100",
    "unit": "DG100",
    "unit_title": "เข้าใจนโยบาย กฎหมายและมาตรฐานดิจิทัล",
    "state": "open",
    "opens_at": "2026-11-22T02:00:00Z",
    "closes_at": "2026-11-22T10:00:00Z",
    "time_limit_minutes": 60,
    "extra_minutes": 0,
    "minimum_length": 10,
    "maximum_length": 15,
    "tries_out": True,
    "sitting_id": None,
    "finished_at": None,
}
_SITTING = {
    "id": "5d0c8a0e-6a0d-4a35-9a0e-0d3b3a6f1c22",
    "exam_id": "0b5f3e2c-66a1-4d0e-9a51-2f3f7c6f5a10",
    "title": "การสอบหน่วยสมรรถนะ DG100",
    "unit": "DG100",
    "finished": False,
    "finish_reason": None,
    "answered": 3,
    "minimum_length": 10,
    "maximum_length": 15,
    "question": {
        "position": 4,
        "item": {
            "type": "single_choice",
            "language": "th",
            "stem": "ข้อใดเป็นวิธีตั้งรหัสผ่านที่ปลอดภัยที่สุด",
            "options": ["ใช้ชื่อหน่วยงาน", "ใช้วันเกิด", "ใช้ข้อความยาวที่ไม่ซ้ำกับบัญชีอื่น", "ใช้หมายเลขโทรศัพท์"],
            "prompts": [],
            "unit": "",
            "stimulus": "",
            "partial_credit": False,
        },
        "translations": [],
    },
    "started_at": "2026-11-22T05:00:00Z",
    "deadline": "2026-11-22T06:00:00Z",
    "remaining_seconds": 3412,
    "saved_position": 3,
}
_OUTCOME = {
    "verdict": "competent",
    "probability": 0.97,
    "ability": 0.84,
    "standard_error": 0.42,
    "interval": [0.15, 1.53],
    "items_answered": 12,
    "items_required": 10,
}


class MyExamShown(Shown):
    """One of the candidate's exams."""

    model_config = example(**_MY_EXAM)

    exam_id: UUID
    title: str
    unit: str
    unit_title: str
    state: MyExamState
    opens_at: datetime | None
    closes_at: datetime | None
    time_limit_minutes: int | None = Field(description="With the candidate's extra time; null without a limit.")
    extra_minutes: int
    minimum_length: int
    maximum_length: int
    tries_out: bool = Field(description="Whether some questions may be tried out and not count; nobody tells which.")
    sitting_id: UUID | None
    finished_at: datetime | None
    written_tasks: int = Field(default=0, description="Tasks to answer in words, after the questions.")


class MyExamsShown(Shown):
    """The candidate's exams, what can be done now first."""

    model_config = example(exams=[_MY_EXAM])

    exams: list[MyExamShown]


class ShownPromptOut(Shown):
    """A line to match, or a gap with its choices."""

    text: str = Field(description="The line; empty for a gap.")
    options: list[str] = Field(description="The choices of a gap; empty for a line, whose choices are the options.")


class ShownItemOut(Shown):
    """The texts of a question in one language, in the order in which they are shown, the same in every language.

    Texts are Markdown-level source: emphasis, lists, tables, code, `$formula$`, `![description](media:ID)`. In the stem
    of an inline-choice item `[[1]]`, `[[2]]` mark the gaps.
    """

    type: str = Field(
        description="How it is answered: single_choice, multiple_choice, true_false, matching, ordering, "
        "inline_choice, numeric, short_text or constructed_response."
    )
    language: str
    stem: str
    options: list[str]
    prompts: list[ShownPromptOut] = Field(description="Lines to match with the options, or gaps with their own.")
    unit: str = Field(description="What stands after the number to enter; empty where there is none.")
    stimulus: str = Field(description="A text to show above the question; empty where there is none.")
    partial_credit: bool = Field(description="Whether parts count one by one.")


class QuestionShown(Shown):
    """The question to answer."""

    position: int
    item: ShownItemOut
    translations: list[ShownItemOut] = Field(description="The same question in other languages.")


class TaskShown(QuestionShown):
    """The task to answer in words, counted from 1 apart from the questions."""

    count: int = Field(description="How many tasks this sitting has.")
    draft: str = Field(description="What is written so far, as it was kept.")
    draft_saved_at: datetime | None
    longest: int = Field(description="Characters at most.")


class SittingShown(Shown):
    """Where a sitting stands."""

    model_config = example(**_SITTING)

    id: UUID
    exam_id: UUID
    title: str
    unit: str
    finished: bool
    finish_reason: str | None
    answered: int
    minimum_length: int
    maximum_length: int
    question: QuestionShown | None = Field(description="Null once the sitting is over.")
    started_at: datetime
    deadline: datetime | None
    remaining_seconds: int | None
    saved_position: int | None = Field(
        default=None, description="Position of the answer that this very request found or made recorded."
    )
    task: TaskShown | None = Field(default=None, description="The written task to answer, once the questions are over.")
    tasks: int = Field(default=0, description="How many written tasks the exam asks for.")
    tasks_answered: int = 0


class AnswerSent(Sent):
    """An answer: places that were chosen, or a text. Recorded answers are final; the same one again does no harm.

    The examples answer a single choice; a multiple choice; a matching item with three lines, or three gaps; an ordering
    item; a number; a short text.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"position": 4, "selected": [2], "language": "th"},
                {"position": 5, "selected": [0, 3], "language": "th"},
                {"position": 6, "selected": [1, 0, 3], "language": "th"},
                {"position": 7, "selected": [2, 0, 3, 1], "language": "en"},
                {"position": 8, "text": "1,250.50", "language": "th"},
                {"position": 9, "text": "การยืนยันตัวตนสองชั้น", "language": "th"},
            ]
        }
    )

    position: int = Field(ge=1, description="Which question is answered, from 1.")
    selected: list[Annotated[int, Field(ge=0)]] = Field(
        default=[],
        max_length=9,
        description="Places, from 0, as they are shown: of the chosen options; of the choice for each prompt, line by "
        "line or gap by gap; or of all options, from first to last.",
    )
    text: str = Field(default="", max_length=20_000, description="What was typed, where the question asks for that.")
    language: str = Field(default="", max_length=5, description=READ_IN)


class OutcomeShown(Shown):
    """What the answers say, in three states and with its uncertainty."""

    verdict: str = Field(description="competent, not_yet_competent or not_enough_evidence")
    probability: float = Field(description="Probability that the ability reaches the standard.")
    ability: float = Field(validation_alias="theta", description="Estimated ability.")
    standard_error: float
    interval: tuple[float, float] = Field(description="Ends of the likely range of the ability (90 %).")
    items_answered: int
    items_required: int


class ElementResultShown(Shown):
    """One element; ``outcome`` is null where the standard has no written exam for it."""

    code: str
    title: str
    outcome: OutcomeShown | None
    other_methods: list[str]


class InformingUnitShown(Shown):
    """A unit finished before, whose answers informed the start of the sitting."""

    code: str
    title: str


class ResultVersionShown(Shown):
    """One version of a result; later ones say why in both languages."""

    number: int
    recorded_at: datetime
    verdict: str
    probability: float
    elements: list[tuple[str, str]] = Field(description="Verdicts by code of the element.")
    reason_th: str
    reason_en: str
    taken_back: bool = Field(description="Whether an earlier correction was undone by it.")
    at_end: bool = Field(description="Whether the question was out of score before the sitting ended.")


class ResultShown(Shown):
    """The result of a finished sitting."""

    model_config = example(
        sitting_id="5d0c8a0e-6a0d-4a35-9a0e-0d3b3a6f1c22",
        exam_title="การสอบหน่วยสมรรถนะ DG100",
        candidate="สมชาย ใจดี",
        unit="DG100",
        unit_title="เข้าใจนโยบาย กฎหมายและมาตรฐานดิจิทัล",
        standard_title="มาตรฐานอาชีพ",
        issuer="สถาบันคุณวุฒิวิชาชีพ (องค์การมหาชน)",
        outcome=_OUTCOME,
        elements=[
            {
                "code": "DG101",
                "title": "ระบุกฎหมายที่เกี่ยวข้อง",
                "outcome": _OUTCOME | {"probability": 0.93, "items_answered": 6, "items_required": 2},
                "other_methods": ["interview"],
            }
        ],
        answered=15,
        not_counted=3,
        started_at="2026-11-22T05:00:00Z",
        finished_at="2026-11-22T05:31:00Z",
        finish_reason="confident_competent",
        bank_number=1,
        confidence=0.95,
        element_confidence=0.9,
        cut_score=0.0,
        simulated=False,
        informed_by=[],
        version=1,
        versions=[],
        left_out=0,
        tasks=0,
        tasks_missing=False,
    )

    sitting_id: UUID
    exam_title: str
    candidate: str
    unit: str
    unit_title: str
    standard_title: str
    issuer: str
    outcome: OutcomeShown
    elements: list[ElementResultShown]
    answered: int
    not_counted: int = Field(description="How many of these answers were to questions that are tried out.")
    started_at: datetime
    finished_at: datetime
    finish_reason: str
    bank_number: int
    confidence: float
    element_confidence: float
    cut_score: float
    simulated: bool
    informed_by: list[InformingUnitShown]
    version: int = Field(description="Number of the version in force, which this is.")
    versions: list[ResultVersionShown] = Field(description="All versions, the first first; empty while there is one.")
    left_out: int = Field(description="Answers that do not count because their question was found to be faulty.")
    tasks: int = Field(description="Written tasks whose marks count in it.")
    tasks_missing: bool = Field(description="Whether the sitting ended before it came to its written tasks.")


@router.get("/me/exams", response_model=MyExamsShown, summary="My exams")
def list_my_exams(caller: Caller, session: Transaction, now: Now) -> dict[str, object]:
    """List the exams that the caller is enrolled in. For candidates."""
    return {"exams": my_exams(session, actor=caller, now=now)}


@router.get("/me/exams/{exam_id}", response_model=MyExamShown, summary="One of my exams")
def read_my_exam(exam_id: UUID, caller: Caller, session: Transaction, now: Now) -> object:
    """Describe one of the caller's exams. For candidates."""
    return my_exam(session, actor=caller, exam_id=exam_id, now=now)


@router.post("/me/exams/{exam_id}/start", response_model=SittingShown, summary="Start an exam")
def start_exam(exam_id: UUID, caller: Caller, session: Transaction, now: Now) -> SittingView:
    """Begin the sitting, or give the one begun before: starting twice does no harm. For candidates."""
    return sittings.start_sitting(session, actor=caller, exam_id=exam_id, now=now)


@router.get("/sittings/{sitting_id}", response_model=SittingShown, summary="Where my sitting stands")
def read_sitting(sitting_id: UUID, caller: Caller, session: Transaction, now: Now) -> SittingView:
    """Give the question to answer, or say that the sitting is over. For its candidate."""
    return sittings.sitting_view(session, actor=caller, sitting_id=sitting_id, now=now)


@router.post("/sittings/{sitting_id}/answers", response_model=SittingShown, summary="Answer a question")
def answer_question(
    sitting_id: UUID, answer: AnswerSent, caller: Caller, session: Transaction, now: Now
) -> SittingView:
    """Record an answer and give what comes next. For the sitting's candidate.

    Repeating the same answer gives the current state; a different answer to the same question is a conflict. When the
    time is over the sitting ends and ``saved_position`` is null.

    An answer that the question can't have is refused as invalid input and nothing is recorded; ``errors`` names the
    field ``answer`` and what was expected: a choice, and at which lines, gaps or places none fits; each entry of an
    order at one place; a number with a point before decimals; words or digits; fewer characters.
    """
    return sittings.submit_answer(
        session,
        actor=caller,
        sitting_id=sitting_id,
        position=answer.position,
        answer=Answer(tuple(answer.selected), answer.text),
        now=now,
        language=answer.language,
    )


@router.post("/sittings/{sitting_id}/end", response_model=SittingShown, summary="End my sitting")
def end_sitting(sitting_id: UUID, caller: Caller, session: Transaction, now: Now) -> SittingView:
    """End the sitting for good, whatever is still unanswered. For its candidate; ending twice does no harm."""
    return sittings.end_sitting(session, actor=caller, sitting_id=sitting_id, now=now)


@router.get("/sittings/{sitting_id}/result", response_model=ResultShown, summary="The result of a sitting")
def read_result(sitting_id: UUID, caller: Caller, session: Transaction, now: Now) -> ResultView:
    """Tell the result of a finished sitting. For its candidate, administrators and psychometricians."""
    return result_view(session, actor=caller, sitting_id=sitting_id, now=now)
