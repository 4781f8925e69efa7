import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import minimize_scalar

from engine.ability import likelihood_modes
from engine.ability.estimation import METHODS, estimate_ability, score_patterns
from engine.errors import InvalidResponse, InvalidSetting
from engine.response_models import item_information, log_probability
from tests.engine.pools import pool_of

THREE_ITEMS = ([1.0, 1.2, 0.8], [-1.0, 0.0, 1.0])
RASCH_FIVE = (np.ones(5), [-1.5, -0.75, 0.0, 0.75, 1.5])
GUTTMAN = np.tril(np.ones((6, 5), dtype=int), -1)


def log_likelihood(theta, parameters, responses):
    a, b = parameters
    return sum(
        float(log_probability(theta, slope, place, response=int(x)))
        for slope, place, x in zip(a, b, responses, strict=True)
    )


@pytest.mark.parametrize(
    ("method", "options", "expected"),
    [
        ("map", {}, 0.1307695),
        ("mle", {}, 0.3248462),
        ("eap", {"lower": -4, "upper": 4, "nodes": 33}, 0.1446946),
    ],
)
def test_estimates_equal_those_published_with_catr(method, options, expected):
    estimate = estimate_ability(THREE_ITEMS, [1, 0, 1], method=method, **options)
    assert estimate.status == "ok"
    assert estimate.theta == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("method", "scores", "expected"),
    [("wle", slice(0, 6), [-2.95, -1.45, -0.46, 0.46, 1.45, 2.95]), ("mle", slice(1, 5), [-1.70, -0.51, 0.51, 1.70])],
)
def test_rasch_estimates_equal_those_of_fischer_and_molenaar(method, scores, expected):
    found = score_patterns(RASCH_FIVE, GUTTMAN[scores], method=method)
    np.testing.assert_allclose(found.theta, expected, atol=0.005)


def test_eap_and_its_spread_equal_adaptive_quadrature():
    a, b = THREE_ITEMS
    responses = [1, 0, 1]

    def moment(power):
        return quad(
            lambda t: t**power * np.exp(log_likelihood(t, (a, b), responses) - t * t / 2), -12, 12, epsabs=1e-13
        )[0]

    mean = moment(1) / moment(0)
    estimate = estimate_ability(THREE_ITEMS, responses)
    assert estimate.theta == pytest.approx(mean, abs=1e-8)
    assert estimate.standard_error == pytest.approx(np.sqrt(moment(2) / moment(0) - mean**2), abs=1e-8)
    assert estimate.posterior is not None
    assert estimate.nodes is not None
    assert estimate.posterior @ estimate.nodes == pytest.approx(estimate.theta)


def test_map_error_is_the_inverse_root_of_information_and_prior_precision():
    estimate = estimate_ability(THREE_ITEMS, [1, 0, 1], method="map", prior_mean=0.5, prior_sd=0.7)
    information = sum(float(item_information(estimate.theta, a, b)) for a, b in zip(*THREE_ITEMS, strict=True))
    assert estimate.standard_error == pytest.approx((information + 0.7**-2) ** -0.5)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["map", "mle", "wle"]))
def test_modes_are_where_a_general_optimiser_finds_them(seed, method):
    draws = np.random.default_rng(seed)
    a, b = draws.lognormal(0, 0.5, 6), draws.normal(0, 1.5, 6)
    responses = draws.permutation([0, 1, *draws.integers(0, 2, 4)])

    def objective(theta):
        value = log_likelihood(theta, (a, b), responses)
        if method == "map":
            value -= theta**2 / 2
        if method == "wle":
            value += 0.5 * np.log(item_information(theta, a, b).sum())
        return -value

    estimate = estimate_ability((a, b), responses, method=method)
    start = min(np.linspace(-30, 30, 1201), key=objective)
    best = minimize_scalar(objective, bounds=(start - 0.1, start + 0.1), method="bounded", options={"xatol": 1e-10})
    assert objective(estimate.theta) == pytest.approx(best.fun, abs=1e-8)


