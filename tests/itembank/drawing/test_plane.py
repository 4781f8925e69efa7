"""Scales, ticks and paths, checked by arithmetic that can be done by hand."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itembank.drawing.plane import (
    Scale,
    band_path,
    line_path,
    nice_range,
    nice_step,
    nice_ticks,
    number_text,
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
