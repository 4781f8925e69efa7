"""Calibration runs: requesting, following, deciding, publishing."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Query, Request
from pydantic import Field

from api.authentication import Caller
from api.schema import Sent, Shown, example
from api.transaction import Now, Transaction
from itembank.calibration_runs import runs
from itembank.calibration_runs.runs import RunView
from itembank.calibration_runs.states import RunState

router = APIRouter(prefix="/calibrations", tags=["calibrations"])

_RUN = {
    "id": "e2b8a1f4-4f7b-4c40-9d4e-0c1b6fd3a877",
    "unit": "DG100",
    "unit_title": "เข้าใจนโยบาย กฎหมายและมาตรฐานดิจิทัล",
    "model": "2pl",
    "state": "done",
    "cancel_requested": False,
    "include_simulated": True,
    "iteration": 23,
    "log_likelihood": -3120.4,
    "message": "",
    "requested_by": "วิชัย นักวัดผล",
    "requested_at": "2026-11-22T05:00:00Z",
    "finished_at": "2026-11-22T05:00:02Z",
    "approved_by": None,
    "approved_at": None,
    "base_bank_number": 1,
    "base_in_force": True,
    "published_bank_number": None,
    "possible_moves": ["approve", "reject"],
}
_SUMMARY = {
    "status": "converged",
    "converged": True,
    "log_likelihood": -3120.4,
    "iterations": 23,
    "n_persons": 400,
    "n_simulated": 400,
    "n_items": 20,
    "n_responses": 5120,
    "n_nodes": 61,
    "latest_answer": "2026-11-22T04:58:11Z",
    "latent_mean": 0.0,
    "latent_sd": 1.0,
    "link": {"method": "population", "slope": 1.0, "intercept": 0.0, "anchors": 0},
    "rms_change": 0.42,
    "correlation": 0.88,
    "exclusions": [{"kind": "item", "id": "c1f2bb0e", "code": "DG101-1.1-05", "reason": "too few answers"}],
}
_ITEM = {
    "item_version_id": "c1f2bb0e-5a1e-4c40-8f22-8b8a4a4e0a55",
    "code": "DG101-1.1-01",
    "version": 1,
    "model": "2pl",
    "n": 312,
    "a": 1.12,
    "b": -0.31,
    "se_a": 0.14,
    "se_b": 0.12,
    "cov_ab": 0.004,
    "flag": None,
    "old_a": 1.0,
    "old_b": -0.5,
    "old_source": "prior",
    "change_b": 0.19,
    "robust_z": 0.4,
    "moved": False,
}


class RunLineShown(Shown):
    """A calibration run in a list."""

    id: UUID
    unit: str
    unit_title: str
    model: str
    state: RunState
    cancel_requested: bool
    include_simulated: bool
    iteration: int
    log_likelihood: float | None
    message: str
    requested_by: str
    requested_at: datetime
    finished_at: datetime | None
    approved_by: str | None
    approved_at: datetime | None
    base_bank_number: int
    base_in_force: bool
    published_bank_number: int | None
    possible_moves: list[str]


class LinkShown(Shown):
    """How the run's scale became the bank's: ability = slope · the run's + intercept."""

    method: str
    slope: float
    intercept: float
    anchors: int


class LeftOutShown(Shown):
    """An item or a sitting that took no part, and why."""

    kind: str
    id: str
    code: str
    reason: str


class SummaryShown(Shown):
    """A run in a few figures."""

    status: str
    converged: bool
    log_likelihood: float
    iterations: int
    n_persons: int
    n_simulated: int
    n_items: int
    n_responses: int
    n_nodes: int
    latest_answer: str | None
    latent_mean: float
    latent_sd: float
    link: LinkShown
    rms_change: float | None
    correlation: float | None
    exclusions: list[LeftOutShown]


class RunItemShown(Shown):
    """An item's new parameters beside the old ones."""

    item_version_id: UUID
    code: str
    version: int
    model: str
    n: int
    a: float
    b: float
    se_a: float | None
    se_b: float | None
    cov_ab: float | None
    flag: str | None
    old_a: float | None
    old_b: float | None
    old_source: str | None
    change_b: float | None
    robust_z: float | None
    moved: bool


class RunShown(RunLineShown):
    """A calibration run with what it found."""

    model_config = example(**_RUN, summary=_SUMMARY, items=[_ITEM])

    summary: SummaryShown | None
    items: list[RunItemShown]


class RunsShown(Shown):
    """Calibration runs, the newest first."""

    model_config = example(calibrations=[_RUN])

    calibrations: list[RunLineShown]


class RunSent(Sent):
    """What to calibrate."""

    model_config = example(unit="DG100", model="2pl", include_simulated=True)

    unit: str
    model: str = Field(default="2pl", description="2pl or rasch")
    include_simulated: bool = True


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
    """Approve what a run found, so that it can be published. For psychometricians."""
    return runs.approve_run(session, actor=caller, run_id=run_id, now=now)


@router.post("/{run_id}/reject", response_model=RunShown, summary="Reject a calibration run")
def reject_calibration(run_id: UUID, why: RejectionSent, caller: Caller, session: Transaction, now: Now) -> RunView:
    """Reject what a run found. For psychometricians."""
    return runs.reject_run(session, actor=caller, run_id=run_id, reason=why.reason, now=now)


@router.post("/{run_id}/publish", response_model=RunShown, summary="Publish a calibration run")
def publish_calibration(run_id: UUID, why: PublicationSent, caller: Caller, session: Transaction, now: Now) -> RunView:
    """Publish a new bank with an approved run's parameters and put it in force. For psychometricians."""
    return runs.publish_run(session, actor=caller, run_id=run_id, note=why.note, now=now)


@router.post("/{run_id}/again", response_model=RunShown, status_code=202, summary="Request the same run again")
def request_calibration_again(
    run_id: UUID, request: Request, tasks: BackgroundTasks, caller: Caller, session: Transaction, now: Now
) -> RunView:
    """Ask for a new run with the settings of one that came to nothing. For psychometricians."""
    _wake_worker_afterwards(request, tasks)
    return runs.request_again(session, actor=caller, run_id=run_id, now=now)
