"""Whom a cut score would let pass: the abilities of a unit's recent candidates, real ones before simulated ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from calibration.standard_setting import share_passing
from itembank.calibration_runs.recorded_responses import of_unit
from itembank.delivery.outcome_versions import documents_in_force
from itembank.tables import Exam, RecordedOutcome, Sitting

#: Fewer would make of one candidate several per cent.
FEWEST_SITTINGS = 30
MOST_SITTINGS = 1000
#: Standard errors around a cut score at which the impact is told, the lowest cut first.
STEPS = (-2, -1, 0, 1, 2)


@dataclass(frozen=True, slots=True)
class KnownAbilities:
    """Abilities of finished sittings, all of them real or all simulated.

    Args:
        thetas: Estimates.
        standard_errors: Their standard errors.
        simulated: Whether the candidates were simulated.
    """

    thetas: tuple[float, ...]
    standard_errors: tuple[float, ...]
    simulated: bool

    def share_passing(self, theta: float) -> float:
        """Expect the share that is at or above a cut score."""
        return share_passing(theta, self.thetas, standard_errors=self.standard_errors)


@dataclass(frozen=True, slots=True)
class ImpactLine:
    """What share would pass at the cut score, so many standard errors up or down."""

    steps: int
    theta: float
    share_passing: float


def known_abilities(session: Session, *, standard_id: UUID, unit: str) -> KnownAbilities | None:
    """Load the abilities of the newest finished sittings of a unit.

    Args:
        session: The transaction.
        standard_id: A version of the standard.
        unit: Code of the unit of competence.

    Returns:
        Real candidates where there are 30, else simulated ones where there are 30, else None: the two are never mixed.
    """
    for simulated in (False, True):
        told = session.exec(
            select(RecordedOutcome.sitting_id, RecordedOutcome.document)
            .join(Sitting, col(Sitting.id) == col(RecordedOutcome.sitting_id))
            .join(Exam, col(Exam.id) == col(Sitting.exam_id))
            .where(*of_unit(standard_id, unit), col(Sitting.simulated).is_(simulated))
            .order_by(col(Sitting.finished_at).desc(), col(Sitting.id))
            .limit(MOST_SITTINGS)
        ).all()
        if len(told) >= FEWEST_SITTINGS:
            units = [document["unit"] for document in documents_in_force(session, dict(told))]
            return KnownAbilities(
                tuple(float(outcome["theta"]) for outcome in units),
                tuple(float(outcome["standard_error"]) for outcome in units),
                simulated,
            )
    return None


def impact_around(known: KnownAbilities | None, *, theta: float, standard_error: float) -> Sequence[ImpactLine]:
    """Tell the impact at a cut score and at one and two standard errors to either side; nothing without abilities."""
    if known is None:
        return ()
    cuts = ((steps, theta + steps * standard_error) for steps in STEPS)
    return tuple(ImpactLine(steps, cut, known.share_passing(cut)) for steps, cut in cuts)
