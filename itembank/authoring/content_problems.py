"""Everything that keeps an item from being asked, found in its content or in a draft of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from itembank.authoring.item_types.own_parts import foreign_part_problems
from itembank.authoring.item_types.question import (
    MAXIMUM_OPTION,
    MAXIMUM_RATIONALE,
    MAXIMUM_SOURCE,
    MAXIMUM_STEM,
    PARTIAL_CREDIT_TYPES,
    ItemType,
    Option,
    Prompt,
    Question,
    problem,
)
from itembank.authoring.item_types.rules import rule_of
from itembank.authoring.translations import (
    LANGUAGES,
    TranslatedOption,
    TranslatedPrompt,
    Translation,
    translation_problems,
)
from itembank.errors import InvalidInput
from itembank.storable_text import can_be_kept

MINIMUM_RATING, MAXIMUM_RATING = 1, 5
MAXIMUM_STIMULUS, MAXIMUM_TESTLET = 20_000, 60


class WrittenItem(Question, Protocol):
    """An item's content, or a draft of it, beyond what its type asks for."""

    @property
    def criterion(self) -> str:
        """Code of the performance criterion."""
        ...

    @property
    def language(self) -> str:
        """The language that it is written in."""
        ...

    @property
    def source(self) -> str:
        """Where its facts come from."""
        ...

    @property
    def testlet(self) -> str:
        """Code of its testlet, or nothing."""
        ...

    @property
    def stimulus(self) -> str:
        """The text that it shares with others, or nothing."""
        ...

    @property
    def rationale(self) -> str:
        """Why the answer is right, where no option says so."""
        ...

    @property
    def translations(self) -> Sequence[Translation]:
        """Its wording in other languages."""
        ...


def find_problems(item: WrittenItem, *, kind: ItemType, difficulty_rating: int) -> tuple[InvalidInput, ...]:
    """Find everything that keeps content from being asked; each problem names its field, what was expected and why.

    Args:
        item: Content or a draft.
        kind: Its type, which a draft may only have as a word.
        difficulty_rating: Its rating, likewise; 0 where none can be read.
    """
    return (
        *_field_problems(item, difficulty_rating),
        *_testlet_problems(item.testlet, item.stimulus),
        *_text_problems(list(_texts(item))),
        *rule_of(kind).problems(item),
        *foreign_part_problems(item, kind),
        *_credit_problems(item, kind),
        *translation_problems(item, item.translations),
    )


def _field_problems(item: WrittenItem, difficulty_rating: int) -> list[InvalidInput]:
    problems = []
    if not item.criterion:
        problems.append(problem("criterion", "the code of a performance criterion", reason="criterion_missing"))
    if not MINIMUM_RATING <= difficulty_rating <= MAXIMUM_RATING:
        problems.append(problem("difficulty_rating", "a whole number from 1 to 5", reason="rating_range"))
    if item.language not in LANGUAGES:
        problems.append(problem("language", "th or en", reason="language_unknown"))
    if not item.stem.strip():
        problems.append(problem("stem", "a question", reason="stem_missing"))
    return problems


def _testlet_problems(testlet: str, stimulus: str) -> list[InvalidInput]:
    problems = []
    if testlet and not (testlet.isprintable() and " " not in testlet):
        problems.append(problem("testlet", "a code without blanks, such as T-01", reason="testlet_code"))
    if testlet and not stimulus.strip():
        problems.append(problem("stimulus", "the text that the testlet's items share", reason="stimulus_missing"))
    return problems


def _credit_problems(item: WrittenItem, kind: ItemType) -> list[InvalidInput]:
    if item.partial_credit and kind not in PARTIAL_CREDIT_TYPES:
        expected = f"no for all but {', '.join(PARTIAL_CREDIT_TYPES)} items"
        return [problem("partial_credit", expected, reason="credit_type")]
    return []


