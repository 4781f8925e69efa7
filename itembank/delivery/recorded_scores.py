"""What many sittings' answers scored, for those who weigh results and not answers."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlmodel import Session, col, select

from itembank.tables import RecordedAnswer


def recorded_scores(session: Session, sitting_ids: Collection[UUID]) -> dict[UUID, list[tuple[UUID, int]]]:
    """Give item version and score of every recorded answer, by sitting and in the order of the questions."""
    rows = session.exec(
        select(RecordedAnswer.sitting_id, RecordedAnswer.item_version_id, RecordedAnswer.score)
        .where(col(RecordedAnswer.sitting_id).in_(sitting_ids))
        .order_by(col(RecordedAnswer.sitting_id), col(RecordedAnswer.position))
    )
    found: dict[UUID, list[tuple[UUID, int]]] = {}
    for sitting_id, version_id, score in rows:
        found.setdefault(sitting_id, []).append((version_id, score))
    return found
