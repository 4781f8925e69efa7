"""Texts by their words, weighed by how rare each word is: which of many are most alike."""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Iterable
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

#: Texts this alike share most of the words that are rare among them.
ALIKE = 0.55
#: Texts that share fewer words are alike by chance, unless they have no others.
FEWEST_SHARED = 4
#: Rows compared at once: 512 against 10,000 take some 40 MB.
_ROWS = 512

Key = TypeVar("Key", bound=Hashable)


class WordIndex(Generic[Key]):
    """Texts by their words, each under a key; changed key by key, and weighed anew when it is next asked.

    Not for several threads at once.

    Reference:
        Salton & Buckley (1988) on weights of terms and the cosine between texts.
    """

    def __init__(self) -> None:
        self._place: dict[str, int] = {}
        self._words: dict[Key, npt.NDArray[np.int32]] = {}
        self._weighed: _Weighed[Key] | None = None

    def __contains__(self, key: Key) -> bool:
        return key in self._words

    def put(self, key: Key, words: Iterable[str]) -> None:
        """Keep a text's words under a key, in place of those before."""
        places = [self._place.setdefault(word, len(self._place)) for word in words]
        self._words[key] = np.unique(np.array(places, dtype=np.int32))
        self._weighed = None

    def drop(self, key: Key) -> None:
        """Forget a text, if it is there."""
        if self._words.pop(key, None) is not None:
            self._weighed = None

    def similar_to(self, words: Collection[str], *, least: float = ALIKE) -> list[tuple[Key, float]]:
        """Find the texts at least so alike, the most alike first.

        Args:
            words: The words of what is being written; it need not be in the index.
            least: The least similarity worth telling, from 0 to 1.
        """
        known = np.array(sorted(self._place[word] for word in words if word in self._place), dtype=np.int32)
        if not known.size or not self._words:
            return []
        weighed = self._weigh()
        # Words that no text has make this one less like all of them: they count in its length alone.
        strange = _rarity(len(self._words) + 1, 1) ** 2 * (len(words) - known.size)
        weights = weighed.weight[known]
        row = np.zeros(weighed.weight.size)
        row[known] = weights / math.sqrt(float(weights @ weights) + strange)
        likeness = weighed.rows @ row
        order = [int(place) for place in np.argsort(-likeness, kind="stable") if likeness[place] >= least]
        return [
            (weighed.keys[place], round(float(likeness[place]), 3))
            for place in order
            if self._enough_shared(known, self._words[weighed.keys[place]], strangers=len(words) - known.size)
        ]

    def pairs(
        self, among: Collection[Key], *, of: Collection[Key], least: float = ALIKE
    ) -> list[tuple[Key, Key, float]]:
        """Find the pairs that are so alike, each once, the most alike first.

        Args:
            among: Both texts of a pair are among these, such as the items of a unit.
            of: At least one text of a pair is one of these, such as the items that have changed.
            least: The least similarity.
        """
        weighed = self._weigh()
        place = {key: number for number, key in enumerate(weighed.keys)}
        all_of_them = np.array(sorted(place[key] for key in among), dtype=np.int64)
        wanted = np.array(sorted(place[key] for key in {*of} & {*among}), dtype=np.int64)
        found = {}
        for start in range(0, wanted.size, _ROWS):
            block = wanted[start : start + _ROWS]
            for row, other, value in weighed.alike(block, all_of_them, least):
                one, two = weighed.keys[row], weighed.keys[other]
                if row != other and self._enough_shared(self._words[one], self._words[two]):
                    found[min(row, other), max(row, other)] = round(value, 3)
        ordered = sorted(found.items(), key=lambda entry: (-entry[1], entry[0]))
        return [(weighed.keys[one], weighed.keys[two], value) for (one, two), value in ordered]

    def _weigh(self) -> _Weighed[Key]:
        if self._weighed is None:
            self._weighed = _Weighed(self._words, len(self._place))
        return self._weighed

    @staticmethod
    def _enough_shared(one: npt.NDArray[np.int32], other: npt.NDArray[np.int32], *, strangers: int = 0) -> bool:
        shared = np.intersect1d(one, other, assume_unique=True).size
        return shared >= FEWEST_SHARED or (shared == one.size == other.size and not strangers)


class _Weighed(Generic[Key]):
    """Rows of unit length, a column for each word."""

    def __init__(self, words: dict[Key, npt.NDArray[np.int32]], columns: int) -> None:
        self.keys = tuple(words)
        ends = np.cumsum([0, *(found.size for found in words.values())])
        indices = np.concatenate([*words.values(), np.empty(0, np.int32)])
        frequency = np.bincount(indices, minlength=columns)
        self.weight = np.log((1 + len(words)) / (1 + frequency)) + 1.0
        data = self.weight[indices]
        owners = np.repeat(np.arange(len(words)), np.diff(ends))
        lengths = np.sqrt(np.bincount(owners, data**2, minlength=len(words)))
        self.rows = csr_array((data / lengths[owners], indices, ends), shape=(len(words), columns))

    def alike(
        self, some: npt.NDArray[np.int64], others: npt.NDArray[np.int64], least: float
    ) -> Iterable[tuple[int, int, float]]:
        """Give the rows of one set that are so like rows of another, with their likeness."""
        likeness = (self.rows[some] @ self.rows[others].T).tocoo()
        for at in np.flatnonzero(likeness.data >= least):
            row, other = (int(found[at]) for found in likeness.coords)
            yield int(some[row]), int(others[other]), float(likeness.data[at])


def _rarity(texts: int, frequency: int) -> float:
    return math.log((1 + texts) / (1 + frequency)) + 1.0
