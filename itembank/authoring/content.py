"""What an item version says: an immutable value, checked when it is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, TypeVar

from itembank.errors import InvalidInput
from itembank.storable_text import can_be_kept


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


Member = TypeVar("Member", bound=StrEnum)

MINIMUM_RATING, MAXIMUM_RATING = 1, 5
MAXIMUM_OPTIONS = 9  # one for each digit key
LANGUAGES = ("th", "en")

#: Characters at most: far more than anybody reads in an exam, and little enough for lists of a thousand items.
MAXIMUM_STEM, MAXIMUM_OPTION, MAXIMUM_RATIONALE, MAXIMUM_SOURCE = 10_000, 2_000, 5_000, 2_000
MAXIMUM_STIMULUS, MAXIMUM_TESTLET = 20_000, 60


@dataclass(frozen=True, slots=True)
class Option:
    """One option: its text, whether it belongs to the key, and why."""

    text: str
    correct: bool
    rationale: str = ""


@dataclass(frozen=True, slots=True)
class ItemContent:
    """Everything that a writer decides about a question.

    Items with the same ``testlet`` code share the text ``stimulus`` and are given one after the other. With
    ``partial_credit`` the right options of a multiple-choice item count one by one.
    """

    criterion: str
    type: ItemType
    cognitive_level: CognitiveLevel
    difficulty_rating: int
    language: str
    stem: str
    options: tuple[Option, ...]
    source: str = ""
    testlet: str = ""
    stimulus: str = ""
    partial_credit: bool = False

    def __post_init__(self) -> None:
        """Refuse content that could not be asked.

        Raises:
            InvalidInput: Names the field and what was expected.
        """
        problems = find_problems(
            criterion=self.criterion,
            kind=self.type,
            difficulty_rating=self.difficulty_rating,
            language=self.language,
            stem=self.stem,
            options=self.options,
            source=self.source,
            testlet=self.testlet,
            stimulus=self.stimulus,
            partial_credit=self.partial_credit,
        )
        if problems:
            raise problems[0]

    @property
    def key(self) -> tuple[int, ...]:
        """Positions of the right options, from 0."""
        return tuple(position for position, option in enumerate(self.options) if option.correct)

    @property
    def key_letters(self) -> str:
        """The key as letters, such as ``B`` or ``AC``."""
        return "".join(chr(ord("A") + position) for position in self.key)

    @property
    def maximum_score(self) -> int:
        """The score of the key: how many options are right where parts count, else 1."""
        return len(self.key) if self.partial_credit else 1

    def score(self, selected: Sequence[int]) -> int:
        """Score an answer from 0 to ``maximum_score``.

        Where parts count, each right option chosen gives a point and each wrong one takes one, down to 0; elsewhere
        exactly the right options give 1 and everything else 0.

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
        key = set(self.key)
        # A wrong choice has to cost, or ticking every option would be the best answer.
        return max(0, len(chosen & key) - len(chosen - key)) if self.partial_credit else int(chosen == key)

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
                testlet=str(document.get("testlet", "")),
                stimulus=str(document.get("stimulus", "")),
                partial_credit=_yes_or_no(document.get("partial_credit", False)),
            )
        except KeyError as error:
            raise InvalidInput(field=str(error.args[0]), expected="a value; the field is missing") from None


def find_problems(
    *,
    criterion: str,
    kind: ItemType,
    difficulty_rating: int,
    language: str,
    stem: str,
    options: Sequence[Option],
    source: str = "",
    testlet: str = "",
    stimulus: str = "",
    partial_credit: bool = False,
) -> tuple[InvalidInput, ...]:
    """Find everything that keeps content from being asked; each problem names its field, what was expected and why."""
    texts = [
        ("stimulus", stimulus, MAXIMUM_STIMULUS),
        ("testlet", testlet, MAXIMUM_TESTLET),
        ("stem", stem, MAXIMUM_STEM),
        ("source", source, MAXIMUM_SOURCE),
    ]
    return (
        *_field_problems(criterion, difficulty_rating, language, stem),
        *_testlet_problems(testlet, stimulus),
        *_text_problems(texts, options),
        *_option_problems(kind, options),
        *_credit_problems(kind, options, partial_credit=partial_credit),
    )


