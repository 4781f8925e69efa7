"""Exams: units that can be examined, designs, enrolments, times and extra time."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field, field_validator

from api.authentication import Caller
from api.schema import Sent, Shown, example
from api.transaction import Now, Transaction
from engine.design import ExamDesign
from itembank.delivery import exams
from itembank.delivery.exam_planning import examinable_units, read_design
from itembank.delivery.exams import ExamView

router = APIRouter(tags=["exams"])

_DESIGN = {
    "blueprint": [{"level": "criterion", "code": "DG101-1.1", "minimum": 1, "maximum": None, "attribute": ""}],
    "minimum_length": 10,
    "maximum_length": 15,
    "cut_score": 0.0,
    "confidence": 0.95,
    "prior_mean": 0.0,
    "prior_sd": 1.0,
    "selection": "information-at-cut",
    "randomesque": 3,
    "maximum_exposure": 0.9,
    "element_correlation": 0.8,
    "element_confidence": 0.9,
    "stop_rule": "confidence",
    "stopping": {
        "further_rules": [],
        "combination": "any",
        "loss_false_positive": 1.0,
        "loss_false_negative": 1.0,
        "target_standard_error": 0.3,
        "minimum_information": 0.1,
        "sprt_half_width": 0.5,
        "glr_half_width": 0.2,
        "false_positive_rate": 0.05,
        "false_negative_rate": 0.05,
        "interval_level": 0.95,
        "time_limit_seconds": None,
    },
    "cut_standard_error": 0.0,
    "exposure_bins": 1,
    "parameter_uncertainty": True,
    "pretest_items": 2,
    "pretest_random_share": 0.3,
    "unit_correlation": None,
    "testlet_sd": 0.5,
    "written_tasks": 0,
    "marking_tolerance": 0,
}
_TIMES = {"time_limit_minutes": 60, "opens_at": "2026-11-22T02:00:00Z", "closes_at": "2026-11-22T10:00:00Z"}
_EXAM = {
    "id": "0b5f3e2c-66a1-4d0e-9a51-2f3f7c6f5a10",
    "title": "การสอบหน่วยสมรรถนะ DG100",
    "unit": "DG100",
    "unit_title": "เข้าใจนโยบาย กฎหมายและมาตรฐานดิจิทัล",
    "design": _DESIGN,
    **_TIMES,
    "created_at": "2026-11-20T03:00:00Z",
    "created_by": "อรทัย ผู้ดูแล",
    "enrolled": 25,
    "started": 3,
    "finished": 1,
    "least_exposure": 0.5,
    "exposure_out_of_reach": False,
}
_ENROLMENT = {
    "person_id": "9d3e8c1b-0d70-4a5f-8f0d-7f6d3c2e1a90",
    "username": "somchai",
    "display_name": "สมชาย ใจดี",
    "simulated": False,
    "extra_minutes": 15,
    "sitting_id": None,
    "started_at": None,
    "finished_at": None,
    "finish_reason": None,
}


class BoundsShown(Shown):
    """Fewest and most items from one part of the standard or with one attribute; seconds for the level "time"."""

    level: str
    code: str
    minimum: int
    maximum: int | None
    attribute: str = Field(description='Name of the attribute, such as cognitive_level; empty but for "attribute".')


class StoppingShown(Shown):
    """What the stop rules are told; each setting matters only where its rule is in use."""

    further_rules: list[str] = Field(description="Rules beside stop_rule.")
    combination: str = Field(
        description="any (one of the rules is enough) or all (they have to agree; the rule time alone is always enough)"
    )
    loss_false_positive: float
    loss_false_negative: float
    target_standard_error: float
    minimum_information: float
    sprt_half_width: float
    glr_half_width: float
    false_positive_rate: float
    false_negative_rate: float
    interval_level: float
    time_limit_seconds: float | None = Field(
        description="With the rule time, and only with it: once the fewest questions are answered, none follows then."
    )


class DesignShown(Shown):
    """How an exam is put together, ended and judged."""

    model_config = example(**_DESIGN)

    blueprint: list[BoundsShown]
    minimum_length: int
    maximum_length: int
    cut_score: float
    confidence: float
    prior_mean: float
    prior_sd: float
    selection: str
    randomesque: int
    maximum_exposure: float | None
    element_correlation: float
    element_confidence: float
    stop_rule: str
    stopping: StoppingShown
    cut_standard_error: float
    exposure_bins: int = Field(description="Bins of ability in each of which exposure is controlled besides.")
    parameter_uncertainty: bool = Field(description="Whether items are chosen in the face of their standard errors.")
    pretest_items: int = Field(
        description="Most questions that are tried out and do not count; no more than the bank has."
    )
    pretest_random_share: float
    unit_correlation: float | None = Field(description="Null: earlier units do not inform the start of a sitting.")
    testlet_sd: float
    written_tasks: int = Field(description="Tasks answered in words after the questions, marked by two people each.")
    marking_tolerance: int = Field(description="Points by which two markers may differ and still agree.")

    @field_validator("blueprint", mode="before")
    @classmethod
    def _bounds(cls, blueprint: Any) -> Any:
        return getattr(blueprint, "bounds", blueprint)


class ExamShown(Shown):
    """An exam as those who run it see it."""

    model_config = example(**_EXAM)

    id: UUID
    title: str
    unit: str
    unit_title: str
    design: DesignShown
    time_limit_minutes: int | None
    opens_at: datetime | None
    closes_at: datetime | None
    created_at: datetime
    created_by: str
    enrolled: int
    started: int
    finished: int
    least_exposure: float | None = Field(
        description="Share of candidates that the most used item goes to at least: fewest questions over items."
    )
    exposure_out_of_reach: bool = Field(description="Whether maximum_exposure is below that, so that it can't be kept.")


class ExamsShown(Shown):
    """The exams, the newest first."""

    model_config = example(exams=[_EXAM])

    exams: list[ExamShown]


class ExaminableUnitShown(Shown):
    """A unit and what the bank in force has for it."""

    code: str
    title: str
    items: int
    covered_criteria: int
    written_criteria: int
    pretest_items: int = Field(description="Items besides that are tried out and do not count.")
    written_tasks: int = Field(description="Tasks answered in words that an exam may ask for.")
    complete: bool


class ExaminableUnitsShown(Shown):
    """The units that the bank in force has items for."""

    model_config = example(
        units=[
            {
                "code": "DG100",
                "title": "เข้าใจนโยบาย กฎหมายและมาตรฐานดิจิทัล",
                "items": 20,
                "covered_criteria": 4,
                "written_criteria": 4,
                "pretest_items": 2,
                "written_tasks": 0,
                "complete": True,
            }
        ]
    )

    units: list[ExaminableUnitShown]


class EnrolmentShown(Shown):
    """A candidate of an exam and how far he is."""

    person_id: UUID
    username: str
    display_name: str
    simulated: bool
    extra_minutes: int
    sitting_id: UUID | None
    started_at: datetime | None
    finished_at: datetime | None
    finish_reason: str | None


class EnrolmentsShown(Shown):
    """The candidates of an exam by name."""

    model_config = example(enrolments=[_ENROLMENT])

    enrolments: list[EnrolmentShown]


class EnrolledShown(Shown):
    """How many were enrolled anew; those enrolled before stay as they are."""

    model_config = example(added=2)

    added: int


class TimesSent(Sent):
    """When an exam may be started, and how long it takes; null for no limit."""

    model_config = example(**_TIMES)

    time_limit_minutes: int | None = Field(description="Minutes from the start; null for no limit.")
    opens_at: AwareDatetime | None
    closes_at: AwareDatetime | None


class ExamSent(Sent):
    """An exam to create. Without a design the proposed one is taken."""

    model_config = example(title="การสอบหน่วยสมรรถนะ DG100", unit="DG100", design=None, **_TIMES)

    title: str
    unit: str
    design: dict[str, Any] | None = Field(
        default=None, description="As GET /exam-designs/{unit} gives it, with changes; null for the proposed one."
    )
    time_limit_minutes: int | None = None
    opens_at: AwareDatetime | None = None
    closes_at: AwareDatetime | None = None


class UsernamesSent(Sent):
    """Candidates by user name."""

    model_config = example(usernames=["somchai", "somying"])

    usernames: list[str] = Field(min_length=1, max_length=5000)


class ExtraTimeSent(Sent):
    """A candidate's extra minutes in all, not on top of earlier ones."""

    model_config = example(minutes=15)

    minutes: int


