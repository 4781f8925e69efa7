"""Reading the form: as it was sent, as it was kept, or from an item's content."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from starlette.datastructures import FormData

from itembank.authoring.content import MAXIMUM_OPTIONS, ItemContent, ItemType
from itembank.authoring.drafts import ItemDraft
from itembank.authoring.item_types.constructed_response import MOST_ASPECTS
from itembank.authoring.translations import TranslatedOption, TranslatedPrompt, Translation
from web.pages.item_form.buttons import SAVE, prepared
from web.pages.item_form.entered import ItemForm
from web.pages.item_form.rows import (
    AspectRow,
    GapChoice,
    GapRow,
    LineRow,
    NumberFields,
    OptionRow,
    TranslatedFields,
)

#: Names of fields that hold what a writer typed; everything else that a form may carry is not kept.
_TYPED = re.compile(
    r"(?:tr_)?(?:stem|stimulus|rationale|text_[1-9]|rationale_[1-9]|line_[1-9]|gap_[1-9]_[1-9])"
    r"|criterion|type|cognitive_level|difficulty_rating|language|source|testlet|partial_credit|correct|key_[1-9]"
    r"|right_[1-9]|number_(?:value|tolerance|percent|unit)|tr_unit|accepted|aspect_[1-5]|levels_[1-5]|translated"
)


def form_of_fields(data: FormData) -> ItemForm:
    """Read the form as it was sent; what is missing counts as left empty."""
    return ItemForm(
        facts=_facts(data),
        rows=_option_rows(data),
        lines=_line_rows(data),
        gaps=_gap_rows(data),
        number=NumberFields(
            value=_text(data, "number_value"),
            tolerance=_text(data, "number_tolerance"),
            percent=bool(_text(data, "number_percent")),
            unit=_text(data, "number_unit"),
        ),
        accepted=_text(data, "accepted"),
        aspects=tuple(
            AspectRow(_text(data, f"aspect_{number}"), _text(data, f"levels_{number}"))
            for number in range(1, _count(data, "aspect_{}", MOST_ASPECTS) + 1)
        ),
        translation=_translated_fields(data) if _text(data, "translated") else None,
        started_from=_whole(data, "started_from"),
        key=_key(_text(data, "desk")),
        do=_text(data, "do") or SAVE,
        shown_in=_text(data, "shown_in"),
    )


def sent_fields(data: FormData) -> dict[str, list[str]]:
    """Give what a writer typed, as names and values that can be kept and read again."""
    found: dict[str, list[str]] = {}
    for name, value in data.multi_items():
        if isinstance(value, str) and _TYPED.fullmatch(name):
            found.setdefault(name, []).append(value)
    return found


def form_of_kept(fields: Mapping[str, Sequence[str]], *, started_from: int, key: str) -> ItemForm:
    """Read a form that was kept."""
    items = [(name, value) for name, values in fields.items() for value in values]
    return form_of_fields(FormData([*items, ("started_from", str(started_from)), ("desk", key)]))


def form_of_content(content: ItemContent, *, started_from: int) -> ItemForm:
    """Begin an edit with what a version says."""
    translation = content.translations[0] if content.translations else None
    worded = list(translation.options) if translation else [TranslatedOption("")] * len(content.options)
    lines = list(translation.prompts) if translation else [TranslatedPrompt()] * len(content.prompts)
    number = content.number
    gaps = content.type is ItemType.INLINE_CHOICE
    form = ItemForm(
        facts=ItemDraft.of(content),
        rows=tuple(
            OptionRow(option.text, option.correct, option.rationale, other.text, other.rationale)
            for option, other in zip(content.options, worded, strict=True)
        ),
        lines=tuple(
            LineRow(prompt.text, prompt.key + 1, other.text)
            for prompt, other in zip(content.prompts, lines, strict=True)
            if not gaps
        ),
        gaps=tuple(
            GapRow(_gap_choices(prompt.options, other), prompt.key + 1)
            for prompt, other in zip(content.prompts, lines, strict=True)
            if gaps
        ),
        number=NumberFields(number.value, number.tolerance, number.percent, number.unit) if number else NumberFields(),
        accepted=_below_each_other(content.accepted),
        aspects=tuple(AspectRow(aspect.title, _below_each_other(aspect.levels)) for aspect in content.rubric),
        translation=_translated(translation) if translation else None,
        started_from=started_from,
    )
    return prepared(form)


def blank_form(*, criterion: str, language: str, key: str) -> ItemForm:
    """Begin a new item."""
    return prepared(ItemForm(facts=ItemDraft(criterion=criterion, language=language), key=key))


async def _entered(request: Request) -> ItemForm:
    return form_of_fields(await request.form())


async def _typed(request: Request) -> dict[str, list[str]]:
    return sent_fields(await request.form())


Entered = Annotated[ItemForm, Depends(_entered)]

#: What was typed, as it is kept.
TypedFields = Annotated[dict[str, list[str]], Depends(_typed)]


def _facts(data: FormData) -> ItemDraft:
    return ItemDraft(
        criterion=_text(data, "criterion"),
        type=_text(data, "type"),
        cognitive_level=_text(data, "cognitive_level"),
        difficulty_rating=_text(data, "difficulty_rating"),
        language=_text(data, "language"),
        stem=_text(data, "stem"),
        source=_text(data, "source"),
        testlet=_text(data, "testlet"),
        stimulus=_text(data, "stimulus"),
        partial_credit=bool(_text(data, "partial_credit")),
        rationale=_text(data, "rationale"),
    )


def _option_rows(data: FormData) -> tuple[OptionRow, ...]:
    correct = {str(value) for value in data.getlist("correct")}
    return tuple(
        OptionRow(
            text=_text(data, f"text_{number}"),
            correct=str(number) in correct,
            rationale=_text(data, f"rationale_{number}"),
            translated=_text(data, f"tr_text_{number}"),
            translated_rationale=_text(data, f"tr_rationale_{number}"),
        )
        for number in range(1, _count(data, "text_{}") + 1)
    )


def _line_rows(data: FormData) -> tuple[LineRow, ...]:
    return tuple(
        LineRow(_text(data, f"line_{number}"), _whole(data, f"key_{number}"), _text(data, f"tr_line_{number}"))
        for number in range(1, _count(data, "line_{}") + 1)
    )


def _gap_rows(data: FormData) -> tuple[GapRow, ...]:
    return tuple(
        GapRow(
            choices=tuple(
                GapChoice(_text(data, f"gap_{gap}_{number}"), _text(data, f"tr_gap_{gap}_{number}"))
                for number in range(1, _count(data, f"gap_{gap}_{{}}") + 1)
            ),
            right=_whole(data, f"right_{gap}"),
        )
        for gap in range(1, _count(data, "gap_{}_1") + 1)
    )


def _gap_choices(texts: Sequence[str], translated: TranslatedPrompt) -> tuple[GapChoice, ...]:
    others = [*translated.options, *[""] * len(texts)]
    return tuple(GapChoice(text, other) for text, other in zip(texts, others, strict=False))


def _below_each_other(texts: Sequence[str]) -> str:
    # What came by file may hold line breaks, which would part one text into two.
    return "\n".join(" ".join(text.split("\n")) for text in texts)


def _translated_fields(data: FormData) -> TranslatedFields:
    return TranslatedFields(
        stem=_text(data, "tr_stem"),
        stimulus=_text(data, "tr_stimulus"),
        rationale=_text(data, "tr_rationale"),
        unit=_text(data, "tr_unit"),
    )


def _translated(translation: Translation) -> TranslatedFields:
    return TranslatedFields(translation.stem, translation.stimulus, translation.rationale, translation.unit)


def _count(data: FormData, pattern: str, most: int = MAXIMUM_OPTIONS) -> int:
    return max((number for number in range(1, most + 1) if pattern.format(number) in data), default=0)


def _text(data: FormData, name: str) -> str:
    value = data.get(name, "")
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""


def _whole(data: FormData, name: str) -> int:
    text = _text(data, name)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else 0


def _key(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""
