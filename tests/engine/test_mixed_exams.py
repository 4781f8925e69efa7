"""Whole exams over banks that mix response models: sittings, curtailment, outcomes, simulation."""

from itertools import combinations, product

import numpy as np
import pytest

from engine.ability.ability_grid import posterior_of, probability_above
from engine.ability.estimation import estimate_ability
from engine.blueprints.blueprint import Blueprint, Bounds
from engine.errors import InvalidParameters, InvalidResponse
from engine.response_models import ItemParameters, ItemPool
from engine.simulation.simulate import simulate, simulate_sitting
from engine.sittings.sitting import fold, record, replay, start
from tests.engine.pools import exam_of, one_of_each_criterion


def mixed_pool(items: int = 30, *, seed: int = 1) -> ItemPool:
    """Items of five models by turns, spread over six criteria of three elements."""
    draws = np.random.default_rng(seed)
    rows = []
    for place in range(items):
        criterion = place % 6
        a, b = float(draws.lognormal(0, 0.3)), float(draws.normal())
        thresholds = tuple((b + np.array([-0.8, 0.1, 0.9])[: 2 + place % 2]).tolist())
        model, fields = [
            ("2pl", {"difficulty": b}),
            ("3pl", {"difficulty": b, "guessing": 0.2}),
            ("grm", {"thresholds": thresholds}),
            ("gpcm", {"thresholds": thresholds[::-1]}),
            ("4pl", {"difficulty": b, "guessing": 0.1, "upper_asymptote": 0.97}),
        ][place % 5]
        tags = {"unit": "U", "element": f"E{criterion % 3}", "criterion": f"E{criterion % 3}-{criterion}"}
        rows.append(ItemParameters(f"item-{place:02d}", model, a, **tags, **fields))
    return ItemPool.from_items(rows)


def test_a_sitting_takes_scores_up_to_the_highest_of_the_pending_item():
    pool = mixed_pool()
    exam = exam_of(pool, minimum_length=6, maximum_length=12, confidence=0.99)
    state, answers = start(exam, seed=3), []
    while not state.finished:
        highest = int(pool.category_counts[state.next_item]) - 1
        item_id = pool.item_ids[state.next_item]
        with pytest.raises(InvalidResponse, match=f"{item_id}.*from 0 to {highest}, not {highest + 1}"):
            record(exam, state, item_id=item_id, response=highest + 1)
        answers.append((item_id, highest - len(answers) % 2))
        state = record(exam, state, item_id=item_id, response=answers[-1][1])
    assert max(score for _item, score in answers) > 1
    np.testing.assert_array_equal(fold(exam, seed=3, responses=answers).log_posterior, state.log_posterior)
    steps = list(replay(exam, seed=3, responses=answers))
    asked = [pool.item_ids[step.next_item] for step in steps[:-1]]
    assert asked == [item_id for item_id, _score in answers]
    responses = np.full(len(pool), -1)
    for item_id, score in answers:
        responses[pool.index_of(item_id)] = score
    assert state.posterior @ exam.grid.nodes == pytest.approx(estimate_ability(pool, responses).theta, abs=1e-10)


@pytest.mark.parametrize("confidence", [0.8, 0.93])
def test_curtailment_never_ends_a_sitting_whose_verdict_any_future_score_could_decide(confidence):
    curtailed = decidable = 0
    for seed in range(40):
        draws, pool = np.random.default_rng(seed), mixed_pool(8, seed=seed)
        exam = exam_of(pool, blueprint=Blueprint(), minimum_length=1, maximum_length=5, confidence=confidence)
        items = draws.permutation(8)[: int(draws.integers(2, 5))].tolist()
        answers = [(pool.item_ids[item], int(draws.integers(pool.category_counts[item]))) for item in items]
        state = fold(exam, seed=1, responses=answers)
        left, rest = 5 - len(items), sorted(set(range(8)) - set(items))
        futures = [
            state.log_posterior
            + sum(exam.log_probabilities[item, score] for item, score in zip(chosen, scores, strict=True))
            for count in range(1, left + 1)
            for chosen in combinations(rest, count)
            for scores in product(*(range(pool.category_counts[item]) for item in chosen))
        ]
        chances = [probability_above(exam.above_cut, posterior) for posterior in posterior_of(np.array(futures))]
        can_decide = max(chances) >= confidence or min(chances) <= 1 - confidence
        if state.finish_reason == "outcome_cannot_change":
            assert not can_decide
            curtailed += 1
        decidable += can_decide
    assert min(curtailed, decidable) >= 1


def test_a_simulated_mixed_exam_measures_without_bias_and_keeps_its_blueprint():
    pool = mixed_pool(60)
    exam = exam_of(
        pool, blueprint=one_of_each_criterion(pool), minimum_length=10, maximum_length=15, stop_rule="length"
    )
    report = simulate(exam, examinees=150, seed=5, keep_sittings=True)
    assert report.blueprint_violations == 0
    assert abs(report.bias) <= 4 * report.standard_errors["bias"]
    assert report.rmse <= 1.25 * report.mean_standard_error
    scores = [score for sitting in report.sittings for _item, score in sitting.responses]
    assert set(scores) == {0, 1, 2, 3}


def test_simulated_scores_are_as_frequent_as_the_model_says():
    pool = ItemPool.from_items([ItemParameters("p", "gpcm", 1.2, thresholds=(0.5, -0.4, 0.8))])
    exam = exam_of(pool, blueprint=Blueprint(), minimum_length=1, maximum_length=1)
    scores = [simulate_sitting(exam, seed=seed, theta=0.4, truth=pool).responses[0][1] for seed in range(2000)]
    expected = np.exp(pool.log_probabilities([0.4])[0, :, 0])
    np.testing.assert_allclose(np.bincount(scores) / 2000, expected, atol=4 * 0.5 / np.sqrt(2000))


def test_true_parameters_may_be_of_another_model_but_not_of_other_scores():
    pool = mixed_pool(6)
    exam = exam_of(pool, blueprint=Blueprint((Bounds("unit", "U", 1),)), minimum_length=2, maximum_length=3)
    steps = {count: tuple(np.linspace(-1, 1, count - 1).tolist()) for count in (2, 3, 4)}
    shapes = zip(pool.item_ids, pool.category_counts.tolist(), strict=True)
    truth = [ItemParameters(item_id, "gpcm", thresholds=steps[count]) for item_id, count in shapes]
    assert simulate(exam, examinees=3, seed=1, true_pool=ItemPool.from_items(truth[::-1])).examinees == 3
    truth[2] = ItemParameters("item-02", "2pl", 1.0, 0.0)
    with pytest.raises(InvalidParameters, match=r"'item-02' is scored from 0 to 2, but its .* from 0 to 1"):
        simulate(exam, examinees=3, seed=1, true_pool=ItemPool.from_items(truth))
