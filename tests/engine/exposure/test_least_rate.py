import pytest

from engine.errors import InvalidParameters
from engine.exposure.least_rate import least_rate, out_of_reach
from engine.simulation.simulate import simulate
from tests.engine.pools import exam_of, pool_of


def test_no_sitting_is_shorter_than_what_is_planned_first():
    pool = pool_of(40)
    early = exam_of(pool, minimum_length=10, maximum_length=20).design
    full = exam_of(pool, minimum_length=10, maximum_length=20, stop_rule="length").design
    assert (least_rate(early, items=40), least_rate(full, items=40)) == (0.25, 0.5)
    assert least_rate(full, items=10) == 1
    with pytest.raises(InvalidParameters, match="at least one item, not 0"):
        least_rate(full, items=0)


def test_a_limit_is_out_of_reach_below_the_least_rate_but_for_rounding():
    assert [out_of_reach(rate, 1 / 3) for rate in (None, 0.3, 0.3333, 0.34, 1.0)] == [False, True, False, False, False]


@pytest.mark.parametrize("options", [{}, {"stop_rule": "length"}, {"stop_rule": "se"}])
def test_no_control_keeps_less(options):
    exam = exam_of(pool_of(40), minimum_length=12, maximum_length=16, maximum_exposure=0.2, **options)
    assert simulate(exam, examinees=120, seed=5).max_exposure >= least_rate(exam.design, items=40)
