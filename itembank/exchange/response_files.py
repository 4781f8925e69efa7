"""Reads files of scored responses, wide or long."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import numpy as np

from calibration.responses import HIGHEST_SCORE, ResponseData
from itembank.exchange.tables import Table, open_table

LONG_COLUMNS = ("person", "item", "score")
NOT_ADMINISTERED = -1
UNREAD = -2
LONGEST_NUMBER = 10


def read_responses(path: Path) -> ResponseData:
    """Read scored responses.

    A file with the columns ``person``, ``item`` and ``score`` (in any order, among others) is long: a row is an answer.
    Any other is wide: the first column names the person and each further one is an item; blank cells were not
    administered. Identifiers are text, whatever they look like.

    Args:
        path: A ``.csv``, ``.csv.gz`` or ``.parquet`` file.

    Returns:
        The responses. Persons and items of a wide file without any answer are listed too.

    Raises:
        UnreadableFile: A file that cannot be read, with the line and what was expected there.
    """
    with open_table(path) as table:
        lowered = [name.lower() for name in table.header]
        if all(name in lowered for name in LONG_COLUMNS):
            _refuse_repeated_columns(table, lowered)
            return _read_long(table, [lowered.index(name) for name in LONG_COLUMNS])
        return _read_wide(table)


def _refuse_repeated_columns(table: Table, lowered: Sequence[str]) -> None:
    for name in LONG_COLUMNS:
        if lowered.count(name) > 1:
            table.refuse(f"column {name!r} appears {lowered.count(name)} times; one is expected", row=1)


@dataclass(eq=False)
class _Scores:
    """Whole numbers by how they are written, learnt as new ways turn up: a cell costs one look-up."""

    table: Table
    known: dict[str, int] = field(default_factory=lambda: {"": NOT_ADMINISTERED, "0": 0, "1": 1})

    def read(self, cell: str, *, row: int, where: str) -> int:
        score = self.known.get(cell, UNREAD)
        if score != UNREAD:
            return score
        text = cell.strip()
        whole, _, fraction = text.partition(".")
        # Programs that have no missing whole numbers write 1.0.
        written_whole = whole.isascii() and whole.isdigit() and not fraction.strip("0")
        if text and not (written_whole and len(whole) < LONGEST_NUMBER and int(whole) <= HIGHEST_SCORE):
            self.table.refuse(f"{where}: score {cell!r}; a whole number from 0 to {HIGHEST_SCORE} is expected", row=row)
        self.known[cell] = int(whole) if text else NOT_ADMINISTERED
        return self.known[cell]


def _read_long(table: Table, columns: Sequence[int]) -> ResponseData:
    person_column, item_column, score_column = columns
    scores = _Scores(table)
    person_index: dict[str, int] = {}
    item_index: dict[str, int] = {}
    person, item, score, rows = [], [], [], []
    for row, cells in table.rows:
        person_id, item_id, cell = cells[person_column].strip(), cells[item_column].strip(), cells[score_column]
        if not (person_id and item_id and cell.strip()):
            _refuse_blank(table, row, (person_id, item_id, cell.strip()))
        person.append(person_index.setdefault(person_id, len(person_index)))
        item.append(item_index.setdefault(item_id, len(item_index)))
        score.append(scores.read(cell, row=row, where=f"person {person_id!r}, item {item_id!r}"))
        rows.append(row)
    if not rows:
        table.refuse("there are no responses below the header")
    _refuse_unprintable(table, "person", person_index)
    _refuse_unprintable(table, "item", item_index)
    _refuse_repeated_pairs(table, (tuple(person_index), tuple(item_index)), person, item, rows)
    return ResponseData.from_indices(tuple(person_index), tuple(item_index), person, item, score)


def _refuse_blank(table: Table, row: int, values: tuple[str, str, str]) -> NoReturn:
    blank = next(name for name, value in zip(LONG_COLUMNS, values, strict=True) if not value)
    table.refuse(f"{blank} is blank; a value is expected in each of person, item and score", row=row)


def _refuse_unprintable(table: Table, kind: str, ids: Iterable[str]) -> None:
    """Refuse names with NUL characters, which show nowhere and make two names of one."""
    for name in ids:
        if "\x00" in name:
            table.refuse(f"{kind} {name!r} has a NUL character in its name")


def _refuse_repeated_pairs(
    table: Table, ids: tuple[Sequence[str], Sequence[str]], person: list[int], item: list[int], rows: list[int]
) -> None:
    key = np.asarray(person, dtype=np.int64) * len(ids[1]) + np.asarray(item)
    order = np.argsort(key, kind="stable")
    repeated = np.flatnonzero(np.diff(key[order]) == 0)
    if len(repeated):
        # The earliest row that repeats an earlier one; the sort is stable, so its predecessor comes first.
        which = repeated[np.argmin(order[repeated + 1])]
        first, again = int(order[which]), int(order[which + 1])
        table.refuse(
            f"person {ids[0][person[again]]!r}, item {ids[1][item[again]]!r} again after {table.unit} {rows[first]}; "
            "each person answers an item at most once",
            row=rows[again],
        )


def _read_wide(table: Table) -> ResponseData:
    items = table.header[1:]
    _refuse_header(table, items)
    scores = _Scores(table)
    row_of_person: dict[str, int] = {}
    person, item, score = [], [], []
    for row, cells in table.rows:
        person_id = cells[0].strip()
        if not person_id:
            table.refuse("the person in the first column is blank", row=row)
        if person_id in row_of_person:
            table.refuse(f"person {person_id!r} again after {table.unit} {row_of_person[person_id]}", row=row)
        values = np.array([scores.known.get(cell, UNREAD) for cell in cells[1:]], dtype=np.int8)
        for column in np.flatnonzero(values == UNREAD):
            where = f"person {person_id!r}, item {items[column]!r}"
            values[column] = scores.read(cells[1 + int(column)], row=row, where=where)
        answered = np.flatnonzero(values >= 0)
        person.append(np.full(len(answered), len(row_of_person), dtype=np.int32))
        item.append(answered.astype(np.int32))
        score.append(values[answered])
        row_of_person[person_id] = row
    if not any(len(part) for part in score):
        table.refuse("there are no responses below the header")
    _refuse_unprintable(table, "person", row_of_person)
    return ResponseData.from_indices(
        tuple(row_of_person), items, np.concatenate(person), np.concatenate(item), np.concatenate(score)
    )


def _refuse_header(table: Table, items: Sequence[str]) -> None:
    if not items:
        table.refuse(
            "one column; either person,item,score or the person followed by one column an item is expected", row=1
        )
    seen: set[str] = set()
    for number, name in enumerate(items, start=2):
        if not name:
            table.refuse(f"column {number} has no name; an item is expected", row=1)
        if name in seen:
            table.refuse(f"item {name!r} has two columns; each item has one", row=1)
        seen.add(name)
