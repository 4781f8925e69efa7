import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InvalidParameters, UnknownItem
from engine.response_models import ItemParameters, ItemPool, item_information, log_probability, probability

slopes = st.floats(0.05, 5)
places = st.floats(-8, 8)


def item(item_id="i1", **changes):
    return ItemParameters(**({"item_id": item_id, "model": "2pl", "discrimination": 1.2, "difficulty": 0.4} | changes))


POLYTOMOUS = {"difficulty": float("nan")}
NOMINAL = {"model": "nrm", "discrimination": 1.0, "difficulty": float("nan")}


def test_probability_is_the_logistic_function_of_the_scaled_distance():
    theta = np.array([-2.0, 0.4, 1.0])
    expected = 1 / (1 + np.exp(-1.3 * (theta - 0.4)))
    np.testing.assert_allclose(probability(theta, 1.3, 0.4), expected, rtol=1e-14)


@given(slopes, places, places, st.floats(0, 8))
def test_probability_never_falls_as_ability_rises(discrimination, difficulty, theta, step):
    assert probability(theta, discrimination, difficulty) <= probability(theta + step, discrimination, difficulty)


@given(slopes, places, places)
def test_the_categories_share_out_the_whole_probability(discrimination, difficulty, theta):
    wrong = np.exp(log_probability(theta, discrimination, difficulty, response=0))
    assert probability(theta, discrimination, difficulty) + wrong == pytest.approx(1, abs=1e-14)


@given(slopes, places, places)
def test_information_is_the_squared_slope_over_the_variance(discrimination, difficulty, theta):
    right = float(probability(theta, discrimination, difficulty))
    step = 1e-5
    slope = (
        probability(theta + step, discrimination, difficulty) - probability(theta - step, discrimination, difficulty)
    ) / (2 * step)
    information = float(item_information(theta, discrimination, difficulty))
    assert information >= 0
    assert information * right * (1 - right) == pytest.approx(float(slope) ** 2, abs=1e-9)


@pytest.mark.parametrize("theta", [-1000.0, 1000.0])
def test_extreme_abilities_stay_exact_in_logarithms(theta):
    assert log_probability(theta, 2.0, 0.0, response=int(theta < 0)) == pytest.approx(-2000)
    assert log_probability(theta, 2.0, 0.0, response=int(theta > 0)) == 0
    assert item_information(theta, 2.0, 0.0) == 0


def test_a_pool_keeps_its_columns_in_order_and_read_only():
    pool = ItemPool.from_items([item("i1", unit="U", element="E", criterion="C"), item("i2", difficulty=-1.0)])
    assert pool.item_ids == ("i1", "i2")
    assert (pool.units, pool.elements, pool.criteria) == (("U", ""), ("E", ""), ("C", ""))
    assert pool.index_of("i2") == 1
    with pytest.raises(ValueError, match="read-only"):
        pool.difficulty[0] = 3.0


def test_the_table_holds_every_category_of_every_item_at_every_node():
    pool = ItemPool.from_items([item("i1"), item("i2", difficulty=-1.0)])
    table = pool.log_probabilities([-1.0, 0.0, 2.0])
    assert table.shape == (2, 2, 3)
    assert table[1, 1, 2] == pytest.approx(np.log(1 / (1 + np.exp(-1.2 * 3.0))))
    np.testing.assert_allclose(np.exp(table).sum(axis=1), 1, rtol=1e-14)


