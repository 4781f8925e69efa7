"""Calibration runs: requesting, following, deciding, publishing."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Query, Request
from pydantic import Field

from api.authentication import Caller
from api.resources.calibration_findings import RunShown, RunsShown
from api.resources.calibration_settings import SETTINGS, SettingsSent
from api.schema import Sent, example
from api.transaction import Now, Transaction
from itembank.calibration_runs import runs
from itembank.calibration_runs.run_settings import RunSettings
from itembank.calibration_runs.runs import RunView

router = APIRouter(prefix="/calibrations", tags=["calibrations"])


class RunSent(Sent):
    """What to calibrate."""

    model_config = example(unit="DG100", model="2pl", include_simulated=True, settings=SETTINGS)

    unit: str
    model: str = Field(default="2pl", description="2pl, rasch, or 3pl for the items with 1,000 answers")
    include_simulated: bool = True
    settings: SettingsSent = SettingsSent()


class RejectionSent(Sent):
    """Why a run is rejected."""

    model_config = example(reason="มีคำตอบน้อยเกินไปในหลายข้อ")

    reason: str = Field(max_length=2000)


class PublicationSent(Sent):
    """Why a run is published."""

    model_config = example(note="ค่าพารามิเตอร์จากการสอบเดือนพฤศจิกายน")

    note: str = Field(default="", max_length=2000)


class RunFilter(Sent):
    """Which runs to list."""

    unit: str | None = None
    limit: int = Field(default=50, ge=1, le=500)


def _wake_worker_afterwards(request: Request, tasks: BackgroundTasks) -> None:
    # Background tasks run after the response, and so after the commit: earlier there would be nothing to find.
    tasks.add_task(request.app.state.worker.wake)


@router.get("", response_model=RunsShown, summary="List calibration runs")
def list_calibrations(wanted: Annotated[RunFilter, Query()], caller: Caller, session: Transaction) -> dict[str, object]:
    """List the newest runs first, without their items. For psychometricians."""
    return {"calibrations": runs.list_runs(session, actor=caller, unit=wanted.unit, limit=wanted.limit)}


@router.post("", response_model=RunShown, status_code=202, summary="Request a calibration")
def request_calibration(
    wanted: RunSent, request: Request, tasks: BackgroundTasks, caller: Caller, session: Transaction, now: Now
) -> RunView:
    """Ask for a calibration of a unit from all recorded answers; it runs in the background. For psychometricians."""
    _wake_worker_afterwards(request, tasks)
    return runs.request_run(
        session,
        actor=caller,
        unit=wanted.unit,
        model=wanted.model,
        include_simulated=wanted.include_simulated,
        settings=RunSettings(**wanted.settings.model_dump()),
        now=now,
    )


@router.get("/{run_id}", response_model=RunShown, summary="Read a calibration run")
def read_calibration(run_id: UUID, caller: Caller, session: Transaction) -> RunView:
    """Show how far a run is, and what it found. For psychometricians."""
    return runs.run_view(session, actor=caller, run_id=run_id)


@router.post("/{run_id}/cancel", response_model=RunShown, summary="Cancel a calibration run")
def cancel_calibration(run_id: UUID, caller: Caller, session: Transaction, now: Now) -> RunView:
    """Cancel a run that waits or runs. For psychometricians."""
    return runs.cancel_run(session, actor=caller, run_id=run_id, now=now)


@router.post("/{run_id}/approve", response_model=RunShown, summary="Approve a calibration run")
def approve_calibration(run_id: UUID, caller: Caller, session: Transaction, now: Now) -> RunView:
    """Approve what a run found, so that another person can publish it. For psychometricians."""
    return runs.approve_run(session, actor=caller, run_id=run_id, now=now)


@router.post("/{run_id}/reject", response_model=RunShown, summary="Reject a calibration run")
def reject_calibration(run_id: UUID, why: RejectionSent, caller: Caller, session: Transaction, now: Now) -> RunView:
    """Reject what a run found. For psychometricians."""
    return runs.reject_run(session, actor=caller, run_id=run_id, reason=why.reason, now=now)


@router.post("/{run_id}/publish", response_model=RunShown, summary="Publish a calibration run")
def publish_calibration(run_id: UUID, why: PublicationSent, caller: Caller, session: Transaction, now: Now) -> RunView:
    """Publish a new bank with the parameters of a run that another psychometrician approved, and put it in force."""
    return runs.publish_run(session, actor=caller, run_id=run_id, note=why.note, now=now)


@router.post("/{run_id}/again", response_model=RunShown, status_code=202, summary="Request the same run again")
def request_calibration_again(
    run_id: UUID, request: Request, tasks: BackgroundTasks, caller: Caller, session: Transaction, now: Now
) -> RunView:
    """Ask for a new run with the settings of one that came to nothing. For psychometricians."""
    _wake_worker_afterwards(request, tasks)
    return runs.request_again(session, actor=caller, run_id=run_id, now=now)
