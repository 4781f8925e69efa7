"""Abilities by the results in force: as they were told first, or as a neutralised item left them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Select
from sqlmodel import Session, col, select

from itembank.delivery.outcome_versions import outcomes_in_force
from itembank.tables import OutcomeVersion

#: Sittings asked about at once.
_AT_ONCE = 400


def corrected_abilities(session: Session, *, sittings: Select[Any]) -> dict[UUID, float]:
    """Give the abilities of those sittings whose result in force is not the first one.

    Args:
        session: The transaction.
        sittings: Selects the ids of the sittings looked at.
    """
    changed = session.exec(
        select(OutcomeVersion.sitting_id)
        .where(col(OutcomeVersion.sitting_id).in_(sittings), col(OutcomeVersion.number).is_not(None))
        .distinct()
    ).all()
    found: dict[UUID, float] = {}
    for start in range(0, len(changed), _AT_ONCE):
        ids = changed[start : start + _AT_ONCE]
        for sitting_id, outcome in outcomes_in_force(session, sitting_ids=ids).items():
            found[sitting_id] = float(outcome.document["unit"]["theta"])
    return found
