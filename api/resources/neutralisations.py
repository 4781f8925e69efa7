"""Items taken out of score after the fact: proposing, previewing, approving, taking back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, Field

from api.authentication import Caller
from api.schema import Sent, Shown, example
from api.transaction import Now, Transaction
from itembank.neutralisation import proposals
from itembank.neutralisation.proposals import Proposal, Scope
from itembank.neutralisation.rules import Rule
from itembank.neutralisation.views import NeutralisationView

router = APIRouter(prefix="/neutralisations", tags=["neutralisations"])

Words = Annotated[str, Field(max_length=1000)]


class ProposalSent(Sent):
    """What to take out of score. Nobody's result changes before another person has approved it."""

    model_config = example(
        code="DG101-1.1-02",
        version=1,
        fault="wrong_key",
        rule="better_only",
        reason_th="คำถามข้อหนึ่งมีเฉลยไม่ถูกต้อง จึงไม่นำมาคิดคะแนน",
        reason_en="One question had a wrong key and does not count.",
        note="",
        exam_ids=[],
        begun_from=None,
        begun_before=None,
    )

    code: str = Field(max_length=80, description="Code of the item.")
    version: int | None = Field(default=None, ge=1, description="Its version; null where only one was ever answered.")
    fault: str = Field(description="wrong_key, ambiguous, leaked or other")
    rule: str = Field(default=Rule.BETTER_ONLY.value, description="Whose result is replaced: better_only or all.")
    reason_th: Words = Field(description="What candidates are told, in Thai.")
    reason_en: Words = Field(description="The same in English.")
    note: str = Field(default="", max_length=2000, description="For those who decide.")
    exam_ids: list[UUID] = Field(default=[], max_length=500, description="The exams concerned; empty for all.")
    begun_from: AwareDatetime | None = Field(default=None, description="Only sittings begun from this moment.")
    begun_before: AwareDatetime | None = Field(default=None, description="Only sittings begun before this moment.")

    def proposal(self) -> Proposal:
        """Give it to the use case."""
        scope = Scope(tuple(self.exam_ids), self.begun_from, self.begun_before)
        names = ("code", "version", "fault", "rule", "reason_th", "reason_en", "note")
        return Proposal(**{name: getattr(self, name) for name in names}, scope=scope)


class WhySent(Sent):
    """Why something is rejected or taken back."""

    model_config = example(reason="เฉลยถูกต้องแล้ว")

    reason: str = Field(max_length=500)


class TallyShown(Shown):
    """A number of sittings, real and simulated apart."""

    real: int
    simulated: int


class VerdictMoveShown(Shown):
    """How many sittings have one verdict now and another, or the same, without the item."""

    element: str = Field(description="Code of the element; empty for the unit.")
    before: str
    after: str
    sittings: TallyShown
    replaced: TallyShown


class LostMinimumShown(Shown):
    """A minimum that sittings reach with the item's answer and not without it."""

    level: str
    code: str
    needed: int
    sittings: TallyShown


class ChangedResultShown(Shown):
    """A sitting in which a verdict would be another."""

    sitting_id: UUID
    finished_at: datetime
    simulated: bool
    before: str
    after: str
    probability_before: float
    probability_after: float
    elements: list[str] = Field(description="Elements with another verdict.")
    lost: bool = Field(description="Whether a minimum is not reached any more.")
    replaced: bool = Field(description="Whether its candidate would be told the other result.")


class PreviewShown(Shown):
    """What neutralising the item would change, computed before any result is touched."""

    computed_at: datetime
    sittings: TallyShown
    under_way: TallyShown = Field(description="Sittings still going on that were asked the item.")
    better: TallyShown
    worse: TallyShown
    replaced: TallyShown
    below_minimum: TallyShown
    unscored: TallyShown
    moves: list[VerdictMoveShown]
    lost_minima: list[LostMinimumShown]
    changes: list[ChangedResultShown] = Field(description="At most 200 of those counted by changed.")
    changed: TallyShown


class ProgressShown(Shown):
    """How far the newest run is."""

    task: str = Field(description="preview, apply or take_back")
    state: str = Field(description="waiting, running, done, failed or cancelled")
    done: int
    total: int
    message: str


class CorrectedShown(Shown):
    """What became of the sittings concerned."""

    replaced: TallyShown
    kept: TallyShown
    unscored: TallyShown


_SHOWN = {
    "id": "5f0a6c2e-4d0b-4f31-9a51-2a3b4c5d6e7f",
    "unit": "DG100",
    "item_id": "3f0c1d5e-8a53-4d6b-9a43-9f1f7f0d1b11",
    "item_code": "DG101-1.1-02",
    "item_version": 1,
    "item_live": True,
    "fault": "wrong_key",
    "rule": "better_only",
    "reason_th": "คำถามข้อหนึ่งมีเฉลยไม่ถูกต้อง จึงไม่นำมาคิดคะแนน",
    "reason_en": "One question had a wrong key and does not count.",
    "note": "",
    "exams": [],
    "begun_from": None,
    "begun_before": None,
    "state": "proposed",
    "run": {"task": "preview", "state": "waiting", "done": 0, "total": 0, "message": ""},
    "proposed_by": "วิชัย นักวัดผล",
    "proposed_at": "2026-11-22T05:00:00Z",
    "approved_by": None,
    "approved_at": None,
    "applied_at": None,
    "closed_by": None,
    "closed_at": None,
    "closing_reason": "",
    "taken_back_at": None,
    "possible_moves": ["reject"],
    "needs_another_person": True,
}


