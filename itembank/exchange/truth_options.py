"""The two options of a true/false item, for formats that only say which is right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from itembank.authoring.content import ItemContent, ItemType, Option
from itembank.authoring.drafts import ItemDraft

_WORDS: Final = {"th": ("ถูก", "ผิด"), "en": ("True", "False")}


def truth_options(*, is_true: bool, rationales: Sequence[str] = ("", "")) -> tuple[Option, ...]:
    """Give both options in Thai words, true first."""
    words = zip(_WORDS["th"], rationales, strict=True)
    return tuple(
        Option(word, correct=(place == 0) is is_true, rationale=why) for place, (word, why) in enumerate(words)
    )


def truth_in_its_language(draft: ItemDraft) -> ItemDraft:
    """Give a draft whose true/false options are words of its language."""
    if draft.type != ItemType.TRUE_FALSE or draft.language not in _WORDS:
        return draft
    words = _WORDS[draft.language]
    return replace(
        draft,
        options=tuple(replace(option, text=word) for option, word in zip(draft.options, words, strict=True)),
    )


def has_words_of_its_own(content: ItemContent) -> bool:
    """Tell whether a true/false item's options are other words than those, which only a choice can carry."""
    return tuple(option.text.strip() for option in content.options) != _WORDS.get(content.language)
