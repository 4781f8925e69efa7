"""What to write next, assignments, and how a writer's ratings compare with answers."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from api.authentication import Caller
from api.schema import Sent, Shown, example
from api.transaction import Now, Transaction
from itembank.authoring.lifecycle import ItemState
from itembank.clock import local_day
from itembank.writing_needs import assignments, needs, rating_feedback
from itembank.writing_needs.assignments import LONGEST_NOTE, AssignmentPlan, AssignmentState, AssignmentView
from itembank.writing_needs.needs import UnitNeeds
from itembank.writing_needs.rating_feedback import RatingFeedback

router = APIRouter(tags=["writing"])

_SUPPLY = {"items": 5, "told": [0.21, 0.19, 0.18, 0.15, 0.12], "in_work": {"3": 1}}
_NEED = {"wanted": 4, "for_rotation": 0, "rating": 3, "success": 0.44, "missing": 0.4}
_LINE = {
    "unit": "DG600",
    "element": "DG602",
    "criterion": "DG602-2.3",
    "supply": _SUPPLY,
    "need": _NEED,
    "information_wanted": 2.2,
    "assigned": 0,
}
_UNIT = {
    "unit": "DG600",
    "title": "กำหนดทิศทางการพัฒนาดิจิทัล",
    "cut_score": -0.3,
    "exam_title": None,
    "maximum_exposure": 0.5,
    "out_of_reach": False,
    "target": 10.3,
    "reachable": 5.7,
    "limited_by_length": True,
    "wanted": 4,
    "lines": [_LINE],
}
_ASSIGNMENT = {
    "id": "3c0f6d2e-54a0-4b0e-9a3e-7d1f6c5b4a39",
    "criterion": "DG602-2.3",
    "wanted": 4,
    "difficulty_rating": 3,
    "writer_id": "7d5b9e0c-1f0a-4a57-b7a5-0e4f8d0c2b33",
    "writer_name": "สมหญิง รักเรียน",
    "due_on": "2026-12-15",
    "note": "",
    "assigned_by": "มานะ อดทน",
    "assigned_at": "2026-11-22T05:00:00Z",
    "state": "open",
    "writer_writes": True,
    "handed_in": 0,
    "items": [],
    "withdrawn_by": "",
    "withdrawn_reason": "",
}


class SupplyShown(Shown):
    """What there is of a criterion."""

    items: int = Field(description="Items that count in the bank in force.")
    told: list[float] = Field(description="What each of them tells at the cut score.")
    in_work: dict[int, int] = Field(description="Items that do not count yet, by difficulty rating.")


class NeedShown(Shown):
    """What is still to be written."""

    wanted: int
    for_rotation: int = Field(description="How many of them only so that items can take turns.")
    rating: int = Field(description="The difficulty, as writers rate it, that tells most at the cut score.")
    success: float = Field(description="Share of those right at the cut score who answer such an item rightly.")
    missing: float = Field(description="Share of the information wanted that is not there.")


class NeedLineShown(Shown):
    """One criterion."""

    unit: str
    element: str
    criterion: str
    supply: SupplyShown
    need: NeedShown
    information_wanted: float | None = Field(
        description="What a sitting should get from its items at the cut score; null where no information would do."
    )
    assigned: int


class UnitNeedsShown(Shown):
    """The criteria of one unit, those that lack most first."""

    unit: str
    title: str
    cut_score: float
    exam_title: str | None = Field(description="The exam it is held against; null where that is a proposed design.")
    maximum_exposure: float | None
    out_of_reach: bool
    target: float | None = Field(description="Information that the verdict needs; null where none would do.")
    reachable: float = Field(description="What a sitting of the exam's length gets from items of the best difficulty.")
    limited_by_length: bool = Field(description="Whether the exam is too short for its verdict.")
    wanted: int
    lines: list[NeedLineShown]


class WritingNeedsShown(Shown):
    """What to write next."""

    model_config = example(units=[_UNIT])

    units: list[UnitNeedsShown]


class AssignmentSent(Sent):
    """What somebody is asked to write."""

    model_config = example(
        criterion="DG602-2.3", wanted=4, writer_id=_ASSIGNMENT["writer_id"], due_on="2026-12-15", difficulty_rating=3
    )

    criterion: str = Field(max_length=80)
    wanted: int
    writer_id: UUID
    due_on: date
    difficulty_rating: int | None = None
    note: str = Field(default="", max_length=LONGEST_NOTE)
    id: UUID | None = Field(default=None, description="Chosen by the client, so that a body sent twice asks once.")


class WithdrawalSent(Sent):
    """Why an assignment is taken back."""

    model_config = example(reason="เขียนไว้พอแล้ว")

    reason: str = Field(max_length=LONGEST_NOTE)


class WrittenItemShown(Shown):
    """An item written for an assignment."""

    item_id: UUID
    code: str
    state: ItemState


class AssignmentShown(Shown):
    """An assignment and what became of it."""

    model_config = example(**_ASSIGNMENT)

    id: UUID
    criterion: str
    wanted: int
    difficulty_rating: int | None
    writer_id: UUID
    writer_name: str
    due_on: date
    note: str
    assigned_by: str
    assigned_at: datetime
    state: AssignmentState
    writer_writes: bool = Field(description="False once the writer may not sign in, or is no item writer any more.")
    handed_in: int = Field(description="Items sent to review, or further.")
    items: list[WrittenItemShown]
    withdrawn_by: str
    withdrawn_reason: str


class AssignmentsShown(Shown):
    """Assignments, open ones first."""

    model_config = example(assignments=[_ASSIGNMENT])

    assignments: list[AssignmentShown]


class RatedItemShown(Shown):
    """An item that was rated before and measured after."""

    item_id: UUID
    code: str
    criterion: str
    rating: int
    measured: float = Field(description="Difficulty from answers, on the scale of ratings.")
    uncertainty: float = Field(description="Its standard error, on the same scale.")
    answers: int
    is_clear: bool = Field(description="Whether they differ by a step or more, beyond chance.")


class RatingsShown(Shown):
    """A writer's measured items, the most surprising first."""

    model_config = example(correlation=0.61, mean_difference=-0.2, items=[])

    correlation: float | None = Field(description="Null where too few items are measured.")
    mean_difference: float | None = Field(description="Above 0 where items are harder than rated.")
    items: list[RatedItemShown]


