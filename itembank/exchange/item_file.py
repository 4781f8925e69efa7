"""What a reader of any item format gives: item by item what can be taken, what can't, and what gets lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from itembank.authoring.content import CognitiveLevel
from itembank.authoring.exchange import ExchangedItem
from itembank.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class ItemDefaults:
    """What items get that a format, or a file, does not say."""

    criterion: str = ""
    difficulty_rating: int = 3
    cognitive_level: CognitiveLevel = CognitiveLevel.UNDERSTAND
    language: str = "th"


@dataclass(frozen=True, slots=True)
class Loss:
    """Something of an item that is left behind, since the bank, or the format written, has no place for it.

    ``construct`` names it in the format's own words, such as ``qti-hotspot-interaction`` or ``penalty``.
    """

    construct: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ReadItem:
    """One item of a file.

    ``place`` says where it stands, such as ``row 12``, ``line 40`` or the name of a file in an archive. ``item`` is
    None where ``problems`` say why it can't be taken; each names the field and what was expected. What is in ``lost``
    is left behind though the item is taken.
    """

    place: str
    name: str
    item: ExchangedItem | None
    problems: tuple[InvalidInput, ...] = ()
    lost: tuple[Loss, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemFile:
    """All items of a file in its order, and the images that their texts show, by image id, as they came."""

    items: tuple[ReadItem, ...]
    images: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """What writing a file left behind, by item code."""

    lost: Mapping[str, tuple[Loss, ...]] = field(default_factory=dict)
