"""Items as files: Excel and CSV for spreadsheets, JSON for programs. What is written reads back as the same."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from itembank.authoring.content import ItemContent
from itembank.authoring.exchange import ExchangedEnemy, ExchangedItem
from itembank.errors import InvalidInput, UnreadableFile
from itembank.exchange.item_sheets import read_sheet, write_sheet
from itembank.exchange.item_table import COLUMNS, REQUIRED_COLUMNS, item_of, row_of

FORMATS = ("csv", "json", "xlsx")

#: A cell that begins so is run as a formula by spreadsheets; an apostrophe before it keeps it a text.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def read_items(path: Path, *, file_format: str | None = None) -> tuple[ExchangedItem, ...]:
    """Read items from a file.

    Args:
        path: The file.
        file_format: ``csv``, ``json`` or ``xlsx``; by the file's ending if not given.

    Raises:
        UnreadableFile: Names the file, the row and the field, and what was expected.
    """
    readers = {"csv": _read_csv, "json": _read_json, "xlsx": read_sheet}
    return readers[_format(path, file_format)](path)


def write_items(path: Path, items: Iterable[ExchangedItem], *, file_format: str | None = None) -> None:
    """Write items to a file.

    Raises:
        UnreadableFile: The format is none of these, or it can't hold a text of an item.
    """
    writers = {"csv": _write_csv, "json": _write_json, "xlsx": write_sheet}
    writers[_format(path, file_format)](path, items)


def _write_json(path: Path, items: Iterable[ExchangedItem]) -> None:
    documents = [_document(item) for item in items]
    path.write_text(json.dumps(documents, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _write_csv(path: Path, items: Iterable[ExchangedItem]) -> None:
    # The mark at the beginning tells spreadsheets that the file is UTF-8; without it Thai comes out garbled.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(_guarded(row_of(item)) for item in items)


def _document(item: ExchangedItem) -> dict[str, Any]:
    enemies = [{"code": enemy.code, "reason": enemy.reason} for enemy in item.enemies]
    return {"id": item.code, "status": item.state} | item.content.to_dict() | {"enemies": enemies}


def _format(path: Path, file_format: str | None) -> str:
    found = file_format or path.suffix.removeprefix(".").lower()
    if found not in FORMATS:
        raise UnreadableFile(file=path, expected="a file that ends in .csv, .json or .xlsx, or the option --format")
    return found


def _guarded(cells: dict[str, str]) -> dict[str, str]:
    return {name: f"'{cell}" if _would_run(cell) else cell for name, cell in cells.items()}


def _would_run(cell: str) -> bool:
    # One that has its apostrophe already gets another, or reading would take its own.
    return cell.lstrip("'").startswith(_FORMULA_STARTS)


def _read_csv(path: Path) -> tuple[ExchangedItem, ...]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableFile(file=path, expected="UTF-8; save the sheet as CSV UTF-8") from None
    reader = csv.DictReader(io.StringIO(text), restkey="")
    missing = [name for name in REQUIRED_COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise UnreadableFile(file=path, expected=f"line 1: the columns {', '.join(missing)}")
    items = []
    # A row goes over several lines; its reader only tells where it ends.
    begins = reader.line_num + 1
    for row in reader:
        where, begins = f"line {begins}", reader.line_num + 1
        cells = {name: _plain(cell) for name, cell in row.items() if isinstance(cell, str)}
        try:
            items.append(item_of(cells))
        except InvalidInput as error:
            raise UnreadableFile(file=path, expected=f"{where}: {error}") from error
    return tuple(items)


def _plain(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _would_run(cell) else cell


def _read_json(path: Path) -> tuple[ExchangedItem, ...]:
    try:
        documents = json.loads(path.read_text(encoding="utf-8-sig"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise UnreadableFile(file=path, expected=f"a JSON array of items; {error}") from error
    if not isinstance(documents, list):
        raise UnreadableFile(file=path, expected="a JSON array of items")
    items = []
    for number, document in enumerate(documents, start=1):
        try:
            items.append(_json_item(document))
        except InvalidInput as error:
            raise UnreadableFile(file=path, expected=f"item {number}: {error}") from error
    return tuple(items)


def _json_item(document: Any) -> ExchangedItem:
    if not isinstance(document, dict):
        raise InvalidInput(field="item", expected="an object")
    options = document.get("options")
    if not isinstance(options, list) or not all(isinstance(entry, dict) and "text" in entry for entry in options):
        raise InvalidInput(field="options", expected="an array of objects with text, correct and rationale")
    plain = document | {"options": [{"correct": False} | entry for entry in options]}
    enemies = document.get("enemies", [])
    if not isinstance(enemies, list) or not all(isinstance(entry, dict) and "code" in entry for entry in enemies):
        raise InvalidInput(field="enemies", expected="an array of objects with code and reason")
    return ExchangedItem(
        code=str(document.get("id", "")),
        state=str(document.get("status", "")),
        content=ItemContent.from_dict(plain),
        enemies=tuple(ExchangedEnemy(str(entry["code"]), str(entry.get("reason", ""))) for entry in enemies),
    )
