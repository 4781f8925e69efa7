"""Simulations of exam designs: requesting, following, reading the report."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Query, Request
from pydantic import Field, field_validator

from api.authentication import Caller
from api.schema import Sent, Shown, example
from api.transaction import Now, Transaction
from engine.design import ExamDesign
from itembank.delivery.exam_planning import read_design
from itembank.simulations import runs
from itembank.simulations.failures import FailureKind
from itembank.simulations.options import SimulationOptions
from itembank.simulations.runs import SimulationView
from itembank.simulations.starting_points import PROPOSED, starting_point
from itembank.simulations.states import SimulationState

router = APIRouter(prefix="/simulations", tags=["simulations"])

_OPTIONS = {"examinees": 1000, "ability_mean": 0.0, "ability_sd": 1.0, "seed": 1, "parameter_error": False}
_RUN = {
    "id": "7c2b1f9e-3a60-4c5d-9f2e-5d3f0b8a1e44",
    "unit": "DG100",
    "unit_title": "เข้าใจนโยบาย กฎหมายและมาตรฐานดิจิทัล",
    "bank_number": 1,
    "bank_in_force": True,
    "options": _OPTIONS,
    "state": "done",
    "cancel_requested": False,
    "done": 1000,
    "total": 1000,
    "waiting_before": 0,
    "failure": None,
    "requested_by": "วิชัย นักวัดผล",
    "requested_at": "2026-11-22T05:00:00Z",
    "finished_at": "2026-11-22T05:00:04Z",
    "possible_moves": [],
    "figures": {"decision_accuracy": 0.921, "mean_length": 14.2, "max_exposure": 0.74},
}


class OptionsShown(Shown):
    """The simulated candidates."""

    examinees: int
    ability_mean: float
    ability_sd: float
    seed: int
    parameter_error: bool


class FailureShown(Shown):
    """Why a simulation gave no result."""

    kind: FailureKind
    detail: str = Field(description="The engine's sentence, the exit code or the kind of error.")


class SimulationLineShown(Shown):
    """A simulation in a list, with its overall figures once it is done."""

    id: UUID
    unit: str
    unit_title: str
    bank_number: int
    bank_in_force: bool
    options: OptionsShown
    state: SimulationState
    cancel_requested: bool
    done: int
    total: int
    waiting_before: int
    failure: FailureShown | None = Field(description="Why it gave no result, where it failed.")
    requested_by: str
    requested_at: datetime
    finished_at: datetime | None
    possible_moves: list[str]
    figures: dict[str, float]


class SimulationShown(SimulationLineShown):
    """A simulation with its design and the engine's whole report."""

    model_config = example(**_RUN, design={"minimum_length": 10, "maximum_length": 15}, report=None)

    design: dict[str, Any]
    report: dict[str, Any] | None

    @field_validator("design", mode="before")
    @classmethod
    def _plain(cls, design: Any) -> Any:
        return design.to_dict() if isinstance(design, ExamDesign) else design


class SimulationsShown(Shown):
    """Simulations, the newest first."""

    model_config = example(simulations=[_RUN])

    simulations: list[SimulationLineShown]


class SimulationSent(Sent):
    """What to simulate: a whole design, or one to start from, on a published bank."""

    model_config = example(unit="DG100", **_OPTIONS)

    unit: str = Field(max_length=60)
    bank_number: int | None = Field(default=None, description="A published bank; the one in force if not given.")
    source: str = Field(
        default=PROPOSED, max_length=60, description="Where the design comes from: proposed, exam:ID or run:ID."
    )
    design: dict[str, Any] | None = Field(default=None, description="A design instead, as exams have it.")
    examinees: int = Field(default=1000, description="From 1 to 5,000.")
    ability_mean: float = 0.0
    ability_sd: float = 1.0
    seed: int = 1
    parameter_error: bool = Field(
        default=False, description="Whether answers follow parameters that differ by their standard errors."
    )


class SimulationFilter(Sent):
    """Which simulations to list."""

    limit: int = Field(default=50, ge=1, le=500)


@router.get("", response_model=SimulationsShown, summary="List simulations")
def list_simulations(
    wanted: Annotated[SimulationFilter, Query()], caller: Caller, session: Transaction
) -> dict[str, object]:
    """List the newest first, without their reports. For psychometricians and administrators."""
    return {"simulations": runs.list_simulations(session, actor=caller, limit=wanted.limit)}


@router.post("", response_model=SimulationShown, status_code=202, summary="Request a simulation")
def request_simulation(
    wanted: SimulationSent, request: Request, tasks: BackgroundTasks, caller: Caller, session: Transaction, now: Now
) -> SimulationView:
    """Ask for a simulation; it runs in the background, one at a time. For psychometricians and administrators."""
    # Background tasks run after the response, and so after the commit: earlier there would be nothing to find.
    tasks.add_task(request.app.state.simulation_worker.wake)
    start = starting_point(
        session, actor=caller, unit=wanted.unit, bank_number=wanted.bank_number, source=wanted.source
    )
    return runs.request_simulation(
        session,
        actor=caller,
        unit=wanted.unit,
        bank_number=wanted.bank_number,
        design=start.design if wanted.design is None else read_design(wanted.design),
        options=SimulationOptions(
            examinees=wanted.examinees,
            ability_mean=wanted.ability_mean,
            ability_sd=wanted.ability_sd,
            seed=wanted.seed,
            parameter_error=wanted.parameter_error,
        ),
        now=now,
    )


@router.get("/{run_id}", response_model=SimulationShown, summary="Read a simulation")
def read_simulation(run_id: UUID, caller: Caller, session: Transaction) -> SimulationView:
    """Show how far a simulation is, and its report. For psychometricians and administrators."""
    return runs.simulation_view(session, actor=caller, run_id=run_id)


@router.post("/{run_id}/cancel", response_model=SimulationShown, summary="Cancel a simulation")
def cancel_simulation(run_id: UUID, caller: Caller, session: Transaction, now: Now) -> SimulationView:
    """Cancel a simulation that waits or runs. For psychometricians and administrators."""
    return runs.cancel_simulation(session, actor=caller, run_id=run_id, now=now)
