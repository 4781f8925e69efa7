"""Each stop rule against published values, brute force or an identity."""

from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from engine.ability.ability_grid import mean_and_sd
from engine.ability.grid_density import nodes_needed
from engine.blueprints.blueprint import Blueprint, Bounds
from engine.response_models import ItemPool
from engine.sittings.sitting import fold
from engine.stop_rules import generalised_ratio, probability_ratio
from engine.stop_rules.stop_settings import StopSettings
from engine.stop_rules.stopping import StopDecision, decide_stop
from tests.engine.pools import exam_of, pool_of


def like_items(count, *, discrimination, difficulty):
    ids = tuple(f"i{number}" for number in range(count))
    blank = ("",) * count
    return ItemPool(ids, np.full(count, discrimination), np.full(count, difficulty), blank, blank, blank)


def free_exam(pool, *, rule, length=None, minimum=1, **options):
    return exam_of(
        pool,
        blueprint=Blueprint(),
        minimum_length=minimum,
        maximum_length=length or len(pool),
        stop_rule=rule,
        **options,
    )


def decided(exam, items, responses):
    log_posterior = exam.grid.log_prior + exam.log_probabilities[items, responses].sum(axis=0)
    posterior = np.exp(log_posterior - log_posterior.max())
    return decide_stop(exam, administered=items, responses=responses, posterior=posterior / posterior.sum())


def operating_characteristic(stops, chance, longest):
    """P(stop as a master) and mean length of a test whose decision depends on how many of n answers are right."""
    alive, masters, mean_length = {0: 1.0}, 0.0, 0.0
    for answered in range(1, longest + 1):
        reached: dict[int, float] = {}
        for right, mass in alive.items():
            reached[right + 1] = reached.get(right + 1, 0.0) + mass * chance
            reached[right] = reached.get(right, 0.0) + mass * (1 - chance)
        mean_length += sum(alive.values())
        alive = {}
        for right, mass in reached.items():
            reason = stops(right, answered)
            if reason is None:
                alive[right] = mass
            masters += mass * (reason == "ratio_competent")
    assert sum(alive.values()) < 1e-8
    return masters, mean_length


@pytest.mark.parametrize(("chance", "masters", "length"), [(0.6, 0.04371, 28.162), (0.8, 0.96121, 31.145)])
def test_sprt_between_six_and_eight_tenths_has_the_exact_error_rates_and_lengths(chance, masters, length):
    # At the ends of the indifference region, 0.5 either side of the cut at 0, the items are right with .6 and .8.
    discrimination = log(0.8 / 0.2) - log(0.6 / 0.4)
    pool = like_items(400, discrimination=discrimination, difficulty=0.5 - log(4) / discrimination)
    exam = free_exam(pool, rule="sprt", cut_score=0.0)

    def stops(right, answered):
        return decided(exam, list(range(answered)), [1] * right + [0] * (answered - right)).reason

    found = operating_characteristic(stops, chance, 399)
    assert found == (pytest.approx(masters, abs=5e-6), pytest.approx(length, abs=5e-4))


def test_sprt_adds_log_likelihood_ratios_at_the_two_ends():
    exam = free_exam(pool_of(20), rule="sprt", cut_score=0.2, stopping=StopSettings(sprt_half_width=0.4))
    items, responses = [3, 7, 11], [1, 0, 1]
    expected = 0.0
    for item, response in zip(items, responses, strict=True):
        a, b = exam.pool.discrimination[item], exam.pool.difficulty[item]
        high, low = (1 / (1 + np.exp(-a * (end - b))) for end in (0.6, -0.2))
        expected += log(high / low) if response else log((1 - high) / (1 - low))
    assert probability_ratio.log_ratio(exam, items, responses) == pytest.approx(expected, abs=1e-12)
    assert probability_ratio.log_ratio(exam, [], []) == 0


def test_wald_boundaries_belong_to_the_verdicts():
    rates = StopSettings(false_positive_rate=0.01, false_negative_rate=0.1)
    names = {"competent": "yes", "not_yet": "no"}
    assert probability_ratio.side_of(log(0.9 / 0.01), rates, **names) == "yes"
    assert probability_ratio.side_of(log(0.9 / 0.01) - 1e-9, rates, **names) is None
    assert probability_ratio.side_of(log(0.1 / 0.99), rates, **names) == "no"
    assert probability_ratio.side_of(log(0.1 / 0.99) + 1e-9, rates, **names) is None


GLR_EXAM = free_exam(pool_of(25), rule="glr", cut_score=-0.33)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 1), min_size=1, max_size=25))
def test_glr_is_the_ratio_of_the_two_suprema(responses):
    items = list(range(len(responses)))
    a, b = GLR_EXAM.pool.discrimination[items], GLR_EXAM.pool.difficulty[items]

    def loss(theta):
        logit = a * (theta - b)
        return np.logaddexp(0, np.where(np.array(responses) == 1, -logit, logit)).sum()

    best = [
        -min(loss(low), loss(high), minimize_scalar(loss, bounds=(low, high), options={"xatol": 1e-9}).fun)
        for low, high in ((-0.13, 6.0), (-6.0, -0.53))
    ]
    found = generalised_ratio.log_ratio(GLR_EXAM, items, responses)
    assert found == pytest.approx(best[0] - best[1], abs=2e-4)


def test_glr_decides_clear_cases_and_waits_with_the_others():
    assert decided(GLR_EXAM, list(range(15)), [1] * 15) == StopDecision(True, "general_ratio_competent")
    assert decided(GLR_EXAM, list(range(15)), [0] * 15) == StopDecision(True, "general_ratio_not_yet")
    assert decided(GLR_EXAM, [0, 1], [1, 0]) == StopDecision(False)


