"""Lines over one axis, checked by arithmetic that can be done by hand."""

from __future__ import annotations

import math

import pytest

from itembank.drawing.lines import WHISKER, Mark, Series, line_figure


def test_every_point_has_its_place_and_its_error_bar() -> None:
    figure = line_figure(
        [Series("bias", ((0.0, 1.0, 0.5 / WHISKER), (10.0, 3.0, 0.0)))], x_range=(0, 10), y_range=(0, 4)
    )
    (series,) = figure.series
    assert series.marks == (Mark(0, 75, 62.5, 87.5), Mark(100, 25, 25, 25))
    assert series.path == "M0,75L100,25"
    assert (figure.upright, figure.across, figure.diagonal) == (None, None, None)


def test_the_axes_reach_around_the_error_bars_and_the_line_across() -> None:
    figure = line_figure([Series("one", ((0.0, 1.0, 1.0), (1.0, 1.2, 0.0)))], across=-4.0, upright=0.5)
    assert float(figure.y_ticks[0].text.replace("−", "-")) <= -4
    assert float(figure.y_ticks[-1].text) >= 1 + WHISKER - 1
    assert 0 < figure.series[0].marks[0].top < figure.series[0].marks[0].bottom < 100
    assert figure.upright == 50
    assert figure.across is not None


def test_the_line_of_equal_values_runs_where_both_axes_have_them() -> None:
    points = [Series("one", ((0.6, 0.6, 0.0),))]
    figure = line_figure(points, x_range=(0.5, 1.0), y_range=(0.0, 1.0), diagonal=True)
    assert figure.diagonal == ((0, 50), (100, 0))
    apart = line_figure(points, x_range=(2.0, 3.0), y_range=(0.0, 1.0), diagonal=True)
    assert apart.diagonal is None


def test_a_curve_has_a_line_and_no_marks() -> None:
    (series,) = line_figure([Series("curve", ((0.0, 0.0, 0.0), (1.0, 1.0, 0.0)), marked=False)]).series
    assert series.marks == ()
    assert series.path.startswith("M")


@pytest.mark.parametrize("point", [(math.nan, 0.0, 0.0), (0.0, math.inf, 0.0), (0.0, 0.0, math.nan)])
def test_a_point_without_a_place_is_named(point: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="point of lost"):
        line_figure([Series("lost", (point,))])