def _field_problems(criterion: str, difficulty_rating: int, language: str, stem: str) -> list[InvalidInput]:
    problems = []
    if not criterion:
        problems.append(_problem("criterion", "the code of a performance criterion", reason="criterion_missing"))
    if not MINIMUM_RATING <= difficulty_rating <= MAXIMUM_RATING:
        problems.append(_problem("difficulty_rating", "a whole number from 1 to 5", reason="rating_range"))
    if language not in LANGUAGES:
        problems.append(_problem("language", "th or en", reason="language_unknown"))
    if not stem.strip():
        problems.append(_problem("stem", "a question", reason="stem_missing"))
    return problems


def _testlet_problems(testlet: str, stimulus: str) -> list[InvalidInput]:
    problems = []
    if testlet and not (testlet.isprintable() and " " not in testlet):
        problems.append(_problem("testlet", "a code without blanks, such as T-01", reason="testlet_code"))
    if testlet and not stimulus.strip():
        problems.append(_problem("stimulus", "the text that the testlet's items share", reason="stimulus_missing"))
    return problems


def _credit_problems(kind: ItemType, options: Sequence[Option], *, partial_credit: bool) -> list[InvalidInput]:
    if not partial_credit:
        return []
    if kind is not ItemType.MULTIPLE_CHOICE:
        return [_problem("partial_credit", "no for all but multiple-choice items", reason="credit_type")]
    if sum(option.correct for option in options) < 2:
        return [_problem("partial_credit", "at least two right options", reason="credit_parts")]
    return []


def _text_problems(fields: Sequence[tuple[str, str, int]], options: Sequence[Option]) -> list[InvalidInput]:
    texts = [*fields]
    for number, option in enumerate(options, start=1):
        texts.append((f"options.{number}", option.text, MAXIMUM_OPTION))
        texts.append((f"options.{number}", option.rationale, MAXIMUM_RATIONALE))
    long = [
        _problem(field, f"at most {maximum} characters", reason="text_long", maximum=maximum)
        for field, text, maximum in texts
        if len(text) > maximum
    ]
    broken = [
        _problem(field, "text without null characters and unpaired surrogates", reason="text_broken")
        for field, text, _ in texts
        if not can_be_kept(text)
    ]
    return long + broken


def _option_problems(kind: ItemType, options: Sequence[Option]) -> list[InvalidInput]:
    texts = [option.text.strip() for option in options]
    if kind is ItemType.TRUE_FALSE and len(texts) != 2:
        return [_problem("options", "exactly two options for a true/false item", reason="options_two")]
    if not 2 <= len(texts) <= MAXIMUM_OPTIONS:
        return [_problem("options", "two to nine options", reason="options_count")]
    problems = [
        _problem(f"options.{number}", "a text", reason="option_empty", number=number)
        for number, text in enumerate(texts, start=1)
        if not text
    ]
    filled = [text for text in texts if text]
    if len(set(filled)) < len(filled):
        problems.append(_problem("options", "options that differ from one another", reason="options_same"))
    keyed = sum(option.correct for option in options)
    if kind is ItemType.MULTIPLE_CHOICE and not 1 <= keyed < len(texts):
        problems.append(_problem("key", "at least one right and one wrong option", reason="key_some"))
    if kind is not ItemType.MULTIPLE_CHOICE and keyed != 1:
        problems.append(_problem("key", "exactly one right option", reason="key_one"))
    return problems


def _problem(field: str, expected: str, *, reason: str, **values: int) -> InvalidInput:
    # The reason is for faces that have a sentence of their own for it.
    return InvalidInput(field=field, expected=expected, reason=reason, **values)


def _member(kind: type[Member], value: object, *, field: str) -> Member:
    try:
        return kind(str(value))
    except ValueError:
        raise InvalidInput(
            field=field, expected=f"one of {', '.join(str(member) for member in kind)}, not {value!r}"
        ) from None


def _whole(value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        raise InvalidInput(field="difficulty_rating", expected=f"a whole number from 1 to 5, not {value!r}") from None


def _yes_or_no(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise InvalidInput(field="partial_credit", expected=f"true or false, not {value!r}")


def _option(document: Mapping[str, Any]) -> Option:
    return Option(
        text=str(document["text"]), correct=document["correct"] is True, rationale=str(document.get("rationale", ""))
    )
