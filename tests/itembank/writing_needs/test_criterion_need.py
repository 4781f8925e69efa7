"""How many items a criterion needs, against sums done another way."""

from __future__ import annotations

from math import exp, inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itembank.publishing.parameters import prior_parameters
from itembank.writing_needs.criterion_need import (
    RATINGS,
    CriterionDemand,
    CriterionSupply,
    best_rating,
    criterion_demand,
    criterion_need,
    expected_information,
)

CUTS = st.floats(-3, 3)


@given(CUTS)
def test_information_is_the_slope_of_the_curve_squared_over_its_variance(cut: float) -> None:
    for rating in RATINGS:
        known = prior_parameters(rating)

        def chance(theta: float, a: float = known.discrimination, b: float = known.difficulty) -> float:
            return 1 / (1 + exp(-a * (theta - b)))

        slope = (chance(cut + 1e-5) - chance(cut - 1e-5)) / 2e-5
        fisher = slope**2 / (chance(cut) * (1 - chance(cut)))
        assert expected_information(rating, cut) == pytest.approx(fisher, rel=1e-6)


@pytest.mark.parametrize(("cut", "rating"), [(-9.0, 1), (-0.7, 2), (0.0, 3), (0.8, 4), (9.0, 5)])
def test_the_best_rating_is_the_one_nearest_to_the_cut_score(cut: float, rating: int) -> None:
    assert best_rating(cut) == rating


@given(CUTS, st.floats(0.05, 20), st.integers(0, 12), st.dictionaries(st.sampled_from(RATINGS), st.integers(0, 4)))
def test_what_is_wanted_is_enough_and_one_less_would_not_be(
    cut: float, wanted: float, items: int, in_work: dict[int, int]
) -> None:
    supply = CriterionSupply(items, 0.2 * items, in_work)
    need = criterion_need(supply, CriterionDemand(wanted, 3), cut_score=cut)

    def suffices(more: int) -> bool:
        told = 0.2 * items + sum(expected_information(rated, cut) * n for rated, n in in_work.items())
        told += more * expected_information(need.rating, cut)
        return told >= wanted * (1 - 1e-6) and items + sum(in_work.values()) + more >= 3

    assert suffices(need.wanted)
    assert need.wanted == 0 or not suffices(need.wanted - 1)
    assert 0 <= need.missing <= 1
    assert need.for_rotation <= need.wanted


def test_an_exposure_ceiling_asks_for_more_items_and_more_information() -> None:
    free = criterion_demand(unit_information=6.0, criteria=3, maximum_exposure=None)
    kept = criterion_demand(unit_information=6.0, criteria=3, maximum_exposure=0.25)
    assert (free.information, free.items) == (2.0, 1)
    assert (kept.information, kept.items) == (8.0, 4)


def test_where_no_information_would_do_only_the_number_of_items_counts() -> None:
    need = criterion_need(CriterionSupply(1, 0.2, {3: 1}), CriterionDemand(inf, 4), cut_score=0.0)
    assert (need.wanted, need.for_rotation, need.missing) == (2, 2, 0.0)


def test_the_success_told_is_that_of_somebody_at_the_cut_score() -> None:
    need = criterion_need(CriterionSupply(0, 0.0, {}), CriterionDemand(1.0, 1), cut_score=0.0)
    assert need.rating == 3
    assert need.success == pytest.approx(0.5)
