"""An item as candidates may see it: no key, no rationale, no parameter, not even the item's code."""

from __future__ import annotations

from dataclasses import dataclass

from itembank.authoring.content_problems import WrittenItem
from itembank.authoring.item_types.question import ItemType
from itembank.authoring.item_types.shown_order import shown_order
from itembank.authoring.translations import Translation

#: Types whose options are kept in an order that would give the key away.
SHUFFLED_TYPES = (ItemType.MATCHING, ItemType.ORDERING)


@dataclass(frozen=True, slots=True)
class ShownPrompt:
    """A line to match, or a gap with its choices."""

    text: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownItem:
    """The texts of an item in one language, in the order in which they are shown; answers name places in it."""

    type: str
    language: str
    stem: str
    options: tuple[str, ...] = ()
    prompts: tuple[ShownPrompt, ...] = ()
    #: What stands after the number of a numeric item.
    unit: str = ""
    #: The text that the question shares with others, empty where it stands alone.
    stimulus: str = ""
    #: Whether parts count one by one.
    partial_credit: bool = False


def option_places(item: WrittenItem, kind: str) -> tuple[int, ...]:
    """Give the kept places of the options in the order in which they are shown, the same in every language."""
    if kind in SHUFFLED_TYPES and len(item.options) > 1:
        return shown_order([option.text for option in item.options])
    return tuple(range(len(item.options)))


def shown_item(item: WrittenItem, kind: str, *, language: str | None = None) -> ShownItem:
    """Show an item, or a draft of one, in a language; in its own where there is no such translation.

    Args:
        item: What is shown.
        kind: Its type.
        language: The language wanted; None for its own.
    """
    translation = next((one for one in item.translations if one.language == language), None)
    if translation is not None:
        return _translated(item, kind, translation)
    texts = [option.text for option in item.options]
    return ShownItem(
        type=kind,
        language=item.language,
        stem=item.stem,
        options=tuple(texts[place] for place in option_places(item, kind)),
        prompts=tuple(ShownPrompt(prompt.text, tuple(prompt.options)) for prompt in item.prompts),
        unit=item.number.unit if item.number else "",
        stimulus=item.stimulus,
        partial_credit=item.partial_credit,
    )


def _translated(item: WrittenItem, kind: str, translation: Translation) -> ShownItem:
    texts = [option.text for option in translation.options]
    unit = item.number.unit if item.number else ""
    return ShownItem(
        type=kind,
        language=translation.language,
        stem=translation.stem,
        options=tuple(texts[place] for place in option_places(item, kind) if place < len(texts)),
        prompts=tuple(ShownPrompt(prompt.text, tuple(prompt.options)) for prompt in translation.prompts),
        unit=translation.unit or unit,
        stimulus=translation.stimulus,
        partial_credit=item.partial_credit,
    )
