"""How many items a criterion needs, against sums done another way."""

from __future__ import annotations

from math import ceil, exp, inf

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from itembank.publishing.parameters import prior_parameters
from itembank.writing_needs.criterion_need import (
    RATINGS,
    CriterionDemand,
    CriterionSupply,
    best_rating,
    criterion_demand,
    criterion_need,
    expected_information,
    reachable_information,
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


@given(
    CUTS, st.floats(0.5, 20), st.integers(1, 40), st.sampled_from([None, 0.25, 0.5, 0.94]),
    st.lists(st.floats(0, 0.6), max_size=8), st.dictionaries(st.sampled_from(RATINGS), st.integers(0, 3)),
)  # fmt: skip
def test_what_is_wanted_is_enough_and_one_less_would_not_be(
    cut: float, target: float, length: int, exposure: float | None, told: list[float], in_work: dict[int, int]
) -> None:
    demand = criterion_demand(
        unit_information=target, criteria=3, maximum_length=length, maximum_exposure=exposure, cut_score=cut
    )
    need = criterion_need(CriterionSupply(tuple(told), in_work), demand, cut_score=cut)
    known = [*told, *(expected_information(rated, cut) for rated, n in in_work.items() for _ in range(n))]

    def suffices(more: int) -> bool:
        items = [*known, *[expected_information(need.rating, cut)] * more]
        return best_mixture(items, demand) >= demand.information * (1 - 1e-6) and len(items) >= demand.items

    assert suffices(need.wanted)
    assert need.wanted == 0 or not suffices(need.wanted - 1)
    assert 0 <= need.missing <= 1
    assert need.for_rotation <= need.wanted


def best_mixture(told: list[float], demand: CriterionDemand) -> float:
    """The most that shares of items give a sitting, as a linear programme."""
    if not told:
        return 0.0
    bounds = [(0, demand.ceiling)] * len(told)
    found = linprog([-one for one in told], A_ub=[[1.0] * len(told)], b_ub=[demand.places], bounds=bounds)
    return float(-found.fun)


def test_an_exposure_ceiling_asks_for_more_items() -> None:
    known = {"unit_information": 3.0, "criteria": 3, "maximum_length": 30, "cut_score": 0.0}
    free = criterion_need(CriterionSupply((), {}), criterion_demand(**known, maximum_exposure=None), cut_score=0.0)  # type: ignore[arg-type]
    kept = criterion_need(CriterionSupply((), {}), criterion_demand(**known, maximum_exposure=0.25), cut_score=0.0)  # type: ignore[arg-type]
    best = expected_information(3, 0.0)
    assert free.wanted == ceil(1.0 / best)
    assert kept.wanted == ceil(1.0 / best / 0.25)


def test_a_short_exam_never_asks_for_more_than_it_can_use() -> None:
    demand = criterion_demand(
        unit_information=13.0, criteria=4, maximum_length=15, maximum_exposure=0.94, cut_score=0.0
    )
    need = criterion_need(CriterionSupply((), {}), demand, cut_score=0.0)
    assert need.wanted == ceil(15 / 4 / 0.94)
    assert demand.information == pytest.approx(reachable_information(15, 0.0) / 4)


def test_where_no_information_would_do_only_the_number_of_items_counts() -> None:
    demand = criterion_demand(unit_information=inf, criteria=1, maximum_length=30, maximum_exposure=0.25, cut_score=0.0)
    need = criterion_need(CriterionSupply((0.2,), {3: 1}), demand, cut_score=0.0)
    assert (need.wanted, need.for_rotation, need.missing) == (2, 2, 0.0)


def test_the_success_told_is_that_of_somebody_at_the_cut_score() -> None:
    demand = criterion_demand(unit_information=1.0, criteria=1, maximum_length=30, maximum_exposure=None, cut_score=0.0)
    need = criterion_need(CriterionSupply((), {}), demand, cut_score=0.0)
    assert need.rating == 3
    assert need.success == pytest.approx(0.5)