class EnrolmentFilter(Sent):
    """Whom to list."""

    include_simulated: bool = False


@router.get("/examinable-units", response_model=ExaminableUnitsShown, summary="Units that can be examined")
def list_examinable_units(caller: Caller, session: Transaction) -> dict[str, object]:
    """List the units that the bank in force has items for. For administrators and psychometricians."""
    return {"units": examinable_units(session, actor=caller)}


@router.get("/exam-designs/{unit}", response_model=DesignShown, summary="Propose a design")
def propose_design(unit: str, caller: Caller, session: Transaction) -> ExamDesign:
    """Propose a design for a unit on the bank in force. For administrators and psychometricians."""
    return exams.propose_design(session, actor=caller, unit=unit)


@router.get("/exams", response_model=ExamsShown, summary="List exams")
def list_exams(caller: Caller, session: Transaction) -> dict[str, object]:
    """List the exams, the newest first. For administrators and psychometricians."""
    return {"exams": exams.list_exams(session, actor=caller)}


@router.post("/exams", response_model=ExamShown, status_code=201, summary="Create an exam")
def create_exam(wanted: ExamSent, caller: Caller, session: Transaction, now: Now) -> ExamView:
    """Create an exam after checking that the bank in force can fill its blueprint. For administrators."""
    design = (
        exams.propose_design(session, actor=caller, unit=wanted.unit)
        if wanted.design is None
        else read_design(wanted.design)
    )
    return exams.create_exam(
        session,
        actor=caller,
        title=wanted.title,
        unit=wanted.unit,
        design=design,
        now=now,
        time_limit_minutes=wanted.time_limit_minutes,
        opens_at=wanted.opens_at,
        closes_at=wanted.closes_at,
    )


