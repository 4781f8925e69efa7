"""Observed information and standard errors against numerical derivatives of the marginal log-likelihood."""

import itertools

import numpy as np
import numpy.typing as npt
import pytest

from calibration import Priors, calibrate
from calibration.chunks import PersonsHere
from calibration.estimates import Estimates
from calibration.information import observed_information
from calibration.item_priors import ItemPriors
from calibration.person_blocks import person_blocks
from calibration.problem import Problem
from calibration.quadrature import DEFAULT_GRID
from calibration.responses import ResponseData
from tests.calibration.simulated import simulate


def objective(problem: Problem, vector: npt.NDArray[np.float64]) -> float:
    estimates = Estimates.from_vector(vector)
    return problem.expect(estimates).log_likelihood + problem.log_prior(estimates)


def numerical_hessian(problem: Problem, vector: npt.NDArray[np.float64], step: float = 1e-3) -> npt.NDArray[np.float64]:
    """Minus the second derivatives, by central differences of the objective alone."""
    size = len(vector)
    hessian = np.zeros((size, size))
    for i, j in itertools.combinations_with_replacement(range(size), 2):
        value = 0.0
        for sign_i, sign_j in itertools.product((1, -1), repeat=2):
            moved = vector.copy()
            moved[i] += sign_i * step
            moved[j] += sign_j * step
            value += sign_i * sign_j * objective(problem, moved)
        hessian[i, j] = hessian[j, i] = -value / (4 * step**2)
    return hessian


def problem_of(data: ResponseData, *, dense: bool, priors: Priors | None) -> Problem:
    every = np.ones(data.n_items, dtype=bool)
    item_priors = ItemPriors(priors, np.linspace(-1, 1, data.n_items), every) if priors else None
    persons = PersonsHere([person_blocks(data, size=70, dense=dense)])
    return Problem(persons, DEFAULT_GRID, every, every, True, True, item_priors)


@pytest.mark.parametrize("dense", [True, False])
@pytest.mark.parametrize("answers", [2, 4, 6])
@pytest.mark.parametrize("priors", [None, Priors()])
def test_information_equals_the_numerical_hessian(dense: bool, answers: int, priors: Priors | None) -> None:
    simulated = simulate(150, 6, answers=answers, seed=answers)
    problem = problem_of(simulated.data, dense=dense, priors=priors)
    # Away from the maximum, where all terms matter.
    estimates = Estimates(simulated.discrimination, -simulated.discrimination * simulated.difficulty, 0.2, 1.1)
    information = observed_information(problem, estimates, problem.expect(estimates))
    scale = np.sqrt(np.abs(np.diagonal(information)))
    difference = (information - numerical_hessian(problem, estimates.vector)) / np.outer(scale, scale)
    # Relative to the complete-data information the expansion stops at 1e-5; little is observed from two answers.
    assert np.abs(difference).max() < (5e-3 if answers == 2 else 2e-4)


def test_gradient_equals_the_numerical_one() -> None:
    simulated = simulate(150, 6, answers=4, seed=21)
    problem = problem_of(simulated.data, dense=False, priors=Priors())
    # The population is well within the grid: its moments there are those of the normal distribution.
    vector = Estimates(simulated.discrimination, simulated.difficulty, 0.1, 0.95).vector
    gradient = problem.gradient(Estimates.from_vector(vector), problem.expect(Estimates.from_vector(vector)))
    step = 1e-5
    numerical = [
        (objective(problem, vector + step * axis) - objective(problem, vector - step * axis)) / (2 * step)
        for axis in np.eye(len(vector))
    ]
    assert gradient == pytest.approx(numerical, rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("priors", [None, Priors(learn_difficulty=False)])
def test_standard_errors_equal_those_of_the_numerical_hessian(priors: Priors | None) -> None:
    data = simulate(300, 6, seed=22).data
    result = calibrate(data, priors=priors)
    a = np.array([item.discrimination for item in result.items])
    b = np.array([item.difficulty for item in result.items])
    every = np.ones(6, dtype=bool)
    item_priors = None if priors is None else ItemPriors(priors, np.zeros(6), every)
    problem = Problem(PersonsHere([person_blocks(data)]), DEFAULT_GRID, every, every, False, False, item_priors)

    def in_difficulties(vector: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return Estimates(vector[:6], -vector[:6] * vector[6:]).vector

    size, step = 12, 1e-3
    here = np.concatenate((a, b))
    hessian = np.zeros((size, size))
    for i, j in itertools.product(range(size), repeat=2):
        for sign_i, sign_j in itertools.product((1, -1), repeat=2):
            moved = here.copy()
            moved[i] += sign_i * step
            moved[j] += sign_j * step
            hessian[i, j] -= sign_i * sign_j * objective(problem, in_difficulties(moved)) / (4 * step**2)
    covariance = np.linalg.inv(hessian)
    assert [item.se_discrimination for item in result.items] == pytest.approx(
        np.sqrt(np.diagonal(covariance)[:6]), rel=2e-3
    )
    assert [item.se_difficulty for item in result.items] == pytest.approx(
        np.sqrt(np.diagonal(covariance)[6:]), rel=2e-3
    )
    assert [item.covariance for item in result.items] == pytest.approx(
        np.diagonal(covariance[:6, 6:]), rel=2e-2, abs=1e-4
    )
