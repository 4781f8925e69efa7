"""Points of items that behave as their curves say lie on the curves, whoever sat the exam and whatever steered it."""

from __future__ import annotations

import numpy as np
import pytest

from calibration.curves import observed_proportions
from calibration.responses import ResponseData
from engine.response_models import ItemParameters, ItemPool
from itembank.calibration_runs.observed_points import population_on_bank_scale

EASY, HARD, FIRST = range(5), range(5, 10), range(10, 16)


def pool() -> list[ItemParameters]:
    places = np.concatenate([np.linspace(-2, -0.5, 5), np.linspace(0.5, 2, 5), np.linspace(-1, 1, 6)])
    items = [
        ItemParameters(f"i{k}", "2pl", discrimination=0.9 + 0.05 * k, difficulty=float(b)) for k, b in enumerate(places)
    ]
    items[12] = ItemParameters("i12", "3pl", discrimination=1.2, difficulty=-0.2, guessing=0.2)
    items[13] = ItemParameters("i13", "gpcm", discrimination=0.9, difficulty=float("nan"), thresholds=(-0.6, 0.8))
    return items


def two_stages(items: list[ItemParameters], mean: float, deviation: float, persons: int) -> ResponseData:
    """The first items for everybody; then the hard ones for those with many points, the easy ones for the others."""
    generator = np.random.default_rng(5)
    ability = generator.normal(mean, deviation, persons)
    shares = np.exp(ItemPool.from_items(items).log_probabilities(ability))
    scores = (generator.random((len(items), 1, persons)) > np.cumsum(shares, axis=1)).sum(axis=1).T
    able = scores[:, list(FIRST)].sum(axis=1) >= 5
    asked = np.array([[*FIRST, *(HARD if one else EASY)] for one in able])
    person = np.repeat(np.arange(persons), asked.shape[1])
    names = [f"p{k}" for k in range(persons)], [item.item_id for item in items]
    return ResponseData.from_indices(
        *names, person.astype(np.int32), asked.ravel().astype(np.int32), scores[person, asked.ravel()].astype(np.int8)
    )


@pytest.mark.parametrize("mean", [1.0, -1.0])
def test_points_of_true_items_lie_on_their_curves(mean: float) -> None:
    items = pool()
    data = two_stages(items, mean, 0.8, persons=6000)
    curves = {item.item_id: item for item in items}
    found_mean, found_sd = population_on_bank_scale(data, curves)
    assert (found_mean, found_sd) == (pytest.approx(mean, abs=0.05), pytest.approx(0.8, abs=0.05))

    def gaps(latent_mean: float, latent_sd: float) -> dict[str, float]:
        observed = observed_proportions(data, curves, latent_mean=latent_mean, latent_sd=latent_sd)
        places = np.linspace(-6, 6, 1201)
        shares = ItemPool.from_items(items).expected_scores(places)
        return {
            item.item_id: float(
                np.average(
                    [
                        point.proportion - np.interp(point.ability, places, shares[k]) / max(1, len(item.thresholds))
                        for point in observed[item.item_id]
                    ],
                    weights=[point.n_expected for point in observed[item.item_id]],
                )
            )
            for k, item in enumerate(items)
        }

    on_the_curve = gaps(found_mean, found_sd)
    # Those that everybody answered, among them one to guess and one in parts.
    assert max(abs(on_the_curve[items[k].item_id]) for k in FIRST) < 0.015
    assert abs(np.mean(list(on_the_curve.values()))) < 0.005
    # Under the population of before they all lie to one side.
    assert np.mean(list(gaps(0.0, 1.0).values())) * mean > 0.01
