"""The items of a study as a table for other programs."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from itembank.actor import Actor
from itembank.dif_studies.results import DifItem
from itembank.dif_studies.studies import study_view
from itembank.errors import NotFound
from itembank.measurement_reports.csv_table import CsvTable

#: Identifiers say nothing outside this database, and the belief is a pair.
_LEFT_OUT = frozenset({"item_version_id", "item_id", "shrunken"})
_AROUND = ("favours", "variable", "reference", "focal", "method", "simulated")


def item_table(session: Session, *, actor: Actor, run_id: UUID, now: datetime) -> CsvTable:
    """Lay out a study's verdicts, one item a row, the largest class and difference first.

    Args:
        session: The transaction.
        actor: A psychometrician.
        run_id: The study.
        now: When.

    Raises:
        NotAllowed: The actor is not a psychometrician.
        NotFound: There is no such study, or it has no results.
    """
    run = study_view(session, actor=actor, run_id=run_id, now=now)
    if run.results is None:
        raise NotFound(what="results of study", name=run_id)
    columns = tuple(name for name in DifItem.__slots__ if name not in _LEFT_OUT)
    around = (run.name_en, run.reference.code, run.focal.code, run.method, run.simulated)
    rows = [(*(getattr(item, name) for name in columns), item.favours, *around) for item in run.results.items]
    return CsvTable("items", (*columns, *_AROUND), rows)
