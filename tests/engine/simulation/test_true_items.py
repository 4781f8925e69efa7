import numpy as np
import pytest

from engine.errors import InvalidParameters, InvalidSetting, UnknownItem
from engine.response_models import ItemParameters, ItemPool
from engine.simulation.true_items import TrueItems, true_items
from tests.engine.pools import pool_of

MIXED = ItemPool.from_items(
    [
        ItemParameters(item_id="two", model="2pl", discrimination=1.3, difficulty=0.4, se_difficulty=0.3),
        ItemParameters(item_id="three", model="3pl", discrimination=0.9, difficulty=-0.5, guessing=0.2),
        ItemParameters(item_id="graded", model="grm", discrimination=1.1, thresholds=(-1.0, 0.0, 1.0)),
        ItemParameters(item_id="partial", model="gpcm", discrimination=0.8, thresholds=(0.5, -0.5)),
    ]
)


@pytest.mark.parametrize("pool", [MIXED, pool_of(12)])
def test_chances_are_those_of_the_models(pool):
    draws = np.random.default_rng(1)
    items, thetas = draws.integers(len(pool), size=50), draws.normal(0, 1.5, 50)
    chances = TrueItems(pool=pool).chances(items, thetas)
    for item, theta, row in zip(items, thetas, chances, strict=True):
        shares = np.exp(pool.log_probabilities([theta])[item, :, 0])
        expected = [shares[score:].sum() for score in range(1, pool.categories)]
        np.testing.assert_allclose(row, expected, atol=1e-12)


def test_scores_follow_the_chances():
    everyone = np.full(4000, 2)
    thetas, draws = np.full(4000, 0.3), np.random.default_rng(2).random(4000)
    truth = TrueItems(pool=MIXED)
    found = np.bincount(truth.scores(everyone, thetas, draws), minlength=4) / 4000
    np.testing.assert_allclose(found, np.exp(MIXED.log_probabilities([0.3])[2, :, 0]), atol=0.03)


def test_errors_move_an_item_as_another_discrimination_and_difficulty_would():
    pool = pool_of(5)
    moved = TrueItems(pool=pool, ratios=np.full(5, 1.2), shifts=np.full(5, 0.3))
    items, thetas = np.arange(5), np.linspace(-2, 2, 5)
    same = ItemPool(
        pool.item_ids, pool.discrimination * 1.2, pool.difficulty + 0.3, pool.units, pool.elements, pool.criteria
    )
    np.testing.assert_allclose(moved.chances(items, thetas), TrueItems(pool=same).chances(items, thetas))


def test_errors_are_drawn_with_the_standard_errors_and_pinned_by_the_seed():
    plain = pool_of(4000, criteria=4)
    pool = ItemPool(
        plain.item_ids,
        plain.discrimination,
        plain.difficulty,
        plain.units,
        plain.elements,
        plain.criteria,
        se_discrimination=0.2 * plain.discrimination,
        se_difficulty=np.full(4000, 0.3),
    )
    truth = true_items(None, pool, parameter_error=True, seed=3)
    assert (truth.shifts.mean(), truth.shifts.std()) == pytest.approx((0, 0.3), abs=0.02)
    assert (truth.ratios.mean(), truth.ratios.std()) == pytest.approx((1, 0.2), abs=0.02)
    assert truth.ratios.min() > 0
    np.testing.assert_array_equal(truth.shifts, true_items(None, pool, parameter_error=True, seed=3).shifts)
    assert (truth.shifts != true_items(None, pool, parameter_error=True, seed=4).shifts).all()
    known = true_items(None, MIXED, parameter_error=True, seed=3)
    np.testing.assert_array_equal(known.ratios, 1)
    np.testing.assert_array_equal(known.shifts[1:], 0)
    assert known.shifts[0] != 0


def test_what_does_not_fit_is_refused():
    with pytest.raises(InvalidSetting, match="no item has any"):
        true_items(None, pool_of(3), parameter_error=True)
    with pytest.raises(UnknownItem, match="'item-002'"):
        true_items(pool_of(2), pool_of(3))
    other = ItemPool.from_items([ItemParameters(item_id="item-000", model="grm", thresholds=(0.0, 1.0))])
    with pytest.raises(InvalidParameters, match=r"'item-000' is scored from 0 to 1, but .* from 0 to 2"):
        true_items(other, pool_of(1, criteria=1))
