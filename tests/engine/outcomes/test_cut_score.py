import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from engine.ability.ability_grid import EapGrid
from engine.blueprints.blueprint import Blueprint
from engine.design import ExamDesign
from engine.errors import InvalidSetting
from engine.outcomes.cut_score import weights_above_cut
from engine.outcomes.verdicts import outcomes
from engine.sittings.sitting import fold
from tests.engine.pools import exam_of, pool_of

GRID = EapGrid.normal()


@settings(deadline=None)
@given(st.floats(-2, 2), st.floats(0.17, 0.8), st.floats(-1.5, 1.5), st.floats(0.001, 1))
def test_an_uncertain_cut_widens_a_normal_posterior_by_its_variance(mean, spread, cut, error):
    posterior = norm.pdf(GRID.nodes, mean, spread)
    found = weights_above_cut(GRID, cut, standard_error=error) @ (posterior / posterior.sum())
    assert found == pytest.approx(norm.cdf((mean - cut) / np.hypot(spread, error)), abs=1e-7)


def test_a_known_cut_keeps_the_weights_of_the_grid_to_the_last_bit():
    np.testing.assert_array_equal(weights_above_cut(GRID, 0.3), GRID.weights_above(0.3))


def test_an_exam_integrates_the_uncertainty_into_unit_and_elements():
    pool = pool_of(30)
    answers = [(pool.item_ids[item], int(item % 4 > 0)) for item in range(20)]
    found = []
    for error in (0.0, 0.4):
        exam = exam_of(pool, blueprint=Blueprint(), stop_rule="length", cut_standard_error=error)
        found.append(outcomes(exam, fold(exam, seed=1, responses=answers)))
    for known, unknown in zip((found[0].unit, *found[0].elements), (found[1].unit, *found[1].elements), strict=True):
        assert known.theta == pytest.approx(unknown.theta)
        assert abs(unknown.probability - 0.5) < abs(known.probability - 0.5)
    # Nearly normal posteriors: the probability is that of the sum of both variances.
    unit = found[1].unit
    expected = norm.cdf((unit.theta + 0.3) / np.hypot(unit.standard_error, 0.4))
    assert unit.probability == pytest.approx(expected, abs=0.005)


@pytest.mark.parametrize("error", [-0.1, 1.1, float("nan")])
def test_an_impossible_uncertainty_is_refused(error):
    with pytest.raises(InvalidSetting, match="cut_standard_error must be from 0 to the prior's sd"):
        ExamDesign(blueprint=Blueprint(), minimum_length=1, maximum_length=2, cut_standard_error=error)
