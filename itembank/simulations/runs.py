"""Simulation runs: asking for one, following it, reading what it found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from engine.design import ExamDesign, prepare_exam
from engine.errors import EngineError
from itembank import audit
from itembank.actor import Actor
from itembank.delivery.exams import EXAM_READERS
from itembank.errors import BankTooSmall, InvalidInput, NotFound
from itembank.framework.errors import UnknownCode
from itembank.framework.store import current_standard, standard_by_id
from itembank.publishing.banks import find_bank_in_force
from itembank.publishing.pools import unit_pool
from itembank.simulations.failures import Failure
from itembank.simulations.options import SimulationOptions
from itembank.simulations.starting_points import published_bank
from itembank.simulations.states import OPEN_STATES, SimulationState, possible_moves, require_move
from itembank.tables import Bank, SimulationRun

#: So many may wait for their turn; who asks for more has forgotten some.
MOST_OPEN = 20


@dataclass(frozen=True, slots=True)
class SimulationView:
    """A simulation run. ``report`` is there once it is done, except in a list of runs; ``failure`` if it failed."""

    id: UUID
    unit: str
    unit_title: str
    bank_number: int
    bank_in_force: bool
    design: ExamDesign
    options: SimulationOptions
    state: SimulationState
    cancel_requested: bool
    done: int
    total: int
    waiting_before: int
    failure: Failure | None
    requested_by: str
    requested_at: datetime
    finished_at: datetime | None
    possible_moves: tuple[str, ...]
    figures: Mapping[str, Any]
    report: Mapping[str, Any] | None


def request_simulation(
    session: Session,
    *,
    actor: Actor,
    unit: str,
    design: ExamDesign,
    options: SimulationOptions,
    now: datetime,
    bank_number: int | None = None,
) -> SimulationView:
    """Ask for a simulation of a design on a published bank; a worker takes it up.

    Asking again for what is still waiting or running gives that run: a double click starts nothing twice.

    Args:
        session: The transaction.
        actor: A psychometrician or an administrator.
        unit: Code of the unit of competence.
        design: The design to try.
        options: The simulated candidates.
        now: When.
        bank_number: The published bank; the one in force if not given.

    Raises:
        NotAllowed: The actor does not run exams.
        NotFound: There is no such unit or bank.
        InvalidInput: The design has a stop rule that needs a clock, or too many simulations wait already.
        BankTooSmall: The bank can't fill the design; the message names what it lacks.
    """
    actor.require(*EXAM_READERS)
    standard = current_standard(session)
    _require_unit(session, standard.id, unit)
    bank = published_bank(session, actor=actor, number=bank_number)
    _check(session, bank_id=bank.id, unit=unit, design=design)
    run = SimulationRun(
        standard_id=standard.id,
        bank_id=bank.id,
        unit=unit,
        design=design.to_dict(),
        options=options.to_dict(),
        seed=options.seed,
        state=SimulationState.WAITING.value,
        total=options.examinees,
        requested_by=actor.display_name,
        requested_at=now,
    )
    waiting = _open_runs(session)
    same = next((other for other in waiting if _asks_the_same(other, run)), None)
    if same is not None:
        return _view(session, same)
    if len(waiting) >= MOST_OPEN:
        raise InvalidInput(field="design", expected=f"at most {MOST_OPEN} simulations at a time; cancel one that waits")
    session.add(run)
    session.flush()
    audit.record(
        session, actor=actor, action="simulation.request", kind="simulation", subject=run.id, now=now,
        unit=unit, bank=bank.number, examinees=options.examinees, seed=options.seed,
    )  # fmt: skip
    return _view(session, run)


def list_simulations(session: Session, *, actor: Actor, limit: int = 50) -> tuple[SimulationView, ...]:
    """List the newest runs first, without their reports.

    Raises:
        NotAllowed: The actor does not run exams.
    """
    actor.require(*EXAM_READERS)
    query = select(SimulationRun).order_by(col(SimulationRun.requested_at).desc()).limit(limit)
    surroundings = _surroundings(session)
    return tuple(_view(session, run, surroundings=surroundings, with_report=False) for run in session.exec(query).all())


def simulation_view(session: Session, *, actor: Actor, run_id: UUID) -> SimulationView:
    """Show one run.

    Raises:
        NotAllowed: The actor does not run exams.
        NotFound: There is no such run.
    """
    actor.require(*EXAM_READERS)
    run = session.get(SimulationRun, run_id)
    if run is None:
        raise NotFound(what="simulation", name=run_id)
    return _view(session, run)


def cancel_simulation(session: Session, *, actor: Actor, run_id: UUID, now: datetime) -> SimulationView:
    """Cancel a run: one that waits at once, one that runs as soon as its worker looks.

    Raises:
        NotAllowed: The actor does not run exams.
        NotFound: There is no such run.
        IllegalMove: The run is over.
    """
    actor.require(*EXAM_READERS)
    run = session.exec(select(SimulationRun).where(SimulationRun.id == run_id).with_for_update()).first()
    if run is None:
        raise NotFound(what="simulation", name=run_id)
    require_move(run.state, "cancel")
    run.cancel_requested = True
    if run.state == SimulationState.WAITING:
        run.state = SimulationState.CANCELLED.value
        run.finished_at = now
    session.add(run)
    session.flush()
    audit.record(
        session, actor=actor, action="simulation.cancel", kind="simulation", subject=run.id, now=now, unit=run.unit
    )
    return _view(session, run)


def _check(session: Session, *, bank_id: UUID, unit: str, design: ExamDesign) -> None:
    if "time" in design.stop_rules:
        raise InvalidInput(field="stop_rule", expected="no rule time; simulated candidates take none")
    pool = unit_pool(session, bank_id=bank_id, unit=unit)
    try:
        prepare_exam(design, pool.pool, pretest_pool=pool.pretest_pool, pretest_enemies=pool.pretest_enemies)
    except EngineError as error:
        raise BankTooSmall(reason=str(error)) from error


def _open_runs(session: Session) -> list[SimulationRun]:
    states = [state.value for state in OPEN_STATES]
    query = select(SimulationRun).where(col(SimulationRun.state).in_(states)).order_by(col(SimulationRun.requested_at))
    return list(session.exec(query))


def _asks_the_same(other: SimulationRun, run: SimulationRun) -> bool:
    names = ("bank_id", "unit", "design", "options", "seed", "cancel_requested")
    return all(getattr(other, name) == getattr(run, name) for name in names)


def _require_unit(session: Session, standard_id: UUID, unit: str) -> None:
    try:
        standard_by_id(session, standard_id).framework.unit(unit)
    except UnknownCode:
        raise NotFound(what="unit", name=unit) from None


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """What a run stands among: the banks by id, the one in force, and the moments at which open runs were asked for."""

    numbers: Mapping[UUID, int]
    in_force: UUID | None
    open_since: tuple[datetime, ...]


def _surroundings(session: Session) -> _Surroundings:
    in_force = find_bank_in_force(session)
    return _Surroundings(
        numbers=dict(session.exec(select(Bank.id, Bank.number)).all()),
        in_force=in_force.id if in_force else None,
        open_since=tuple(run.requested_at for run in _open_runs(session)),
    )


def _view(
    session: Session, run: SimulationRun, *, surroundings: _Surroundings | None = None, with_report: bool = True
) -> SimulationView:
    around = surroundings or _surroundings(session)
    state = SimulationState(run.state)
    waits = state is SimulationState.WAITING
    report = run.report or {}
    return SimulationView(
        id=run.id,
        unit=run.unit,
        unit_title=standard_by_id(session, run.standard_id).framework.unit(run.unit).title,
        bank_number=around.numbers[run.bank_id],
        bank_in_force=around.in_force == run.bank_id,
        design=ExamDesign.from_dict(run.design),
        options=SimulationOptions.from_record(run.options, seed=run.seed),
        state=state,
        cancel_requested=run.cancel_requested,
        done=run.done,
        total=run.total,
        waiting_before=sum(moment < run.requested_at for moment in around.open_since) if waits else 0,
        failure=Failure.from_record(run.message),
        requested_by=run.requested_by,
        requested_at=run.requested_at,
        finished_at=run.finished_at,
        possible_moves=possible_moves(state),
        figures={name: value for name, value in report.items() if isinstance(value, (int, float))},
        report=run.report if with_report else None,
    )
