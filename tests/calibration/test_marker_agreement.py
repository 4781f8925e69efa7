"""Agreement of two markers against a published example and against Lin's concordance, which is the same number."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.errors import CalibrationError
from calibration.marker_agreement import marker_agreement

MARKS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=40)


def test_the_worked_example_of_statistics_packages() -> None:
    # 100 ratings of which six differ by one; quadratic kappa .9541 to four digits.
    first, second = [0] * 46 + [1] * 44 + [2] * 10, [0] * 50 + [1] * 40 + [2] * 10
    found = marker_agreement(first, second, highest=2)
    assert (found.responses, found.exact, found.adjacent) == (100, 0.96, 1.0)
    assert found.mean_difference == pytest.approx(0.04)
    assert found.kappa == pytest.approx(0.9541, abs=5e-5)


@given(MARKS)
@settings(max_examples=60, deadline=None)
def test_quadratic_kappa_is_lins_concordance(pairs: list[tuple[int, int]]) -> None:
    first, second = np.array(pairs).T
    found = marker_agreement(first.tolist(), second.tolist(), highest=6)
    spread = first.var() + second.var() + (first.mean() - second.mean()) ** 2
    if spread == 0:
        assert found.kappa is None
    else:
        covariance = (first * second).mean() - first.mean() * second.mean()
        assert found.kappa == pytest.approx(2 * covariance / spread, abs=1e-12)
    swapped = marker_agreement(second.tolist(), first.tolist(), highest=6)
    assert swapped.kappa == pytest.approx(found.kappa) if found.kappa is not None else swapped.kappa is None
    assert found.exact <= found.adjacent


@pytest.mark.parametrize(("first", "second"), [([], []), ([1], [1, 2]), ([1, 4], [1, 2]), ([-1], [0])])
def test_marks_that_cannot_be_are_refused(first: list[int], second: list[int]) -> None:
    with pytest.raises(CalibrationError):
        marker_agreement(first, second, highest=3)
