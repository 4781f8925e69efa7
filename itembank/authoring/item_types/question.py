"""The parts that questions are made of, and what an answer to one is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from itembank.errors import InvalidInput
from itembank.storable_text import can_be_kept

MAXIMUM_OPTIONS = 9  # one for each digit key

#: Characters at most: far more than anybody reads in an exam, and little enough for lists of a thousand items.
MAXIMUM_STEM, MAXIMUM_OPTION, MAXIMUM_RATIONALE, MAXIMUM_SOURCE = 10_000, 2_000, 5_000, 2_000


class ItemType(StrEnum):
    """The kinds of question that can be asked."""

    SINGLE_CHOICE = "single_choice"
    MULTIPLE_CHOICE = "multiple_choice"
    TRUE_FALSE = "true_false"
    MATCHING = "matching"
    ORDERING = "ordering"
    INLINE_CHOICE = "inline_choice"
    NUMERIC = "numeric"
    SHORT_TEXT = "short_text"
    CONSTRUCTED_RESPONSE = "constructed_response"


#: Types that are answered by choosing among the options of the item, so that distractors can be looked at one by one.
CHOICE_TYPES = (ItemType.SINGLE_CHOICE, ItemType.MULTIPLE_CHOICE, ItemType.TRUE_FALSE)

#: Types whose parts may count one by one.
PARTIAL_CREDIT_TYPES = (ItemType.MULTIPLE_CHOICE, ItemType.MATCHING, ItemType.ORDERING, ItemType.INLINE_CHOICE)


@dataclass(frozen=True, slots=True)
class Option:
    """One option: its text, whether it belongs to the key, and why."""

    text: str
    correct: bool
    rationale: str = ""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One part of a question that is answered by choosing: a line to match, or a gap of the text.

    ``key`` is the place of the right choice, from 0: among the item's options for a line to match, among ``options``
    for a gap. Below 0 nothing is chosen yet.
    """

    key: int
    text: str = ""
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NumericKey:
    """The right number and how far from it an answer may be, as decimals written out; the bounds count as right."""

    value: str
    tolerance: str = "0"
    #: Whether the tolerance is in hundredths of the value.
    percent: bool = False
    unit: str = ""


@dataclass(frozen=True, slots=True)
class RubricAspect:
    """One thing that markers look at, with what each number of points stands for, from 0 points up."""

    title: str
    levels: tuple[str, ...]

    @property
    def maximum(self) -> int:
        """The most points."""
        return len(self.levels) - 1


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody entered: places that were chosen, or a text.

    What ``selected`` counts depends on the type: the chosen options in any order; for each line to match, or each gap,
    the place of the choice; for putting in order, the places from first to last. Places are those that are shown,
    from 0; one below 0 was left without a choice, which no question takes.
    """

    selected: tuple[int, ...] = ()
    text: str = ""


class UnitInTranslation(Protocol):
    """What the rules read of a translation."""

    @property
    def unit(self) -> str:
        """The unit of the right number in that language, or nothing."""
        ...


class Question(Protocol):
    """What the rules of an item type read, from an item's content or from a draft of it."""

    @property
    def stem(self) -> str:
        """The question."""
        ...

    @property
    def options(self) -> Sequence[Option]:
        """The options, in the order in which they are kept."""
        ...

    @property
    def prompts(self) -> Sequence[Prompt]:
        """Lines to match, or gaps."""
        ...

    @property
    def number(self) -> NumericKey | None:
        """The right number of a numeric item."""
        ...

    @property
    def accepted(self) -> Sequence[str]:
        """The texts that count as right for a short text."""
        ...

    @property
    def rubric(self) -> Sequence[RubricAspect]:
        """What markers look at."""
        ...

    @property
    def translations(self) -> Sequence[UnitInTranslation]:
        """Its wording in other languages."""
        ...

    @property
    def partial_credit(self) -> bool:
        """Whether parts count one by one."""
        ...


class TypeRule(Protocol):
    """What is particular to one item type; one object for each, without state."""

    def problems(self, question: Question) -> list[InvalidInput]:
        """Find everything of this type that keeps the question from being asked."""
        ...

    def maximum_score(self, question: Question) -> int:
        """Give the score of a wholly right answer."""
        ...

    def right_answer(self, question: Question) -> Answer:
        """Give an answer that gets everything, at the places that are shown.

        Raises:
            InvalidInput: People mark such answers, so that nobody can tell beforehand.
        """
        ...

    def taken(self, question: Question, answer: Answer) -> Answer:
        """Give the answer in the form in which it is kept: only what the type asks for, typed text as it was typed.

        Taking an answer again changes nothing.

        Raises:
            InvalidInput: It is none that the question can have.
        """
        ...

    def score(self, question: Question, answer: Answer) -> int:
        """Score an answer that was taken, from 0 to the maximum."""
        ...


def problem(field: str, expected: str, *, reason: str, **values: int | str) -> InvalidInput:
    """Name a field and what was expected; the reason is for faces that have a sentence of their own for it."""
    return InvalidInput(field=field, expected=expected, reason=reason, **values)


def text_problems(field: str, texts: Sequence[str], *, least: int, most: int) -> list[InvalidInput]:
    """Find what is wrong with a list of short texts: too few or many, an empty one, two that are the same."""
    stripped = [text.strip() for text in texts]
    if not least <= len(stripped) <= most:
        return [problem(field, f"{least} to {most} entries", reason="entries_count", least=least, most=most)]
    found = [
        problem(f"{field}.{number}", "a text", reason="entry_empty", number=number)
        for number, text in enumerate(stripped, start=1)
        if not text
    ]
    filled = [text for text in stripped if text]
    if len(set(filled)) < len(filled):
        found.append(problem(field, "entries that differ from one another", reason="entries_same"))
    return found


def checked_places(answer: Answer, *, choices: Sequence[int]) -> tuple[int, ...]:
    """Check an answer with one choice for each of several places.

    Args:
        answer: What was entered.
        choices: How many there are to choose from, for each place.

    Raises:
        InvalidInput: A choice is missing, there is one too many, or one does not exist; ``numbers`` are the places.
    """
    if len(answer.selected) > len(choices):
        expected = f"a choice for each of the {len(choices)} places"
        raise InvalidInput(field="answer", expected=expected, reason="answer_option")
    chosen = (*answer.selected, *[-1] * (len(choices) - len(answer.selected)))
    numbers = ", ".join(
        str(number)
        for number, (place, available) in enumerate(zip(chosen, choices, strict=True), start=1)
        if not 0 <= place < available
    )
    if numbers:
        expected = f"a choice, from 0 up, for each of the {len(choices)} places; none fits at {numbers}"
        raise InvalidInput(field="answer", expected=expected, reason="answer_missing", numbers=numbers)
    return chosen


def checked_text(answer: Answer, *, longest: int) -> str:
    """Check what was typed, and give it without blanks around it.

    Args:
        answer: What was entered.
        longest: Characters at most.

    Raises:
        InvalidInput: There is nothing, too much of it, or what no database can keep.
    """
    text = answer.text.strip()
    if not text:
        raise InvalidInput(field="answer", expected="an answer in words or digits", reason="answer_text")
    if len(text) > longest:
        raise InvalidInput(field="answer", expected=f"at most {longest} characters", reason="answer_long", most=longest)
    if not can_be_kept(text):
        expected = "a text without null characters and broken ones"
        raise InvalidInput(field="answer", expected=expected, reason="answer_text")
    return text
