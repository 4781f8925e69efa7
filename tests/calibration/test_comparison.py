"""Old against new parameters."""

import numpy as np
import pytest

from calibration.comparison import compare


def test_changes_are_measured() -> None:
    old = {"a": (1.0, 0.0), "b": (1.2, -1.0), "gone": (1.0, 1.0), "c": (0.8, 0.5)}
    new = {"b": (1.0, -0.8), "a": (1.1, 0.1), "c": (0.8, 0.4), "fresh": (1.0, 0.0)}
    comparison = compare(old, new)
    assert [item.item_id for item in comparison.items] == ["b", "a", "c"]
    assert comparison.only_old == ("gone",)
    assert comparison.only_new == ("fresh",)
    first = comparison.items[0]
    assert (first.old_discrimination, first.new_discrimination) == (1.2, 1.0)
    assert (first.old_difficulty, first.new_difficulty) == (-1.0, -0.8)
    assert first.discrimination_change == pytest.approx(-0.2)
    assert first.difficulty_change == pytest.approx(0.2)
    assert comparison.rms_discrimination == pytest.approx(np.sqrt((0.2**2 + 0.1**2) / 3))
    assert comparison.rms_difficulty == pytest.approx(np.sqrt((0.2**2 + 0.1**2 + 0.1**2) / 3))
    assert comparison.correlation_difficulty == pytest.approx(np.corrcoef([-1, 0, 0.5], [-0.8, 0.1, 0.4])[0, 1])
    assert comparison.correlation_discrimination == pytest.approx(np.corrcoef([1.2, 1, 0.8], [1, 1.1, 0.8])[0, 1])
    # Changes of b are .2, .1, −.1: median .1, quartiles 0 and .15.
    assert first.robust_z_difficulty == pytest.approx(0.1 / (0.74 * 0.15))


def test_one_drifted_item_stands_out() -> None:
    generator = np.random.default_rng(1)
    old = {str(k): (1.0, b) for k, b in enumerate(generator.normal(0, 1, 60))}
    new = {
        name: (a * float(np.exp(generator.normal(0, 0.05))), b + generator.normal(0.2, 0.08))
        for name, (a, b) in old.items()
    }
    new["7"] = (new["7"][0], old["7"][1] + 1.2)
    changes = {item.item_id: item for item in compare(old, new).items}
    drifted = changes["7"].robust_z_difficulty
    assert drifted is not None
    assert drifted > 8
    assert changes["7"].suspicious
    assert changes["7"].curve_distance == max(item.curve_distance for item in changes.values())
    others = [item.robust_z_difficulty for name, item in changes.items() if name != "7"]
    assert np.std([z for z in others if z is not None]) == pytest.approx(1, abs=0.35)


def test_distance_between_curves() -> None:
    (item,) = compare({"x": (1.0, 0.0)}, {"x": (1.0, 1.0)}).items
    ability = np.random.default_rng(2).normal(0, 1, 200_000)
    gap = 1 / (1 + np.exp(-ability)) - 1 / (1 + np.exp(-(ability - 1)))
    assert item.curve_distance == pytest.approx(np.sqrt(np.mean(gap**2)), abs=1e-3)


def test_what_cannot_be_told_is_none() -> None:
    nothing = compare({}, {"x": (1.0, 0.0)})
    assert nothing.items == ()
    assert (nothing.rms_difficulty, nothing.correlation_difficulty) == (None, None)
    same = compare({"x": (1.0, 0.0), "y": (1.0, 0.0)}, {"x": (1.0, 0.1), "y": (-0.3, 0.1)})
    assert [item.robust_z_difficulty for item in same.items] == [None, None]
    assert [item.robust_z_discrimination for item in same.items] == [None, None]
    assert not same.items[0].suspicious
    assert same.correlation_difficulty is None
    turned = compare({"x": (-1.0, 0.0)}, {"x": (1.0, 0.0)})
    assert turned.items[0].robust_z_discrimination is None
