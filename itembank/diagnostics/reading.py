"""Reading a run's diagnostics: for psychometricians."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from sqlmodel import Session

from itembank.actor import Actor, Role
from itembank.diagnostics.findings import RunDiagnostics
from itembank.diagnostics.record import read_diagnostics
from itembank.errors import NotFound
from itembank.tables import CalibrationRun


def run_diagnostics(session: Session, *, actor: Actor, run_id: UUID) -> RunDiagnostics:
    """Read what a run told beyond its parameters.

    Args:
        session: The transaction.
        actor: A psychometrician.
        run_id: The run.

    Raises:
        NotAllowed: The actor is not a psychometrician.
        NotFound: There is no such run, or it has no diagnostics: it is not done, did not converge, or is of before.
    """
    actor.require(Role.PSYCHOMETRICIAN)
    run = session.get(CalibrationRun, run_id)
    found = read_diagnostics(run.results) if run is not None else None
    if run is None or found is None:
        raise NotFound(what="diagnostics of the calibration run", name=run_id)
    return replace(found, run_id=run.id, finished_at=run.finished_at)
