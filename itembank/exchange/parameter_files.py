"""Reads and writes files of item parameters."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from calibration.calibration_result import CalibratedItem
from itembank.exchange.tables import Table, open_table

MODELS = ("rasch", "1pl", "2pl")
REQUIRED_COLUMNS = ("item", "model", "b")
COLUMNS = ("item", "model", "a", "b", "c", "d", "unit", "element", "criterion", "se_a", "se_b", "enemies")


@dataclass(frozen=True)
class ParameterRow:
    """Parameters of one item, and where it stands in the standard.

    Args:
        item_id: The item.
        model: ``"rasch"``, ``"1pl"`` or ``"2pl"``.
        discrimination: a (D = 1).
        difficulty: b.
        unit: Code of its unit of competence, or blank.
        element: Code of its element, or blank.
        criterion: Code of its criterion, or blank.
        se_discrimination: Standard error of a, or None.
        se_difficulty: Standard error of b, or None.
        enemies: Items that may not appear in a test together with it.
    """

    item_id: str
    model: str
    discrimination: float
    difficulty: float
    unit: str = ""
    element: str = ""
    criterion: str = ""
    se_discrimination: float | None = None
    se_difficulty: float | None = None
    enemies: tuple[str, ...] = ()

    @classmethod
    def from_calibrated(cls, item: CalibratedItem, *, tags: ParameterRow | None = None) -> ParameterRow:
        """Put a calibrated item in a row.

        Args:
            item: The item.
            tags: A row from which to take unit, element, criterion and enemies.

        Returns:
            The row.
        """
        row = cls(
            item_id=item.item_id,
            model=item.model,
            discrimination=item.discrimination,
            difficulty=item.difficulty,
            se_discrimination=item.se_discrimination if math.isfinite(item.se_discrimination) else None,
            se_difficulty=item.se_difficulty if math.isfinite(item.se_difficulty) else None,
        )
        if tags is None:
            return row
        return replace(row, unit=tags.unit, element=tags.element, criterion=tags.criterion, enemies=tags.enemies)


def read_parameters(path: Path) -> tuple[ParameterRow, ...]:
    """Read item parameters.

    The columns ``item``, ``model`` and ``b`` are needed, and ``a`` for the models with a discrimination; ``unit``,
    ``element``, ``criterion``, ``se_a``, ``se_b`` and ``enemies`` (joined by ``;``) may follow, others are ignored.

    Args:
        path: A ``.csv`` or ``.csv.gz`` file.

    Returns:
        One row an item, in the order of the file.

    Raises:
        UnreadableFile: A file that cannot be read, a model that is not available, an item given twice or a number that
            is impossible, with the line.
    """
    with open_table(path) as table:
        columns = {name.lower(): k for k, name in enumerate(table.header)}
        missing = [name for name in REQUIRED_COLUMNS if name not in columns]
        if missing:
            table.refuse(f"no column {missing[0]!r}; item,model,a,b are expected", row=1)
        rows: dict[str, ParameterRow] = {}
        line_of: dict[str, int] = {}
        for line, cells in table.rows:
            row = _Line(table, line, {name: cells[k].strip() for name, k in columns.items()}).parse()
            if row.item_id in rows:
                table.refuse(f"item {row.item_id!r} again after line {line_of[row.item_id]}", row=line)
            rows[row.item_id] = row
            line_of[row.item_id] = line
        if not rows:
            table.refuse("there are no items below the header")
        return tuple(rows.values())


@dataclass(frozen=True, eq=False)
class _Line:
    """The cells of one item by column."""

    table: Table
    number: int
    cells: Mapping[str, str]

    def parse(self) -> ParameterRow:
        item_id, model = self.cells["item"], self.cells["model"].lower()
        if not item_id:
            self.table.refuse("the item is blank", row=self.number)
        if model not in MODELS:
            self._refuse(f"model {self.cells['model']!r} is not available yet; {', '.join(MODELS)} are")
        self._refuse_asymptotes(model)
        return ParameterRow(
            item_id=item_id,
            model=model,
            discrimination=self._discrimination(model),
            difficulty=self._required("b"),
            unit=self.cells.get("unit", ""),
            element=self.cells.get("element", ""),
            criterion=self.cells.get("criterion", ""),
            se_discrimination=self._error("se_a"),
            se_difficulty=self._error("se_b"),
            enemies=tuple(code.strip() for code in self.cells.get("enemies", "").split(";") if code.strip()),
        )

    def _refuse(self, expected: str) -> NoReturn:
        self.table.refuse(f"item {self.cells['item']!r}: {expected}", row=self.number)

    def _number(self, name: str) -> float | None:
        text = self.cells.get(name, "")
        if not text:
            return None
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            self._refuse(f"{name} is {text!r}; a number is expected")
        return value

    def _required(self, name: str) -> float:
        value = self._number(name)
        if value is None:
            self._refuse(f"{name} is blank; a number is expected")
        return value

    def _discrimination(self, model: str) -> float:
        if model == "rasch":
            value = self._number("a")
            if value not in (None, 1.0):
                self._refuse(f"a is {value:g}; in the Rasch model it is 1")
            return 1.0
        discrimination = self._required("a")
        if discrimination <= 0:
            self._refuse(f"a is {discrimination:g}; a positive number is expected")
        return discrimination

    def _error(self, name: str) -> float | None:
        value = self._number(name)
        if value is not None and value < 0:
            self._refuse(f"{name} is {value:g}; a number from 0 is expected")
        return value

    def _refuse_asymptotes(self, model: str) -> None:
        for name, neutral in (("c", 0.0), ("d", 1.0)):
            value = self._number(name)
            if value not in (None, neutral):
                self._refuse(f"{name} is {value:g}; in the model {model} it is blank or {neutral:g}")


def write_parameters(path: Path, rows: Iterable[ParameterRow]) -> None:
    """Write item parameters to a CSV file.

    Args:
        path: Where; a file that is there already is replaced.
        rows: The items.
    """
    path.write_text(format_parameters(rows), encoding="utf-8", newline="")


def format_parameters(rows: Iterable[ParameterRow]) -> str:
    """Write item parameters as CSV text.

    Args:
        rows: The items.

    Returns:
        The text, with a header; numbers are written so that they read back the same.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow(
            (
                row.item_id,
                row.model,
                repr(float(row.discrimination)),
                repr(float(row.difficulty)),
                "",
                "",
                row.unit,
                row.element,
                row.criterion,
                _blank_or(row.se_discrimination),
                _blank_or(row.se_difficulty),
                ";".join(row.enemies),
            )
        )
    return text.getvalue()


def _blank_or(value: float | None) -> str:
    return "" if value is None else repr(float(value))
