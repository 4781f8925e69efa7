"""Outcomes with answers left out, against a plain product of likelihoods and against sittings that never had them."""

from __future__ import annotations

import numpy as np
import pytest

from engine.blueprints.blueprint import Blueprint, Bounds
from engine.errors import InvalidResponse, UnknownItem
from engine.outcomes.verdicts import NOT_ENOUGH_EVIDENCE, outcomes
from engine.outcomes.without_items import state_of_answers, unmet_minima
from engine.sittings.sitting import SittingState
from tests.engine.pools import exam_of, pool_of
from tests.engine.testlet_pools import pool_with_testlets, sit

EXAM = exam_of(pool_of(30), minimum_length=10, maximum_length=14)


def _sitting(seed: int) -> SittingState:
    rng = np.random.default_rng(seed)
    return sit(EXAM, seed=seed, score=lambda _item: int(rng.integers(2)))


def _responses(state: SittingState) -> list[tuple[str, int]]:
    return [
        (EXAM.pool.item_ids[item], response) for item, response in zip(state.administered, state.responses, strict=True)
    ]


@pytest.mark.parametrize("seed", range(4))
def test_leaving_nothing_out_changes_nothing(seed: int) -> None:
    state = _sitting(seed)
    assert outcomes(EXAM, state_of_answers(EXAM, _responses(state))) == outcomes(EXAM, state)


@pytest.mark.parametrize("seed", range(4))
def test_what_remains_is_the_product_of_the_other_answers(seed: int) -> None:
    state = _sitting(seed)
    responses = _responses(state)
    faulty = responses[seed][0]
    found = state_of_answers(EXAM, responses, left_out={faulty})
    log_posterior = np.array(EXAM.grid.log_prior)
    for item_id, response in responses:
        if item_id != faulty:
            log_posterior += EXAM.log_probabilities[EXAM.pool.index_of(item_id), response]
    expected = np.exp(log_posterior - log_posterior.max())
    np.testing.assert_allclose(found.posterior, expected / expected.sum(), rtol=1e-9)
    assert EXAM.pool.index_of(faulty) not in found.administered
    assert outcomes(EXAM, found).unit.items_answered == len(responses) - 1


def test_an_item_that_was_not_answered_may_be_left_out() -> None:
    responses = _responses(_sitting(1))
    other = next(name for name in EXAM.pool.item_ids if name not in dict(responses))
    assert outcomes(EXAM, state_of_answers(EXAM, responses, left_out={other})) == outcomes(
        EXAM, state_of_answers(EXAM, responses)
    )


def test_of_a_testlet_the_rest_counts_as_if_the_item_had_never_been_in_it() -> None:
    pool = pool_with_testlets()
    exam = exam_of(pool, blueprint=Blueprint(), minimum_length=8, maximum_length=12)
    state = sit(exam, seed=3, score=lambda item: item % 2)
    responses = [(exam.pool.item_ids[i], r) for i, r in zip(state.administered, state.responses, strict=True)]
    shared = {item for members in pool.testlets for item in members}
    faulty = next(name for name, _ in responses if exam.pool.index_of(name) in shared)
    rest = [answer for answer in responses if answer[0] != faulty]
    found = outcomes(exam, state_of_answers(exam, responses, left_out={faulty}))
    assert found == outcomes(exam, state_of_answers(exam, rest))
    assert found != outcomes(exam, state)


def test_minima_that_are_lost_are_named_and_give_no_verdict() -> None:
    pool = pool_of(30)
    element = pool.elements[0]
    exam = exam_of(
        pool, blueprint=Blueprint((Bounds("element", element, minimum=3),)), minimum_length=8, maximum_length=8
    )
    inside = [name for name, code in zip(pool.item_ids, pool.elements, strict=True) if code == element][:3]
    outside = [name for name, code in zip(pool.item_ids, pool.elements, strict=True) if code != element][:5]
    responses = [(name, 1) for name in inside + outside]
    whole = state_of_answers(exam, responses)
    assert unmet_minima(exam, whole) == ()
    less = state_of_answers(exam, responses, left_out={inside[0]})
    named = [(one.level, one.code, one.needed, one.answered) for one in unmet_minima(exam, less)]
    assert named == [("exam", "", 8, 7), ("element", element, 3, 2)]
    assert outcomes(exam, less).unit.verdict == NOT_ENOUGH_EVIDENCE
    verdicts = {found.code: found.verdict for found in outcomes(exam, less).elements}
    assert verdicts[element] == NOT_ENOUGH_EVIDENCE


def test_answers_that_no_sitting_can_have_are_refused() -> None:
    with pytest.raises(UnknownItem, match="nobody"):
        state_of_answers(EXAM, [("nobody", 1)])
    with pytest.raises(InvalidResponse, match=EXAM.pool.item_ids[0]):
        state_of_answers(EXAM, [(EXAM.pool.item_ids[0], 2)])
