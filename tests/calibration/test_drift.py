"""Drift against worked numbers, planted movers, and simulated run lengths."""

import numpy as np
import pytest

from calibration.drift import average_run_length, item_drift, limit_for, purged_link, robust_z, watch_drift
from calibration.errors import CalibrationError
from calibration.linking import Link, link_to_anchors


def test_robust_z_by_hand() -> None:
    # Quartiles of 0, 1, 2, 3, 10 are 1 and 3: the robust standard deviation is 1.48 about 2.
    assert robust_z([0, 1, 2, 3, 10]) == pytest.approx(np.array([-2, -1, 0, 1, 8]) / 1.48)
    assert robust_z([1, 1, 1, 1, 2]).tolist() == [0, 0, 0, 0, np.inf]


def test_the_item_that_moved_is_found() -> None:
    draws = np.random.default_rng(3)
    old = {f"i{place}": float(draws.normal()) for place in range(30)}
    new = {name: value + float(draws.normal(0, 0.1)) for name, value in old.items()}
    new["i7"] -= 1.2
    found = item_drift(old, new, dict.fromkeys(new, 0.1))
    assert [item.item_id for item in found if item.drifted] == ["i7"]
    assert next(item for item in found if item.item_id == "i7").displacement == pytest.approx(-1.2, abs=0.4)


def test_small_moves_do_not_matter_however_they_stand_out() -> None:
    old = {f"i{place}": float(place) for place in range(10)}
    new = {name: value + (0.3 if name == "i4" else 0.001 * place) for place, (name, value) in enumerate(old.items())}
    found = item_drift(old, new, dict.fromkeys(new, 0.01))
    assert not any(item.drifted for item in found)
    assert abs(next(item for item in found if item.item_id == "i4").robust_z) > 10


def test_what_the_errors_of_both_estimates_make_is_no_drift() -> None:
    # Half of the items are known well in both calibrations and half by some eighty answers; none has changed.
    draws = np.random.default_rng(8)
    by_size_alone = accused = 0
    for _ in range(40):
        error = np.repeat([0.08, 0.3], 30)
        names = [f"i{place}" for place in range(60)]
        truth = draws.normal(0, 1, 60)
        old, new = (dict(zip(names, truth + draws.normal(0, error), strict=True)) for _ in range(2))
        found = item_drift(old, new, dict(zip(names, np.sqrt(2) * error, strict=True)))
        by_size_alone += sum(abs(item.robust_z) > 1.645 and abs(item.displacement) > 0.5 for item in found)
        accused += any(item.drifted for item in found)
    assert by_size_alone > 160
    assert accused <= 5  # 2 of 40 are expected


def test_an_item_is_held_against_its_own_error() -> None:
    names = [f"i{place}" for place in range(10)]
    old = dict.fromkeys(names, 0.0)
    new = {name: 0.01 * place for place, name in enumerate(names)} | {"i2": 0.7, "i8": 0.7}
    found = item_drift(old, new, dict.fromkeys(names, 0.1) | {"i8": 0.3})
    assert [item.item_id for item in found if item.drifted] == ["i2"]
    # The limit of ten items is that of one in two hundred, either way: 2.807 errors.
    for errors, drifted in ((2.806, False), (2.808, True)):
        one = item_drift(old, new, dict.fromkeys(names, 0.1) | {"i8": 0.7 / errors})[8]
        assert one.drifted is drifted


def test_a_link_is_purged_of_anchors_that_drifted() -> None:
    draws = np.random.default_rng(5)
    target = {f"i{place}": (1.0, float(draws.normal())) for place in range(20)}
    new = {name: (1.0, b - 0.5 + float(draws.normal(0, 0.05))) for name, (_a, b) in target.items()}
    for name in ("i2", "i11", "i12"):
        new[name] = (1.0, new[name][1] + 1.5)

    def link(names: list[str]) -> Link:
        return link_to_anchors(target, {name: new[name] for name in names}, method="shift")

    def moved(found: Link) -> dict[str, tuple[float, float, float]]:
        return {name: (target[name][1], new[name][1] + found.intercept, 0.05) for name in new}

    naive = link(list(new))
    purged, left_out = purged_link(list(new), link, moved)
    assert left_out == ("i2", "i11", "i12")
    assert purged.intercept == pytest.approx(0.5, abs=0.03)
    assert abs(naive.intercept - 0.5) > 0.2


def test_a_link_is_not_purged_to_nothing() -> None:
    target = {f"i{place}": (1.0, 0.0) for place in range(5)}
    new = {f"i{place}": (1.0, 5.0 * (place == 4)) for place in range(5)}
    with pytest.raises(CalibrationError, match="only 4 of 5 anchor items would be left"):
        purged_link(
            list(new),
            lambda names: link_to_anchors(target, {name: new[name] for name in names}, method="shift"),
            lambda found: {name: (target[name][1], new[name][1] + found.intercept, 0.1) for name in new},
        )


def test_sums_are_those_of_the_recursion() -> None:
    draws = np.random.default_rng(2)
    chance = draws.uniform(0.2, 0.9, 200)
    score = (draws.random(200) < chance).astype(float)
    watch = watch_drift(score, chance, chance * (1 - chance), reference=0.1)
    easier = harder = 0.0
    for place in range(200):
        surprise = (score[place] - chance[place]) / np.sqrt(chance[place] * (1 - chance[place]))
        easier, harder = max(0.0, easier + surprise - 0.1), max(0.0, harder - surprise - 0.1)
        assert (watch.easier[place], watch.harder[place]) == (pytest.approx(easier), pytest.approx(harder))


