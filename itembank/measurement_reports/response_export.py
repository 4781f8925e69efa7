"""The recorded answers of a unit to take away: long and by pseudonym, as ``samat calibrate`` reads them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select
from sqlmodel import Session, col

from itembank import audit
from itembank.actor import Actor, Role
from itembank.calibration_runs.recorded_responses import of_unit, version_labels
from itembank.database import Database
from itembank.errors import NotFound
from itembank.measurement_reports.csv_table import CsvTable, safe_text
from itembank.measurement_reports.unit_material import bank_rows, file_names, version_name
from itembank.publishing.banks import bank_in_force
from itembank.tables import BankItem, Exam, RecordedAnswer, Sitting

#: Rows read in one transaction: a download over a slow line must not hold a connection while it waits.
ROWS_AT_ONCE = 5000
COLUMNS = ("person", "item", "score", "position", "simulated", "pretest")


@dataclass(frozen=True, slots=True)
class ResponseExport:
    """A permitted export: which answers, up to when, and what their items are called."""

    standard_id: UUID
    unit: str
    until: datetime
    names: Mapping[UUID, str]


def begin_export(session: Session, *, actor: Actor, unit: str, now: datetime) -> ResponseExport:
    """Permit an export of a unit's answers and note it in the audit log.

    Args:
        session: The transaction; the answers are read afterwards, in transactions of their own.
        actor: A psychometrician.
        unit: Code of the unit of competence.
        now: When; answers that come later are not part of it.

    Raises:
        NotAllowed: The actor is not a psychometrician.
        NotFound: No bank is in force, or nobody has answered an item of the unit.
    """
    actor.require(Role.PSYCHOMETRICIAN)
    bank = bank_in_force(session)
    export = ResponseExport(bank.standard_id, unit, now, file_names(bank_rows(session, bank_id=bank.id, unit=unit)))
    counts = _answered(session, export)
    if not counts:
        raise NotFound(what="recorded answer of unit", name=unit)
    audit.record(
        session, actor=actor, action="unit.export", kind="unit", subject=unit, now=now,
        answers=sum(counts.values()),
    )  # fmt: skip
    labels = version_labels(session, counts.keys() - export.names.keys())
    others = {UUID(version_id): version_name(label.code, label.number) for version_id, label in labels.items()}
    return replace(export, names={**export.names, **others})


def response_table(database: Database, export: ResponseExport) -> CsvTable:
    """Give the answers of an export, read piece by piece as they are written.

    Answers are only ever added, and those that came after the export began are left out: the pieces fit together.
    """
    return CsvTable("responses", COLUMNS, _rows(database, export), for_programs=True)


def pseudonym(sitting_id: UUID) -> str:
    """Name a sitting in files: the same in every export, and of no use to who has nothing but the files.

    An id is drawn at random, and its digest leads back to it for nobody who does not have it already.
    """
    return "S" + hashlib.sha256(b"samat response export" + sitting_id.bytes).hexdigest()[:16]


def _rows(database: Database, export: ResponseExport) -> Iterator[tuple[object, ...]]:
    last: tuple[UUID, int] | None = None
    while True:
        with database.reading() as session:
            found = session.connection().execute(_page(export, last)).all()
        for sitting_id, position, version_id, score, simulated, tried_out in found:
            name = safe_text(export.names[version_id])
            yield pseudonym(sitting_id), name, score, position, simulated, bool(tried_out)
        if len(found) < ROWS_AT_ONCE:
            return
        last = (found[-1][0], found[-1][1])


def _page(export: ResponseExport, last: tuple[UUID, int] | None) -> Select[Any]:
    query = (
        _select(
            export,
            col(RecordedAnswer.sitting_id),
            col(RecordedAnswer.position),
            col(RecordedAnswer.item_version_id),
            col(RecordedAnswer.score),
            col(Sitting.simulated),
            col(BankItem.pretest),
        )
        .outerjoin(
            BankItem,
            and_(
                col(BankItem.bank_id) == col(Sitting.bank_id),
                col(BankItem.item_version_id) == col(RecordedAnswer.item_version_id),
            ),
        )
        .order_by(col(RecordedAnswer.sitting_id), col(RecordedAnswer.position))
        .limit(ROWS_AT_ONCE)
    )
    if last is None:
        return query
    sitting_id, position = last
    later = and_(col(RecordedAnswer.sitting_id) == sitting_id, col(RecordedAnswer.position) > position)
    return query.where(or_(col(RecordedAnswer.sitting_id) > sitting_id, later))


def _answered(session: Session, export: ResponseExport) -> dict[UUID, int]:
    """Count the answers to each item version."""
    version_id = col(RecordedAnswer.item_version_id)
    rows = session.connection().execute(_select(export, version_id, func.count()).group_by(version_id))
    return dict(rows.all())


def _select(export: ResponseExport, *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(RecordedAnswer)
        .join(Sitting, col(Sitting.id) == col(RecordedAnswer.sitting_id))
        .join(Exam, col(Exam.id) == col(Sitting.exam_id))
        .where(*of_unit(export.standard_id, export.unit), col(RecordedAnswer.answered_at) <= export.until)
    )
