"""Following what happens: sittings now, the replay of a sitting, the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from api.authentication import Caller
from api.schema import Sent, Shown, example
from api.transaction import Now, Transaction
from engine.stop_rules.stop_reasons import LANGUAGES
from itembank import audit
from itembank.delivery.replay import replay_sitting
from itembank.delivery.sittings_now import SittingsNow, sittings_now
from itembank.delivery.told_replay import told_replay

router = APIRouter(tags=["supervision"])

_SITTING = {
    "sitting_id": "5d0c8a0e-6a0d-4a35-9a0e-0d3b3a6f1c22",
    "exam_id": "0b5f3e2c-66a1-4d0e-9a51-2f3f7c6f5a10",
    "exam_title": "การสอบหน่วยสมรรถนะ DG100",
    "candidate": "สมชาย ใจดี",
    "username": "somchai",
    "person_id": "9d3e8c1b-0d70-4a5f-8f0d-7f6d3c2e1a90",
    "simulated": False,
    "answered": 3,
    "minimum_length": 10,
    "maximum_length": 15,
    "started_at": "2026-11-22T05:00:00Z",
    "last_answer_at": "2026-11-22T05:03:07Z",
    "deadline": "2026-11-22T06:00:00Z",
    "remaining_seconds": 3412,
    "extra_minutes": 0,
    "finished_at": None,
    "finish_reason": None,
    "tasks": 0,
    "tasks_answered": 0,
    "result_waits": False,
}


_TOLD = {"decisions": ["Question 1 is DG101-1.1-02 – …"], "end": None, "outcome": []}


class SittingLineShown(Shown):
    """One sitting as those who run exams follow it."""

    sitting_id: UUID
    exam_id: UUID
    exam_title: str
    candidate: str
    username: str
    person_id: UUID
    simulated: bool
    answered: int
    minimum_length: int
    maximum_length: int
    started_at: datetime
    last_answer_at: datetime | None
    deadline: datetime | None
    remaining_seconds: int | None
    extra_minutes: int
    finished_at: datetime | None
    finish_reason: str | None
    tasks: int = Field(description="Written tasks that were put to the candidate after the questions.")
    tasks_answered: int
    result_waits: bool = Field(description="Whether the sitting is over and its result waits for marks.")


class SittingsNowShown(Shown):
    """The running sittings, and those that ended within a day."""

    model_config = example(at="2026-11-22T05:03:08Z", running=[_SITTING], finished=[])

    at: datetime
    running: list[SittingLineShown]
    finished: list[SittingLineShown]


class ReplayStepShown(Shown):
    """One question of a replayed sitting."""

    position: int
    item: str
    item_type: str
    selected: list[int] | None = Field(description="Places that were shown; null without an answer.")
    text: str | None = Field(description="What was typed, empty where the question does not ask for that.")
    score: int | None
    highest_score: int
    ability: float = Field(validation_alias="theta")
    standard_error: float
    probability_competent: float
    counts: bool = Field(description="Whether the answer counts; that to a question tried out does not.")
    testlet: str = Field(description="Code of the questions that share a text with it; empty where it stands alone.")
    differences: list[str]
    decision: dict[str, Any] = Field(description="The record of the choice, completed where it is an old one.")
    posterior: list[float] = Field(description="Probability of each ability node before the question.")
    posterior_after: list[float] = Field(description="The same after its answer; empty without one.")


class ToldShown(Shown):
    """A sitting in sentences: one for each question, the end, one for each verdict."""

    decisions: list[str]
    end: str | None
    outcome: list[str]


class PriorShown(Shown):
    """What a sitting began from where finished units informed it."""

    mean: float
    sd: float
    population_mean: float
    population_sd: float
    units: list[str]
    sittings: list[UUID] = Field(description="The sittings that stand for the units, one by one.")
    weight: float = Field(description="Power, from 0 to 1, of their evidence that was counted.")


class ReplayedVersionShown(Shown):
    """The outcome as it was recomputed after an item was neutralised, or after that was taken back."""

    number: int | None = Field(description="2 and on; null where the result stayed what it was.")
    recorded_at: datetime
    decided_by: str
    neutralisation_id: UUID
    taken_back: bool
    left_out: list[str] = Field(description="Items whose answers do not count.")
    outcome: dict[str, Any] | None
    differences: list[str]


class ReplayedTaskShown(Shown):
    """A written task of a replayed sitting, chosen and settled again."""

    position: int
    task: str
    element: str
    openness: float = Field(description="How open the verdict on the element was, 0 to 0.5.")
    text: str | None
    handed_in: bool
    withheld: bool = Field(description="Whether text and marks are kept from the caller, who may mark it still.")
    blind_marks: list[int]
    points: int | None = Field(description="Null before the marks are settled.")
    highest_points: int
    manner: str = Field(description="agreed, averaged, third_person or blank; empty before the marks are settled.")
    differences: list[str]


class ReplayShown(Shown):
    """A sitting recomputed from its design, bank, seed and answers, compared with its record."""

    model_config = example(
        sitting_id="5d0c8a0e-6a0d-4a35-9a0e-0d3b3a6f1c22",
        agrees=True,
        finish_reason="confident_competent",
        outcome={"unit": {"verdict": "competent", "probability": 0.97}, "elements": []},
        differences=[],
        steps=[
            {
                "position": 1,
                "item": "DG101-1.1-02",
                "item_type": "single_choice",
                "selected": [2],
                "text": "",
                "score": 1,
                "highest_score": 1,
                "ability": 0.0,
                "standard_error": 1.0,
                "probability_competent": 0.5,
                "counts": True,
                "testlet": "",
                "differences": [],
                "decision": {"rule": "information-at-cut", "candidates": [{"item_id": "DG101-1.1-02", "weight": 0.2}]},
                "posterior": [0.25, 0.5, 0.25],
                "posterior_after": [0.2, 0.5, 0.3],
            }
        ],
        cut_score=0.0,
        ability_nodes=[-1.0, 0.0, 1.0],
        prior=None,
        versions=[],
        tasks=[],
        explanation={"th": _TOLD, "en": _TOLD},
    )

    sitting_id: UUID
    agrees: bool
    finish_reason: str | None
    outcome: dict[str, Any] | None
    differences: list[str]
    steps: list[ReplayStepShown]
    cut_score: float
    ability_nodes: list[float]
    prior: PriorShown | None = Field(
        description="What informed the start; null where the sitting began with the population's prior."
    )
    versions: list[ReplayedVersionShown] = Field(description="Versions of the outcome after the first.")
    tasks: list[ReplayedTaskShown] = Field(description="Written tasks; while one waits for marks there is no outcome.")
    explanation: dict[str, ToldShown] = Field(description="The sitting in sentences, by language: th and en.")


class AuditEntryShown(Shown):
    """One line of the audit log."""

    at: datetime
    actor_name: str
    action: str
    subject_kind: str
    subject: str
    details: dict[str, Any]


class AuditShown(Shown):
    """Lines of the audit log, the newest first."""

    model_config = example(
        entries=[
            {
                "at": "2026-11-22T05:00:00Z",
                "actor_name": "วิชัย นักวัดผล",
                "action": "bank.publish",
                "subject_kind": "bank",
                "subject": "2",
                "details": {"items": 126, "note": ""},
            }
        ]
    )

    entries: list[AuditEntryShown]


class SittingsFilter(Sent):
    """Which sittings to list."""

    include_simulated: bool = False


class AuditFilter(Sent):
    """Which lines to give."""

    subject: str | None = Field(default=None, max_length=100, description="Only what was done to this code or id.")
    offset: int = Field(default=0, ge=0, le=1_000_000_000)
    limit: int = Field(default=200, ge=1, le=1000)


@router.get("/sittings", response_model=SittingsNowShown, summary="Sittings now")
def read_sittings_now(
    wanted: Annotated[SittingsFilter, Query()], caller: Caller, session: Transaction, now: Now
) -> SittingsNow:
    """Tell who sits what and how far, and who finished lately. For administrators and psychometricians."""
    return sittings_now(session, actor=caller, now=now, include_simulated=wanted.include_simulated)


@router.get("/sittings/{sitting_id}/replay", response_model=ReplayShown, summary="Replay a sitting")
def replay(sitting_id: UUID, caller: Caller, session: Transaction, now: Now) -> dict[str, object]:
    """Recompute a sitting, name every difference, and tell why each question. For those who run exams or measure."""
    report = replay_sitting(session, actor=caller, sitting_id=sitting_id, now=now, with_posteriors=True)
    told = {language: told_replay(report, language=language) for language in LANGUAGES}
    return {name: getattr(report, name) for name in (*report.__slots__, "agrees")} | {"explanation": told}


@router.get("/audit", response_model=AuditShown, summary="The audit log")
def read_audit(wanted: Annotated[AuditFilter, Query()], caller: Caller, session: Transaction) -> dict[str, object]:
    """Give the newest lines of the audit log. For administrators."""
    entries = audit.list_entries(
        session, actor=caller, limit=wanted.limit, offset=wanted.offset, subject=wanted.subject
    )
    return {"entries": entries}
