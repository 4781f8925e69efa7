"""Characteristic curves, their bands, and observed proportions."""

from collections.abc import Mapping

import numpy as np
import pytest

from calibration import CalibratedItem, CalibrationError, calibrate
from calibration.curves import characteristic_curve, observed_proportions
from engine.response_models import ItemParameters
from tests.calibration.simulated import item_name, simulate


def curves(parameters: Mapping[str, tuple[float, float]]) -> dict[str, ItemParameters]:
    return {name: ItemParameters(name, "2pl", discrimination=a, difficulty=b) for name, (a, b) in parameters.items()}


def test_the_band_covers_the_curves_that_the_covariance_allows() -> None:
    item = CalibratedItem("x", "2pl", 1.2, 0.4, 0.15, 0.1, 0.004, 500)
    abilities = np.linspace(-3, 3, 13)
    curve = characteristic_curve(item, abilities, confidence=0.9)
    assert curve.probability == pytest.approx(1 / (1 + np.exp(-1.2 * (abilities - 0.4))))
    drawn = np.random.default_rng(1).multivariate_normal([1.2, 0.4], [[0.15**2, 0.004], [0.004, 0.1**2]], 20_000)
    curves = 1 / (1 + np.exp(-drawn[:, :1] * (abilities - drawn[:, 1:])))
    share = ((curves >= curve.lower) & (curves <= curve.upper)).mean(axis=0)
    assert share == pytest.approx(np.full(13, 0.9), abs=0.02)
    assert ((curve.lower > 0) & (curve.upper < 1)).all()


def test_without_standard_errors_nothing_is_claimed() -> None:
    curve = characteristic_curve(CalibratedItem("x", "2pl", 12.0, 0.0, np.inf, np.inf, 0.0, 5), [0.0, 1.0])
    assert list(curve.lower) == [0, 0]
    assert list(curve.upper) == [1, 1]
    assert curve.probability[0] == 0.5


def test_observed_proportions_lie_on_the_true_curve() -> None:
    simulated = simulate(4000, 40, answers=25, seed=7)
    result = calibrate(simulated.data)
    observed = observed_proportions(simulated.data, curves(result.parameters))
    assert list(observed) == [item_name(k) for k in range(40)]
    z = []
    for k, item in enumerate(result.items):
        points = observed[item.item_id]
        assert len(points) == 10
        assert [p.ability for p in points] == sorted(p.ability for p in points)
        assert sum(p.n_expected for p in points) == pytest.approx(item.n_responses)
        hits = sum(p.n_expected * p.proportion for p in points)
        assert hits == pytest.approx(simulated.data.score[simulated.data.item == k].sum())
        z += [
            (p.proportion - characteristic_curve(item, [p.ability]).probability[0]) / p.standard_error
            for p in points[1:-1]
        ]
    # The points borrow from the model through the posteriors, so they scatter less than counted persons would.
    assert np.sqrt(np.mean(np.square(z))) < 1.1


def test_observed_proportions_betray_a_curve_that_does_not_fit() -> None:
    simulated = simulate(3000, 30, seed=8)
    result = calibrate(simulated.data)
    wrong = dict(result.parameters) | {"item-003": (0.2, 0.0)}
    points = observed_proportions(simulated.data, curves(wrong), items=["item-003"])["item-003"]
    curve = 1 / (1 + np.exp(-0.2 * np.array([p.ability for p in points])))
    z = (np.array([p.proportion for p in points]) - curve) / np.array([p.standard_error for p in points])
    assert np.abs(z).max() > 4


def test_few_answers_make_few_bins() -> None:
    simulated = simulate(4, 3, seed=2)
    parameters = {item_name(k): (1.0, 0.0) for k in range(3)}
    points = observed_proportions(simulated.data, curves(parameters), items=["item-000"], bins=20)["item-000"]
    assert 1 <= len(points) <= 4
    assert min(p.n_expected for p in points) >= 1


def test_items_without_parameters_are_left_out_or_refused_by_name() -> None:
    data = simulate(30, 3).data
    parameters = curves({"item-001": (1.0, 0.0)})
    assert list(observed_proportions(data, parameters)) == ["item-001"]
    assert observed_proportions(data, {}) == {}
    with pytest.raises(CalibrationError, match="item 'item-002' has no answers or no parameters"):
        observed_proportions(data, parameters, items=["item-002"])
