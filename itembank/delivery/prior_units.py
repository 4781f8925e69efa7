"""Finished units that inform the start of a sitting, where the exam's design says so.

What is taken into account is pinned in the sitting's own design, with the names of the sittings: a replay needs nothing
else, and who appeals can see it. A later change to those sittings' standing leaves the record as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from engine.across_units import UnitEvidence, informed_design, unit_evidence
from engine.design import ExamDesign
from itembank.delivery.counted_state import counted_state
from itembank.delivery.outcome_versions import outcomes_in_force
from itembank.delivery.records import load_record
from itembank.tables import Exam, RecordedOutcome, Sitting


def sitting_design(session: Session, *, exam: Exam, person_id: UUID, simulated: bool, now: datetime) -> dict[str, Any]:
    """Give the design that a new sitting is pinned to: the exam's, its prior informed where the exam asks for that.

    Args:
        session: The transaction.
        exam: The exam.
        person_id: The candidate.
        simulated: Whether the new sitting is a simulated one; such and real ones know nothing of each other.
        now: When it begins.
    """
    # Most exams take no unit into account; for those nothing is read.
    if exam.design.get("unit_correlation") is None:
        return exam.design
    finished: dict[str, tuple[str, UnitEvidence]] = {}
    for unit, sitting_id in _latest_finished(session, exam=exam, person_id=person_id, simulated=simulated).items():
        loaded = load_record(session, sitting_id)
        corrected = outcomes_in_force(session, sitting_ids=[sitting_id]).get(sitting_id)
        left_out = frozenset() if corrected is None else corrected.left_out
        state = counted_state(loaded, loaded.state(now), left_out=left_out)
        # Questions that were tried out say nothing, and neither does a sitting that was left at once.
        if state.responses:
            finished[unit] = (str(sitting_id), unit_evidence(loaded.prepared, state))
    if not finished:
        return exam.design
    return informed_design(ExamDesign.from_dict(exam.design), finished).to_dict()


def informing_units(design: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the units that informed the start of a sitting, by its design; none where it began like all others."""
    origin = design.get("prior_origin")
    return tuple(origin["units"]) if origin else ()


def prior_details(design: Mapping[str, Any]) -> dict[str, Any]:
    """Tell for the audit log what a sitting began from; nothing where it began like all others."""
    units = informing_units(design)
    if not units:
        return {}
    return {"informed_by": list(units), "prior_mean": design["prior_mean"], "prior_sd": design["prior_sd"]}


def _latest_finished(session: Session, *, exam: Exam, person_id: UUID, simulated: bool) -> dict[str, UUID]:
    """Find the candidate's latest sitting with an outcome of every other unit of the exam's standard."""
    rows = session.exec(
        select(Sitting.unit, Sitting.id)
        .join(Exam, col(Exam.id) == col(Sitting.exam_id))
        .join(RecordedOutcome, col(RecordedOutcome.sitting_id) == col(Sitting.id))
        .where(
            Sitting.person_id == person_id,
            col(Sitting.simulated).is_(simulated),
            col(Sitting.finished_at).is_not(None),
            # Abilities are comparable within one version of a standard only, whose units keep their scales.
            Exam.standard_id == exam.standard_id,
            # An attempt at the same unit must stand on its own, or a first failure would weigh on the second try.
            Sitting.unit != exam.unit,
        )
        .order_by(col(Sitting.finished_at), col(Sitting.id))
    )
    return dict(rows.all())
