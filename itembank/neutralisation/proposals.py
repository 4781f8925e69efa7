"""Proposing to take an item out of score, approving it as another person, rejecting it, taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from itembank import audit
from itembank.actor import Actor
from itembank.errors import InvalidInput, NotFound, OwnProposal
from itembank.neutralisation.asked_versions import AskedVersion, asked_version
from itembank.neutralisation.rules import Fault, Rule
from itembank.neutralisation.states import (
    OPEN_RUNS,
    CorrectionState,
    NeutralisationState,
    Task,
    require_move,
)
from itembank.neutralisation.views import DECIDERS, NeutralisationView, is_own, newest_run, shown
from itembank.tables import CorrectionRun, Exam, Neutralisation

_LONGEST_REASON = 1000


@dataclass(frozen=True, slots=True)
class Scope:
    """Which sittings: those of some exams (none given: of all), begun within a period (None: without a limit)."""

    exam_ids: tuple[UUID, ...] = ()
    begun_from: datetime | None = None
    begun_before: datetime | None = None


ALL_SITTINGS = Scope()


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed.

    Args:
        code: The item's code.
        version: Number of the version; None where only one was ever asked.
        fault: ``"wrong_key"``, ``"ambiguous"``, ``"leaked"`` or ``"other"``.
        reason_th: What candidates will read, in Thai.
        reason_en: The same in English.
        rule: ``"better_only"`` or ``"all"``: whose results are replaced.
        note: For those who decide.
        scope: Which sittings.
    """

    code: str
    fault: str
    reason_th: str
    reason_en: str
    version: int | None = None
    rule: str = Rule.BETTER_ONLY.value
    note: str = ""
    scope: Scope = field(default=ALL_SITTINGS)


def propose_neutralisation(session: Session, *, actor: Actor, proposal: Proposal, now: datetime) -> NeutralisationView:
    """Propose that an item version does not count in sittings already given; a worker computes what that changes.

    Proposing the same again while it is still open gives that proposal: a double click proposes nothing twice.

    Raises:
        NotAllowed: The actor neither calibrates nor runs exams.
        NotFound: There is no such item or exam.
        InvalidInput: A reason is missing, the version was never asked, or a value is none of those possible.
    """
    actor.require(*DECIDERS)
    asked = asked_version(session, code=proposal.code, number=proposal.version)
    _check(session, proposal, asked)
    row = _row(proposal, asked, actor=actor, now=now)
    same = _same_open(session, row)
    if same is not None:
        return shown(session, same, actor, in_full=True)
    session.add(row)
    session.flush()
    _start_run(session, row, Task.PREVIEW, actor=actor, now=now)
    return _decided(
        session, actor, row, "propose", now,
        item=proposal.code, version=asked.number, fault=row.fault, rule=row.rule, exams=row.exam_ids,
    )  # fmt: skip


def list_neutralisations(session: Session, *, actor: Actor, limit: int = 100) -> tuple[NeutralisationView, ...]:
    """List the newest neutralisations first.

    Raises:
        NotAllowed: The actor neither calibrates nor runs exams.
    """
    actor.require(*DECIDERS)
    rows = session.exec(select(Neutralisation).order_by(col(Neutralisation.proposed_at).desc()).limit(limit)).all()
    return tuple(shown(session, row, actor, in_full=False) for row in rows)


def neutralisation_view(session: Session, *, actor: Actor, neutralisation_id: UUID) -> NeutralisationView:
    """Show one neutralisation with its preview and how far its run is.

    Raises:
        NotAllowed: The actor neither calibrates nor runs exams.
        NotFound: There is no such neutralisation.
    """
    actor.require(*DECIDERS)
    row = session.get(Neutralisation, neutralisation_id)
    if row is None:
        raise NotFound(what="neutralisation", name=neutralisation_id)
    return shown(session, row, actor, in_full=True)


