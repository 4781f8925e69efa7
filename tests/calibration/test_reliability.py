"""Reliability against published values, exact factor structures, and the correlation of parallel forms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration import ResponseData
from calibration.errors import CalibrationError
from calibration.reliability import marginal_reliability, one_factor_loadings, reliability
from engine.ability.estimation import score_patterns
from engine.response_models import ItemPool
from tests.calibration.lsat7 import PATTERNS, lsat7
from tests.calibration.simulated import simulate


def of_scores(scores: np.ndarray) -> ResponseData:
    person, item = np.indices(scores.shape)
    names = [f"p{k}" for k in range(scores.shape[0])], [f"i{k}" for k in range(scores.shape[1])]
    return ResponseData.from_indices(*names, person.ravel(), item.ravel(), scores.ravel())


def test_alpha_of_lsat_section_7_is_kuder_richardson() -> None:
    found = reliability(lsat7(), adaptive=False)
    scores = lsat7().score.reshape(1000, 5)
    share = scores.mean(axis=0)
    by_hand = 5 / 4 * (1 - (share * (1 - share)).sum() / scores.sum(axis=1).var())
    assert found.alpha == pytest.approx(by_hand)
    assert found.alpha == pytest.approx(0.453, abs=5e-4)
    assert found.standard_deviation == pytest.approx(scores.sum(axis=1).std(ddof=1))
    assert found.standard_error_of_measurement == pytest.approx(found.standard_deviation * np.sqrt(1 - found.alpha))
    assert (found.n_persons, found.n_items) == (1000, PATTERNS.shape[1])
    assert found.mean == pytest.approx(scores.sum() / 1000)
    # Items that load unequally have an omega above alpha, if only by little.
    assert found.alpha < found.omega < found.alpha + 0.02


@given(st.lists(st.floats(0.15, 0.9), min_size=4, max_size=10))
@settings(max_examples=40, deadline=None)
def test_an_exact_factor_is_found(loadings: list[float]) -> None:
    correlation = np.outer(loadings, loadings)
    np.fill_diagonal(correlation, 1.0)
    assert one_factor_loadings(correlation) == pytest.approx(loadings, abs=2e-4)


def test_omega_is_the_share_of_the_factor_and_alpha_falls_short_of_it() -> None:
    draws = np.random.default_rng(1)
    loadings = np.array([0.9, 0.8, 0.4, 0.3, 0.2, 0.9])
    factor, noise = draws.normal(size=(20000, 1)), draws.normal(size=(20000, 6))
    scores = np.clip(np.round(20 + 6 * (factor * loadings + noise * np.sqrt(1 - loadings**2))), 0, 100)
    found = reliability(of_scores(scores.astype(int)), adaptive=False)
    true = loadings.sum() ** 2 / (loadings.sum() ** 2 + (1 - loadings**2).sum())
    assert found.omega == pytest.approx(true, abs=0.01)
    assert found.alpha < found.omega - 0.01


def test_reliability_is_the_correlation_of_parallel_forms() -> None:
    simulated = simulate(6000, 40, seed=3, rasch=True)
    scores = simulated.data.score.reshape(6000, 40)
    order = np.argsort(simulated.difficulty)
    first, second = scores[:, order[::2]], scores[:, order[1::2]]
    found = reliability(of_scores(first), adaptive=False)
    parallel = np.corrcoef(first.sum(axis=1), second.sum(axis=1))[0, 1]
    assert found.alpha == pytest.approx(parallel, abs=0.02)
    assert found.omega == pytest.approx(parallel, abs=0.02)


def test_where_there_is_no_factor() -> None:
    draws = np.random.default_rng(2)
    common = draws.integers(0, 2, 200)
    scores = np.stack((common, common, draws.integers(0, 2, 200), np.ones(200, dtype=int)), axis=1)
    found = reliability(of_scores(scores), adaptive=False)
    assert found.omega is None
    assert found.exhausted_item in ("i0", "i1")
    assert reliability(of_scores(scores[:, :2]), adaptive=False).omega is None
    turned = reliability(of_scores(np.stack((common, 1 - common, draws.integers(0, 2, 200)), axis=1)), adaptive=False)
    assert turned.alpha < 0
    assert turned.standard_error_of_measurement == pytest.approx(turned.standard_deviation)


def test_marginal_reliability_is_the_squared_correlation_with_ability() -> None:
    simulated = simulate(4000, 25, seed=4)
    blank = ("",) * 25
    pool = ItemPool(simulated.data.item_ids, simulated.discrimination, simulated.difficulty, blank, blank, blank)
    scores = score_patterns(pool, simulated.data.score.reshape(4000, 25))
    found = marginal_reliability(scores.standard_error)
    assert found == pytest.approx(np.var(scores.theta), abs=0.03)
    assert 0.7 < found < 0.95
    assert marginal_reliability([0.5, 0.5], standard_deviation=0.5) == pytest.approx(0)


def test_refusals() -> None:
    simulated = simulate(100, 10, answers=6, seed=1)
    with pytest.raises(CalibrationError, match="take the marginal reliability") as refusal:
        reliability(simulated.data, adaptive=True)
    assert refusal.value.code == "adaptive"
    with pytest.raises(CalibrationError, match="600 answers of 100 persons to 10 items"):
        reliability(simulated.data, adaptive=False)
    with pytest.raises(CalibrationError, match="20 persons and 4 items; 30 persons"):
        reliability(simulate(20, 4).data, adaptive=False)
    with pytest.raises(CalibrationError, match="the same number of points"):
        reliability(of_scores(np.ones((40, 4), dtype=int)), adaptive=False)
    for errors, deviation in (([], 1.0), ([0.1, 0.0], 1.0), ([0.1], 0.0), ([float("nan")], 1.0)):
        with pytest.raises(CalibrationError, match="positive numbers alone"):
            marginal_reliability(errors, standard_deviation=deviation)
