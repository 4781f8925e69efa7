"""Item fit against enumeration, uniform p-values of a true model, and planted misfit."""

import itertools

import numpy as np
import pytest
from scipy.stats import kstest

from calibration import ResponseData, calibrate
from calibration.calibration_result import CalibratedItem
from calibration.errors import CalibrationError
from calibration.item_fit import residual_fit, summed_score_fit
from calibration.score_distribution import score_distribution
from tests.calibration.simulated import simulate
from tests.calibration.test_category_models import answers, some_parameters


def test_sums_equal_enumeration() -> None:
    draws = np.random.default_rng(1)
    items = [draws.dirichlet(np.ones(scores), size=3).T for scores in (2, 3, 2, 4)]
    found = score_distribution(items)
    by_hand = np.zeros((8, 3))
    for scores in itertools.product(range(2), range(3), range(2), range(4)):
        by_hand[sum(scores)] += np.prod([item[score] for item, score in zip(items, scores, strict=True)], axis=0)
    assert found == pytest.approx(by_hand)
    assert found.sum(axis=0) == pytest.approx(1)


def true_items(simulated: object, count: int) -> list[CalibratedItem]:
    a, b = simulated.discrimination, simulated.difficulty  # type: ignore[attr-defined]
    return [
        CalibratedItem(f"item-{place:03d}", "2pl", float(a[place]), float(b[place]), 0.1, 0.1, 0.0, 100)
        for place in range(count)
    ]


def test_p_values_of_a_fitted_true_model_are_uniform() -> None:
    p_values = []
    for seed in range(6):
        simulated = simulate(1200, 15, seed=seed)
        result = calibrate(simulated.data)
        fits = summed_score_fit(simulated.data, result.items)
        assert all(fit.degrees_of_freedom > 5 for fit in fits)
        p_values += [fit.p_value for fit in fits]
    assert kstest(p_values, "uniform").pvalue > 0.005
    assert np.mean(np.array(p_values) < 0.05) < 0.12


def test_polytomous_items_that_fit_are_not_accused() -> None:
    data = answers("grm", some_parameters("grm", 10, 5), 1500, 6)
    fits = summed_score_fit(data, calibrate(data, model="grm").items)
    assert np.mean([fit.p_value < 0.01 for fit in fits]) <= 0.2
    residuals = residual_fit(data, calibrate(data, model="grm").items)
    assert all(abs(fit.infit - 1) < 0.15 for fit in residuals)


def with_a_bad_item(adaptive: bool) -> ResponseData:
    """Item 0 is answered rightly with the same probability by everybody."""
    simulated = simulate(2000, 20, answers=12 if adaptive else None, seed=9).data
    draws = np.random.default_rng(3)
    score = simulated.score.copy()
    rows = simulated.item == 0
    score[rows] = draws.random(int(rows.sum())) < 0.5
    return ResponseData.from_indices(simulated.person_ids, simulated.item_ids, simulated.person, simulated.item, score)


def test_an_item_that_measures_nothing_is_found() -> None:
    data = with_a_bad_item(adaptive=False)
    # Under the Rasch model it must be as steep as the others, which it is not.
    result = calibrate(data, model="rasch")
    fits = {fit.item_id: fit for fit in summed_score_fit(data, result.items, standard_deviation=result.latent_sd)}
    assert min(fits.values(), key=lambda fit: fit.p_value).item_id == "item-000"
    assert fits["item-000"].p_value < 1e-6
    assert fits["item-000"].rmsea == max(fit.rmsea for fit in fits.values())


def test_residuals_find_it_in_sparse_data_too() -> None:
    data = with_a_bad_item(adaptive=True)
    result = calibrate(data, model="rasch")
    fits = {fit.item_id: fit for fit in residual_fit(data, result.items, standard_deviation=result.latent_sd)}
    worst = max(fits.values(), key=lambda fit: abs(fit.worst_z))
    assert worst.item_id == "item-000"
    assert abs(worst.worst_z) > 6
    assert fits["item-000"].infit > 1.1
    assert fits["item-000"].n == int((data.item == 0).sum())


def test_residuals_of_a_true_model_are_as_large_as_they_should_be() -> None:
    simulated = simulate(3000, 20, answers=15, seed=11)
    fits = residual_fit(simulated.data, true_items(simulated, 20))
    assert np.mean([fit.infit for fit in fits]) == pytest.approx(1, abs=0.02)
    assert np.mean([fit.outfit for fit in fits]) == pytest.approx(1, abs=0.05)
    # The largest of ten standard normal numbers, for twenty items.
    assert np.mean([abs(fit.worst_z) for fit in fits]) == pytest.approx(1.9, abs=0.5)


def test_refusals() -> None:
    simulated = simulate(50, 6, answers=4, seed=2)
    items = true_items(simulated, 6)
    with pytest.raises(CalibrationError, match="take binned residuals for adaptive data"):
        summed_score_fit(simulated.data, items)
    with pytest.raises(CalibrationError, match=r"item 'item-005' has answers but no parameters"):
        residual_fit(simulated.data, items[:5])
    graded = answers("grm", some_parameters("grm", 6, 5), 60, 6)
    wrong = [CalibratedItem(name, "2pl", 1.0, 0.0, 0.1, 0.1, 0.0, 9) for name in graded.item_ids]
    with pytest.raises(CalibrationError, match=r"score 3, but its parameters know scores up to 1"):
        residual_fit(graded, wrong)
