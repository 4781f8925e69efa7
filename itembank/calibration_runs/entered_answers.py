"""What people entered who had no options to choose among: scores, and the wrong entries that come again and again."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum

from itembank.authoring.content import ItemContent, ItemType
from itembank.authoring.item_types.numeric import read_number
from itembank.authoring.item_types.short_text import one_spelling

#: Fewer answers say nothing, and might tell who gave them.
FEWEST_ANSWERS = 5
#: What a single person typed stays with that person.
FEWEST_ALIKE = 2
MOST_ENTRIES = 10


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """How many answers got a score, their share of all, and the mean ability of those who gave them."""

    score: int
    count: int
    share: float
    mean_ability: float | None


@dataclass(frozen=True, slots=True)
class WrongEntry:
    """A wrong answer that several people typed, as most of them typed it."""

    text: str
    count: int


def score_lines(scores: Sequence[int], ability: Sequence[float], *, maximum: int) -> tuple[ScoreLine, ...]:
    """Count the answers that got each score, from 0 to the highest.

    Args:
        scores: Score of each answer, shape (answers,).
        ability: Ability of the person of each answer, shape (answers,).
        maximum: The highest score.
    """
    groups: dict[int, list[float]] = defaultdict(list)
    for score, value in zip(scores, ability, strict=True):
        groups[score].append(value)
    return tuple(
        ScoreLine(
            score=score,
            count=len(groups[score]),
            share=len(groups[score]) / len(scores) if scores else 0.0,
            mean_ability=fsum(groups[score]) / len(groups[score]) if groups[score] else None,
        )
        for score in range(maximum + 1)
    )


def wrong_entries(content: ItemContent, texts: Sequence[str], scores: Sequence[int]) -> tuple[WrongEntry, ...]:
    """Find the wrong answers typed most often, spellings that count as the same together.

    They show a writer which right answer is missing from those that are accepted, or what is commonly mistaken.

    Args:
        content: A numeric or short-text item; none of another type has entries.
        texts: What was typed, shape (answers,).
        scores: Score of each answer, shape (answers,).
    """
    if content.type not in (ItemType.NUMERIC, ItemType.SHORT_TEXT) or len(texts) < FEWEST_ANSWERS:
        return ()
    alike: dict[str, Counter[str]] = defaultdict(Counter)
    for text, score in zip(texts, scores, strict=True):
        if score == 0:
            alike[_spelling(content.type, text)][text] += 1
    found = [WrongEntry(typed.most_common(1)[0][0], typed.total()) for typed in alike.values()]
    often = [entry for entry in found if entry.count >= FEWEST_ALIKE]
    return tuple(sorted(often, key=lambda entry: (-entry.count, entry.text))[:MOST_ENTRIES])


def _spelling(kind: ItemType, text: str) -> str:
    number = read_number(text) if kind is ItemType.NUMERIC else None
    return one_spelling(text) if number is None else f"{number.normalize():f}"
