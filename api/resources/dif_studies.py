"""Studies of differential item functioning: requesting, following, reading."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Query, Request
from fastapi.responses import Response
from pydantic import Field

from api.authentication import Caller
from api.resources.group_data import BASIS_EXAMPLE, BasisShown, CategoryShown
from api.schema import Sent, Shown, example
from api.transaction import Now, Transaction
from calibration.dif.study import MANTEL_HAENSZEL
from itembank.dif_studies import studies
from itembank.dif_studies.comparable_variables import comparable_variables
from itembank.dif_studies.failures import FailureKind
from itembank.dif_studies.item_table import item_table
from itembank.dif_studies.states import StudyState
from itembank.dif_studies.studies import StudyView
from itembank.measurement_reports.csv_table import csv_text

router = APIRouter(prefix="/dif-studies", tags=["differential item functioning"])

_VARIABLE_ID = "9f0c1d5e-8a53-4d6b-9a43-9f1f7f0d1b33"
_CATEGORIES = [
    {"code": "th", "name_th": "ภาษาไทย", "name_en": "Thai"},
    {"code": "ms", "name_th": "ภาษามลายู", "name_en": "Malay"},
]
_STUDY = {
    "id": "5b0c1d5e-8a53-4d6b-9a43-9f1f7f0d1b44",
    "unit": "DG100",
    "unit_title": "เข้าใจนโยบาย กฎหมายและมาตรฐานดิจิทัล",
    "bank_number": 2,
    "bank_in_force": True,
    "variable_id": _VARIABLE_ID,
    "name_th": "ภาษาแม่",
    "name_en": "First language",
    "simulated": False,
    "reference": _CATEGORIES[0],
    "focal": _CATEGORIES[1],
    "method": MANTEL_HAENSZEL,
    "purify": True,
    "basis": BASIS_EXAMPLE,
    "state": "done",
    "cancel_requested": False,
    "round": 2,
    "done": 46,
    "total": 46,
    "failure": None,
    "requested_by": "วิชัย นักวัดผล",
    "requested_at": "2026-11-22T05:00:00Z",
    "finished_at": "2026-11-22T05:00:04Z",
    "possible_moves": ["again"],
    "counts": {"A": 44, "B": 1, "C": 1},
}
_WANTED = {"unit": "DG100", "variable_id": _VARIABLE_ID, "reference": "th", "focal": "ms"}


class ComparableVariableShown(Shown):
    """A variable with a lawful basis in force."""

    id: UUID
    name_th: str
    name_en: str
    simulated: bool
    categories: list[CategoryShown]
    counts: list[int | None] = Field(description="People by category; null for fewer than ten.")
    basis: BasisShown


class ComparableVariablesShown(Shown):
    """Variables that may be compared now."""

    model_config = example(
        variables=[
            {
                "id": _VARIABLE_ID,
                "name_th": "ภาษาแม่",
                "name_en": "First language",
                "simulated": False,
                "categories": _CATEGORIES,
                "counts": [820, None],
                "basis": BASIS_EXAMPLE,
            }
        ]
    )

    variables: list[ComparableVariableShown]


class DifItemShown(Shown):
    """One item of a study."""

    item_version_id: UUID
    item_id: UUID
    code: str
    version: int
    n_reference: int
    n_focal: int
    share_difference: float = Field(
        description="Focal less reference at equal ability, as a share of the item's points."
    )
    share_error: float
    measure: str = Field(description="What effect is: delta, standardised_difference, log_odds or share.")
    effect: float
    standard_error: float | None
    p_value: float
    p_adjusted: float = Field(description="After Benjamini and Hochberg, over the items of the study.")
    classification: str = Field(description="A negligible or perhaps chance, B moderate, C large.")
    own_classification: str = Field(description="As if it were the only item tested.")
    shrunken: tuple[float, float] | None = Field(
        description="Delta believed after seeing all items, and its deviation."
    )
    crossing: bool
    calibrated: bool
    favours: str = Field(description="reference or focal.")


class LeftOutShown(Shown):
    """An item that could not be judged, and why."""

    item_version_id: UUID
    code: str
    version: int
    reason: str


class ResultsShown(Shown):
    """What a study found."""

    items: list[DifItemShown]
    left_out: list[LeftOutShown]
    anchors: int
    settled: bool
    n_reference: int
    n_focal: int
    n_responses: int
    further_sittings: int
    simulated: bool
    software: dict[str, str]


class StudyFailureShown(Shown):
    """Why a study gave no result."""

    kind: FailureKind
    detail: str


class StudyLineShown(Shown):
    """A study in a list; counts are of the items of each class."""

    id: UUID
    unit: str
    unit_title: str
    bank_number: int
    bank_in_force: bool
    variable_id: UUID
    name_th: str
    name_en: str
    simulated: bool
    reference: CategoryShown
    focal: CategoryShown
    method: str
    purify: bool
    basis: BasisShown
    state: StudyState
    cancel_requested: bool
    round: int
    done: int
    total: int
    failure: StudyFailureShown | None
    requested_by: str
    requested_at: datetime
    finished_at: datetime | None
    possible_moves: list[str]
    counts: dict[str, int]


class StudyShown(StudyLineShown):
    """A study with its results once it is done."""

    model_config = example(**_STUDY, results=None)

    results: ResultsShown | None


class StudiesShown(Shown):
    """Studies, the newest first."""

    model_config = example(studies=[_STUDY])

    studies: list[StudyLineShown]


class StudySent(Sent):
    """What to compare."""

    model_config = example(**_WANTED, method=MANTEL_HAENSZEL, purify=True)

    unit: str = Field(max_length=60)
    variable_id: UUID
    reference: str = Field(max_length=40, description="Code of the group that the other is held against.")
    focal: str = Field(max_length=40)
    method: str = Field(
        default=MANTEL_HAENSZEL, max_length=30, description="mantel_haenszel, logistic or likelihood_ratio."
    )
    purify: bool = Field(default=True, description="Whether items that differ are taken out of the matching.")


class StudyFilter(Sent):
    """Which studies to list."""

    unit: str | None = Field(default=None, max_length=60)
    limit: int = Field(default=50, ge=1, le=500)


@router.get("", response_model=StudiesShown, summary="List studies")
def list_studies(
    wanted: Annotated[StudyFilter, Query()], caller: Caller, session: Transaction, now: Now
) -> dict[str, object]:
    """List the newest first, without their results. For psychometricians."""
    return {"studies": studies.list_studies(session, actor=caller, now=now, unit=wanted.unit, limit=wanted.limit)}


@router.get("/variables", response_model=ComparableVariablesShown, summary="List variables to compare by")
def list_comparable_variables(caller: Caller, session: Transaction, now: Now) -> dict[str, object]:
    """List the variables with a lawful basis in force, and numbers of people. For psychometricians."""
    return {"variables": comparable_variables(session, actor=caller, now=now)}


@router.post("", response_model=StudyShown, status_code=202, summary="Request a study")
def request_study(
    wanted: StudySent, request: Request, tasks: BackgroundTasks, caller: Caller, session: Transaction, now: Now
) -> StudyView:
    """Ask whether the items of a unit work alike for two groups; it runs in the background. For psychometricians."""
    # Background tasks run after the response, and so after the commit: earlier there would be nothing to find.
    tasks.add_task(request.app.state.dif_worker.wake)
    return studies.request_study(
        session,
        actor=caller,
        unit=wanted.unit,
        variable_id=wanted.variable_id,
        reference=wanted.reference,
        focal=wanted.focal,
        method=wanted.method,
        purify=wanted.purify,
        now=now,
    )


@router.get("/{run_id}", response_model=StudyShown, summary="Read a study")
def read_study(run_id: UUID, caller: Caller, session: Transaction, now: Now) -> StudyView:
    """Show how far a study is, and what it found. For psychometricians."""
    return studies.study_view(session, actor=caller, run_id=run_id, now=now)


@router.get("/{run_id}/items.csv", response_class=Response, summary="Download the items of a study")
def read_items(run_id: UUID, caller: Caller, session: Transaction, now: Now) -> Response:
    """Give the items of a study as CSV, the largest difference first. For psychometricians."""
    table = item_table(session, actor=caller, run_id=run_id, now=now)
    return Response("".join(csv_text(table)), media_type="text/csv; charset=utf-8")


@router.post("/{run_id}/cancel", response_model=StudyShown, summary="Cancel a study")
def cancel_study(run_id: UUID, caller: Caller, session: Transaction, now: Now) -> StudyView:
    """Cancel a study that waits or runs. For psychometricians."""
    return studies.cancel_study(session, actor=caller, run_id=run_id, now=now)


@router.post("/{run_id}/again", response_model=StudyShown, status_code=202, summary="Request a study again")
def request_study_again(
    run_id: UUID, request: Request, tasks: BackgroundTasks, caller: Caller, session: Transaction, now: Now
) -> StudyView:
    """Ask for a new study with the settings of one that is over. For psychometricians."""
    tasks.add_task(request.app.state.dif_worker.wake)
    return studies.request_again(session, actor=caller, run_id=run_id, now=now)
