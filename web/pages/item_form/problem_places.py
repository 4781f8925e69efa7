"""Where on the form a problem of the item belongs, and its sentence in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from itembank.authoring.content import ItemType
from itembank.errors import InvalidInput
from web.error_pages import error_text
from web.pages.item_form.entered import ItemForm
from web.pages.item_form.rows import filled_numbers
from web.texts_catalogue import Texts

#: Fields of the item that have another name on the form.
_RENAMED = {"number": "number_value", "tolerance": "number_tolerance", "unit": "number_unit"}


def problem_text(problem: InvalidInput, t: Texts, details: Mapping[str, object] | None = None) -> str:
    """Write a problem's sentence in the reader's language."""
    reason = problem.details.get("reason", "")
    for key in (f"desk.problem_{reason}", f"bank.problem_{reason}"):
        if t.has(key):
            return t(key, **(details or problem.details))
    return error_text(problem, t)


def places_of(form: ItemForm, problems: Sequence[InvalidInput], t: Texts) -> Mapping[str, str]:
    """Give each problem's sentence by the id of the field that it belongs to, the first one for each field."""
    found: dict[str, str] = {}
    for problem in problems:
        field, details = str(problem.details["field"]), dict(problem.details)
        place, number = _place(form, field)
        if number:
            # Empty rows are left out of the item, so its n-th part may stand further down.
            details["number"] = number
        found.setdefault(place, problem_text(problem, t, details))
    return found


def field_id(form: ItemForm, field: str) -> str:
    """Give the id of the form's field for a field of the item, such as ``text_3`` for ``options.2``."""
    return _place(form, field)[0]


def _place(form: ItemForm, field: str) -> tuple[str, int]:
    if field.startswith("translations."):
        return _translated_place(form, field)
    name, _, rest = field.partition(".")
    number = int(rest.partition(".")[0]) if rest[:1].isdecimal() else 0
    if not number:
        return _RENAMED.get(name, name), 0
    return _row_place(form, name, number, rest, prefix="")


def _translated_place(form: ItemForm, field: str) -> tuple[str, int]:
    name, _, rest = field.split(".", 2)[-1].partition(".") if field.count(".") > 1 else ("translation", "", "")
    number = int(rest.partition(".")[0]) if rest[:1].isdecimal() else 0
    if number:
        return _row_place(form, name, number, rest, prefix="tr_")
    return (f"tr_{name}" if name in ("stem", "stimulus", "rationale", "unit") else "translation"), 0


def _row_place(form: ItemForm, name: str, number: int, rest: str, *, prefix: str) -> tuple[str, int]:
    if name == "options":
        row = _nth(form.option_numbers, number)
        return f"{prefix}{'rationale' if rest.endswith('rationale') else 'text'}_{row}", row
    if name == "prompts" and form.kind == ItemType.INLINE_CHOICE:
        return _gap_place(form, number, rest, prefix)
    if name == "prompts":
        row = _nth(form.line_numbers, number)
        return f"{prefix}line_{row}", row
    if name == "rubric":
        row = _nth(filled_numbers(form.aspects), number)
        return f"aspect_{row}", row
    return name, number


def _gap_place(form: ItemForm, number: int, rest: str, prefix: str) -> tuple[str, int]:
    choice = rest.rpartition(".")[2]
    if rest.count(".") == 2 and choice.isdecimal():
        row = _nth(filled_numbers(form.gaps[number - 1].choices), int(choice))
        return f"{prefix}gap_{number}_{row}", row
    return f"{prefix}gap_{number}_1", number


def _nth(numbers: Sequence[int], number: int) -> int:
    return numbers[number - 1] if number <= len(numbers) else number
