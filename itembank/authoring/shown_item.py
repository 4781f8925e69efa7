"""An item as candidates may see it: no key, no rationale, no parameter, not even the item's code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from itembank.authoring.content_problems import WrittenItem
from itembank.authoring.item_types.own_parts import has_part
from itembank.authoring.item_types.question import ItemType, Prompt
from itembank.authoring.item_types.shown_order import mixed_order, shown_order
from itembank.authoring.translations import TranslatedPrompt


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
    texts = [option.text for option in item.options] if has_part(kind, "options") else []
    if kind == ItemType.ORDERING:
        return shown_order(texts)
    return mixed_order(texts) if kind == ItemType.MATCHING else tuple(range(len(texts)))


def shown_item(item: WrittenItem, kind: str, *, language: str | None = None) -> ShownItem:
    """Show an item, or a draft of one, in a language; in its own where there is no such translation.

    A draft may still hold parts of the type that it had before; only those of its present type are shown.

    Args:
        item: What is shown.
        kind: Its type.
        language: The language wanted; None for its own.
    """
    translation = next((one for one in item.translations if one.language == language), None)
    worded = translation or item
    unit = (translation.unit if translation else "") or (item.number.unit if item.number else "")
    return ShownItem(
        type=kind,
        language=worded.language,
        stem=worded.stem,
        options=_in_order([option.text for option in worded.options], option_places(item, kind)),
        prompts=_shown_prompts(item, worded.prompts) if has_part(kind, "prompts") else (),
        unit=unit if has_part(kind, "number") else "",
        stimulus=worded.stimulus,
        partial_credit=item.partial_credit,
    )


def _shown_prompts(item: WrittenItem, worded: Sequence[Prompt | TranslatedPrompt]) -> tuple[ShownPrompt, ...]:
    # The order of a gap's choices comes from the original. A draft's translation may have parts that it has not.
    return tuple(
        ShownPrompt(there.text, _in_order(there.options, mixed_order(kept.options)))
        for kept, there in zip(item.prompts, worded, strict=False)
    )


def _in_order(texts: Sequence[str], places: Sequence[int]) -> tuple[str, ...]:
    return tuple(texts[place] for place in places if place < len(texts))
