"""What the form's buttons other than "save" do to it: rows come, go and move, and nothing that was typed is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from itembank.authoring.content import MAXIMUM_OPTIONS, ItemType
from itembank.authoring.item_types.inline_choice import GAP, gap_numbers
from web.pages.item_form.entered import ItemForm
from web.pages.item_form.rows import AspectRow, GapChoice, GapRow, LineRow, OptionRow, TranslatedFields
from web.texts_catalogue import DEFAULT_LANGUAGE, LANGUAGES, catalogue

# The buttons; any other word, such as "refresh", shows the form again with what was entered.
SAVE, SUBMIT = "save", "submit"
TAKE_TEXT, TAKE_OVER, CONTEXT = "take_text", "take_over", "context"

#: A part that has nothing yet begins with this many empty rows.
_FIRST_OPTIONS, _FIRST_LINES, _FIRST_CHOICES = 4, 3, 3
_NUMBERED = re.compile(r"([a-z_]+)_([1-9])")


def after_button(form: ItemForm) -> ItemForm:
    """Do what the pressed button says to the form itself, and put empty rows where its type has none yet."""
    numbered = _NUMBERED.fullmatch(form.do)
    if form.do in _PLAIN:
        form = _PLAIN[form.do](form)
    elif numbered and numbered[1] in _AT_A_ROW:
        form = _AT_A_ROW[numbered[1]](form, int(numbered[2]))
    return prepared(form)


def prepared(form: ItemForm) -> ItemForm:
    """Put empty rows where the type needs some and has none, and drop what its marks can't show."""
    form = _one_key_at_most(_with_first_rows(form))
    if not form.may_count_parts:
        # What has one right answer has no parts that could count.
        form = replace(form, facts=replace(form.facts, partial_credit=False))
    return form


def _with_first_rows(form: ItemForm) -> ItemForm:
    if form.kind == ItemType.TRUE_FALSE and all(row.is_empty for row in form.rows):
        form = replace(form, rows=tuple(OptionRow(text) for text in _true_and_false(form.facts.language)))
    if form.has_options and not form.rows:
        form = replace(form, rows=(OptionRow(),) * _FIRST_OPTIONS)
    if form.kind == ItemType.MATCHING and not form.lines:
        # Line and choice of the same place belong together unless the writer says otherwise.
        form = replace(form, lines=tuple(LineRow(key=number) for number in range(1, _FIRST_LINES + 1)))
    if form.kind == ItemType.INLINE_CHOICE and not form.gaps:
        count = min(max(gap_numbers(form.facts.stem), default=1), MAXIMUM_OPTIONS)
        form = replace(form, gaps=(GapRow((GapChoice(),) * _FIRST_CHOICES),) * max(1, count))
    if form.kind == ItemType.CONSTRUCTED_RESPONSE and not form.aspects:
        form = replace(form, aspects=(AspectRow(),))
    return form


def _one_key_at_most(form: ItemForm) -> ItemForm:
    if not (form.marks_options and form.one_key):
        return form
    # Radio buttons can't show two right answers; the first one stays, as a browser would not tell which it dropped.
    first = next((index for index, row in enumerate(form.rows) if row.correct), None)
    return replace(form, rows=tuple(replace(row, correct=index == first) for index, row in enumerate(form.rows)))


def _true_and_false(language: str) -> tuple[str, str]:
    # In the language of the item, not of the page.
    language = language if language in LANGUAGES else DEFAULT_LANGUAGE
    texts = catalogue()
    return texts["bank.option_true"][language], texts["bank.option_false"][language]


def _add_row(form: ItemForm) -> ItemForm:
    if not form.may_add_row:
        return form
    return replace(form, rows=(*form.rows, OptionRow()), focus=f"text_{len(form.rows) + 1}")


def _remove_row(form: ItemForm, number: int) -> ItemForm:
    if number > len(form.rows):
        return form
    rows = (*form.rows[: number - 1], *form.rows[number:])
    kept = {old: old - (old > number) for old in range(1, len(form.rows) + 1) if old != number}
    return _with_rows(form, rows, kept, focus=f"text_{min(number, len(rows))}" if rows else "add-row")


def _move_row_up(form: ItemForm, number: int) -> ItemForm:
    if not 2 <= number <= len(form.rows):
        return form
    rows = list(form.rows)
    rows[number - 2], rows[number - 1] = rows[number - 1], rows[number - 2]
    moved = {old: old for old in range(1, len(rows) + 1)} | {number: number - 1, number - 1: number}
    return _with_rows(form, tuple(rows), moved, focus=f"text_{number - 1}")


