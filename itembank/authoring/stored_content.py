"""Parts of an item's content as JSON documents hold them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from itembank.authoring.item_types.question import NumericKey, Option, Prompt, RubricAspect
from itembank.authoring.translations import TranslatedOption, TranslatedPrompt, Translation
from itembank.errors import InvalidInput

Member = TypeVar("Member", bound=StrEnum)
Part = TypeVar("Part")


def member_of(kind: type[Member], value: object, *, field: str) -> Member:
    """Read one of the names of an enumeration.

    Raises:
        InvalidInput: It is none of them.
    """
    try:
        return kind(str(value))
    except ValueError:
        raise InvalidInput(
            field=field, expected=f"one of {', '.join(str(member) for member in kind)}, not {value!r}"
        ) from None


def whole_rating(value: object) -> int:
    """Read a difficulty rating.

    Raises:
        InvalidInput: It is no whole number.
    """
    try:
        return int(str(value))
    except ValueError:
        raise InvalidInput(field="difficulty_rating", expected=f"a whole number from 1 to 5, not {value!r}") from None


def yes_or_no(value: object, *, field: str) -> bool:
    """Read true or false.

    Raises:
        InvalidInput: It is neither.
    """
    if isinstance(value, bool):
        return value
    raise InvalidInput(field=field, expected=f"true or false, not {value!r}")


def texts_of(value: object, *, field: str) -> tuple[str, ...]:
    """Read a list of texts.

    Raises:
        InvalidInput: It is no list.
    """
    if isinstance(value, list | tuple):
        return tuple(str(text) for text in value)
    raise InvalidInput(field=field, expected="a list of texts")


def entries_of(read: Callable[[Mapping[str, Any]], Part], value: object, *, field: str) -> tuple[Part, ...]:
    """Read a list of parts, each of which has fields of its own.

    Raises:
        InvalidInput: It is no list, or one of its entries has no fields.
    """
    if not isinstance(value, list | tuple):
        raise InvalidInput(field=field, expected=f"a list, not {value!r}")
    for number, entry in enumerate(value, start=1):
        if not isinstance(entry, Mapping):
            raise InvalidInput(field=f"{field}.{number}", expected=f"an object with fields, not {entry!r}")
    return tuple(read(entry) for entry in value)


def option_of(document: Mapping[str, Any]) -> Option:
    """Read an option."""
    return Option(
        text=str(document["text"]), correct=document["correct"] is True, rationale=str(document.get("rationale", ""))
    )


def prompt_of(document: Mapping[str, Any]) -> Prompt:
    """Read a line to match, or a gap.

    Raises:
        InvalidInput: Its key is no place, or its choices are no list.
    """
    key = document["key"]
    if not isinstance(key, int) or isinstance(key, bool):
        raise InvalidInput(field="prompts", expected=f"the place of the right choice as key, from 0, not {key!r}")
    options = texts_of(document.get("options", ()), field="prompts")
    return Prompt(key=key, text=str(document.get("text", "")), options=options)


def number_of(document: Mapping[str, Any] | None) -> NumericKey | None:
    """Read the right number, if there is one.

    Raises:
        InvalidInput: It has no fields, or one of them a value that it cannot have.
    """
    if document is None:
        return None
    if not isinstance(document, Mapping):
        raise InvalidInput(field="number", expected=f"an object with the field value, not {document!r}")
    return NumericKey(
        value=str(document["value"]),
        tolerance=str(document.get("tolerance", "0")),
        percent=yes_or_no(document.get("percent", False), field="percent"),
        unit=str(document.get("unit", "")),
    )


def aspect_of(document: Mapping[str, Any]) -> RubricAspect:
    """Read an aspect of a rubric."""
    return RubricAspect(title=str(document["title"]), levels=texts_of(document["levels"], field="rubric"))


def translation_of(document: Mapping[str, Any]) -> Translation:
    """Read a translation."""
    return Translation(
        language=str(document["language"]),
        stem=str(document["stem"]),
        options=entries_of(_translated_option, document.get("options", ()), field="translations.options"),
        prompts=entries_of(_translated_prompt, document.get("prompts", ()), field="translations.prompts"),
        stimulus=str(document.get("stimulus", "")),
        unit=str(document.get("unit", "")),
        rationale=str(document.get("rationale", "")),
    )


def _translated_option(document: Mapping[str, Any]) -> TranslatedOption:
    return TranslatedOption(text=str(document["text"]), rationale=str(document.get("rationale", "")))


def _translated_prompt(document: Mapping[str, Any]) -> TranslatedPrompt:
    options = texts_of(document.get("options", ()), field="translations.prompts")
    return TranslatedPrompt(text=str(document.get("text", "")), options=options)
