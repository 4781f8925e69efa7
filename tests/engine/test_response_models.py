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
        ({"discrimination": float("nan")}, "discrimination must be above 0, not nan"),
        ({"difficulty": float("inf")}, "'i1': difficulty must be finite, not inf"),
        ({"model": "3pl"}, "'i1': model '3pl' is not available; rasch, 1pl, 2pl are"),
        ({"model": "rasch"}, r"a Rasch item has discrimination 1, not 1\.2"),
        ({"item_id": ""}, "position 1 of the pool has an empty id"),
    ],
)
def test_impossible_parameters_are_refused_by_item_and_value(changes, message):
    with pytest.raises(InvalidParameters, match=message):
        ItemPool.from_items([item(**changes)])


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
