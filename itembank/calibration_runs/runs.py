"""Calibration runs: asking for one, following it, and deciding on what it found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from itembank import audit
from itembank.actor import Actor, Role
from itembank.calibration_runs.impact import Impact
from itembank.calibration_runs.model_choice import require_model
from itembank.calibration_runs.results import RunItem, RunSummary, read_items
from itembank.calibration_runs.run_settings import RunSettings
from itembank.calibration_runs.states import RunState, possible_moves, require_move
from itembank.calibration_runs.wanted_run import WantedRun
from itembank.diagnostics.findings import RunDiagnostics
from itembank.diagnostics.record import read_diagnostics
from itembank.errors import InvalidInput, NotFound, SecondPersonNeeded
from itembank.framework.errors import UnknownCode
from itembank.framework.store import StoredStandard, current_standard, standard_by_id
from itembank.publishing.banks import bank_in_force, find_bank_in_force, lock_banks, publish_bank
from itembank.tables import Bank, CalibrationRun, Person, RoleAssignment

DEFAULT_SETTINGS = RunSettings()


@dataclass(frozen=True, slots=True)
class RunView:
    """A calibration run as one person sees it.

    ``summary`` is there once it is done, and so are ``items``, ``impact`` and ``diagnostics``, except in a list of
    runs; runs of before have no ``impact`` or no ``diagnostics``. Of an approved run ``possible_moves`` leaves out
    publishing where this person approved it (``needs_another_person``); ``may_publish`` names those who may then,
    except in a list.
    """

    id: UUID
    unit: str
    unit_title: str
    model: str
    state: RunState
    cancel_requested: bool
    include_simulated: bool
    settings: RunSettings
    iteration: int
    log_likelihood: float | None
    seconds_left: float | None
    attempts: int
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
    possible_moves: tuple[str, ...]
    needs_another_person: bool
    may_publish: tuple[str, ...]
    summary: RunSummary | None
    items: tuple[RunItem, ...]
    impact: Impact | None
    diagnostics: RunDiagnostics | None


def request_run(
    session: Session,
    *,
    actor: Actor,
    unit: str,
    now: datetime,
    model: str = "2pl",
    include_simulated: bool = True,
    settings: RunSettings = DEFAULT_SETTINGS,
) -> RunView:
    """Ask for a calibration of a unit; a worker takes it up.

    Asking again for what is still waiting or running gives that run: a double click starts nothing twice.

    Args:
        session: The transaction.
        actor: A psychometrician.
        unit: Code of the unit of competence.
        now: When.
        model: ``"2pl"``, ``"rasch"``, or ``"3pl"`` for the items that have 1,000 answers, the others being 2PL then.
            Items scored in parts follow the generalised partial credit model; a Rasch run leaves them out.
        include_simulated: Whether answers of simulated sittings count too.
        settings: What else to choose.

    Raises:
        NotAllowed: The actor is not a psychometrician.
        NotFound: There is no such unit, or no bank in force.
        InvalidInput: The model is not available, or a choice does not exist or fit with the others.
        NotEnoughAnswers: Fewer than 50 persons or 200 answers are recorded.
        TooFewForGuessing: The model is ``"3pl"``, and no item has 1,000 answers.
        TooFewFixedItems: Items are to stay as they are, and fewer than five operational ones are calibrated.
        NotSeveralGroups: Groups are to have abilities of their own, and there is only one.
    """
    actor.require(Role.PSYCHOMETRICIAN)
    standard = current_standard(session)
    _unit_title(standard, unit)
    require_model(model)
    settings.require_sound(model)
    bank = bank_in_force(session)
    lock_banks(session)
    wanted = WantedRun(standard.id, unit, model, settings, include_simulated=include_simulated)
    open_run = wanted.under_way(session)
    if open_run is not None:
        return _shown(session, open_run, actor)
    wanted.require_material(session, bank_id=bank.id)
    run = CalibrationRun(
        standard_id=standard.id,
        unit=unit,
        base_bank_id=bank.id,
        model=model,
        state=RunState.WAITING.value,
        include_simulated=include_simulated,
        settings=settings.to_dict(),
        requested_by=actor.display_name,
        requested_by_id=actor.person_id,
        requested_at=now,
    )
    session.add(run)
    session.flush()
    audit.record(
        session, actor=actor, action="calibration.request", kind="calibration", subject=run.id, now=now,
        unit=unit, model=model, include_simulated=include_simulated, settings=settings.to_dict(),
    )  # fmt: skip
    return _shown(session, run, actor)


def request_again(session: Session, *, actor: Actor, run_id: UUID, now: datetime) -> RunView:
    """Ask for a new run with the settings of one that came to nothing; the old record stays as it is.

    Raises:
        NotAllowed: The actor is not a psychometrician.
        NotFound: There is no such run.
        IllegalMove: The run did not fail and was neither cancelled, interrupted nor rejected.
        NotEnoughAnswers: As for :func:`request_run`.
        TooFewForGuessing: Likewise.
        TooFewFixedItems: Likewise.
        NotSeveralGroups: Likewise.
    """
    run = _locked(session, actor, run_id)
    require_move(run.state, "again")
    return request_run(
        session,
        actor=actor,
        unit=run.unit,
        now=now,
        model=run.model,
        include_simulated=run.include_simulated,
        settings=RunSettings.from_dict(run.settings),
    )


def list_runs(session: Session, *, actor: Actor, unit: str | None = None, limit: int = 50) -> tuple[RunView, ...]:
    """List the newest runs first, without their items.

    Raises:
        NotAllowed: The actor is not a psychometrician.
    """
    actor.require(Role.PSYCHOMETRICIAN)
    query = select(CalibrationRun).order_by(col(CalibrationRun.requested_at).desc()).limit(limit)
    if unit is not None:
        query = query.where(CalibrationRun.unit == unit)
    in_force, numbers = find_bank_in_force(session), _bank_numbers(session)
    return tuple(
        _view(session, run, actor, in_force=in_force, numbers=numbers, in_full=False)
        for run in session.exec(query).all()
    )


def run_view(session: Session, *, actor: Actor, run_id: UUID) -> RunView:
    """Show one run.

    Raises:
        NotAllowed: The actor is not a psychometrician.
        NotFound: There is no such run.
    """
    actor.require(Role.PSYCHOMETRICIAN)
    run = session.get(CalibrationRun, run_id)
    if run is None:
        raise NotFound(what="calibration run", name=run_id)
    return _shown(session, run, actor)


def cancel_run(session: Session, *, actor: Actor, run_id: UUID, now: datetime) -> RunView:
    """Cancel a run: one that waits at once, one that runs as soon as its worker looks.

    Raises:
        NotAllowed: The actor is not a psychometrician.
        NotFound: There is no such run.
        IllegalMove: The run is over.
    """
    run = _locked(session, actor, run_id)
    require_move(run.state, "cancel")
    run.cancel_requested = True
    if run.state == RunState.WAITING:
        run.state = RunState.CANCELLED.value
        run.finished_at = now
    return _decided(session, actor, run, "calibration.cancel", now)


def approve_run(session: Session, *, actor: Actor, run_id: UUID, now: datetime) -> RunView:
    """Approve what a run found, so that another person can publish it.

    Raises:
        NotAllowed: The actor is not a psychometrician.
        NotFound: There is no such run.
        IllegalMove: The run is not done, or it did not converge.
    """
    run = _locked(session, actor, run_id)
    require_move(run.state, "approve", converged=_has_converged(run))
    run.state = RunState.APPROVED.value
    run.approved_by, run.approved_by_id = actor.display_name, actor.person_id
    run.approved_at = now
    return _decided(session, actor, run, "calibration.approve", now)


def reject_run(session: Session, *, actor: Actor, run_id: UUID, reason: str, now: datetime) -> RunView:
    """Reject what a run found; the reason stays with its record.

    Raises:
        NotAllowed: The actor is not a psychometrician.
        NotFound: There is no such run.
        IllegalMove: The run is not done.
        InvalidInput: No reason is given.
    """
    run = _locked(session, actor, run_id)
    require_move(run.state, "reject")
    if not reason.strip():
        raise InvalidInput(field="reason", expected="why the run is rejected, in a sentence")
    run.state = RunState.REJECTED.value
    run.message = reason.strip()
    run.approved_by = run.approved_by_id = run.approved_at = None
    return _decided(session, actor, run, "calibration.reject", now, reason=reason.strip())


def publish_run(session: Session, *, actor: Actor, run_id: UUID, now: datetime, note: str = "") -> RunView:
    """Publish a new bank with the parameters of a run that somebody else approved, and put it in force.

    Whoever asked for the run may approve it or publish it, but not both: two people look at what exams measure by.
    Items without a usable estimate keep what they had in the bank in force.

    Raises:
        NotAllowed: The actor is not a psychometrician.
        NotFound: There is no such run.
        IllegalMove: The run is not approved.
        SecondPersonNeeded: The actor approved it.
        NothingToPublish: No item is operational.
    """
    run = _locked(session, actor, run_id)
    require_move(run.state, "publish")
    if _approved_by(run, actor):
        raise SecondPersonNeeded(name=run.approved_by)
    items = read_items(run.results or {"items": ()})
    bank = publish_bank(
        session,
        actor=actor,
        now=now,
        note=note.strip(),
        calibrated={UUID(item.item_version_id): item.parameters() for item in items if item.usable},
        calibration_run_id=run.id,
        simulated_data=bool((run.results or {}).get("summary", {}).get("n_simulated")),
    )
    run.state = RunState.PUBLISHED.value
    run.published_bank_id = bank.id
    run.published_by, run.published_by_id = actor.display_name, actor.person_id
    run.published_at = now
    return _decided(session, actor, run, "calibration.publish", now, bank=bank.number, approved_by=run.approved_by)


def _locked(session: Session, actor: Actor, run_id: UUID) -> CalibrationRun:
    actor.require(Role.PSYCHOMETRICIAN)
    run = session.exec(select(CalibrationRun).where(CalibrationRun.id == run_id).with_for_update()).first()
    if run is None:
        raise NotFound(what="calibration run", name=run_id)
    return run


def _decided(
    session: Session, actor: Actor, run: CalibrationRun, action: str, now: datetime, **details: object
) -> RunView:
    session.add(run)
    session.flush()
    audit.record(
        session, actor=actor, action=action, kind="calibration", subject=run.id, now=now, unit=run.unit, **details
    )
    return _shown(session, run, actor)


def _approved_by(run: CalibrationRun, actor: Actor) -> bool:
    """Tell whether the actor approved the run; where its record has a name alone, the name decides."""
    if run.approved_by_id is None:
        return run.approved_by == actor.display_name
    return run.approved_by_id == actor.person_id


def _may_publish(session: Session, run: CalibrationRun) -> tuple[str, ...]:
    """Name the psychometricians who did not approve the run."""
    if run.state != RunState.APPROVED:
        return ()
    people = session.exec(
        select(Person)
        .join(RoleAssignment, col(RoleAssignment.person_id) == col(Person.id))
        .where(col(Person.active).is_(True), RoleAssignment.role == Role.PSYCHOMETRICIAN.value)
        .order_by(Person.display_name)
    )
    return tuple(person.display_name for person in people if person.id != run.approved_by_id)


def _has_converged(run: CalibrationRun) -> bool:
    return run.results is not None and RunSummary.from_dict(run.results["summary"]).converged


def _unit_title(standard: StoredStandard, unit: str) -> str:
    try:
        return standard.framework.unit(unit).title
    except UnknownCode:
        raise NotFound(what="unit", name=unit) from None


def _bank_numbers(session: Session) -> dict[UUID, int]:
    return dict(session.exec(select(Bank.id, Bank.number)).all())


def _shown(session: Session, run: CalibrationRun, actor: Actor) -> RunView:
    in_force = find_bank_in_force(session)
    return _view(session, run, actor, in_force=in_force, numbers=_bank_numbers(session), in_full=True)


def _view(
    session: Session,
    run: CalibrationRun,
    actor: Actor,
    *,
    in_force: Bank | None,
    numbers: Mapping[UUID, int],
    in_full: bool,
) -> RunView:
    moves = possible_moves(RunState(run.state), converged=_has_converged(run))
    needs_another = "publish" in moves and _approved_by(run, actor)
    results = run.results or {}
    return RunView(
        id=run.id,
        unit=run.unit,
        unit_title=_unit_title(standard_by_id(session, run.standard_id), run.unit),
        model=run.model,
        state=RunState(run.state),
        cancel_requested=run.cancel_requested,
        include_simulated=run.include_simulated,
        settings=RunSettings.from_dict(run.settings),
        iteration=run.iteration,
        log_likelihood=run.log_likelihood,
        seconds_left=run.seconds_left,
        attempts=run.attempts,
        message=run.message,
        requested_by=run.requested_by,
        requested_at=run.requested_at,
        finished_at=run.finished_at,
        approved_by=run.approved_by,
        approved_at=run.approved_at,
        published_by=run.published_by,
        published_at=run.published_at,
        base_bank_number=numbers[run.base_bank_id],
        base_in_force=in_force is not None and in_force.id == run.base_bank_id,
        published_bank_number=numbers[run.published_bank_id] if run.published_bank_id else None,
        possible_moves=tuple(move for move in moves if move != "publish" or not needs_another),
        needs_another_person=needs_another,
        may_publish=_may_publish(session, run) if in_full else (),
        summary=RunSummary.from_dict(results["summary"]) if results else None,
        items=read_items(results) if results and in_full else (),
        impact=Impact.from_dict(results["impact"]) if in_full and results.get("impact") else None,
        diagnostics=read_diagnostics(results) if in_full else None,
    )
