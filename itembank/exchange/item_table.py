"""An item as a row of text cells, as tables of any kind hold it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from itembank.authoring.content import ItemContent
from itembank.authoring.exchange import ExchangedEnemy, ExchangedItem
from itembank.errors import InvalidInput

COLUMNS = (
    "id", "criterion", "type", "status", "stem", "options", "key", "difficulty_rating",
    "cognitive_level", "language", "rationales", "source", "testlet", "stimulus", "partial_credit", "enemies",
)  # fmt: skip
REQUIRED_COLUMNS = ("criterion", "type", "stem", "options", "key", "difficulty_rating")

#: Words for yes and no; the first of each is written, spreadsheets make others of them.
_YES = ("yes", "true", "1", "ใช่")
_NO = ("no", "false", "0", "ไม่")


def row_of(item: ExchangedItem) -> dict[str, str]:
    """Write an item as a row, by column."""
    content = item.content
    return {
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


def item_of(cells: Mapping[str, str]) -> ExchangedItem:
    """Read an item from a row.

    Raises:
        InvalidInput: Names the column and what was expected.
    """
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


def _enemy_line(enemy: ExchangedEnemy) -> str:
    return f"{enemy.code}: {_one_line(enemy.reason)}" if enemy.reason else enemy.code


def _one_line(text: str) -> str:
    return " ".join(text.split("\n"))


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
