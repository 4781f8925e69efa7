import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.ability.ability_grid import EapGrid
from engine.design import WEIGHT_DIGITS
from engine.response_models import ItemParameters, ItemPool
from engine.simulation.information_shortlists import InformationShortlists
from tests.engine.pools import pool_of

GRID = EapGrid.normal()


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10**6), st.sampled_from([8, 40]), st.floats(0, 0.9), st.booleans())
def test_a_certain_pick_is_the_first_of_the_best(seed, size, missing, alike):
    draws = np.random.default_rng(seed)
    pool = pool_of(120, seed=seed)
    if alike:
        a, b = np.round(pool.discrimination * 2) / 2 + 0.5, np.round(pool.difficulty)
        pool = ItemPool(pool.item_ids, a, b, pool.units, pool.elements, pool.criteria)
    lists = InformationShortlists.of(pool, GRID, size=size)
    thetas = np.concatenate([draws.normal(0, 2, 40).clip(-6, 6), [-6.0, 6.0, 0.05, -0.1]])
    available = draws.random((thetas.size, 120)) >= missing
    picks, certain = lists.best(thetas, available, np.arange(thetas.size))
    information = pool.information(thetas).T.round(WEIGHT_DIGITS)
    best = np.where(available, information, -1).argmax(axis=1)
    np.testing.assert_array_equal(picks[certain], best[certain])
    if size == 40 and missing < 0.3 and not alike:
        assert certain.mean() > 0.8


def test_where_lists_save_nothing_or_prove_nothing_there_are_none():
    assert InformationShortlists.of(pool_of(30), GRID, size=15) is None
    guessed = [ItemParameters(item_id=f"i{n}", model="3pl", difficulty=0.0, guessing=0.2) for n in range(20)]
    assert InformationShortlists.of(ItemPool.from_items(guessed), GRID, size=5) is None
