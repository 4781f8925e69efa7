"""The newest finished sittings of a unit as an impact preview reads them, and the banks that they are pinned to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from itembank.calibration_runs.recorded_responses import of_unit
from itembank.delivery.outcome_versions import CorrectedOutcome, outcomes_in_force
from itembank.delivery.recorded_scores import recorded_scores
from itembank.tables import Bank, BankItem, Exam, ItemVersion, RecordedOutcome, Sitting

#: Enough to tell a change of one verdict in a hundred, and scored again within seconds.
SITTINGS_LOOKED_AT = 500


@dataclass(frozen=True, slots=True)
class FinishedSitting:
    """A finished sitting: its design, its answers as (item version, score), and its outcome as it is told."""

    id: UUID
    bank_id: UUID
    design: dict[str, Any]
    finished_at: datetime
    simulated: bool
    outcome: dict[str, Any]
    answers: tuple[tuple[UUID, int], ...]


@dataclass(frozen=True, slots=True)
class PinnedBank:
    """A unit in a bank that sittings are pinned to: its rows with the numbers of their versions."""

    number: int
    rows: tuple[tuple[BankItem, int], ...]


@dataclass(frozen=True, slots=True)
class RecentSittings:
    """Sittings with their banks, to be read outside the transaction."""

    at_most: int
    sittings: tuple[FinishedSitting, ...]
    banks: dict[UUID, PinnedBank]


def recent_sittings(
    session: Session, *, standard_id: UUID, unit: str, include_simulated: bool, at_most: int = SITTINGS_LOOKED_AT
) -> RecentSittings:
    """Load the newest finished sittings of a unit, real ones before simulated ones.

    Args:
        session: The transaction.
        standard_id: A version of the standard.
        unit: Code of the unit of competence.
        include_simulated: Whether simulated sittings fill up where there are fewer real ones.
        at_most: How many.
    """
    query = (
        select(Sitting, RecordedOutcome.document)
        .join(Exam, col(Exam.id) == col(Sitting.exam_id))
        .join(RecordedOutcome, col(RecordedOutcome.sitting_id) == col(Sitting.id))
        .where(*of_unit(standard_id, unit), col(Sitting.finished_at).is_not(None))
        .order_by(col(Sitting.simulated), col(Sitting.finished_at).desc(), col(Sitting.id))
        .limit(at_most)
    )
    if not include_simulated:
        query = query.where(col(Sitting.simulated).is_(False))
    found = session.exec(query).all()
    ids = [sitting.id for sitting, _ in found]
    answers, corrected = recorded_scores(session, ids), outcomes_in_force(session, sitting_ids=ids)
    sittings = tuple(
        FinishedSitting(
            id=sitting.id,
            bank_id=sitting.bank_id,
            design=sitting.design,
            finished_at=sitting.finished_at,
            simulated=sitting.simulated,
            outcome=dict(document if sitting.id not in corrected else corrected[sitting.id].document),
            answers=_counting(answers.get(sitting.id, ()), corrected.get(sitting.id)),
        )
        for sitting, document in found
        if sitting.finished_at is not None
    )
    banks = {bank_id: _pinned(session, bank_id, unit) for bank_id in sorted({sitting.bank_id for sitting in sittings})}
    return RecentSittings(at_most, sittings, banks)


def _counting(answers: Sequence[tuple[UUID, int]], corrected: CorrectedOutcome | None) -> tuple[tuple[UUID, int], ...]:
    """Leave out the answers that the result in force leaves out, too."""
    left_out = frozenset() if corrected is None else corrected.left_out
    return tuple((version, score) for version, score in answers if version not in left_out)


def _pinned(session: Session, bank_id: UUID, unit: str) -> PinnedBank:
    rows = session.exec(
        select(BankItem, ItemVersion.number)
        .join(ItemVersion, col(ItemVersion.id) == col(BankItem.item_version_id))
        .where(col(BankItem.bank_id) == bank_id, col(BankItem.unit) == unit)
    ).all()
    # Outside the transaction the rows are read without asking the database again.
    for row, _ in rows:
        session.expunge(row)
    ordered = sorted(((row, number) for row, number in rows), key=lambda pair: (pair[0].item_code, pair[1]))
    return PinnedBank(session.get_one(Bank, bank_id).number, tuple(ordered))
