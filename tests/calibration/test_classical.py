"""Classical statistics against direct computation."""

import numpy as np
import pytest

from calibration import CalibrationError, ResponseData
from calibration.classical import classical_statistics, distractor_table
from tests.calibration.simulated import simulate


def test_statistics_of_a_complete_form() -> None:
    data = simulate(200, 6, seed=4).data
    matrix = np.zeros((200, 6))
    matrix[data.person, data.item] = data.score
    statistics = classical_statistics(data, adaptive=False)
    assert statistics.caution is None
    for k, item in enumerate(statistics.items):
        rest = matrix.sum(axis=1) - matrix[:, k]
        assert item.n_responses == 200
        assert item.proportion_right == pytest.approx(matrix[:, k].mean())
        assert item.item_rest_correlation == pytest.approx(np.corrcoef(matrix[:, k], rest)[0, 1])


def test_incomplete_and_adaptive_data_carry_a_caution() -> None:
    data = simulate(50, 6, answers=3).data
    assert classical_statistics(data, adaptive=False).caution == "incomplete"
    assert classical_statistics(data, adaptive=True).caution == "adaptive"


def test_what_cannot_be_computed_is_none() -> None:
    data = ResponseData.from_indices(["a", "b"], ["x", "unasked"], [0, 1], [0, 0], [1, 0])
    asked, unasked = classical_statistics(data, adaptive=False).items
    assert (asked.proportion_right, asked.item_rest_correlation) == (0.5, None)
    assert (unasked.n_responses, unasked.proportion_right, unasked.item_rest_correlation) == (0, None, None)


def test_partial_credit_is_refused() -> None:
    with pytest.raises(CalibrationError, match="score 2"):
        classical_statistics(ResponseData.from_triples(["a"], ["x"], [2]), adaptive=False)


def test_distractors() -> None:
    chosen = np.array([0, 0, 0, 1, 1, 2, -1])
    ability = np.array([1.0, 2.0, 1.5, -1.0, -0.5, 3.0, -2.0])
    key, weak, attractive, unused, omitted = distractor_table(chosen, ability, n_options=4, key={0})
    assert [row.option for row in (key, weak, attractive, unused, omitted)] == [0, 1, 2, 3, -1]
    assert [row.count for row in (key, weak, attractive, unused, omitted)] == [3, 2, 1, 0, 1]
    assert key.share == pytest.approx(3 / 7)
    assert key.mean_ability == pytest.approx(1.5)
    assert key.correlation == pytest.approx(np.corrcoef(chosen == 0, ability)[0, 1])
    assert (key.is_key, weak.is_key) == (True, False)
    assert (unused.mean_ability, unused.correlation) == (None, None)
    assert [row.suspicious for row in (key, weak, attractive, unused, omitted)] == [False, False, True, False, False]


def test_a_key_that_repels_the_able_is_suspicious() -> None:
    key, distractor = distractor_table([0, 0, 1, 1], [-1, -1, 1, 1], n_options=2, key=[0])
    assert (key.suspicious, distractor.suspicious) == (True, True)


def test_no_answers_give_an_empty_table() -> None:
    rows = distractor_table([], [], n_options=2, key={1})
    assert [(row.count, row.share) for row in rows] == [(0, 0.0), (0, 0.0)]


def test_impossible_options_are_refused() -> None:
    with pytest.raises(CalibrationError, match="option 4; 0 to 3 are expected"):
        distractor_table([0, 4], [0.0, 0.0], n_options=4, key={0})
    with pytest.raises(CalibrationError, match="2 options and 1 abilities"):
        distractor_table([0, 1], [0.0], n_options=4, key={0})
