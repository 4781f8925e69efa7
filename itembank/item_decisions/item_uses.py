"""Where an item is used: the banks that held it and what it was measured by there, and the exams that draw on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from itembank.actor import Actor, Role
from itembank.calibration_runs.recorded_responses import versions_of
from itembank.publishing.banks import bank_in_force
from itembank.publishing.parameters import Parameters
from itembank.tables import Bank, BankItem, Exam, ItemVersion, Sitting


@dataclass(frozen=True, slots=True)
class ParameterSet:
    """What a version of an item was measured by over some banks in a row, from the first to the last of them."""

    version: int
    pretest: bool
    parameters: Parameters
    first_bank: int
    last_bank: int
    since: datetime
    in_force: bool


@dataclass(frozen=True, slots=True)
class ExamUse:
    """An exam of the item's unit that is open or still to come, and how many sat it."""

    exam_id: UUID
    title: str
    opens_at: datetime | None
    closes_at: datetime | None
    sittings: int


@dataclass(frozen=True, slots=True)
class ItemUses:
    """Where an item is used; the parameter sets newest first."""

    parameter_sets: tuple[ParameterSet, ...]
    exams: tuple[ExamUse, ...]


def item_uses(session: Session, *, actor: Actor, item_id: UUID, unit: str, now: datetime) -> ItemUses:
    """Find the banks that held an item, and the exams that may ask it.

    Args:
        session: The transaction.
        actor: A psychometrician.
        item_id: The item.
        unit: Code of the unit of competence that it is in.
        now: The time; exams closed by then are left out.

    Raises:
        NotAllowed: The actor is not a psychometrician.
        NotFound: No bank is in force.
    """
    actor.require(Role.PSYCHOMETRICIAN)
    bank = bank_in_force(session)
    return ItemUses(_parameter_sets(session, bank, item_id), _exams(session, bank, unit, now))


def _parameter_sets(session: Session, in_force: Bank, item_id: UUID) -> tuple[ParameterSet, ...]:
    rows = session.execute(
        select(Bank, BankItem, col(ItemVersion.number))
        .join(BankItem, col(BankItem.bank_id) == col(Bank.id))
        .join(ItemVersion, col(ItemVersion.id) == col(BankItem.item_version_id))
        .where(col(Bank.standard_id).in_(versions_of(in_force.standard_id)), col(ItemVersion.item_id) == item_id)
        .order_by(col(ItemVersion.number), col(Bank.number))
    )
    found: list[ParameterSet] = []
    for bank, entry, version in rows:
        parameters, current = Parameters.of_row(entry), bank.id == in_force.id
        last = found[-1] if found else None
        same = last is not None and (last.version, last.pretest) == (version, entry.pretest)
        if last is not None and same and last.parameters == parameters:
            found[-1] = ParameterSet(
                version, entry.pretest, parameters, last.first_bank, bank.number, last.since, last.in_force or current
            )
        else:
            found.append(
                ParameterSet(version, entry.pretest, parameters, bank.number, bank.number, bank.published_at, current)
            )
    return tuple(reversed(found))


def _exams(session: Session, bank: Bank, unit: str, now: datetime) -> tuple[ExamUse, ...]:
    sittings = select(func.count()).select_from(Sitting).where(col(Sitting.exam_id) == col(Exam.id)).scalar_subquery()
    rows = session.connection().execute(
        select(col(Exam.id), col(Exam.title), col(Exam.opens_at), col(Exam.closes_at), sittings)
        .where(
            col(Exam.standard_id).in_(versions_of(bank.standard_id)),
            col(Exam.unit) == unit,
            or_(col(Exam.closes_at).is_(None), col(Exam.closes_at) > now),
        )
        .order_by(col(Exam.opens_at), col(Exam.title))
    )
    return tuple(ExamUse(*row) for row in rows)
