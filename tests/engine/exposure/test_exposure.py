import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InvalidParameters, InvalidSetting, UnknownItem
from engine.exposure.eligibility import (
    ExposureCounts,
    counted,
    draw_ineligible,
    eligibility_probabilities,
    merge,
    update,
)
from engine.simulation.simulate import simulate
from tests.engine.pools import exam_of, pool_of

POOL = pool_of(4)
COUNTS = ExposureCounts(POOL.item_ids, np.array([100.0, 100, 60, 100]), np.array([25.0, 10, 24, 0]), 100.0)


def test_eligibility_follows_the_published_rule_where_nothing_was_given_too_often():
    # r_max · eligible / administered, at most 1: 0.25 · 100 / 25, capped, 0.25 · 60 / 24, and 1 where never given.
    np.testing.assert_allclose(eligibility_probabilities(COUNTS, maximum_rate=0.25), [1, 1, 0.625, 1])


def test_what_was_given_too_often_is_given_back_within_the_horizon():
    counts = ExposureCounts(
        tuple("abcdefgh"), np.array([100.0, 100, 60, 90, 9, 9, 9, 9]), np.array([27.0, 24, 27, 90, 0, 0, 0, 0]), 100.0
    )
    # Two sittings too many: a twentieth of each comes off the rate aimed at. One too few changes nothing; and a quarter
    # of the rate is left to an item that was given far too often.
    expected = [(0.25 - 2 / 20) * 100 / 27, 1, (0.25 - 2 / 20) * 60 / 27, 0.25 / 4, 1, 1, 1, 1]
    np.testing.assert_allclose(eligibility_probabilities(counts, maximum_rate=0.25), expected)


def forced(counts, *, times, maximum_rate=0.25):
    """Let the first item be given every time, drawn or not, as a blueprint does that has no other."""
    draws = np.random.default_rng(1)
    for _ in range(times):
        out = draws.random(len(counts.item_ids)) >= eligibility_probabilities(counts, maximum_rate=maximum_rate)
        counts = counted(counts, out, np.arange(out.size) == 0)
    return counts


def test_an_item_that_the_blueprint_forced_comes_back_once_it_has_company():
    counts = forced(ExposureCounts.none_yet([f"i{place}" for place in range(12)]), times=1000)
    draws, given = np.random.default_rng(2), []
    for _ in range(3000):
        out = draws.random(12) >= eligibility_probabilities(counts, maximum_rate=0.25)
        asked = np.arange(12) == (np.argmin(out) if not out.all() else 11)
        given.append(asked[0])
        counts = counted(counts, out, asked)
    by_thousand = np.mean(np.reshape(given, (3, 1000)), axis=1)
    # At first what it was given too often is given back, which would take it out of all of these sittings.
    assert 0.03 < by_thousand[0] < 0.2
    assert by_thousand[2] == pytest.approx(0.25, abs=0.05)


def test_a_limit_that_is_lifted_frees_what_was_given_too_often():
    counts = forced(ExposureCounts.none_yet(("a", *"bcdefgh")), times=500)
    np.testing.assert_array_equal(eligibility_probabilities(counts, maximum_rate=1.0), np.ones(8))


def test_counts_kept_before_forced_items_counted_as_eligible_lock_nothing_out():
    old = ExposureCounts(tuple("abcdefgh"), np.array([0.3, *[900] * 7]), np.array([630.0, *[9] * 7]), 632.0)
    assert eligibility_probabilities(old, maximum_rate=0.25)[0] == 0.25 / 4


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10**6), st.floats(0.02, 1), st.integers(1, 12))
def test_whatever_was_given_every_item_keeps_a_share_of_the_rate(seed, maximum_rate, items):
    draws = np.random.default_rng(seed)
    counts = ExposureCounts.none_yet([f"i{place}" for place in range(items)])
    for _ in range(60):
        counts = counted(counts, draws.random(items) < 0.8, draws.random(items) < draws.random(), fading=0.97)
    assert (counts.eligible >= counts.administered).all()
    eligible = eligibility_probabilities(counts, maximum_rate=maximum_rate)
    assert (eligible >= maximum_rate / 4).all()
    assert (eligible <= 1).all()


