"""The grid is as fine as the bank needs, and never finer than can be held."""

import re

import numpy as np
import pytest

from engine.ability.ability_grid import EapGrid
from engine.ability.grid_density import nodes_needed
from engine.blueprints.blueprint import Blueprint
from engine.errors import InvalidParameters
from engine.outcomes.verdicts import outcomes
from engine.response_models import ItemParameters, ItemPool
from engine.selection.parameter_uncertainty import expected_information, expected_probabilities
from engine.sittings.sitting import fold
from engine.stop_rules.stop_settings import STOP_RULES
from tests.engine.pools import exam_of, pool_of


def steep_pool(discrimination, *, items=60, seed=1):
    draws = np.random.default_rng(seed)
    return ItemPool.from_items(
        [ItemParameters(f"i{number}", "2pl", discrimination, 0.3 * float(draws.normal())) for number in range(items)]
    )


@pytest.mark.parametrize(
    "pool", [pool_of(60), pool_of(400, seed=7), steep_pool(1.0), steep_pool(3.0), steep_pool(4.0, seed=3)]
)
@pytest.mark.parametrize(("mean", "sd"), [(0.0, 1.0), (-3.7, 0.4), (2.1, 1.3)])
def test_ordinary_pools_keep_the_grid_that_they_always_had(pool, mean, sd):
    options = {"prior_mean": mean, "prior_sd": sd, "cut_score": mean, "blueprint": Blueprint()}
    exam = exam_of(pool, **options)
    before = EapGrid.normal(prior_mean=mean, prior_sd=sd, lower=mean - 6 * sd, upper=mean + 6 * sd)
    assert np.array_equal(exam.grid.nodes, before.nodes)
    assert np.array_equal(exam.grid.log_prior, before.log_prior)


def probability_by_quadrature(pool, items, responses, cut):
    theta = np.linspace(cut - 8, cut + 8, 160_001)
    signs = np.where(np.array(responses) == 1, 1.0, -1.0)
    log_density = -0.5 * np.square(theta)
    for item, sign in zip(items, signs, strict=True):
        log_density -= np.logaddexp(0, -sign * pool.discrimination[item] * (theta - pool.difficulty[item]))
    density = np.exp(log_density - log_density.max())
    density[theta.size // 2] /= 2
    return density[theta.size // 2 :].sum() / (density.sum() + density[theta.size // 2])


@pytest.mark.parametrize("discrimination", [4.0, 6.0, 10.0, 20.0, 50.0])
def test_verdicts_are_right_however_steep_the_items(discrimination):
    draws = np.random.default_rng(5)
    pool = steep_pool(discrimination)
    exam = exam_of(pool, blueprint=Blueprint(), minimum_length=30, stop_rule="length", cut_score=0.05)
    for _ in range(12):
        items = draws.permutation(60)[:30].tolist()
        chances = 1 / (1 + np.exp(-discrimination * (0.4 * draws.normal() - pool.difficulty[items])))
        responses = (draws.random(30) < chances).astype(int).tolist()
        answers = [(pool.item_ids[item], response) for item, response in zip(items, responses, strict=True)]
        found = outcomes(exam, fold(exam, seed=1, responses=answers)).unit.probability
        assert found == pytest.approx(probability_by_quadrature(pool, items, responses, 0.05), abs=3e-4)


@pytest.mark.parametrize("rule", [rule for rule in STOP_RULES if rule != "time"])
@pytest.mark.parametrize("discrimination", [1e3, 1e8])
def test_an_item_too_steep_for_any_grid_is_refused_by_name(rule, discrimination):
    items = [
        *(ItemParameters(f"i{n}", "2pl", 1.0, 0.0) for n in range(9)),
        ItemParameters("cliff", "2pl", discrimination, 0.0),
    ]
    message = re.escape(f"item 'cliff' with a discrimination of {discrimination:g} (slope")
    with pytest.raises(InvalidParameters, match=message):
        exam_of(ItemPool.from_items(items), blueprint=Blueprint(), minimum_length=2, maximum_length=5, stop_rule=rule)


def test_many_steep_items_together_are_refused_too_and_no_slope_overflows():
    with pytest.raises(InvalidParameters, match="item 'i0' with a discrimination of 100 "):
        nodes_needed(steep_pool(100.0, items=400), 0.0, 1.0, length=400, rules=("se",))
    blank = ("",) * 2
    cliffs = ItemPool(("a", "b"), np.array([1.0, 1e308]), np.zeros(2), blank, blank, blank)
    with pytest.raises(InvalidParameters, match="item 'b'"):
        nodes_needed(cliffs, 0.0, 10.0, length=2, rules=("confidence",))


def test_a_flat_item_of_uncertain_slope_leaves_no_warning_and_no_hole():
    flat = ItemPool.from_items([ItemParameters("flat", "2pl", 1e-300, 0.0, se_discrimination=0.2, se_difficulty=0.2)])
    nodes = np.linspace(-6, 6, 121)
    assert np.array_equal(expected_information(flat, nodes), np.zeros((1, 121)))
    assert np.allclose(expected_probabilities(flat, nodes), 0.5)
