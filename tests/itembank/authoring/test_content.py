"""What a question says beyond stem and options: a shared text, a testlet, parts that count."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itembank.authoring.content import ItemContent, ItemType, Option
from itembank.errors import InvalidInput
from tests.itembank.authoring.written import SEVERAL, SINGLE, TEXT

PARTS = replace(SEVERAL, partial_credit=True)
ONE_RIGHT = (Option("a", True), Option("b", False))


def subsets(n: int) -> list[tuple[int, ...]]:
    return list(chain.from_iterable(combinations(range(n), size) for size in range(1, n + 1)))


def test_parts_are_scored_as_the_rule_says_for_every_possible_answer() -> None:
    expected = {chosen: max(0, sum(+1 if n in (0, 2, 3) else -1 for n in chosen)) for chosen in subsets(5)}
    assert {chosen: PARTS.score(chosen) for chosen in subsets(5)} == expected
    assert PARTS.maximum_score == max(expected.values()) == 3


@given(st.integers(3, 9), st.data())
def test_only_the_key_gets_everything_and_no_answer_leaves_the_scale(options: int, data: st.DataObject) -> None:
    key = data.draw(st.sets(st.integers(0, options - 1), min_size=2, max_size=options - 1))
    content = replace(PARTS, options=tuple(Option(str(n), n in key) for n in range(options)))
    for chosen in subsets(options):
        score = content.score(chosen)
        assert 0 <= score <= content.maximum_score
        assert (score == content.maximum_score) == (set(chosen) == key)
        assert content.score((*chosen, chosen[0])) == score


def test_without_parts_the_highest_score_is_one() -> None:
    assert (SINGLE.maximum_score, SEVERAL.maximum_score) == (1, 1)
    assert SEVERAL.score((0, 2, 3)) == 1
    assert SEVERAL.score((0, 2)) == 0


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"testlet": "WIFI 01", "stimulus": TEXT}, "testlet", "testlet_code"),
        ({"testlet": "WIFI\n01", "stimulus": TEXT}, "testlet", "testlet_code"),
        ({"testlet": "T" * 61, "stimulus": TEXT}, "testlet", "text_long"),
        ({"testlet": "T-\ud800", "stimulus": TEXT}, "testlet", "testlet_code"),
        ({"testlet": "T-01"}, "stimulus", "stimulus_missing"),
        ({"testlet": "T-01", "stimulus": " \n"}, "stimulus", "stimulus_missing"),
        ({"stimulus": "ก" * 20_001}, "stimulus", "text_long"),
        ({"stimulus": "ก\0"}, "stimulus", "text_broken"),
        ({"partial_credit": True}, "partial_credit", "credit_type"),
        (
            {
                "partial_credit": True,
                "type": ItemType.MULTIPLE_CHOICE,
                "options": (Option("a", True), Option("b", False)),
            },
            "partial_credit",
            "credit_parts",
        ),
    ],
)
def test_what_can_not_be_asked_is_refused_by_field(change: dict[str, object], field: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        replace(SINGLE, **change)  # type: ignore[arg-type]
    assert (refusal.value.details["field"], refusal.value.details["reason"]) == (field, reason)


def test_a_text_of_its_own_needs_no_testlet() -> None:
    assert replace(SINGLE, stimulus=TEXT).stimulus == TEXT
    assert replace(SINGLE, testlet="ชุดที่-๑", stimulus=TEXT).testlet == "ชุดที่-๑"


def test_documents_of_before_read_as_they_did() -> None:
    document = SEVERAL.to_dict()
    for field in ("testlet", "stimulus", "partial_credit"):
        del document[field]
    assert ItemContent.from_dict(document) == SEVERAL


def test_a_document_gives_back_what_was_put_in() -> None:
    content = replace(PARTS, testlet="T-01", stimulus=TEXT)
    assert ItemContent.from_dict(content.to_dict()) == content


@pytest.mark.parametrize("value", ["yes", 1, None])
def test_partial_credit_is_true_or_false(value: object) -> None:
    with pytest.raises(InvalidInput, match="partial_credit: true or false"):
        ItemContent.from_dict(SEVERAL.to_dict() | {"partial_credit": value})


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"options": None}, "options"), ({"options": ["a", "b"]}, "options.1"), ({"options": {"text": "a"}}, "options"),
        ({"prompts": ["a"]}, "prompts.1"), ({"number": "5"}, "number"), ({"rubric": [[]]}, "rubric.1"),
        ({"translations": [None]}, "translations.1"), ({"accepted": None}, "accepted"),
        ({"translations": [{"language": "en", "stem": "?", "options": ["a"]}]}, "translations.options.1"),
        ({"translations": [{"language": "en", "stem": "?", "prompts": None}]}, "translations.prompts"),
    ],
)  # fmt: skip
def test_a_malformed_document_is_refused_by_field(change: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        ItemContent.from_dict(SINGLE.to_dict() | change)
    assert refused.value.details["field"] == field
