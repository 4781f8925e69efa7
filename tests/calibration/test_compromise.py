"""Compromise: planted leaks are found soon, sound items hardly ever accused, and one sign alone is none."""

import numpy as np
import pytest

from calibration.compromise import watch_compromise
from calibration.errors import CalibrationError


def answers(n: int, *, leak: int, better: float = 0.0, quicker: float = 0.0, seed: int = 1) -> tuple[np.ndarray, ...]:
    """Surprises of answers right half of the time, and residuals of times, from some place on of a known item."""
    draws = np.random.default_rng(seed)
    known = np.arange(n) >= leak
    right = draws.random(n) < 0.5 + better * known
    return (right - 0.5) / 0.5, draws.normal(size=n) - quicker * known


def test_a_leak_is_found_within_a_hundred_answers() -> None:
    watch = watch_compromise(*answers(1000, leak=600, better=0.3, quicker=0.8), chance=0.05 / 300)
    assert watch.compromised
    assert watch.since is not None
    assert 600 < watch.since < 700
    assert watch.easier_began is not None
    assert watch.quicker_began is not None
    assert 560 < watch.easier_began <= 640
    assert 560 < watch.quicker_began <= 640
    assert watch.since == max(watch.easier or 0, watch.quicker or 0)


@pytest.mark.parametrize(("better", "quicker"), [(0.3, 0.0), (0.0, 0.8), (-0.3, 0.8), (0.3, -0.8)])
def test_one_sign_alone_is_no_compromise(better: float, quicker: float) -> None:
    watch = watch_compromise(*answers(1000, leak=400, better=better, quicker=quicker), chance=0.001)
    assert not watch.compromised
    assert watch.since is None
    assert (watch.easier is None) == (better <= 0)
    assert (watch.quicker is None) == (quicker <= 0)


def test_sound_items_are_hardly_ever_accused() -> None:
    chance = 0.01
    found = [watch_compromise(*answers(300, leak=300, seed=seed), chance=chance) for seed in range(600)]
    assert np.mean([watch.compromised for watch in found]) < 2 * chance
    for each in ([watch.easier for watch in found], [watch.quicker for watch in found]):
        assert 0.02 < np.mean([place is not None for place in each]) < 0.15  # the root of the chance


def test_bad_input_is_refused() -> None:
    with pytest.raises(CalibrationError, match="3 surprises and 2 residuals"):
        watch_compromise([0.0, 1.0, 1.0], [0.0, 1.0], chance=0.01)
    with pytest.raises(CalibrationError, match="0 answers"):
        watch_compromise([], [], chance=0.01)
    with pytest.raises(CalibrationError, match="chance of 1"):
        watch_compromise([0.0], [0.0], chance=1.0)
