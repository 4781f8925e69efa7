"""The places of an item that a comment can be about, and whether words stand there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from itembank.authoring.content import ItemContent, Option
from itembank.authoring.marked_text import plain_text
from itembank.authoring.translations import TranslatedOption, Translation

#: The item as a whole.
WHOLE_ITEM = ""


def places_of(content: ItemContent) -> Mapping[str, tuple[str, ...]]:
    """Give the texts of an item by place, in the order of reading; a place without any text is left out."""
    found = dict(_original(content))
    for translation in content.translations:
        found |= {f"translations.{translation.language}.{place}": texts for place, texts in _translated(translation)}
    return {place: texts for place, texts in found.items() if any(text.strip() for text in texts)}


def words_stand(quote: str, texts: Sequence[str]) -> bool:
    """Tell whether quoted words stand in one of the texts, whatever their emphasis and line breaks."""
    wanted = _plain(quote)
    return bool(wanted) and any(wanted in _plain(text) for text in texts)


def place_of_words(content: ItemContent, *, place: str, quote: str) -> str | None:
    """Find where a comment belongs in a version.

    Args:
        content: The version.
        place: Where the comment was made.
        quote: The words that it is about; nothing where it is about the place as a whole.

    Returns:
        The place; another one of the kind, or any other, where only that holds the words, such as an option that
        moved; None where the words, or the place, no longer stand.
    """
    places = places_of(content)
    if not quote:
        return place if place == WHOLE_ITEM or place in places else None
    found = [name for name, texts in places.items() if words_stand(quote, texts)]
    kind = _kind(place)
    return next(iter(sorted(found, key=lambda name: (name != place, _kind(name) != kind))), None)


def _kind(place: str) -> str:
    return re.sub(r"\d+", "", place)


def _plain(text: str) -> str:
    return " ".join(plain_text(text).split())


def _original(content: ItemContent) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "stimulus", (content.stimulus,)
    yield "stem", (content.stem,)
    yield from _options(content.options)
    for number, prompt in enumerate(content.prompts, start=1):
        yield f"prompts.{number}", (prompt.text, *prompt.options)
    if content.number is not None:
        key = content.number
        yield "number", (key.value, key.tolerance, key.unit)
    yield "accepted", content.accepted
    for number, aspect in enumerate(content.rubric, start=1):
        yield f"rubric.{number}", (aspect.title, *aspect.levels)
    yield "rationale", (content.rationale,)
    yield "source", (content.source,)


def _translated(translation: Translation) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "stimulus", (translation.stimulus,)
    yield "stem", (translation.stem,)
    yield from _options(translation.options)
    for number, prompt in enumerate(translation.prompts, start=1):
        yield f"prompts.{number}", (prompt.text, *prompt.options)
    yield "number", (translation.unit,)
    yield "rationale", (translation.rationale,)


def _options(options: Sequence[Option | TranslatedOption]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for number, option in enumerate(options, start=1):
        yield f"options.{number}", (option.text,)
        yield f"options.{number}.rationale", (option.rationale,)
