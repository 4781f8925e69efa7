"""The most informative items against looking at every item."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InvalidSetting
from engine.response_models import ItemParameters, ItemPool
from engine.selection import information_index
from engine.selection.information_index import InformationIndex
from tests.engine.pools import pool_of

SLOPES = st.floats(0.05, 4)
PLACES = st.floats(-4, 4)
THETAS = st.one_of(
    st.floats(-5, 5), st.integers(-8, 8).map(float), st.sampled_from([1e3, -1e3, 1e9, -1e18, 1e300, 0.0, 2.0**-30])
)


def thresholds(rising):
    places = st.lists(st.integers(-40, 40), min_size=1, max_size=4, unique=True)
    return places.map(lambda values: tuple(value / 10 for value in (sorted(values) if rising else values)))


@st.composite
def nominal(draw):
    slopes = draw(st.lists(st.integers(-20, 20), min_size=2, max_size=4, unique=True))
    intercepts = draw(st.lists(PLACES, min_size=len(slopes), max_size=len(slopes)))
    return {
        "model": "nrm",
        "category_slopes": tuple(slope / 10 for slope in slopes),
        "category_intercepts": tuple(intercepts),
    }


ITEMS = st.one_of(
    st.fixed_dictionaries({"model": st.just("2pl"), "discrimination": SLOPES, "difficulty": PLACES}),
    # A few values only, so that items are often equal.
    st.fixed_dictionaries({"model": st.just("rasch"), "difficulty": st.integers(-2, 2).map(float)}),
    st.fixed_dictionaries(
        {
            "model": st.just("4pl"),
            "discrimination": SLOPES,
            "difficulty": PLACES,
            "guessing": st.floats(0, 0.4),
            "upper_asymptote": st.floats(0.6, 1),
        }
    ),
    st.fixed_dictionaries({"model": st.just("grm"), "discrimination": SLOPES, "thresholds": thresholds(rising=True)}),
    st.fixed_dictionaries({"model": st.just("gpcm"), "discrimination": SLOPES, "thresholds": thresholds(rising=False)}),
    nominal(),
)
POOLS = st.lists(ITEMS, min_size=1, max_size=40).map(
    lambda rows: ItemPool.from_items([ItemParameters(f"item {place}", **row) for place, row in enumerate(rows)])
)


def best_of_all(pool, theta, *, without=frozenset(), count=1):
    """Rank every item of the pool that is not left out."""
    values = pool.information([theta])[:, 0].round(12).tolist()
    left = [place for place in range(len(pool)) if place not in without]
    return sorted(left, key=lambda place: -values[place])[:count]


@pytest.fixture(scope="module")
def short_shelves():
    """Cells that keep a few items only, so that small pools reach beyond them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(information_index, "WIDE_SHELF", 9)
        patch.setattr(information_index, "NARROW_SHELF", 4)
        yield


@settings(max_examples=400)
@given(pool=POOLS, thetas=st.lists(THETAS, min_size=1, max_size=4), data=st.data())
def test_any_pool_ability_and_exclusion_gives_what_looking_at_every_item_gives(short_shelves, pool, thetas, data):
    index = InformationIndex(pool)
    for theta in thetas:
        places = st.sets(st.integers(0, len(pool) - 1), max_size=len(pool) - 1)
        without = data.draw(places)
        count = data.draw(st.integers(1, len(pool) - len(without)))
        expected = best_of_all(pool, theta, without=without, count=count)
        assert index.best(theta, without=without, count=count) == expected
        assert index.best(theta, without=without) == expected[:1]


@settings(max_examples=300)
@given(row=ITEMS, theta=st.floats(-8, 8), step=st.floats(1e-3, 1))
def test_information_changes_no_faster_than_its_steepness_allows(row, theta, step):
    pool = ItemPool.from_items([ItemParameters("one", **row)])
    group = pool.groups[0]
    steepness = float(group.family.information_steepness(group.parameters)[0])
    first, second = pool.information([theta, theta + step])[0]
    assert abs(np.log(first) - np.log(second)) <= steepness * step * (1 + 1e-9) + 1e-9