@router.get("/writing-needs", response_model=WritingNeedsShown, summary="What to write next")
def read_writing_needs(caller: Caller, session: Transaction, unit: str | None = None) -> dict[str, list[object]]:
    """Say how many items of about which difficulty each criterion needs. For those who work on the bank."""
    return {"units": [_unit(found) for found in needs.writing_needs(session, actor=caller, unit=unit)]}


@router.get("/assignments", response_model=AssignmentsShown, summary="List assignments")
def list_assignments(caller: Caller, session: Transaction, now: Now) -> dict[str, tuple[AssignmentView, ...]]:
    """List all assignments; item writers get their own. For those who work on the bank."""
    return {"assignments": assignments.list_assignments(session, actor=caller, today=local_day(now))}


@router.post("/assignments", response_model=AssignmentShown, status_code=201, summary="Ask a writer for items")
def assign(plan: AssignmentSent, caller: Caller, session: Transaction, now: Now) -> AssignmentView:
    """Ask an item writer for items by a day. For reviewers, psychometricians and administrators."""
    asked = AssignmentPlan(**plan.model_dump(exclude={"id"}))
    return assignments.assign(session, actor=caller, plan=asked, now=now, assignment_id=plan.id)


@router.post("/assignments/{assignment_id}/withdraw", response_model=AssignmentShown, summary="Take an assignment back")
def withdraw(
    assignment_id: UUID, withdrawal: WithdrawalSent, caller: Caller, session: Transaction, now: Now
) -> AssignmentView:
    """Take an assignment back; what was written stays. For reviewers, psychometricians and administrators."""
    return assignments.withdraw(session, actor=caller, assignment_id=assignment_id, reason=withdrawal.reason, now=now)


@router.get("/ratings", response_model=RatingsShown, summary="How my ratings compare with answers")
def read_ratings(caller: Caller, session: Transaction) -> RatingFeedback:
    """Compare one's own ratings of difficulty with what answers tell. For item writers."""
    return rating_feedback.rating_feedback(session, actor=caller)


def _unit(found: UnitNeeds) -> object:
    lines = [
        {
            "unit": line.unit,
            "element": line.element,
            "criterion": line.criterion,
            "supply": line.supply,
            "need": line.need,
            "information_wanted": None if found.out_of_reach else line.demand.information,
            "assigned": line.assigned,
        }
        for line in found.lines
    ]
    return {
        "unit": found.unit,
        "title": found.title,
        "cut_score": found.cut_score,
        "exam_title": found.exam_title,
        "maximum_exposure": found.maximum_exposure,
        "out_of_reach": found.out_of_reach,
        "target": None if found.out_of_reach else found.target,
        "reachable": found.reachable,
        "limited_by_length": found.limited_by_length,
        "wanted": found.wanted,
        "lines": lines,
    }
