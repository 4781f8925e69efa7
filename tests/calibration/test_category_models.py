"""Calibration of 3PL, GRM, GPCM and mixtures against brute force, finite differences and known truth."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from calibration import CalibratedItem, CalibrationError, CalibrationResult, Priors, ResponseData, calibrate
from calibration.categories.bank_estimates import BankEstimates
from calibration.categories.bank_priors import BankPriors
from calibration.categories.bank_problem import BankProblem
from calibration.categories.curve_family import CATEGORY_MODELS, CurveGroup
from calibration.categories.score_blocks import score_blocks
from calibration.chunks import PersonsHere
from calibration.quadrature import DEFAULT_GRID
from engine.response_models import ItemParameters, ItemPool
from tests.calibration.lsat7 import lsat7
from tests.calibration.simulated import simulate

SCORES = {"rasch": 2, "2pl": 2, "3pl": 2, "grm": 4, "gpcm": 4}


def some_parameters(model: str, items: int, seed: int, *, scores: int | None = None) -> np.ndarray:
    """Slope, intercepts and logit of guessing of random items."""
    draws = np.random.default_rng(seed)
    steps = (scores or SCORES[model]) - 1
    slope = np.ones(items) if model == "rasch" else np.exp(draws.normal(0.1, 0.3, items))
    thresholds = np.sort(draws.normal(0, 1, (items, steps)), axis=1) + 0.3 * np.arange(steps)
    columns = [slope[:, None], -slope[:, None] * thresholds]
    if model == "3pl":
        columns.append(draws.normal(-1.4, 0.3, (items, 1)))
    return np.concatenate(columns, axis=1)


def answers(model: str, parameters: np.ndarray, persons: int, seed: int, *, share: float = 1.0) -> ResponseData:
    """Answers of persons from N(0, 1), each pair there with a probability."""
    draws = np.random.default_rng(seed)
    ability = draws.normal(size=persons)
    probability = CATEGORY_MODELS[model].family.curves(parameters, ability).probability
    score = (draws.random((len(parameters), 1, persons)) > np.cumsum(probability, axis=1)).sum(axis=1).T
    person, item = np.nonzero(draws.random(score.shape) < share)
    names = [f"p{k}" for k in range(persons)], [f"i{k}" for k in range(len(parameters))]
    data = ResponseData.from_indices(*names, person, item, score[person, item].astype(np.int8))
    return data.select(np.ones(data.n_responses, dtype=bool))  # persons without an answer are not listed


@pytest.mark.parametrize("model", CATEGORY_MODELS)
def test_derivatives_equal_finite_differences(model: str) -> None:
    family, parameters, nodes = CATEGORY_MODELS[model].family, some_parameters(model, 3, 4), np.linspace(-3, 3, 7)
    curves = family.curves(parameters, nodes)
    assert curves.probability.sum(axis=1) == pytest.approx(1)
    step = 1e-5
    for entry in range(parameters.shape[1]):
        shift = np.zeros_like(parameters)
        shift[:, entry] = step
        above, below = family.curves(parameters + shift, nodes), family.curves(parameters - shift, nodes)
        assert curves.first[:, :, entry] == pytest.approx(
            (above.probability - below.probability) / (2 * step), abs=1e-8
        )
        assert curves.second[:, :, entry] == pytest.approx((above.first - below.first) / (2 * step), abs=1e-7)


@pytest.mark.parametrize("model", ["2pl", "3pl", "grm", "gpcm"])
def test_curves_are_those_of_the_engine(model: str) -> None:
    parameters, nodes = some_parameters(model, 3, 9), np.linspace(-5, 5, 11)
    family = CATEGORY_MODELS[model].family
    items = []
    for place, row in enumerate(parameters):
        thresholds = tuple((-row[1 : SCORES[model]] / row[0]).tolist())
        if model in ("grm", "gpcm"):
            items.append(ItemParameters(f"i{place}", model, row[0], thresholds=thresholds))
        else:
            guessing = 1 / (1 + np.exp(-row[2])) if model == "3pl" else 0.0
            items.append(ItemParameters(f"i{place}", model, row[0], thresholds[0], guessing=guessing))
    pool = ItemPool.from_items(items)
    curves = family.curves(parameters, nodes)
    assert curves.log_probability == pytest.approx(pool.log_probabilities(nodes), abs=1e-9)
    assert curves.ability_information(parameters[:, 0]) == pytest.approx(pool.information(nodes), abs=1e-9)


def problem_of(model: str, data: ResponseData, parameters: np.ndarray, priors: Priors | None) -> BankProblem:
    items, width = parameters.shape
    scores = width - CATEGORY_MODELS[model].family.extras
    group = CurveGroup(CATEGORY_MODELS[model].family, np.arange(items), scores)
    free = np.ones((items, width), dtype=bool)
    everyone = np.ones(items, dtype=bool)
    return BankProblem(
        persons=PersonsHere([score_blocks(data, highest=scores - 1)]),
        grid=DEFAULT_GRID,
        layout=BankEstimates([group], parameters),
        free_parameters=free,
        free_mean=True,
        free_deviation=True,
        priors=None if priors is None else BankPriors(priors, np.linspace(-1, 1, items), everyone, everyone),
    )


@pytest.mark.parametrize("share", [1.0, 0.6, 0.15])
@pytest.mark.parametrize("model", ["3pl", "grm", "gpcm"])
def test_gradient_and_information_equal_finite_differences(model: str, share: float) -> None:
    parameters = some_parameters(model, 12 if share < 0.2 else 4, 2)
    data = answers(model, parameters, 300, 3, share=share)
    problem = problem_of(model, data, parameters, Priors())
    here = problem.layout
    counts = problem.expect(here)

    def objective(vector: np.ndarray) -> float:
        there = problem.from_vector(vector)
        return problem.expect(there).log_likelihood + problem.log_prior(there)

    def gradient(vector: np.ndarray) -> np.ndarray:
        there = problem.from_vector(vector)
        return problem.gradient(there, problem.expect(there))

    step, origin = 1e-5, here.vector
    shifts = step * np.eye(len(origin))
    slopes = [(objective(origin + shift) - objective(origin - shift)) / (2 * step) for shift in shifts]
    assert problem.gradient(here, counts) == pytest.approx(np.array(slopes), abs=2e-4)
    bends = np.array([(gradient(origin + shift) - gradient(origin - shift)) / (2 * step) for shift in shifts])
    information = problem.information(here, counts)
    # The expansion of the score functions ends where its terms no longer matter.
    assert np.abs(information + bends).max() < 2e-3 * np.abs(bends).max()


@pytest.mark.parametrize("model", ["rasch", "2pl"])
@pytest.mark.parametrize("priors", [None, Priors()])
def test_both_ways_to_fit_right_and_wrong_agree(model: str, priors: Priors | None) -> None:
    data = simulate(400, 12, answers=9, seed=5).data
    quick = calibrate(data, model=model, priors=priors)
    other = {"rasch": "2pl", "2pl": "gpcm"}[model]
    # One item under a model of another name takes all of them the general way.
    general = calibrate(data, model=model, models={data.item_ids[0]: other}, priors=priors)
    if model == "2pl":
        assert general.log_likelihood == pytest.approx(quick.log_likelihood, abs=1e-6)
        for left, right in zip(quick.items, general.items, strict=True):
            assert right.discrimination == pytest.approx(left.discrimination, abs=2e-4)
            assert right.difficulty == pytest.approx(left.difficulty, abs=2e-4)
            assert right.se_discrimination == pytest.approx(left.se_discrimination, rel=2e-3)
            assert right.se_difficulty == pytest.approx(left.se_difficulty, rel=2e-3)
            assert right.covariance == pytest.approx(left.covariance, rel=1e-2, abs=1e-5)
    assert general.model == "mixed"
    assert general.converged


def test_lsat7_under_the_graded_model() -> None:
    graded, quick = calibrate(lsat7(), model="grm"), calibrate(lsat7())
    assert graded.log_likelihood == pytest.approx(quick.log_likelihood, abs=1e-7)
    assert [item.thresholds for item in graded.items] == [
        pytest.approx((item.difficulty,), abs=1e-4) for item in quick.items
    ]


@pytest.mark.parametrize("model", ["3pl", "grm", "gpcm"])
def test_the_maximum_is_that_of_a_general_optimiser(model: str) -> None:
    parameters = some_parameters(model, 4, 11, scores=None if model == "3pl" else 3)
    data = answers(model, parameters, 400, 12)
    priors = Priors(learn_difficulty=False)
    result = calibrate(data, model=model, priors=priors)
    problem = problem_of(model, data, parameters, priors)
    problem = replace(
        problem,
        layout=BankEstimates(problem.layout.groups, parameters),
        priors=BankPriors(priors, np.zeros(4), np.ones(4, dtype=bool), np.ones(4, dtype=bool)),
    )

    def loss(entries: np.ndarray) -> float:
        there = problem.from_vector(np.concatenate((entries, (0.0, 1.0))))
        return -(problem.expect(there).log_likelihood + problem.log_prior(there)) if there.admissible else 1e9

    best = minimize(loss, parameters.ravel(), method="BFGS", options={"gtol": 1e-3}).x.reshape(parameters.shape)
    assert result.converged
    assert [item.discrimination for item in result.items] == pytest.approx(best[:, 0], abs=2e-3)
    steps = parameters.shape[1] - CATEGORY_MODELS[model].family.extras
    thresholds = np.array([item.thresholds or (item.difficulty,) for item in result.items])
    assert thresholds == pytest.approx(-best[:, 1:steps] / best[:, :1], abs=5e-3)


@pytest.mark.parametrize("model", ["3pl", "grm", "gpcm"])
def test_truth_is_found_and_intervals_cover_it(model: str) -> None:
    inside = []
    for seed in range(3):
        parameters = some_parameters(model, 15, 100 + seed)
        result = calibrate(answers(model, parameters, 1000, seed), model=model, priors=Priors())
        assert result.converged
        assert list(result.history) == sorted(result.history) or result.priors != Priors()
        slope = np.array([item.discrimination for item in result.items])
        errors = np.array([item.se_discrimination for item in result.items])
        inside.append(np.abs(slope - parameters[:, 0]) < 1.96 * errors)
        truth = (-parameters[:, 1 : SCORES[model]] / parameters[:, :1]).mean(axis=1)
        located = np.array([item.difficulty for item in result.items])
        assert np.sqrt(np.mean((located - truth) ** 2)) < (0.35 if model == "3pl" else 0.12)
    assert np.mean(inside) > 0.9


def test_a_mixed_bank() -> None:
    models = ["2pl", "3pl", "grm", "gpcm"] * 3
    parameters = [some_parameters(model, 1, 50 + place) for place, model in enumerate(models)]
    draws = np.random.default_rng(8)
    ability = draws.normal(size=2000)
    columns = []
    for model, row in zip(models, parameters, strict=True):
        probability = CATEGORY_MODELS[model].family.curves(row, ability).probability[0]
        columns.append((draws.random(2000) > np.cumsum(probability, axis=0)).sum(axis=0))
    scores = np.stack(columns, axis=1)
    names = [f"p{k}" for k in range(2000)], [f"i{k}" for k in range(12)]
    person, item = np.nonzero(np.ones_like(scores))
    data = ResponseData.from_indices(*names, person, item, scores.ravel())
    result = calibrate(data, models=dict(zip(names[1], models, strict=True)), priors=Priors())
    assert result.converged
    assert [found.model for found in result.items] == models
    slopes = np.array([row[0, 0] for row in parameters])
    assert [found.discrimination for found in result.items] == pytest.approx(slopes, rel=0.35)
    document = result.items[2].to_dict()
    assert {"b1", "b2", "b3", "se_b1"} <= document.keys()
    assert document["c"] is None
    assert result.items[1].to_dict()["c"] == result.items[1].guessing
    own = np.array(result.items[2].covariances)
    assert np.sqrt(np.diagonal(own)) == pytest.approx(
        (result.items[2].se_discrimination, *result.items[2].se_thresholds)
    )


def test_items_of_known_parameters_carry_the_scale() -> None:
    parameters = some_parameters("3pl", 8, 21)
    data = answers("3pl", parameters, 800, 22)
    free = calibrate(data, models={"i0": "2pl", "i1": "2pl"}, model="3pl", priors=Priors(learn_difficulty=False))
    fixed = {item.item_id: (item.discrimination, item.difficulty + 0.5) for item in free.items[:2]}
    moved = calibrate(
        data, models={"i0": "2pl", "i1": "2pl"}, model="3pl", fixed=fixed, priors=Priors(learn_difficulty=False)
    )
    assert moved.latent_mean == pytest.approx(0.5, abs=0.15)
    assert [item.flag for item in moved.items[:2]] == ["fixed", "fixed"]
    assert moved.items[0].difficulty == pytest.approx(fixed["i0"][1])


def test_items_that_nobody_guesses_are_named() -> None:
    parameters = some_parameters("2pl", 10, 31)
    result = calibrate(answers("2pl", parameters, 3000, 32), model="3pl")
    unguessed = [item for item in result.items if item.flag == "no_guessing"]
    assert result.converged
    assert unguessed
    assert all(item.guessing < 1e-3 for item in unguessed)
    assert all(item.se_guessing == 0 for item in unguessed)


def test_a_score_that_nobody_had_is_named() -> None:
    data = answers("grm", some_parameters("grm", 3, 41), 200, 42)
    gone = (data.item == 1) & (data.score == 2)
    thinned = data.select(~gone)
    for model, priors in (("grm", None), ("grm", Priors()), ("gpcm", None)):
        with pytest.raises(CalibrationError, match=r"item 'i1': nobody has score 2, so nothing says"):
            calibrate(thinned, model=model, priors=priors)
    assert calibrate(thinned, model="gpcm", priors=Priors()).converged


def test_scores_that_the_model_lacks_are_named() -> None:
    data = answers("grm", some_parameters("grm", 3, 41), 200, 42)
    with pytest.raises(CalibrationError, match=r"item 'i0': score 3; the model 3pl takes 0 or 1"):
        calibrate(data, model="3pl")
    with pytest.raises(CalibrationError, match=r"model '5pl' is not available; rasch, 2pl, 3pl, grm, gpcm are"):
        calibrate(data, model="5pl")
    with pytest.raises(CalibrationError, match=r"fixed item 'i0': model grm"):
        calibrate(data, model="grm", fixed={"i0": (1.0, 0.0)})


def test_a_cancelled_calibration_carries_no_items() -> None:
    data = answers("grm", some_parameters("grm", 3, 41), 200, 42)
    result = calibrate(data, model="grm", on_progress=lambda iterations, _height: iterations < 3)
    assert (result.status, result.items) == ("cancelled", ())


@settings(max_examples=30, deadline=None)
@given(
    model=st.sampled_from(["3pl", "grm", "gpcm"]),
    persons=st.integers(40, 90),
    items=st.integers(2, 4),
    share=st.floats(0.5, 1.0),
    seed=st.integers(0, 10_000),
)
def test_the_objective_never_falls_and_numbers_stay_finite(
    model: str, persons: int, items: int, share: float, seed: int
) -> None:
    data = answers(model, some_parameters(model, items, seed), persons, seed + 1, share=share)
    assume(all(len(set(data.score[data.item == item])) == SCORES[model] for item in range(items)))
    result: CalibrationResult = calibrate(data, model=model, priors=Priors(learn_difficulty=False))
    steps = np.diff(result.history)
    assert (steps >= -1e-8 * np.abs(result.history[0])).all()
    for item in result.items:
        assert isinstance(item, CalibratedItem)
        assert np.isfinite([item.discrimination, item.difficulty, item.guessing, *item.thresholds]).all()
        assert list(item.thresholds) == sorted(item.thresholds) or model != "grm" or item.discrimination < 0
