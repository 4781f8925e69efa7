"""Scores of every answer that there can be, against scorers written anew; and what scoring promises of any answer."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, replace
from itertools import pairwise, permutations, product
from math import factorial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from itembank.authoring.content import Answer, ItemContent, ItemType, Option, Prompt
from itembank.authoring.drafts import ItemDraft
from itembank.authoring.item_types.rules import rule_of
from itembank.authoring.item_types.shown_order import mixed_order, shown_order
from itembank.authoring.shown_item import shown_item
from itembank.errors import InvalidInput
from tests.itembank.authoring.item_types.every_type import (
    EVERY_TYPE,
    GAPS,
    MATCHING,
    NUMERIC,
    ORDERING,
    RESPONSE,
    SCORED,
    SEVERAL,
    SHORT_TEXT,
    SINGLE,
    item,
    options,
)

_NAMES = [content.type.value for content in EVERY_TYPE]
texts = st.lists(
    st.text("กขคabc ", min_size=1, max_size=4).filter(str.strip), min_size=3, max_size=6, unique_by=str.strip
)


@pytest.mark.parametrize("content", SCORED, ids=_NAMES[:-1])
@pytest.mark.parametrize("in_parts", [True, False])
def test_nothing_but_the_key_gets_everything(content: ItemContent, in_parts: bool) -> None:
    if content.partial_credit:
        content = replace(content, partial_credit=in_parts)
    count = len(content.options)
    if content.type in (ItemType.NUMERIC, ItemType.SHORT_TEXT):
        possible = [
            rule_of(content.type).right_answer(content),
            *(Answer(text=text) for text in ("1200", "0", "น้ำ", "-1250.5", "x")),
        ]
    elif content.prompts:
        choices = [range(len(prompt.options) or count) for prompt in content.prompts]
        possible = [Answer(places) for places in product(*choices)]
    elif content.type is ItemType.ORDERING:
        possible = [Answer(places) for places in permutations(range(count))]
    else:
        sizes = range(1, count + 1) if content.type is ItemType.MULTIPLE_CHOICE else (1,)
        possible = [Answer(places) for size in sizes for places in permutations(range(count), size)]
    full = []
    for answer in possible:
        try:
            score = content.score(answer)
        except InvalidInput:
            continue
        assert 0 <= score <= content.maximum_score
        if score == content.maximum_score:
            full.append(content.taken(answer))
    assert set(full) == {content.taken(rule_of(content.type).right_answer(content))}


def test_orders_are_scored_by_right_neighbours() -> None:
    right = [option.text for option in ORDERING.options]
    pairs = set(pairwise(right))
    shown = shown_item(ORDERING, ORDERING.type).options
    for places in permutations(range(4)):
        said = [shown[place] for place in places]
        followed = sum(pair in pairs for pair in pairwise(said))
        assert ORDERING.score(Answer(places)) == followed
        assert replace(ORDERING, partial_credit=False).score(Answer(places)) == (said == right)


def test_lines_are_scored_by_the_words_of_the_choice() -> None:
    right = [MATCHING.options[prompt.key].text for prompt in MATCHING.prompts]
    shown = shown_item(MATCHING, MATCHING.type).options
    for places in product(range(3), repeat=2):
        matched = sum(shown[place] == wanted for place, wanted in zip(places, right, strict=True))
        assert MATCHING.score(Answer(places)) == matched
        assert replace(MATCHING, partial_credit=False).score(Answer(places)) == (matched == 2)


def test_gaps_are_scored_by_the_words_of_the_choice() -> None:
    right = [gap.options[gap.key] for gap in GAPS.prompts]
    shown = [prompt.options for prompt in shown_item(GAPS, GAPS.type).prompts]
    for places in product(range(3), repeat=2):
        found = [choices[place] for choices, place in zip(shown, places, strict=True)]
        assert GAPS.score(Answer(places)) == sum(map(str.__eq__, found, right))


def test_a_wrong_tick_costs_what_a_right_one_gives() -> None:
    assert [SEVERAL.score(places) for places in ((0,), (0, 1), (0, 2), (0, 1, 2), (2,))] == [1, 2, 0, 1, 0]
    assert replace(SEVERAL, partial_credit=False).score((0, 1, 2)) == 0


def test_people_score_what_people_mark() -> None:
    assert RESPONSE.maximum_score == 3
    with pytest.raises(InvalidInput, match="marks by people"):
        RESPONSE.score(Answer(text="สิทธิขอลบ"))
    with pytest.raises(InvalidInput, match="no right answer"):
        rule_of(RESPONSE.type).right_answer(RESPONSE)


@pytest.mark.parametrize(
    ("content", "answer", "reason"),
    [
        (SINGLE, Answer(), "answer_none"),
        (SINGLE, Answer((0, 1)), "answer_option"),
        (SINGLE, Answer((7,)), "answer_option"),
        (SINGLE, Answer((-1,)), "answer_option"),
        (SINGLE, Answer(text="1"), "answer_none"),
        (MATCHING, Answer((-1, 0)), "answer_missing"),
        (MATCHING, Answer((0,)), "answer_missing"),
        (MATCHING, Answer((0, 9)), "answer_missing"),
        (MATCHING, Answer((0, 1, 2)), "answer_option"),
        (ORDERING, Answer((0, 1, 2, 2)), "answer_twice"),
        (GAPS, Answer(), "answer_missing"),
        (NUMERIC, Answer((0,)), "answer_text"),
        (NUMERIC, Answer(text="ประมาณพัน"), "answer_number"),
        (NUMERIC, Answer(text="1" * 100), "answer_long"),
        (SHORT_TEXT, Answer(text=" .. "), "answer_text"),
        (SHORT_TEXT, Answer(text="น" * 201), "answer_long"),
        (SHORT_TEXT, Answer(text="a\0b"), "answer_text"),
        (RESPONSE, Answer(text=" \n "), "answer_text"),
        (RESPONSE, Answer(text="ก" * 20_001), "answer_long"),
        (RESPONSE, Answer(text="\ud800"), "answer_text"),
    ],
)
def test_what_is_no_answer_is_refused_with_the_reason(content: ItemContent, answer: Answer, reason: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        content.taken(answer)
    assert (refused.value.details["field"], refused.value.details["reason"]) == ("answer", reason)


def test_all_places_without_a_choice_are_named() -> None:
    with pytest.raises(InvalidInput) as refused:
        ORDERING.taken(Answer((2, -1, 9)))
    assert refused.value.details["numbers"] == "2, 3, 4"


anything = st.builds(Answer, st.lists(st.integers(-2, 4), max_size=5).map(tuple), st.text(max_size=12))


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(EVERY_TYPE), anything)
def test_taking_twice_is_taking_once(content: ItemContent, answer: Answer) -> None:
    try:
        taken = content.taken(answer)
    except InvalidInput:
        return
    assert content.taken(taken) == taken
    if content is not RESPONSE:
        assert content.score(taken) == content.score(answer)


@settings(max_examples=60, deadline=None)
@given(texts)
def test_what_is_put_in_order_is_never_shown_in_order(words: list[str]) -> None:
    order = shown_order(words)
    assert sorted(order) == list(range(len(words)))
    assert order != tuple(range(len(words)))
    assert order == shown_order(list(words))


@pytest.mark.parametrize("words", [("รับ", "ตรวจ", "ส่ง"), ("a", "b", "c", "d")])
def test_what_is_shown_does_not_tell_in_which_order_it_is_kept(words: tuple[str, ...]) -> None:
    """Whoever tries all keys against the shown texts finds that nearly all of them lead there."""
    mixed, ordered = Counter[tuple[str, ...]](), Counter[tuple[str, ...]]()
    for kept in permutations(words):
        mixed[tuple(kept[place] for place in mixed_order(kept))] += 1
        ordered[tuple(kept[place] for place in shown_order(kept))] += 1
    every = factorial(len(words))
    assert list(mixed.values()) == [every]
    # Two are as few as there can be where the right order itself is never shown.
    assert sorted(ordered.values()) == [1, every - 1]


def test_a_draft_whose_texts_are_all_the_same_is_shown_as_it_is() -> None:
    assert shown_order(["", "", ""]) == (0, 1, 2)


@pytest.mark.parametrize("content", EVERY_TYPE, ids=_NAMES)
def test_parts_of_other_types_are_refused_and_never_shown(content: ItemContent) -> None:
    parts = {
        "options": MATCHING.options, "prompts": MATCHING.prompts, "number": NUMERIC.number,
        "accepted": SHORT_TEXT.accepted, "rubric": RESPONSE.rubric,
    }  # fmt: skip
    for part, left_over in parts.items():
        if getattr(content, part):
            continue
        draft = replace(ItemDraft.of(content), translations=(), **{part: left_over})
        found = [(one.details["field"], one.details["reason"]) for one in draft.problems()]
        assert found == [(part, "part_foreign")]
        with pytest.raises(InvalidInput, match=part):
            ItemContent.from_dict(content.to_dict() | {"translations": [], part: asdict(draft)[part]})
        assert shown_item(draft, draft.type) == shown_item(replace(content, translations=()), content.type)


def test_lines_have_no_choices_of_their_own_and_gaps_no_text() -> None:
    for content, change in ((MATCHING, {"options": ("ก", "ข")}), (GAPS, {"text": "ข้อความ"})):
        prompts = (replace(content.prompts[0], **change), *content.prompts[1:])
        with pytest.raises(InvalidInput, match=r"prompts\.1") as refused:
            replace(content, prompts=prompts, translations=())
        assert refused.value.details["reason"] == "part_foreign"


def test_two_choices_are_not_always_crossed() -> None:
    # Or else whoever knew how choices are mixed would know which one the writer entered first.
    orders = {mixed_order((f"ก {number}", f"ข {number}")) for number in range(20)}
    assert orders == {(0, 1), (1, 0)}


@pytest.mark.parametrize("content", EVERY_TYPE, ids=_NAMES)
def test_places_mean_the_same_in_each_language(content: ItemContent) -> None:
    """A translation that marks each part with its own original's words shows them in the same order."""
    shown, translated = shown_item(content, content.type), shown_item(content, content.type, language="en")
    assert (shown.language, translated.language) == ("th", "en")
    there = content.in_language("en")
    worded = {kept.text: other.text for kept, other in zip(content.options, there.options, strict=True)}
    assert [worded[text] for text in shown.options] == list(translated.options)
    for prompt, kept, other in zip(range(len(content.prompts)), content.prompts, there.prompts, strict=True):
        worded = dict(zip(kept.options, other.options, strict=True))
        assert [worded[text] for text in shown.prompts[prompt].options] == list(translated.prompts[prompt].options)
        assert translated.prompts[prompt].text == other.text
    assert translated.unit == ("baht" if content is NUMERIC else "")


def test_nothing_of_the_key_is_shown() -> None:
    for content in EVERY_TYPE:
        told = repr(shown_item(content, content.type))
        for secret in ("correct", "เพราะ", "มาตรา 37", "key", "accepted", "น้ำหนัก", "tolerance", "1,250.50", "ครบ"):
            assert secret not in told, (content.type, secret)


def test_lines_that_all_match_the_same_choice_are_refused() -> None:
    with pytest.raises(InvalidInput, match="different choices"):
        replace(MATCHING, prompts=(Prompt(1, "ก"), Prompt(1, "ข")), translations=())
    with pytest.raises(InvalidInput, match="differ from one another"):
        item(ItemType.ORDERING, "เรียง", options=options(("ก", "ข", "ก ")))
    with pytest.raises(InvalidInput, match="differ from one another"):
        replace(SINGLE, options=(Option("ก", True), Option("ก", False)), translations=())
