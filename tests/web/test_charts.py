"""Scales, ticks and paths, checked by arithmetic that can be done by hand."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.charts import (
    Scale,
    band_path,
    bar_figure,
    curve_figure,
    evidence_bar,
    histogram_figure,
    line_path,
    nice_range,
    nice_step,
    nice_ticks,
    number_text,
    scatter_figure,
)

_ENDS = st.floats(-1e6, 1e6).map(lambda value: round(value, 3))


def test_a_scale_places_in_percent_and_keeps_within_the_plot() -> None:
    scale = Scale(-3.0, 3.0)
    assert [scale.at(value) for value in (-3, -1.5, 0, 3, 9, -9)] == [0, 25, 50, 100, 100, 0]
    assert Scale(1.0, 0.0).at(0.25) == 75


@pytest.mark.parametrize("ends", [(1.0, 1.0), (0.0, math.inf), (math.nan, 1.0)])
def test_a_scale_without_extent_is_refused(ends: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="two different finite ends"):
        Scale(*ends)


def test_ticks_are_round() -> None:
    assert nice_ticks(-4, 4, about=6) == (-4, -2, 0, 2, 4)
    assert nice_ticks(0, 1) == (0, 0.2, 0.4, 0.6, 0.8, 1)
    assert nice_ticks(-0.3, 0.31) == (-0.2, 0, 0.2)


@given(_ENDS, _ENDS, st.integers(1, 12))
def test_ticks_lie_within_and_evenly_apart(one: float, other: float, about: int) -> None:
    low, high = sorted((one, other))
    if high - low < 1:
        return
    step, ticks = nice_step(low, high, about=about), nice_ticks(low, high, about=about)
    slack = 1e-6 * step + 1e-9
    assert all(low - slack <= tick <= high + slack for tick in ticks)
    assert all(math.isclose(b - a, step, rel_tol=1e-6) for a, b in itertools.pairwise(ticks))
    assert (high - low) / step <= about * (1 + 1e-6)
    assert f"{step:.6e}"[0] in "125"


@pytest.mark.parametrize("ends", [(1.0, 1.0), (2.0, 1.0), (0.0, math.inf)])
def test_an_empty_range_has_no_ticks(ends: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="ticks need a range"):
        nice_ticks(*ends)


def test_a_range_is_widened_to_round_ends() -> None:
    assert nice_range([-2.3, 1.9, math.nan]) == (-3, 2)
    assert nice_range([]) == (0, 1)
    low, high = nice_range([2.0, 2.0])
    assert low < 2.0 < high


def test_numbers_carry_a_true_minus_and_no_negative_zero() -> None:
    assert [number_text(value) for value in (-0.416, 0.0, -0.001, math.nan)] == ["−0.42", "0.00", "0.00", "–"]


def test_paths_run_through_their_points() -> None:
    assert line_path([(0, 100), (50, 12.5), (100, 0)]) == "M0,100L50,12.5L100,0"
    assert line_path([(0, 1)]) == ""
    assert band_path([(0, 90), (100, 80)], [(0, 70), (100, 60)]) == "M0,70L100,60L100,80L0,90Z"
    assert band_path([], []) == ""


def test_an_evidence_bar_is_drawn_at_its_end_when_it_lies_outside() -> None:
    bar = evidence_bar(estimate=0.0, interval=(-1.5, 4.0), cut=-0.3)
    assert (bar.estimate, bar.lower, bar.upper, bar.cut) == (50, 25, 100, 45)
    assert bar.width == 75
    assert evidence_bar(estimate=1, interval=(1, 1), cut=0).width == 0.5


def test_a_curve_figure_places_everything_on_the_same_plane() -> None:
    figure = curve_figure(
        theta=[-4.0, 0.0, 4.0],
        probability=[0.0, 0.5, 1.0],
        band=([0.0, 0.4, 0.9], [0.1, 0.6, 1.0]),
        earlier=[0.2, 0.6, 0.9],
        observed=[(2.0, 0.75, 0.05, 40)],
        cut=-1.0,
    )
    assert figure.curve == "M0,100L50,50L100,0"
    assert figure.band == "M0,90L50,40L100,0L100,10L50,60L0,100Z"
    assert figure.earlier_curve == "M0,80L50,40L100,10"
    point = figure.points[0]
    assert (point.x, point.y, point.top, point.bottom, point.count) == (75, 25, 20, 30, 40)
    assert figure.cut == 37.5
    assert [tick.text for tick in figure.x_ticks] == ["−4", "−2", "0", "2", "4"]


def test_a_curve_figure_may_be_bare() -> None:
    figure = curve_figure(theta=[-1.0, 1.0], probability=[0.3, 0.7])
    assert (figure.band, figure.earlier_curve, figure.points, figure.cut) == ("", "", (), None)


def test_a_curve_that_does_not_match_its_abilities_is_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        curve_figure(theta=[-1.0, 1.0], probability=[0.3])


def test_a_scatter_on_the_same_scale_has_its_identity_on_the_diagonal() -> None:
    figure = scatter_figure([("one", -2.0, -2.0, False), ("two", 1.0, 2.0, True)])
    assert figure.identity == "M0,100L100,0"
    assert figure.points[0].x + figure.points[0].y == pytest.approx(100)
    assert (figure.points[1].flagged, figure.points[1].name) == (True, "two")
    assert figure.points[1].x + figure.points[1].y < 100


def test_a_scatter_may_have_two_scales() -> None:
    figure = scatter_figure([("one", 0.0, 100.0, False), ("two", 1.0, 500.0, False)], same_scale=False)
    assert figure.identity == ""
    assert (figure.points[1].x, figure.points[1].y) == (100, 0)


def test_a_scatter_point_without_a_place_is_named() -> None:
    with pytest.raises(ValueError, match="point lost"):
        scatter_figure([("lost", math.nan, 0.0, False)])


def test_bars_stand_on_the_axis_and_reach_their_value() -> None:
    figure = bar_figure([("A", 5.0, False), ("B", 10.0, True)], reference=7.5)
    assert [(bar.y, bar.height) for bar in figure.bars] == [(50, 50), (0, 100)]
    assert figure.bars[1].x == 55
    assert figure.reference == 25
    assert figure.bars[0].value_text == "5"


def test_a_negative_bar_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="bar A"):
        bar_figure([("A", -1.0, False)])


def test_a_histogram_counts_every_value_once() -> None:
    figure = histogram_figure([0.0, 0.1, 0.19, 0.2, 0.4], edges=[0.0, 0.2, 0.4], flag_from=0.2)
    assert [bar.value_text for bar in figure.bars] == ["3", "2"]
    assert [bar.flagged for bar in figure.bars] == [False, True]
    assert figure.bars[0].label == "0–0.2"


def test_a_value_outside_the_bins_is_refused() -> None:
    with pytest.raises(ValueError, match=r"value 0\.5"):
        histogram_figure([0.5], edges=[0.0, 0.2, 0.4])
