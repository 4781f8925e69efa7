"""Where a simulation's design comes from: the proposal for a unit, an exam, or an earlier simulation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlmodel import Session

from engine.design import ExamDesign
from itembank.actor import Actor
from itembank.delivery.exam_planning import read_design
from itembank.delivery.exams import EXAM_READERS, exam_view
from itembank.delivery.proposed_design import default_design
from itembank.errors import InvalidInput, NotFound
from itembank.framework.document import UnitOfCompetence
from itembank.framework.errors import UnknownCode
from itembank.framework.store import current_standard
from itembank.publishing.banks import BankView, list_banks
from itembank.publishing.pools import UnitPool, unit_pool
from itembank.simulations.options import SimulationOptions
from itembank.standard_setting.cuts import proposed_cut
from itembank.tables import SimulationRun

#: A simulated candidate takes no time.
_CLOCK_RULE = "time"
PROPOSED = "proposed"


@dataclass(frozen=True, slots=True)
class StartingPoint:
    """A design to begin with, and the bank to try it on. ``source`` is ``proposed``, ``exam:<id>`` or ``run:<id>``."""

    source: str
    unit: str
    unit_title: str
    bank: BankView
    items: int
    design: ExamDesign
    options: SimulationOptions


def starting_point(
    session: Session, *, actor: Actor, unit: str, bank_number: int | None = None, source: str = PROPOSED
) -> StartingPoint:
    """Give the design that a simulation of a unit starts from.

    Args:
        session: The transaction.
        actor: A psychometrician or an administrator.
        unit: Code of the unit of competence.
        bank_number: The published bank; the one in force if not given.
        source: ``proposed``, ``exam:<id>`` or ``run:<id>``.

    Raises:
        NotAllowed: The actor does not run exams.
        NotFound: There is no such unit, bank, exam or simulation.
        InvalidInput: The source makes no sense, or belongs to another unit.
        BankTooSmall: The bank has no item for the unit.
    """
    actor.require(*EXAM_READERS)
    title = _unit(session, unit).title
    bank = published_bank(session, actor=actor, number=bank_number)
    pool = unit_pool(session, bank_id=bank.id, unit=unit)
    if source == PROPOSED:
        design, options = _proposal(session, unit, pool), SimulationOptions()
    else:
        design, options = _found(session, actor=actor, unit=unit, source=source)
    return StartingPoint(source, unit, title, bank, len(pool.pool), without_clock(design), options)


def published_bank(session: Session, *, actor: Actor, number: int | None) -> BankView:
    """Find a published bank by its number, or the one in force.

    Raises:
        NotAllowed: The actor does not work on the bank.
        NotFound: There is no such bank.
    """
    for bank in list_banks(session, actor=actor):
        if bank.in_force if number is None else bank.number == number:
            return bank
    raise NotFound(what="bank", name="in force; publish one first" if number is None else number)


def changed_design(design: ExamDesign, changes: Mapping[str, Any], stopping: Mapping[str, Any]) -> ExamDesign:
    """Change some of a design's choices.

    Args:
        design: The design to start from.
        changes: New values by the name of the field.
        stopping: New values by the name of the field in ``stopping``.

    Raises:
        InvalidInput: A value makes no sense; the error names its field.
    """
    return read_design(design.to_dict() | dict(changes) | {"stopping": design.stopping.to_dict() | dict(stopping)})


def without_clock(design: ExamDesign) -> ExamDesign:
    """Leave out the stop rule "time", for which a simulation would have to guess how long candidates think."""
    if _CLOCK_RULE not in design.stop_rules:
        return design
    first, *others = [rule for rule in design.stop_rules if rule != _CLOCK_RULE] or ["length"]
    settings = replace(design.stopping, further_rules=tuple(others), time_limit_seconds=None)
    return replace(design, stop_rule=first, stopping=settings)


def design_of_run(session: Session, *, actor: Actor, run_id: UUID) -> ExamDesign:
    """Give the design that a simulation tried, such as for an exam that is to use it.

    Raises:
        NotAllowed: The actor does not run exams.
        NotFound: There is no such simulation.
    """
    actor.require(*EXAM_READERS)
    return ExamDesign.from_dict(_run(session, run_id).design)


def _proposal(session: Session, unit: str, pool: UnitPool) -> ExamDesign:
    cut = proposed_cut(session, standard_id=current_standard(session).id, unit=unit)
    return default_design(_unit(session, unit), pool_size=len(pool.pool), rated=pool.rated, cut=cut)


def _found(session: Session, *, actor: Actor, unit: str, source: str) -> tuple[ExamDesign, SimulationOptions]:
    kind, _, name = source.partition(":")
    try:
        found = {"exam": _of_exam, "run": _of_run}[kind]
        its_unit, design, options = found(session, actor, UUID(name))
    except (KeyError, ValueError):
        expected = "proposed, or exam: or run: with an id"
        raise InvalidInput(field="source", expected=expected) from None
    if its_unit != unit:
        raise InvalidInput(field="source", expected=f"a design of the unit {unit}, not of {its_unit}")
    return design, options


def _of_exam(session: Session, actor: Actor, exam_id: UUID) -> tuple[str, ExamDesign, SimulationOptions]:
    exam = exam_view(session, actor=actor, exam_id=exam_id)
    return exam.unit, exam.design, SimulationOptions()


def _of_run(session: Session, actor: Actor, run_id: UUID) -> tuple[str, ExamDesign, SimulationOptions]:
    run = _run(session, run_id)
    options = SimulationOptions.from_record(run.options, seed=run.seed)
    return run.unit, ExamDesign.from_dict(run.design), options


def _run(session: Session, run_id: UUID) -> SimulationRun:
    run = session.get(SimulationRun, run_id)
    if run is None:
        raise NotFound(what="simulation", name=run_id)
    return run


def _unit(session: Session, unit: str) -> UnitOfCompetence:
    try:
        return current_standard(session).framework.unit(unit)
    except UnknownCode:
        raise NotFound(what="unit", name=unit) from None
