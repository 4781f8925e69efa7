"""What to write next: the needs of the bank, assignments made from them, and what came of writers' ratings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from itembank.authoring.criteria import written_units
from itembank.clock import local_day
from itembank.errors import IllegalMove, InvalidInput
from itembank.writing_needs.assignments import (
    ASSIGNERS,
    LONGEST_NOTE,
    AssignmentPlan,
    assign,
    assignable_writers,
    list_assignments,
    withdraw,
)
from itembank.writing_needs.criterion_need import RATINGS
from itembank.writing_needs.needs import writing_needs
from itembank.writing_needs.rating_feedback import FEWEST_ITEMS, rating_feedback
from web.error_pages import STATUS, error_text
from web.page import Notice, Now, Page, SignedInPage, Transaction, actor_of
from web.pages.administration_entries import read_whole

router = APIRouter()

#: What the badge of a state looks like, by the badges there are.
BADGES = {"open": "open", "late": "interrupted", "done": "done", "withdrawn": "cancelled"}

#: Assignments on one page of the list.
PAGE = 50

Entered = Annotated[str, Field(max_length=200)]


class AssignmentForm(BaseModel):
    """What was entered of an assignment, as it was entered."""

    model_config = ConfigDict(frozen=True)

    criterion: Entered = ""
    wanted: Entered = "1"
    difficulty_rating: Entered = ""
    writer_id: Entered = ""
    due_on: Entered = ""
    note: Annotated[str, Field(max_length=3 * LONGEST_NOTE)] = ""
    #: Made with the form, so that a double click asks once.
    key: UUID = Field(default_factory=uuid4)

    def plan(self) -> AssignmentPlan:
        """Read what was entered.

        Raises:
            InvalidInput: Something can't be read; names the field.
        """
        return AssignmentPlan(
            criterion=self.criterion.strip(),
            wanted=read_whole(self.wanted, field="wanted"),
            writer_id=_person(self.writer_id),
            due_on=_day(self.due_on),
            difficulty_rating=read_whole(self.difficulty_rating, field="difficulty_rating")
            if self.difficulty_rating.strip()
            else None,
            note=self.note,
        )


def _person(entered: str) -> UUID:
    try:
        return UUID(entered)
    except ValueError:
        raise InvalidInput(field="writer_id", expected="an item writer who may sign in") from None


def _day(entered: str) -> date:
    try:
        return date.fromisoformat(entered.strip())
    except ValueError:
        raise InvalidInput(field="due_on", expected="today or a later day") from None


@router.get("/bank/needs")
def needs_page(page: SignedInPage, session: Transaction, unit: str = "") -> Response:
    """Show what each criterion lacks, one unit or all."""
    actor = actor_of(page)
    return page.render(
        "writing/needs.html",
        needs=writing_needs(session, actor=actor, unit=unit or None),
        units=written_units(session, actor=actor),
        unit=unit,
        may_assign=actor.has(*ASSIGNERS),
    )


@router.get("/bank/assignments")
def assignments_page(
    page: SignedInPage, session: Transaction, now: Now, number: Annotated[int, Query(alias="page", ge=1)] = 1
) -> Response:
    """List assignments: one's own, or all of them for those who assign."""
    return _assignments(page, session, now, number=number)


@router.get("/bank/assignments/new")
def new_assignment_page(
    page: SignedInPage, session: Transaction, criterion: str = "", wanted: str = "1", rating: str = ""
) -> Response:
    """Begin an assignment, filled in with what the need says."""
    return _form(page, session, AssignmentForm(criterion=criterion, wanted=wanted, difficulty_rating=rating))


@router.post("/bank/assignments")
def assign_page(
    page: SignedInPage, session: Transaction, now: Now, entered: Annotated[AssignmentForm, Form()]
) -> Response:
    """Ask a writer for items."""
    actor = actor_of(page)
    actor.require(*ASSIGNERS)
    try:
        assign(session, actor=actor, plan=entered.plan(), now=now, assignment_id=entered.key)
    except InvalidInput as problem:
        session.rollback()
        field = str(problem.details["field"])
        return _form(page, session, entered, errors={field: page.t(f"writing.problem_{field}")})
    return page.redirect("/bank/assignments", notice="writing.notice_assigned")


@router.post("/bank/assignments/{assignment_id}/withdraw")
def withdraw_page(
    page: SignedInPage,
    session: Transaction,
    now: Now,
    assignment_id: UUID,
    reason: Annotated[str, Form(max_length=3 * LONGEST_NOTE)] = "",
) -> Response:
    """Take an assignment back."""
    try:
        withdraw(session, actor=actor_of(page), assignment_id=assignment_id, reason=reason, now=now)
    except InvalidInput:
        session.rollback()
        return _assignments(page, session, now, refused=assignment_id, status=422)
    except IllegalMove as error:
        session.rollback()
        notice = Notice("warning", error_text(error, page.t))
        return _assignments(page, session, now, notice=notice, status=STATUS[error.kind])
    return page.redirect("/bank/assignments", notice="writing.notice_withdrawn")


@router.get("/bank/ratings")
def ratings_page(page: SignedInPage, session: Transaction) -> Response:
    """Show a writer how ratings of difficulty compare with answers."""
    feedback = rating_feedback(session, actor=actor_of(page))
    return page.render("writing/ratings.html", feedback=feedback, fewest=FEWEST_ITEMS)


def _assignments(
    page: Page,
    session: Session,
    now: Now,
    *,
    refused: UUID | None = None,
    notice: Notice | None = None,
    status: int = 200,
    number: int = 1,
) -> Response:
    actor = actor_of(page)
    found = list_assignments(session, actor=actor, today=local_day(now))
    return page.render(
        "writing/assignments.html",
        status=status,
        notice=notice,
        assignments=found[(number - 1) * PAGE : number * PAGE],
        number=number,
        pages=max(1, -(-len(found) // PAGE)),
        may_assign=actor.has(*ASSIGNERS),
        own=actor.person_id,
        badges=BADGES,
        refused=refused,
    )


def _form(
    page: Page, session: Session, entered: AssignmentForm, *, errors: Mapping[str, str] | None = None
) -> Response:
    actor = actor_of(page)
    return page.render(
        "writing/assign.html",
        status=422 if errors else 200,
        entered=entered,
        writers=assignable_writers(session, actor=actor),
        units=written_units(session, actor=actor),
        ratings=RATINGS,
        errors=errors or {},
    )
