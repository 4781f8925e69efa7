"""All that a report on a unit of the bank in force is made of, loaded in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from engine.design import ExamDesign
from itembank.actor import Actor, Role
from itembank.calibration_runs.item_statistics import UnitStatistics, item_statistics
from itembank.calibration_runs.recorded_responses import versions_of
from itembank.delivery.exams import propose_design
from itembank.drawing.wright_map import PlacedPerson
from itembank.errors import BankTooSmall
from itembank.measurement_reports.information_curves import InformationCurves, information_curves
from itembank.measurement_reports.recent_people import recent_people
from itembank.publishing.banks import BankView, bank_in_force, bank_view
from itembank.publishing.engine_pools import engine_pools
from itembank.tables import BankItem, Exam, ItemVersion


@dataclass(frozen=True, slots=True)
class ReportedDesign:
    """The design that a unit's information is held against: of its newest exam, or proposed where it has none."""

    design: ExamDesign
    exam_title: str | None


@dataclass(frozen=True, slots=True)
class UnitMaterial:
    """A unit in the bank in force; `information` is None where no item counts in it.

    `names` are the names of item versions in files: the code for the one that counts, with the version's number for
    any other.
    """

    bank: BankView
    standard_id: UUID
    statistics: UnitStatistics
    rows: tuple[tuple[BankItem, int], ...]
    names: Mapping[UUID, str]
    people: tuple[PlacedPerson, ...]
    design: ReportedDesign | None
    information: InformationCurves | None

    @property
    def has_simulated_data(self) -> bool:
        """Whether any figure rests on simulated candidates."""
        return self.bank.simulated_data or bool(self.statistics.simulated_sittings)


def unit_material(session: Session, *, actor: Actor, unit: str) -> UnitMaterial:
    """Load a unit of the bank in force.

    Raises:
        NotAllowed: The actor is not a psychometrician.
        NotFound: There is no such unit, or no bank in force.
    """
    actor.require(Role.PSYCHOMETRICIAN)
    statistics = item_statistics(session, actor=actor, unit=unit)
    bank = bank_in_force(session)
    rows = bank_rows(session, bank_id=bank.id, unit=unit)
    design = reported_design(session, actor, standard_id=bank.standard_id, unit=unit)
    counting = [(row, number) for row, number in rows if not row.pretest]
    return UnitMaterial(
        bank=bank_view(session, bank_id=bank.id),
        standard_id=bank.standard_id,
        statistics=statistics,
        rows=rows,
        names=file_names(rows),
        people=recent_people(session, standard_id=bank.standard_id, unit=unit),
        design=design,
        information=information_curves(engine_pools(counting).pool, design.design) if counting and design else None,
    )


def bank_rows(session: Session, *, bank_id: UUID, unit: str) -> tuple[tuple[BankItem, int], ...]:
    """Load a bank's rows of a unit with the numbers of their versions, those that count first, then by code."""
    found = session.exec(
        select(BankItem, ItemVersion.number)
        .join(ItemVersion, col(ItemVersion.id) == col(BankItem.item_version_id))
        .where(col(BankItem.bank_id) == bank_id, col(BankItem.unit) == unit)
    ).all()
    return tuple(sorted(((row, number) for row, number in found), key=lambda pair: (
        pair[0].pretest, pair[0].item_code, pair[1],
    )))  # fmt: skip


def file_names(rows: tuple[tuple[BankItem, int], ...]) -> dict[UUID, str]:
    """Name the versions of a bank as its files do: two versions of an item must not pass for one."""
    counting = {row.item_code for row, _ in rows if not row.pretest}
    return {
        row.item_version_id: version_name(row.item_code, number)
        if row.pretest and row.item_code in counting
        else row.item_code
        for row, number in rows
    }


def version_name(code: str, number: int) -> str:
    """Name a version of an item that is not the one that counts."""
    return f"{code} (v{number})"


def reported_design(session: Session, actor: Actor, *, standard_id: UUID, unit: str) -> ReportedDesign | None:
    """Choose the design that a unit's information is held against; None where it has no item that counts."""
    newest = session.exec(
        select(Exam)
        .where(col(Exam.standard_id).in_(versions_of(standard_id)), Exam.unit == unit)
        .order_by(col(Exam.created_at).desc(), col(Exam.id))
        .limit(1)
    ).first()
    if newest is not None:
        return ReportedDesign(ExamDesign.from_dict(newest.design), newest.title)
    try:
        return ReportedDesign(propose_design(session, actor=actor, unit=unit), None)
    except BankTooSmall:
        return None
