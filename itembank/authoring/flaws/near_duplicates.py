"""Items that say nearly the same: candidates for enemies, or one too many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from itembank.authoring.content import LANGUAGES, ItemContent
from itembank.authoring.flaws.word_index import ALIKE, WordIndex
from itembank.authoring.item_words import words_by_language


@dataclass(frozen=True, slots=True)
class SimilarPair:
    """Two items and how alike they are: 0 for nothing in common, 1 for the same words."""

    first: str
    second: str
    similarity: float


def similar_pairs(contents: Mapping[str, ItemContent], *, least: float = ALIKE) -> tuple[SimilarPair, ...]:
    """Find all pairs of items that are so alike in a language that both are worded in, the most alike first.

    Args:
        contents: Items by code.
        least: The least similarity worth telling.
    """
    words = {code: words_by_language(content) for code, content in contents.items()}
    alike: dict[tuple[str, str], float] = {}
    for language in LANGUAGES:
        index: WordIndex[str] = WordIndex()
        for code, found in words.items():
            if language in found:
                index.put(code, found[language])
        worded = [code for code, found in words.items() if language in found]
        for first, second, similarity in index.pairs(worded, of=worded, least=least):
            alike[first, second] = max(similarity, alike.get((first, second), 0.0))
    found_pairs = (SimilarPair(first, second, similarity) for (first, second), similarity in alike.items())
    return tuple(sorted(found_pairs, key=lambda pair: (-pair.similarity, pair.first, pair.second)))
