"""Curves with their bands against what is known elsewhere: the logistic formula, the other models, drawn parameters."""

from __future__ import annotations

import numpy as np
import pytest

from calibration.calibration_result import CalibratedItem
from calibration.curves import characteristic_curve
from itembank.calibration_runs.item_curves import UncertainItem, item_curve
from itembank.publishing.parameters import Parameters

GUESSED = Parameters("3pl", 1.2, 0.3, 0.2, 0.25, "calibration", further={"guessing": 0.2})
IN_PARTS = Parameters("gpcm", 0.9, -0.2, 0.1, 0.2, "calibration", further={"thresholds": [-1.0, 0.6]})


def test_a_logistic_curve_has_the_band_of_the_formula() -> None:
    item = CalibratedItem("x", "2pl", 1.3, -0.4, 0.2, 0.3, 0.03, 100)
    expected = characteristic_curve(item, np.linspace(-4, 4, 81))
    found = item_curve(
        UncertainItem(Parameters("2pl", 1.3, -0.4, 0.2, 0.3, "calibration"), ((0.04, 0.03), (0.03, 0.09)))
    )
    np.testing.assert_allclose(found.probability, expected.probability, atol=1e-12)
    np.testing.assert_allclose(found.lower, expected.lower, atol=1e-8)
    np.testing.assert_allclose(found.upper, expected.upper, atol=1e-8)


def test_a_guessed_curve_is_that_of_the_model() -> None:
    found = item_curve(UncertainItem(GUESSED, ((0.04, 0.0), (0.0, 0.0625))))
    expected = 0.2 + 0.8 / (1 + np.exp(-1.2 * (found.ability - 0.3)))
    np.testing.assert_allclose(found.probability, expected, atol=1e-9)


@pytest.mark.parametrize("parameters", [GUESSED, IN_PARTS], ids=["3pl", "gpcm"])
def test_the_band_is_that_of_parameters_drawn_from_their_errors(parameters: Parameters) -> None:
    """The delta method against drawing: small errors, so that both agree; all three go together."""
    roots = 0.02 * np.array([[1.0, 0.0, 0.0], [-0.8, 1.2, 0.0], [0.3, 0.2, 0.4]])
    found = item_curve(UncertainItem(parameters, tuple(map(tuple, roots @ roots.T))))
    drawn = np.random.default_rng(3).normal(size=(400, 3)) @ roots.T
    shares = np.array([_drawn(parameters, *shift) for shift in drawn])
    half = (found.upper - found.lower) / 2
    np.testing.assert_allclose(half, 1.96 * shares.std(axis=0), rtol=0.15, atol=2e-4)


def _drawn(parameters: Parameters, slope: float, second: float, third: float) -> np.ndarray:
    ability = np.linspace(-4, 4, 81)
    a = parameters.discrimination + slope
    if parameters.model == "3pl":
        c = parameters.further["guessing"] + third
        return np.asarray(c + (1 - c) / (1 + np.exp(-a * (ability - parameters.difficulty - second))))
    thresholds = parameters.further["thresholds"] + np.array([second, third])
    steps = np.cumsum([0 * ability, *(a * (ability - b) for b in thresholds)], axis=0)
    weights = np.exp(steps - steps.max(axis=0))
    return np.asarray((weights / weights.sum(axis=0) * np.arange(3)[:, None]).sum(axis=0) / 2)


def test_a_bank_without_its_run_lets_discrimination_and_difficulty_go_together() -> None:
    parameters = Parameters("2pl", 1.3, -0.4, 0.2, 0.3, "calibration", further={"covariance": 0.03})
    item = UncertainItem.of_bank(parameters, None)
    assert np.allclose(item.covariances or (), ((0.04, 0.03), (0.03, 0.09)))


def test_without_standard_errors_the_band_is_everything() -> None:
    found = item_curve(UncertainItem(GUESSED, None))
    assert (found.lower.max(), found.upper.min()) == (0.0, 1.0)
