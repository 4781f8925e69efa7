import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from engine.ability.ability_grid import (
    EapGrid,
    credible_interval,
    credible_intervals,
    mean_and_sd,
    means_and_sds,
    posterior_of,
    probabilities_above,
    probability_above,
)
from engine.errors import InvalidSetting

GRID = EapGrid.normal()


def normal_posterior(grid, mean, sd):
    return posterior_of(-0.5 * ((grid.nodes - mean) / sd) ** 2)


def test_the_default_grid_covers_six_standard_deviations_in_steps_of_a_tenth():
    assert GRID.nodes.size == 121
    assert (GRID.nodes[0], GRID.nodes[-1]) == (-6, 6)
    assert GRID.spacing == pytest.approx(0.1)


@pytest.mark.parametrize(("prior_sd", "nodes"), [(0.5, 121), (1.0, 121), (2.0, 241)])
def test_a_wider_prior_gets_more_nodes_not_a_coarser_grid(prior_sd, nodes):
    grid = EapGrid.normal(prior_mean=1.0, prior_sd=prior_sd)
    assert grid.nodes.size == nodes
    assert mean_and_sd(grid.nodes, np.exp(grid.log_prior)) == pytest.approx((1.0, prior_sd), abs=1e-6)


@pytest.mark.parametrize("sd", [0.15, 0.25, 0.5, 1.0])
@pytest.mark.parametrize("cut", [-0.3, 0.0, 0.03, 0.05, 0.41])
def test_the_probability_above_a_cut_is_that_of_the_curve_not_of_the_nodes(sd, cut):
    posterior = normal_posterior(GRID, 0.123, sd)
    assert probability_above(GRID.weights_above(cut), posterior) == pytest.approx(norm.sf(cut, 0.123, sd), abs=2e-6)


@pytest.mark.parametrize(("mean", "sd"), [(0.123, 0.2), (-1.7, 0.35), (0.0, 1.0)])
def test_credible_intervals_have_the_quantiles_of_the_curve(mean, sd):
    interval = credible_interval(GRID, normal_posterior(GRID, mean, sd), level=0.9)
    assert interval == pytest.approx(norm.interval(0.9, mean, sd), abs=2e-4)


def test_many_posteriors_say_what_each_says():
    draws = np.random.default_rng(2)
    posteriors = posterior_of(GRID.log_prior - 0.5 * ((GRID.nodes - draws.normal(0, 2, (60, 1))) / draws.gamma(1)) ** 2)
    posteriors[0], posteriors[1] = np.eye(121)[[0, 60]]
    weights = GRID.weights_above(0.2)
    means, deviations = means_and_sds(GRID.nodes, posteriors)
    low, high = credible_intervals(GRID, posteriors, level=0.8)
    for row, posterior in enumerate(posteriors):
        assert (means[row], deviations[row]) == pytest.approx(mean_and_sd(GRID.nodes, posterior), abs=1e-12)
        assert (low[row], high[row]) == pytest.approx(credible_interval(GRID, posterior, level=0.8), abs=1e-9)
    chances = [probability_above(weights, posterior) for posterior in posteriors]
    np.testing.assert_allclose(probabilities_above(weights, posteriors), chances, atol=1e-12)


@given(st.lists(st.floats(-1e4, 1e4), min_size=2, max_size=40))
def test_a_posterior_sums_to_one_however_small_its_logarithms(log_posterior):
    posterior = posterior_of(np.array(log_posterior))
    assert posterior.sum() == pytest.approx(1)
    assert (posterior >= 0).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"prior_sd": 0.0}, "positive sd"),
        ({"prior_mean": float("nan")}, "finite mean"),
        ({"lower": 3.0, "upper": -3.0}, r"run upwards .* not from 3\.0 to -3\.0"),
        ({"nodes": 2}, "at least 3 nodes, not 2"),
    ],
)
def test_impossible_grids_are_refused(options, message):
    with pytest.raises(InvalidSetting, match=message):
        EapGrid.normal(**options)