def test_steepness_is_reached_in_the_tails():
    for row, expected in (
        ({"model": "2pl", "discrimination": 1.3, "difficulty": 0.2}, 1.3),
        ({"model": "3pl", "discrimination": 1.3, "difficulty": 0.2, "guessing": 0.2}, 2.6),
        ({"model": "nrm", "category_slopes": (0.5, -0.3), "category_intercepts": (0.0, 0.1)}, 0.8),
    ):
        group = ItemPool.from_items([ItemParameters("one", **row)]).groups[0]
        first, second = group.family.information(group.parameters, np.array([-20.0, -19.0]))[0]
        assert np.log(second / first) == pytest.approx(expected, rel=1e-5)
        assert group.family.information_steepness(group.parameters)[0] == pytest.approx(expected)


@pytest.fixture(scope="module")
def large_pool():
    return pool_of(4000, seed=3)


@pytest.mark.parametrize("theta", [-30.0, -3.2, -0.7, 0.0, 0.33, 1.5, 6.1, 45.0])
def test_a_large_pool_with_its_best_items_gone(large_pool, theta):
    index = InformationIndex(large_pool)
    ranking = best_of_all(large_pool, theta, count=4000)
    for gone in (0, 30, 60, 300, 3990):
        without = set(ranking[:gone])
        assert index.best(theta, without=without) == ranking[gone : gone + 1]
        assert index.best(theta, without=without, count=10) == ranking[gone : gone + 10]


def test_equal_items_come_in_the_order_of_the_pool():
    pool = ItemPool.from_items(
        [ItemParameters(f"item {place}", "2pl", 1.2, (-1.0, 0.5)[place % 2]) for place in range(300)]
    )
    assert InformationIndex(pool).best(0.4, count=4) == [1, 3, 5, 7]
    assert InformationIndex(pool).best(0.4, without={1, 5}, count=149)[-1] == 0
    # Far beyond all items none measures anything.
    assert InformationIndex(pool).best(500.0, without={0}, count=3) == [1, 2, 3]


def test_uncertain_bounds_of_huge_parameters_hold():
    rows = [(1e9, 1.0), (1e9, 1.0 + 1e-9), (1e9, 1.0 - 1e-9), (1.0, 0.0), (1e-9, 0.0), (2.0, 1e9)] * 3
    pool = ItemPool.from_items([ItemParameters(f"item {place}", "2pl", *row) for place, row in enumerate(rows)])
    index = InformationIndex(pool)
    for theta in (0.0, 1.0, 1.0 + 4e-10, 1e9, -1e290):
        assert index.best(theta, count=9) == best_of_all(pool, theta, count=9)


def test_abilities_beyond_every_cell_are_looked_up_among_all():
    pool = ItemPool.from_items([ItemParameters(f"item {place}", "2pl", 1e6, place) for place in range(5)])
    assert InformationIndex(pool).best(1e300, count=2) == [0, 1]


def test_without_room_for_further_cells_the_result_is_the_same(large_pool, monkeypatch):
    monkeypatch.setattr(information_index, "MAXIMUM_WIDE_CELLS", 2)
    monkeypatch.setattr(information_index, "MAXIMUM_NARROW_CELLS", 1)
    index = InformationIndex(large_pool)
    for theta in (0.01, 0.05, 0.02, 1.0, 2.0, 3.0, 3.01):
        assert index.best(theta, count=5) == best_of_all(large_pool, theta, count=5)


def test_most_picks_need_no_look_at_the_pool(large_pool, monkeypatch):
    index = InformationIndex(large_pool)
    thetas = np.random.default_rng(8).normal(0, 1, 50).tolist()
    expected = [best_of_all(large_pool, theta) for theta in thetas]
    assert [index.best(theta) for theta in thetas] == expected
    looked = []
    monkeypatch.setattr(ItemPool, "information", lambda *_arguments: looked.append(1))
    assert [index.best(theta) for theta in thetas] == expected
    assert not looked


@pytest.mark.parametrize(
    ("theta", "options", "message"),
    [
        (float("nan"), {}, "must be finite, not nan"),
        (float("inf"), {}, "must be finite, not inf"),
        (0.0, {"count": 0}, "best 0 items are wanted but 12 are left"),
        (0.0, {"count": 11, "without": {0, 3}}, "best 11 items are wanted but 10 are left"),
    ],
)
def test_what_cannot_be_found_is_refused(theta, options, message):
    with pytest.raises(InvalidSetting, match=message):
        InformationIndex(pool_of(12)).best(theta, **options)
