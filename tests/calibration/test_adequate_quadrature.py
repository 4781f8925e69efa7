"""A quadrature that is too coarse for the information at hand is refined, or said not to have converged."""

import numpy as np
import pytest

from calibration import calibrate
from calibration.quadrature import DEFAULT_GRID, AbilityGrid, adequate_grid, is_adequate
from tests.calibration.simulated import Simulated, simulate

PERSONS, ITEMS = 150, 220


@pytest.fixture(scope="module")
def long_test() -> Simulated:
    return simulate(PERSONS, ITEMS, seed=3)


def test_the_finest_grid_may_still_be_too_coarse() -> None:
    assert is_adequate(DEFAULT_GRID, information=30)
    assert not is_adequate(DEFAULT_GRID, information=200)
    assert not is_adequate(DEFAULT_GRID, information=1, mean=2)
    fine = adequate_grid(DEFAULT_GRID, information=200)
    assert is_adequate(fine, information=200)
    assert not is_adequate(adequate_grid(fine, information=1e6), information=1e6)


@pytest.mark.parametrize("models", [None, {"item-000": "gpcm"}], ids=["quick", "mixed"])
def test_a_grid_that_is_too_coarse_is_refined_to_the_same_answer_as_a_much_finer_one(
    long_test: Simulated, models: dict[str, str] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = AbilityGrid.between(-6, 6, count=25)
    path = "marginal_likelihood" if models is None else "categories.bank_calibration"
    monkeypatch.setattr(f"calibration.{path}.DEFAULT_GRID", start)
    refined = calibrate(long_test.data, models=models)
    assert refined.converged
    assert refined.n_nodes > 61
    monkeypatch.setattr(f"calibration.{path}.DEFAULT_GRID", AbilityGrid.between(-6, 6, count=201))
    finer = calibrate(long_test.data, models=models)
    assert refined.log_likelihood == pytest.approx(finer.log_likelihood, rel=1e-8)
    for one, other in zip(refined.items, finer.items, strict=True):
        assert one.discrimination == pytest.approx(other.discrimination, abs=2e-4)
        assert one.difficulty == pytest.approx(other.difficulty, abs=2e-4)
        assert one.se_discrimination == pytest.approx(other.se_discrimination, rel=2e-3)


@pytest.mark.parametrize("models", [None, {"item-000": "gpcm"}], ids=["quick", "mixed"])
def test_where_no_grid_is_fine_enough_nothing_is_called_converged(
    long_test: Simulated, models: dict[str, str] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("calibration.quadrature.MOST_NODES", len(DEFAULT_GRID.nodes))
    result = calibrate(long_test.data, models=models)
    assert result.status == "not_converged"
    assert np.isfinite(result.log_likelihood)
