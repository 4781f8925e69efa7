"""Group data: variables with their lawful basis, and loading who is in which group."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from api.authentication import Caller
from api.schema import Sent, Shown, example
from api.transaction import Now, Transaction
from itembank.group_data import bases, memberships, variables
from itembank.group_data.bases import BasisState, BasisView
from itembank.group_data.entered_rows import MOST_ROWS, rows_of
from itembank.group_data.legal_grounds import LegalGround
from itembank.group_data.memberships import LoadReport, RowProblem
from itembank.group_data.variables import Category, VariableView

router = APIRouter(prefix="/group-variables", tags=["group data"])

BASIS_EXAMPLE = {
    "id": "3f1c1d5e-8a53-4d6b-9a43-9f1f7f0d1b22",
    "ground": "research_statistics",
    "reference": "บันทึกที่ สคช 12/2569",
    "purpose": "ตรวจความเป็นธรรมของข้อสอบระหว่างกลุ่ม",
    "valid_from": "2026-11-01",
    "valid_until": "2027-10-31",
    "recorded_by": "นางจัดการ เรียบร้อย",
    "recorded_at": "2026-11-22T05:00:00Z",
    "withdrawn_by": None,
    "withdrawn_at": None,
    "people_deleted": None,
    "state": "in_force",
}
_CATEGORIES = [
    {"code": "th", "name_th": "ภาษาไทย", "name_en": "Thai"},
    {"code": "ms", "name_th": "ภาษามลายู", "name_en": "Malay"},
]
_VARIABLE = {
    "id": "9f0c1d5e-8a53-4d6b-9a43-9f1f7f0d1b33",
    "name_th": "ภาษาแม่",
    "name_en": "First language",
    "sensitive": False,
    "simulated": False,
    "categories": _CATEGORIES,
    "counts": [820, 140],
    "people": 960,
    "basis": BASIS_EXAMPLE,
    "bases": [BASIS_EXAMPLE],
}
_REPORT = {"rows": 2, "counts": {"th": 1, "ms": 1}, "refused": []}


class CategoryShown(Shown):
    """A group."""

    code: str
    name_th: str
    name_en: str


class BasisShown(Shown):
    """A lawful basis as it was recorded."""

    model_config = example(**BASIS_EXAMPLE)

    id: UUID
    ground: LegalGround
    reference: str
    purpose: str
    valid_from: date
    valid_until: date
    recorded_by: str
    recorded_at: datetime
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    people_deleted: int | None
    state: BasisState


class VariableShown(Shown):
    """A variable; nothing tells who is in which group."""

    model_config = example(**_VARIABLE)

    id: UUID
    name_th: str
    name_en: str
    sensitive: bool
    simulated: bool
    categories: list[CategoryShown]
    counts: list[int] = Field(description="People on record, by category.")
    people: int
    basis: BasisShown | None = Field(description="The basis in force, if any is.")
    bases: list[BasisShown]


class VariablesShown(Shown):
    """Variables by name."""

    model_config = example(variables=[_VARIABLE])

    variables: list[VariableShown]


class RefusedRowShown(Shown):
    """A row that can't be taken, and why."""

    number: int
    username: str
    category: str
    problem: RowProblem


class LoadReportShown(Shown):
    """What loading would do, or did; nothing of what was on record before."""

    model_config = example(**_REPORT)

    rows: int
    counts: dict[str, int] = Field(description="Rows by the code of the group.")
    refused: list[RefusedRowShown]


class WithdrawalShown(Shown):
    """What a withdrawal deleted."""

    model_config = example(people_deleted=960)

    people_deleted: int


class CategorySent(Sent):
    """A group."""

    code: str = Field(max_length=40)
    name_th: str = Field(max_length=120)
    name_en: str = Field(max_length=120)


class VariableSent(Sent):
    """What people are to be told apart by."""

    model_config = example(name_th="ภาษาแม่", name_en="First language", categories=_CATEGORIES)

    name_th: str = Field(max_length=120)
    name_en: str = Field(max_length=120)
    categories: list[CategorySent]
    sensitive: bool = Field(
        default=False, description="Whether Section 26 of the Personal Data Protection Act names it."
    )


class BasisSent(Sent):
    """A lawful basis to record."""

    model_config = example(
        **{name: BASIS_EXAMPLE[name] for name in ("ground", "reference", "purpose", "valid_from", "valid_until")}
    )

    ground: LegalGround
    reference: str = Field(max_length=300)
    purpose: str = Field(max_length=1000)
    valid_from: date
    valid_until: date


