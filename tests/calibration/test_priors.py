"""Priors: derivatives, ratings and what is learnt from data."""

import numpy as np
import pytest

from calibration import CalibrationError, Priors, ResponseData, calibrate, difficulty_prior
from calibration.item_priors import ItemPriors
from calibration.priors import discrimination_of_guess, learn_difficulty


def test_ratings_order_the_expected_difficulties() -> None:
    means = [difficulty_prior(rating)[0] for rating in (1, 2, 3, 4, 5)]
    assert means == pytest.approx([-1.4, -0.7, 0, 0.7, 1.4])
    assert difficulty_prior(None) == (0.0, 0.85)
    assert difficulty_prior(2, priors=Priors(difficulty_mean=1, difficulty_per_rating=0.5, difficulty_sd=0.4)) == (
        0.5,
        0.4,
    )


def test_the_expected_curve_of_a_guessed_item_is_the_mean_of_its_possible_curves() -> None:
    theta = np.linspace(-4, 4, 81)
    standard, weight = np.polynomial.hermite_e.hermegauss(40)
    curves = 1 / (1 + np.exp(-(theta - 0.85 * standard[:, None])))
    mean = weight / weight.sum() @ curves
    slope = discrimination_of_guess(1.0, 0.85)
    np.testing.assert_allclose(1 / (1 + np.exp(-slope * theta)), mean, atol=0.004)
    assert np.abs(1 / (1 + np.exp(-theta)) - mean).max() > 0.02
    assert discrimination_of_guess(1.3, 0.0) == 1.3


def test_the_default_regression_has_the_correlation_it_claims() -> None:
    generator = np.random.default_rng(1)
    rating = generator.normal(3, 0.7, 200_000)
    mean, sd = np.array([difficulty_prior(value)[0] for value in np.clip(rating[:2000], 1, 5)]), difficulty_prior(3)[1]
    difficulty = mean + generator.normal(0, sd, len(mean))
    assert np.corrcoef(rating[:2000], difficulty)[0, 1] == pytest.approx(0.5, abs=0.05)
    assert np.std(difficulty) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("rating", [0.0, 5.5, float("nan")])
def test_a_rating_off_the_scale_is_refused(rating: float) -> None:
    with pytest.raises(CalibrationError, match="1 to 5 is expected"):
        difficulty_prior(rating)


@pytest.mark.parametrize("options", [{"difficulty_sd": 0.0}, {"log_discrimination_sd": float("inf")}])
def test_an_impossible_spread_is_refused(options: dict[str, float]) -> None:
    with pytest.raises(CalibrationError, match="a positive number is expected"):
        Priors(**options)  # type: ignore[arg-type]


def test_derivatives_equal_numerical_ones() -> None:
    priors = ItemPriors(Priors(0.1, 0.3, difficulty_sd=0.7), np.array([0.4, -1.0, 0.0]), np.array([True, True, False]))
    slope, intercept, step = np.array([1.3, 0.6, 2.0]), np.array([-0.8, 0.5, 0.1]), 1e-5
    up = priors.log_density(slope + step, intercept), priors.log_density(slope, intercept + step)
    down = priors.log_density(slope - step, intercept), priors.log_density(slope, intercept - step)
    assert priors.gradient(slope, intercept) == pytest.approx((np.array(up) - np.array(down)) / (2 * step), rel=1e-6)
    by_slope = (priors.gradient(slope + step, intercept) - priors.gradient(slope - step, intercept)) / (2 * step)
    by_intercept = (priors.gradient(slope, intercept + step) - priors.gradient(slope, intercept - step)) / (2 * step)
    curvature = priors.curvature(slope, intercept)
    assert curvature[0] == pytest.approx(-by_slope[0], rel=1e-6)
    assert curvature[1] == pytest.approx(-by_slope[1], rel=1e-6)
    assert curvature[2] == pytest.approx(-by_intercept[1], rel=1e-6)


def test_slopes_that_are_not_positive_are_impossible_under_a_prior() -> None:
    priors = ItemPriors(Priors(), np.zeros(2), np.array([True, False]))
    assert list(priors.log_density(np.array([-1.0, -1.0]), np.zeros(2))) == [-np.inf, 0.0]


def posterior_of(estimate: np.ndarray, error: float, priors: Priors, ratings: np.ndarray) -> dict[str, np.ndarray]:
    """What normal estimates with a known error become under a prior."""
    precision = error**-2 + priors.difficulty_sd**-2
    mean = (estimate * error**-2 + priors.difficulty_means(ratings) * priors.difficulty_sd**-2) / precision
    return {"difficulty": mean, "variance": np.full_like(estimate, 1 / precision), "ratings": ratings}


def test_hyperparameters_are_recovered_whatever_the_prior_was() -> None:
    generator = np.random.default_rng(2)
    ratings = generator.integers(1, 6, 2000).astype(float)
    truth = 0.4 + 0.45 * (ratings - 3) + generator.normal(0, 0.6, 2000)
    estimate = truth + generator.normal(0, 0.8, 2000)
    for priors in (Priors(), Priors(difficulty_mean=-1, difficulty_per_rating=0.1, difficulty_sd=1.5)):
        learnt = learn_difficulty(priors, origin=Priors(), **posterior_of(estimate, 0.8, priors, ratings))
        assert learnt.difficulty_mean == pytest.approx(0.4, abs=0.06)
        assert learnt.difficulty_per_rating == pytest.approx(0.45, abs=0.05)
        assert learnt.difficulty_sd == pytest.approx(0.6, abs=0.06)


