"""What a reader of any item format gives: item by item what can be taken, what can't, and what gets lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from itembank.authoring.content import CognitiveLevel
from itembank.authoring.drafts import ItemDraft
from itembank.authoring.exchange import ExchangedEnemy, ExchangedItem
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


def item_of_draft(
    draft: ItemDraft,
    *,
    place: str,
    name: str = "",
    code: str = "",
    state: str = "draft",
    enemies: tuple[ExchangedEnemy, ...] = (),
    problems: Sequence[InvalidInput] = (),
    lost: Sequence[Loss] = (),
) -> ReadItem:
    """Make what a reader gives of the fields that it found.

    Args:
        draft: The fields, checked here.
        place: Where the item stands in the file.
        name: What the file calls it; else its code.
        code: Its code in the bank, if the file gives one.
        state: Its state where it came from.
        enemies: Items that must not meet it.
        problems: What was wrong with the file's own way to say it; other problems of the same fields follow from it.
        lost: What is left behind.
    """
    known = {str(problem.details["field"]) for problem in problems}
    found = [*problems, *(one for one in draft.problems() if str(one.details["field"]) not in known)]
    item = None if found else ExchangedItem(code, state, draft.content(), enemies)
    return ReadItem(place=place, name=name or code, item=item, problems=tuple(found), lost=tuple(lost))
