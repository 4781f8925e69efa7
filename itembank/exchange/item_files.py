"""Items as files: CSV for spreadsheets, JSON for programs. What is written reads back as the same."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from itembank.authoring.content import ItemContent
from itembank.authoring.exchange import ExchangedEnemy, ExchangedItem
from itembank.errors import InvalidInput, UnreadableFile

COLUMNS = (
    "id", "criterion", "type", "status", "stem", "options", "key", "difficulty_rating",
    "cognitive_level", "language", "rationales", "source", "testlet", "stimulus", "partial_credit", "enemies",
)  # fmt: skip
_REQUIRED = ("criterion", "type", "stem", "options", "key", "difficulty_rating")

#: A cell that begins so is run as a formula by spreadsheets; an apostrophe before it keeps it a text.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

#: Words for yes and no; the first of each is written, spreadsheets make others of them.
_YES = ("yes", "true", "1", "ใช่")
_NO = ("no", "false", "0", "ไม่")


def read_items(path: Path, *, file_format: str | None = None) -> tuple[ExchangedItem, ...]:
    """Read items from a file.

    Args:
        path: The file.
        file_format: ``csv`` or ``json``; by the file's ending if not given.

    Raises:
        UnreadableFile: Names the file, the row and the field, and what was expected.
    """
    if _format(path, file_format) == "json":
        return _read_json(path)
    return _read_csv(path)


def write_items(path: Path, items: Iterable[ExchangedItem], *, file_format: str | None = None) -> None:
    """Write items to a file.

    Raises:
        UnreadableFile: The format is not one of csv and json.
    """
    if _format(path, file_format) == "json":
        documents = [_document(item) for item in items]
        path.write_text(json.dumps(documents, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        return
    # The mark at the beginning tells spreadsheets that the file is UTF-8; without it Thai comes out garbled.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(_row(item) for item in items)


def _document(item: ExchangedItem) -> dict[str, Any]:
    enemies = [{"code": enemy.code, "reason": enemy.reason} for enemy in item.enemies]
    return {"id": item.code, "status": item.state} | item.content.to_dict() | {"enemies": enemies}


def _format(path: Path, file_format: str | None) -> str:
    found = file_format or path.suffix.removeprefix(".").lower()
    if found not in ("csv", "json"):
        raise UnreadableFile(file=path, expected="a file that ends in .csv or .json, or the option --format")
    return found


def _row(item: ExchangedItem) -> dict[str, str]:
    content = item.content
    cells = {
        "id": item.code,
        "criterion": content.criterion,
        "type": content.type.value,
        "status": item.state,
        "stem": content.stem,
        "options": "\n".join(_one_line(option.text) for option in content.options),
        "key": content.key_letters,
        "difficulty_rating": str(content.difficulty_rating),
        "cognitive_level": content.cognitive_level.value,
        "language": content.language,
        "rationales": "\n".join(_one_line(option.rationale) for option in content.options),
        "source": content.source,
        "testlet": content.testlet,
        "stimulus": content.stimulus,
        "partial_credit": _YES[0] if content.partial_credit else _NO[0],
        "enemies": "\n".join(_enemy_line(enemy) for enemy in item.enemies),
    }
    return {name: f"'{cell}" if _would_run(cell) else cell for name, cell in cells.items()}


def _would_run(cell: str) -> bool:
    # One that has its apostrophe already gets another, or reading would take its own.
    return cell.lstrip("'").startswith(_FORMULA_STARTS)


def _enemy_line(enemy: ExchangedEnemy) -> str:
    return f"{enemy.code}: {_one_line(enemy.reason)}" if enemy.reason else enemy.code


def _one_line(text: str) -> str:
    return " ".join(text.split("\n"))


def _read_csv(path: Path) -> tuple[ExchangedItem, ...]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableFile(file=path, expected="UTF-8; save the sheet as CSV UTF-8") from None
    reader = csv.DictReader(io.StringIO(text), restkey="")
    missing = [name for name in _REQUIRED if name not in (reader.fieldnames or ())]
    if missing:
        raise UnreadableFile(file=path, expected=f"line 1: the columns {', '.join(missing)}")
    items = []
    # A row goes over several lines; its reader only tells where it ends.
    begins = reader.line_num + 1
    for row in reader:
        where, begins = f"line {begins}", reader.line_num + 1
        cells = {name: _plain(cell) for name, cell in row.items() if isinstance(cell, str)}
        try:
            items.append(_item(cells))
        except InvalidInput as error:
            raise UnreadableFile(file=path, expected=f"{where}: {error}") from error
    return tuple(items)


def _item(cells: Mapping[str, str]) -> ExchangedItem:
    texts = _lines(cells.get("options", ""))
    rationales = _lines(cells.get("rationales", ""))
    key = _key(cells.get("key", ""), len(texts))
    document: dict[str, Any] = {
        "criterion": cells.get("criterion", ""),
        "type": cells.get("type", ""),
        "cognitive_level": cells.get("cognitive_level") or "apply",
        "difficulty_rating": cells.get("difficulty_rating", ""),
        "language": cells.get("language") or "th",
        "stem": cells.get("stem", ""),
        "options": [
            {
                "text": text,
                "correct": position in key,
                "rationale": rationales[position] if position < len(rationales) else "",
            }
            for position, text in enumerate(texts)
        ],
        "source": cells.get("source", ""),
        "testlet": cells.get("testlet", "").strip(),
        "stimulus": cells.get("stimulus", ""),
        "partial_credit": _partial_credit(cells.get("partial_credit", "")),
    }
    return ExchangedItem(
        code=cells.get("id", ""),
        state=cells.get("status", ""),
        content=ItemContent.from_dict(document),
        enemies=tuple(_enemy(line) for line in _lines(cells.get("enemies", "")) if line.strip()),
    )


def _lines(cell: str) -> list[str]:
    # Not splitlines(): word processors put marks into texts that it takes for ends of lines.
    cell = cell.rstrip("\n")
    return cell.split("\n") if cell else []


def _enemy(line: str) -> ExchangedEnemy:
    code, _, reason = line.partition(": ")
    return ExchangedEnemy(code.strip(), reason.strip())


def _partial_credit(cell: str) -> bool:
    word = cell.strip().lower()
    if word not in (*_YES, *_NO, ""):
        raise InvalidInput(field="partial_credit", expected=f"{_YES[0]} or {_NO[0]}, not {cell!r}")
    return word in _YES


def _key(letters: str, options: int) -> set[int]:
    positions = {ord(letter) - ord("A") for letter in letters.upper() if not letter.isspace() and letter not in ",;"}
    if not positions or not all(0 <= position < options for position in positions):
        last = chr(ord("A") + max(options, 1) - 1)
        raise InvalidInput(field="key", expected=f"letters from A to {last}, not {letters!r}")
    return positions


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
