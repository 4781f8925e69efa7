"""Standard setting: panels, their rounds, what judges say, and the cut scores that exams take over."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import Field

from api.authentication import Caller
from api.schema import Sent, Shown, example
from api.transaction import Now, Transaction
from itembank.standard_setting.cuts import CutView, adopt_cut, list_cuts
from itembank.standard_setting.judgement_file import judgement_table
from itembank.standard_setting.panels import (
    PanelLine,
    PanelPlan,
    PanelView,
    change_panel,
    eligible_judges,
    list_panels,
    panel_view,
    plan_panel,
)
from itembank.standard_setting.rounds import abandon_panel, accept_panel, close_round, open_round
from itembank.standard_setting.states import PanelState

router = APIRouter(tags=["standard setting"])

_CUT = {
    "id": "5a0c2c59-8a3e-4a5f-8b5e-2f6f2a3d1c11",
    "unit": "DG100", "theta": 0.12, "standard_error": 0.14, "method": "angoff", "judges": 8,
    "items": 20, "rated_items": 0,
    "panel_id": "c6a1f5d2-3b7d-4a55-9b0e-7b1d8f8c9e01",
    "round": 2,
    "bank_number": 3,
    "accepted_by": "วิชัย นักวัดผล",
    "accepted_at": "2026-11-22T05:00:00Z",
    "adopted_by": None, "adopted_at": None, "proposed": False,
}  # fmt: skip
_PLAN = {
    "unit": "DG100",
    "method": "angoff",
    "description_th": "ผู้ที่ทำงานตามเกณฑ์ได้พอดี",
    "description_en": "Somebody who only just reaches the standard",
    "judges": ["0d4f6c1e-64f7-4f0f-9a63-2b8a2f3e4c55", "1b9e2a77-5d0c-4b34-8a08-6a2c7d9f1e22"],
    "rounds": 2,
    "sample": None,
    "shows_key": True,
    "asks_limits": False,
    "response_probability": 2 / 3,
}
_LINE = {
    "id": "c6a1f5d2-3b7d-4a55-9b0e-7b1d8f8c9e01",
    "unit": "DG100",
    "unit_title": "เข้าใจนโยบาย กฎหมายและมาตรฐานดิจิทัล",
    "method": "angoff",
    "state": "round_closed",
    "round": 1,
    "rounds": 2,
    "created_by": "วิชัย นักวัดผล",
    "created_at": "2026-11-22T05:00:00Z",
}


class CutShown(Shown):
    """A cut score of a unit on the scale of a bank; new exams propose the one that was taken over last."""

    model_config = example(**_CUT)

    id: UUID
    unit: str
    theta: float
    standard_error: float
    method: str
    judges: int
    panel_id: UUID
    round: int
    bank_number: int
    accepted_by: str
    accepted_at: datetime
    adopted_by: str | None
    adopted_at: datetime | None
    proposed: bool
    items: int
    rated_items: int = Field(description="items judged whose curves are their writers' ratings, not calibrated")


class CutsShown(Shown):
    """Accepted cut scores, the newest first."""

    model_config = example(cuts=[_CUT])

    cuts: list[CutShown]


class PanelLineShown(Shown):
    """A panel in a list, with the cut score of its round closed last."""

    id: UUID
    unit: str
    unit_title: str
    method: str
    state: PanelState
    round: int
    rounds: int
    judges: int
    theta: float | None
    standard_error: float | None
    created_by: str
    created_at: datetime


class PanelsShown(Shown):
    """Panels, the newest first."""

    model_config = example(panels=[_LINE | {"judges": 8, "theta": 0.12, "standard_error": 0.14}])

    panels: list[PanelLineShown]


class EligibleJudgeShown(Shown):
    """Somebody who may be asked to judge."""

    person_id: UUID
    username: str
    name: str


class EligibleJudgesShown(Shown):
    """People who hold the role of a judge."""

    model_config = example(
        judges=[{"person_id": "0d4f6c1e-64f7-4f0f-9a63-2b8a2f3e4c55", "username": "judge", "name": "พิจารณ์"}]
    )

    judges: list[EligibleJudgeShown]


class PanelPageShown(Shown):
    """A page that judges see; in a booklet with the score that is to be reached and its ability."""

    item_version_id: UUID
    code: str
    criterion: str
    highest: int
    score: int
    theta: float


class JudgeProgressShown(Shown):
    """A judge: how much is said in the round, and how many of the items the judge wrote."""

    person_id: UUID
    name: str
    said: int
    expected: int
    own_items: int
    candidate: bool = Field(description="whether the judge may be a candidate, too")


class ItemFindingShown(Shown):
    """What a panel said of an item, as shares of its points, and what its curve expects at the cut score."""

    item_version_id: UUID
    code: str
    criterion: str
    highest_score: int
    mean: float
    standard_deviation: float | None
    lowest: float
    highest: float
    expected: float
    judges: int


class JudgeFindingShown(Shown):
    """How a judge stands to the panel."""

    person_id: UUID
    name: str
    theta: float | None
    severity: float
    consistency: float | None
    share_passing: float | None
    bookmark: int | None
    judged: int


class ComponentsShown(Shown):
    """Variance components of the judgements."""

    judge: float
    item: float
    residual: float
    n_judges: int
    n_items: int


class ImpactLineShown(Shown):
    """Share that would pass at so many standard errors from the cut score."""

    steps: int
    theta: float
    share_passing: float


class CompromiseShown(Shown):
    """Hofstee's cut score beside the panel's, or why there is none."""

    theta: float | None
    standard_error: float | None
    judges: int
    refusal: str | None


class ResultsShown(Shown):
    """What a closed round came to."""

    refusal: str | None
    theta: float | None
    standard_error: float | None
    judges_error: float | None
    items_error: float | None
    points: float | None
    highest_points: int
    judges: list[JudgeFindingShown]
    items: list[ItemFindingShown]
    components: ComponentsShown | None
    sittings: int
    simulated: bool
    impact: list[ImpactLineShown]
    compromise: CompromiseShown | None
    left_out: list[str]
    pages_error: float | None


class RoundShown(Shown):
    """A round; its results are there once it is closed."""

    number: int
    opened_at: datetime
    closed_at: datetime | None
    reason: str
    results: ResultsShown | None


class PanelShown(Shown):
    """A panel: its plan, how far its judges are, and what its closed rounds came to."""

    model_config = example(
        **_LINE, description_th="ผู้ที่ทำงานตามเกณฑ์ได้พอดี", description_en="", shows_key=True, asks_limits=False,
        response_probability=2 / 3, items=20, items_in_bank=20, pages=[], rated=[], judges=[], closed_rounds=[],
        open_round=None, bank_number=3, bank_in_force=True, reason="",
        possible_moves=["open", "accept", "abandon"], cut=None, actor_judges=False,
    )  # fmt: skip

    id: UUID
    unit: str
    unit_title: str
    method: str
    state: PanelState
    round: int
    rounds: int
    description_th: str
    description_en: str
    shows_key: bool
    asks_limits: bool
    response_probability: float
    items: int
    items_in_bank: int
    pages: list[PanelPageShown]
    rated: list[UUID] = Field(description="items whose curves are their writers' ratings, not calibrated")
    judges: list[JudgeProgressShown]
    closed_rounds: list[RoundShown]
    open_round: RoundShown | None
    bank_number: int
    bank_in_force: bool
    created_by: str
    created_at: datetime
    reason: str
    possible_moves: list[str]
    cut: CutShown | None
    actor_judges: bool = Field(description="whether the reader is a judge of the panel, who accepts nothing")


class PlanSent(Sent):
    """What a psychometrician decides of a panel before its first round."""

    model_config = example(**_PLAN)

    unit: str = Field(max_length=60)
    method: str = Field(default="angoff", description="angoff or bookmark")
    description_th: str
    description_en: str = ""
    judges: list[UUID] = Field(description="people who hold the role of a judge")
    rounds: int = 2
    sample: int | None = Field(default=None, description="how many items, even over the criteria; null for all")
    shows_key: bool = True
    asks_limits: bool = Field(default=False, description="ask for the limits of Hofstee's compromise")
    response_probability: float = Field(default=2 / 3, description="of a booklet")

    def plan(self) -> PanelPlan:
        """Give the plan."""
        return PanelPlan(**self.model_dump(exclude={"judges"}), judges=tuple(self.judges))


class ClosingSent(Sent):
    """Why a round is closed, where judgements are missing."""

    model_config = example(reason="กรรมการคนหนึ่งล้มป่วย")

    reason: str = Field(default="", max_length=2000)


class AbandonmentSent(Sent):
    """Why a panel is given up."""

    model_config = example(reason="คลังข้อสอบเปลี่ยนไปมาก")

    reason: str = Field(max_length=2000)


@router.get("/judges", response_model=EligibleJudgesShown, summary="List those who may judge")
def list_judges(caller: Caller, session: Transaction) -> dict[str, object]:
    """List the people who hold the role of a judge. For psychometricians."""
    return {"judges": eligible_judges(session, actor=caller)}


@router.get("/panels", response_model=PanelsShown, summary="List panels")
def list_all_panels(caller: Caller, session: Transaction) -> dict[str, tuple[PanelLine, ...]]:
    """List the panels, the newest first. For psychometricians and administrators."""
    return {"panels": list_panels(session, actor=caller)}


@router.post("/panels", response_model=PanelShown, status_code=201, summary="Plan a panel")
def plan_new_panel(wanted: PlanSent, caller: Caller, session: Transaction, now: Now) -> PanelView:
    """Plan a panel on the bank in force. For psychometricians."""
    return plan_panel(session, actor=caller, plan=wanted.plan(), now=now)


@router.get("/panels/{panel_id}", response_model=PanelShown, summary="Read a panel")
def read_panel(panel_id: UUID, caller: Caller, session: Transaction) -> PanelView:
    """Show a panel and the results of its closed rounds. For psychometricians and administrators."""
    return panel_view(session, actor=caller, panel_id=panel_id)


@router.put("/panels/{panel_id}", response_model=PanelShown, summary="Change the plan of a panel")
def change_planned_panel(panel_id: UUID, wanted: PlanSent, caller: Caller, session: Transaction, now: Now) -> PanelView:
    """Change the plan of a panel whose first round was not opened yet. For psychometricians."""
    return change_panel(session, actor=caller, panel_id=panel_id, plan=wanted.plan(), now=now)


@router.post("/panels/{panel_id}/open", response_model=PanelShown, summary="Open a round")
def open_next_round(panel_id: UUID, caller: Caller, session: Transaction, now: Now) -> PanelView:
    """Open the next round; each judge begins with the own judgements of the round before. For psychometricians."""
    return open_round(session, actor=caller, panel_id=panel_id, now=now)


@router.post("/panels/{panel_id}/close", response_model=PanelShown, summary="Close a round")
def close_open_round(panel_id: UUID, why: ClosingSent, caller: Caller, session: Transaction, now: Now) -> PanelView:
    """Close the open round; with judgements missing only with a reason. For psychometricians."""
    return close_round(session, actor=caller, panel_id=panel_id, reason=why.reason, now=now)


@router.post("/panels/{panel_id}/accept", response_model=PanelShown, summary="Accept a cut score")
def accept_cut_score(panel_id: UUID, caller: Caller, session: Transaction, now: Now) -> PanelView:
    """Accept what the last round came to as a cut score of the unit. For psychometricians."""
    return accept_panel(session, actor=caller, panel_id=panel_id, now=now)


@router.post("/panels/{panel_id}/abandon", response_model=PanelShown, summary="Give a panel up")
def give_panel_up(panel_id: UUID, why: AbandonmentSent, caller: Caller, session: Transaction, now: Now) -> PanelView:
    """Give a panel up; what was said stays on record. For psychometricians."""
    return abandon_panel(session, actor=caller, panel_id=panel_id, reason=why.reason, now=now)


@router.get("/panels/{panel_id}/judgements.csv", response_class=Response, summary="Judgements as a table")
def read_judgements(panel_id: UUID, caller: Caller, session: Transaction) -> Response:
    """Give what was said in closed rounds as CSV. For psychometricians and administrators."""
    table = judgement_table(session, actor=caller, panel_id=panel_id)
    return Response(table, media_type="text/csv; charset=utf-8")


@router.get("/cut-scores", response_model=CutsShown, summary="List cut scores")
def list_cut_scores(
    caller: Caller, session: Transaction, unit: Annotated[str | None, Query(max_length=60)] = None
) -> dict[str, tuple[CutView, ...]]:
    """List the accepted cut scores, the newest first. For psychometricians and administrators."""
    return {"cuts": list_cuts(session, actor=caller, unit=unit)}


@router.post("/cut-scores/{cut_id}/adopt", response_model=CutShown, summary="Take a cut score over into new exams")
def adopt_cut_score(cut_id: UUID, caller: Caller, session: Transaction, now: Now) -> CutView:
    """Let new exams of the unit propose a cut score that somebody else accepted. For administrators."""
    return adopt_cut(session, actor=caller, cut_id=cut_id, now=now)
