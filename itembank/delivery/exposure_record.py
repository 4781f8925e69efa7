"""Exposure counts of an exam, kept beside its sittings: over all of them and, where its design asks so, by bins."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import numpy as np
from sqlmodel import Session, select

from engine.design import PreparedExam
from engine.exposure.eligibility import ExposureCounts
from engine.exposure.exposure_bins import BinnedCounts, EligibilityDraw, bin_of, draw_ineligible_by_bin, update_by_bin
from itembank.delivery.records import SittingRecord
from itembank.tables import AskedItem, Exam, ItemExposure, ItemExposureInBin

Row = ItemExposure | ItemExposureInBin


def draw_for_start(session: Session, *, exam_id: UUID, prepared: PreparedExam, seed: int) -> EligibilityDraw:
    """Draw which items a new sitting does without; the sitting keeps the draw, so that a replay is exact."""
    design = prepared.design
    if design.maximum_exposure is None:
        return EligibilityDraw(everywhere=(), by_bin=((),) * (design.exposure_bins if design.exposure_bins > 1 else 0))
    counts = read_counts(session, exam_id=exam_id, prepared=prepared)
    return draw_ineligible_by_bin(counts, prepared.pool, maximum_rate=design.maximum_exposure, seed=seed)


def note_finish(session: Session, *, record: SittingRecord) -> None:
    """Count a finished sitting's eligible and administered items, one seen but left unanswered included.

    Questions that are tried out are chosen by what they teach; exposure control has no part in them.
    """
    exam_id, prepared = record.sitting.exam_id, record.prepared
    # Sittings that begin meanwhile refer to the exam's row; sharing its key keeps them from waiting here.
    # One sitting after the other, also the first two of an exam, which both find no counts and would both add them.
    session.exec(select(Exam.id).where(Exam.id == exam_id).with_for_update(key_share=True)).one()
    draw = EligibilityDraw(everywhere=tuple(record.sitting.ineligible), by_bin=record.ineligible_by_bin)
    before = read_counts(session, exam_id=exam_id, prepared=prepared)
    keep_counts(session, exam_id=exam_id, counts=update_by_bin(before, draw, _administered(session, record)))


def read_counts(session: Session, *, exam_id: UUID, prepared: PreparedExam) -> BinnedCounts:
    """Read an exam's counts of the items that count."""
    bins = prepared.design.exposure_bins if prepared.design.exposure_bins > 1 else 0
    in_bins = _rows_in_bins(session, exam_id) if bins else {}
    item_ids = prepared.pool.item_ids
    return BinnedCounts(
        overall=_counts_of(_rows(session, exam_id), item_ids),
        bins=tuple(_counts_of(in_bins.get(place, {}), item_ids) for place in range(bins)),
    )


def keep_counts(session: Session, *, exam_id: UUID, counts: BinnedCounts) -> None:
    """Write an exam's counts in the place of those before."""
    overall = _rows(session, exam_id)
    for code in counts.overall.item_ids:
        overall.setdefault(code, ItemExposure(exam_id=exam_id, item_code=code))
    _keep(session, counts.overall, overall)
    in_bins = _rows_in_bins(session, exam_id) if counts.bins else {}
    for place, part in enumerate(counts.bins):
        rows = in_bins.get(place, {})
        for code in part.item_ids:
            rows.setdefault(code, ItemExposureInBin(exam_id=exam_id, bin=place, item_code=code))
        _keep(session, part, rows)


def _administered(session: Session, record: SittingRecord) -> list[tuple[str, int]]:
    """List the items that count with the bin in which the estimate was when each was chosen."""
    asked = session.exec(select(AskedItem).where(AskedItem.sitting_id == record.sitting.id))
    counting = len(record.unit_pool.pool)
    places = ((record.unit_pool.index_of_version[row.item_version_id], row.decision["theta"]) for row in asked)
    return [
        (record.unit_pool.item_ids[place], bin_of(record.prepared.design, theta))
        for place, theta in places
        if place < counting
    ]


def _rows(session: Session, exam_id: UUID) -> dict[str, ItemExposure]:
    query = select(ItemExposure).where(ItemExposure.exam_id == exam_id).execution_options(populate_existing=True)
    return {row.item_code: row for row in session.exec(query)}


def _rows_in_bins(session: Session, exam_id: UUID) -> dict[int, dict[str, ItemExposureInBin]]:
    query = select(ItemExposureInBin).where(ItemExposureInBin.exam_id == exam_id)
    found: dict[int, dict[str, ItemExposureInBin]] = {}
    for row in session.exec(query.execution_options(populate_existing=True)):
        found.setdefault(row.bin, {})[row.item_code] = row
    return found


def _counts_of(rows: Mapping[str, Row], item_ids: tuple[str, ...]) -> ExposureCounts:
    known = [rows.get(code) for code in item_ids]
    return ExposureCounts(
        item_ids=item_ids,
        sittings=max((row.sittings for row in rows.values()), default=0.0),
        eligible=np.array([row.eligible if row else 0.0 for row in known]),
        administered=np.array([row.administered if row else 0.0 for row in known]),
    )


def _keep(session: Session, counts: ExposureCounts, rows: Mapping[str, Row]) -> None:
    for index, code in enumerate(counts.item_ids):
        row = rows[code]
        row.sittings = counts.sittings
        row.eligible = float(counts.eligible[index])
        row.administered = float(counts.administered[index])
        session.add(row)
