"""Texts of one item that nobody could tell apart, refused where items are saved and brought in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from itembank.authoring.content import ItemContent, Option
from itembank.authoring.exchange import ExchangedItem
from itembank.authoring.import_checks import import_problems
from itembank.authoring.items import create_item
from itembank.authoring.same_texts import same_text_problems
from itembank.authoring.translations import TranslatedOption, TranslatedPrompt, Translation
from itembank.database import Database
from itembank.errors import InvalidInput
from tests.itembank.authoring.item_types.every_type import EVERY_TYPE, GAPS, MATCHING, SHORT_TEXT, SINGLE
from tests.support.institution import NOON, Institution

ONE, OTHER = "a" * 64, "b" * 64


def in_english(content: ItemContent, *texts: str, gaps: bool = False) -> ItemContent:
    """Translate the first gap, or else all lines, with these texts."""
    translation = content.translations[0]
    if gaps:
        prompts = (TranslatedPrompt(options=texts), *translation.prompts[1:])
    else:
        prompts = tuple(TranslatedPrompt(text) for text in texts)
    return replace(content, translations=(replace(translation, prompts=prompts),))


SAME = [
    (replace(SINGLE, options=(Option("**a**", True), Option("a", False)), translations=()), "options", "marks_same"),
    (in_english(GAPS, "court", "court", "police", gaps=True), "translations.en.prompts.1", "marks_same"),
    (in_english(MATCHING, "a line", "*a line*"), "translations.en.prompts", "marks_same"),
    (replace(SHORT_TEXT, accepted=("Water", "ice", "water.")), "accepted.3", "accepted_same"),
]


def found(content: ItemContent) -> list[tuple[object, object]]:
    return [(problem.details["field"], problem.details["reason"]) for problem in same_text_problems(content)]


@pytest.mark.parametrize(("content", "field", "reason"), SAME)
def test_what_can_not_be_told_apart_is_named(content: ItemContent, field: str, reason: str) -> None:
    assert found(content) == [(field, reason)]


def test_texts_that_differ_are_left_alone() -> None:
    pictures = tuple(Option(f"![ผัง](media:{image})", image == ONE) for image in (ONE, OTHER))
    translation = Translation("en", "Which?", options=tuple(TranslatedOption(one.text) for one in pictures))
    for content in (*EVERY_TYPE, replace(SINGLE, options=pictures, translations=(translation,))):
        assert found(content) == []


def test_they_are_neither_saved_nor_brought_in(database: Database, institution: Institution) -> None:
    for content, field, _ in SAME:
        with pytest.raises(InvalidInput, match=field), database.writing() as session:
            create_item(session, actor=institution["writer"], content=content, now=NOON)
    hidden = replace(GAPS, stem="แจ้ง[[1]]ภายใน `[[2]]` ชั่วโมง", translations=())
    deep = replace(SINGLE, stem="- " * 8 + "ลึก\n- ตื้น")
    contents = [*(content for content, _, _ in SAME), hidden, deep, SHORT_TEXT]
    with database.reading() as session:
        problems = import_problems(session, [ExchangedItem("", "draft", content) for content in contents])
    reasons = {place: problem.details["reason"] for place, problem in problems.items()}
    assert list(reasons.values()) == [*(reason for _, _, reason in SAME), "gap_hidden", "levels_many"]
