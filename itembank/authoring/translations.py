"""The wording of an item in another language: the same question with the same key, in other words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from itembank.authoring.item_types.inline_choice import gap_numbers
from itembank.authoring.item_types.question import Option, Prompt, problem
from itembank.errors import InvalidInput

LANGUAGES = ("th", "en")


@dataclass(frozen=True, slots=True)
class TranslatedOption:
    """An option in another language."""

    text: str
    rationale: str = ""


@dataclass(frozen=True, slots=True)
class TranslatedPrompt:
    """A line to match, or the choices of a gap, in another language."""

    text: str = ""
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Translation:
    """The texts of an item in another language, part by part in the order of the original."""

    language: str
    stem: str
    options: tuple[TranslatedOption, ...] = ()
    prompts: tuple[TranslatedPrompt, ...] = ()
    stimulus: str = ""
    unit: str = ""
    rationale: str = ""


class Original(Protocol):
    """What a translation is checked against."""

    @property
    def language(self) -> str:
        """The language that the item was written in."""
        ...

    @property
    def stimulus(self) -> str:
        """The text that the item shares with others."""
        ...

    @property
    def options(self) -> Sequence[Option]:
        """The options."""
        ...

    @property
    def prompts(self) -> Sequence[Prompt]:
        """Lines to match, or gaps."""
        ...


def translation_problems(original: Original, translations: Sequence[Translation]) -> list[InvalidInput]:
    """Find everything that keeps translations from standing for the original.

    Fields are named ``translations.LANGUAGE.FIELD``.
    """
    problems: list[InvalidInput] = []
    languages = [translation.language for translation in translations]
    if len(set(languages)) < len(languages):
        problems.append(problem("translations", "one translation for a language", reason="translation_twice"))
    for translation in translations:
        at = f"translations.{translation.language}"
        if translation.language not in LANGUAGES or translation.language == original.language:
            expected = "a language other than the item's own, th or en"
            problems.append(problem(at, expected, reason="translation_language"))
        problems += _wording_problems(at, original, translation)
    return problems


def _wording_problems(at: str, original: Original, translation: Translation) -> list[InvalidInput]:
    problems = []
    if not translation.stem.strip():
        problems.append(problem(f"{at}.stem", "a question", reason="translation_stem"))
    if bool(original.stimulus.strip()) != bool(translation.stimulus.strip()):
        expected = "a text where the original has one, and only there"
        problems.append(problem(f"{at}.stimulus", expected, reason="translation_stimulus"))
    if len(translation.options) != len(original.options):
        expected = f"{len(original.options)} options, as the original has"
        return [*problems, problem(f"{at}.options", expected, reason="translation_options")]
    for number, option in enumerate(translation.options, start=1):
        if not option.text.strip():
            problems.append(
                problem(f"{at}.options.{number}", "a text", reason="translation_option_empty", number=number)
            )
    texts = [option.text.strip() for option in translation.options if option.text.strip()]
    if len(set(texts)) < len(texts):
        expected = "options that differ from one another"
        problems.append(problem(f"{at}.options", expected, reason="translation_options_same"))
    return problems + _prompt_problems(at, original, translation)


def _prompt_problems(at: str, original: Original, translation: Translation) -> list[InvalidInput]:
    if len(translation.prompts) != len(original.prompts):
        expected = f"{len(original.prompts)} lines or gaps, as the original has"
        return [problem(f"{at}.prompts", expected, reason="translation_prompts")]
    problems = []
    gaps = any(prompt.options for prompt in original.prompts)
    if gaps and gap_numbers(translation.stem) != list(range(1, len(original.prompts) + 1)):
        expected = "the gaps of the original, each once and in order"
        problems.append(problem(f"{at}.stem", expected, reason="translation_gaps"))
    for number, (prompt, wanted) in enumerate(zip(translation.prompts, original.prompts, strict=True), start=1):
        complete = len(prompt.options) == len(wanted.options) and all(text.strip() for text in prompt.options)
        if not complete or bool(prompt.text.strip()) != bool(wanted.text.strip()):
            expected = "the same parts as in the original, each with a text"
            problems.append(problem(f"{at}.prompts.{number}", expected, reason="translation_prompt", number=number))
    return problems
