"""The standard's tree and how well the bank covers it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from api.authentication import Caller
from api.schema import Shown, example
from api.transaction import Transaction
from itembank.actor import Role
from itembank.authoring.coverage import CoverageLevel, coverage
from itembank.authoring.roles import BANK_READERS
from itembank.framework.store import StoredStandard, current_standard

router = APIRouter(tags=["the standard"])


class CriterionShown(Shown):
    """A performance criterion."""

    code: str
    number: str
    text: str = Field(description="As published.")
    correction: str | None = Field(description="An editor's wording beside the published one.")


class ElementShown(Shown):
    """An element of competence and how it is assessed."""

    code: str
    title: str
    methods: list[str]
    criteria: list[CriterionShown]


class UnitShown(Shown):
    """A unit of competence."""

    code: str
    title: str
    elements: list[ElementShown]


class WarningShown(Shown):
    """One oddity of the published text and what was done about it."""

    code: str
    unit: str | None
    section: int | None
    subject: str | None
    message: str
    message_thai: str


class StandardShown(Shown):
    """The current standard."""

    model_config = example(
        id="7b2c8f0a-53f5-4f0c-8c8a-54f6a5ac2a34",
        version=1,
        title="มาตรฐานอาชีพ",
        issuer="สถาบันคุณวุฒิวิชาชีพ (องค์การมหาชน)",
        stored_at="2026-11-22T05:00:00Z",
        units=[
            {
                "code": "DG600",
                "title": "กำกับดูแลข้อมูล",
                "elements": [
                    {
                        "code": "DG602",
                        "title": "จัดทำธรรมาภิบาลข้อมูล",
                        "methods": ["written", "interview"],
                        "criteria": [
                            {"code": "DG602-2.3", "number": "2.3", "text": "ระบุหน้าที่ของผู้ดูแลข้อมูล", "correction": None}
                        ],
                    }
                ],
            }
        ],
        warnings=[],
    )

    id: UUID
    version: int
    title: str
    issuer: str
    stored_at: datetime
    units: list[UnitShown]
    warnings: list[WarningShown]


class CriterionCoverageShown(Shown):
    """A criterion and the count of its items."""

    code: str
    number: str
    text: str
    live: int = Field(description="Items in pretest or operational.")
    in_work: int = Field(description="Items in draft, in review or approved.")
    level: CoverageLevel


class ElementCoverageShown(Shown):
    """An element and the coverage of its criteria."""

    code: str
    title: str
    written: bool
    criteria: list[CriterionCoverageShown]


class UnitCoverageShown(Shown):
    """A unit and the coverage of its elements."""

    code: str
    title: str
    live: int
    uncovered: int = Field(description="Written criteria without a live item.")
    elements: list[ElementCoverageShown]


class CoverageShown(Shown):
    """How well the bank covers the standard."""

    model_config = example(
        units=[
            {
                "code": "DG600",
                "title": "กำกับดูแลข้อมูล",
                "live": 4,
                "uncovered": 0,
                "elements": [
                    {
                        "code": "DG602",
                        "title": "จัดทำธรรมาภิบาลข้อมูล",
                        "written": True,
                        "criteria": [
                            {
                                "code": "DG602-2.3",
                                "number": "2.3",
                                "text": "ระบุหน้าที่ของผู้ดูแลข้อมูล",
                                "live": 4,
                                "in_work": 1,
                                "level": "fair",
                            }
                        ],
                    }
                ],
            }
        ]
    )

    units: list[UnitCoverageShown]


@router.get("/standard", response_model=StandardShown, summary="The current standard")
def read_standard(caller: Caller, session: Transaction) -> dict[str, object]:
    """Give the tree of units, elements and criteria, with the oddities of its text. For all but candidates."""
    caller.require(*BANK_READERS, Role.JUDGE, Role.MARKER)
    return _standard(current_standard(session))


@router.get("/coverage", response_model=CoverageShown, summary="Coverage of the standard")
def read_coverage(caller: Caller, session: Transaction) -> dict[str, object]:
    """Count the items of every criterion. For those who work on the bank."""
    return {"units": coverage(session, actor=caller)}


def _standard(stored: StoredStandard) -> dict[str, object]:
    return {
        "id": stored.id,
        "version": stored.version,
        "title": stored.title,
        "issuer": stored.issuer,
        "stored_at": stored.stored_at,
        "units": stored.framework.units,
        "warnings": stored.framework.warnings,
    }
