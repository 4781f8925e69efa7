"""What is said about each item of a file: ready or not, why not, what gets lost, what to look at."""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from itembank.authoring.content import ItemContent
from itembank.authoring.marked_text import plain_text
from itembank.errors import InvalidInput
from itembank.exchange.item_file import ReadItem

#: Characters of an item's beginning that a row shows, and of any other text: a hostile file may hold longer ones.
_BEGINNING: Final = 160
_LONGEST: Final = 500


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One item of a file.

    ``problems`` are the details of `InvalidInput`; ``alike`` are codes of items of the bank, or places in the file,
    that read much the same; ``stored_as`` is its code once it is stored. ``packed`` is the whole question with its key,
    packed since a file may have thousands of which a page shows few; empty where it can't be read, or is in the bank.
    """

    number: int
    place: str
    name: str
    type: str
    criterion: str
    language: str
    beginning: str
    problems: tuple[Mapping[str, Any], ...]
    lost: tuple[tuple[str, str], ...]
    flaws: int
    alike: tuple[str, ...]
    stored_as: str = ""
    packed: str = ""

    @property
    def content(self) -> ItemContent | None:
        """The whole question with its key and rationales, if there is one to look at."""
        if not self.packed:
            return None
        return ItemContent.from_dict(json.loads(zlib.decompress(b64decode(self.packed))))

    @property
    def ready(self) -> bool:
        """Whether it can be stored."""
        return not self.problems

    def to_dict(self) -> dict[str, Any]:
        """Give the row as a JSON document."""
        return asdict(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> ImportRow:
        """Read a row that `to_dict` gave."""
        return cls(**{
            **document,
            "problems": tuple(document["problems"]),
            "lost": tuple((construct, detail) for construct, detail in document["lost"]),
            "alike": tuple(document["alike"]),
        })  # fmt: skip


def row_of(
    read: ReadItem, number: int, *, problems: Sequence[InvalidInput] = (), flaws: int = 0, alike: Sequence[str] = ()
) -> ImportRow:
    """Describe an item of a file.

    Args:
        read: What its reader found.
        number: Which of the file's items it is, from 1.
        problems: What keeps it from the bank beyond what its reader found.
        flaws: How many flaws of item writing warn of it.
        alike: What reads much the same.
    """
    content = read.item.content if read.item else None
    return ImportRow(
        number=number,
        place=_short(read.place),
        name=_short(read.item.code if read.item and read.item.code else read.name),
        type=content.type.value if content else "",
        criterion=content.criterion if content else "",
        language=content.language if content else "",
        beginning=" ".join(plain_text(content.stem).split())[:_BEGINNING] if content else "",
        problems=tuple(_plain(problem) for problem in (*read.problems, *problems)),
        lost=tuple((_short(loss.construct), _short(loss.detail)) for loss in read.lost),
        flaws=flaws,
        alike=tuple(alike),
        packed=_packed(content) if content else "",
    )


def _packed(content: ItemContent) -> str:
    text = json.dumps(content.to_dict(), ensure_ascii=False, separators=(",", ":"))
    return b64encode(zlib.compress(text.encode())).decode()


def _plain(problem: InvalidInput) -> dict[str, Any]:
    return {
        name: value if isinstance(value, int | float | bool) else _short(str(value))
        for name, value in problem.details.items()
    }


def _short(text: str) -> str:
    kept = text.replace("\0", "").encode("utf-8", "replace").decode()
    return kept if len(kept) <= _LONGEST else f"{kept[: _LONGEST - 1]}…"
