"""Exposure counts of an exam, kept beside its sittings."""

from __future__ import annotations

from uuid import UUID

import numpy as np
from sqlmodel import Session, select

from engine.exposure import ExposureCounts, draw_ineligible, update
from itembank.delivery.records import SittingRecord
from itembank.publishing.pools import UnitPool
from itembank.tables import AskedItem, Exam, ItemExposure


def draw_for_start(
    session: Session, *, exam_id: UUID, pool: UnitPool, maximum_rate: float | None, seed: int
) -> tuple[str, ...]:
    """Draw which items a new sitting does without; the sitting keeps the draw, so that a replay is exact."""
    if maximum_rate is None:
        return ()
    counts = _counts(session, exam_id=exam_id, pool=pool)
    return tuple(draw_ineligible(counts, pool.pool, maximum_rate=maximum_rate, seed=seed))


def note_finish(session: Session, *, record: SittingRecord) -> None:
    """Count a finished sitting's eligible and administered items, one seen but left unanswered included."""
    exam_id = record.sitting.exam_id
    pool = record.unit_pool
    # Sittings that begin meanwhile refer to the exam's row; sharing its key keeps them from waiting here.
    # One sitting after the other, also the first two of an exam, which both find no counts and would both add them.
    session.exec(select(Exam.id).where(Exam.id == exam_id).with_for_update(key_share=True)).one()
    before = _counts(session, exam_id=exam_id, pool=pool)
    asked = session.exec(select(AskedItem.item_version_id).where(AskedItem.sitting_id == record.sitting.id))
    administered = tuple(pool.pool.item_ids[pool.index_of_version[version]] for version in asked)
    after = update(before, tuple(record.sitting.ineligible), administered)
    rows = _rows(session, exam_id)
    for index, code in enumerate(after.item_ids):
        row = rows.get(code) or ItemExposure(exam_id=exam_id, item_code=code)
        row.sittings = after.sittings
        row.eligible = float(after.eligible[index])
        row.administered = float(after.administered[index])
        session.add(row)


def _rows(session: Session, exam_id: UUID) -> dict[str, ItemExposure]:
    query = select(ItemExposure).where(ItemExposure.exam_id == exam_id).execution_options(populate_existing=True)
    return {row.item_code: row for row in session.exec(query)}


def _counts(session: Session, *, exam_id: UUID, pool: UnitPool) -> ExposureCounts:
    rows = _rows(session, exam_id)
    known = [rows.get(code) for code in pool.pool.item_ids]
    return ExposureCounts(
        item_ids=pool.pool.item_ids,
        sittings=max((row.sittings for row in rows.values()), default=0.0),
        eligible=np.array([row.eligible if row else 0.0 for row in known]),
        administered=np.array([row.administered if row else 0.0 for row in known]),
    )
