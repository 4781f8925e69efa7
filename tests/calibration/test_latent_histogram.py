"""The estimated distribution of ability against planted shapes, normal calibrations, and the likelihood summed up."""

import numpy as np
import pytest

from calibration import CalibrationError, Priors, ResponseData, calibrate
from calibration.calibration_result import CalibratedItem
from calibration.categories.curve_family import CATEGORY_MODELS
from calibration.categories.latent_histogram import calibrate_with_histogram
from tests.calibration.test_category_models import some_parameters


def answers(model: str, parameters: np.ndarray, ability: np.ndarray, seed: int) -> ResponseData:
    draws = np.random.default_rng(seed)
    probability = CATEGORY_MODELS[model].family.curves(parameters, ability).probability
    score = (draws.random((len(parameters), 1, len(ability))) > np.cumsum(probability, axis=1)).sum(axis=1).T
    person, item = np.indices(score.shape)
    names = [f"p{k}" for k in range(len(ability))], [f"i{k}" for k in range(len(parameters))]
    return ResponseData.from_indices(*names, person.ravel(), item.ravel(), score.ravel())


def peaks(persons: int, draws: np.random.Generator) -> np.ndarray:
    """Two kinds of persons, in standard units."""
    ability = np.where(draws.random(persons) < 0.7, draws.normal(-0.6, 0.35, persons), draws.normal(1.4, 0.35, persons))
    return (ability - ability.mean()) / ability.std()


def gap(items: tuple[CalibratedItem, ...], parameters: np.ndarray) -> float:
    slope = np.array([item.discrimination for item in items])
    return float(np.sqrt(np.mean((slope - parameters[:, 0]) ** 2)))


def test_two_kinds_of_persons_are_seen_and_the_items_gain_by_it() -> None:
    parameters = some_parameters("2pl", 25, 3)
    ability = peaks(1500, np.random.default_rng(1))
    data = answers("2pl", parameters, ability, 2)
    found, normal = calibrate_with_histogram(data), calibrate(data)
    assert found.status == "converged"
    assert found.normal_log_likelihood == pytest.approx(normal.log_likelihood, abs=0.01)
    assert found.log_likelihood > normal.log_likelihood + 50
    assert gap(found.items, parameters) < 0.7 * gap(normal.items, parameters)
    nodes, weights = found.abilities.nodes, found.abilities.weights
    assert weights.sum() == pytest.approx(1)
    assert weights @ nodes == pytest.approx(0, abs=1e-9)
    assert weights @ nodes**2 == pytest.approx(1)
    assert found.skewness == pytest.approx(np.mean(ability**3), abs=0.1)
    # The histogram's distribution function against that of the persons themselves; a normal one is off by 0.15.
    spacing = found.abilities.spacing
    below = np.array([np.mean(ability < edge) for edge in nodes + spacing / 2])
    assert np.abs(np.cumsum(weights) - below).max() < 0.08


def test_a_normal_population_stays_one() -> None:
    parameters = some_parameters("2pl", 20, 4)
    data = answers("2pl", parameters, np.random.default_rng(2).normal(size=1200), 3)
    found, normal = calibrate_with_histogram(data), calibrate(data)
    assert abs(found.skewness) < 0.3
    assert 0 <= found.log_likelihood - normal.log_likelihood < 8
    for item, other in zip(found.items, normal.items, strict=True):
        assert item.difficulty == pytest.approx(other.difficulty, abs=0.15)
        assert item.se_difficulty == pytest.approx(other.se_difficulty, rel=0.25)


def test_the_likelihood_is_that_of_a_sum_over_the_histogram() -> None:
    parameters = some_parameters("2pl", 6, 5)
    data = answers("2pl", parameters, peaks(200, np.random.default_rng(6)), 7)
    found = calibrate_with_histogram(data)
    nodes, weights = found.abilities.nodes, found.abilities.weights
    slope = np.array([[item.discrimination] for item in found.items])
    place = np.array([[item.difficulty] for item in found.items])
    right = 1 / (1 + np.exp(-slope * (nodes - place)))
    chances = [
        np.where(row[:, None] == 1, right, 1 - right).prod(axis=0) @ weights for row in data.score.reshape(-1, 6)
    ]
    assert found.log_likelihood == pytest.approx(np.log(chances).sum(), abs=1e-6)


@pytest.mark.parametrize("model", ["rasch", "grm", "3pl"])
def test_other_models(model: str) -> None:
    parameters = some_parameters(model, 15, 8)
    ability = 1.4 * peaks(1200, np.random.default_rng(9)) if model == "rasch" else peaks(1200, np.random.default_rng(9))
    data = answers(model, parameters, ability, 10)
    found = calibrate_with_histogram(data, model=model, priors=Priors() if model == "3pl" else None)
    assert found.status == "converged"
    assert found.log_likelihood > found.normal_log_likelihood
    # Under the Rasch model the unit is the items'.
    assert np.sqrt(found.abilities.moment(2)) == pytest.approx(1.4 if model == "rasch" else 1.0, abs=0.1)
    assert found.skewness == pytest.approx(np.mean(ability**3) / np.std(ability) ** 3, abs=0.25)


def test_it_says_when_it_did_not_arrive(monkeypatch: pytest.MonkeyPatch) -> None:
    data = answers("2pl", some_parameters("2pl", 10, 3), peaks(300, np.random.default_rng(1)), 2)
    assert calibrate_with_histogram(data, max_iterations=3).status == "not_converged"
    monkeypatch.setattr("calibration.categories.latent_histogram.MOST_ROUNDS", 1)
    assert calibrate_with_histogram(data).status == "not_converged"
    with pytest.raises(CalibrationError, match="model '5pl' is not available"):
        calibrate_with_histogram(data, model="5pl")