@pytest.mark.parametrize("maximum_rate", [0.2, 0.3])
def test_a_limit_below_length_over_items_still_evens_the_use_out(maximum_rate):
    # Twenty of sixty items: somebody has to be given every question, so a third is the least there can be.
    exam = exam_of(pool_of(60), minimum_length=20, maximum_length=20, stop_rule="length", selection="information")
    report = simulate(exam, examinees=500, seed=3, maximum_exposure=maximum_rate)
    assert report.max_exposure < 0.38
    assert report.usage.smallest_possible == pytest.approx(1 / 3)
    assert report.usage.limit_out_of_reach


def test_the_rate_aimed_at_is_never_more_than_all_sittings():
    counts = ExposureCounts(("a", "b"), np.full(2, 100.0), np.full(2, 100.0), 100.0)
    np.testing.assert_array_equal(eligibility_probabilities(counts, maximum_rate=0.1), [1, 1])
    assert eligibility_probabilities(ExposureCounts.none_yet(()), maximum_rate=0.1).size == 0


@pytest.mark.parametrize(("at_once", "limit"), [(1, 0.265), (10, 0.27), (50, 0.29)])
def test_no_item_stays_above_the_rate(at_once, limit):
    # Sixty items that everybody would get if they could, ten at a time from those eligible.
    counts, given = ExposureCounts.none_yet([f"i{place}" for place in range(60)]), np.zeros(60)
    draws = np.random.default_rng(4)
    for _group in range(0, 500, at_once):
        eligible = eligibility_probabilities(counts, maximum_rate=0.25)
        for _ in range(at_once):
            out = draws.random(60) >= eligible
            asked = np.zeros(60, dtype=bool)
            asked[np.argsort(out, kind="stable")[:10]] = True
            counts, given = counted(counts, out, asked), given + asked
    # What chance gives while nobody looks is still there: the standard deviation of fifty draws is three sittings.
    assert given.max() / 500 <= limit
    assert given[:20].min() / 500 > 0.2


def test_items_are_drawn_with_these_probabilities_and_repeatably():
    drawn = [draw_ineligible(COUNTS, POOL, maximum_rate=0.25, seed=seed) for seed in range(2000)]
    assert drawn[5] == draw_ineligible(COUNTS, POOL, maximum_rate=0.25, seed=5)
    share = [np.mean([item_id in out for out in drawn]) for item_id in POOL.item_ids]
    np.testing.assert_allclose(share, [0, 0, 0.375, 0], atol=0.04)


def test_items_new_to_the_counts_are_eligible():
    assert draw_ineligible(ExposureCounts.none_yet(()), POOL, maximum_rate=0.01, seed=1) == ()


def test_a_finished_sitting_is_counted_and_the_past_fades():
    after = update(COUNTS, ["item-000"], ["item-001", "item-002"], fading=0.9)
    np.testing.assert_allclose(after.eligible, [90, 91, 55, 91])
    np.testing.assert_allclose(after.administered, [22.5, 10, 22.6, 0])
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
    np.testing.assert_allclose(COUNTS.rates(), [0.25, 0.1, 0.24, 0])
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


@pytest.mark.parametrize("sittings", [float("nan"), -3.0, float("inf")])
def test_an_impossible_number_of_sittings_is_refused(sittings):
    with pytest.raises(InvalidParameters, match=f"finite number of sittings from 0, not {sittings}"):
        ExposureCounts(("a",), np.ones(1), np.zeros(1), sittings)


def test_an_item_counted_twice_is_refused():
    with pytest.raises(InvalidParameters, match="every item once, not 'b' twice"):
        ExposureCounts(("c", "b", "b", "c", "a"), np.ones(5), np.zeros(5), 1.0)


@pytest.mark.parametrize(
    "change", [{"eligible": ["many"]}, {"administered": [10**400]}, {"sittings": "some"}, {"sittings": None}]
)
def test_a_document_with_text_for_a_count_is_refused(change):
    document = ExposureCounts.none_yet(("a",)).to_dict()
    assert ExposureCounts.from_dict(document).sittings == 0
    with pytest.raises(InvalidParameters, match="is missing or wrong"):
        ExposureCounts.from_dict(document | change)
