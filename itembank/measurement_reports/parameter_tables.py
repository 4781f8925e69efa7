"""The parameters of a bank and of a run as PARAMETERS.csv, which ``samat score`` and ``samat simulate`` read."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from itembank.calibration_runs.results import RunItem
from itembank.errors import InvalidInput
from itembank.exchange.parameter_files import MODELS, ParameterRow
from itembank.measurement_reports.csv_table import safe_text
from itembank.measurement_reports.run_material import RunMaterial
from itembank.measurement_reports.unit_material import UnitMaterial
from itembank.tables import BankItem

#: A classification of the items tried out, by which a blueprint can tell them from those that count.
_TRIED_OUT = ("pretest", "yes")


def bank_parameters(material: UnitMaterial) -> tuple[ParameterRow, ...]:
    """Give what the bank in force measures a unit by; items tried out are marked by a column ``pretest``.

    Raises:
        InvalidInput: An item has a model that the file's format does not know.
    """
    names = {row.item_code: safe_text(row.item_code) for row, _ in material.rows if not row.pretest}
    return tuple(_row(row, safe_text(material.names[row.item_version_id]), names) for row, _ in material.rows)


def run_parameters(material: RunMaterial) -> tuple[ParameterRow, ...]:
    """Give what a run found, without items that have no usable estimate; places in the standard are the base bank's."""
    usable = [item for item in material.run.items if item.usable or item.fixed]
    names = {item.code: safe_text(material.names[item.item_version_id]) for item in usable}
    return tuple(_run_row(item, material, names) for item in usable)


def _row(row: BankItem, name: str, names: Mapping[str, str]) -> ParameterRow:
    if row.model not in MODELS:
        raise InvalidInput(
            field="parameters", expected=f"a model among {', '.join(MODELS)}; {row.item_code} has {row.model}"
        )
    attributes = {**row.attributes, **(dict([_TRIED_OUT]) if row.pretest else {})}
    return ParameterRow(
        item_id=name,
        model=row.model,
        discrimination=row.discrimination,
        difficulty=row.difficulty,
        unit=row.unit,
        element=row.element,
        criterion=row.criterion,
        se_discrimination=row.se_discrimination,
        se_difficulty=row.se_difficulty,
        enemies=tuple(names[code] for code in row.enemies if code in names and names[code] != name),
        guessing=float(row.parameters.get("guessing", 0.0)),
        upper_asymptote=float(row.parameters.get("upper_asymptote", 1.0)),
        thresholds=tuple(row.parameters.get("thresholds", ())),
        attributes=tuple(sorted(attributes.items())),
        seconds=row.expected_seconds or None,
        # Items tried out are asked one by one, whatever text they share.
        testlet="" if row.pretest else row.testlet,
    )


def _run_row(item: RunItem, material: RunMaterial, names: Mapping[str, str]) -> ParameterRow:
    base = material.base.get(UUID(item.item_version_id))
    name = safe_text(material.names[item.item_version_id])
    tags = None if base is None else _row(base, name, names)
    return ParameterRow(
        item_id=name,
        model=item.model,
        discrimination=item.a,
        difficulty=item.b,
        unit=material.run.unit,
        element=tags.element if tags else "",
        criterion=tags.criterion if tags else "",
        se_discrimination=item.se_a,
        se_difficulty=item.se_b,
        enemies=tags.enemies if tags else (),
        guessing=item.c or 0.0,
        thresholds=item.thresholds,
        se_guessing=item.se_c,
        se_thresholds=item.se_thresholds if any(error is not None for error in item.se_thresholds) else (),
        attributes=tags.attributes if tags else (),
        seconds=tags.seconds if tags else None,
        testlet=tags.testlet if tags else "",
    )
