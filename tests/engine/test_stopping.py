from itertools import combinations, product

import numpy as np
import pytest

from engine.ability_grid import posterior_of, probability_above
from engine.blueprint import Blueprint, Bounds
from engine.sitting import fold, record, start
from engine.stopping import StopDecision, confidence_in_reach, decide_stop
from tests.engine.pools import exam_of, pool_of


def stop_after(exam, responses):
    items = [(exam.pool.item_ids[item], response) for item, response in enumerate(responses)]
    state = fold(exam, seed=1, responses=items)
    return decide_stop(exam, administered=state.administered, posterior=state.posterior)


def free_exam(**options):
    return exam_of(pool_of(40), blueprint=Blueprint(), cut_score=0.0, **options)


def test_no_stop_below_the_minimum_length_however_sure():
    exam = free_exam(minimum_length=12, maximum_length=20)
    assert stop_after(exam, [1] * 11) == StopDecision(False)
    assert stop_after(exam, [1] * 12) == StopDecision(True, "confident_competent")
    assert stop_after(exam, [0] * 12) == StopDecision(True, "confident_not_yet")


def test_the_stop_comes_exactly_where_the_probability_reaches_the_confidence():
    exam = free_exam(minimum_length=1, maximum_length=20)
    state = fold(exam, seed=1, responses=[(exam.pool.item_ids[item], 1) for item in range(3)])
    passing = probability_above(exam.above_cut, state.posterior)
    assert stop_after(free_exam(minimum_length=1, maximum_length=20, confidence=passing - 1e-6), [1] * 3).stop
    assert not stop_after(free_exam(minimum_length=1, maximum_length=20, confidence=passing + 1e-6), [1] * 3).stop


def test_an_unsure_sitting_stops_at_the_maximum_length():
    exam = free_exam(minimum_length=4, maximum_length=6, confidence=0.99)
    assert stop_after(exam, [1, 0, 1, 0, 1, 0]) == StopDecision(True, "maximum_length")


def test_a_fixed_length_exam_stops_at_its_length_only():
    exam = free_exam(minimum_length=2, maximum_length=15, stop_rule="length")
    assert stop_after(exam, [1] * 14) == StopDecision(False)
    assert stop_after(exam, [1] * 15) == StopDecision(True, "maximum_length")


def every_future_probability(exam, log_posterior, allowed, left):
    """P(competent) after every choice of up to `left` allowed items and every answer to them."""
    futures = [
        log_posterior + exam.log_probabilities[list(items), list(answers)].sum(axis=0)
        for count in range(1, left + 1)
        for items in combinations(allowed, count)
        for answers in product((0, 1), repeat=count)
    ]
    return [probability_above(exam.above_cut, posterior) for posterior in posterior_of(np.array(futures))]


@pytest.mark.parametrize("confidence", [0.9, 0.96])
def test_curtailment_never_ends_a_sitting_whose_verdict_any_future_could_decide(confidence):
    curtailed = decidable = 0
    for seed in range(150):
        draws = np.random.default_rng(seed)
        exam = exam_of(
            pool_of(10, seed=seed),
            blueprint=Blueprint((Bounds("element", "U-E0", 0, 2),)),
            minimum_length=1,
            maximum_length=6,
            confidence=confidence,
        )
        answered = int(draws.integers(3, 6))
        items = [item for item in draws.permutation(10) if exam.pool.elements[item] != "U-E0"][:answered]
        log_posterior = exam.grid.log_prior + exam.log_probabilities[items, draws.integers(0, 2, len(items))].sum(
            axis=0
        )
        left = 6 - len(items)
        futures = every_future_probability(exam, log_posterior, sorted(set(range(10)) - set(items)), left)
        can_decide = max(futures) >= confidence or min(futures) <= 1 - confidence
        reach = confidence_in_reach(exam, administered=items, posterior=posterior_of(log_posterior))
        assert reach or not can_decide
        curtailed += not reach
        decidable += can_decide
    assert min(curtailed, decidable) >= 10


def test_a_curtailed_sitting_says_so_and_only_past_the_minimum_length():
    exam = free_exam(minimum_length=3, maximum_length=7, confidence=0.99)
    state = start(exam, seed=1)
    while not state.finished:
        state = record(exam, state, item_id=exam.pool.item_ids[state.next_item], response=len(state.responses) % 2)
    assert state.finish_reason == "outcome_cannot_change"
    assert 3 <= len(state.responses) < 7
