"""What belongs to another type than the chosen one: it stays with the form, so that going back brings it back."""

from __future__ import annotations

from collections.abc import Iterator

from itembank.authoring.content import ItemType
from web.pages.item_form.entered import ItemForm


def carried_fields(form: ItemForm) -> list[tuple[str, str]]:
    """List the fields that the chosen type does not show, by name, as far as something stands in them."""
    found: list[tuple[str, str]] = []
    if not form.has_options:
        found += _options(form)
    if not form.marks_options:
        found += [("correct", str(number)) for number, row in enumerate(form.rows, start=1) if row.correct]
    if form.kind != ItemType.MATCHING:
        found += _lines(form)
    if form.kind != ItemType.INLINE_CHOICE:
        found += _gaps(form)
    if form.kind != ItemType.NUMERIC:
        found += _number(form)
    if form.kind != ItemType.SHORT_TEXT:
        found.append(("accepted", form.accepted))
    if form.kind != ItemType.CONSTRUCTED_RESPONSE:
        for number, aspect in enumerate(form.aspects, start=1):
            found += [(f"aspect_{number}", aspect.title), (f"levels_{number}", aspect.levels)]
    return [(name, value) for name, value in found if value]


def _options(form: ItemForm) -> Iterator[tuple[str, str]]:
    for number in form.option_numbers:
        row = form.rows[number - 1]
        # A blank says that the row is there, whatever of it is empty.
        yield f"text_{number}", row.text or " "
        yield f"rationale_{number}", row.rationale
        yield f"tr_text_{number}", row.translated
        yield f"tr_rationale_{number}", row.translated_rationale


def _lines(form: ItemForm) -> Iterator[tuple[str, str]]:
    for number in form.line_numbers:
        line = form.lines[number - 1]
        yield f"line_{number}", line.text or " "
        yield f"key_{number}", str(line.key)
        yield f"tr_line_{number}", line.translated


def _gaps(form: ItemForm) -> Iterator[tuple[str, str]]:
    for number, gap in enumerate(form.gaps, start=1):
        if all(choice.is_empty for choice in gap.choices):
            continue
        yield f"right_{number}", str(gap.right)
        for place, choice in enumerate(gap.choices, start=1):
            yield f"gap_{number}_{place}", choice.text or " "
            yield f"tr_gap_{number}_{place}", choice.translated


def _number(form: ItemForm) -> Iterator[tuple[str, str]]:
    yield "number_value", form.number.value
    yield "number_tolerance", form.number.tolerance
    yield "number_percent", "1" if form.number.percent else ""
    yield "number_unit", form.number.unit
    if form.translation is not None:
        yield "tr_unit", form.translation.unit