def preview_again(session: Session, *, actor: Actor, neutralisation_id: UUID, now: datetime) -> NeutralisationView:
    """Compute the preview of a proposal anew, such as after more sittings; does nothing while that goes on already.

    Raises:
        NotAllowed: The actor neither calibrates nor runs exams.
        NotFound: There is no such neutralisation.
        IllegalMove: It is no open proposal.
    """
    row = _locked(session, actor, neutralisation_id)
    require_move(row.state, "preview")
    _start_run(session, row, Task.PREVIEW, actor=actor, now=now)
    return shown(session, row, actor, in_full=True)


def approve_neutralisation(
    session: Session, *, actor: Actor, neutralisation_id: UUID, now: datetime
) -> NeutralisationView:
    """Approve what somebody else proposed; a worker recomputes the results, and all of them are told at once.

    Raises:
        NotAllowed: The actor neither calibrates nor runs exams.
        NotFound: There is no such neutralisation.
        IllegalMove: It is no open proposal, or its preview is not there yet.
        OwnProposal: The actor proposed it.
    """
    row = _locked(session, actor, neutralisation_id)
    require_move(row.state, "approve")
    if is_own(row, actor):
        raise OwnProposal(name=row.proposed_by)
    if row.preview is None or _has_open_run(session, row):
        raise InvalidInput(field="preview", expected="a finished preview: nobody approves what nobody could see")
    row.state = NeutralisationState.APPLYING.value
    row.approved_by, row.approved_by_id, row.approved_at = actor.display_name, actor.person_id, now
    _start_run(session, row, Task.APPLY, actor=actor, now=now)
    return _decided(session, actor, row, "approve", now, proposed_by=row.proposed_by)


def reject_neutralisation(
    session: Session, *, actor: Actor, neutralisation_id: UUID, reason: str, now: datetime
) -> NeutralisationView:
    """Reject a proposal, or withdraw one's own; the reason stays with its record.

    Raises:
        NotAllowed: The actor neither calibrates nor runs exams.
        NotFound: There is no such neutralisation.
        IllegalMove: It is no open proposal.
        InvalidInput: No reason is given.
    """
    row = _locked(session, actor, neutralisation_id)
    require_move(row.state, "reject")
    _close(row, actor, reason, state=NeutralisationState.REJECTED, now=now)
    run = newest_run(session, row.id)
    if run is not None and run.state in OPEN_RUNS:
        run.cancel_requested = True
        session.add(run)
    return _decided(session, actor, row, "reject", now, reason=row.closing_reason)


def take_back_neutralisation(
    session: Session, *, actor: Actor, neutralisation_id: UUID, reason: str, now: datetime
) -> NeutralisationView:
    """Count the item again; results that it changed get a further version.

    Raises:
        NotAllowed: The actor neither calibrates nor runs exams.
        NotFound: There is no such neutralisation.
        IllegalMove: It is not in force.
        InvalidInput: No reason is given.
    """
    row = _locked(session, actor, neutralisation_id)
    require_move(row.state, "take_back")
    _close(row, actor, reason, state=NeutralisationState.TAKING_BACK, now=now)
    _start_run(session, row, Task.TAKE_BACK, actor=actor, now=now)
    return _decided(session, actor, row, "take_back", now, reason=row.closing_reason)


def try_again(session: Session, *, actor: Actor, neutralisation_id: UUID, now: datetime) -> NeutralisationView:
    """Recompute the results anew after a failure, of which nothing was told.

    Raises:
        NotAllowed: The actor neither calibrates nor runs exams.
        NotFound: There is no such neutralisation.
        IllegalMove: It is neither being applied nor taken back.
    """
    row = _locked(session, actor, neutralisation_id)
    require_move(row.state, "again")
    task = Task.APPLY if row.state == NeutralisationState.APPLYING else Task.TAKE_BACK
    _start_run(session, row, task, actor=actor, now=now)
    return _decided(session, actor, row, "again", now)


