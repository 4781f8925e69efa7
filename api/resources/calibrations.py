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
    "published_by": None,
    "published_at": None,
    "base_bank_number": 1,
    "base_in_force": True,
    "published_bank_number": None,
    "possible_moves": ["approve", "reject"],
    "needs_another_person": False,
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
    "c": None,
    "se_c": None,
    "thresholds": [],
    "se_thresholds": [],
    "old_model": "2pl",
    "old_c": None,
    "old_thresholds": [],
}
_IMPACT = {
    "at_most": 500,
    "sittings": 400,
    "simulated": 400,
    "unscored": 0,
    "oldest": "2026-10-23T03:04:55Z",
    "newest": "2026-11-22T04:58:11Z",
    "changed": 1,
    "elements_changed": 4,
    "moves": [{"before": "competent", "after": "not_enough_evidence", "sittings": 1}],
    "changes": [
        {
            "sitting_id": "9c5b94b1-35ad-49bb-b118-8e8fc24abf80",
            "finished_at": "2026-11-21T21:09:58Z",
            "simulated": True,
            "bank_number": 1,
            "before": "competent",
            "after": "not_enough_evidence",
            "probability_before": 0.951,
            "probability_after": 0.944,
            "items": ["DG101-1.1-01"],
            "strongest": "DG101-1.1-01",
        }
    ],
    "items": [
        {
            "item_version_id": "c1f2bb0e-5a1e-4c40-8f22-8b8a4a4e0a55",
            "code": "DG101-1.1-01",
            "sittings": 1,
            "decisive": 1,
            "log_odds": 0.21,
        }
    ],
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
    published_by: str | None
    published_at: datetime | None
    base_bank_number: int
    base_in_force: bool
    published_bank_number: int | None
    possible_moves: list[str]
    needs_another_person: bool


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
    c: float | None
    se_c: float | None
    thresholds: list[float]
    se_thresholds: list[float | None]
    old_model: str | None
    old_c: float | None
    old_thresholds: list[float]


class VerdictMoveShown(Shown):
    """How many sittings have one verdict on record and another (or the same) under the new parameters."""

    before: str
    after: str
    sittings: int


class ChangedSittingShown(Shown):
    """A sitting whose verdict would be another, and the items that are decisive by themselves."""

    sitting_id: UUID
    finished_at: datetime
    simulated: bool
    bank_number: int
    before: str
    after: str
    probability_before: float
    probability_after: float
    items: list[str]
    strongest: str


class TurningItemShown(Shown):
    """What an item's new parameters do to the sittings whose verdict would be another."""

    item_version_id: UUID
    code: str
    sittings: int
    decisive: int
    log_odds: float


class ImpactShown(Shown):
    """Recent finished sittings, scored again under the parameters that publishing would bring."""

    at_most: int
    sittings: int
    simulated: int
    unscored: int
    oldest: datetime | None
    newest: datetime | None
    changed: int
    elements_changed: int
    moves: list[VerdictMoveShown]
    changes: list[ChangedSittingShown]
    items: list[TurningItemShown]


class RunShown(RunLineShown):
    """A calibration run with what it found."""

    model_config = example(**_RUN, may_publish=[], summary=_SUMMARY, items=[_ITEM], impact=_IMPACT)

    may_publish: list[str] = Field(description="who may publish an approved run: everybody but whoever approved it")
    summary: SummaryShown | None
    items: list[RunItemShown]
    impact: ImpactShown | None


class RunsShown(Shown):
    """Calibration runs, the newest first."""

    model_config = example(calibrations=[_RUN])

    calibrations: list[RunLineShown]


class RunSent(Sent):
    """What to calibrate."""

    model_config = example(unit="DG100", model="2pl", include_simulated=True)

    unit: str
    model: str = Field(default="2pl", description="2pl, rasch, or 3pl for the items with 1,000 answers")
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
