"""Reports in print on a unit and on a run: read in one transaction, set afterwards."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from itembank.actor import Actor
from itembank.item_decisions.queue import ANY, QueueFilter, harm_queue
from itembank.measurement_reports.document import Document
from itembank.measurement_reports.item_verdicts import item_verdicts
from itembank.measurement_reports.run_document import run_document
from itembank.measurement_reports.run_material import run_material
from itembank.measurement_reports.unit_document import ItemConcerns, unit_document
from itembank.measurement_reports.unit_material import unit_material
from itembank.measurement_reports.writing import Writing


def unit_report(session: Session, *, actor: Actor, unit: str, write: Writing, now: datetime) -> Document:
    """Write the report on a unit of the bank in force.

    Raises:
        NotAllowed: The actor is not a psychometrician.
        NotFound: There is no such unit, or no bank in force.
    """
    material = unit_material(session, actor=actor, unit=unit)
    queue = harm_queue(session, actor=actor, wanted=QueueFilter(unit=unit, standing=ANY)) if material.rows else None
    concerns = ItemConcerns(queue.entries if queue else (), item_verdicts(session, material))
    return unit_document(material, concerns, write, now=now)


def run_report(session: Session, *, actor: Actor, run_id: UUID, write: Writing, now: datetime) -> Document:
    """Write the report on a calibration run.

    Raises:
        NotAllowed: The actor is not a psychometrician.
        NotFound: There is no such run, or it has no results.
    """
    return run_document(run_material(session, actor=actor, run_id=run_id), write, now=now)
