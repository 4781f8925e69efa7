"""Exposure counts of an exam, kept beside its sittings."""

from __future__ import annotations

from uuid import UUID

import numpy as np
from sqlmodel import Session, col, select

from engine.exposure import ExposureCounts, draw_ineligible, update
from itembank.delivery.records import SittingRecord
from itembank.publishing.pools import UnitPool
from itembank.tables import ItemExposure


def draw_for_start(
    session: Session, *, exam_id: UUID, pool: UnitPool, maximum_rate: float | None, seed: int
) -> tuple[str, ...]:
    """Draw which items a new sitting does without; the sitting keeps the draw, so that a replay is exact."""
    if maximum_rate is None:
        return ()
    counts = _counts(session, exam_id=exam_id, pool=pool)
    return tuple(draw_ineligible(counts, pool.pool, maximum_rate=maximum_rate, seed=seed))


def note_finish(session: Session, *, record: SittingRecord) -> None:
    """Count a finished sitting's eligible and administered items."""
    exam_id = record.sitting.exam_id
    pool = record.unit_pool
    before = _counts(session, exam_id=exam_id, pool=pool, lock=True)
    administered = tuple(code for code, _ in record.responses)
    after = update(before, tuple(record.sitting.ineligible), administered)
    rows = _rows(session, exam_id)
    for index, code in enumerate(after.item_ids):
        row = rows.get(code) or ItemExposure(exam_id=exam_id, item_code=code)
        row.sittings = after.sittings
        row.eligible = float(after.eligible[index])
        row.administered = float(after.administered[index])
        session.add(row)


def _rows(session: Session, exam_id: UUID, *, lock: bool = False) -> dict[str, ItemExposure]:
    # Always in the same order: two sittings that end at once must not each wait for the other's rows.
    query = select(ItemExposure).where(ItemExposure.exam_id == exam_id).order_by(col(ItemExposure.item_code))
    return {row.item_code: row for row in session.exec(query.with_for_update() if lock else query)}


def _counts(session: Session, *, exam_id: UUID, pool: UnitPool, lock: bool = False) -> ExposureCounts:
    rows = _rows(session, exam_id, lock=lock)
    known = [rows.get(code) for code in pool.pool.item_ids]
    return ExposureCounts(
        item_ids=pool.pool.item_ids,
        sittings=max((row.sittings for row in rows.values()), default=0.0),
        eligible=np.array([row.eligible if row else 0.0 for row in known]),
        administered=np.array([row.administered if row else 0.0 for row in known]),
    )