def test_without_ratings_the_step_stays_as_it_was() -> None:
    estimate = np.random.default_rng(3).normal(0.5, 0.5, 400)
    ratings = np.full(400, np.nan)
    learnt = learn_difficulty(Priors(), origin=Priors(), **posterior_of(estimate, 0.2, Priors(), ratings))
    assert learnt.difficulty_per_rating == pytest.approx(0.7)
    assert learnt.difficulty_mean == pytest.approx(0.5, abs=0.06)


def test_a_handful_of_items_settles_little() -> None:
    ratings = np.array([2.0, 3.0, 4.0])
    observed = posterior_of(np.array([0.1, 0.1, 0.1]), 0.5, Priors(), ratings)
    learnt = learn_difficulty(Priors(), origin=Priors(), **observed)
    assert 0.5 < learnt.difficulty_sd < 0.85
    assert 0.2 < learnt.difficulty_per_rating < 0.7


def test_items_that_say_nothing_leave_the_priors_where_they_were() -> None:
    nothing = {"difficulty": np.zeros(2), "variance": np.full(2, 0.85**2), "ratings": np.array([1.0, 5.0])}
    learnt = learn_difficulty(Priors(), origin=Priors(), **nothing)
    assert learnt.difficulty_mean == 0
    assert learnt.difficulty_per_rating == pytest.approx(0.7)
    assert learnt.difficulty_sd == pytest.approx(0.85, rel=1e-3)


def test_elements_that_differ_are_told_apart_and_their_spread_is_learnt() -> None:
    generator = np.random.default_rng(4)
    elements = np.repeat([f"E{k:02d}" for k in range(40)], 30)
    shifts = generator.normal(0, 0.7, 40)
    ratings = generator.integers(1, 6, elements.size).astype(float)
    truth = 0.2 + 0.5 * (ratings - 3) + np.repeat(shifts, 30) + generator.normal(0, 0.5, elements.size)
    estimate = truth + generator.normal(0, 0.6, elements.size)
    observed = posterior_of(estimate, 0.6, Priors(), ratings)
    learnt = learn_difficulty(Priors(), origin=Priors(), elements=elements, **observed)
    assert learnt.element_sd == pytest.approx(0.7, abs=0.15)
    assert learnt.difficulty_sd == pytest.approx(0.5, abs=0.06)
    assert learnt.difficulty_per_rating == pytest.approx(0.5, abs=0.06)
    found = np.array([shift for _, shift in learnt.element_effects])
    assert np.corrcoef(found, shifts)[0, 1] > 0.97
    # Shrunken: each element's shift is that of its 30 items, drawn towards none.
    alone = learn_difficulty(Priors(), origin=Priors(), **observed)
    assert alone.difficulty_sd > 0.75
    means = learnt.difficulty_means(ratings, elements)
    assert np.allclose(means - learnt.difficulty_means(ratings), np.repeat(found, 30))


def test_a_shift_is_what_the_joint_normal_density_expects() -> None:
    """By brute force: the posterior mean of line and shifts under the learnt spreads, from the joint covariance."""
    generator = np.random.default_rng(5)
    elements, ratings = np.array(["A", "A", "B", "", "B", "A"]), np.array([1.0, 3, 4, 2, np.nan, 5])
    estimate, error = generator.normal(0, 1, 6), 0.4
    learnt = learn_difficulty(
        Priors(), origin=Priors(), elements=elements, **posterior_of(estimate, error, Priors(), ratings)
    )
    steps = np.where(np.isnan(ratings), 0.0, ratings - 3)
    design = np.stack([np.ones(6), steps, elements == "A", elements == "B"], axis=1).astype(float)
    prior = np.diag([1.0, 0.35**2, learnt.element_sd**2, learnt.element_sd**2])
    noise = np.eye(6) * (learnt.difficulty_sd**2 + error**2)
    gain = prior @ design.T @ np.linalg.inv(design @ prior @ design.T + noise)
    expected = np.array([0.0, 0.7, 0, 0]) + gain @ (estimate - design @ np.array([0.0, 0.7, 0, 0]))
    found = [learnt.difficulty_mean, learnt.difficulty_per_rating, *(shift for _, shift in learnt.element_effects)]
    assert found == pytest.approx(expected.tolist(), abs=1e-9)


@pytest.mark.parametrize("model", ["2pl", "gpcm"])
def test_few_answers_borrow_from_their_element(model: str) -> None:
    generator = np.random.default_rng(6)
    elements = {f"i{k}": "hard" if k % 2 else "easy" for k in range(30)}
    difficulty = np.array([1.0 if k % 2 else -1.0 for k in range(30)]) + generator.normal(0, 0.2, 30)
    right = generator.random((60, 30)) < 1 / (1 + np.exp(-(generator.normal(size=(60, 1)) - difficulty)))
    asked = generator.random((60, 30)) < 0.3
    person, item = np.nonzero(asked)
    data = ResponseData.from_indices(
        [f"p{k}" for k in range(60)], list(elements), person, item, right[person, item].astype(np.int8)
    )
    plain = calibrate(data, model=model, priors=Priors())
    told = calibrate(data, model=model, priors=Priors(), elements=elements)
    assert told.priors is not None
    assert dict(told.priors.element_effects)["hard"] > dict(told.priors.element_effects)["easy"] + 1
    errors = [
        np.sqrt(np.mean([(item.difficulty - difficulty[int(item.item_id[1:])]) ** 2 for item in result.items]))
        for result in (plain, told)
    ]
    assert errors[1] < 0.8 * errors[0]