def _texts(item: WrittenItem) -> Iterator[tuple[str, str, int]]:
    """Give every text with its field and the most characters that it may have."""
    yield "stimulus", item.stimulus, MAXIMUM_STIMULUS
    yield "testlet", item.testlet, MAXIMUM_TESTLET
    yield "stem", item.stem, MAXIMUM_STEM
    yield "source", item.source, MAXIMUM_SOURCE
    yield "rationale", item.rationale, MAXIMUM_RATIONALE
    for number, option in enumerate(item.options, start=1):
        yield f"options.{number}", option.text, MAXIMUM_OPTION
        yield f"options.{number}", option.rationale, MAXIMUM_RATIONALE
    for number, prompt in enumerate(item.prompts, start=1):
        for text in (prompt.text, *prompt.options):
            yield f"prompts.{number}", text, MAXIMUM_OPTION
    for number, text in enumerate(item.accepted, start=1):
        yield f"accepted.{number}", text, MAXIMUM_OPTION
    for number, aspect in enumerate(item.rubric, start=1):
        for text in (aspect.title, *aspect.levels):
            yield f"rubric.{number}", text, MAXIMUM_OPTION
    if item.number is not None:
        yield "number", "".join((item.number.value, item.number.tolerance, item.number.unit)), MAXIMUM_OPTION
    for translation in item.translations:
        yield from _translated_texts(translation)


def marked_texts(item: WrittenItem) -> Iterator[tuple[str, str]]:
    """Give every text in which marks count, with its field: the others show as they were typed.

    Args:
        item: Content or a draft.
    """
    yield "stimulus", item.stimulus
    yield from _marked_texts(item)
    for number, aspect in enumerate(item.rubric, start=1):
        yield from ((f"rubric.{number}", text) for text in (aspect.title, *aspect.levels))
    for translation in item.translations:
        at = f"translations.{translation.language}"
        yield f"{at}.stimulus", translation.stimulus
        yield from ((f"{at}.{field}", text) for field, text in _marked_texts(translation))


def _marked_texts(worded: WrittenItem | Translation) -> Iterator[tuple[str, str]]:
    yield "stem", worded.stem
    yield "rationale", worded.rationale
    options: Sequence[Option | TranslatedOption] = worded.options
    prompts: Sequence[Prompt | TranslatedPrompt] = worded.prompts
    for number, option in enumerate(options, start=1):
        yield f"options.{number}", option.text
        yield f"options.{number}", option.rationale
    for number, prompt in enumerate(prompts, start=1):
        yield from ((f"prompts.{number}", text) for text in (prompt.text, *prompt.options))


def _translated_texts(translation: Translation) -> Iterator[tuple[str, str, int]]:
    at = f"translations.{translation.language}"
    yield f"{at}.stem", translation.stem, MAXIMUM_STEM
    yield f"{at}.stimulus", translation.stimulus, MAXIMUM_STIMULUS
    yield f"{at}.rationale", translation.rationale, MAXIMUM_RATIONALE
    yield f"{at}.unit", translation.unit, MAXIMUM_OPTION
    for number, option in enumerate(translation.options, start=1):
        yield f"{at}.options.{number}", option.text, MAXIMUM_OPTION
        yield f"{at}.options.{number}", option.rationale, MAXIMUM_RATIONALE
    for number, prompt in enumerate(translation.prompts, start=1):
        for text in (prompt.text, *prompt.options):
            yield f"{at}.prompts.{number}", text, MAXIMUM_OPTION


def _text_problems(texts: Sequence[tuple[str, str, int]]) -> list[InvalidInput]:
    long = [
        problem(field, f"at most {maximum} characters", reason="text_long", maximum=maximum)
        for field, text, maximum in texts
        if len(text) > maximum
    ]
    broken = [
        problem(field, "text without null characters and unpaired surrogates", reason="text_broken")
        for field, text, _ in texts
        if not can_be_kept(text)
    ]
    return long + broken
