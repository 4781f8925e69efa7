"""The likelihood of answers within testlets against adaptive quadrature, and whether intervals hold what they claim."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from engine.ability.ability_grid import EapGrid, credible_interval, posterior_of
from engine.ability.answer_likelihood import AnswerLikelihood
from engine.ability.testlet_likelihood import TestletLikelihood
from engine.blueprints.blueprint import Blueprint
from engine.outcomes.subscores import subscore_values
from engine.response_models import ItemParameters, ItemPool
from tests.engine.pools import exam_of
from tests.engine.testlet_pools import candidate, pool_with_testlets

GRID = EapGrid.normal()


def one_testlet(draws, items):
    """Items of three models and up to four categories in one testlet, beside one item by itself."""
    rows = [ItemParameters("alone", "2pl", 1.0, 0.3)]
    for place in range(items):
        a, b = float(draws.uniform(0.5, 2.5)), float(draws.normal())
        fields = [{"difficulty": b}, {"thresholds": (b - 1, b, b + 0.7)}, {"thresholds": (b + 0.5, b)}][place % 3]
        rows.append(ItemParameters(f"i{place}", ("2pl", "grm", "gpcm")[place % 3], a, testlet="T", **fields))
    return ItemPool.from_items(rows)


def by_quadrature(pool, items, responses, theta, effect_sd):
    def integrand(effect):
        logs = pool.log_probabilities([theta + effect])[items, responses, 0].sum()
        return np.exp(logs - 0.5 * (effect / effect_sd) ** 2) / (effect_sd * np.sqrt(2 * np.pi))

    return quad(integrand, -9 * effect_sd, 9 * effect_sd, points=[0.0], limit=400, epsabs=1e-13, epsrel=1e-10)[0]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 6), st.sampled_from([0.05, 0.1, 0.3, 0.5, 1.0, 2.0]))
def test_the_integral_over_the_effect_equals_adaptive_quadrature(seed, count, effect_sd):
    draws = np.random.default_rng(seed)
    pool = one_testlet(draws, count)
    items = list(range(1, count + 1))
    responses = [int(draws.integers(pool.category_counts[item])) for item in items]
    on_grid = TestletLikelihood.on_grid(pool, GRID.nodes, effect_sd=effect_sd).joint(items, responses)
    some = draws.choice(GRID.nodes.size, 4, replace=False)
    exact = np.array([by_quadrature(pool, items, responses, GRID.nodes[node], effect_sd) for node in some])
    np.testing.assert_allclose(np.exp(on_grid[some]), exact, atol=1e-6)
    at = TestletLikelihood.at(pool, GRID.nodes[some], effect_sd=effect_sd).joint(items, responses)
    np.testing.assert_allclose(np.exp(at), exact, atol=1e-6)
    plausible = exact > 1e-4
    np.testing.assert_allclose(on_grid[some][plausible], np.log(exact[plausible]), atol=1e-4)


@pytest.mark.parametrize("prior_sd", [0.05, 1.0, 4.0])
def test_effects_reach_beyond_the_ends_of_narrow_and_wide_grids(prior_sd):
    pool = one_testlet(np.random.default_rng(3), 3)
    grid = EapGrid.normal(prior_sd=prior_sd)
    likelihood = TestletLikelihood.on_grid(pool, grid.nodes, effect_sd=0.5)
    for node in (0, grid.nodes.size - 1):
        for responses in ([0, 0, 0], [1, 3, 2], [1, 0, 1]):
            exact = by_quadrature(pool, [1, 2, 3], responses, grid.nodes[node], 0.5)
            assert np.exp(likelihood.joint([1, 2, 3], responses)[node]) == pytest.approx(exact, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.05, 2))
def test_all_answers_to_a_testlet_together_are_certain(seed, effect_sd):
    pool = one_testlet(np.random.default_rng(seed), 3)
    likelihood = TestletLikelihood.on_grid(pool, GRID.nodes, effect_sd=effect_sd)
    patterns = [[x, y, z] for x in range(2) for y in range(4) for z in range(3)]
    total = sum(np.exp(likelihood.joint([1, 2, 3], pattern)) for pattern in patterns)
    np.testing.assert_allclose(total, 1, atol=1e-9)
    first = sum(np.exp(likelihood.joint([2], [score])) for score in range(4))
    np.testing.assert_allclose(first, 1, atol=1e-9)


def test_answers_add_up_in_any_order_to_the_likelihood_of_all():
    pool = pool_with_testlets(24)
    exam = exam_of(pool, minimum_length=12, maximum_length=20)
    draws = np.random.default_rng(2)
    for _ in range(20):
        items = draws.permutation(24)[:11].tolist()
        responses = [int(draws.integers(pool.category_counts[item])) for item in items]
        steps = [exam.answer_likelihood.added_by_last(items[:n], responses[:n]) for n in range(1, 12)]
        np.testing.assert_allclose(sum(steps), exam.answer_likelihood.of(items, responses), atol=1e-9)


def test_an_effect_of_nothing_leaves_answers_independent_to_the_last_digit():
    pool = pool_with_testlets(24)
    items, responses = [0, 5, 1, 2, 9], [1, 1, 0, 1, 2]
    none = exam_of(pool, minimum_length=12, maximum_length=20, testlet_sd=0)
    assert none.answer_likelihood.testlets is None
    expected = none.log_probabilities[items, responses].sum(axis=0)
    np.testing.assert_array_equal(none.answer_likelihood.of(items, responses), expected)
    small = TestletLikelihood.on_grid(pool, none.grid.nodes, effect_sd=0.05)
    near = AnswerLikelihood(none.log_probabilities, small).of(items, responses)
    np.testing.assert_allclose(near, expected, atol=0.05)
    with_effect = exam_of(pool, minimum_length=12, maximum_length=20).answer_likelihood.of(items, responses)
    assert np.abs(with_effect - expected).max() > 0.2


def test_means_and_variances_of_sums_of_scores_are_those_over_all_answers():
    pool = one_testlet(np.random.default_rng(4), 3)
    exam = exam_of(pool, blueprint=Blueprint(), minimum_length=1, maximum_length=4, testlet_sd=0.9)
    patterns = [[w, x, y, z] for w in range(2) for x in range(2) for y in range(4) for z in range(3)]
    chances = np.exp([exam.answer_likelihood.of(range(4), pattern) for pattern in patterns])
    sums = np.array(patterns).sum(axis=1)
    mean = sums @ chances
    expected = [mean, np.square(sums) @ chances - np.square(mean)]
    np.testing.assert_allclose(exam.answer_likelihood.score_moments(range(4)), expected, atol=1e-9)


def test_a_testlet_makes_its_element_s_score_less_reliable():
    rows = [
        ItemParameters(f"i{n}", "2pl", 1.3, 0.2 * n - 1, element=f"E{n % 2}", testlet=f"T{n % 2}") for n in range(10)
    ]
    pool = ItemPool.from_items(rows)
    reliability = {}
    for sd in (0.0, 0.5, 1.0):
        exam = exam_of(pool, blueprint=Blueprint(), minimum_length=10, maximum_length=10, testlet_sd=sd)
        reliability[sd] = subscore_values(exam)[0].prmse_subscore
    assert reliability[0.0] > reliability[0.5] + 0.03 > reliability[1.0] + 0.06


def test_intervals_hold_what_they_claim_only_if_the_effect_is_scored():
    """60 answers in 12 testlets of five with an effect of 1: known parameters, abilities from the prior."""
    pool = pool_with_testlets(60, size=5, every=1, models="2pl", seed=3)
    inside = {0.0: 0, 1.0: 0}
    exams = {sd: exam_of(pool, minimum_length=15, maximum_length=60, testlet_sd=sd) for sd in inside}
    draws, people = np.random.default_rng(5), 500
    for seed in range(people):
        theta = float(draws.standard_normal())
        score = candidate(pool, theta=theta, effect_sd=1.0, seed=seed)
        responses = [score(item) for item in range(60)]
        for sd, exam in exams.items():
            log_likelihood = exam.answer_likelihood.of(range(60), responses)
            low, high = credible_interval(exam.grid, posterior_of(exam.grid.log_prior + log_likelihood), level=0.9)
            inside[sd] += low <= theta <= high
    # Three standard errors of a share of .9 among 500.
    assert abs(inside[1.0] / people - 0.9) < 3 * np.sqrt(0.9 * 0.1 / people)
    assert inside[0.0] / people < 0.75
