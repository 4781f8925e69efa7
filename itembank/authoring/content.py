"""What an item version says: an immutable value, checked when it is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from itembank.errors import InvalidInput


class ItemType(StrEnum):
    """The kinds of question that can be asked."""

    SINGLE_CHOICE = "single_choice"
    MULTIPLE_CHOICE = "multiple_choice"
    TRUE_FALSE = "true_false"


class CognitiveLevel(StrEnum):
    """What answering takes, after the revised taxonomy of Anderson and Krathwohl (2001)."""

    REMEMBER = "remember"
    UNDERSTAND = "understand"
    APPLY = "apply"
    ANALYSE = "analyse"
    EVALUATE = "evaluate"
    CREATE = "create"


MINIMUM_RATING, MAXIMUM_RATING = 1, 5
MAXIMUM_OPTIONS = 9  # one for each digit key


@dataclass(frozen=True, slots=True)
class Option:
    """One option: its text, whether it belongs to the key, and why."""

    text: str
    correct: bool
    rationale: str = ""


@dataclass(frozen=True, slots=True)
class ItemContent:
    """Everything that a writer decides about a question."""

    criterion: str
    type: ItemType
    cognitive_level: CognitiveLevel
    difficulty_rating: int
    language: str
    stem: str
    options: tuple[Option, ...]
    source: str = ""

    def __post_init__(self) -> None:
        """Refuse content that could not be asked.

        Raises:
            InvalidInput: Names the field and what was expected.
        """
        if not self.stem.strip():
            raise InvalidInput(field="stem", expected="a question")
        if not self.criterion:
            raise InvalidInput(field="criterion", expected="the code of a performance criterion")
        if not MINIMUM_RATING <= self.difficulty_rating <= MAXIMUM_RATING:
            raise InvalidInput(field="difficulty_rating", expected="a whole number from 1 to 5")
        if self.language not in ("th", "en"):
            raise InvalidInput(field="language", expected="th or en")
        self._check_options()

    def _check_options(self) -> None:
        texts = [option.text.strip() for option in self.options]
        count = len(texts)
        if self.type is ItemType.TRUE_FALSE and count != 2:
            raise InvalidInput(field="options", expected="exactly two options for a true/false item")
        if not 2 <= count <= MAXIMUM_OPTIONS:
            raise InvalidInput(field="options", expected="two to nine options")
        for number, text in enumerate(texts, start=1):
            if not text:
                raise InvalidInput(field=f"options.{number}", expected="a text")
        if len(set(texts)) < count:
            raise InvalidInput(field="options", expected="options that differ from one another")
        keyed = len(self.key)
        if self.type is ItemType.MULTIPLE_CHOICE and not 1 <= keyed < count:
            raise InvalidInput(field="key", expected="at least one right and one wrong option")
        if self.type is not ItemType.MULTIPLE_CHOICE and keyed != 1:
            raise InvalidInput(field="key", expected="exactly one right option")

    @property
    def key(self) -> tuple[int, ...]:
        """Positions of the right options, from 0."""
        return tuple(position for position, option in enumerate(self.options) if option.correct)

    @property
    def key_letters(self) -> str:
        """The key as letters, such as ``B`` or ``AC``."""
        return "".join(chr(ord("A") + position) for position in self.key)

    def score(self, selected: Sequence[int]) -> int:
        """Score an answer: 1 when exactly the right options are chosen, else 0.

        Raises:
            InvalidInput: An option is named that does not exist, none or too many are chosen.
        """
        chosen = set(selected)
        if not chosen:
            raise InvalidInput(field="answer", expected="a chosen option")
        if not chosen <= set(range(len(self.options))):
            raise InvalidInput(field="answer", expected=f"options from 1 to {len(self.options)}")
        if self.type is not ItemType.MULTIPLE_CHOICE and len(chosen) != 1:
            raise InvalidInput(field="answer", expected="exactly one option")
        return int(chosen == set(self.key))

    def to_dict(self) -> dict[str, Any]:
        """Give the content as a JSON document."""
        return asdict(self) | {"type": self.type.value, "cognitive_level": self.cognitive_level.value}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> ItemContent:
        """Read content from a JSON document, such as one that ``to_dict`` gave or a starter file holds.

        Raises:
            InvalidInput: A field is missing or has a value it cannot have.
        """
        try:
            return cls(
                criterion=str(document["criterion"]),
                type=_member(ItemType, document["type"], field="type"),
                cognitive_level=_member(CognitiveLevel, document["cognitive_level"], field="cognitive_level"),
                difficulty_rating=_whole(document["difficulty_rating"]),
                language=str(document.get("language", "th")),
                stem=str(document["stem"]),
                options=tuple(_option(option) for option in document["options"]),
                source=str(document.get("source", "")),
            )
        except KeyError as error:
            raise InvalidInput(field=str(error.args[0]), expected="a value; the field is missing") from None


def _member(kind: type[Any], value: object, *, field: str) -> Any:
    try:
        return kind(str(value))
    except ValueError:
        raise InvalidInput(field=field, expected=f"one of {', '.join(list(kind))}, not {value!r}") from None


def _whole(value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        raise InvalidInput(field="difficulty_rating", expected=f"a whole number from 1 to 5, not {value!r}") from None


def _option(document: Mapping[str, Any]) -> Option:
    return Option(
        text=str(document["text"]), correct=document["correct"] is True, rationale=str(document.get("rationale", ""))
    )
