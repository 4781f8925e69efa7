"""Items taken out of score after the fact: proposing with a preview, approving as another person, taking back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query
from fastapi.responses import Response
from sqlmodel import Session

from itembank.actor import Actor, Role
from itembank.delivery.exams import list_exams
from itembank.errors import IllegalMove, InvalidInput, NotFound, OwnProposal, SamatError
from itembank.neutralisation import proposals
from itembank.neutralisation.preview import Tally
from itembank.neutralisation.proposals import Proposal, Scope
from itembank.neutralisation.rules import Fault, Rule
from itembank.neutralisation.states import OPEN_RUNS
from itembank.neutralisation.views import DECIDERS, NeutralisationView
from web.error_pages import STATUS, error_text
from web.page import Notice, Now, Page, SignedInPage, Transaction, actor_of
from web.pages.administration_entries import read_moment
from web.texts_catalogue import Texts

router = APIRouter(prefix="/neutralisations")

#: Known states of badges; what they say is this area's own.
_BADGES = {
    "proposed": "waiting",
    "applying": "running",
    "in_force": "in_force",
    "rejected": "rejected",
    "taking_back": "running",
    "taken_back": "earlier",
}


@dataclass
class ProposalForm:
    """What was entered, as it comes back when it is refused."""

    code: str = ""
    version: str = ""
    fault: str = ""
    rule: str = Rule.BETTER_ONLY.value
    reason_th: str = ""
    reason_en: str = ""
    note: str = ""
    exams: list[str] = field(default_factory=list)
    begun_from: str = ""
    begun_before: str = ""

    def read(self, *, zone: str) -> Proposal:
        """Read it.

        Raises:
            InvalidInput: A value can't be read; names its field.
        """
        return Proposal(
            code=self.code,
            version=_version(self.version),
            fault=self.fault,
            rule=self.rule,
            reason_th=self.reason_th,
            reason_en=self.reason_en,
            note=self.note,
            scope=Scope(
                exam_ids=tuple(_exam_id(name) for name in self.exams),
                begun_from=read_moment(self.begun_from, field="begun_from", zone=zone),
                begun_before=read_moment(self.begun_before, field="begun_before", zone=zone),
            ),
        )


@router.get("")
def list_page(page: SignedInPage, session: Transaction) -> Response:
    """List the neutralisations, the newest first."""
    found = proposals.list_neutralisations(session, actor=actor_of(page))
    return page.render("neutralisations/list.html", found=found, badges=_BADGES)


@router.get("/new")
def new_page(
    page: SignedInPage,
    session: Transaction,
    code: Annotated[str, Query(max_length=80)] = "",
    version: Annotated[str, Query(max_length=6)] = "",
) -> Response:
    """Show the form of a proposal, with the item that a link came from."""
    return _show_form(page, session, ProposalForm(code=code, version=version))


@router.post("")
def propose_page(
    page: SignedInPage,
    session: Transaction,
    now: Now,
    code: Annotated[str, Form()] = "",
    version: Annotated[str, Form()] = "",
    fault: Annotated[str, Form()] = "",
    rule: Annotated[str, Form()] = Rule.BETTER_ONLY.value,
    reason_th: Annotated[str, Form()] = "",
    reason_en: Annotated[str, Form()] = "",
    note: Annotated[str, Form()] = "",
    exams: Annotated[list[str] | None, Form()] = None,
    begun_from: Annotated[str, Form()] = "",
    begun_before: Annotated[str, Form()] = "",
) -> Response:
    """Propose, or show the form again as it was with what is wrong."""
    entered = ProposalForm(
        code, version, fault, rule, reason_th, reason_en, note, exams or [], begun_from, begun_before
    )
    try:
        proposal = entered.read(zone=page.settings.time_zone)
        made = proposals.propose_neutralisation(session, actor=actor_of(page), proposal=proposal, now=now)
    except (InvalidInput, NotFound) as error:
        session.rollback()
        return _show_form(page, session, entered, errors=_field_errors(error, page.t), status=422)
    return page.redirect(f"/neutralisations/{made.id}", notice="neutralisation.notice_proposed")


@router.get("/{neutralisation_id}")
def neutralisation_page(page: SignedInPage, session: Transaction, neutralisation_id: UUID) -> Response:
    """Show one; while a run goes on, HTMX asks for its progress alone."""
    found = proposals.neutralisation_view(session, actor=actor_of(page), neutralisation_id=neutralisation_id)
    if page.wants_fragment and not _is_open(found):
        # It is over: the whole page has changed, not only the progress.
        return Response(status_code=204, headers={"HX-Refresh": "true", "Vary": "HX-Request"})
    return _show(page, found)


@router.post("/{neutralisation_id}/approve")
def approve_page(page: SignedInPage, session: Transaction, now: Now, neutralisation_id: UUID) -> Response:
    """Approve what somebody else proposed."""
    return _move(
        page,
        session,
        neutralisation_id,
        lambda actor: proposals.approve_neutralisation(
            session, actor=actor, neutralisation_id=neutralisation_id, now=now
        ),
        notice="neutralisation.notice_approved",
    )


@router.post("/{neutralisation_id}/reject")
def reject_page(
    page: SignedInPage, session: Transaction, now: Now, neutralisation_id: UUID, reason: Annotated[str, Form()] = ""
) -> Response:
    """Reject a proposal, or withdraw one's own."""
    return _move(
        page,
        session,
        neutralisation_id,
        lambda actor: proposals.reject_neutralisation(
            session, actor=actor, neutralisation_id=neutralisation_id, reason=reason, now=now
        ),
        notice="neutralisation.notice_rejected",
    )


