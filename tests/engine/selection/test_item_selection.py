import json

import numpy as np
import pytest

from engine.blueprints.shadow_test import assemble
from engine.response_models import item_information
from engine.selection.item_selection import choose_item
from engine.selection.selection_weights import item_weights
from engine.sittings.sitting import start
from tests.engine.pools import exam_of, pool_of


def first_choice(exam, *, seed=1, ineligible=()):
    posterior = np.exp(exam.grid.log_prior)
    return choose_item(exam, seed=seed, ineligible=ineligible, administered=(), posterior=posterior)


def weights_of(selection, posterior_mean=0.8):
    exam = exam_of(pool_of(40), selection=selection, prior_mean=posterior_mean)
    posterior = np.exp(exam.grid.log_prior)
    return exam, item_weights(exam, seed=3, position=2, theta=0.8, posterior=posterior)


def test_each_rule_weights_items_as_its_name_says():
    exam, at_cut = weights_of("information-at-cut")
    a, b = exam.pool.discrimination, exam.pool.difficulty
    np.testing.assert_allclose(at_cut, item_information(-0.3, a, b), atol=1e-12)
    np.testing.assert_allclose(weights_of("information")[1], item_information(0.8, a, b), atol=1e-12)
    draws = np.random.default_rng(1).normal(0.8, 1, 200_000)
    expected = [item_information(draws, slope, place).mean() for slope, place in zip(a, b, strict=True)]
    np.testing.assert_allclose(weights_of("posterior-information")[1], expected, atol=2e-3)
    randomly = weights_of("random")[1]
    assert len(set(randomly.tolist())) == 40
    assert not np.array_equal(
        randomly, item_weights(exam_of(pool_of(40), selection="random"), seed=3, position=3, theta=0, posterior=at_cut)
    )


def test_the_best_free_item_of_the_shadow_test_is_chosen():
    exam = exam_of(pool_of(60))
    decision = first_choice(exam)
    shadow = assemble(exam.tree, exam.information_at_cut, length=10)
    assert decision.item_id == exam.pool.item_ids[shadow[0]]
    assert [item_id for item_id, _weight in decision.candidates] == [exam.pool.item_ids[item] for item in shadow]
    weights = [weight for _item_id, weight in decision.candidates]
    assert weights == sorted(weights, reverse=True)
    assert decision.random_draw is None
    assert (decision.position, decision.planned_length, decision.rule) == (1, 10, "information-at-cut")
    assert decision.theta == pytest.approx(0)
    assert decision.standard_error == pytest.approx(1, abs=1e-6)
    assert decision.probability_competent == pytest.approx(0.6179114, abs=1e-6)


def test_randomesque_draws_among_the_best_evenly_and_repeatably():
    exam = exam_of(pool_of(60), randomesque=4)
    best = {item_id for item_id, _weight in first_choice(exam).candidates[:4]}
    chosen = [first_choice(exam, seed=seed).item_id for seed in range(400)]
    assert set(chosen) == best
    assert all(70 <= chosen.count(item_id) <= 130 for item_id in best)
    again = first_choice(exam, seed=7)
    assert again == first_choice(exam, seed=7)
    assert best == {again.candidates[index][0] for index in range(4)}
    assert again.item_id == again.candidates[int(again.random_draw * 4)][0]


def test_ineligible_items_are_chosen_only_where_nothing_else_is_left():
    exam = exam_of(pool_of(60), randomesque=5)
    best = [exam.pool.index_of(item_id) for item_id, _weight in first_choice(exam).candidates]
    for seed in range(30):
        decision = first_choice(exam, seed=seed, ineligible=best)
        assert exam.pool.index_of(decision.item_id) not in best
        assert decision.ineligible == 10
    assert first_choice(exam, ineligible=range(60)).item_id in {exam.pool.item_ids[item] for item in best}


def test_the_record_is_ready_for_json_with_rounded_floats():
    exam = exam_of(pool_of(60), randomesque=3, selection="posterior-information")
    decision = start(exam, seed=5).decision
    document = json.loads(json.dumps(decision.to_dict()))
    assert document["item_id"] == decision.item_id
    assert len(document["candidates"]) == 10
    assert document["candidates"][0].keys() == {"item_id", "weight"}
    assert document["random_draw"] == round(decision.random_draw, 12)
    assert document["standard_error"] == round(decision.standard_error, 12)
