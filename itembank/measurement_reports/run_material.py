"""All that a report on a calibration run is made of, loaded in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from itembank.actor import Actor
from itembank.calibration_runs.results import RunItem, RunSummary
from itembank.calibration_runs.runs import RunView, run_view
from itembank.diagnostics.findings import RunDiagnostics
from itembank.diagnostics.record import read_diagnostics
from itembank.drawing.wright_map import PlacedPerson
from itembank.errors import NotFound
from itembank.measurement_reports.information_curves import InformationCurves, information_curves
from itembank.measurement_reports.recent_people import recent_people
from itembank.measurement_reports.unit_material import (
    ReportedDesign,
    bank_rows,
    file_names,
    reported_design,
    version_name,
)
from itembank.publishing.banks import find_bank_in_force
from itembank.publishing.engine_pools import engine_pools
from itembank.publishing.parameters import CALIBRATED
from itembank.tables import BankItem, CalibrationRun


@dataclass(frozen=True, slots=True)
class RunMaterial:
    """A run that has results.

    Args:
        run: The run as pages show it.
        summary: Its figures.
        base: What its base bank held of the unit, by item version.
        names: Names of its item versions in files, as those of the bank in force have them.
        people: Recent candidates of the unit.
        design: The design that information is held against.
        before: Information under the base bank's values, None where no item counted in it.
        after: Information under the values that publishing would bring, likewise.
        diagnostics: What the run tells beyond its parameters; None of runs of before.
    """

    run: RunView
    summary: RunSummary
    base: Mapping[UUID, BankItem]
    names: Mapping[str, str]
    people: tuple[PlacedPerson, ...]
    design: ReportedDesign | None
    before: InformationCurves | None
    after: InformationCurves | None
    diagnostics: RunDiagnostics | None

    @property
    def has_simulated_data(self) -> bool:
        """Whether answers of simulated candidates went in."""
        return self.summary.n_simulated > 0

    def old_errors(self, item: RunItem) -> tuple[float | None, float | None]:
        """Give the standard errors of an item's old a and b, None where they were no estimates."""
        row = self.base.get(UUID(item.item_version_id))
        if row is None or row.parameter_source != CALIBRATED:
            return None, None
        return row.se_discrimination, row.se_difficulty


def run_material(session: Session, *, actor: Actor, run_id: UUID) -> RunMaterial:
    """Load a run that has results.

    Raises:
        NotAllowed: The actor is not a psychometrician.
        NotFound: There is no such run, or it has no results.
    """
    run = run_view(session, actor=actor, run_id=run_id)
    if run.summary is None:
        raise NotFound(what="result of the calibration run", name=run_id)
    record = session.get_one(CalibrationRun, run_id)
    rows = bank_rows(session, bank_id=record.base_bank_id, unit=run.unit)
    design = reported_design(session, actor, standard_id=record.standard_id, unit=run.unit)
    new = {UUID(item.item_version_id): item for item in run.items if item.usable}
    counting = [(row, number) for row, number in rows if not row.pretest]
    renewed = [(_renewed(row, new.get(row.item_version_id)), number) for row, number in counting]
    return RunMaterial(
        run=run,
        summary=run.summary,
        base={row.item_version_id: row for row, _ in rows},
        names=_names(session, run, standard_id=record.standard_id),
        people=recent_people(session, standard_id=record.standard_id, unit=run.unit),
        design=design,
        before=information_curves(engine_pools(counting).pool, design.design) if design and counting else None,
        after=information_curves(engine_pools(renewed).pool, design.design) if design and counting else None,
        diagnostics=read_diagnostics(record.results),
    )


def _renewed(row: BankItem, new: RunItem | None) -> BankItem:
    return row if new is None else BankItem(**(row.model_dump() | new.parameters().columns()))


def _names(session: Session, run: RunView, *, standard_id: UUID) -> dict[str, str]:
    in_force = find_bank_in_force(session, standard_id=standard_id)
    known = file_names(bank_rows(session, bank_id=in_force.id, unit=run.unit)) if in_force else {}
    return {
        item.item_version_id: known.get(UUID(item.item_version_id)) or version_name(item.code, item.version)
        for item in run.items
    }
