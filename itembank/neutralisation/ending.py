"""A sitting that ends when one of its items is neutralised already: its result leaves that item out at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from itembank.delivery.outcome_versions import FIRST
from itembank.delivery.records import SittingRecord
from itembank.neutralisation.concerned_sittings import ConcernedSitting
from itembank.neutralisation.corrections import correction
from itembank.neutralisation.scope import in_force
from itembank.tables import Exam


def note_correction_at_end(
    session: Session, *, loaded: SittingRecord, finish_reason: str | None, told: dict[str, Any], now: datetime
) -> None:
    """Put the second version of a result on record where a neutralisation in force concerns the sitting that ends.

    The exam's row is held first: a run that applies a neutralisation holds it, too, while it looks for the last
    sittings and comes in force. So either the run sees this sitting's end, or this end sees the neutralisation.

    Args:
        session: The transaction that ends the sitting.
        loaded: The sitting with all its answers and marks.
        finish_reason: Why its adaptive part ended.
        told: Its outcome as the engine found it.
        now: When it ended.
    """
    sitting = loaded.sitting
    # Sittings that begin meanwhile refer to the exam's row; sharing its key keeps them from waiting here.
    session.exec(select(Exam.id).where(col(Exam.id) == sitting.exam_id).with_for_update(key_share=True)).one()
    answers = tuple((answer.item_version_id, answer.score) for answer in loaded.answers)
    neutralisations = in_force(session, answered=[version for version, _ in answers]) if answers else ()
    ended = ConcernedSitting(
        id=sitting.id,
        exam_id=sitting.exam_id,
        design=sitting.design,
        started_at=sitting.started_at,
        finished_at=now,
        simulated=sitting.simulated,
        pool_key=(sitting.bank_id, sitting.unit),
        answers=answers,
        told=told,
        number=FIRST,
        tasks=loaded.tasks,
        finish_reason=finish_reason,
    )
    weighings = ended.weighings(neutralisations)
    if not weighings:
        return
    decided_by = {one.id: one.approved_by or "" for one in neutralisations}
    last = weighings[-1].neutralisation_id
    version = correction(
        ended, loaded.unit_pool, weighings, neutralisation_id=last, run_id=None, decided_by=decided_by[last], now=now
    )
    adopted = [UUID(entry["neutralisation_id"]) for entry in version.weighed if entry["adopted"]]
    if adopted:
        # It is told with the reason of one of them: of the last that changed it.
        version.neutralisation_id, version.decided_by = adopted[-1], decided_by[adopted[-1]]
    session.add(version)
