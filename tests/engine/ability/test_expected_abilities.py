"""Abilities of many examinees at once, against the plain sum over all nodes for each."""

import numpy as np
import pytest

from engine.ability import expected_abilities as bulk
from engine.ability.ability_grid import EapGrid
from engine.ability.estimation import estimate_ability, score_patterns
from engine.response_models import ItemParameters, ItemPool


def pool_of(model, *, items=12, steepness=0.0, seed=3):
    draws = np.random.default_rng(seed)
    made = []
    for place in range(items):
        steps = tuple(float(step) for step in np.sort(draws.normal(0, 1, 3)))
        made.append(
            ItemParameters(
                f"i{place}",
                model,
                float(np.exp(draws.normal(steepness, 0.3))),
                float(np.mean(steps)) if model in ("grm", "gpcm") else steps[1],
                guessing=0.2 if model == "3pl" else 0.0,
                thresholds=steps if model in ("grm", "gpcm") else (),
            )
        )
    return ItemPool.from_items(made)


def responses_to(pool, examinees, *, missing=0.0, seed=5):
    draws = np.random.default_rng(seed)
    probabilities = np.exp(pool.log_probabilities(draws.normal(0, 1.2, examinees)))
    below = probabilities.cumsum(axis=1)[:, :-1]
    rows = (draws.random((len(pool), 1, examinees)) > below).sum(axis=1).T
    return np.where(draws.random(rows.shape) < missing, -1, rows).astype(np.int8)


def plain_sum(pool, row, grid):
    answered = np.flatnonzero(row >= 0)
    density = np.exp(pool.log_probabilities(grid.nodes)[answered, row[answered]].sum(axis=0) + grid.log_prior)
    mean = density @ grid.nodes / density.sum()
    return mean, np.sqrt(density @ (grid.nodes - mean) ** 2 / density.sum())


@pytest.mark.parametrize("missing", [0.0, 0.3])
@pytest.mark.parametrize("model", ["2pl", "3pl", "grm", "gpcm"])
def test_many_examinees_get_the_plain_sum_over_all_nodes(model, missing, monkeypatch):
    # Small blocks, and a table of scores that pays for few examinees, so that both ways are gone.
    monkeypatch.setattr(bulk, "SCORES_AT_A_TIME", 800)
    monkeypatch.setattr(bulk, "EXAMINEES_PER_ENTRY", 0)
    pool = pool_of(model)
    rows = responses_to(pool, 150, missing=missing)
    grid = EapGrid.normal(prior_mean=0.4, prior_sd=1.3)
    found = score_patterns(pool, rows, prior_mean=0.4, prior_sd=1.3)
    truth = np.array([plain_sum(pool, row, grid) for row in rows.astype(int)])
    np.testing.assert_allclose(found.theta, truth[:, 0], atol=2e-9)
    np.testing.assert_allclose(found.standard_error, truth[:, 1], atol=2e-9)


def test_wide_posteriors_take_half_the_nodes_and_narrow_ones_all():
    easy, exact = pool_of("3pl", items=4), pool_of("3pl", items=150)
    grid = EapGrid.normal()
    for pool in (easy, exact):
        rows = responses_to(pool, 40)
        found = score_patterns(pool, rows)
        truth = np.array([plain_sum(pool, row, grid) for row in rows.astype(int)])
        np.testing.assert_allclose(np.column_stack((found.theta, found.standard_error)), truth, atol=1e-10)
    assert score_patterns(exact, rows).standard_error.min() < 2 * grid.spacing * bulk.FINE_ENOUGH


def test_steep_items_take_all_nodes():
    pool, grid = pool_of("2pl", items=5, steepness=1.8), EapGrid.normal()
    rows = responses_to(pool, 40, missing=0.2)
    truth = np.array([plain_sum(pool, row, grid) for row in rows.astype(int)])
    np.testing.assert_allclose(score_patterns(pool, rows).theta, truth[:, 0], atol=1e-12)


def test_nodes_that_are_asked_for_are_used_where_they_cut_the_prior_off():
    pool = pool_of("3pl", items=3)
    rows = responses_to(pool, 20)
    grid = EapGrid.normal(lower=-2, upper=2, nodes=21)
    truth = [plain_sum(pool, row, grid)[0] for row in rows.astype(int)]
    np.testing.assert_allclose(score_patterns(pool, rows, lower=-2, upper=2, nodes=21).theta, truth, atol=1e-12)


def test_thousands_of_items_do_not_underflow():
    pool = pool_of("2pl", items=3000)
    rows = responses_to(pool, 3)
    found = score_patterns(pool, rows)
    assert np.isfinite(found.theta).all()
    # Two thousand nodes between −6 and 6: a posterior this narrow needs nodes of its own.
    truth = [plain_sum_of_logs(pool, row) for row in rows.astype(int)]
    np.testing.assert_allclose(score_patterns(pool, rows, nodes=2001).theta, truth, atol=1e-9)


def plain_sum_of_logs(pool, row):
    grid = EapGrid.normal(nodes=2001)
    logs = pool.log_probabilities(grid.nodes)[np.arange(len(pool)), row].sum(axis=0) + grid.log_prior
    density = np.exp(logs - logs.max())
    return density @ grid.nodes / density.sum()


def test_everybody_alike_and_nobody_at_all():
    pool = pool_of("2pl")
    same = score_patterns(pool, np.ones((1000, len(pool)), dtype=np.int8))
    assert np.ptp(same.theta) < 1e-12
    assert same.theta[0] == pytest.approx(estimate_ability(pool, [1] * len(pool)).theta, abs=1e-9)
    nobody = score_patterns(pool, np.empty((0, len(pool)), dtype=np.int8))
    assert nobody.theta.size == 0
    assert nobody.status == ()
    silent = score_patterns(pool, np.full((3, len(pool)), -1, dtype=np.int8))
    assert silent.status == ("no_responses",) * 3
    np.testing.assert_allclose(silent.theta, 0, atol=1e-12)


def test_items_that_nobody_answered_change_nothing():
    pool = pool_of("2pl")
    rows = responses_to(pool, 3000)
    rows[:, 4] = -1
    table = score_patterns(pool, rows)
    np.testing.assert_allclose(table.theta[:5], [estimate_ability(pool, row).theta for row in rows[:5]], atol=2e-9)
