"""Exams that could not be put together any more if items left the bank."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import Session, col, select

from engine.blueprints.feasibility import Shortfall
from engine.design import ExamDesign
from itembank.authoring.lifecycle import LIVE_STATES, ItemState
from itembank.calibration_runs.recorded_responses import versions_of
from itembank.delivery.exam_planning import pool_shortfalls
from itembank.delivery.exams import design_for
from itembank.item_decisions.held_items import held_versions
from itembank.publishing.engine_pools import engine_pools
from itembank.tables import Bank, BankItem, Exam, ItemVersion


@dataclass(frozen=True, slots=True)
class ShortExam:
    """An exam that is open or still to come, and what it would lack."""

    exam_id: UUID
    title: str
    opens_at: datetime | None
    closes_at: datetime | None
    lacking: tuple[Shortfall, ...]


def exams_left_short(
    session: Session, *, bank: Bank, unit: str, item_version_id: UUID, now: datetime
) -> tuple[ShortExam, ...]:
    """Name the exams of a unit that would lack more than they do if an item version left the bank.

    What has left already, on hold or retired without a successor, is gone from the comparison too.

    Args:
        session: The transaction.
        bank: The bank in force.
        unit: Code of the unit of competence.
        item_version_id: The version that would leave.
        now: The time; exams closed by then don't count.
    """
    rows = _staying(session, bank, unit)
    without = [row for row in rows if row[0].item_version_id != item_version_id]
    if len(without) == len(rows):
        return ()
    exams = session.exec(
        select(Exam)
        .where(
            col(Exam.standard_id).in_(versions_of(bank.standard_id)),
            Exam.unit == unit,
            or_(col(Exam.closes_at).is_(None), col(Exam.closes_at) > now),
        )
        .order_by(col(Exam.opens_at), col(Exam.title))
    ).all()
    found = []
    for exam in exams:
        design = design_for(exam)
        before, after = _lacking(rows, design), _lacking(without, design)
        if after and after != before:
            found.append(ShortExam(exam.id, exam.title, exam.opens_at, exam.closes_at, after))
    return tuple(found)


def _staying(session: Session, bank: Bank, unit: str) -> Sequence[tuple[BankItem, int]]:
    rows = session.exec(
        select(BankItem, ItemVersion)
        .join(ItemVersion, col(ItemVersion.id) == col(BankItem.item_version_id))
        .where(BankItem.bank_id == bank.id, BankItem.unit == unit, col(BankItem.pretest).is_(False))
        .order_by(BankItem.item_code)
    ).all()
    held = held_versions(session)
    succeeded = _with_live_version(session, [version.item_id for _, version in rows])
    return [
        (row, version.number)
        for row, version in rows
        if version.id not in held and (version.state != ItemState.RETIRED or version.item_id in succeeded)
    ]


def _with_live_version(session: Session, items: Collection[UUID]) -> frozenset[UUID]:
    live = [state.value for state in LIVE_STATES]
    query = select(ItemVersion.item_id).where(col(ItemVersion.item_id).in_(items), col(ItemVersion.state).in_(live))
    return frozenset(session.exec(query))


def _lacking(rows: Sequence[tuple[BankItem, int]], design: ExamDesign) -> tuple[Shortfall, ...]:
    if not rows:
        shortest = design.minimum_length
        return (Shortfall(level="exam", code="", required=shortest, available=0, message="no item is left"),)
    return pool_shortfalls(engine_pools(rows).pool, design)
