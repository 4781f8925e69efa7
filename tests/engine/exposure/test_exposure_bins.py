import json

import numpy as np
import pytest
from scipy.stats import norm

from engine.ability.ability_grid import mean_and_sd, posterior_of
from engine.errors import InvalidParameters, InvalidSetting
from engine.exposure.eligibility import ExposureCounts, draw_ineligible, update
from engine.exposure.exposure_bins import (
    BinnedCounts,
    EligibilityDraw,
    bin_boundaries,
    bin_of,
    bins_of,
    bins_of_sitting,
    draw_ineligible_by_bin,
    merge_by_bin,
    update_by_bin,
)
from engine.selection.item_selection import RECORDED_DIGITS
from engine.simulation.simulate import simulate, simulate_sitting
from engine.sittings.sitting import fold, record, replay, start
from tests.engine.pools import exam_of, pool_of

POOL = pool_of(4)
DRAW = EligibilityDraw(everywhere=("item-000",), by_bin=(("item-001",), ("item-002",), ()))


def binned_exam(**options):
    return exam_of(pool_of(60), selection="information", stop_rule="length", maximum_length=12, **options)


def test_bins_are_equally_likely_under_the_prior():
    design = binned_exam(exposure_bins=3, prior_mean=0.4, prior_sd=1.3).design
    boundaries = bin_boundaries(design)
    np.testing.assert_allclose(norm.cdf(boundaries, 0.4, 1.3), [1 / 3, 2 / 3])
    assert [bin_of(design, theta) for theta in (-3.0, boundaries[0], 0.4, 3.0)] == [0, 1, 1, 2]
    assert bin_boundaries(binned_exam().design) == ()
    with pytest.raises(InvalidSetting, match="exposure_bins must be 1 to 9, not 10"):
        binned_exam(exposure_bins=10)


def test_the_draw_over_all_sittings_is_the_one_without_bins_and_bins_add_to_it():
    overall = ExposureCounts(POOL.item_ids, np.array([40.0, 50, 90, 90]), np.array([30.0, 29, 1, 0]), 100.0)
    low = ExposureCounts(POOL.item_ids, np.array([90.0, 90, 45, 90]), np.array([1.0, 1, 30, 0]), 100.0)
    counts = BinnedCounts(overall=overall, bins=(low, ExposureCounts.none_yet(POOL.item_ids)))
    kept_back = []
    for seed in range(1500):
        draw = draw_ineligible_by_bin(counts, POOL, maximum_rate=0.3, seed=seed)
        assert draw.everywhere == draw_ineligible(overall, POOL, maximum_rate=0.3, seed=seed)
        assert not set(draw.everywhere).intersection(draw.by_bin[0])
        assert draw.by_bin[1] == ()
        kept_back.append("item-002" in draw.by_bin[0])
    assert np.mean(kept_back) == pytest.approx(1 - 0.3 * 45 / 30, abs=0.04)


def test_a_sitting_counts_in_the_bins_that_it_visited():
    counts = update_by_bin(
        BinnedCounts.none_yet(POOL.item_ids, bins=3),
        DRAW,
        [("item-003", 1), ("item-001", 1), ("item-002", 0)],
        fading=1,
    )
    np.testing.assert_array_equal(counts.overall.administered, [0, 1, 1, 1])
    np.testing.assert_array_equal(counts.overall.eligible, [0, 1, 1, 1])
    assert [part.sittings for part in counts.bins] == [1, 1, 0]
    np.testing.assert_array_equal(counts.bins[0].eligible, [0, 0, 1, 1])
    np.testing.assert_array_equal(counts.bins[0].administered, [0, 0, 1, 0])
    np.testing.assert_array_equal(counts.bins[1].eligible, [0, 1, 0, 1])
    np.testing.assert_array_equal(counts.bins[1].administered, [0, 1, 0, 1])