@router.get("/exams/{exam_id}", response_model=ExamShown, summary="Read an exam")
def read_exam(exam_id: UUID, caller: Caller, session: Transaction) -> ExamView:
    """Describe an exam with its design. For administrators and psychometricians."""
    return exams.exam_view(session, actor=caller, exam_id=exam_id)


@router.put("/exams/{exam_id}/times", response_model=ExamShown, summary="Set an exam's times")
def set_times(exam_id: UUID, times: TimesSent, caller: Caller, session: Transaction, now: Now) -> ExamView:
    """Set opening, closing and time limit; running sittings follow a new limit at once. For administrators."""
    return exams.set_times(
        session,
        actor=caller,
        exam_id=exam_id,
        time_limit_minutes=times.time_limit_minutes,
        opens_at=times.opens_at,
        closes_at=times.closes_at,
        now=now,
    )


@router.get("/exams/{exam_id}/enrolments", response_model=EnrolmentsShown, summary="List an exam's candidates")
def list_enrolments(
    exam_id: UUID, wanted: Annotated[EnrolmentFilter, Query()], caller: Caller, session: Transaction
) -> dict[str, object]:
    """List an exam's candidates with how far each is. For administrators and psychometricians."""
    found = exams.list_enrolments(session, actor=caller, exam_id=exam_id, include_simulated=wanted.include_simulated)
    return {"enrolments": found}


@router.post("/exams/{exam_id}/enrolments", response_model=EnrolledShown, summary="Enrol candidates")
def enrol(exam_id: UUID, whom: UsernamesSent, caller: Caller, session: Transaction, now: Now) -> dict[str, object]:
    """Enrol candidates by user name, all or none; enrolling twice does no harm. For administrators."""
    return {"added": exams.enrol(session, actor=caller, exam_id=exam_id, usernames=whom.usernames, now=now)}


@router.put("/exams/{exam_id}/enrolments/{person_id}/extra-time", status_code=204, summary="Set extra time")
def grant_extra_time(
    exam_id: UUID, person_id: UUID, extra: ExtraTimeSent, caller: Caller, session: Transaction, now: Now
) -> None:
    """Set a candidate's extra minutes, before or during the sitting. For administrators."""
    exams.grant_extra_time(session, actor=caller, exam_id=exam_id, person_id=person_id, minutes=extra.minutes, now=now)