class NeutralisationLineShown(Shown):
    """A neutralisation in a list."""

    model_config = example(**_SHOWN)

    id: UUID
    unit: str
    item_id: UUID
    item_code: str
    item_version: int
    item_live: bool = Field(description="Whether new exams may still ask this version.")
    fault: str
    rule: str
    reason_th: str
    reason_en: str
    note: str
    exams: list[str] = Field(description="Titles of the exams concerned; empty for all.")
    begun_from: datetime | None
    begun_before: datetime | None
    state: str = Field(description="proposed, applying, in_force, rejected, taking_back or taken_back")
    run: ProgressShown | None
    proposed_by: str
    proposed_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    applied_at: datetime | None
    closed_by: str | None
    closed_at: datetime | None
    closing_reason: str
    taken_back_at: datetime | None
    possible_moves: list[str]
    needs_another_person: bool


class NeutralisationShown(NeutralisationLineShown):
    """A neutralisation with its preview and what it did."""

    model_config = example(**_SHOWN, preview=None, corrected=None, may_approve=["นางจัดการ เรียบร้อย"])

    preview: PreviewShown | None
    corrected: CorrectedShown | None
    may_approve: list[str]


class NeutralisationsShown(Shown):
    """Neutralisations, the newest first."""

    model_config = example(neutralisations=[_SHOWN])

    neutralisations: list[NeutralisationLineShown]


@router.get("", response_model=NeutralisationsShown, summary="Neutralised items")
def list_neutralisations(caller: Caller, session: Transaction) -> dict[str, object]:
    """List the neutralisations, the newest first. For psychometricians and administrators."""
    return {"neutralisations": proposals.list_neutralisations(session, actor=caller)}


@router.post("", response_model=NeutralisationShown, status_code=201, summary="Propose to neutralise an item")
def propose(proposal: ProposalSent, caller: Caller, session: Transaction, now: Now) -> NeutralisationView:
    """Propose it; its effect is computed in the background. For psychometricians and administrators."""
    return proposals.propose_neutralisation(session, actor=caller, proposal=proposal.proposal(), now=now)


@router.get("/{neutralisation_id}", response_model=NeutralisationShown, summary="One neutralisation")
def read_neutralisation(neutralisation_id: UUID, caller: Caller, session: Transaction) -> NeutralisationView:
    """Show one with its preview. For psychometricians and administrators."""
    return proposals.neutralisation_view(session, actor=caller, neutralisation_id=neutralisation_id)


@router.post("/{neutralisation_id}/preview", response_model=NeutralisationShown, summary="Preview again")
def preview(neutralisation_id: UUID, caller: Caller, session: Transaction, now: Now) -> NeutralisationView:
    """Compute the effect of a proposal anew. For psychometricians and administrators."""
    return proposals.preview_again(session, actor=caller, neutralisation_id=neutralisation_id, now=now)


@router.post("/{neutralisation_id}/approve", response_model=NeutralisationShown, summary="Approve a neutralisation")
def approve(neutralisation_id: UUID, caller: Caller, session: Transaction, now: Now) -> NeutralisationView:
    """Approve what somebody else proposed; results are recomputed in the background."""
    return proposals.approve_neutralisation(session, actor=caller, neutralisation_id=neutralisation_id, now=now)


@router.post("/{neutralisation_id}/reject", response_model=NeutralisationShown, summary="Reject a neutralisation")
def reject(neutralisation_id: UUID, why: WhySent, caller: Caller, session: Transaction, now: Now) -> NeutralisationView:
    """Reject a proposal, or withdraw one's own. For psychometricians and administrators."""
    return proposals.reject_neutralisation(
        session, actor=caller, neutralisation_id=neutralisation_id, reason=why.reason, now=now
    )


@router.post("/{neutralisation_id}/take-back", response_model=NeutralisationShown, summary="Take a neutralisation back")
def take_back(
    neutralisation_id: UUID, why: WhySent, caller: Caller, session: Transaction, now: Now
) -> NeutralisationView:
    """Count the item again; results that changed get a further version. For psychometricians and administrators."""
    return proposals.take_back_neutralisation(
        session, actor=caller, neutralisation_id=neutralisation_id, reason=why.reason, now=now
    )


@router.post("/{neutralisation_id}/again", response_model=NeutralisationShown, summary="Try again after a failure")
def again(neutralisation_id: UUID, caller: Caller, session: Transaction, now: Now) -> NeutralisationView:
    """Recompute the results anew after a failure. For psychometricians and administrators."""
    return proposals.try_again(session, actor=caller, neutralisation_id=neutralisation_id, now=now)
