"""The information that a verdict needs, against a search that looks at what the posterior would be."""

from __future__ import annotations

from math import inf, sqrt
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.blueprints.blueprint import Blueprint
from engine.design import ExamDesign
from engine.response_models import ItemParameters, ItemPool
from engine.stop_rules.stop_settings import StopSettings
from itembank.measurement_reports.information_curves import information_curves
from itembank.measurement_reports.verdict_information import USUAL_DISTANCE, VerdictNeed


def need(**given: float) -> VerdictNeed:
    usual = {
        "cut_score": 0.0, "cut_standard_error": 0.0, "prior_mean": 0.0, "prior_sd": 1.0, "competent_from": 0.95,
        "not_yet_up_to": 0.05, "distance": 0.5,
    }  # fmt: skip
    return VerdictNeed(**(usual | given))


def gives_verdicts(one: VerdictNeed, information: float) -> bool:
    """Whether the middle of the posterior means at both distances leads to its verdict."""
    precision = information + one.prior_sd**-2
    spread = sqrt(1 / precision + one.cut_standard_error**2)

    def above(ability: float) -> float:
        mean = (information * ability + one.prior_mean / one.prior_sd**2) / precision
        return NormalDist().cdf((mean - one.cut_score) / spread)

    passed = above(one.cut_score + one.distance) >= one.competent_from
    return passed and above(one.cut_score - one.distance) <= one.not_yet_up_to


def searched(one: VerdictNeed) -> float:
    """The information from which on every more gives verdicts."""
    grid = [0.0, *np.geomspace(1e-3, 1e9, 800)]
    if not gives_verdicts(one, grid[-1]):
        return inf
    low = next((place for place in reversed(range(len(grid))) if not gives_verdicts(one, grid[place])), None)
    if low is None:
        return 0.0
    ends = [grid[low], grid[low + 1]]
    for _ in range(80):
        middle = sum(ends) / 2
        ends[gives_verdicts(one, middle)] = middle
    return ends[1]


@settings(max_examples=60, deadline=None)
@given(
    cut_score=st.floats(-1, 1),
    cut_standard_error=st.sampled_from([0.0, 0.1, 0.3]),
    prior_mean=st.floats(-2, 2),
    prior_sd=st.floats(0.5, 2),
    competent_from=st.sampled_from([0.95, 0.8, 0.3]),
    not_yet_up_to=st.sampled_from([0.05, 0.2, 0.7]),
    distance=st.floats(0.1, 1),
)
def test_the_formula_is_what_a_search_finds(**given: float) -> None:
    one = need(**given)
    found = one.information()
    assert found == pytest.approx(searched(one), rel=1e-4, abs=1e-2)
    if 0 < found < inf:
        assert one.reached_distance(found) == pytest.approx(one.distance)


def test_without_a_prior_it_is_the_square_of_z_over_the_distance() -> None:
    z = NormalDist().inv_cdf(0.95)
    assert need(prior_sd=1e6).information() == pytest.approx((z / 0.5) ** 2)


def test_a_cut_that_is_not_known_well_enough_has_no_target() -> None:
    assert need(cut_standard_error=0.31).information() == inf
    assert need(cut_standard_error=0.30).information() < inf


def test_no_information_reaches_nobody() -> None:
    assert need().reached_distance(0.0) == inf


def test_the_distance_is_that_of_a_stop_rule_in_use() -> None:
    design = ExamDesign(blueprint=Blueprint(bounds=()), minimum_length=1, maximum_length=2)
    assert VerdictNeed.of_unit(design).distance == USUAL_DISTANCE
    sprt = ExamDesign(
        blueprint=Blueprint(bounds=()), minimum_length=1, maximum_length=2, stop_rule="sprt",
        stopping=StopSettings(sprt_half_width=0.7),
    )  # fmt: skip
    assert VerdictNeed.of_unit(sprt).distance == 0.7
    assert VerdictNeed.of_element(design).competent_from == design.element_confidence


def test_curves_are_sums_over_items_and_over_the_best_of_them() -> None:
    items = [
        ItemParameters(item_id=f"i{place}", model="2pl", discrimination=a, difficulty=b, unit="U", element=element,
                       criterion=f"{element}.1")
        for place, (a, b, element) in enumerate([(1.0, 0.0, "E1"), (2.0, 1.0, "E1"), (0.5, -1.0, "E2")])
    ]  # fmt: skip
    design = ExamDesign(blueprint=Blueprint(bounds=()), minimum_length=1, maximum_length=2, cut_score=0.25)
    curves = information_curves(ItemPool.from_items(items), design)

    def information(theta: float) -> list[float]:
        right = [1 / (1 + np.exp(-item.discrimination * (theta - item.difficulty))) for item in items]
        return [item.discrimination**2 * p * (1 - p) for item, p in zip(items, right, strict=True)]

    for place in (0, 40, 60):
        told = information(float(curves.ability[place]))
        assert curves.all_items[place] == pytest.approx(sum(told))
        assert curves.longest_test[place] == pytest.approx(sum(sorted(told)[1:]))
    at_cut = information(0.25)
    assert curves.at_cut == pytest.approx(sum(sorted(at_cut)[1:]))
    assert [(one.element, one.items) for one in curves.elements] == [("E1", 2), ("E2", 1)]
    assert curves.elements[0].at_cut == pytest.approx(at_cut[0] + at_cut[1])
    assert curves.target == VerdictNeed.of_unit(design).information()


@pytest.mark.parametrize(("prior_mean", "binding"), [(-0.5, 1), (0.0, 1), (1.0, -1)])
def test_at_the_target_about_half_of_the_sittings_end_with_a_verdict(prior_mean: float, binding: int) -> None:
    """Sittings with real answers to items at the cut, on the side of it that needs more information."""
    one = need(prior_mean=prior_mean, prior_sd=0.8)
    discrimination, sittings = 1.2, 1500
    length = int(np.ceil(one.information() / (discrimination**2 / 4)))
    nodes = prior_mean + 0.8 * np.linspace(-6, 6, 1202)
    right = 1 / (1 + np.exp(-discrimination * nodes))
    points = np.random.default_rng(2).binomial(length, 1 / (1 + np.exp(-discrimination * binding * 0.5)), sittings)
    log_posterior = points[:, None] * np.log(right) + (length - points[:, None]) * np.log(1 - right)
    log_posterior -= 0.5 * ((nodes - prior_mean) / 0.8) ** 2
    weights = np.exp(log_posterior - log_posterior.max(axis=1, keepdims=True))
    above = weights[:, nodes >= 0].sum(axis=1) / weights.sum(axis=1)
    told = above >= one.competent_from if binding > 0 else above <= one.not_yet_up_to
    # A point more or less makes a twentieth or more of a difference.
    assert 0.35 < told.mean() < 0.65