def test_a_leak_is_noticed_soon_and_a_sound_item_seldom_accused() -> None:
    draws = np.random.default_rng(4)
    sound, leaked = [], []
    for _ in range(60):
        chance = draws.uniform(0.3, 0.8, 1500)
        honest = (draws.random(1500) < chance).astype(float)
        told = (draws.random(1500) < np.minimum(1, chance + 0.25)).astype(float)
        variance = chance * (1 - chance)
        sound.append(watch_drift(honest, chance, variance).alarm)
        leaked.append(watch_drift(told, chance, variance))
    assert all(watch.direction == "easier" for watch in leaked)
    assert np.median([watch.alarm for watch in leaked]) < 90
    expected = average_run_length(shift=0.0, reference=0.25, limit=12.0)
    accused = np.mean([alarm is not None for alarm in sound])
    # Two sums, each alarming on average after so many answers.
    assert accused == pytest.approx(1 - np.exp(-2 * 1500 / expected), abs=0.2)


def test_run_lengths_are_those_of_simulation() -> None:
    draws = np.random.default_rng(6)
    for shift, tolerance in ((0.5, 0.1), (0.25, 0.15)):
        lengths = []
        for _ in range(300):
            steps = draws.normal(shift, 1, 4000)
            lengths.append(watch_drift(steps, np.zeros(4000), np.ones(4000), limit=6.0).alarm + 1)
        expected = average_run_length(shift=shift, reference=0.25, limit=6.0)
        assert np.mean(lengths) == pytest.approx(expected, rel=tolerance)


def test_refusals() -> None:
    with pytest.raises(CalibrationError, match="2 items are in both calibrations; drift needs 5"):
        item_drift({"a": 0.0, "b": 1.0}, {"a": 0.0, "b": 1.0}, {"a": 0.1, "b": 0.1})
    names = "abcdef"
    with pytest.raises(CalibrationError, match="item 'c': a finite difficulty"):
        item_drift(
            dict.fromkeys(names, 0.0), dict.fromkeys(names, 0.0) | {"c": float("nan")}, dict.fromkeys(names, 0.1)
        )
    with pytest.raises(CalibrationError, match=r"item 'e': .* a finite error of the difference"):
        item_drift(
            dict.fromkeys(names, 0.0), dict.fromkeys(names, 0.0), dict.fromkeys(names, 0.1) | {"e": float("inf")}
        )
    with pytest.raises(CalibrationError, match="2 scores, 1 expectations and 2 variances"):
        watch_drift([1, 0], [0.5], [1, 1])
    with pytest.raises(CalibrationError, match="must be positive"):
        watch_drift([1], [0.5], [0.0])


@pytest.mark.parametrize("share", [0.5, 0.8, 0.97])
def test_limits_hold_their_chance_for_items_of_any_difficulty(share: float) -> None:
    draws = np.random.default_rng(6)
    variance = share * (1 - share)
    skewness = abs(1 - 2 * share) / np.sqrt(variance)
    limit = limit_for(400, chance=0.05, skewness=skewness)
    mean, spread = np.full(400, share), np.full(400, variance)
    alarms = [
        watch_drift((draws.random(400) < share).astype(float), mean, spread, limit=limit).alarm is not None
        for _ in range(800)
    ]
    assert 0.005 < np.mean(alarms) < 0.07


def test_limits_are_those_whose_run_length_fits() -> None:
    for answers, chance in ((10, 0.5), (500, 0.05), (20_000, 0.001)):
        limit = limit_for(answers, chance=chance)
        assert average_run_length(shift=0, reference=0.25, limit=limit) == pytest.approx(2 * answers / chance)
    assert limit_for(500, chance=0.05, sides=1) < limit_for(500, chance=0.05)
    assert limit_for(500, chance=0.05, skewness=-1.0) == limit_for(500, chance=0.05)
    # The exponent solves the equation up to the third moment.
    ratio = limit_for(500, chance=0.05) / limit_for(500, chance=0.05, skewness=2.0)
    exponent = 0.5 * ratio
    assert -0.25 + exponent / 2 + 2.0 * exponent**2 / 6 == pytest.approx(0)


def test_a_limit_needs_answers_and_a_chance() -> None:
    with pytest.raises(CalibrationError, match=r"0 answers and a chance of 0\.05"):
        limit_for(0, chance=0.05)
    with pytest.raises(CalibrationError, match="a chance of 0;"):
        limit_for(5, chance=0.0)


def test_the_day_a_drift_began_is_when_its_rise_set_in() -> None:
    score = np.array([0.0, 1, 0, 1, 0, 0, *[1.0] * 30])
    watch = watch_drift(score, np.full(36, 0.5), np.full(36, 0.25), limit=8.0)
    assert watch.alarm is not None
    assert (watch.direction, watch.began) == ("easier", 6)
    assert watch.alarm == 6 + 10  # 0.75 an answer
    assert watch_drift(score[:6], np.full(6, 0.5), np.full(6, 0.25)).began is None