def test_glr_with_a_cut_beside_the_end_of_the_scale_still_looks_at_both_sides():
    exam = free_exam(pool_of(25), rule="glr", cut_score=3.7, stopping=StopSettings(glr_half_width=2.5))
    items, right = list(range(20)), [1] * 20
    # All answers right: the best ability below is the lower end itself, and above is nothing but the upper end.
    upper, lower = (exam.pool.log_probabilities([end])[items, 1, 0].sum() for end in (6.2, 1.2))
    assert generalised_ratio.log_ratio(exam, items, right) == pytest.approx(upper - lower, abs=1e-12)


def test_glr_of_answers_that_fit_every_ability_alike_says_nothing():
    exam = free_exam(like_items(5, discrimination=1.0, difficulty=-800.0), rule="glr")
    assert generalised_ratio.log_ratio(exam, [0, 1, 2], [1, 1, 1]) == 0
    assert decided(exam, [0, 1, 2], [1, 1, 1]) == StopDecision(False)


def exact_standard_error(pool, items, responses):
    theta = np.linspace(-6, 6, 24_001)
    logit = pool.discrimination[items][:, None] * (theta - pool.difficulty[items][:, None])
    log_density = -theta * theta / 2 - np.logaddexp(0, np.where(np.array(responses)[:, None] == 1, -logit, logit)).sum(
        0
    )
    density = np.exp(log_density - log_density.max())
    density /= density.sum()
    mean = density @ theta
    return float(np.sqrt(density @ np.square(theta - mean)))


@pytest.mark.parametrize(("items", "discrimination"), [(30, 1.2), (120, 2.0), (300, 3.0)])
def test_the_standard_error_is_right_however_small(items, discrimination):
    pool = like_items(items, discrimination=discrimination, difficulty=0.07)
    exam = free_exam(pool, rule="se")
    responses = [place % 2 for place in range(items)]
    state = fold(exam, seed=1, responses=list(zip(pool.item_ids, responses, strict=True)))
    found = mean_and_sd(exam.grid.nodes, state.posterior)[1]
    assert found == pytest.approx(exact_standard_error(pool, range(items), responses), rel=1e-5)


def test_the_grid_grows_first_for_rules_that_look_at_the_width_of_the_posterior():
    pool = like_items(300, discrimination=3.0, difficulty=0.0)
    for rules, finer in ((("confidence", "length"), False), (("sprt", "interval"), True), (("se",), True)):
        assert (nodes_needed(pool, 0.0, 1.0, length=40, rules=rules) is not None) == finer
    assert nodes_needed(pool_of(20), 0.0, 1.0, length=20, rules=("se",)) is None
    assert nodes_needed(pool, 0.0, 1.0, length=300, rules=("se",)) > 400


def test_precision_stops_exactly_where_the_target_is_reached():
    pool = pool_of(40)
    items, responses = list(range(12)), [1, 0] * 6
    reached = exact_standard_error(pool, items, responses)
    for target, stops in ((reached + 1e-5, True), (reached - 1e-5, False)):
        exam = free_exam(pool, rule="se", stopping=StopSettings(target_standard_error=target))
        assert decided(exam, items, responses) == StopDecision(stops, "precise_enough" if stops else None)


def test_information_looks_only_at_items_that_the_blueprint_has_room_for():
    pool = pool_of(12, criteria=2, elements=1)
    codes = sorted(set(pool.criteria))
    bounds = Blueprint((Bounds("criterion", codes[0], 0, 1),))
    items, responses = [0, 1, 3], [1, 0, 1]
    for blueprint, allowed in ((Blueprint(), set(range(12))), (bounds, {item for item in range(12) if item % 2})):
        exam = exam_of(pool, blueprint=blueprint, minimum_length=1, maximum_length=6, stop_rule="information")
        state = fold(exam, seed=1, responses=[(pool.item_ids[i], x) for i, x in zip(items, responses, strict=True)])
        theta, _ = mean_and_sd(exam.grid.nodes, state.posterior)
        best = max(pool.information([theta])[item, 0] for item in allowed - set(items))
        for threshold, stops in ((best * 1.001, True), (best * 0.999, False)):
            design_exam = exam_of(
                pool,
                blueprint=blueprint,
                minimum_length=1,
                maximum_length=6,
                stop_rule="information",
                stopping=StopSettings(minimum_information=threshold),
            )
            found = decided(design_exam, items, responses)
            assert found == StopDecision(stops, "no_informative_item" if stops else None)


def test_information_leaves_the_last_word_at_the_maximum_length_to_the_length():
    exam = free_exam(pool_of(5), rule="information", stopping=StopSettings(minimum_information=50.0))
    assert decided(exam, [0, 1, 2, 3, 4], [1, 0, 1, 0, 1]) == StopDecision(True, "maximum_length")


def test_the_interval_rule_asks_for_a_tail_below_half_the_rest():
    # The equal-tailed 90 % interval lies above the cut exactly if P(theta >= cut) exceeds 95 %.
    pool, checked = pool_of(30), set()
    for seed in range(60):
        draws = np.random.default_rng(seed)
        items, responses = list(range(8)), (draws.random(8) < draws.random()).astype(int).tolist()
        exam = free_exam(pool, rule="interval", cut_score=0.1, stopping=StopSettings(interval_level=0.9))
        log_posterior = exam.grid.log_prior + exam.log_probabilities[items, responses].sum(axis=0)
        posterior = np.exp(log_posterior - log_posterior.max())
        passing = exam.above_cut @ posterior / posterior.sum()
        expected = "interval_above_cut" if passing > 0.95 else "interval_below_cut" if passing < 0.05 else None
        assert decided(exam, items, responses).reason == expected
        checked.add(expected)
    assert len(checked) == 3