def _move_row_down(form: ItemForm, number: int) -> ItemForm:
    if number >= len(form.rows):
        return form
    return replace(_move_row_up(form, number + 1), focus=f"text_{number + 1}")


def _with_rows(form: ItemForm, rows: tuple[OptionRow, ...], places: dict[int, int], *, focus: str) -> ItemForm:
    # Lines keep the choice that they had, wherever it stands now.
    lines = tuple(replace(line, key=places.get(line.key, 0)) for line in form.lines)
    return replace(form, rows=rows, lines=lines, focus=focus)


def _add_line(form: ItemForm) -> ItemForm:
    if not form.may_add_line:
        return form
    return replace(form, lines=(*form.lines, LineRow()), focus=f"line_{len(form.lines) + 1}")


def _remove_line(form: ItemForm, number: int) -> ItemForm:
    lines = (*form.lines[: number - 1], *form.lines[number:])
    return replace(form, lines=lines, focus=f"line_{min(number, len(lines))}" if lines else "add-line")


def _add_gap(form: ItemForm) -> ItemForm:
    if not form.may_add_gap:
        return form
    number = len(form.gaps) + 1
    translation = form.translation
    if translation is not None:
        translation = replace(translation, stem=_with_gap(translation.stem, number))
    return replace(
        form,
        facts=replace(form.facts, stem=_with_gap(form.facts.stem, number)),
        translation=translation,
        gaps=(*form.gaps, GapRow((GapChoice(),) * _FIRST_CHOICES)),
        focus=f"gap_{number}_1",
    )


def _with_gap(stem: str, number: int) -> str:
    return stem if number in gap_numbers(stem) else f"{stem} [[{number}]]".strip()


def _remove_gap(form: ItemForm, number: int) -> ItemForm:
    if number > len(form.gaps):
        return form
    gaps = (*form.gaps[: number - 1], *form.gaps[number:])
    translation = form.translation
    if translation is not None:
        translation = replace(translation, stem=_without_gap(translation.stem, number))
    return replace(
        form,
        facts=replace(form.facts, stem=_without_gap(form.facts.stem, number)),
        translation=translation,
        gaps=gaps,
        focus=f"gap_{min(number, len(gaps))}_1" if gaps else "add-gap",
    )


def _without_gap(stem: str, number: int) -> str:
    def renumbered(found: re.Match[str]) -> str:
        old = int(found[1])
        return "" if old == number else f"[[{old - (old > number)}]]"

    return GAP.sub(renumbered, stem)


def _add_choice(form: ItemForm, number: int) -> ItemForm:
    if number > len(form.gaps) or len(form.gaps[number - 1].choices) >= MAXIMUM_OPTIONS:
        return form
    gap = form.gaps[number - 1]
    longer = replace(gap, choices=(*gap.choices, GapChoice()))
    gaps = (*form.gaps[: number - 1], longer, *form.gaps[number:])
    return replace(form, gaps=gaps, focus=f"gap_{number}_{len(longer.choices)}")


def _add_aspect(form: ItemForm) -> ItemForm:
    if not form.may_add_aspect:
        return form
    return replace(form, aspects=(*form.aspects, AspectRow()), focus=f"aspect_{len(form.aspects) + 1}")


def _remove_aspect(form: ItemForm, number: int) -> ItemForm:
    aspects = (*form.aspects[: number - 1], *form.aspects[number:])
    return replace(form, aspects=aspects, focus=f"aspect_{min(number, len(aspects))}" if aspects else "add-aspect")


def _add_translation(form: ItemForm) -> ItemForm:
    return replace(form, translation=form.translation or TranslatedFields(), focus="tr_stem")


def _remove_translation(form: ItemForm) -> ItemForm:
    gaps = tuple(replace(gap, choices=tuple(replace(one, translated="") for one in gap.choices)) for gap in form.gaps)
    return replace(
        form,
        translation=None,
        rows=tuple(replace(row, translated="", translated_rationale="") for row in form.rows),
        lines=tuple(replace(line, translated="") for line in form.lines),
        gaps=gaps,
        focus="stem",
    )


_PLAIN: Final[dict[str, Callable[[ItemForm], ItemForm]]] = {
    "add_row": _add_row,
    "add_line": _add_line,
    "add_gap": _add_gap,
    "add_aspect": _add_aspect,
    "add_translation": _add_translation,
    "remove_translation": _remove_translation,
}
_AT_A_ROW: Final[dict[str, Callable[[ItemForm, int], ItemForm]]] = {
    "remove_row": _remove_row,
    "move_up": _move_row_up,
    "move_down": _move_row_down,
    "remove_line": _remove_line,
    "remove_gap": _remove_gap,
    "add_choice": _add_choice,
    "remove_aspect": _remove_aspect,
}
