import numpy as np
import pytest

from engine.errors import InvalidSetting
from engine.randomness import generator


def test_the_same_seed_position_and_purpose_give_the_same_numbers_without_history():
    generator(5, 1, "randomesque").random(100)
    np.testing.assert_array_equal(generator(5, 2, "purpose").random(8), generator(5, 2, "purpose").random(8))


def test_recorded_sittings_will_always_be_replayed_with_the_same_numbers():
    assert generator(2026, 3, "randomesque").random() == 0.7403556381669598


def test_seeds_positions_and_purposes_do_not_share_numbers():
    keys = [(seed, position, purpose) for seed in range(20) for position in range(20) for purpose in ("a", "b", "1")]
    draws = {float(generator(*key).random()) for key in keys}
    assert len(draws) == len(keys)
    assert 0.45 < np.mean(list(draws)) < 0.55


@pytest.mark.parametrize(("seed", "position"), [(-1, 0), (0, -1)])
def test_negative_seeds_and_positions_are_refused(seed, position):
    with pytest.raises(InvalidSetting, match=f"not {seed} and {position}"):
        generator(seed, position, "anything")
