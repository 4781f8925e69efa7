"""The abilities of those measured last, real ones and simulated ones."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from itembank.calibration_runs.abilities_in_force import corrected_abilities
from itembank.calibration_runs.recorded_responses import of_unit
from itembank.drawing.wright_map import PlacedPerson
from itembank.tables import Exam, RecordedOutcome, Sitting

#: Enough for the shape of a population; the newest say most about those who come next.
PEOPLE_LOOKED_AT = 1000


def recent_people(session: Session, *, standard_id: UUID, unit: str) -> tuple[PlacedPerson, ...]:
    """Read the abilities of the newest finished sittings of a unit, by the results in force.

    Args:
        session: The transaction.
        standard_id: A version of the standard.
        unit: Code of the unit of competence.

    Returns:
        At most a thousand real ones and as many simulated ones.
    """
    found: list[PlacedPerson] = []
    for simulated in (False, True):
        newest = (
            select(col(Sitting.id), col(RecordedOutcome.document))
            .join(RecordedOutcome, col(RecordedOutcome.sitting_id) == col(Sitting.id))
            .join(Exam, col(Exam.id) == col(Sitting.exam_id))
            .where(*of_unit(standard_id, unit), col(Sitting.simulated).is_(simulated))
            .order_by(col(Sitting.finished_at).desc(), col(Sitting.id))
            .limit(PEOPLE_LOOKED_AT)
        )
        corrected = corrected_abilities(session, sittings=newest.with_only_columns(col(Sitting.id)))
        found += [
            PlacedPerson(corrected.get(sitting_id, float(document["unit"]["theta"])), simulated)
            for sitting_id, document in session.connection().execute(newest)
        ]
    return tuple(found)
