"""The weights of items against brute-force integration over ability and answers."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad

from engine.blueprints.blueprint import Blueprint
from engine.design import SELECTIONS
from engine.errors import InvalidParameters
from engine.response_models import ItemParameters, ItemPool, item_information, probability
from engine.selection.parameter_uncertainty import expected_information
from engine.selection.selection_weights import SELECTION_RULES, item_weights
from tests.engine.pools import exam_of, pool_of

MIXED = ItemPool.from_items(
    [
        ItemParameters("two", "2pl", 1.4, 0.3),
        ItemParameters("three", "3pl", 1.1, -0.5, guessing=0.2),
        ItemParameters("graded", "grm", 1.6, thresholds=(-1.0, 0.2, 1.1)),
        ItemParameters("partial", "gpcm", 0.9, thresholds=(0.5, -0.4)),
    ]
)


def exam_with(selection, *, pool=MIXED, **options):
    """An exam without a blueprint."""
    settings = {"blueprint": Blueprint(), "minimum_length": 1, "maximum_length": min(len(pool), 10)} | options
    return exam_of(pool, selection=selection, **settings)


def probabilities(item, theta):
    return np.exp(MIXED.log_probabilities([theta])[item, : MIXED.category_counts[item], 0])


def test_every_selection_has_a_rule():
    assert tuple(SELECTION_RULES) == SELECTIONS


@pytest.mark.parametrize(("position", "theta", "half_width"), [(1, 0.4, 3.0), (5, -0.83, 1.5), (10, 1.27, 1.0)])
def test_kullback_leibler_equals_adaptive_quadrature(position, theta, half_width):
    exam = exam_with("kl")
    weights = item_weights(exam, seed=1, position=position, theta=theta, posterior=np.exp(exam.grid.log_prior))
    for item in range(len(MIXED)):
        here = probabilities(item, theta)

        def divergence(other, item=item, here=here):
            return float(here @ (np.log(here) - np.log(probabilities(item, other))))

        expected = quad(divergence, theta - half_width, theta + half_width, epsabs=1e-11)[0]
        assert weights[item] == pytest.approx(expected, rel=1e-5)


def test_the_kullback_leibler_interval_ends_where_the_grid_ends():
    exam = exam_with("kl")
    weights = item_weights(exam, seed=1, position=1, theta=5.5, posterior=np.exp(exam.grid.log_prior))
    here = probabilities(0, 5.5)
    expected = quad(lambda other: float(here @ (np.log(here) - np.log(probabilities(0, other)))), 2.5, 6.0)[0]
    assert weights[0] == pytest.approx(expected, rel=1e-4)


def test_expected_posterior_variance_equals_integration_over_answers_and_ability():
    exam = exam_with("mepv", prior_mean=0.3, prior_sd=0.8)
    posterior = np.exp(exam.grid.log_prior)
    weights = item_weights(exam, seed=1, position=2, theta=0.3, posterior=posterior)

    def integral(function):
        density = lambda t: np.exp(-0.5 * ((t - 0.3) / 0.8) ** 2) / 0.8 / np.sqrt(2 * np.pi)  # noqa: E731
        return quad(lambda t: function(t) * density(t), -6, 6.6, epsabs=1e-11, limit=200)[0]

    for item in range(len(MIXED)):
        expected_variance = 0.0
        for category in range(MIXED.category_counts[item]):
            chance, first, second = (
                integral(lambda t, p=power, i=item, k=category: t**p * probabilities(i, t)[k]) for power in range(3)
            )
            expected_variance += chance * (second / chance - (first / chance) ** 2)
        assert weights[item] == pytest.approx(0.8**2 - expected_variance, abs=1e-7)


def test_progressive_moves_from_chance_to_information():
    exam = exam_with("progressive", pool=pool_of(40))
    information = item_information(0.5, exam.pool.discrimination, exam.pool.difficulty)
    posterior = np.exp(exam.grid.log_prior)
    at_start, half_way = (
        item_weights(exam, seed=4, position=position, theta=0.5, posterior=posterior) for position in (1, 6)
    )
    draws = item_weights(exam_with("random", pool=pool_of(40)), seed=4, position=1, theta=0.5, posterior=posterior)
    np.testing.assert_allclose(at_start, draws * information.max(), atol=1e-11)
    rest = (half_way - 0.5 * information) / (0.5 * information.max())
    assert ((rest >= 0) & (rest < 1)).all()
    assert not np.allclose(rest, draws)


def uncertain():
    return ItemPool.from_items(
        [
            ItemParameters("known", "2pl", 1.4, 0.3),
            ItemParameters("b", "2pl", 1.4, 0.3, se_difficulty=0.5),
            ItemParameters("a", "2pl", 1.4, 0.3, se_discrimination=0.4),
            ItemParameters("both", "2pl", 1.4, 0.3, se_discrimination=0.4, se_difficulty=0.5),
        ]
    )


def true_parameters(draws=400_000):
    """Discriminations and difficulties that the last of the uncertain items may really have."""
    generator = np.random.default_rng(5)
    spread = np.log1p((0.4 / 1.4) ** 2)
    slopes = np.exp(np.log(1.4) - spread / 2 + np.sqrt(spread) * generator.standard_normal(draws))
    return slopes, 0.3 + 0.5 * generator.standard_normal(draws)


@pytest.mark.parametrize("selection", ["information-at-cut", "information", "posterior-information"])
def test_uncertain_items_are_worth_their_expected_information(selection):
    pool = uncertain()
    exam = exam_with(selection, pool=pool, parameter_uncertainty=True, cut_score=0.42)
    posterior = np.zeros(exam.grid.nodes.size)
    posterior[np.abs(exam.grid.nodes - 0.4).argmin()] = 1
    theta = 0.4 if selection == "posterior-information" else 0.42
    weights = item_weights(exam, seed=1, position=2, theta=0.42, posterior=posterior)
    assert weights[0] == pytest.approx(float(item_information(theta, 1.4, 0.3)), abs=1e-5)
    slopes, places = true_parameters()
    expected = [
        item_information(theta, 1.4, places).mean(),
        item_information(theta, slopes, 0.3).mean(),
        item_information(theta, slopes, places).mean(),
    ]
    np.testing.assert_allclose(weights[1:], expected, rtol=4e-3)
    assert weights[1] < weights[0]


def test_uncertain_items_answer_as_the_mixture_of_what_they_may_be():
    exam = exam_with("mepv", pool=uncertain(), parameter_uncertainty=True)
    slopes, places = true_parameters(20_000)
    for node in (30, 60, 75):
        theta = exam.grid.nodes[node]
        right = probability(theta, slopes, places).mean()
        np.testing.assert_allclose(exam.selection_probabilities[3, :, node], [1 - right, right], atol=5e-3)
    np.testing.assert_allclose(exam.selection_probabilities[0], np.exp(exam.log_probabilities[0]), atol=1e-12)
    for selection in ("mepv", "kl"):
        exam = exam_with(selection, pool=uncertain(), parameter_uncertainty=True)
        weights = item_weights(exam, seed=1, position=2, theta=0.4, posterior=np.exp(exam.grid.log_prior))
        assert weights[1] < weights[0]


def test_without_the_switch_errors_change_nothing():
    posterior = np.exp(exam_with("mepv", pool=uncertain()).grid.log_prior)
    for selection in ("information-at-cut", "information", "posterior-information", "mepv", "kl"):
        weights = item_weights(
            exam_with(selection, pool=uncertain()), seed=1, position=2, theta=0.42, posterior=posterior
        )
        assert len(set(weights.tolist())) == 1


def test_uncertainty_of_a_mixed_pool_keeps_probabilities_whole():
    items = [
        ItemParameters("graded", "grm", 1.6, thresholds=(-1.0, 0.2, 1.1), se_discrimination=0.3, se_difficulty=0.2),
        ItemParameters("two", "2pl", 1.4, 0.3, se_difficulty=0.3),
    ]
    exam = exam_with("kl", pool=ItemPool.from_items(items), parameter_uncertainty=True)
    np.testing.assert_allclose(exam.selection_probabilities.sum(axis=1), 1)
    assert (exam.selection_probabilities[1, 2:] == 0).all()
    weights = item_weights(exam, seed=1, position=1, theta=0, posterior=np.exp(exam.grid.log_prior))
    assert np.isfinite(weights).all()
    assert (weights > 0).all()


@pytest.mark.parametrize("correlation", [-0.8, 0.6, 1.0])
def test_errors_that_correlate_are_integrated_together(correlation):
    covariance = correlation * 0.4 * 0.5
    item = ItemParameters("x", "2pl", 1.4, 0.3, se_discrimination=0.4, se_difficulty=0.5, covariance=covariance)
    generator = np.random.default_rng(6)
    spread = np.log1p((0.4 / 1.4) ** 2)
    first, second = generator.standard_normal((2, 400_000))
    slopes = np.exp(np.log(1.4) - spread / 2 + np.sqrt(spread) * first)
    places = 0.3 + 0.5 * (correlation * first + np.sqrt(1 - correlation**2) * second)
    nodes = np.array([-1.5, 0.0, 0.8, 2.0])
    expected = [item_information(theta, slopes, places).mean() for theta in nodes]
    found = expected_information(ItemPool.from_items([item]), nodes)[0]
    np.testing.assert_allclose(found, expected, rtol=8e-3)
    alone = expected_information(ItemPool.from_items([replace(item, covariance=0.0)]), nodes)[0]
    assert not np.allclose(found, alone, rtol=2e-2)


def test_a_covariance_beyond_the_errors_is_refused():
    with pytest.raises(InvalidParameters, match="item 'x': covariance must be within the product"):
        ItemPool.from_items([ItemParameters("x", "2pl", 1.4, 0.3, se_discrimination=0.1, covariance=0.1)])
