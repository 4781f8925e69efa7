"""The versions of a sitting's outcome: the first as it was told, and those that a neutralised item brought."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from itembank.tables import CorrectionRun, Neutralisation, OutcomeVersion

DONE = "done"
FIRST = 1
#: Sittings that one query asks for.
LOT = 500


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
        neutralisation_id: Which one brought this version, or gives the reason it is told with.
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
    """Give every recomputation of a sitting's outcome that may be seen, the earliest first.

    The versions stand in the order of their numbers, whatever the clock did between them.
    """
    return _read(session, col(OutcomeVersion.sitting_id) == sitting_id)


def outcomes_in_force(session: Session, *, sitting_ids: Collection[UUID]) -> dict[UUID, CorrectedOutcome]:
    """Give the recomputed outcome in force of each sitting that has one; all others have their first.

    Args:
        session: The transaction.
        sitting_ids: The sittings, at most some hundreds.
    """
    found = _read(session, col(OutcomeVersion.sitting_id).in_(sitting_ids), col(OutcomeVersion.number).is_not(None))
    return {version.sitting_id: version for version in found}


def documents_in_force(session: Session, told: Mapping[UUID, Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Put the verdicts in force in the place of those that were told first.

    Args:
        session: The transaction.
        told: The first verdicts, by sitting.

    Returns:
        The verdicts in force, in the order of the sittings.
    """
    corrected: dict[UUID, CorrectedOutcome] = {}
    for some in _lots(told):
        corrected |= outcomes_in_force(session, sitting_ids=some)
    return [corrected[sitting].document if sitting in corrected else document for sitting, document in told.items()]


def numbers_in_force() -> Select[Any, Any]:
    """Select each sitting that has a recomputed outcome in force, and its ``number``, for the database to join with."""
    return (
        select_columns(col(OutcomeVersion.sitting_id), func.max(col(OutcomeVersion.number)).label("number"))
        .join(CorrectionRun, col(CorrectionRun.id) == col(OutcomeVersion.run_id), isouter=True)
        .where(col(OutcomeVersion.number).is_not(None), _told())
        .group_by(col(OutcomeVersion.sitting_id))
    )


def _told() -> ColumnElement[bool]:
    # What a run has written is told all at once, when it is done.
    return or_(col(OutcomeVersion.run_id).is_(None), col(CorrectionRun.state) == DONE)


def _lots(ids: Collection[UUID]) -> Iterator[list[UUID]]:
    """Cut ids into lots that one query can take."""
    known = list(ids)
    for start in range(0, len(known), LOT):
        yield known[start : start + LOT]


def _read(session: Session, *where: ColumnElement[bool]) -> tuple[CorrectedOutcome, ...]:
    rows = session.exec(
        select(OutcomeVersion, Neutralisation, CorrectionRun)
        .join(Neutralisation, col(Neutralisation.id) == col(OutcomeVersion.neutralisation_id))
        .join(CorrectionRun, col(CorrectionRun.id) == col(OutcomeVersion.run_id), isouter=True)
        .where(*where, _told())
        .order_by(col(OutcomeVersion.recorded_at), col(OutcomeVersion.id))
    )
    found = [_corrected(row, neutralisation, run) for row, neutralisation, run in rows]
    numbered = iter(sorted((one for one in found if one.number is not None), key=lambda one: one.number or FIRST))
    return tuple(one if one.number is None else next(numbered) for one in found)


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
        # Taking one back may also leave a result that rests on another, and is told with that one's reason.
        taken_back=run is not None and run.task == "take_back" and run.neutralisation_id == neutralisation.id,
        at_end=run is None,
        reason_th=neutralisation.reason_th,
        reason_en=neutralisation.reason_en,
    )