def test_an_item_kept_back_in_every_bin_that_was_visited_was_not_eligible():
    counts = update_by_bin(BinnedCounts.none_yet(POOL.item_ids, bins=3), DRAW, [("item-003", 0)], fading=1)
    np.testing.assert_array_equal(counts.overall.eligible, [0, 0, 1, 1])


def test_an_item_given_although_kept_back_counts_as_eligible_where_it_was_given():
    given = [("item-000", 0), ("item-001", 0), ("item-002", 1)]
    counts = update_by_bin(BinnedCounts.none_yet(POOL.item_ids, bins=3), DRAW, given, fading=1)
    np.testing.assert_array_equal(counts.bins[0].eligible, [1, 1, 1, 1])
    np.testing.assert_array_equal(counts.bins[1].eligible, [0, 1, 1, 1])
    np.testing.assert_array_equal(counts.overall.eligible, [1, 1, 1, 1])


def orders_of_sum(exam):
    """Sum the first estimate in the ways of the delivery, of cohorts of several sizes, and backwards."""
    posterior, nodes = posterior_of(exam.grid.log_prior), exam.grid.nodes
    yield mean_and_sd(nodes, posterior)[0]
    for sittings in (7, 250):
        yield from (np.tile(posterior, (sittings, 1)) @ nodes)[:9].tolist()
    yield float(np.dot(posterior[::-1], nodes[::-1]))
    yield float(np.sum(posterior * nodes))
    yield from np.cumsum(posterior * nodes)[-1:].tolist()


