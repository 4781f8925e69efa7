"""The rows of the form, each with what stands beside it in the other language, so that the two never part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OptionRow:
    """One option as entered: of a choice, a choice to match with, or a thing to put in order."""

    text: str = ""
    correct: bool = False
    rationale: str = ""
    translated: str = ""
    translated_rationale: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was entered; such a row is ignored."""
        return self == OptionRow()


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line to match as entered; ``key`` is the row of its choice from 1, 0 while none is chosen."""

    text: str = ""
    key: int = 0
    translated: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether no text was entered; such a row is ignored."""
        return not (self.text or self.translated)


@dataclass(frozen=True, slots=True)
class GapChoice:
    """One choice for a gap as entered."""

    text: str = ""
    translated: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was entered; such a choice is ignored."""
        return not (self.text or self.translated)


@dataclass(frozen=True, slots=True)
class GapRow:
    """One gap as entered; ``right`` is its right choice from 1, 0 while none is marked."""

    choices: tuple[GapChoice, ...]
    right: int = 0


@dataclass(frozen=True, slots=True)
class AspectRow:
    """One aspect of the rubric as entered; ``levels`` has a line for each number of points, from 0 up."""

    title: str = ""
    levels: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was entered; such a row is ignored."""
        return not (self.title or self.levels)


@dataclass(frozen=True, slots=True)
class NumberFields:
    """The right number as entered."""

    value: str = ""
    tolerance: str = ""
    percent: bool = False
    unit: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was entered."""
        return not (self.value or self.tolerance or self.unit)


@dataclass(frozen=True, slots=True)
class TranslatedFields:
    """What of a translation stands in no row."""

    stem: str = ""
    stimulus: str = ""
    rationale: str = ""
    unit: str = ""


def filled_numbers(rows: Sequence[OptionRow | LineRow | GapChoice | AspectRow]) -> list[int]:
    """Number the rows that are not empty as the form does, from 1: the n-th of them is the item's n-th part."""
    return [number for number, row in enumerate(rows, start=1) if not row.is_empty]


def lines_of(text: str) -> tuple[str, ...]:
    """Split what was entered one below the other; empty lines are ignored."""
    return tuple(line.strip() for line in text.split("\n") if line.strip())
