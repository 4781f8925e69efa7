"""The data of the plots that units and runs have in common, with all their digits."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from engine.response_models import FloatArray
from itembank.drawing.wright_map import PlacedItem, PlacedPerson, wright_map
from itembank.measurement_reports.csv_table import CsvTable
from itembank.measurement_reports.information_curves import InformationCurves


def information_table(curves: InformationCurves, before: InformationCurves | None = None) -> CsvTable:
    """Give information by ability, with the target; `before` adds that of the old values."""
    series = [curves.ability, curves.all_items, curves.longest_test]
    columns = ["theta", "all_items", f"best_{curves.length}_items"]
    if before is not None:
        series.append(before.all_items)
        columns.append("all_items_before")
    known = [_finite(curves.target), curves.distance, curves.cut_score]
    rows = [[*numbers, *known] for numbers in zip(*map(_listed, series), strict=True)]
    return CsvTable("information", (*columns, "target", "target_distance", "cut_score"), rows)


def element_table(curves: InformationCurves) -> CsvTable:
    """Give information at the cut score by element, with the target of its verdict."""
    rows = [(one.element, one.items, one.at_cut, _finite(one.target)) for one in curves.elements]
    return CsvTable("elements", ("element", "items", "information_at_cut", "target"), rows)


def wright_table(people: Sequence[PlacedPerson], items: Sequence[PlacedItem], *, cut: float | None) -> CsvTable:
    """Give the rows of the Wright map: how many candidates and which items are in each range of the scale."""
    rows = wright_map(people, items, cut=cut).rows
    columns = ("low", "high", "real_candidates", "simulated_candidates", "items")
    return CsvTable("wright_map", columns, [(row.low, row.high, row.real, row.simulated, row.items) for row in rows])


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None


def _listed(values: FloatArray) -> list[float]:
    return [float(value) for value in values]
