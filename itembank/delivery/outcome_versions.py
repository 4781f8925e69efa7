"""The versions of a sitting's outcome: the first as it was told, and those that a neutralised item brought."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from itembank.tables import CorrectionRun, Neutralisation, OutcomeVersion

DONE = "done"
FIRST = 1


@dataclass(frozen=True, slots=True)
class CorrectedOutcome:
    """A recomputed outcome as it is on record.

    Attributes:
        sitting_id: The sitting.
        number: 2 and on; None where the result stayed what it was.
        document: The verdicts.
        weighed: The neutralisations in the order in which they were weighed, each with whether it was adopted.
        message: Why the sitting could not be recomputed, empty where it could.
        recorded_at: When it was recomputed.
        decided_by: Who approved the neutralisation, or took it back.
        neutralisation_id: Which one brought this version.
        taken_back: Whether this version came of taking it back.
        at_end: Whether the item was neutralised already when the sitting ended.
        reason_th: What candidates are told, in Thai.
        reason_en: The same in English.
    """

    sitting_id: UUID
    number: int | None
    document: dict[str, Any]
    weighed: tuple[dict[str, Any], ...]
    message: str
    recorded_at: datetime
    decided_by: str
    neutralisation_id: UUID
    taken_back: bool
    at_end: bool
    reason_th: str
    reason_en: str

    @property
    def left_out(self) -> frozenset[UUID]:
        """Item versions whose answers do not count in it."""
        return frozenset(UUID(entry["item_version_id"]) for entry in self.weighed if entry["adopted"])


def corrections_of(session: Session, *, sitting_id: UUID) -> tuple[CorrectedOutcome, ...]:
    """Give every recomputation of a sitting's outcome that may be seen, the earliest first."""
    return _read(session, col(OutcomeVersion.sitting_id) == sitting_id)


def outcomes_in_force(session: Session, *, sitting_ids: Collection[UUID]) -> dict[UUID, CorrectedOutcome]:
    """Give the recomputed outcome in force of each sitting that has one; all others have their first.

    Args:
        session: The transaction.
        sitting_ids: The sittings, at most some hundreds.
    """
    found = _read(session, col(OutcomeVersion.sitting_id).in_(sitting_ids), col(OutcomeVersion.number).is_not(None))
    return {version.sitting_id: version for version in found}


def _read(session: Session, *where: ColumnElement[bool]) -> tuple[CorrectedOutcome, ...]:
    # What a run has written is told all at once, when it is done.
    told = or_(col(OutcomeVersion.run_id).is_(None), col(CorrectionRun.state) == DONE)
    rows = session.exec(
        select(OutcomeVersion, Neutralisation, CorrectionRun)
        .join(Neutralisation, col(Neutralisation.id) == col(OutcomeVersion.neutralisation_id))
        .join(CorrectionRun, col(CorrectionRun.id) == col(OutcomeVersion.run_id), isouter=True)
        .where(*where, told)
        .order_by(col(OutcomeVersion.recorded_at), col(OutcomeVersion.number))
    )
    return tuple(_corrected(row, neutralisation, run) for row, neutralisation, run in rows)


def _corrected(row: OutcomeVersion, neutralisation: Neutralisation, run: CorrectionRun | None) -> CorrectedOutcome:
    return CorrectedOutcome(
        sitting_id=row.sitting_id,
        number=row.number,
        document=row.document,
        weighed=tuple(row.weighed),
        message=row.message,
        recorded_at=row.recorded_at,
        decided_by=row.decided_by,
        neutralisation_id=neutralisation.id,
        taken_back=run is not None and run.task == "take_back",
        at_end=run is None,
        reason_th=neutralisation.reason_th,
        reason_en=neutralisation.reason_en,
    )
