"""The E-step against direct computation."""

import numpy as np
import pytest

from calibration.estimates import Estimates, log_wrong
from calibration.expectation import CurveTables, expected_counts, posterior
from calibration.person_blocks import person_blocks
from calibration.quadrature import DEFAULT_GRID, AbilityGrid, adequate_grid
from tests.calibration.simulated import simulate


@pytest.mark.parametrize("dense", [True, False])
@pytest.mark.parametrize("answers", [5, 8])
def test_posteriors_and_counts(dense: bool, answers: int) -> None:
    simulated = simulate(50, 8, answers=answers, seed=2)
    data = simulated.data
    estimates = Estimates(simulated.discrimination, -simulated.discrimination * simulated.difficulty, 0.3, 0.9)
    tables = CurveTables.on_grid(estimates, DEFAULT_GRID)
    nodes = DEFAULT_GRID.nodes
    weight = np.exp(-0.5 * ((nodes - 0.3) / 0.9) ** 2)
    joint = np.tile(weight / weight.sum(), (50, 1))
    right = 1 / (1 + np.exp(-simulated.discrimination[:, None] * (nodes - simulated.difficulty[:, None])))
    for person, item, score in zip(data.person, data.item, data.score, strict=True):
        joint[person] *= right[item] if score else 1 - right[item]
    expected = joint / joint.sum(axis=1, keepdims=True)

    (block,) = person_blocks(data, dense=dense)
    weights, marginal = posterior(block, tables)
    assert weights == pytest.approx(expected, abs=1e-12)
    assert marginal == pytest.approx(np.log(joint.sum(axis=1)))

    blocks = person_blocks(data, size=7, dense=dense)
    assert [part.n_persons for part in blocks] == [7] * 7 + [1]
    counts = expected_counts(blocks, tables)
    answered, hits = np.zeros((8, 61)), np.zeros((8, 61))
    np.add.at(answered, data.item, expected[data.person])
    np.add.at(hits, data.item, data.score[:, None] * expected[data.person])
    assert counts.answered == pytest.approx(answered)
    assert counts.right == pytest.approx(hits)
    assert counts.persons == pytest.approx(expected.sum(axis=0))
    halves = expected_counts(blocks[:3], tables) + expected_counts(blocks[3:], tables)
    assert halves.log_likelihood == pytest.approx(counts.log_likelihood)
    assert halves.right == pytest.approx(counts.right)
    assert halves.answered == pytest.approx(counts.answered)
    assert halves.persons == pytest.approx(counts.persons)


def test_blocks_are_dense_when_much_is_answered() -> None:
    assert person_blocks(simulate(20, 10, answers=5).data)[0].is_dense
    assert not person_blocks(simulate(20, 40, answers=5).data)[0].is_dense


def test_log_wrong_is_exact_in_the_tails() -> None:
    assert log_wrong(np.array([-800.0, -40.0, 0.0, 40.0, 800.0])) == pytest.approx(
        [-0.0, -np.exp(-40), -np.log(2), -40 - np.exp(-40), -800], rel=1e-14
    )


def test_grid_weights_have_the_moments_of_the_population() -> None:
    weights = np.exp(DEFAULT_GRID.log_weights(0.4, 0.8))
    nodes = DEFAULT_GRID.nodes
    assert weights.sum() == pytest.approx(1)
    assert weights @ nodes == pytest.approx(0.4, abs=1e-9)
    assert weights @ (nodes - 0.4) ** 2 == pytest.approx(0.64, abs=1e-9)


def test_grid_is_kept_widened_or_refined() -> None:
    assert adequate_grid(DEFAULT_GRID, information=30) is DEFAULT_GRID
    wide = adequate_grid(DEFAULT_GRID, information=1, mean=2, standard_deviation=1.5)
    assert wide.nodes[-1] >= 2 + 5 * 1.5
    assert wide.spacing <= DEFAULT_GRID.spacing
    fine = adequate_grid(DEFAULT_GRID, information=200)
    assert fine.spacing <= 1.5 / np.sqrt(201)
    assert adequate_grid(fine, information=200) is fine
    finest = adequate_grid(DEFAULT_GRID, information=1e6)
    assert len(finest.nodes) == 401
    assert adequate_grid(finest, information=1e6) is finest


def test_a_grid_can_be_placed_anywhere() -> None:
    assert list(AbilityGrid.between(0, 1, count=3).nodes) == [0, 0.5, 1]
