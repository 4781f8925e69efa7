"""Words of reviews: where in an item something stands, and what is wrong with what was entered."""

from __future__ import annotations

from datetime import date, datetime

from itembank.authoring.content import ItemContent
from itembank.authoring.reviewing.places import WHOLE_ITEM, places_of
from itembank.errors import InvalidInput
from web.pages.item_form import problem_text
from web.texts_catalogue import LANGUAGES, Texts


def place_label(place: str, t: Texts) -> str:
    """Name a place of an item, such as ``options.2.rationale`` or ``translations.en.stem``."""
    if place == WHOLE_ITEM:
        return t("review.place_whole")
    field, *rest = place.split(".")
    if field == "translations":
        language = rest[0] if rest[0] in LANGUAGES else ""
        name = t(f"bank.language_{language}") if language else rest[0]
        return t("review.place_translation", language=name, place=place_label(".".join(rest[1:]), t))
    if not rest:
        return t(f"review.place_{field}")
    number = int(rest[0])
    letter = "ABCDEFGHI"[number - 1] if 1 <= number <= 9 else str(number)
    return t(f"review.place_{'_'.join([field, *rest[1:]])}", n=number, letter=letter)


def place_choices(content: ItemContent, t: Texts) -> list[tuple[str, str]]:
    """List the places of an item with their names, for choosing what a comment is about."""
    named = [(place, place_label(place, t)) for place in places_of(content)]
    return [(WHOLE_ITEM, t("review.place_any")), *named]


def review_problem_text(problem: InvalidInput, t: Texts) -> str:
    """Write a problem's sentence in the reader's language."""
    key = f"review.problem_{problem.details.get('reason', '')}"
    return t(key, **problem.details) if t.has(key) else problem_text(problem, t)


def local_day(moment: datetime, t: Texts) -> date:
    """Give the day that a moment falls on where the institution is."""
    return moment.astimezone(t.zone).date()
