"""The abilities of those measured last, real ones and simulated ones."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from itembank.calibration_runs.recorded_responses import of_unit
from itembank.drawing.wright_map import PlacedPerson
from itembank.tables import Exam, RecordedOutcome, Sitting

#: Enough for the shape of a population; the newest say most about those who come next.
PEOPLE_LOOKED_AT = 1000


def recent_people(session: Session, *, standard_id: UUID, unit: str) -> tuple[PlacedPerson, ...]:
    """Read the abilities of the newest finished sittings of a unit, as they were told.

    Args:
        session: The transaction.
        standard_id: A version of the standard.
        unit: Code of the unit of competence.

    Returns:
        At most a thousand real ones and as many simulated ones.
    """
    found: list[PlacedPerson] = []
    for simulated in (False, True):
        rows = session.connection().execute(
            select(col(RecordedOutcome.document))
            .join(Sitting, col(Sitting.id) == col(RecordedOutcome.sitting_id))
            .join(Exam, col(Exam.id) == col(Sitting.exam_id))
            .where(*of_unit(standard_id, unit), col(Sitting.simulated).is_(simulated))
            .order_by(col(Sitting.finished_at).desc(), col(Sitting.id))
            .limit(PEOPLE_LOOKED_AT)
        )
        found += [PlacedPerson(float(document["unit"]["theta"]), simulated) for (document,) in rows]
    return tuple(found)