class RowSent(Sent):
    """Somebody and the code of the group."""

    username: str = Field(max_length=80)
    category: str = Field(max_length=40)


class RowsSent(Sent):
    """Who is in which group."""

    model_config = example(rows=[{"username": "somchai", "category": "th"}])

    rows: list[RowSent] = Field(min_length=1, max_length=MOST_ROWS)


class ForgetSent(Sent):
    """Whose group to delete."""

    model_config = example(username="somchai")

    username: str = Field(max_length=80)


class WithdrawSent(Sent):
    """A withdrawal, confirmed."""

    model_config = example(confirmed=True)

    confirmed: Literal[True] = Field(description="It deletes everybody's group for good.")


@router.get("", response_model=VariablesShown, summary="List group variables")
def list_variables(caller: Caller, session: Transaction, now: Now) -> dict[str, object]:
    """List the variables with their lawful bases. For administrators."""
    return {"variables": variables.list_variables(session, actor=caller, now=now)}


@router.post("", response_model=VariableShown, status_code=201, summary="Create a group variable")
def create_variable(wanted: VariableSent, caller: Caller, session: Transaction, now: Now) -> VariableView:
    """Define a variable; data can be loaded once a lawful basis is recorded. For administrators."""
    return variables.create_variable(
        session,
        actor=caller,
        name_th=wanted.name_th,
        name_en=wanted.name_en,
        categories=[Category(one.code, one.name_th, one.name_en) for one in wanted.categories],
        sensitive=wanted.sensitive,
        now=now,
    )


@router.get("/{variable_id}", response_model=VariableShown, summary="Read a group variable")
def read_variable(variable_id: UUID, caller: Caller, session: Transaction, now: Now) -> VariableView:
    """Show a variable. For administrators."""
    return variables.variable_view(session, actor=caller, variable_id=variable_id, now=now)


@router.post("/{variable_id}/bases", response_model=BasisShown, status_code=201, summary="Record a lawful basis")
def record_basis(variable_id: UUID, wanted: BasisSent, caller: Caller, session: Transaction, now: Now) -> BasisView:
    """Record why the law allows the data to be kept and compared, and how long. For administrators."""
    return bases.record_basis(
        session,
        actor=caller,
        variable_id=variable_id,
        ground=wanted.ground,
        reference=wanted.reference,
        purpose=wanted.purpose,
        valid_from=wanted.valid_from,
        valid_until=wanted.valid_until,
        now=now,
    )


@router.post("/{variable_id}/people/preview", response_model=LoadReportShown, summary="Check rows before loading")
def preview_people(variable_id: UUID, wanted: RowsSent, caller: Caller, session: Transaction, now: Now) -> LoadReport:
    """Tell what loading these rows would do; the audit log keeps that somebody looked. For administrators."""
    rows = rows_of((row.username, row.category) for row in wanted.rows)
    return memberships.preview_people(session, actor=caller, variable_id=variable_id, rows=rows, now=now)


@router.post("/{variable_id}/people", response_model=LoadReportShown, summary="Load who is in which group")
def load_people(variable_id: UUID, wanted: RowsSent, caller: Caller, session: Transaction, now: Now) -> LoadReport:
    """Store all of these rows, or none where one can't be taken. For administrators."""
    rows = rows_of((row.username, row.category) for row in wanted.rows)
    return memberships.load_people(session, actor=caller, variable_id=variable_id, rows=rows, now=now)


@router.post("/{variable_id}/people/forget", status_code=204, summary="Delete one person's group")
def forget_person(variable_id: UUID, wanted: ForgetSent, caller: Caller, session: Transaction, now: Now) -> None:
    """Delete the group of one person; the answer is the same whether any was on record. For administrators."""
    memberships.forget_person(session, actor=caller, variable_id=variable_id, username=wanted.username, now=now)


@router.post(
    "/{variable_id}/withdraw", response_model=WithdrawalShown, summary="Withdraw the basis and delete the data"
)
def withdraw_basis(
    variable_id: UUID, _wanted: WithdrawSent, caller: Caller, session: Transaction, now: Now
) -> dict[str, int]:
    """Withdraw the lawful bases of a variable and delete everybody's group, for good. For administrators."""
    return {"people_deleted": bases.withdraw_basis(session, actor=caller, variable_id=variable_id, now=now)}
