"""The file of our own beside each item of a package: what QTI has no place for, and the texts as they were written.

It names the item by a digest. Where the item was changed since, its texts are read from the item and only what the item
can't say is taken from here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from itembank.authoring.content import ItemContent
from itembank.authoring.exchange import ExchangedEnemy, ExchangedItem
from itembank.errors import InvalidInput

#: Says that a file is such a record, and in which form.
FORM: Final = "samat-item-1"


@dataclass(frozen=True, slots=True)
class OwnRecord:
    """An item as it was when it was written, and the digest of what was written of it."""

    digest: str
    item: ExchangedItem


def write_record(item: ExchangedItem, digest: str) -> bytes:
    """Write the record of an item."""
    document = {
        "form": FORM,
        "digest": digest,
        "code": item.code,
        "state": item.state,
        "enemies": [{"code": enemy.code, "reason": enemy.reason} for enemy in item.enemies],
        "content": item.content.to_dict(),
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def read_record(data: bytes, *, images: Mapping[str, str]) -> OwnRecord | None:
    """Read a record; None if the file is something else, or does not hold what a record has to.

    Args:
        data: The file.
        images: What the ids of images have become, where they are others now.
    """
    try:
        text = data.decode()
        for old, new in images.items():
            text = text.replace(f"(media:{old})", f"(media:{new})")
        document = json.loads(text)
        return _record(document) if isinstance(document, dict) and document.get("form") == FORM else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, InvalidInput):
        return None


def _record(document: Mapping[str, Any]) -> OwnRecord:
    enemies = tuple(ExchangedEnemy(str(one["code"]), str(one.get("reason", ""))) for one in document["enemies"])
    content = ItemContent.from_dict(document["content"])
    item = ExchangedItem(str(document["code"]), str(document["state"]), content, enemies)
    return OwnRecord(str(document["digest"]), item)
