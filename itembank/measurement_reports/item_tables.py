"""The curves of one item to take away as CSV: of now and of the newest run, what was observed, what options attract."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from uuid import UUID

from sqlmodel import Session

from calibration.curves import CharacteristicCurve, ObservedProportion
from itembank.actor import Actor
from itembank.calibration_runs.item_detail import ItemDetail, item_detail
from itembank.errors import NotFound
from itembank.measurement_reports.csv_table import CsvTable, csv_text

#: Which curve a row belongs to.
BANK, NEWEST = "bank", "newest"


def item_file(session: Session, *, actor: Actor, item_id: UUID, name: str, version: int | None = None) -> Iterator[str]:
    """Give one table of an item as a CSV file.

    Args:
        session: The transaction; everything is read before the first piece is given.
        actor: A psychometrician.
        item_id: The item.
        name: One of `ITEM_TABLES`.
        version: Which version; None for the one that counts.

    Raises:
        NotAllowed: The actor is not a psychometrician.
        NotFound: There is no such item in a bank, or no such table.
    """
    detail = item_detail(session, actor=actor, item_id=item_id, version=version)
    if name not in _MAKERS:
        raise NotFound(what="table", name=name)
    return iter(list(csv_text(_MAKERS[name](detail))))


def _curves(detail: ItemDetail) -> CsvTable:
    rows = [
        (*_item(detail), which, *values)
        for which, curve, _ in _both(detail)
        for values in zip(
            *(column.tolist() for column in (curve.ability, curve.probability, curve.lower, curve.upper)), strict=True
        )
    ]
    return CsvTable("curves", ("code", "version", "curve", "ability", "share", "lower", "upper"), rows)


def _observed(detail: ItemDetail) -> CsvTable:
    rows = [
        (*_item(detail), which, point.ability, point.proportion, point.standard_error, point.n_expected)
        for which, _, points in _both(detail)
        for point in points
    ]
    return CsvTable("observed", ("code", "version", "curve", "ability", "share", "standard_error", "n"), rows)


def _options(detail: ItemDetail) -> CsvTable:
    rows = [
        (*_item(detail), option.letter, option.statistics.is_key, group.ability, group.count, group.shares[place])
        for place, option in enumerate(detail.options)
        for group in detail.groups
    ]
    return CsvTable("options", ("code", "version", "option", "is_key", "ability", "n", "share"), rows)


def _item(detail: ItemDetail) -> tuple[str, int]:
    return detail.line.code, detail.line.version


def _both(detail: ItemDetail) -> Iterator[tuple[str, CharacteristicCurve, tuple[ObservedProportion, ...]]]:
    yield BANK, detail.curve, detail.observed
    if detail.newest and not detail.newest.in_force:
        yield NEWEST, detail.newest.curve, detail.newest.observed


_MAKERS: Mapping[str, Callable[[ItemDetail], CsvTable]] = {
    "curves": _curves,
    "observed": _observed,
    "options": _options,
}
#: Names of the tables of an item.
ITEM_TABLES = tuple(_MAKERS)
