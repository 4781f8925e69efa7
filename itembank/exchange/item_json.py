"""Items as JSON, for programs: an array of objects with the fields of an item's content."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from itembank.authoring.content import ItemContent
from itembank.authoring.exchange import ExchangedEnemy, ExchangedItem
from itembank.errors import InvalidInput, UnreadableFile
from itembank.exchange.file_bytes import file_bytes, refuse_too_many
from itembank.exchange.item_file import ItemDefaults, ItemFile, Loss, ReadItem
from itembank.exchange.item_table import NO_DEFAULTS

_FIELDS = frozenset(ItemContent.__dataclass_fields__) | {"id", "status", "enemies"}

_LISTS_OF_OBJECTS = frozenset({"options", "prompts", "rubric", "translations", "enemies"})
_LISTS = _LISTS_OF_OBJECTS | {"accepted", "levels"}
_TRUTHS = frozenset({"correct", "partial_credit", "percent"})


def write_json(path: Path, items: Sequence[ExchangedItem]) -> None:
    """Write items as an array of objects."""
    documents = [_document(item) for item in items]
    path.write_text(json.dumps(documents, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def read_json(path: Path, *, defaults: ItemDefaults = NO_DEFAULTS) -> ItemFile:
    """Read items from an array of objects.

    Raises:
        UnreadableFile: It is no such array; says where and what was expected.
    """
    try:
        documents = json.loads(file_bytes(path).decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(file=path, expected=f"a JSON array of items; {error}") from error
    if not isinstance(documents, list):
        raise UnreadableFile(file=path, expected="a JSON array of items")
    refuse_too_many(path, len(documents))
    return ItemFile(tuple(_read(document, f"item {number}", defaults) for number, document in enumerate(documents, 1)))


def _document(item: ExchangedItem) -> dict[str, Any]:
    enemies = [{"code": enemy.code, "reason": enemy.reason} for enemy in item.enemies]
    return {"id": item.code, "status": item.state} | item.content.to_dict() | {"enemies": enemies}


def _read(document: Any, place: str, defaults: ItemDefaults) -> ReadItem:
    name = str(document.get("id", "")) if isinstance(document, dict) else ""
    try:
        item = _item(document, defaults)
    except InvalidInput as problem:
        return ReadItem(place=place, name=name, item=None, problems=(problem,))
    except (TypeError, AttributeError, ValueError):
        wrong_kind = InvalidInput(field="item", expected="fields of their kinds: texts, lists and objects")
        return ReadItem(place=place, name=name, item=None, problems=(wrong_kind,))
    lost = tuple(Loss(field) for field in document if field not in _FIELDS)
    return ReadItem(place=place, name=name, item=item, lost=lost)


def _item(document: Any, defaults: ItemDefaults) -> ExchangedItem:
    if not isinstance(document, dict):
        raise InvalidInput(field="item", expected="an object")
    options = document.get("options", [])
    if not isinstance(options, list) or not all(isinstance(entry, dict) and "text" in entry for entry in options):
        raise InvalidInput(field="options", expected="an array of objects with text, correct and rationale")
    enemies = document.get("enemies", [])
    if not isinstance(enemies, list) or not all(isinstance(entry, dict) and "code" in entry for entry in enemies):
        raise InvalidInput(field="enemies", expected="an array of objects with code and reason")
    for name in _FIELDS & set(document):
        _refuse_other_kinds(document[name], name, field=name)
    plain = _chosen(defaults) | document | {"options": [{"correct": False} | entry for entry in options]}
    return ExchangedItem(
        code=str(document.get("id", "")),
        state=str(document.get("status", "")),
        content=ItemContent.from_dict(plain),
        enemies=tuple(ExchangedEnemy(str(entry["code"]), str(entry.get("reason", ""))) for entry in enemies),
    )


def _refuse_other_kinds(value: Any, name: str, *, field: str) -> None:
    """Refuse nothing, a list or an object where a text stands: it would become one that nobody wrote.

    Raises:
        InvalidInput: Names the field.
    """
    if isinstance(value, list) and name in _LISTS:
        for number, entry in enumerate(value, start=1):
            _refuse_other_kinds(entry, f"{name}.entry", field=f"{field}.{number}")
    elif isinstance(value, dict) and (name == "number" or name.removesuffix(".entry") in _LISTS_OF_OBJECTS):
        for inner, entry in value.items():
            _refuse_other_kinds(entry, inner, field=f"{field}.{inner}")
    elif isinstance(value, bool) and name in _TRUTHS:
        return
    elif not (isinstance(value, str | int | float) and not isinstance(value, bool)) and (value, name) != (
        None,
        "number",
    ):
        raise InvalidInput(field=field, expected=f"a text, not {json.dumps(value, ensure_ascii=False)[:40]}")


def _chosen(defaults: ItemDefaults) -> dict[str, Any]:
    chosen: dict[str, Any] = {"cognitive_level": defaults.cognitive_level.value, "language": defaults.language}
    if defaults.criterion:
        chosen["criterion"] = defaults.criterion
    if defaults.difficulty_rating:
        chosen["difficulty_rating"] = defaults.difficulty_rating
    return chosen
