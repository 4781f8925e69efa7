"""How long answers take: medians of recorded times, by item version or by item."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from statistics import median
from uuid import UUID

from sqlmodel import Session, col, select

from itembank.tables import AskedItem, ItemVersion, RecordedAnswer, Sitting

#: Answers of real candidates from which a median is told.
ENOUGH_TIMES = 20


def expected_seconds(session: Session, item_of_version: Mapping[UUID, UUID]) -> dict[UUID, float]:
    """Tell how long each item version is expected to take.

    A median, because a candidate who leaves and comes back within the hour must not make a question a long one.

    Args:
        session: The transaction.
        item_of_version: The item of each version.

    Returns:
        Median seconds by version: of its own answers, else of those to any version of its item; 0 where neither are
        twenty.
    """
    of_version, of_item = defaultdict[UUID, list[float]](list), defaultdict[UUID, list[float]](list)
    rows = session.exec(
        select(RecordedAnswer.item_version_id, ItemVersion.item_id, AskedItem.asked_at, RecordedAnswer.answered_at)
        .join(
            AskedItem,
            (col(AskedItem.sitting_id) == col(RecordedAnswer.sitting_id))
            & (col(AskedItem.position) == col(RecordedAnswer.position)),
        )
        .join(Sitting, col(Sitting.id) == col(RecordedAnswer.sitting_id))
        .join(ItemVersion, col(ItemVersion.id) == col(RecordedAnswer.item_version_id))
        .where(col(Sitting.simulated).is_(False))
    )
    for version_id, item_id, asked_at, answered_at in rows:
        seconds = max(0.0, (answered_at - asked_at).total_seconds())
        of_version[version_id].append(seconds)
        of_item[item_id].append(seconds)
    return {
        version_id: _median(of_version[version_id]) or _median(of_item[item_id])
        for version_id, item_id in item_of_version.items()
    }


def _median(times: list[float]) -> float:
    return round(median(times), 1) if len(times) >= ENOUGH_TIMES else 0.0
