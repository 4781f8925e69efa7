"""What an item version says: an immutable value, checked when it is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from itembank.authoring.content_problems import MAXIMUM_RATING, MINIMUM_RATING, find_problems
from itembank.authoring.item_types.question import (
    CHOICE_TYPES,
    MAXIMUM_OPTIONS,
    Answer,
    ItemType,
    NumericKey,
    Option,
    Prompt,
    RubricAspect,
)
from itembank.authoring.item_types.rules import rule_of
from itembank.authoring.stored_content import (
    aspect_of,
    entries_of,
    member_of,
    number_of,
    option_of,
    prompt_of,
    texts_of,
    translation_of,
    whole_rating,
    yes_or_no,
)
from itembank.authoring.translations import LANGUAGES, Translation
from itembank.errors import InvalidInput

__all__ = [
    "LANGUAGES", "MAXIMUM_OPTIONS", "MAXIMUM_RATING", "MINIMUM_RATING", "Answer", "CognitiveLevel", "ItemContent",
    "ItemType", "NumericKey", "Option", "Prompt", "RubricAspect", "Translation", "find_problems",
]  # fmt: skip


class CognitiveLevel(StrEnum):
    """What answering takes, after the revised taxonomy of Anderson and Krathwohl (2001)."""

    REMEMBER = "remember"
    UNDERSTAND = "understand"
    APPLY = "apply"
    ANALYSE = "analyse"
    EVALUATE = "evaluate"
    CREATE = "create"


#: Fields that came after the first banks; documents leave them out where they are empty, and so stay what they were.
_LATER_FIELDS = ("prompts", "number", "accepted", "rubric", "rationale", "translations")


@dataclass(frozen=True, slots=True)
class ItemContent:
    """Everything that a writer decides about a question.

    Items with the same ``testlet`` code share the text ``stimulus`` and are given one after the other. With
    ``partial_credit`` the parts of an item count one by one. Which other fields are used depends on the type:
    ``options`` for the choice types, as the choices of a matching item and, in their right order, for an ordering item;
    ``prompts`` for lines to match and gaps; ``number``, ``accepted`` and ``rubric`` for what is typed.
    """

    criterion: str
    type: ItemType
    cognitive_level: CognitiveLevel
    difficulty_rating: int
    language: str
    stem: str
    options: tuple[Option, ...] = ()
    source: str = ""
    testlet: str = ""
    stimulus: str = ""
    partial_credit: bool = False
    prompts: tuple[Prompt, ...] = ()
    number: NumericKey | None = None
    accepted: tuple[str, ...] = ()
    rubric: tuple[RubricAspect, ...] = ()
    rationale: str = ""
    translations: tuple[Translation, ...] = ()

    def __post_init__(self) -> None:
        """Refuse content that could not be asked.

        Raises:
            InvalidInput: Names the field and what was expected.
        """
        problems = find_problems(self, kind=self.type, difficulty_rating=self.difficulty_rating)
        if problems:
            raise problems[0]

    @property
    def key(self) -> tuple[int, ...]:
        """Positions of the right options, from 0; empty for all but the choice types."""
        if self.type not in CHOICE_TYPES:
            return ()
        return tuple(position for position, option in enumerate(self.options) if option.correct)

    @property
    def key_letters(self) -> str:
        """The key of a choice type as letters, such as ``B`` or ``AC``."""
        return "".join(chr(ord("A") + position) for position in self.key)

    @property
    def maximum_score(self) -> int:
        """The score of a wholly right answer: how many parts there are where parts count, else 1."""
        return rule_of(self.type).maximum_score(self)

    def taken(self, answer: Answer) -> Answer:
        """Give an answer in the one form in which it is kept: two that mean the same become equal.

        Raises:
            InvalidInput: It is none that the item can have.
        """
        return rule_of(self.type).taken(self, answer)

    def score(self, answer: Answer | Sequence[int]) -> int:
        """Score an answer from 0 to ``maximum_score``.

        Args:
            answer: What was entered; places alone stand for an answer that chooses them.

        Raises:
            InvalidInput: It is none that the item can have, or one that people mark.
        """
        entered = answer if isinstance(answer, Answer) else Answer(selected=tuple(answer))
        rule = rule_of(self.type)
        return rule.score(self, rule.taken(self, entered))

    def shown_language(self, wanted: str) -> str:
        """Give the language in which readers of a language see the item: its own where it has no such translation."""
        return wanted if any(one.language == wanted for one in self.translations) else self.language

    def in_language(self, language: str) -> ItemContent:
        """Give the item worded in a language; the item itself where that is its own, or it has no such translation.

        For reading, with rationales. What candidates see is a `ShownItem`, and answers are scored by the original.
        """
        for translation in self.translations:
            if translation.language == language:
                return _translated(self, translation)
        return self

    def to_dict(self) -> dict[str, Any]:
        """Give the content as a JSON document."""
        document = asdict(self) | {"type": self.type.value, "cognitive_level": self.cognitive_level.value}
        return {name: value for name, value in document.items() if value or name not in _LATER_FIELDS}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> ItemContent:
        """Read content from a JSON document, such as one that ``to_dict`` gave or a starter file holds.

        Raises:
            InvalidInput: A field is missing or has a value it cannot have.
        """
        try:
            return cls(
                criterion=str(document["criterion"]),
                type=member_of(ItemType, document["type"], field="type"),
                cognitive_level=member_of(CognitiveLevel, document["cognitive_level"], field="cognitive_level"),
                difficulty_rating=whole_rating(document["difficulty_rating"]),
                language=str(document.get("language", "th")),
                stem=str(document["stem"]),
                options=entries_of(option_of, document.get("options", ()), field="options"),
                source=str(document.get("source", "")),
                testlet=str(document.get("testlet", "")),
                stimulus=str(document.get("stimulus", "")),
                partial_credit=yes_or_no(document.get("partial_credit", False), field="partial_credit"),
                prompts=entries_of(prompt_of, document.get("prompts", ()), field="prompts"),
                number=number_of(document.get("number")),
                accepted=texts_of(document.get("accepted", ()), field="accepted"),
                rubric=entries_of(aspect_of, document.get("rubric", ()), field="rubric"),
                rationale=str(document.get("rationale", "")),
                translations=entries_of(translation_of, document.get("translations", ()), field="translations"),
            )
        except KeyError as error:
            raise InvalidInput(field=str(error.args[0]), expected="a value; the field is missing") from None


def _translated(content: ItemContent, translation: Translation) -> ItemContent:
    number = content.number
    if number is not None and translation.unit:
        number = replace(number, unit=translation.unit)
    return replace(
        content,
        language=translation.language,
        stem=translation.stem,
        stimulus=translation.stimulus,
        options=tuple(
            replace(option, text=worded.text, rationale=worded.rationale)
            for option, worded in zip(content.options, translation.options, strict=True)
        ),
        prompts=tuple(
            replace(prompt, text=worded.text, options=worded.options)
            for prompt, worded in zip(content.prompts, translation.prompts, strict=True)
        ),
        number=number,
        rationale=translation.rationale,
        translations=(),
    )
