"""Published banks: listing, publishing, putting one back in force."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import Field

from api.authentication import Caller
from api.schema import Sent, Shown, example
from api.transaction import Now, Transaction
from itembank.publishing import banks
from itembank.publishing.banks import BankView

router = APIRouter(prefix="/banks", tags=["published banks"])

_BANK = {
    "id": "a5a5f9f0-31a2-4ab3-93f0-c2d92f2a4b01",
    "number": 2,
    "published_at": "2026-11-22T05:00:00Z",
    "published_by": "วิชัย นักวัดผล",
    "note": "หลังเทียบค่าพารามิเตอร์ครั้งแรก",
    "items": 126,
    "in_force": True,
    "simulated_data": False,
    "calibration_run_id": None,
}


class BankShown(Shown):
    """A published bank."""

    model_config = example(**_BANK)

    id: UUID
    number: int
    published_at: datetime
    published_by: str
    note: str
    items: int
    in_force: bool
    simulated_data: bool = Field(description="Some parameters come from answers of simulated candidates.")
    calibration_run_id: UUID | None


class InForceShown(Shown):
    """When a bank was put in force, by whom and why."""

    number: int
    since: datetime
    decided_by: str
    reason: str


class BanksShown(Shown):
    """The published banks, the newest first, and which was in force when."""

    model_config = example(
        banks=[_BANK],
        history=[
            {"number": 2, "since": "2026-11-22T05:00:00Z", "decided_by": "วิชัย นักวัดผล", "reason": "ค่าพารามิเตอร์ใหม่"}
        ],
        unpublished_changes=0,
    )

    banks: list[BankShown]
    history: list[InForceShown]
    unpublished_changes: int = Field(
        description="Item versions that the bank in force and the operational items don't have in common."
    )


class BankSent(Sent):
    """Why a bank is published."""

    model_config = example(note="เพิ่มข้อสอบหน่วย DG100")

    note: str = Field(default="", max_length=2000)


class ReasonSent(Sent):
    """Why something is decided."""

    model_config = example(reason="พบข้อผิดพลาดในค่าพารามิเตอร์ชุดใหม่")

    reason: str = Field(max_length=2000)


@router.get("", response_model=BanksShown, summary="List the published banks")
def list_banks(caller: Caller, session: Transaction) -> dict[str, object]:
    """List the banks, which is in force since when, and how much is not published yet. For those who work on it."""
    return {
        "banks": banks.list_banks(session, actor=caller),
        "history": banks.in_force_history(session, actor=caller),
        "unpublished_changes": banks.unpublished_changes(session),
    }


@router.post("", response_model=BankShown, status_code=201, summary="Publish a bank")
def publish_bank(wanted: BankSent, caller: Caller, session: Transaction, now: Now) -> BankView:
    """Publish every operational item as a new bank and put it in force. For psychometricians."""
    return banks.publish_bank(session, actor=caller, note=wanted.note, now=now)


@router.post("/{number}/reinstate", response_model=BankShown, summary="Put a bank back in force")
def reinstate_bank(
    number: Annotated[int, Path(ge=1, le=1_000_000)], why: ReasonSent, caller: Caller, session: Transaction, now: Now
) -> BankView:
    """Put an earlier bank back in force; sittings that run keep theirs. For psychometricians."""
    return banks.reinstate_bank(session, actor=caller, number=number, reason=why.reason, now=now)
