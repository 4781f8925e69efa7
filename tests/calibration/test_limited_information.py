"""M₂ against enumeration of all patterns, the LSAT 7 data, its distribution under the model, and planted misfit."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import ncx2

from calibration import ResponseData, calibrate
from calibration.errors import CalibrationError
from calibration.limited_information import _Shares, overall_fit
from calibration.quadrature import DEFAULT_GRID
from tests.calibration.lsat7 import lsat7
from tests.calibration.simulated import simulate
from tests.calibration.test_category_models import answers, some_parameters
from tests.calibration.test_item_fit import true_items


def test_lsat_7() -> None:
    result = calibrate(lsat7(), tolerance=1e-7)
    found = overall_fit(lsat7(), result.items)
    # The value that the tests of R's mirt hold it to.
    assert found.statistic == pytest.approx(11.93841, abs=2e-4)
    assert found.degrees_of_freedom == 5
    assert found.p_value == pytest.approx(0.0356, abs=1e-4)
    assert found.residual == pytest.approx(0.03196, abs=1e-4)
    for end, tail in zip(found.rmsea_interval, (0.95, 0.05), strict=True):
        assert ncx2.cdf(found.statistic, 5, end**2 * 5 * 1000) == pytest.approx(tail, abs=1e-6)


def test_expectations_and_covariances_equal_enumeration() -> None:
    nodes = DEFAULT_GRID.nodes
    weights = np.exp(DEFAULT_GRID.log_weights(0.2, 0.9))
    draws = np.random.default_rng(1)
    curves = 1 / (1 + np.exp(-np.exp(draws.normal(0, 0.3, (5, 1))) * (nodes - draws.normal(0, 1, (5, 1)))))
    shares = _Shares(curves, weights)
    patterns = np.array(list(itertools.product((0, 1), repeat=5)))
    chance = np.array([np.where(row[:, None], curves, 1 - curves).prod(axis=0) @ weights for row in patterns])
    pairs = list(itertools.combinations(range(5), 2))
    moments = np.concatenate((patterns, np.stack([patterns[:, i] * patterns[:, j] for i, j in pairs], axis=1)), axis=1)
    assert shares.expected == pytest.approx(chance @ moments)
    centred = moments - chance @ moments
    assert shares.covariance() == pytest.approx((centred * chance[:, None]).T @ centred, abs=1e-12)


@pytest.mark.parametrize("model", ["rasch", "2pl", "3pl"])
def test_derivatives_equal_finite_differences(model: str) -> None:
    simulated = simulate(10, 4, seed=1)
    items = [
        replace(item, model=model, guessing=0.2 if model == "3pl" else 0.0, discrimination=1.0)
        for item in true_items(simulated, 4)
    ]
    nodes, step = DEFAULT_GRID.nodes, 1e-6

    def expected(parameters: np.ndarray) -> np.ndarray:
        *rows, deviation = parameters
        table = np.reshape(rows, (4, 3))
        guessing = 1 / (1 + np.exp(-table[:, 2:])) if model == "3pl" else 0.0
        curve = guessing + (1 - guessing) / (1 + np.exp(-(table[:, :1] + table[:, 1:2] * nodes)))
        return _Shares(curve, np.exp(DEFAULT_GRID.log_weights(0.0, deviation))).expected

    start = np.array([entry for item in items for entry in (-item.difficulty, 1.0, np.log(0.25))] + [1.1])
    used = {"rasch": (0,), "2pl": (0, 1), "3pl": (0, 1, 2)}[model]
    columns = [3 * item + entry for item in range(4) for entry in used] + ([12] if model == "rasch" else [])
    by_difference = []
    for column in columns:
        shift = np.zeros(13)
        shift[column] = step
        by_difference.append((expected(start + shift) - expected(start - shift)) / (2 * step))
    intercept = start[:12].reshape(4, 3)[:, :1]
    guessing = 0.2 if model == "3pl" else 0.0
    curves = guessing + (1 - guessing) / (1 + np.exp(-(intercept + nodes)))
    found = _Shares(curves, np.exp(DEFAULT_GRID.log_weights(0.0, 1.1))).derivatives(items, nodes, 0.0, 1.1)
    assert found == pytest.approx(np.stack(by_difference, axis=1), abs=1e-6)


def test_items_with_known_parameters_cost_no_degree_of_freedom() -> None:
    simulated = simulate(400, 6, seed=2)
    items = [replace(item, flag="fixed") for item in true_items(simulated, 6)]
    found = overall_fit(simulated.data, items)
    assert found.degrees_of_freedom == 21
    assert found.p_value > 1e-3


@pytest.mark.parametrize("model", ["2pl", "rasch"])
def test_a_true_model_is_seldom_rejected(model: str) -> None:
    p_values, statistics = [], []
    for seed in range(60):
        data = simulate(800, 8, seed=100 + seed, rasch=model == "rasch").data
        result = calibrate(data, model=model)
        found = overall_fit(data, result.items, standard_deviation=result.latent_sd)
        p_values.append(found.p_value)
        statistics.append(found.statistic / found.degrees_of_freedom)
    assert np.mean(statistics) == pytest.approx(1, abs=0.12)
    assert np.mean(np.array(p_values) < 0.05) < 0.15
    assert found.rmsea_interval[0] <= found.rmsea <= found.rmsea_interval[1]


def test_a_second_ability_is_noticed() -> None:
    draws = np.random.default_rng(3)
    ability = draws.multivariate_normal([0, 0], [[1, 0.4], [0.4, 1]], 1500)
    chance = 1 / (1 + np.exp(-1.5 * (ability[:, [0] * 6 + [1] * 6] - draws.normal(0, 0.7, 12))))
    score = (draws.random(chance.shape) < chance).astype(int)
    person, item = np.indices(score.shape)
    names = [f"p{k}" for k in range(1500)], [f"i{k}" for k in range(12)]
    data = ResponseData.from_indices(*names, person.ravel(), item.ravel(), score.ravel())
    found = overall_fit(data, calibrate(data).items)
    assert found.p_value < 1e-10
    assert found.rmsea > 0.05
    assert found.residual > 0.05


def test_refusals() -> None:
    sparse = simulate(100, 10, answers=6, seed=1)
    with pytest.raises(CalibrationError, match="take item fit and local dependence for sparse data"):
        overall_fit(sparse.data, true_items(sparse, 10))
    long = simulate(5, 81, seed=1)
    with pytest.raises(CalibrationError, match="81 items; M₂ takes at most 80"):
        overall_fit(long.data, true_items(long, 81))
    short = simulate(200, 3, seed=1)
    with pytest.raises(CalibrationError, match="6 shares and 6 parameters leave no degree of freedom"):
        overall_fit(short.data, true_items(short, 3))
    graded = answers("grm", some_parameters("grm", 6, 5, scores=2), 100, 6)
    items = calibrate(graded, model="grm").items
    with pytest.raises(CalibrationError, match="item 'i0': model grm"):
        overall_fit(graded, items)
    simulated = simulate(200, 8, seed=1)
    flat = [replace(item, model="3pl", discrimination=1e-9, guessing=0.2) for item in true_items(simulated, 8)]
    with pytest.raises(CalibrationError, match="do not determine the parameters"):
        overall_fit(simulated.data, flat)


def test_items_that_everybody_got_right_are_left_out_and_named() -> None:
    simulated = simulate(300, 7, seed=11)
    items = true_items(simulated, 7)
    table = simulated.data.score.reshape(300, 7).copy()
    table[:, 2], table[:, 5] = 1, 0
    persons, places = (axis.ravel().astype(np.int32) for axis in np.indices(table.shape))
    names = simulated.data.person_ids, simulated.data.item_ids
    found = overall_fit(ResponseData.from_indices(*names, persons, places, table.ravel()), items)
    assert found.left_out == (names[1][2], names[1][5])
    rest = simulated.data.select(~np.isin(simulated.data.item, (2, 5)))
    assert found == replace(overall_fit(rest, items), left_out=found.left_out)
    assert np.isfinite(found.residual)
    table[:] = 1
    with pytest.raises(CalibrationError, match="no item is left"):
        overall_fit(ResponseData.from_indices(*names, persons, places, table.ravel()), items)
