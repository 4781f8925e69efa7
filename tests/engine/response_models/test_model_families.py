"""Every response model against the definitions in the literature, numerical derivatives, and one another."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.response_models import MODELS, ItemParameters, ItemPool, item_information

ABILITIES = np.linspace(-4, 4, 17)
slopes = st.floats(0.2, 4)
places = st.floats(-4, 4)


def pool_of(*items: ItemParameters) -> ItemPool:
    return ItemPool.from_items(items)


def graded(*thresholds: float, discrimination: float = 1.3, item_id: str = "grm") -> ItemParameters:
    return ItemParameters(item_id, "grm", discrimination, thresholds=thresholds)


def partial_credit(*thresholds: float, discrimination: float = 1.3, item_id: str = "gpcm") -> ItemParameters:
    return ItemParameters(item_id, "gpcm", discrimination, thresholds=thresholds)


def nominal(slopes: tuple[float, ...], intercepts: tuple[float, ...]) -> ItemParameters:
    return ItemParameters("nrm", "nrm", category_slopes=slopes, category_intercepts=intercepts)


EXAMPLES = {
    "rasch": ItemParameters("rasch", "rasch", difficulty=0.3),
    "1pl": ItemParameters("1pl", "1pl", 0.8, -0.4),
    "2pl": ItemParameters("2pl", "2pl", 1.7, 0.6),
    "3pl": ItemParameters("3pl", "3pl", 1.4, 0.2, guessing=0.25),
    "4pl": ItemParameters("4pl", "4pl", 1.9, -0.5, guessing=0.15, upper_asymptote=0.93),
    "grm": graded(-1.0, 0.1, 0.9, 2.0),
    "gpcm": partial_credit(0.4, -0.6, 1.1),
    "nrm": nominal((0.3, -0.9, 0.0, 1.2), (0.1, 0.5, -0.2, -0.4)),
}


def test_there_is_an_example_of_every_model():
    assert tuple(EXAMPLES) == MODELS


def test_asymptotes_squeeze_the_logistic_curve():
    table = np.exp(pool_of(EXAMPLES["4pl"]).log_probabilities(ABILITIES))
    expected = 0.15 + (0.93 - 0.15) / (1 + np.exp(-1.9 * (ABILITIES + 0.5)))
    np.testing.assert_allclose(table[0, 1], expected, rtol=1e-14)


def test_graded_scores_are_differences_of_logistic_curves():
    table = np.exp(pool_of(graded(-1.0, 0.1, 0.9)).log_probabilities(ABILITIES))
    at_least = [1 / (1 + np.exp(-1.3 * (ABILITIES - b))) for b in (-1.0, 0.1, 0.9)]
    borders = np.stack([np.ones(17), *at_least, np.zeros(17)])
    np.testing.assert_allclose(table[0], borders[:-1] - borders[1:], rtol=1e-12)


def test_partial_credit_scores_follow_the_sums_of_steps():
    table = np.exp(pool_of(partial_credit(0.4, -0.6, 1.1)).log_probabilities(ABILITIES))
    steps = [np.exp(sum(1.3 * (ABILITIES - b) for b in (0.4, -0.6, 1.1)[:k])) * np.ones(17) for k in range(4)]
    np.testing.assert_allclose(table[0], np.stack(steps) / np.sum(steps, axis=0), rtol=1e-13)


@given(slopes, places)
def test_with_two_categories_all_ordered_models_are_the_two_parameter_model(discrimination, difficulty):
    reference = pool_of(ItemParameters("x", "2pl", discrimination, difficulty))
    others = [
        ItemParameters("x", "4pl", discrimination, difficulty),
        graded(difficulty, discrimination=discrimination),
        partial_credit(difficulty, discrimination=discrimination),
        nominal((-discrimination, 0.0), (discrimination * difficulty, 0.0)),
    ]
    for pool in map(pool_of, others):
        np.testing.assert_allclose(
            pool.log_probabilities(ABILITIES), reference.log_probabilities(ABILITIES), rtol=1e-11, atol=1e-13
        )
        np.testing.assert_allclose(
            pool.first_derivatives(ABILITIES), reference.first_derivatives(ABILITIES), rtol=1e-10, atol=1e-13
        )
        np.testing.assert_allclose(pool.information(ABILITIES), reference.information(ABILITIES), rtol=1e-10)
        for found, expected in zip(pool.bias_terms(ABILITIES), reference.bias_terms(ABILITIES), strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


@given(slopes, st.lists(places, min_size=1, max_size=5))
def test_partial_credit_is_the_nominal_model_with_evenly_spaced_slopes(discrimination, thresholds):
    count = len(thresholds) + 1
    sums = np.concatenate([[0], np.cumsum(thresholds)])
    # The nominal model is usually written with slopes and intercepts that sum to 0.
    steps = discrimination * (np.arange(count) - (count - 1) / 2)
    intercepts = -discrimination * (sums - sums.mean())
    one = pool_of(partial_credit(*thresholds, discrimination=discrimination))
    other = pool_of(nominal(tuple(steps.tolist()), tuple(intercepts.tolist())))
    np.testing.assert_allclose(one.log_probabilities(ABILITIES), other.log_probabilities(ABILITIES), atol=1e-11)
    np.testing.assert_allclose(one.information(ABILITIES), other.information(ABILITIES), rtol=1e-8, atol=1e-12)


@st.composite
def any_item(draw) -> ItemParameters:
    name, a, b = draw(st.sampled_from(MODELS)), draw(slopes), draw(places)
    gaps = draw(st.lists(st.floats(0.05, 2), max_size=4))
    intercepts = draw(st.lists(st.floats(-3, 3), min_size=2, max_size=5))
    c = draw(st.floats(0, 0.5))
    slopes_of_categories = np.linspace(-a, a, len(intercepts))[:: draw(st.sampled_from([1, -1]))]
    fields = {
        "rasch": {"difficulty": b},
        "1pl": {"discrimination": a, "difficulty": b},
        "2pl": {"discrimination": a, "difficulty": b},
        "3pl": {"discrimination": a, "difficulty": b, "guessing": c},
        "4pl": {"discrimination": a, "difficulty": b, "guessing": c, "upper_asymptote": draw(st.floats(0.6, 1))},
        "grm": {"discrimination": a, "thresholds": tuple((b + np.cumsum([0, *gaps])).tolist())},
        "gpcm": {"discrimination": a, "thresholds": (b, *gaps)},
        "nrm": {"category_slopes": tuple(slopes_of_categories.tolist()), "category_intercepts": tuple(intercepts)},
    }
    return ItemParameters("x", name, **fields[name])


@given(any_item(), st.floats(-1000, 1000))
def test_probabilities_sum_to_one_everywhere(item, theta):
    table = pool_of(item).log_probabilities([theta])
    assert np.isfinite(table).all()
    assert np.exp(table).sum() == pytest.approx(1, abs=1e-11)


@given(any_item(), st.floats(-6, 6))
def test_derivatives_equal_numerical_ones(item, theta):
    pool, step = pool_of(item), 1e-5
    around = np.array([theta - step, theta + step])
    slope = np.diff(pool.log_probabilities(around), axis=2)[:, :, 0] / (2 * step)
    np.testing.assert_allclose(pool.first_derivatives([theta])[:, :, 0], slope, rtol=1e-6, atol=1e-6)
    [group] = pool.groups
    bend = np.diff(pool.first_derivatives(around), axis=2)[:, :, 0] / (2 * step)
    found = group.family.second_derivatives(group.parameters, np.array([theta]))[:, :, 0]
    np.testing.assert_allclose(found, bend, rtol=1e-5, atol=1e-5)


@given(any_item(), st.floats(-6, 6))
def test_information_is_the_variance_of_the_slope_and_never_negative(item, theta):
    pool = pool_of(item)
    shares, first = np.exp(pool.log_probabilities([theta])), pool.first_derivatives([theta])
    assert (shares * first).sum() == pytest.approx(0, abs=1e-12)
    information = float(pool.information([theta])[0, 0])
    assert information >= 0
    assert information == pytest.approx(float((shares * first**2).sum()), rel=1e-9, abs=1e-14)


@given(any_item(), st.floats(-5, 5))
def test_the_bias_terms_are_those_of_warm_summed_over_categories(item, theta):
    pool, step = pool_of(item), 1e-4
    left, middle, right = np.exp(pool.log_probabilities([theta - step, theta, theta + step])[0]).T
    slope, bend = (right - left) / (2 * step), (right - 2 * middle + left) / step**2
    information, bias = float((slope**2 / middle).sum()), float((slope * bend / middle).sum())
    log_information, ratio = (float(term[0, 0]) for term in pool.bias_terms([theta]))
    assert np.exp(log_information) == pytest.approx(information, rel=1e-4, abs=1e-7)
    assert ratio * np.exp(log_information) == pytest.approx(bias, rel=1e-3, abs=1e-4)


@given(any_item(), st.floats(-6, 6), st.floats(0, 4))
def test_the_expected_score_rises_with_ability_where_scores_are_ordered(item, theta, step):
    pool = pool_of(item)
    low, high = pool.expected_scores([theta, theta + step])[0]
    assert 0 <= low <= pool.categories - 1 + 1e-12
    if item.model != "nrm":
        assert low <= high + 1e-12


@pytest.mark.parametrize("item", EXAMPLES.values(), ids=EXAMPLES)
@pytest.mark.parametrize("theta", [-1000.0, -60.0, 60.0, 1000.0])
def test_nothing_breaks_far_from_the_scale(item, theta):
    pool = pool_of(item)
    log_probabilities = pool.log_probabilities([theta])
    assert np.isfinite(log_probabilities).all()
    assert np.isfinite(pool.first_derivatives([theta])).all()
    assert 0 <= float(pool.information([theta])[0, 0]) < 1e-10
    log_information, ratio = pool.bias_terms([theta])
    assert not np.isnan(log_information).any()
    assert np.isfinite(ratio).all()


def test_tails_keep_their_digits():
    table = pool_of(graded(-1.0, 0.0, 1.0)).log_probabilities([1000.0, -1000.0])[0]
    np.testing.assert_allclose(table[:2, 0], [-1.3 * 1001, -1.3 * 1000 + np.log1p(-np.exp(-1.3))], rtol=1e-14)
    assert table[3, 0] == 0
    assert table[3, 1] == pytest.approx(-1.3 * 1001)
    fair = pool_of(ItemParameters("x", "3pl", 1.0, 0.0, guessing=0.2))
    np.testing.assert_allclose(fair.log_probabilities([-1000.0])[0, :, 0], np.log([0.8, 0.2]), rtol=1e-14)
    assert fair.first_derivatives([-300.0])[0, 1, 0] == pytest.approx(4 * np.exp(-300.0), rel=1e-12)


def test_thresholds_closer_than_numbers_can_tell_still_give_numbers():
    table = pool_of(graded(0.0, 1e-300, discrimination=1e-9)).log_probabilities([0.0])
    assert np.isfinite(table).all()


def test_the_nominal_model_says_which_answers_become_certain():
    assert pool_of(EXAMPLES["nrm"]).certain_categories().tolist() == [[1, 3]]
    tied = nominal((1.0, 0.0, 1.0), (0.0, 0.0, 0.0))
    assert pool_of(tied).certain_categories().tolist() == [[1, -1]]
    assert pool_of(EXAMPLES["grm"]).certain_categories().tolist() == [[0, 4]]


@settings(max_examples=30)
@given(st.lists(any_item(), min_size=1, max_size=6), st.data())
def test_a_mixed_pool_says_of_each_item_what_the_item_alone_says(items, data):
    named = [
        ItemParameters(**{name: getattr(item, name) for name in item.__slots__} | {"item_id": f"i{place}"})
        for place, item in enumerate(items)
    ]
    pool = ItemPool.from_items(named)
    assert pool.categories == pool.category_counts.max()
    for place, item in enumerate(named):
        alone, own = pool_of(item), slice(pool.category_counts[place])
        table = pool.log_probabilities(ABILITIES)[place]
        np.testing.assert_allclose(table[own], alone.log_probabilities(ABILITIES)[0], rtol=1e-12)
        assert (np.exp(table[alone.categories :]) == 0).all()
        first = pool.first_derivatives(ABILITIES)[place]
        np.testing.assert_allclose(first[own], alone.first_derivatives(ABILITIES)[0], rtol=1e-12)
        assert (first[alone.categories :] == 0).all()
        np.testing.assert_allclose(pool.information(ABILITIES)[place], alone.information(ABILITIES)[0], rtol=1e-12)
        np.testing.assert_allclose(pool.expected_scores(ABILITIES)[place], alone.expected_scores(ABILITIES)[0])
        assert pool.certain_categories()[place].tolist() == alone.certain_categories()[0].tolist()
    order = data.draw(st.permutations(named))
    picked = order[: data.draw(st.integers(1, len(named)))]
    groups = pool.groups_for([item.item_id for item in picked])
    expected = ItemPool.from_items(picked)
    moved = ItemPool(
        expected.item_ids,
        expected.discrimination,
        expected.difficulty,
        expected.units,
        expected.elements,
        expected.criteria,
        groups=groups,
    )
    np.testing.assert_allclose(moved.log_probabilities(ABILITIES), expected.log_probabilities(ABILITIES))


def test_items_with_thresholds_stand_at_their_mean_and_nominal_ones_at_zero():
    pool = pool_of(EXAMPLES["grm"], EXAMPLES["gpcm"], EXAMPLES["nrm"], EXAMPLES["2pl"])
    np.testing.assert_allclose(pool.difficulty, [0.5, 0.3, 0.0, 0.6])
    np.testing.assert_allclose(pool.discrimination, [1.3, 1.3, 1.0, 1.7])
    assert pool.category_counts.tolist() == [5, 4, 4, 2]
    with pytest.raises(ValueError, match="read-only"):
        pool.category_counts[0] = 3


def test_the_functions_of_the_two_parameter_model_are_those_of_its_tables():
    pool = pool_of(EXAMPLES["2pl"])
    np.testing.assert_array_equal(pool.information(ABILITIES)[0], item_information(ABILITIES, 1.7, 0.6))
