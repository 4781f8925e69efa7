"""The tables of a unit to take away as CSV."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from sqlmodel import Session

from itembank.actor import Actor
from itembank.calibration_runs.item_statistics import ItemStatisticsLine
from itembank.dif_studies.findings import latest_dif
from itembank.errors import NotFound
from itembank.exchange.parameter_files import format_parameters
from itembank.item_decisions.queue import ANY, QueueFilter, harm_queue
from itembank.measurement_reports.csv_table import CsvTable, csv_text, table_of
from itembank.measurement_reports.information_tables import element_table, information_table, wright_table
from itembank.measurement_reports.item_verdicts import ItemVerdict, item_verdicts
from itembank.measurement_reports.parameter_tables import bank_parameters
from itembank.measurement_reports.unit_charts import placed_items
from itembank.measurement_reports.unit_material import UnitMaterial, unit_material

Maker = Callable[[Session, Actor, UnitMaterial], CsvTable]
PARAMETERS = "parameters"


def unit_file(session: Session, *, actor: Actor, unit: str, name: str) -> Iterator[str]:
    """Give one table of a unit of the bank in force as a CSV file.

    Args:
        session: The transaction; everything is read before the first piece is given.
        actor: A psychometrician.
        unit: Code of the unit of competence.
        name: One of `UNIT_TABLES`.

    Raises:
        NotAllowed: The actor is not a psychometrician.
        NotFound: There is no such unit or table, or nothing to put into it.
        InvalidInput: An item has a model that the file's format does not know.
    """
    material = unit_material(session, actor=actor, unit=unit)
    if name == PARAMETERS:
        return iter([format_parameters(bank_parameters(material))])
    if name not in _MAKERS:
        raise NotFound(what="table", name=name)
    return iter(list(csv_text(_MAKERS[name](session, actor, material))))


def tables_of(material: UnitMaterial) -> tuple[str, ...]:
    """Name the tables that a unit has something to put into; where no item counts there is no information."""
    missing = {"information", "elements"} if material.information is None else set()
    return tuple(name for name in UNIT_TABLES if name not in missing)


def _items(_session: Session, _actor: Actor, material: UnitMaterial) -> CsvTable:
    return table_of("items", ItemStatisticsLine, material.statistics.lines, first=("code", "version"))


def _exposure(_session: Session, _actor: Actor, material: UnitMaterial) -> CsvTable:
    limit = material.statistics.exposure_limit
    rows = [
        (line.code, line.version, line.exposure_rate, limit, "over_exposed" in line.flags)
        for line in material.statistics.lines
    ]
    return CsvTable("exposure", ("code", "version", "exposure_rate", "exposure_limit", "over_limit"), rows)


def _wright(_session: Session, _actor: Actor, material: UnitMaterial) -> CsvTable:
    return wright_table(material.people, placed_items(material), cut=material.statistics.cut_score)


def _information(_session: Session, _actor: Actor, material: UnitMaterial) -> CsvTable:
    if material.information is None:
        raise NotFound(what="item that counts in unit", name=material.statistics.unit)
    return information_table(material.information)


def _elements(_session: Session, _actor: Actor, material: UnitMaterial) -> CsvTable:
    if material.information is None:
        raise NotFound(what="item that counts in unit", name=material.statistics.unit)
    return element_table(material.information)


def _queue(session: Session, actor: Actor, material: UnitMaterial) -> CsvTable:
    """List the queue of items by harm, a row for each reason against each item, the most harmful first."""
    wanted = QueueFilter(unit=material.statistics.unit, standing=ANY)
    queue = harm_queue(session, actor=actor, wanted=wanted) if material.rows else None
    rows = [
        (
            place, entry.item.line.code, entry.item.line.version, entry.standing, reason.harm, reason.wording,
            reason.about, reason.strength, dict(reason.figures), reason in entry.fresh,
        )
        for place, entry in enumerate(queue.entries if queue else (), 1)
        for reason in entry.item.reasons
    ]  # fmt: skip
    columns = ("place", "code", "version", "standing", "harm", "wording", "about", "strength", "figures", "new")
    return CsvTable("queue", columns, rows)


def _decisions(session: Session, _actor: Actor, material: UnitMaterial) -> CsvTable:
    return table_of("decisions", ItemVerdict, item_verdicts(session, material))


def _dif(session: Session, _actor: Actor, material: UnitMaterial) -> CsvTable:
    found = latest_dif(session, standard_id=material.standard_id, unit=material.statistics.unit)
    fields = (
        "classification", "share_difference", "variable", "variable_en", "favours", "favours_en", "simulated",
    )  # fmt: skip
    rows = [
        (line.code, line.version, *(getattr(found[line.item_version_id], field) for field in fields))
        for line in material.statistics.lines
        if line.item_version_id in found
    ]
    return CsvTable("dif", ("code", "version", *fields), rows)


_MAKERS: Mapping[str, Maker] = {
    "items": _items,
    "queue": _queue,
    "decisions": _decisions,
    "dif": _dif,
    "exposure": _exposure,
    "information": _information,
    "elements": _elements,
    "wright_map": _wright,
}
#: Names of the tables of a unit, those of `samat` first.
UNIT_TABLES = (PARAMETERS, *_MAKERS)
