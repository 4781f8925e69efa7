"""Ability estimates under every response model, against general optimisers, quadrature and simulation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import minimize_scalar

from engine.ability.estimation import METHODS, estimate_ability, score_patterns
from engine.errors import InvalidResponse
from engine.response_models import ItemParameters, ItemPool
from tests.engine.response_models.test_model_families import EXAMPLES, graded, partial_credit

MIXED = ItemPool.from_items(list(EXAMPLES.values()))


def log_likelihood(pool, responses, theta):
    table = pool.log_probabilities(np.atleast_1d(theta))
    return sum(table[item, score] for item, score in enumerate(responses) if score >= 0)


def random_pool(draws, models):
    """Eight items of the models given, in turn."""
    items = []
    for place in range(8):
        model, a, b = models[place % len(models)], float(draws.lognormal(0, 0.4)), float(draws.normal(0, 1.2))
        thresholds = tuple(np.sort(draws.normal(0, 1.3, 3)).tolist())
        fields = {
            "2pl": {"difficulty": b},
            "3pl": {"difficulty": b, "guessing": 0.2},
            "4pl": {"difficulty": b, "guessing": 0.1, "upper_asymptote": 0.95},
            "grm": {"thresholds": thresholds},
            "gpcm": {"thresholds": thresholds[::-1]},
        }[model]
        items.append(ItemParameters(f"i{place}", model, a, **fields))
    return ItemPool.from_items(items)


def random_responses(draws, pool):
    """Answers at chance, with one item at its lowest and one at its highest score."""
    responses = [int(draws.integers(count)) for count in pool.category_counts]
    responses[0], responses[-1] = 0, int(pool.category_counts[-1]) - 1
    return responses


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10_000),
    st.sampled_from([("grm",), ("gpcm",), ("2pl", "grm", "gpcm"), ("4pl", "gpcm"), ("3pl",)]),
    st.sampled_from(["map", "mle"]),
)
def test_modes_are_where_a_general_optimiser_finds_them(seed, models, method):
    draws = np.random.default_rng(seed)
    pool = random_pool(draws, models)
    responses = random_responses(draws, pool)

    def objective(theta):
        return -log_likelihood(pool, responses, theta) + (theta**2 / 2 if method == "map" else 0)

    estimate = estimate_ability(pool, responses, method=method)
    grid = np.linspace(-10, 10, 2001)
    start = grid[np.argmin(objective(grid))]
    best = minimize_scalar(
        lambda theta: float(objective(theta)[0]), bounds=(start - 0.1, start + 0.1), method="bounded"
    )
    if method == "mle" and start == grid[0]:
        assert estimate.status == "out_of_range" or estimate.theta < grid[0]
    else:
        assert float(objective(estimate.theta)[0]) == pytest.approx(best.fun, abs=1e-7)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([("grm",), ("gpcm",), ("3pl", "2pl"), ("2pl", "grm", "gpcm", "4pl")]))
def test_weighted_likelihood_solves_the_equation_of_warm(seed, models):
    draws = np.random.default_rng(seed)
    pool = random_pool(draws, models)
    responses = random_responses(draws, pool)

    def slope(theta, step=1e-4):
        """l' + J/(2I) by differences of probabilities alone, with J = Σ P'P''/P over items and categories."""
        left, middle, right = np.moveaxis(np.exp(pool.log_probabilities([theta - step, theta, theta + step])), 2, 0)
        real = np.arange(pool.categories) < pool.category_counts[:, None]
        first, second = (right - left)[real] / (2 * step), (right - 2 * middle + left)[real] / step**2
        bias = (first * second / middle[real]).sum() / (first**2 / middle[real]).sum()
        climb = log_likelihood(pool, responses, theta + step) - log_likelihood(pool, responses, theta - step)
        return float(climb[0]) / (2 * step) + bias / 2

    estimate = estimate_ability(pool, responses, method="wle")
    assert estimate.status == "ok"
    if abs(estimate.theta) < 6:
        assert slope(estimate.theta) == pytest.approx(0, abs=1e-4)
        assert slope(estimate.theta - 0.02) > 0 > slope(estimate.theta + 0.02)


@pytest.mark.parametrize("method", ["map", "mle", "wle"])
def test_standard_errors_are_inverse_roots_of_expected_information(method):
    responses = [1, 0, 1, 1, 0, 2, 1, 0]
    estimate = estimate_ability(MIXED, responses, method=method, prior_sd=0.8)
    information = MIXED.information([estimate.theta]).sum() + (0.8**-2 if method == "map" else 0)
    assert estimate.standard_error == pytest.approx(information**-0.5, rel=1e-9)


def test_eap_and_its_spread_equal_adaptive_quadrature():
    responses = [1, 0, -1, 1, 0, 2, 3, 0]

    def moment(power):
        return quad(
            lambda t: t**power * np.exp(float(log_likelihood(MIXED, responses, t)[0]) - t * t / 2),
            -12,
            12,
            epsabs=1e-13,
        )[0]

    mean = moment(1) / moment(0)
    estimate = estimate_ability(MIXED, responses)
    assert estimate.theta == pytest.approx(mean, abs=1e-8)
    assert estimate.standard_error == pytest.approx(np.sqrt(moment(2) / moment(0) - mean**2), abs=1e-8)


def test_top_and_bottom_scores_get_a_status_under_ml_and_a_finite_value_elsewhere():
    pool = ItemPool.from_items([graded(-1.0, 1.0), partial_credit(0.3, -0.5, 1.0), EXAMPLES["3pl"], EXAMPLES["2pl"]])
    rows = [[2, 3, 1, 1], [0, 0, 0, 0], [2, -1, 1, -1], [1, 3, 1, 1]]
    assert score_patterns(pool, rows, method="mle").status == ("all_correct", "all_incorrect", "all_correct", "ok")
    for method in ("eap", "map", "wle"):
        scores = score_patterns(pool, rows, method=method)
        assert scores.status == ("ok",) * 4
        assert scores.theta[0] > scores.theta[3] > 0 > scores.theta[1]


def test_a_pattern_that_guessing_explains_best_has_no_finite_maximum():
    items = [ItemParameters(f"i{place}", "3pl", 1.5, 2.0, guessing=0.5) for place in range(8)]
    pattern = [0, 0, 0, 0, 0, 1, 0, 1]
    assert estimate_ability(ItemPool.from_items(items), pattern, method="mle").status == "out_of_range"
    assert estimate_ability(ItemPool.from_items(items), pattern, method="map").status == "ok"


def test_of_two_maxima_the_higher_one_is_found():
    # Of two easy items one was wrong, of nine hard ones some were right: by guessing, or the easy one was a slip?
    items = [ItemParameters("easier", "2pl", 1.5, -3.5), ItemParameters("easy", "2pl", 1.5, -2.5)]
    items += [ItemParameters(f"hard{place}", "3pl", 4.0, 3.0, guessing=0.2) for place in range(9)]
    pool, found = ItemPool.from_items(items), []
    for right in range(1, 10):
        responses = [1, 0, *([1] * right), *([0] * (9 - right))]
        found.append(estimate_ability(pool, responses, method="mle").theta)
        grid = np.linspace(-10, 10, 4001)
        assert found[-1] == pytest.approx(grid[np.argmax(log_likelihood(pool, responses, grid))], abs=0.006)
    assert found[0] < -2.9 < 2.0 < found[-1]


@pytest.mark.parametrize("method", METHODS)
def test_many_examinees_get_what_each_alone_would_get(method, monkeypatch):
    monkeypatch.setattr("engine.ability.estimation.CELLS_AT_A_TIME", 400)
    draws = np.random.default_rng(6)
    rows = np.stack([draws.integers(-1, MIXED.category_counts) for _ in range(30)])
    together = score_patterns(MIXED, rows, method=method)
    for place, row in enumerate(rows):
        alone = estimate_ability(MIXED, row, method=method)
        assert together.status[place] == alone.status
        np.testing.assert_allclose(together.theta[place], alone.theta, atol=1e-8)


def test_intervals_cover_the_true_ability_as_often_as_they_say():
    draws = np.random.default_rng(8)
    items = [partial_credit(*draws.normal(0, 1, 3), item_id=f"p{place}") for place in range(6)]
    items += [graded(*np.sort(draws.normal(0, 1, 3)), item_id=f"g{place}") for place in range(6)]
    pool, theta = ItemPool.from_items(items), draws.normal(size=4000)
    at_least = np.exp(pool.log_probabilities(theta))[:, ::-1].cumsum(axis=1)[:, ::-1]
    rows = (draws.random((len(pool), 1, 4000)) < at_least[:, 1:]).sum(axis=1).T
    scores = score_patterns(pool, rows)
    assert 0.94 <= (np.abs(scores.theta - theta) <= 1.96 * scores.standard_error).mean() <= 0.96


def test_a_score_above_the_highest_of_its_item_is_refused():
    with pytest.raises(InvalidResponse, match="examinee 2, item 'grm': a response is a whole number from 0 to 4"):
        score_patterns(MIXED, [[0] * 8, [1, 1, 1, 1, 1, 5, 1, 1]])
