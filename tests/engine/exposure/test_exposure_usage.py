from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InvalidParameters
from engine.exposure.exposure_usage import overlap_rate, pairwise_overlap, usage_report

ITEMS = tuple("abcdefgh")


@settings(deadline=None)
@given(st.lists(st.sets(st.sampled_from(ITEMS), min_size=1), min_size=2, max_size=12))
def test_overlap_equals_that_of_all_pairs_of_sittings(sittings):
    counts = np.array([sum(item in sitting for sitting in sittings) for item in ITEMS], dtype=float)
    report = usage_report(ITEMS, counts, len(sittings))
    shared = np.mean([len(first & second) for first, second in combinations(sittings, 2)])
    mean_length = np.mean([len(sitting) for sitting in sittings])
    assert report.overlap == pytest.approx(shared / mean_length)
    assert report.mean_length == pytest.approx(mean_length)
    assert report.unused == tuple(item for item in ITEMS if not any(item in sitting for sitting in sittings))


@settings(deadline=None)
@given(st.lists(st.floats(0.01, 1), min_size=2, max_size=30))
def test_overlap_follows_the_identity_of_chen_ankenmann_and_spray(rates):
    rates = np.array(rates)
    items, length = rates.size, rates.sum()
    assert overlap_rate(rates) == pytest.approx(items / length * rates.var() + length / items)


def test_a_report_names_what_is_used_too_much_and_not_at_all():
    report = usage_report(("a", "b", "c", "d"), np.array([2.0, 9, 0, 5]), 10, limit=0.4)
    assert (report.max_exposure, report.over_limit, report.unused) == (0.9, ("b", "d"), ("c",))
    assert report.smallest_possible == report.even_overlap == pytest.approx(0.4)
    assert report.to_dict()["over_limit"] == ["b", "d"]
    assert not report.limit_out_of_reach
    assert usage_report(("a", "b"), np.array([3.0, 3]), 4, limit=0.7).limit_out_of_reach
    assert usage_report(("a",), np.array([3.0]), 3).over_limit == ()


def test_one_sitting_overlaps_with_none():
    assert pairwise_overlap(np.array([1.0, 1.0, 0.0]), sittings=1) == 0
    assert pairwise_overlap(np.array([1.0, 1.0]), sittings=2) == 1


@pytest.mark.parametrize(
    ("counts", "sittings", "message"),
    [
        ([1.0], 2, "one count of 0 or more per item"),
        ([1.0, -1.0], 2, "one count of 0 or more per item"),
        ([0.0, 0.0], 2, "at least one sitting with items"),
        ([1.0, 1.0], 0, "no item in more of them than the 0 there are"),
        ([3.0, 1.0], 2, "no item in more of them than the 2 there are"),
    ],
)
def test_counts_that_cannot_be_are_refused(counts, sittings, message):
    with pytest.raises(InvalidParameters, match=message):
        usage_report(("a", "b"), np.array(counts), sittings)
