import numpy as np
import pytest

from engine.errors import InvalidParameters, InvalidSetting, UnknownItem
from engine.exposure import ExposureCounts, draw_ineligible, eligibility_probabilities, merge, update
from tests.engine.pools import pool_of

POOL = pool_of(4)
COUNTS = ExposureCounts(POOL.item_ids, np.array([100.0, 100, 60, 100]), np.array([50.0, 10, 30, 0]), 100.0)


def test_eligibility_follows_the_published_rule():
    # r_max · eligible / administered, at most 1: 0.25 · 100 / 50, capped, 0.25 · 60 / 30, and 1 where never given.
    np.testing.assert_allclose(eligibility_probabilities(COUNTS, maximum_rate=0.25), [0.5, 1, 0.5, 1])


def test_items_are_drawn_with_these_probabilities_and_repeatably():
    drawn = [draw_ineligible(COUNTS, POOL, maximum_rate=0.25, seed=seed) for seed in range(2000)]
    assert drawn[5] == draw_ineligible(COUNTS, POOL, maximum_rate=0.25, seed=5)
    share = [np.mean([item_id in out for out in drawn]) for item_id in POOL.item_ids]
    np.testing.assert_allclose(share, [0.5, 0, 0.5, 0], atol=0.04)


def test_items_new_to_the_counts_are_eligible():
    assert draw_ineligible(ExposureCounts.none_yet(()), POOL, maximum_rate=0.01, seed=1) == ()


def test_a_finished_sitting_is_counted_and_the_past_fades():
    after = update(COUNTS, ["item-000"], ["item-001", "item-002"], fading=0.9)
    np.testing.assert_allclose(after.eligible, [90, 91, 55, 91])
    np.testing.assert_allclose(after.administered, [45, 10, 28, 0])
    assert after.sittings == pytest.approx(91)
    np.testing.assert_allclose(COUNTS.eligible, [100, 100, 60, 100])


def test_counts_of_two_processes_add_up_to_those_of_one():
    whole = left = right = ExposureCounts.none_yet(POOL.item_ids)
    for turn in range(6):
        out, given = [POOL.item_ids[turn % 4]], [POOL.item_ids[(turn + 1) % 4]]
        whole = update(whole, out, given, fading=1)
        if turn % 2:
            left = update(left, out, given, fading=1)
        else:
            right = update(right, out, given, fading=1)
    both = merge(left, right)
    np.testing.assert_array_equal(both.eligible, whole.eligible)
    np.testing.assert_array_equal(both.administered, whole.administered)
    assert both.sittings == 6


def test_merging_keeps_items_that_only_one_side_knows():
    other = ExposureCounts(("new", "item-003"), np.array([5.0, 7]), np.array([1.0, 2]), 7.0)
    both = merge(COUNTS, other)
    assert both.item_ids == (*POOL.item_ids, "new")
    np.testing.assert_array_equal(both.eligible, [100, 100, 60, 107, 5])


def test_rates_are_shares_of_sittings():
    np.testing.assert_allclose(COUNTS.rates(), [0.5, 0.1, 0.3, 0])
    np.testing.assert_array_equal(ExposureCounts.none_yet(("a",)).rates(), [0])


def test_impossible_settings_and_unknown_items_are_refused():
    with pytest.raises(InvalidSetting, match=r"rate must be above 0 and at most 1, not 1\.5"):
        draw_ineligible(COUNTS, POOL, maximum_rate=1.5, seed=1)
    with pytest.raises(InvalidSetting, match="fading must be above 0 and at most 1, not 0"):
        update(COUNTS, [], [], fading=0)
    with pytest.raises(UnknownItem, match="'nowhere' is not among"):
        update(COUNTS, [], ["nowhere"])
    with pytest.raises(InvalidParameters, match="one administered count of 0 or more per item"):
        ExposureCounts(("a",), np.ones(1), -np.ones(1), 1.0)