def test_all_right_and_all_wrong_get_a_status_under_ml_and_a_finite_value_elsewhere():
    rows = [[1, 1, 1], [0, 0, 0], [-1, -1, -1]]
    ml = score_patterns(THREE_ITEMS, rows, method="mle")
    assert ml.status == ("all_correct", "all_incorrect", "no_responses")
    assert np.isnan(ml.theta).all()
    assert np.isnan(ml.standard_error).all()
    for method in ("eap", "map"):
        finite = score_patterns(THREE_ITEMS, rows, method=method)
        assert finite.status == ("ok", "ok", "no_responses")
        assert finite.theta[0] > 0 > finite.theta[1]
        assert (finite.theta[2], finite.standard_error[2]) == pytest.approx((0, 1), abs=1e-6)
    warm = score_patterns(THREE_ITEMS, rows, method="wle")
    assert warm.status == ("ok", "ok", "no_responses")
    assert warm.theta[0] > 0 > warm.theta[1]


def test_a_mode_beyond_any_scale_is_a_status_and_a_distant_one_is_found():
    far = (np.array([0.01, 2.0]), [500.0, -500.0])
    assert estimate_ability(far, [0, 1], method="wle").theta == pytest.approx(390.1388, abs=1e-3)
    lost = estimate_ability((np.array([1e-3, 1e-3]), [5000.0, 5000.0]), [1, 0], method="mle")
    assert lost.status == "out_of_range"
    assert np.isnan(lost.theta)


def test_a_search_that_runs_out_of_steps_says_so(monkeypatch):
    monkeypatch.setattr(likelihood_modes, "MAXIMUM_STEPS", 1)
    estimate = estimate_ability(THREE_ITEMS, [1, 0, 1], method="map")
    assert estimate.status == "not_converged"
    assert np.isnan(estimate.theta)


@pytest.mark.parametrize("method", METHODS)
def test_items_not_administered_leave_no_trace(method):
    whole = estimate_ability(([1.0, 1.2, 0.8, 3.0], [-1.0, 0.0, 1.0, 0.2]), [1, 0, 1, -1], method=method)
    assert whole.theta == pytest.approx(estimate_ability(THREE_ITEMS, [1, 0, 1], method=method).theta, abs=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_many_examinees_get_what_each_alone_would_get(method):
    pool = pool_of(20)
    rows = np.random.default_rng(4).integers(-1, 2, (2100, 20))
    together = score_patterns(pool, rows, method=method)
    for place in (0, 1, 2047, 2048, 2099):
        alone = estimate_ability(pool, rows[place], method=method)
        assert together.theta[place] == pytest.approx(alone.theta, abs=1e-9)
        assert together.standard_error[place] == pytest.approx(alone.standard_error, abs=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_no_examinees_give_no_scores(method):
    assert score_patterns(THREE_ITEMS, np.empty((0, 3), dtype=int), method=method).theta.size == 0


def test_intervals_cover_the_true_ability_as_often_as_they_say():
    pool, draws = pool_of(30), np.random.default_rng(8)
    theta = draws.normal(size=4000)
    chances = np.exp(log_probability(theta[:, None], pool.discrimination, pool.difficulty))
    scores = score_patterns(pool, (draws.random(chances.shape) < chances).astype(int))
    covered = np.abs(scores.theta - theta) <= 1.96 * scores.standard_error
    assert 0.94 <= covered.mean() <= 0.96


@pytest.mark.parametrize(
    ("responses", "message"),
    [
        ([1, 0], r"one column for each of 3 items, not the shape \(1, 2\)"),
        ([1, 2, 0], r"examinee 1, item 'item 2': a response is a whole number from 0 to 1, or -1 .* not 2"),
        ([1, 0.5, 0], "item 'item 2': a response is a whole number .* not 0.5"),
        ([1, np.nan, 0], "item 'item 2': a response is a whole number .* not nan"),
        ([1, 0, -2], "item 'item 3': a response is .* not -2"),
        ([[1, 0, 1]], r"one row, not an array of shape \(1, 3\)"),
    ],
)
def test_bad_responses_are_refused_by_place(responses, message):
    with pytest.raises(InvalidResponse, match=message):
        estimate_ability(THREE_ITEMS, responses)


def test_an_unknown_method_is_refused():
    with pytest.raises(InvalidSetting, match="one of eap, map, mle, wle, not 'guess'"):
        score_patterns(THREE_ITEMS, [[1, 0, 1]], method="guess")
