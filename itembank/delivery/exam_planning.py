"""Planning an exam: which units the bank in force can examine, and a design out of what a form or a document says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from engine.blueprints.blueprint import compile_blueprint
from engine.blueprints.feasibility import Shortfall, shortfalls
from engine.design import ExamDesign
from engine.errors import EngineError
from engine.response_models import ItemPool
from engine.stop_rules.stop_settings import StopSettings
from itembank.actor import Actor
from itembank.delivery.exams import EXAM_READERS, ExamView, design_for
from itembank.delivery.my_exams import MyExamState
from itembank.delivery.shown_length import pretest_pool_sizes
from itembank.errors import InvalidInput, NotFound
from itembank.framework.document import Framework
from itembank.framework.errors import UnknownCode
from itembank.framework.store import current_standard, standard_by_id
from itembank.publishing.banks import bank_in_force, find_bank_in_force
from itembank.publishing.pools import unit_pool
from itembank.publishing.task_pools import count_tasks
from itembank.tables import BankItem, Exam


@dataclass(frozen=True, slots=True)
class ExaminableUnit:
    """A unit of competence and what the bank in force has for it."""

    code: str
    title: str
    items: int
    covered_criteria: int
    written_criteria: int
    pretest_items: int
    #: Tasks answered in words, which an exam may ask for besides.
    written_tasks: int = 0

    @property
    def complete(self) -> bool:
        """Whether every written criterion has an item, so that the proposed blueprint can be filled."""
        return self.covered_criteria == self.written_criteria


@dataclass(frozen=True, slots=True)
class BlueprintLine:
    """One bound of a blueprint with the words of the standard."""

    level: str
    code: str
    wording: str
    minimum: int
    maximum: int | None


def examinable_units(session: Session, *, actor: Actor) -> tuple[ExaminableUnit, ...]:
    """List the units that the bank in force has items for, in the order of the standard.

    Raises:
        NotAllowed: The actor does not run exams.
        NotFound: No standard is stored yet.
    """
    actor.require(*EXAM_READERS)
    bank = find_bank_in_force(session)
    if bank is None:
        return ()
    items: dict[str, int] = {}
    covered: dict[str, int] = {}
    for unit, count in session.exec(
        select(BankItem.unit, func.count())
        .where(BankItem.bank_id == bank.id, col(BankItem.pretest).is_(False))
        .group_by(col(BankItem.unit), col(BankItem.criterion))
    ):
        items[unit] = items.get(unit, 0) + count
        covered[unit] = covered.get(unit, 0) + 1
    tried_out = dict(
        session.exec(
            select(BankItem.unit, func.count())
            .where(BankItem.bank_id == bank.id, col(BankItem.pretest).is_(True))
            .group_by(col(BankItem.unit))
        ).all()
    )
    tasks = count_tasks(session, bank_id=bank.id)
    return tuple(
        ExaminableUnit(
            code=unit.code,
            title=unit.title,
            items=items[unit.code],
            covered_criteria=covered[unit.code],
            written_criteria=sum(len(element.criteria) for element in unit.elements if element.is_written),
            pretest_items=tried_out.get(unit.code, 0),
            written_tasks=tasks.get(unit.code, 0),
        )
        for unit in current_standard(session).framework.units
        if unit.code in items
    )


def design_shortfalls(session: Session, *, actor: Actor, unit: str, design: ExamDesign) -> tuple[Shortfall, ...]:
    """Name what the bank in force lacks to fill a design, part by part; nothing if it lacks nothing.

    Raises:
        NotAllowed: The actor does not run exams.
        NotFound: No bank is in force.
        BankTooSmall: The bank has no item at all for the unit.
    """
    actor.require(*EXAM_READERS)
    pool = unit_pool(session, bank_id=bank_in_force(session).id, unit=unit).pool
    return pool_shortfalls(pool, design)


def pool_shortfalls(pool: ItemPool, design: ExamDesign) -> tuple[Shortfall, ...]:
    """Name what a pool lacks to fill a design, part by part; nothing if it lacks nothing."""
    known = {"exam": {""}, "unit": set(pool.units), "element": set(pool.elements), "criterion": set(pool.criteria)}
    absent = [
        bound
        for bound in design.blueprint.bounds
        if bound.level in known and bound.level != "exam" and bound.code not in known[bound.level]
    ]
    if absent:
        return tuple(
            Shortfall(level=bound.level, code=bound.code, required=bound.minimum, available=0, message=bound.code)
            for bound in absent
        )
    tree = compile_blueprint(design.blueprint, pool)
    return shortfalls(tree, lengths=(design.minimum_length, design.maximum_length))


def opening_state(exam: ExamView, now: datetime) -> MyExamState:
    """Tell whether an exam may be started at a moment: upcoming, open or closed."""
    if exam.opens_at is not None and now < exam.opens_at:
        return MyExamState.UPCOMING
    if exam.closes_at is not None and now >= exam.closes_at:
        return MyExamState.CLOSED
    return MyExamState.OPEN


def read_design(document: Mapping[str, Any]) -> ExamDesign:
    """Read a design from a JSON document.

    Raises:
        InvalidInput: A field is unknown, missing or has a value it cannot have.
    """
    try:
        return ExamDesign.from_dict(document)
    except EngineError as error:
        raise _refusal(error) from error
    except OverflowError:
        raise InvalidInput(field="design", expected="numbers that can be computed with") from None


def changed_fields(design: ExamDesign, changes: Mapping[str, Any]) -> ExamDesign:
    """Change what an administrator decides about a proposed design; the rest follows from the standard and the bank.

    Args:
        design: The design to start from.
        changes: New values by the name of the field.

    Raises:
        InvalidInput: A value makes no sense; the error names its field.
    """
    try:
        return replace(design, **changes)
    except EngineError as error:
        raise _refusal(error) from error


def adjusted_stopping(
    settings: StopSettings, *, stop_rule: str, target_standard_error: float, limit_minutes: float | None
) -> StopSettings:
    """Change what an administrator decides about stopping: how precise is enough, and when no question follows.

    Args:
        settings: The settings to start from.
        stop_rule: The design's first rule, which can't be a further one as well.
        target_standard_error: Where the rule "se" stops.
        limit_minutes: After so long no further question is given once the fewest are answered, whatever the other rules
            say, be it that they have to agree; None for no limit.

    Raises:
        InvalidInput: A value makes no sense; the error names its field.
    """
    others = tuple(rule for rule in settings.further_rules if rule not in ("time", stop_rule))
    clock = () if limit_minutes is None or stop_rule == "time" else ("time",)
    try:
        return replace(
            settings,
            further_rules=(*others, *clock),
            target_standard_error=target_standard_error,
            time_limit_seconds=None if limit_minutes is None else 60 * limit_minutes,
        )
    except EngineError as error:
        field, _, expected = str(error).partition(" ")
        raise InvalidInput(field=field.removeprefix("stopping."), expected=expected) from error


def blueprint_lines(session: Session, *, actor: Actor, exam_id: UUID) -> tuple[BlueprintLine, ...]:
    """Put an exam's blueprint into the words of its standard.

    Raises:
        NotAllowed: The actor does not run exams.
        NotFound: There is no such exam.
    """
    actor.require(*EXAM_READERS)
    exam = session.get(Exam, exam_id)
    if exam is None:
        raise NotFound(what="exam", name=exam_id)
    framework = standard_by_id(session, exam.standard_id).framework
    return tuple(
        BlueprintLine(
            bound.level, bound.code, _wording(framework, bound.level, bound.code), bound.minimum, bound.maximum
        )
        for bound in design_for(exam).blueprint.bounds
    )


def pretest_items_in_force(session: Session, *, actor: Actor, exam_id: UUID) -> int:
    """Tell how many items the bank in force tries out in an exam's unit: a sitting that begins now tries out no more.

    Raises:
        NotAllowed: The actor does not run exams.
        NotFound: There is no such exam.
    """
    actor.require(*EXAM_READERS)
    exam = session.get(Exam, exam_id)
    if exam is None:
        raise NotFound(what="exam", name=exam_id)
    bank = find_bank_in_force(session, standard_id=exam.standard_id)
    if bank is None:
        return 0
    return pretest_pool_sizes(session, bank_ids=[bank.id]).get((bank.id, exam.unit), 0)


def _wording(framework: Framework, level: str, code: str) -> str:
    try:
        if level == "unit":
            return framework.unit(code).title
        if level == "element":
            return framework.element(code).wording
        return framework.criterion(code).wording if level == "criterion" else ""
    except UnknownCode:
        return ""


def _refusal(error: EngineError) -> InvalidInput:
    # The engine's sentences begin with the field's name: "maximum_length must be …".
    field, _, expected = str(error).partition(" ")
    known = field.strip(":").split("[")[0].split(".")[0] in ExamDesign.__dataclass_fields__
    return (
        InvalidInput(field=field.rstrip(":"), expected=expected)
        if known
        else InvalidInput(field="design", expected=str(error))
    )
