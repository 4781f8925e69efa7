"""Differences of all types, part by part: what is unmarked is the same on both sides, and a changed key is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from itembank.authoring.content import ItemContent, ItemType, NumericKey, Option, Prompt, RubricAspect
from itembank.authoring.content_differences import Passages, WordingSide, compare_contents
from itembank.authoring.translations import TranslatedOption, Translation
from tests.itembank.authoring.written import SINGLE

WORDS = replace(SINGLE, type=ItemType.SHORT_TEXT, options=(), accepted=("สำนักงาน", "กรม"), rationale="ตามกฎหมาย")
CHOICES = (Option("แผนแม่บท", True), Option("งบประมาณ", True), Option("ตัวชี้วัด", True))
MATCHING = replace(
    WORDS, accepted=(), type=ItemType.MATCHING, options=CHOICES, prompts=(Prompt(0, "ก่อน"), Prompt(2, "หลัง"))
)
ORDERING = replace(WORDS, accepted=(), type=ItemType.ORDERING, options=CHOICES)
GAPS = replace(
    WORDS, accepted=(), type=ItemType.INLINE_CHOICE, stem="ผู้บริหาร[[1]]", prompts=(Prompt(0, "", ("เก็บรักษา", "ทำลาย")),)
)
NUMBER = replace(WORDS, accepted=(), type=ItemType.NUMERIC, number=NumericKey("12", "0.5", unit="บาท"))
RESPONSE = replace(
    WORDS, accepted=(), type=ItemType.CONSTRUCTED_RESPONSE, rubric=(RubricAspect("ความครบถ้วน", ("ไม่มี", "มีครบ")),)
)
ALL = (SINGLE, WORDS, MATCHING, ORDERING, GAPS, NUMBER, RESPONSE)


def marked(passages: Passages) -> str:
    return "".join(passage.text for passage in passages if passage.changed)


def texts(side: WordingSide) -> list[Passages]:
    found = [side.stimulus, side.stem, side.value, side.unit, *side.accepted, side.rationale]
    for option in side.options:
        found += [option.text, option.rationale]
    for prompt in side.prompts:
        found += [prompt.text, *prompt.options]
    for aspect in side.rubric:
        found += [aspect.title, *aspect.levels]
    return found


@pytest.mark.parametrize("content", ALL, ids=lambda content: content.type)
def test_a_content_does_not_differ_from_itself(content: ItemContent) -> None:
    before, after = compare_contents(content, content)
    assert not before.is_changed
    assert not after.is_changed


@pytest.mark.parametrize("content", ALL, ids=lambda content: content.type)
def test_another_type_is_all_new_but_for_what_is_the_same(content: ItemContent) -> None:
    other = replace(WORDS, stem="เขียน", accepted=("เขียน",), rationale="")
    before, after = compare_contents(content, other)
    for side in (before, after):
        assert side.is_changed
    assert marked(after.accepted[0]) == "เขียน"
    assert all(not passages or marked(passages) for passages in texts(before) if passages is not before.rationale)


def test_lines_to_match_and_their_keys() -> None:
    after = replace(MATCHING, options=CHOICES[::-1], prompts=(Prompt(2, "ก่อนหน้า"), Prompt(1, "หลัง")))
    old, new = compare_contents(MATCHING, after)
    # The options only moved: the first line still matches the same, the second one does not.
    assert [prompt.key_changed for prompt in new.prompts] == [False, True]
    assert [prompt.key_changed for prompt in old.prompts] == [False, True]
    assert [marked(prompt.text) for prompt in new.prompts] == ["หน้า", ""]
    assert not any(marked(option.text) for option in new.options)
    assert not new.order_changed


def test_the_order_is_the_key_of_ordering() -> None:
    old, new = compare_contents(ORDERING, replace(ORDERING, options=(CHOICES[1], CHOICES[0], CHOICES[2])))
    assert old.order_changed
    assert new.order_changed
    longer = replace(ORDERING, options=(Option("ประกาศใช้", True), *CHOICES))
    assert not compare_contents(ORDERING, longer)[1].order_changed


def test_gaps_numbers_answers_and_rubrics() -> None:
    gaps = replace(GAPS, prompts=(Prompt(1, "", ("เก็บรักษา", "ทำลาย", "แก้ไข")),))
    new = compare_contents(GAPS, gaps)[1]
    assert new.prompts[0].key_changed
    assert [marked(option) for option in new.prompts[0].options] == ["", "", "แก้ไข"]
    new = compare_contents(NUMBER, replace(NUMBER, number=NumericKey("15", "0.5", unit="พันบาท")))[1]
    assert (marked(new.value), marked(new.unit)) == ("15", "พัน")
    new = compare_contents(WORDS, replace(WORDS, accepted=("กรม", "สำนักงานปลัด"), rationale="ตามระเบียบ"))[1]
    assert [marked(text) for text in new.accepted] == ["", "ปลัด"]
    assert marked(new.rationale) == "ระเบียบ"
    aspects = (RubricAspect("ความครบถ้วน", ("ไม่มี", "มีบางส่วน", "มีครบ")),)
    old, new = compare_contents(RESPONSE, replace(RESPONSE, rubric=aspects))
    assert [marked(level) for level in new.rubric[0].levels] == ["", "บางส่วน", "มีครบ"]
    assert [marked(level) for level in old.rubric[0].levels] == ["", "ครบ"]


def test_translations_are_compared_and_new_ones_are_all_new() -> None:
    english = Translation("en", "Which is right?", tuple(TranslatedOption(f"Option {n}") for n in range(4)))
    translated = replace(SINGLE, translations=(english,))
    old, new = compare_contents(SINGLE, translated)
    assert old.translations == ()
    assert marked(new.translations[0].stem) == "Which is right?"
    assert new.is_changed
    better = replace(SINGLE, translations=(replace(english, stem="Which one is right?"),))
    old, new = compare_contents(translated, better)
    assert marked(new.translations[0].stem).strip() == "one"
    assert not any(marked(option.text) for option in new.translations[0].options)
