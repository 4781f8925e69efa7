"""What was decided about the items of a unit, as files and reports tell it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from itembank.measurement_reports.unit_material import UnitMaterial
from itembank.tables import ItemDecision


@dataclass(frozen=True, slots=True)
class ItemVerdict:
    """A decision about an item of the bank in force, with the kinds of harm that spoke against it then."""

    code: str
    version: int
    verdict: str
    reason: str
    harm: tuple[str, ...]
    actor_name: str
    decided_at: datetime


def item_verdicts(session: Session, material: UnitMaterial) -> tuple[ItemVerdict, ...]:
    """List the decisions about the items that the bank in force holds of a unit, the newest last."""
    lines = {line.item_version_id: line for line in material.statistics.lines}
    found = session.exec(
        select(ItemDecision).where(col(ItemDecision.item_version_id).in_(lines)).order_by(col(ItemDecision.id))
    )
    return tuple(
        ItemVerdict(
            code=lines[one.item_version_id].code,
            version=lines[one.item_version_id].version,
            verdict=one.verdict,
            reason=one.reason,
            harm=tuple(str(reason["harm"]) for reason in one.harm),
            actor_name=one.actor_name,
            decided_at=one.decided_at,
        )
        for one in found
    )