def _check(session: Session, proposal: Proposal, asked: AskedVersion) -> None:
    for name, value, possible in (("fault", proposal.fault, Fault), ("rule", proposal.rule, Rule)):
        if value not in [choice.value for choice in possible]:
            raise InvalidInput(field=name, expected=f"one of {', '.join(choice.value for choice in possible)}")
    for name, text in (("reason_th", proposal.reason_th), ("reason_en", proposal.reason_en)):
        if not text.strip() or len(text) > _LONGEST_REASON:
            raise InvalidInput(field=name, expected=f"what candidates are told, in at most {_LONGEST_REASON} letters")
    scope = proposal.scope
    if scope.begun_from and scope.begun_before and scope.begun_from >= scope.begun_before:
        raise InvalidInput(field="begun_before", expected="a moment after the beginning of the period")
    _check_exams(session, scope.exam_ids, unit=asked.unit)


def _check_exams(session: Session, exam_ids: Sequence[UUID], *, unit: str) -> None:
    found = set(session.exec(select(Exam.id).where(col(Exam.id).in_(exam_ids), Exam.unit == unit))) if exam_ids else ()
    for exam_id in exam_ids:
        if exam_id not in found:
            raise NotFound(what=f"exam on {unit}", name=exam_id)


def _row(proposal: Proposal, asked: AskedVersion, *, actor: Actor, now: datetime) -> Neutralisation:
    scope = proposal.scope
    return Neutralisation(
        standard_id=asked.standard_id,
        unit=asked.unit,
        item_version_id=asked.version_id,
        fault=proposal.fault,
        rule=proposal.rule,
        reason_th=proposal.reason_th.strip(),
        reason_en=proposal.reason_en.strip(),
        note=proposal.note.strip(),
        exam_ids=sorted(str(exam_id) for exam_id in set(scope.exam_ids)),
        begun_from=scope.begun_from,
        begun_before=scope.begun_before,
        state=NeutralisationState.PROPOSED.value,
        proposed_by=actor.display_name,
        proposed_by_id=actor.person_id,
        proposed_at=now,
    )


def _same_open(session: Session, row: Neutralisation) -> Neutralisation | None:
    open_ones = session.exec(
        select(Neutralisation).where(
            Neutralisation.item_version_id == row.item_version_id,
            Neutralisation.state == NeutralisationState.PROPOSED.value,
        )
    )
    told = ("rule", "exam_ids", "begun_from", "begun_before", "proposed_by_id", "reason_th", "reason_en")
    return next((one for one in open_ones if all(getattr(one, name) == getattr(row, name) for name in told)), None)


def _locked(session: Session, actor: Actor, neutralisation_id: UUID) -> Neutralisation:
    actor.require(*DECIDERS)
    query = select(Neutralisation).where(Neutralisation.id == neutralisation_id).with_for_update()
    row = session.exec(query.execution_options(populate_existing=True)).first()
    if row is None:
        raise NotFound(what="neutralisation", name=neutralisation_id)
    return row


def _close(row: Neutralisation, actor: Actor, reason: str, *, state: NeutralisationState, now: datetime) -> None:
    if not reason.strip():
        raise InvalidInput(field="reason", expected="why, in a sentence")
    row.state = state.value
    row.closed_by, row.closed_by_id = actor.display_name, actor.person_id
    row.closed_at, row.closing_reason = now, reason.strip()


def _has_open_run(session: Session, row: Neutralisation) -> bool:
    run = newest_run(session, row.id)
    return run is not None and run.state in OPEN_RUNS


def _start_run(session: Session, row: Neutralisation, task: Task, *, actor: Actor, now: datetime) -> None:
    if _has_open_run(session, row):
        return
    session.add(
        CorrectionRun(
            neutralisation_id=row.id,
            task=task.value,
            state=CorrectionState.WAITING.value,
            requested_by=actor.display_name,
            requested_at=now,
        )
    )
    session.flush()


def _decided(
    session: Session, actor: Actor, row: Neutralisation, deed: str, now: datetime, **details: object
) -> NeutralisationView:
    session.add(row)
    session.flush()
    audit.record(
        session, actor=actor, action=f"neutralisation.{deed}", kind="neutralisation", subject=row.id, now=now,
        unit=row.unit, **details,
    )  # fmt: skip
    return shown(session, row, actor, in_full=True)
