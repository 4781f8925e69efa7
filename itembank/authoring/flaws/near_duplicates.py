"""Items that say nearly the same: candidates for enemies, or one too many."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from itembank.authoring.content import ItemContent
from itembank.authoring.flaws.words import content_words

#: Items this alike share most of the words that are rare in the bank.
ALIKE = 0.55
#: Rows compared at once; 512 rows against 10,000 items take 40 MB.
_ROWS = 512


@dataclass(frozen=True, slots=True)
class SimilarItem:
    """An item, and how alike it is: 0 for nothing in common, 1 for the same words."""

    code: str
    similarity: float


@dataclass(frozen=True, slots=True)
class SimilarPair:
    """Two items and how alike they are."""

    first: str
    second: str
    similarity: float


class SimilarityIndex:
    """The words of a bank's items, weighed by how rare they are in the bank.

    Reference:
        Salton & Buckley (1988) on weights of terms and the cosine between texts.
    """

    def __init__(self, contents: Mapping[str, ItemContent]) -> None:
        self._codes = tuple(contents)
        found = [_words(content) for content in contents.values()]
        frequency = Counter(word for words in found for word in words)
        self._place = {word: place for place, word in enumerate(sorted(frequency))}
        self._weight = np.array([_rarity(len(found), frequency[word]) for word in self._place])
        self._rows = self._matrix(found)

    def similar_to(
        self, content: ItemContent, *, except_code: str = "", least: float = ALIKE, most: int = 5
    ) -> tuple[SimilarItem, ...]:
        """Find the items most alike, the most alike first.

        Args:
            content: What is being written; it need not be in the index.
            except_code: The item itself, which is no duplicate of its earlier version.
            least: The least similarity worth telling.
            most: At most so many.
        """
        likeness = (self._rows @ self._matrix([_words(content)]).T).toarray()[:, 0]
        order = [int(place) for place in np.argsort(-likeness, kind="stable") if likeness[place] >= least]
        found = [SimilarItem(self._codes[place], round(float(likeness[place]), 3)) for place in order]
        return tuple(item for item in found if item.code != except_code)[:most]

    def pairs(self, *, least: float = ALIKE) -> tuple[SimilarPair, ...]:
        """Find all pairs that are so alike, the most alike first."""
        found = []
        for start in range(0, len(self._codes), _ROWS):
            block = (self._rows[start : start + _ROWS] @ self._rows.T).tocoo()
            alike = (block.data >= least) & (block.coords[1] > block.coords[0] + start)
            for row, other, value in zip(
                block.coords[0][alike], block.coords[1][alike], block.data[alike], strict=True
            ):
                found.append(SimilarPair(self._codes[start + row], self._codes[other], round(float(value), 3)))
        return tuple(sorted(found, key=lambda pair: (-pair.similarity, pair.first, pair.second)))

    def _matrix(self, texts: list[frozenset[str]]) -> csr_array[np.float64]:
        columns = [sorted(self._place[word] for word in words if word in self._place) for words in texts]
        # Words that the bank has not yet make an item less like all others: they count in its length alone.
        strange = [_rarity(len(self._codes) + 1, 1) ** 2 * sum(w not in self._place for w in words) for words in texts]
        values: list[npt.NDArray[np.float64]] = []
        for places, more in zip(columns, strange, strict=True):
            weights = self._weight[places]
            values.append(weights / (math.sqrt(float(weights @ weights) + more) or 1.0))
        ends = np.cumsum([0, *(len(places) for places in columns)])
        data = np.concatenate(values) if values else np.empty(0)
        indices = np.array([place for places in columns for place in places], dtype=np.int32)
        return csr_array((data, indices, ends), shape=(len(texts), len(self._place)))


def _words(content: ItemContent) -> frozenset[str]:
    # A text that a testlet's items share would make all of them alike.
    return frozenset().union(content_words(content.stem), *(content_words(option.text) for option in content.options))


def _rarity(items: int, frequency: int) -> float:
    return math.log((1 + items) / (1 + frequency)) + 1.0