@router.post("/{neutralisation_id}/take-back")
def take_back_page(
    page: SignedInPage, session: Transaction, now: Now, neutralisation_id: UUID, reason: Annotated[str, Form()] = ""
) -> Response:
    """Count the item again."""
    return _move(
        page,
        session,
        neutralisation_id,
        lambda actor: proposals.take_back_neutralisation(
            session, actor=actor, neutralisation_id=neutralisation_id, reason=reason, now=now
        ),
        notice="neutralisation.notice_taking_back",
    )


@router.post("/{neutralisation_id}/preview")
def preview_page(page: SignedInPage, session: Transaction, now: Now, neutralisation_id: UUID) -> Response:
    """Compute the preview anew."""
    return _move(
        page,
        session,
        neutralisation_id,
        lambda actor: proposals.preview_again(session, actor=actor, neutralisation_id=neutralisation_id, now=now),
        notice="neutralisation.notice_preview",
    )


@router.post("/{neutralisation_id}/again")
def again_page(page: SignedInPage, session: Transaction, now: Now, neutralisation_id: UUID) -> Response:
    """Recompute the results anew after a failure."""
    return _move(
        page,
        session,
        neutralisation_id,
        lambda actor: proposals.try_again(session, actor=actor, neutralisation_id=neutralisation_id, now=now),
        notice="neutralisation.notice_again",
    )


def _move(
    page: Page,
    session: Session,
    neutralisation_id: UUID,
    move: Callable[[Actor], NeutralisationView],
    *,
    notice: str,
) -> Response:
    """Do something and come back to the page, or tell there why it was refused."""
    actor = actor_of(page)
    try:
        move(actor)
    except (IllegalMove, OwnProposal, InvalidInput) as error:
        session.rollback()
        found = proposals.neutralisation_view(session, actor=actor, neutralisation_id=neutralisation_id)
        if isinstance(error, InvalidInput):
            return _show(page, found, errors=_field_errors(error, page.t), status=422)
        return _show(page, found, notice=Notice("warning", error_text(error, page.t)), status=STATUS[error.kind])
    return page.redirect(f"/neutralisations/{neutralisation_id}", notice=notice)


def _show_form(
    page: Page,
    session: Session,
    entered: ProposalForm,
    *,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    actor = actor_of(page)
    # The form is for those who may send it, whatever they may read elsewhere.
    actor.require(*DECIDERS)
    return page.render(
        "neutralisations/new.html",
        status=status,
        values=entered,
        faults=[fault.value for fault in Fault],
        rules=[rule.value for rule in Rule],
        exams=list_exams(session, actor=actor),
        zone=page.settings.time_zone,
        errors=errors or {},
    )


def _show(
    page: Page,
    found: NeutralisationView,
    *,
    errors: Mapping[str, str] | None = None,
    notice: Notice | None = None,
    status: int = 200,
) -> Response:
    preview = found.preview
    return page.render(
        "neutralisations/one.html",
        block="progress",
        status=status,
        notice=notice,
        found=found,
        badges=_BADGES,
        is_open=_is_open(found),
        computed_at=datetime.fromisoformat(preview.computed_at) if preview else None,
        changes=[(change, datetime.fromisoformat(change.finished_at)) for change in preview.changes] if preview else (),
        may_retire=found.item_live and actor_of(page).has(Role.PSYCHOMETRICIAN),
        counted=lambda tally: _counted(tally, page.t),
        errors=errors or {},
    )


def _is_open(found: NeutralisationView) -> bool:
    return found.run is not None and found.run.state in OPEN_RUNS


def _counted(tally: Tally, t: Texts) -> str:
    """Write a number of sittings, the simulated ones among them told apart."""
    shown = f"{tally.all:,}"
    return f"{shown} ({t('neutralisation.of_them_simulated', n=f'{tally.simulated:,}')})" if tally.simulated else shown


def _field_errors(error: SamatError, t: Texts) -> Mapping[str, str]:
    name = str(error.details["field"]) if isinstance(error, InvalidInput) else "code"
    if isinstance(error, NotFound) and error.details["what"] != "item":
        name = "exams"
    key = f"neutralisation.error_{name}"
    return {name: t(key) if t.has(key) else error_text(error, t)}


def _version(entered: str) -> int | None:
    if not entered.strip():
        return None
    if not entered.strip().isdecimal():
        raise InvalidInput(field="version", expected="a whole number, or nothing")
    return int(entered)


def _exam_id(entered: str) -> UUID:
    try:
        return UUID(entered)
    except ValueError:
        raise InvalidInput(field="exams", expected="exams of the list") from None
