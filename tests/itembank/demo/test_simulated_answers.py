"""Simulated candidates answer every type with every score that there is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from itembank.authoring.content import ItemContent, NumericKey
from itembank.demo.simulated_answers import simulated_answer
from itembank.errors import InvalidInput
from tests.itembank.authoring.item_types.every_type import NUMERIC, RESPONSE, SCORED


@pytest.mark.parametrize("content", SCORED, ids=[content.type.value for content in SCORED])
@pytest.mark.parametrize("in_parts", [True, False])
def test_each_score_has_answers(content: ItemContent, in_parts: bool) -> None:
    if content.partial_credit:
        content = replace(content, partial_credit=in_parts)
    draws = np.random.default_rng(7)
    for score in range(content.maximum_score + 1):
        answers = {simulated_answer(content, score, draws) for _ in range(20)}
        assert {content.score(answer) for answer in answers} == {score}


def test_a_wide_tolerance_leaves_wrong_numbers() -> None:
    wide = replace(NUMERIC, number=NumericKey("0", "1000"), translations=())
    assert wide.score(simulated_answer(wide, 0, np.random.default_rng(1))) == 0


def test_what_people_mark_is_not_simulated() -> None:
    with pytest.raises(InvalidInput):
        simulated_answer(RESPONSE, 1, np.random.default_rng(1))
