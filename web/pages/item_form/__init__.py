"""The form of an item: what was entered, row by row, what its buttons do to it, and where each problem belongs."""

from __future__ import annotations

from web.pages.item_form.buttons import CONTEXT, SAVE, SUBMIT, TAKE_OVER, TAKE_TEXT, after_button, prepared
from web.pages.item_form.carried import carried_fields
from web.pages.item_form.entered import ItemForm
from web.pages.item_form.problem_places import field_id, places_of, problem_text
from web.pages.item_form.reading import (
    Entered,
    TypedFields,
    blank_form,
    form_of_content,
    form_of_fields,
    form_of_kept,
    sent_fields,
)

__all__ = [
    "CONTEXT", "SAVE", "SUBMIT", "TAKE_OVER", "TAKE_TEXT", "Entered", "ItemForm", "TypedFields", "after_button",
    "blank_form", "carried_fields",
    "field_id", "form_of_content", "form_of_fields", "form_of_kept", "places_of", "prepared", "problem_text",
    "sent_fields",
]  # fmt: skip
