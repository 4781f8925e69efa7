"""Linking against known changes of scale, the invariance of curves, and worked numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.calibration_result import CalibratedItem
from calibration.curves import characteristic_curve
from calibration.errors import CalibrationError
from calibration.linking import Link, link_to_anchors, link_to_expectation, link_to_population

NEW = {"i1": (0.8, -1.2), "i2": (1.1, 0.3), "i3": (1.6, 0.9), "i4": (0.9, 1.7)}


def on_scale(slope: float, intercept: float) -> dict[str, tuple[float, float]]:
    return {name: (a / slope, slope * b + intercept) for name, (a, b) in NEW.items()}


def item(**changes: object) -> CalibratedItem:
    values: dict[str, object] = {
        "item_id": "i", "model": "2pl", "discrimination": 1.3, "difficulty": 0.4, "se_discrimination": 0.2,
        "se_difficulty": 0.15, "covariance": -0.01, "n_responses": 100,
    }  # fmt: skip
    return CalibratedItem(**(values | changes))  # type: ignore[arg-type]


@given(
    slope=st.floats(0.4, 2.5),
    intercept=st.floats(-2, 2),
    method=st.sampled_from(["mean_mean", "mean_sigma"]),
    weights=st.lists(st.floats(0.1, 10), min_size=4, max_size=4),
)
def test_a_known_change_of_scale_is_recovered_whatever_the_weights(
    slope: float, intercept: float, method: str, weights: list[float]
) -> None:
    link = link_to_anchors(on_scale(slope, intercept), NEW, method=method, weights=dict(zip(NEW, weights, strict=True)))
    assert link.slope == pytest.approx(slope, rel=1e-9)
    assert link.intercept == pytest.approx(intercept, abs=1e-8)
    assert link.anchor_items == tuple(NEW)


def test_the_methods_by_hand() -> None:
    target = {"i1": (1.0, -1.0), "i2": (1.0, 1.0), "elsewhere": (1.0, 0.0)}
    new = {"i1": (1.0, -0.5), "i2": (2.0, 0.5), "unknown": (1.0, 3.0)}
    by_means = link_to_anchors(target, new, method="mean_mean")
    assert (by_means.slope, by_means.intercept) == (pytest.approx(1.5), pytest.approx(0.0))
    by_sigma = link_to_anchors(target, new, method="mean_sigma")
    assert (by_sigma.slope, by_sigma.intercept) == (pytest.approx(2.0), pytest.approx(0.0))
    shifted = link_to_anchors({"i1": (1.0, 0.0)}, new, method="shift")
    assert (shifted.slope, shifted.intercept) == (1.0, pytest.approx(0.5))


def test_weights_let_the_surer_anchor_decide() -> None:
    target, new = {"i1": (1.0, 1.0), "i2": (1.0, 0.0)}, {"i1": (1.0, 0.0), "i2": (1.0, 0.0)}
    link = link_to_anchors(target, new, weights={"i1": 3.0, "i2": 1.0})
    assert link.intercept == pytest.approx(0.75)


def test_a_curve_and_its_band_do_not_change_with_the_scale() -> None:
    link = Link("mean_mean", 1.4, -0.3)
    theta = np.linspace(-3, 3, 13)
    before = characteristic_curve(item(), theta)
    after = characteristic_curve(link.transform(item()), 1.4 * theta - 0.3)
    np.testing.assert_allclose(after.probability, before.probability, atol=1e-12)
    np.testing.assert_allclose(after.lower, before.lower, atol=1e-12)
    np.testing.assert_allclose(after.upper, before.upper, atol=1e-12)


def test_the_population_scale_makes_abilities_standard() -> None:
    link = link_to_population(0.5, 2.0)
    assert link.slope * 0.5 + link.intercept == pytest.approx(0.0)
    assert link.slope * 2.5 + link.intercept == pytest.approx(1.0)
    moved = link.transform(item(model="rasch", discrimination=1.0, difficulty=2.5))
    assert (moved.model, moved.discrimination, moved.difficulty) == ("1pl", pytest.approx(2.0), pytest.approx(1.0))


def test_the_expected_scale_keeps_the_mean_difficulty_and_the_unit_of_the_population() -> None:
    population = link_to_population(0.5, 2.0)
    expected = {"i1": (1.0, 1.0), "i2": (1.0, -1.0), "elsewhere": (1.0, 9.0)}
    new = {"i1": (1.0, 4.5), "i2": (1.0, -3.5), "i3": (1.0, 7.0)}
    link = link_to_expectation(population, expected, new)
    assert (link.method, link.slope, link.anchor_items) == ("expectation", 0.5, ("i1", "i2"))
    assert np.mean([link.slope * new[name][1] + link.intercept for name in ("i1", "i2")]) == pytest.approx(0.0)
    weighted = link_to_expectation(population, expected, new, weights={"i1": 3.0, "i2": 1.0})
    assert weighted.slope * (3 * 4.5 - 3.5) / 4 + weighted.intercept == pytest.approx((3 - 1) / 4)


def test_a_rasch_item_that_is_only_shifted_stays_one() -> None:
    moved = Link("shift", 1.0, 0.25).transform(item(model="rasch", discrimination=1.0))
    assert (moved.model, moved.discrimination, moved.difficulty) == ("rasch", 1.0, pytest.approx(0.65))


def test_an_unknown_error_stays_unknown() -> None:
    assert math.isinf(Link("shift", 2.0, 0.0).transform(item(se_difficulty=math.inf)).se_difficulty)


@pytest.mark.parametrize(
    ("target", "method", "code"),
    [
        ({"other": (1.0, 0.0)}, "mean_mean", "no_anchors"),
        ({"i1": (1.0, 0.0)}, "mean_sigma", "bad_anchors"),
        ({"i1": (1.0, 0.0)}, "stocking_lord", "bad_option"),
    ],
)
def test_what_cannot_be_linked_is_refused(target: dict[str, tuple[float, float]], method: str, code: str) -> None:
    with pytest.raises(CalibrationError) as refusal:
        link_to_anchors(target, NEW, method=method)
    assert refusal.value.code == code