@pytest.mark.parametrize("bins", [2, 4])
def test_the_bin_of_the_first_estimate_does_not_depend_on_its_last_digit(bins):
    # With an even number of bins a boundary is where every sitting begins. The record keeps twelve digits of it.
    for mean in [*np.linspace(-1, 1, 41).tolist(), 0.1234567895, -0.30000000005]:
        exam = binned_exam(exposure_bins=bins, prior_mean=mean, cut_score=mean)
        thetas = list(orders_of_sum(exam))
        recorded = [round(theta, RECORDED_DIGITS) for theta in thetas]
        assert {bin_of(exam.design, theta) for theta in thetas + recorded} == {bins // 2}
        np.testing.assert_array_equal(bins_of(exam.design, np.array(thetas)), bins // 2)


@pytest.mark.parametrize("mean", [-0.95, 0.25, 0.55])
def test_sittings_stepped_together_begin_in_the_bin_of_those_delivered(mean):
    exam = binned_exam(exposure_bins=2, prior_mean=mean, cut_score=mean, maximum_exposure=0.2)
    report = simulate(exam, examinees=42, seed=5, ability_mean=mean, at_once=7, keep_sittings=True)
    assert any(sitting.ineligible_by_bin[0] for sitting in report.sittings)
    for taken in report.sittings[7:]:
        kept_back = {"ineligible": taken.ineligible, "ineligible_by_bin": taken.ineligible_by_bin}
        one = simulate_sitting(exam, seed=taken.seed, theta=taken.theta, truth=exam.pool, **kept_back)
        assert one.responses == taken.responses


def test_without_bins_counting_is_that_of_all_sittings():
    draw = EligibilityDraw(everywhere=("item-000",), by_bin=())
    counts = update_by_bin(BinnedCounts.none_yet(POOL.item_ids, bins=0), draw, [("item-003", 0)], fading=0.9)
    plain = update(ExposureCounts.none_yet(POOL.item_ids), ["item-000"], ["item-003"], fading=0.9)
    assert counts.to_dict() == {"overall": plain.to_dict(), "bins": []}


def test_counts_survive_a_restart_and_processes_add_up():
    whole = left = right = BinnedCounts.none_yet(POOL.item_ids, bins=3)
    for turn in range(8):
        given = [(POOL.item_ids[turn % 4], turn % 3), (POOL.item_ids[(turn + 1) % 4], (turn + turn // 2) % 3)]
        whole = update_by_bin(whole, DRAW, given, fading=1)
        if turn % 2:
            left = update_by_bin(left, DRAW, given, fading=1)
        else:
            right = BinnedCounts.from_dict(
                json.loads(json.dumps(update_by_bin(right, DRAW, given, fading=1).to_dict()))
            )
    assert merge_by_bin(left, right).to_dict() == whole.to_dict()


def test_counts_that_do_not_fit_are_refused():
    with pytest.raises(InvalidParameters, match="counts in 2 bins cannot be merged with 3"):
        merge_by_bin(BinnedCounts.none_yet(("a",), bins=2), BinnedCounts.none_yet(("a",), bins=3))
    with pytest.raises(InvalidParameters, match="bin 1 are not about the items counted overall"):
        BinnedCounts(
            overall=ExposureCounts.none_yet(("a",)),
            bins=(ExposureCounts.none_yet(("a",)), ExposureCounts.none_yet(("b",))),
        )
    with pytest.raises(InvalidParameters, match="have overall and bins, not overall"):
        BinnedCounts.from_dict({"overall": {}})
    with pytest.raises(InvalidParameters, match="'eligible' is missing or wrong"):
        ExposureCounts.from_dict({"item_ids": ["a"]})


def test_a_pinned_draw_replays_exactly_and_holds_in_its_bin_alone():
    exam = binned_exam(exposure_bins=3)
    free = start(exam, seed=4, ineligible_by_bin=((), (), ()))
    favourite = exam.pool.item_ids[free.next_item]
    # The first estimate is the prior mean, in the middle bin.
    assert exam.pool.item_ids[start(exam, seed=4, ineligible_by_bin=((favourite,), (), ())).next_item] == favourite
    by_bin = (tuple(exam.pool.item_ids[:20]), (favourite,), tuple(exam.pool.item_ids[30:45]))
    states, recorded = [start(exam, seed=4, ineligible_by_bin=by_bin)], []
    assert exam.pool.item_ids[states[0].next_item] != favourite
    while not states[-1].finished:
        recorded.append((exam.pool.item_ids[states[-1].next_item], 1))
        states.append(record(exam, states[-1], item_id=recorded[-1][0], response=1))
    replayed = list(replay(exam, seed=4, ineligible_by_bin=by_bin, responses=recorded))
    assert [state.decision for state in replayed] == [state.decision for state in states]
    bins = bins_of_sitting(exam, recorded)
    assert (bins[0], bins[-1]) == (1, 2)
    estimates = [mean_and_sd(exam.grid.nodes, state.posterior)[0] for state in states[:-1]]
    assert bins == tuple(bin_of(exam.design, theta) for theta in estimates)


def test_a_design_with_bins_does_not_start_without_their_draw():
    with pytest.raises(InvalidSetting, match="one list for each of 3 exposure bins, not 0 lists"):
        start(binned_exam(exposure_bins=3), seed=1)
    with pytest.raises(InvalidSetting, match="one list for each of 1 exposure bins, not 2 lists"):
        fold(binned_exam(), seed=1, responses=[], ineligible_by_bin=((), ()))


def test_control_in_bins_lowers_the_rate_among_candidates_of_like_ability():
    highest = {}
    for bins in (1, 3):
        exam = binned_exam(exposure_bins=bins, minimum_length=10, maximum_exposure=0.4)
        report = simulate(exam, examinees=250, seed=3, keep_sittings=True)
        assert report.blueprint_violations == 0
        seen = {}
        three = binned_exam(exposure_bins=3)
        for sitting in report.sittings[50:]:
            places = bins_of_sitting(three, sitting.responses)
            for place in set(places):
                given = {item for (item, _), where in zip(sitting.responses, places, strict=True) if where == place}
                seen.setdefault(place, []).append(given)
        # The outer bins: there the estimate settles, and candidates of like ability meet the same items.
        highest[bins] = max(
            np.mean([item in given for given in seen[place]]) for place in (0, 2) for item in exam.pool.item_ids
        )
        assert max(report.exposure.values()) < 0.5
    assert highest[3] < 0.5
    assert highest[3] < highest[1] - 0.05
