"""Differences between two wordings, in pieces that people can read.

Thai is written without spaces between words, and a letter carries its vowels and tone marks above and below. Wordings
are therefore compared by clusters of a letter with its marks, by whole words of other scripts and by numbers; where
two changes leave only a few clusters between them, they are shown as one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from difflib import Match, SequenceMatcher
from itertools import accumulate, groupby

#: A formula, an image, code, a gap or ``*emphasis*``, which are marked whole; a Thai letter with what is written around
#: it; a word of another script, a run of spaces, or any other sign.
_CLUSTER = re.compile(
    r"\$\$.+?\$\$|\$[^$\n]+\$|!\[[^\]\n]*\]\([^)\n]*\)|`[^`\n]+`|\[\[\d+\]\]"
    r"|(?<![\w\u0e00-\u0e7f*])\*[^\s*](?:[^*\n]{0,298}[^\s*])?\*(?![\w\u0e00-\u0e7f*])"
    r"|[\u0e40-\u0e44]?[\u0e01-\u0e2e][\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]*[\u0e30\u0e32\u0e33\u0e45]?"
    r"|[^\W\u0e00-\u0e7f_]+|\s+|.",
    re.DOTALL,
)

#: Pairs of equal clusters looked at, at most: comparing long texts, or a few signs repeated, would take minutes.
_MOST_WORK = 150_000

#: Unchanged runs up to this many clusters between two changes are shown as changed too.
_SHORTEST_BRIDGE = 3


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of text that is all changed or all unchanged, all emphasised or all plain."""

    text: str
    changed: bool
    strong: bool = False


@dataclass(frozen=True, slots=True)
class WordingDifference:
    """Two wordings as passages; ``before`` marks what is gone, ``after`` what is new."""

    before: tuple[Passage, ...]
    after: tuple[Passage, ...]

    @property
    def same(self) -> bool:
        """Whether the wordings are alike, emphasis included."""
        return not any(passage.changed for passage in (*self.before, *self.after))


#: A cluster and whether it is emphasised.
_Token = tuple[str, bool]


def compare_wordings(before: str, after: str) -> WordingDifference:
    """Compare two wordings of the same text.

    Args:
        before: The earlier wording; ``**so**`` is emphasis.
        after: The later one.
    """
    old, new = _tokens(before), _tokens(after)
    matches = [run for run in _matches(old, new) if run[2] and not _is_bridge(*run, old, new)]
    old_kept = _covered([(start, size) for start, _, size in matches], len(old))
    new_kept = _covered([(start, size) for _, start, size in matches], len(new))
    return WordingDifference(before=_passages(old, old_kept), after=_passages(new, new_kept))


def likeness(before: str, after: str) -> float:
    """Tell how alike two wordings are, from 0 (nothing in common) to 1 (the same)."""
    old, new = _tokens(before), _tokens(after)
    try:
        return _BoundedMatcher(old, new).ratio()
    except _TooMuchWork:
        # How many runs of three they have in common tells nearly the same.
        return SequenceMatcher(None, _threes(old), _threes(new)).quick_ratio()


def _threes(tokens: Sequence[_Token]) -> list[tuple[_Token, ...]]:
    return list(zip(tokens, tokens[1:], tokens[2:], strict=False))


class _TooMuchWork(Exception):
    """Two texts have too many clusters in common places to be compared by them."""


class _BoundedMatcher(SequenceMatcher[Hashable]):
    """Gives up where comparing would take long."""

    def __init__(self, old: Sequence[Hashable], new: Sequence[Hashable]) -> None:
        super().__init__(None, old, new, autojunk=False)
        self._old, self._places = old, Counter(new)
        self._work = 0

    def find_longest_match(self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None) -> Match:
        self._work += sum(self._places[token] + 1 for token in self._old[alo:ahi])
        if self._work > _MOST_WORK:
            raise _TooMuchWork
        return super().find_longest_match(alo, ahi, blo, bhi)


#: Where a run that both have begins in each, and how long it is.
_Run = tuple[int, int, int]


def _matches(old: Sequence[_Token], new: Sequence[_Token]) -> list[_Run]:
    """Find what is unchanged: by clusters, else but for the same beginning and end, else by words, else nothing."""
    found = _bounded_matches(old, new)
    if found is not None:
        return found
    same = [one == other for one, other in zip(old, new, strict=False)]
    start = same.index(False) if False in same else len(same)
    rest = min(len(old), len(new)) - start
    end = next((place for place in range(rest) if old[-1 - place] != new[-1 - place]), rest)
    inner_old, inner_new = old[start : len(old) - end], new[start : len(new) - end]
    inner = _bounded_matches(inner_old, inner_new)
    if inner is None:
        inner = _matches_of_pieces(inner_old, inner_new)
    shifted = [(a + start, b + start, size) for a, b, size in inner]
    return [(0, 0, start), *shifted, (len(old) - end, len(new) - end, end)]


def _bounded_matches(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[_Run] | None:
    try:
        return [(block.a, block.b, block.size) for block in _BoundedMatcher(old, new).get_matching_blocks()]
    except _TooMuchWork:
        return None


def _matches_of_pieces(old: Sequence[_Token], new: Sequence[_Token]) -> list[_Run]:
    old_pieces, new_pieces = _pieces(old), _pieces(new)
    old_starts, new_starts = ([0, *accumulate(map(len, pieces))] for pieces in (old_pieces, new_pieces))
    return [
        (old_starts[a], new_starts[b], old_starts[a + size] - old_starts[a])
        for a, b, size in _bounded_matches(old_pieces, new_pieces) or ()
    ]


def _pieces(tokens: Sequence[_Token]) -> list[tuple[_Token, ...]]:
    """Part tokens at blanks, each of which goes with the word before it."""
    pieces: list[tuple[_Token, ...]] = []
    begun: list[_Token] = []
    for token in tokens:
        begun.append(token)
        if token[0].isspace():
            pieces.append(tuple(begun))
            begun = []
    return [*pieces, tuple(begun)] if begun else pieces


def _tokens(text: str) -> list[_Token]:
    parts = text.split("**")
    tokens: list[_Token] = []
    for index, part in enumerate(parts):
        lonely = index % 2 == 1 and index == len(parts) - 1
        strong = index % 2 == 1 and not lonely
        tokens += [(cluster, strong) for cluster in _CLUSTER.findall(f"**{part}" if lonely else part)]
    return tokens


def _is_bridge(old_start: int, new_start: int, size: int, old: Sequence[_Token], new: Sequence[_Token]) -> bool:
    at_start = old_start == 0 and new_start == 0
    at_end = old_start + size == len(old) and new_start + size == len(new)
    if at_start or at_end:
        return False
    run = [cluster for cluster, _ in old[old_start : old_start + size]]
    # A whole word of another script counts as much as several Thai clusters.
    return sum(min(len(cluster), _SHORTEST_BRIDGE + 1) if cluster.isascii() else 1 for cluster in run) <= (
        _SHORTEST_BRIDGE
    )


def _covered(runs: Sequence[tuple[int, int]], length: int) -> list[bool]:
    kept = [False] * length
    for start, size in runs:
        kept[start : start + size] = [True] * size
    return kept


def _passages(tokens: Sequence[_Token], kept: Sequence[bool]) -> tuple[Passage, ...]:
    marked = zip(tokens, kept, strict=True)
    return tuple(
        Passage(text="".join(cluster for (cluster, _), _ in run), changed=changed, strong=strong)
        for (changed, strong), run in groupby(marked, key=lambda entry: (not entry[1], entry[0][1]))
    )
