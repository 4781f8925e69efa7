"""Reads and writes files of item parameters."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from calibration.calibration_result import CalibratedItem
from engine.errors import InvalidParameters
from engine.response_models import RESPONSE_MODELS, ItemParameters
from itembank.exchange.tables import Table, open_table

REQUIRED_COLUMNS = ("item", "model")
#: Column of each parameter that is one number, with what it is where the model has no such parameter.
_COLUMN_OF = {
    "discrimination": ("a", 1.0),
    "difficulty": ("b", None),
    "guessing": ("c", 0.0),
    "upper_asymptote": ("d", 1.0),
}
_PARAMETER_COLUMNS = ("item", "model", "a", "b", "c", "d")
_PLACE_COLUMNS = ("unit", "element", "criterion")
_THRESHOLD = re.compile(r"b[1-9][0-9]*")
#: Columns that say what an item is made of; a column that is none of these is a classification of the items.
_KNOWN = re.compile(r"item|model|[acd]|b[0-9]*|se_.*|unit|element|criterion|enemies|seconds|testlet")
MODELS = tuple(name for name, model in RESPONSE_MODELS.items() if set(model.fields) <= {*_COLUMN_OF, "thresholds"})


@dataclass(frozen=True)
class ParameterRow:
    """Parameters of one item, and where it stands in the standard.

    Args:
        item_id: The item.
        model: ``"rasch"``, ``"1pl"``, ``"2pl"``, ``"3pl"``, ``"4pl"``, ``"grm"`` or ``"gpcm"``.
        discrimination: a (D = 1).
        difficulty: b; where there are thresholds their mean.
        unit: Code of its unit of competence, or blank.
        element: Code of its element, or blank.
        criterion: Code of its criterion, or blank.
        se_discrimination: Standard error of a, or None.
        se_difficulty: Standard error of b, or None.
        enemies: Items that may not appear in a test together with it.
        guessing: c.
        upper_asymptote: d.
        thresholds: b1, b2, … of an item with more than two scores.
        se_guessing: Standard error of c, or None.
        se_thresholds: Standard errors of the thresholds, each a number or None; empty where none is known.
        attributes: Further classifications that a blueprint may bound, as (name, value).
        seconds: Time that the item is expected to take, or None.
        testlet: Code that it shares with the other items of its testlet, or blank.
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
    guessing: float = 0.0
    upper_asymptote: float = 1.0
    thresholds: tuple[float, ...] = ()
    se_guessing: float | None = None
    se_thresholds: tuple[float | None, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    seconds: float | None = None
    testlet: str = ""

    @property
    def parameters(self) -> ItemParameters:
        """The same as the engine takes it; unknown standard errors are taken as 0.

        Raises:
            InvalidParameters: A parameter is one that the engine can't measure by; names the item.
        """
        return ItemParameters(
            item_id=self.item_id,
            model=self.model,
            discrimination=self.discrimination,
            difficulty=self.difficulty,
            unit=self.unit,
            element=self.element,
            criterion=self.criterion,
            enemies=self.enemies,
            attributes=self.attributes,
            expected_seconds=self.seconds or 0.0,
            se_discrimination=self.se_discrimination or 0.0,
            se_difficulty=self._se_location(),
            guessing=self.guessing,
            upper_asymptote=self.upper_asymptote,
            thresholds=self.thresholds,
            testlet=self.testlet,
        )

    def _se_location(self) -> float:
        if self.se_difficulty is None and self.se_thresholds:
            # Errors of thresholds go together; their mean is the error of a location if they do so entirely.
            return sum(error or 0.0 for error in self.se_thresholds) / len(self.se_thresholds)
        return self.se_difficulty or 0.0

    def calibrated(self) -> CalibratedItem:
        """Give the item to a calibration; unknown standard errors are infinite."""
        return CalibratedItem(
            item_id=self.item_id,
            model=self.model,
            discrimination=self.discrimination,
            difficulty=self.difficulty,
            se_discrimination=_error(self.se_discrimination),
            se_difficulty=_error(self.se_difficulty),
            covariance=0.0,
            n_responses=0,
            thresholds=self.thresholds,
            se_thresholds=tuple(map(_error, self.se_thresholds)) or (math.inf,) * len(self.thresholds),
            guessing=self.guessing,
            se_guessing=_error(self.se_guessing) if self.model == "3pl" else 0.0,
        )

    @classmethod
    def from_calibrated(cls, item: CalibratedItem, *, tags: ParameterRow | None = None) -> ParameterRow:
        """Put a calibrated item in a row.

        Args:
            item: The item.
            tags: A row from which to take everything but parameters.

        Returns:
            The row.
        """
        row = cls(
            item_id=item.item_id,
            model=item.model,
            discrimination=item.discrimination,
            difficulty=item.difficulty,
            se_discrimination=_known(item.se_discrimination),
            se_difficulty=_known(item.se_difficulty),
            guessing=item.guessing,
            thresholds=item.thresholds,
            se_guessing=_known(item.se_guessing) if item.model == "3pl" else None,
            se_thresholds=tuple(_known(error) for error in item.se_thresholds),
        )
        if tags is None:
            return row
        tagged = replace(row, unit=tags.unit, element=tags.element, criterion=tags.criterion, enemies=tags.enemies)
        return replace(tagged, attributes=tags.attributes, seconds=tags.seconds, testlet=tags.testlet)


def _error(known: float | None) -> float:
    return math.inf if known is None else known


def _known(error: float) -> float | None:
    return error if math.isfinite(error) else None


def read_parameters(path: Path) -> tuple[ParameterRow, ...]:
    """Read item parameters.

    The columns ``item`` and ``model`` are needed, and those of each item's model: ``b`` and, except for ``rasch``,
    ``a``; for ``3pl`` and ``4pl`` also ``c``, for ``4pl`` also ``d``; for ``grm`` and ``gpcm`` instead of ``b`` as many
    of ``b1,b2,…`` as the item has thresholds. ``unit``, ``element``, ``criterion``, standard errors (``se_a``,
    ``se_b``, ``se_c``, ``se_b1``, …), ``enemies`` (joined by ``;``), ``testlet`` (the same code for all items of one)
    and ``seconds`` may follow; every further column is a classification of the items by its name.

    Args:
        path: A ``.csv`` or ``.csv.gz`` file.

    Returns:
        One row an item, in the order of the file.

    Raises:
        UnreadableFile: A file that cannot be read, a model that is not available, an item given twice or a number that
            is impossible, with the line.
    """
    with open_table(path) as table:
        columns = _columns_of(table)
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


def _columns_of(table: Table) -> dict[str, int]:
    columns: dict[str, int] = {}
    for k, name in enumerate(table.header):
        if name and columns.setdefault(name.lower(), k) != k:
            table.refuse(f"column {name!r} appears twice; each column has a name of its own", row=1)
    missing = [name for name in REQUIRED_COLUMNS if name not in columns]
    if missing:
        table.refuse(f"no column {missing[0]!r}; item,model,a,b are expected", row=1)
    return columns


@dataclass(frozen=True, eq=False)
class _Line:
    """The cells of one item by column."""

    table: Table
    number: int
    cells: Mapping[str, str]

    def parse(self) -> ParameterRow:
        item_id, name = self.cells["item"], self.cells["model"].lower()
        if not item_id:
            self.table.refuse("the item is blank", row=self.number)
        if name not in MODELS:
            self._refuse(f"model {self.cells['model']!r} is not available; {', '.join(MODELS)} are")
        fields = RESPONSE_MODELS[name].fields
        thresholds = self._thresholds(name, used="thresholds" in fields)
        values = {field: self._parameter(name, field, used=field in fields) for field in _COLUMN_OF}
        row = ParameterRow(
            item_id=item_id,
            model=name,
            discrimination=values["discrimination"],
            difficulty=sum(thresholds) / len(thresholds) if thresholds else values["difficulty"],
            unit=self.cells.get("unit", ""),
            element=self.cells.get("element", ""),
            criterion=self.cells.get("criterion", ""),
            se_discrimination=self._error("se_a"),
            se_difficulty=self._error("se_b"),
            enemies=tuple(code.strip() for code in self.cells.get("enemies", "").split(";") if code.strip()),
            guessing=values["guessing"],
            upper_asymptote=values["upper_asymptote"],
            thresholds=thresholds,
            se_guessing=self._error("se_c"),
            se_thresholds=self._threshold_errors(len(thresholds)),
            attributes=tuple((name, cell) for name, cell in self.cells.items() if cell and not _KNOWN.fullmatch(name)),
            seconds=self._seconds(),
            testlet=self.cells.get("testlet", ""),
        )
        self._refuse_impossible(row)
        return row

    def _refuse(self, expected: str) -> NoReturn:
        self.table.refuse(f"item {self.cells['item']!r}: {expected}", row=self.number)

    def _refuse_impossible(self, row: ParameterRow) -> None:
        try:
            row.parameters  # noqa: B018 - building them is the check
        except InvalidParameters as error:
            self.table.refuse(str(error), row=self.number)

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

    def _parameter(self, model: str, field: str, *, used: bool) -> float:
        """Read a parameter that the model has, or make sure that the file does not claim one that it has not."""
        column, neutral = _COLUMN_OF[field]
        value = self._number(column)
        if not used:
            if value not in (None, neutral):
                allowed = "blank" if neutral is None else f"blank or {neutral:g}"
                self._refuse(f"{column} is {value:g}; in the model {model} it is {allowed}")
            return math.nan if neutral is None else neutral
        if value is None:
            self._refuse(f"{column} is blank; a number is expected")
        if column == "a" and value <= 0:
            self._refuse(f"a is {value:g}; a positive number is expected")
        return value

    def _thresholds(self, model: str, *, used: bool) -> tuple[float, ...]:
        names = sorted((name for name in self.cells if _THRESHOLD.fullmatch(name)), key=lambda name: int(name[1:]))
        given = [name for name in names if self.cells[name]]
        if given and not used:
            self._refuse(f"{given[0]} is {self.cells[given[0]]}; in the model {model} it is blank")
        if not given and used:
            self._refuse("b1 is blank; a number is expected")
        values = []
        for place, name in enumerate(given, start=1):
            if name != f"b{place}":
                self._refuse(f"b{place} is blank, although {given[-1]} is not")
            values.append(self._number(name))
        return tuple(value for value in values if value is not None)

    def _threshold_errors(self, count: int) -> tuple[float | None, ...]:
        errors = tuple(self._error(f"se_b{place}") for place in range(1, count + 1))
        return errors if any(error is not None for error in errors) else ()

    def _seconds(self) -> float | None:
        value = self._number("seconds")
        if value is not None and value <= 0:
            self._refuse(f"seconds is {value:g}; a positive number is expected")
        return value

    def _error(self, name: str) -> float | None:
        value = self._number(name)
        if value is not None and value < 0:
            self._refuse(f"{name} is {value:g}; a number from 0 is expected")
        return value


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
        The text, with a header; numbers are written so that they read back the same. Columns of thresholds, and of
        their errors and that of c, of testlets and of times, stand there only if an item has them.
    """
    cells = [_cells(row) for row in rows]
    filled = {name for row in cells for name, cell in row.items() if cell}
    thresholds = [f"b{place}" for place in range(1, sum(bool(_THRESHOLD.fullmatch(name)) for name in filled) + 1)]
    classifications = dict.fromkeys(name for row in cells for name in row if row[name] and not _KNOWN.fullmatch(name))
    classifications |= {name: None for name in ("testlet", "seconds") if name in filled}
    optional = [name for name in ("se_c", *(f"se_{name}" for name in thresholds)) if name in filled]
    text = io.StringIO()
    writer = csv.DictWriter(
        text,
        [*_PARAMETER_COLUMNS, *thresholds, *_PLACE_COLUMNS, "se_a", "se_b", *optional, "enemies", *classifications],
        restval="",
        extrasaction="ignore",
        lineterminator="\n",
    )
    writer.writeheader()
    writer.writerows(cells)
    return text.getvalue()


def _cells(row: ParameterRow) -> dict[str, str]:
    fields = RESPONSE_MODELS[row.model].fields
    cells = {name: getattr(row, name) for name in _PLACE_COLUMNS}
    cells |= {"item": row.item_id, "model": row.model, "enemies": ";".join(row.enemies)}
    for field, (column, _neutral) in _COLUMN_OF.items():
        # Rasch items are written with their a of 1.
        if field in fields or field == "discrimination":
            cells[column] = _blank_or(getattr(row, field))
    cells |= dict(row.attributes) | {"seconds": _blank_or(row.seconds), "testlet": row.testlet}
    errors = {"se_a": row.se_discrimination, "se_b": row.se_difficulty, "se_c": row.se_guessing}
    errors |= {f"se_b{place}": error for place, error in enumerate(row.se_thresholds, start=1)}
    thresholds = {f"b{place}": value for place, value in enumerate(row.thresholds, start=1)}
    return cells | {name: _blank_or(value) for name, value in (errors | thresholds).items()}


def _blank_or(value: float | None) -> str:
    return "" if value is None else repr(float(value))
