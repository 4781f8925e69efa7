"""The tables of a calibration run to take away as CSV."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from uuid import UUID

from sqlmodel import Session

from itembank.actor import Actor
from itembank.calibration_runs.impact import ChangedSitting, TurningItem
from itembank.calibration_runs.results import LeftOut, RunItem
from itembank.diagnostics.findings import ItemDiagnosis, PairDiagnosis, RunDiagnostics, SittingDiagnosis
from itembank.errors import NotFound
from itembank.exchange.parameter_files import format_parameters
from itembank.measurement_reports.csv_table import CsvTable, csv_text, table_of
from itembank.measurement_reports.information_tables import information_table, wright_table
from itembank.measurement_reports.parameter_tables import run_parameters
from itembank.measurement_reports.response_export import pseudonym
from itembank.measurement_reports.run_charts import placed_items
from itembank.measurement_reports.run_material import RunMaterial, run_material

PARAMETERS = "parameters"
#: What has rows of its own.
_NESTED = ("observed", "drift_path")


def run_file(session: Session, *, actor: Actor, run_id: UUID, name: str) -> Iterator[str]:
    """Give one table of a calibration run as a CSV file.

    Args:
        session: The transaction; everything is read before the first piece is given.
        actor: A psychometrician.
        run_id: The run.
        name: One of `RUN_TABLES`.

    Raises:
        NotAllowed: The actor is not a psychometrician.
        NotFound: There is no such run or table, it has no results, or nothing to put into the table.
    """
    material = run_material(session, actor=actor, run_id=run_id)
    if name == PARAMETERS:
        return iter([format_parameters(run_parameters(material))])
    if name not in _MAKERS:
        raise NotFound(what="table", name=name)
    return iter(list(csv_text(_MAKERS[name](material))))


def tables_of(material: RunMaterial) -> tuple[str, ...]:
    """Name the tables that a run has something to put into; a run of before lacks what came later."""
    missing = set()
    if material.diagnostics is None:
        missing |= {"diagnosed_items", "observed_shares", "drift_paths", "diagnosed_pairs", "diagnosed_sittings"}
    if material.run.impact is None:
        missing |= {"changed_sittings", "turning_items"}
    if material.after is None:
        missing.add("information")
    return tuple(name for name in RUN_TABLES if name not in missing)


def _items(material: RunMaterial) -> CsvTable:
    return table_of("items", RunItem, material.run.items, first=("code", "version"))


def _left_out(material: RunMaterial) -> CsvTable:
    return table_of("left_out", LeftOut, material.summary.exclusions)


def _information(material: RunMaterial) -> CsvTable:
    if material.after is None:
        raise NotFound(what="item that counts in unit", name=material.run.unit)
    return information_table(material.after, material.before)


def _wright(material: RunMaterial) -> CsvTable:
    cut = None if material.design is None else material.design.design.cut_score
    return wright_table(material.people, placed_items(material), cut=cut)


def _diagnosed_items(material: RunMaterial) -> CsvTable:
    items = _diagnostics(material).items
    return table_of("diagnosed_items", ItemDiagnosis, items, without=_NESTED, first=("code", "version"))


def _observed_shares(material: RunMaterial) -> CsvTable:
    rows = [
        (item.code, item.version, one.ability, one.share, one.expected, one.standard_error, one.n)
        for item in _diagnostics(material).items
        for one in item.observed
    ]
    columns = ("code", "version", "ability", "share", "expected", "standard_error", "n")
    return CsvTable("observed_shares", columns, rows)


def _drift_paths(material: RunMaterial) -> CsvTable:
    rows = [
        (item.code, item.version, one.moment, one.easier, one.harder)
        for item in _diagnostics(material).items
        for one in item.drift_path
    ]
    return CsvTable("drift_paths", ("code", "version", "moment", "easier", "harder"), rows)


def _diagnosed_pairs(material: RunMaterial) -> CsvTable:
    dependence = _diagnostics(material).dependence
    pairs = dependence.pairs if dependence else ()
    return table_of("diagnosed_pairs", PairDiagnosis, pairs, first=("first_code", "second_code"))


def _diagnosed_sittings(material: RunMaterial) -> CsvTable:
    persons = _diagnostics(material).persons
    return _by_pseudonym("diagnosed_sittings", SittingDiagnosis, persons.sittings if persons else ())


def _diagnostics(material: RunMaterial) -> RunDiagnostics:
    if material.diagnostics is None:
        raise NotFound(what="diagnostics of the calibration run", name=material.run.id)
    return material.diagnostics


def _changed_sittings(material: RunMaterial) -> CsvTable:
    if material.run.impact is None:
        raise NotFound(what="impact of the calibration run", name=material.run.id)
    return _by_pseudonym("changed_sittings", ChangedSitting, material.run.impact.changes)


def _by_pseudonym(name: str, kind: type, values: Sequence[ChangedSitting | SittingDiagnosis]) -> CsvTable:
    """Name sittings as the exported answers do, so that the files fit together and lead nobody to a result."""
    table = table_of(name, kind, values, without=("sitting_id",))
    people = [pseudonym(UUID(str(value.sitting_id))) for value in values]
    rows = [(person, *row) for person, row in zip(people, table.rows, strict=True)]
    return CsvTable(name, ("person", *table.columns), rows)


def _turning_items(material: RunMaterial) -> CsvTable:
    if material.run.impact is None:
        raise NotFound(what="impact of the calibration run", name=material.run.id)
    return table_of("turning_items", TurningItem, material.run.impact.items, first=("code",))


_MAKERS: Mapping[str, Callable[[RunMaterial], CsvTable]] = {
    "items": _items,
    "left_out": _left_out,
    "changed_sittings": _changed_sittings,
    "turning_items": _turning_items,
    "diagnosed_items": _diagnosed_items,
    "observed_shares": _observed_shares,
    "drift_paths": _drift_paths,
    "diagnosed_pairs": _diagnosed_pairs,
    "diagnosed_sittings": _diagnosed_sittings,
    "information": _information,
    "wright_map": _wright,
}
#: Names of the tables of a run, that of `samat` first.
RUN_TABLES = (PARAMETERS, *_MAKERS)