def test_an_unknown_item_is_named():
    with pytest.raises(UnknownItem, match="'nowhere'"):
        ItemPool.from_items([item()]).index_of("nowhere")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"discrimination": 0.0}, r"'i1': discrimination must be above 0, not 0\.0"),
        ({"discrimination": -1.0}, r"discrimination must be above 0, not -1\.0"),
        ({"discrimination": float("nan")}, "discrimination must be finite, not nan"),
        ({"discrimination": 1e10}, r"discrimination must lie within ±1e\+09, not 1"),
        ({"difficulty": float("inf")}, "'i1': difficulty must be finite, not inf"),
        ({"model": "5pl"}, "'i1': model '5pl' is not available; rasch, 1pl, 2pl, 3pl, 4pl, grm, gpcm, nrm are"),
        ({"model": "rasch"}, r"a rasch item has discrimination 1\.0, not 1\.2"),
        ({"guessing": 0.2}, r"a 2pl item has guessing 0\.0, not 0\.2"),
        ({"model": "3pl", "guessing": -0.1}, r"guessing c must be from 0 and below 1, not -0\.1"),
        ({"model": "3pl", "guessing": 1.0}, r"guessing c must be from 0 and below 1, not 1\.0"),
        ({"model": "3pl", "guessing": float("nan")}, "guessing must be finite, not nan"),
        ({"model": "3pl", "upper_asymptote": 0.9}, r"a 3pl item has upper_asymptote 1\.0, not 0\.9"),
        (
            {"model": "4pl", "guessing": 0.5, "upper_asymptote": 0.5},
            r"d must be above c = 0\.5 and at most 1, not 0\.5",
        ),
        ({"model": "4pl", "upper_asymptote": 1.1}, r"at most 1, not 1\.1"),
        (POLYTOMOUS | {"model": "grm", "thresholds": (1.0, 0.0)}, r"b2 = 0\.0 is not above b1 = 1\.0"),
        (POLYTOMOUS | {"model": "grm", "thresholds": (0.5, 0.5)}, r"b2 = 0\.5 is not above b1 = 0\.5"),
        (POLYTOMOUS | {"model": "grm"}, "thresholds must be at least one number"),
        (POLYTOMOUS | {"model": "gpcm"}, "thresholds must be at least one number"),
        (POLYTOMOUS | {"model": "gpcm", "thresholds": (0.0, float("inf"))}, r"finite, not \(0\.0, inf\)"),
        (POLYTOMOUS | {"model": "gpcm", "thresholds": (0.0,), "discrimination": -1.0}, "must be above 0, not -1"),
        ({"model": "gpcm", "thresholds": (0.0, 1.0)}, r"difficulty of a gpcm item is 0\.5 by itself, not 0\.4"),
        (NOMINAL | {"category_slopes": (1.0,), "category_intercepts": (0.0,)}, "at least two, not 1 and 1"),
        (NOMINAL | {"category_slopes": (1.0, 0.0), "category_intercepts": (0.0,)}, "at least two, not 2 and 1"),
        (NOMINAL | {"category_slopes": (1.0, 1.0), "category_intercepts": (0.0, 2.0)}, r"must differ, not all be 1\.0"),
        ({"item_id": ""}, "position 1 of the pool has an empty id"),
    ],
)
def test_impossible_parameters_are_refused_by_item_and_value(changes, message):
    with pytest.raises(InvalidParameters, match=message):
        ItemPool.from_items([item(**changes)])


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("discrimination", float("nan"), "'i1': discrimination must be above 0, not nan"),
        ("difficulty", -np.inf, "finite"),
    ],
)
def test_impossible_columns_are_refused_by_item_and_value(column, value, message):
    columns = {"discrimination": np.ones(1), "difficulty": np.zeros(1)} | {column: np.array([value])}
    with pytest.raises(InvalidParameters, match=message):
        ItemPool(("i1",), columns["discrimination"], columns["difficulty"], ("",), ("",), ("",))


def test_pools_that_are_empty_doubled_or_ragged_are_refused():
    with pytest.raises(InvalidParameters, match="is empty"):
        ItemPool.from_items([])
    with pytest.raises(InvalidParameters, match="'i1' appears more than once"):
        ItemPool.from_items([item(), item()])
    with pytest.raises(InvalidParameters, match=r"1 ids but difficulty has shape \(2,\)"):
        ItemPool(("i1",), np.ones(1), np.zeros(2), ("",), ("",), ("",))
    with pytest.raises(InvalidParameters, match="1 ids but criteria has shape"):
        ItemPool(("i1",), np.ones(1), np.zeros(1), ("",), ("",), ())


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ({"unit": "U", "element": "E2", "criterion": "C"}, "criterion 'C' stands in two places .* U/E and U/E2"),
        ({"unit": "V", "element": "E", "criterion": "D"}, "element 'E' stands in two places .* U and V"),
        ({"unit": "U", "criterion": "C"}, "U/E and U/-"),
    ],
)
def test_a_code_under_two_parents_is_refused(second, message):
    with pytest.raises(InvalidParameters, match=message):
        ItemPool.from_items([item("i1", unit="U", element="E", criterion="C"), item("i2", **second)])
