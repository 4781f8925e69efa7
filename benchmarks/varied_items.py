"""A bank as large as one likes, made by varying the starter bank: the same lengths, other words."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import replace

from itembank.authoring.content import ItemContent
from itembank.authoring.exchange import ExchangedItem
from itembank.authoring.flaws.words import content_words, words_of
from itembank.authoring.starter import starter_items

#: One variant in this many differs from its pattern by little, as near duplicates do.
_NEAR_EVERY = 12
_FEW, _MANY = 0.08, 0.5


def varied_items(count: int, *, seed: int = 5) -> list[ExchangedItem]:
    """Make items from the starter bank's in turn, most with half of their words exchanged for others of their unit."""
    chance = random.Random(seed)
    patterns = starter_items()
    words: dict[str, list[str]] = defaultdict(list)
    for _, content in patterns:
        for text in (content.stem, *(option.text for option in content.options)):
            words[_unit(content)] += [word for word in words_of(text) if word in content_words(text)]
    found = []
    for number in range(count):
        _, pattern = patterns[number % len(patterns)]
        share = _FEW if number % _NEAR_EVERY == 0 else _MANY
        content = _varied(pattern, words[_unit(pattern)], share=share, chance=chance)
        found.append(ExchangedItem(code=f"V{number:05d}", state="draft", content=content))
    return found


def _unit(content: ItemContent) -> str:
    return content.criterion.rstrip("0123456789.-")[:5]


def _varied(pattern: ItemContent, words: list[str], *, share: float, chance: random.Random) -> ItemContent:
    def other(text: str) -> str:
        for word in dict.fromkeys(words_of(text)):
            if len(word) > 1 and chance.random() < share:
                text = text.replace(word, chance.choice(words), 1)
        return text

    options = tuple(replace(option, text=other(option.text)) for option in pattern.options)
    if len({option.text.strip() for option in options}) < len(options):
        options = pattern.options
    return replace(
        pattern,
        stem=other(pattern.stem),
        options=options,
        testlet="",
        stimulus="",
        difficulty_rating=chance.randint(1, 5),
        translations=(),
    )
