"""What people entered who had no options: counted, and told without naming anybody."""

from __future__ import annotations

import pytest

from itembank.authoring.content import Answer, ItemContent
from itembank.calibration_runs.entered_answers import ScoreLine, WrongEntry, score_lines, wrong_entries
from tests.itembank.authoring.item_types.every_type import NUMERIC, SHORT_TEXT, SINGLE


def test_every_score_is_counted_with_its_mean_ability() -> None:
    assert score_lines((2, 0, 2, 2), (1.0, -1.0, 0.5, 0.0), maximum=2) == (
        ScoreLine(0, 1, 0.25, -1.0),
        ScoreLine(1, 0, 0.0, None),
        ScoreLine(2, 3, 0.75, 0.5),
    )
    assert [line.share for line in score_lines((), (), maximum=1)] == [0.0, 0.0]


def test_wrong_entries_that_mean_the_same_are_counted_together() -> None:
    texts = ("Water", "water ", "น้ำ", "น้ำหนัก", "น\u0e4d\u0e49\u0e32", "WATER", "สมชาย ใจดี")
    scores = [SHORT_TEXT.score(Answer(text=text)) for text in texts]
    assert wrong_entries(SHORT_TEXT, texts, scores) == (WrongEntry("Water", 3), WrongEntry("น้ำ", 2))
    numbers = ("1,250", "1250", "1250.0", "๑๒๕๐", "1250.5", "7")
    assert wrong_entries(NUMERIC, numbers, (0, 0, 0, 0, 1, 0)) == (WrongEntry("1,250", 4),)


@pytest.mark.parametrize(
    ("content", "texts"), [(SHORT_TEXT, ("ก",) * 4), (SHORT_TEXT, tuple("กขคงจ")), (SINGLE, ("",) * 9)]
)
def test_few_or_single_answers_are_not_told(content: ItemContent, texts: tuple[str, ...]) -> None:
    assert wrong_entries(content, texts, (0,) * len(texts)) == ()
