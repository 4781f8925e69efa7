"""Displacement of fixed items: what was moved is found, what was not stays within its standard error."""

import numpy as np
import pytest

from calibration.calibration_result import CalibratedItem
from calibration.displacement import displacements
from calibration.marginal_likelihood import calibrate
from tests.calibration.simulated import item_name, simulate


def test_an_item_that_grew_harder_stands_out_and_a_refit_agrees() -> None:
    simulated = simulate(2000, 20, seed=61, ability_mean=0.4)
    bank = {
        item_name(k): CalibratedItem(item_name(k), "2pl", float(a), float(b), 0.0, 0.0, 0.0, 0)
        for k, (a, b) in enumerate(zip(simulated.discrimination, simulated.difficulty, strict=True))
    }
    moved = item_name(3)
    old = bank[moved]
    bank[moved] = CalibratedItem(moved, "2pl", old.discrimination, old.difficulty - 0.5, 0.0, 0.0, 0.0, 0)
    result = calibrate(simulated.data, fixed=bank)
    found = displacements(simulated.data, result.items, mean=result.latent_mean, standard_deviation=result.latent_sd)
    by_item = {one.item_id: one for one in found}
    assert set(by_item) == set(bank)
    alone = calibrate(simulated.data, fixed={name: item for name, item in bank.items() if name != moved})
    refitted = next(item.difficulty for item in alone.items if item.item_id == moved)
    assert by_item[moved].displacement == pytest.approx(refitted - bank[moved].difficulty, abs=0.1)
    assert by_item[moved].displacement == pytest.approx(0.5, abs=0.15)
    others = np.array([one.displacement / one.standard_error for one in found if one.item_id != moved])
    assert np.sqrt(np.mean(others**2)) < 1.6
    assert by_item[moved].displacement / by_item[moved].standard_error > 5


def test_thresholds_move_together_and_items_that_are_estimated_are_not_told() -> None:
    simulated = simulate(400, 6, seed=62)
    known = CalibratedItem(item_name(0), "gpcm", 1.0, 0.5, 0.0, 0.0, 0.0, 0, thresholds=(0.5,), se_thresholds=(0.1,))
    result = calibrate(simulated.data, model="gpcm", fixed={item_name(0): known})
    (found,) = displacements(simulated.data, result.items, mean=result.latent_mean, standard_deviation=1.0)
    assert found.item_id == item_name(0)
    assert found.standard_error > 0
