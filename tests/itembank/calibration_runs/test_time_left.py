"""The time left of a climb: unknown at first, then as long as the climb really takes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from itembank.calibration_runs.time_left import TimeLeft
from tests.support.institution import NOON


def climb(rate: float, steps: int, *, seconds: float = 2.0) -> list[float | None]:
    """Tell what is said after each step of a climb whose gains shrink at a steady rate from 100."""
    watch, height, told = TimeLeft(), -5000.0, []
    for step in range(steps):
        height += 100.0 * rate**step
        told.append(watch.after(step + 1, height, now=NOON + timedelta(seconds=seconds * step)))
    return told


def test_nothing_is_told_before_the_rate_shows() -> None:
    assert climb(0.8, 6) == [None] * 6


@pytest.mark.parametrize("rate", [0.5, 0.8, 0.95])
def test_what_is_told_is_what_the_climb_takes(rate: float) -> None:
    # Gains fall below a millionth of a unit after as many steps as the rate says, and a few last steps follow.
    needed = next(step for step in range(10_000) if 100.0 * rate**step < 1e-6)
    told = climb(rate, 20)
    assert told[-1] == pytest.approx(2.0 * (needed - 20 + 4), rel=0.1, abs=4.0)
    later = climb(rate, 25)
    assert (later[-1] or 0) < (told[-1] or 0)


def test_gains_that_do_not_shrink_tell_of_no_end() -> None:
    assert climb(1.0, 12)[-1] is None
    assert climb(1.1, 12)[-1] is None


def test_steps_that_are_taken_back_are_no_gains() -> None:
    watch = TimeLeft()
    heights = [-100.0, -50.0, -80.0, -25.0, -12.0, -30.0, -6.0, -3.0, -1.5, -0.8]
    told = [watch.after(step, height, now=NOON + timedelta(seconds=step)) for step, height in enumerate(heights, 1)]
    assert told[-1] is not None
    assert 5 < told[-1] < 60


def test_a_climb_that_begins_anew_is_timed_anew() -> None:
    watch = TimeLeft()
    for step in range(1, 9):
        watch.after(step, -100.0 * 0.5**step, now=NOON + timedelta(seconds=step))
    assert watch.after(1, -200.0, now=NOON + timedelta(seconds=100)) is None
