"""Translated texts whose original was changed after they were written, as far as the versions of the item tell.

An item does not record which wording a translation was made from. Its versions do: a translated text was made, or last
looked after, for the version in which it first stands. Where the original of that text reads otherwise today, the
translation may have missed the change; whether it did is for a person to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from itembank.authoring.content_problems import WrittenItem


@dataclass(frozen=True, slots=True)
class OutdatedText:
    """A translated text that may have missed a change.

    Attributes:
        field: Its field, such as ``stem``, ``options.2`` or ``options.2.rationale``.
        version: Number of the version in which the translated text first stands.
    """

    field: str
    version: int


@dataclass(frozen=True, slots=True)
class _Pair:
    field: str
    original: str
    translated: str

    @property
    def kind(self) -> str:
        name = self.field.partition(".")[0]
        return f"{name} rationale" if self.field.endswith(".rationale") else name


def outdated_texts(
    item: WrittenItem, *, language: str, versions: Sequence[tuple[int, WrittenItem]]
) -> tuple[OutdatedText, ...]:
    """Find the translated texts that may have missed a change of their original.

    Args:
        item: The item, or a draft of it, as it reads now.
        language: Language of the translation.
        versions: The item's versions by number, in any order.

    Returns:
        The texts in the order of the item's fields.
    """
    history = [
        (number, tuple(_pairs(version, language))) for number, version in sorted(versions, key=lambda one: one[0])
    ]
    found = []
    for pair in _pairs(item, language):
        first = next(((number, pairs) for number, pairs in history if _originals(pair, pairs)), None)
        if first is not None and pair.original not in _originals(pair, first[1]):
            found.append(OutdatedText(pair.field, first[0]))
    return tuple(found)


def _originals(pair: _Pair, pairs: Sequence[_Pair]) -> set[str]:
    # By what it says and not by its place: options are moved about.
    return {other.original for other in pairs if other.kind == pair.kind and other.translated == pair.translated}


def _pairs(item: WrittenItem, language: str) -> Iterator[_Pair]:
    translation = next((one for one in item.translations if one.language == language), None)
    if translation is None:
        return
    texts = [
        _Pair("stem", item.stem, translation.stem),
        _Pair("stimulus", item.stimulus, translation.stimulus),
        _Pair("rationale", item.rationale, translation.rationale),
    ]
    for number, (option, worded) in enumerate(zip(item.options, translation.options, strict=False), start=1):
        texts.append(_Pair(f"options.{number}", option.text, worded.text))
        texts.append(_Pair(f"options.{number}.rationale", option.rationale, worded.rationale))
    for number, (prompt, line) in enumerate(zip(item.prompts, translation.prompts, strict=False), start=1):
        texts.append(_Pair(f"prompts.{number}", prompt.text, line.text))
        texts += [
            _Pair(f"prompts.{number}.options.{place}", choice, other)
            for place, (choice, other) in enumerate(zip(prompt.options, line.options, strict=False), start=1)
        ]
    yield from (pair for pair in texts if pair.translated.strip())
