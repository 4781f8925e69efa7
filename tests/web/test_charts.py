"""The layouts of curves, scatter plots and evidence bars, checked by arithmetic that can be done by hand."""

from __future__ import annotations

import math

import pytest

from web.charts import curve_figure, evidence_bar, scatter_figure


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
        observed=[(2.0, 0.75, 0.05, 40)],
        cut=-1.0,
    )
    assert figure.curve == "M0,100L50,50L100,0"
    assert figure.band == "M0,90L50,40L100,0L100,10L50,60L0,100Z"
    point = figure.points[0]
    assert (point.x, point.y, point.top, point.bottom, point.count) == (75, 25, 20, 30, 40)
    assert figure.cut == 37.5
    assert [tick.text for tick in figure.x_ticks] == ["−4", "−2", "0", "2", "4"]


def test_a_curve_figure_may_be_bare() -> None:
    figure = curve_figure(theta=[-1.0, 1.0], probability=[0.3, 0.7])
    assert (figure.band, figure.points, figure.cut) == ("", (), None)


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
