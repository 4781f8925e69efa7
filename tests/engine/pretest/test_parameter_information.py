"""What a response teaches of its item, against finite differences, matrix algebra and Bayes' theorem by quadrature."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.pretest.parameter_information import parameter_information, variance_reduction
from engine.response_models import ItemParameters, ItemPool

THETA = np.linspace(-3, 3, 13)
STEP = 1e-5


def item(model, *, a, b, steps=(), **fields):
    """An item at a location b, its steps given on the scale that a stretches."""
    if steps:
        return ItemParameters("q", model, discrimination=a, thresholds=tuple(b + step / a for step in steps))
    return ItemParameters("q", model, discrimination=a, difficulty=b, **fields)


ITEMS = {
    "2pl": {},
    "3pl": {"guessing": 0.2},
    "4pl": {"guessing": 0.15, "upper_asymptote": 0.95},
    "grm": {"steps": (-1.2, 0.1, 1.1)},
    "gpcm": {"steps": (0.9, -1.6, 0.7)},
}


@pytest.mark.parametrize("model", ITEMS)
@pytest.mark.parametrize(("a", "b"), [(0.7, -0.8), (1.6, 0.4)])
def test_the_information_is_that_of_numerical_scores(model, a, b):
    def logs(a_now, b_now):
        return ItemPool.from_items([item(model, a=a_now, b=b_now, **ITEMS[model])]).log_probabilities(THETA)[0]

    score_a = (logs(a + STEP, b) - logs(a - STEP, b)) / (2 * STEP)
    score_b = (logs(a, b + STEP) - logs(a, b - STEP)) / (2 * STEP)
    chances = np.exp(logs(a, b))
    expected = [
        (chances * first * second).sum(axis=0)
        for first, second in [(score_a, score_a), (score_a, score_b), (score_b, score_b)]
    ]
    found = parameter_information(ItemPool.from_items([item(model, a=a, b=b, **ITEMS[model])]), THETA)
    assert found.shape == (1, 3, THETA.size)
    np.testing.assert_allclose(found[0], expected, atol=1e-7)


def uncertain(*errors):
    """2PL items whose a and b have these standard errors."""
    return ItemPool.from_items(
        [
            ItemParameters(f"q{place}", "2pl", 1.2, 0.3, se_discrimination=se_a, se_difficulty=se_b)
            for place, (se_a, se_b) in enumerate(errors)
        ]
    )


ERRORS = st.floats(1e-3, 3)
SEEN = st.tuples(st.floats(-3, 3), st.floats(1e-3, 5))


@settings(max_examples=100, deadline=None)
@given(
    ERRORS, ERRORS, st.lists(st.tuples(st.floats(-3, 3), st.floats(1e-3, 5)), min_size=1, max_size=4), st.integers(0, 9)
)
def test_the_reduction_is_that_of_the_inverted_matrices(se_a, se_b, seen, number):
    rows = np.array([[reach, -1.0] for reach, _weight in seen])
    weights = np.array([weight for _reach, weight in seen])
    information = (weights[:, None, None] * rows[:, :, None] * rows[:, None, :]).sum(axis=0)
    prior = np.diag([se_a**2, se_b**2])
    after = np.linalg.inv(np.linalg.inv(prior) + (number + 1) * information)
    columns = np.array([[information[0, 0], information[0, 1], information[1, 1]]])
    found = variance_reduction(uncertain((se_a, se_b)), columns, collected=number * columns)
    prior = np.linalg.inv(np.linalg.inv(prior) + number * information)
    assert found[0] == pytest.approx(np.trace(prior) - np.trace(after), rel=1e-6, abs=1e-7 * se_a**2 + 1e-7 * se_b**2)
    assert 0 <= found[0] <= se_a**2 + se_b**2


def test_a_known_parameter_has_nothing_to_gain_and_a_known_item_nothing_at_all():
    pool = uncertain((0.0, 0.5), (0.4, 0.0), (0.0, 0.0), (0.4, 0.5))
    information = np.tile([0.3, -0.1, 0.2], (4, 1))
    only_b, only_a, known, both = variance_reduction(pool, information, collected=np.zeros((4, 3)))
    assert only_b == pytest.approx(0.25 - 1 / (4 + 0.2))
    assert only_a == pytest.approx(0.16 - 1 / (1 / 0.16 + 0.3))
    assert known == 0
    assert both > max(only_a, only_b)


@pytest.mark.parametrize("theta", [-1.0, 0.5, 2.0])
def test_for_small_errors_it_is_the_fall_of_the_variance_by_the_theorem_of_bayes(theta):
    se_a, se_b = 0.03, 0.04
    points, weights = np.polynomial.hermite_e.hermegauss(40)
    a, b = np.meshgrid(1.2 + se_a * points, 0.3 + se_b * points, indexing="ij")
    prior = np.outer(weights, weights) / weights.sum() ** 2
    right = 1 / (1 + np.exp(-a * (theta - b)))

    def variance(density):
        density = density / density.sum()
        return sum((density * value**2).sum() - (density * value).sum() ** 2 for value in (a, b))

    chance = (prior * right).sum()
    fall = variance(prior) - chance * variance(prior * right) - (1 - chance) * variance(prior * (1 - right))
    pool = uncertain((se_a, se_b))
    found = variance_reduction(pool, parameter_information(pool, [theta])[:, :, 0], collected=np.zeros((1, 3)))
    assert found[0] == pytest.approx(fall, rel=0.01)
