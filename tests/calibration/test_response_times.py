"""Response times against the multivariate normal likelihood, known truth, and planted rapid guesses."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kstest, multivariate_normal

from calibration.errors import CalibrationError
from calibration.rapid_guessing import rapid_guesses
from calibration.response_times import fit_response_times


def times(persons: int, items: int, seed: int, *, share: float = 1.0) -> tuple[np.ndarray, ...]:
    """Indices, seconds and truth."""
    draws = np.random.default_rng(seed)
    intensity, precision = draws.normal(4, 0.5, items), draws.uniform(1.5, 3.5, items)
    speed = draws.normal(0, 0.35, persons)
    log_time = intensity - speed[:, None] + draws.normal(size=(persons, items)) / precision
    person, item = np.nonzero(draws.random((persons, items)) < share)
    return person, item, np.exp(log_time[person, item]), intensity, precision, speed


def test_rapid_guesses_by_hand() -> None:
    found = rapid_guesses(
        [0, 0, 1, 1, 2, 2], [0, 1, 0, 1, 0, 1], [3.0, 500.0, 60.0, 400.0, 57.0, 9.0], n_persons=4, n_items=3
    )
    # Item 0: a tenth of 40 seconds; item 1: a tenth of 303 is above the cap.
    assert found.threshold.tolist() == [4.0, 10.0, 0.0]
    assert found.rapid.tolist() == [True, False, False, False, False, True]
    assert found.effort.tolist() == [0.5, 1.0, 0.5, 1.0]
    assert found.item_share == pytest.approx([1 / 3, 1 / 3, 0])


@given(st.lists(st.floats(0.01, 1e4), min_size=3, max_size=30), st.floats(1.1, 50))
@settings(max_examples=50, deadline=None)
def test_without_a_cap_the_unit_of_time_does_not_matter(seconds: list[float], factor: float) -> None:
    who, what = np.arange(len(seconds)), np.zeros(len(seconds), dtype=int)
    first = rapid_guesses(who, what, seconds, n_persons=len(seconds), n_items=1, longest=np.inf)
    again = rapid_guesses(who, what, np.array(seconds) * factor, n_persons=len(seconds), n_items=1, longest=np.inf)
    assert again.threshold == pytest.approx(first.threshold * factor)
    assert np.mean(first.rapid != again.rapid) <= 0.1


def test_the_likelihood_is_that_of_the_multivariate_normal_and_at_its_maximum() -> None:
    person, item, seconds, *_ = times(40, 4, 1)
    found = fit_response_times(person, item, seconds, n_persons=40, n_items=4)
    table = np.log(seconds).reshape(40, 4)

    def likelihood(intensity: np.ndarray, precision: np.ndarray, deviation: float) -> float:
        covariance = np.diag(precision**-2.0) + deviation**2
        return float(multivariate_normal(intensity, covariance).logpdf(table).sum())

    best = likelihood(found.intensity, found.precision, found.speed_deviation)
    assert found.converged
    assert found.log_likelihood == pytest.approx(best, abs=1e-4)
    for place in range(4):
        for step in (-0.03, 0.03):
            shift = np.zeros(4)
            shift[place] = step
            assert likelihood(found.intensity + shift, found.precision, found.speed_deviation) < best
            assert likelihood(found.intensity, found.precision + 5 * shift, found.speed_deviation) < best
    for factor in (0.9, 1.1):
        assert likelihood(found.intensity, found.precision, found.speed_deviation * factor) < best


def test_truth_is_recovered_from_sparse_times_and_residuals_are_normal() -> None:
    person, item, seconds, intensity, precision, speed = times(1500, 25, 2, share=0.5)
    found = fit_response_times(person, item, seconds, n_persons=1500, n_items=25)
    assert found.converged
    assert np.abs(found.intensity - intensity).max() < 0.08
    assert np.abs(found.precision / precision - 1).max() < 0.1
    assert found.speed_deviation == pytest.approx(0.35, abs=0.02)
    assert np.std((found.speed - speed) / found.speed_error) == pytest.approx(1, abs=0.05)
    assert kstest(found.residual[::7], "norm").pvalue > 0.01


def test_residuals_leave_the_answer_itself_out() -> None:
    person, item, seconds, *_ = times(30, 5, 3)
    found = fit_response_times(person, item, seconds, n_persons=30, n_items=5)
    variance = found.precision**-2.0
    row = 7
    others = (person == person[row]) & (np.arange(len(person)) != row)
    weight = 1 / variance[item[others]]
    precision = weight.sum() + found.speed_deviation**-2
    speed = weight @ (found.intensity[item[others]] - np.log(seconds[others])) / precision
    expected = found.intensity[item[row]] - speed
    error = np.sqrt(variance[item[row]] + 1 / precision)
    assert found.residual[row] == pytest.approx((np.log(seconds[row]) - expected) / error)


def test_planted_rapid_answers_stand_out() -> None:
    person, item, seconds, *_ = times(400, 20, 4)
    rapid = (person < 20) & (item >= 12)
    seconds = np.where(rapid, 2.0, seconds)
    found = fit_response_times(person, item, seconds, n_persons=400, n_items=20)
    assert np.mean(found.residual[rapid] < -2) > 0.95
    assert np.mean(found.residual[~rapid] < -3) < 0.01
    guesses = rapid_guesses(person, item, seconds, n_persons=400, n_items=20)
    assert np.mean(guesses.rapid[rapid]) > 0.9
    assert guesses.effort[:20].max() <= 0.7
    assert guesses.effort[20:].mean() > 0.99


def test_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    for bad in (0.0, -1.0, float("nan")):
        with pytest.raises(CalibrationError, match="answer 2 took"):
            rapid_guesses([0, 1], [0, 0], [1.0, bad], n_persons=2, n_items=1)
    for function in (rapid_guesses, fit_response_times):
        with pytest.raises(CalibrationError, match="2 persons, 1 items and 2 times"):
            function([0, 1], [0], [1.0, 2.0], n_persons=2, n_items=1)
    with pytest.raises(CalibrationError, match="item 2 of 2 has 1 answers with a time"):
        fit_response_times([0, 1, 0], [0, 0, 1], [1.0, 2.0, 3.0], n_persons=2, n_items=2)
    person, item, seconds, *_ = times(30, 5, 3)
    monkeypatch.setattr("calibration.response_times.MOST_ROUNDS", 2)
    assert not fit_response_times(person, item, seconds, n_persons=30, n_items=5).converged
