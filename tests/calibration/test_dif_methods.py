"""Ordinal regression, likelihood ratios inside a study, and progress: against other maximisers, curves and samples."""

from dataclasses import astuple

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import chi2

from calibration.calibrated_pool import pool_for
from calibration.dif import StudyCancelledError, dif_study, likelihood_ratio_dif
from calibration.dif.groups import ComparedGroups
from calibration.dif.likelihood_ratio import likelihood_ratio_of
from calibration.dif.logistic_regression import logistic_dif
from calibration.dif.matching import AbilityMatching
from calibration.dif.ordinal_regression import ordinal_dif
from calibration.quadrature import DEFAULT_GRID as GRID
from tests.calibration.test_dif import GROUPS, ITEMS, population


def test_ordinal_regression_of_right_and_wrong_is_logistic_regression() -> None:
    draws = np.random.default_rng(3)
    ability, group = draws.normal(size=400), draws.random(400) < 0.4
    right = draws.random(400) < 1 / (1 + np.exp(-(ability - 0.5 * group)))
    one, other = logistic_dif(right, group, ability), ordinal_dif(right, group, ability)
    assert one is not None
    assert other is not None
    assert astuple(other) == pytest.approx(astuple(one), rel=1e-6, abs=1e-9)


def test_ordinal_regression_is_the_maximum_and_its_error_the_curvature() -> None:
    draws = np.random.default_rng(4)
    ability, group = draws.normal(size=700), draws.random(700) < 0.4
    score = np.digitize(ability - 0.6 * group + draws.logistic(size=700), [-1.0, 0.2, 1.4]) * 2  # nobody has 1, 3 or 5
    found = ordinal_dif(score, group, ability)
    assert found is not None
    level = (ability - ability.mean()) / ability.std()
    columns = np.stack((level, group, level * group), axis=1)

    def minus_log_likelihood(values: np.ndarray, used: int) -> float:
        reach = 1 / (1 + np.exp(-(values[:3] + (columns[:, :used] @ values[3:])[:, None])))
        bounds = np.concatenate((np.ones((700, 1)), reach, np.zeros((700, 1))), axis=1)
        chance = bounds[np.arange(700), score // 2] - bounds[np.arange(700), score // 2 + 1]
        return -float(np.log(np.maximum(chance, 1e-300)).sum())

    fits = [
        minimize(minus_log_likelihood, [2, 0, -2, *[0.0] * used], args=(used,), method="BFGS", options={"gtol": 1e-6})
        for used in (1, 2, 3)
    ]
    assert found.group_effect == pytest.approx(fits[1].x[4], abs=1e-4)
    steps = 1e-3 * np.eye(5)

    def at(*moves: np.ndarray) -> float:
        return minus_log_likelihood(fits[1].x + sum(moves), 2)

    curvature = [[at(s, r) - at(s, -r) - at(-s, r) + at(-s, -r) for s in steps] for r in steps]
    errors = np.sqrt(np.diag(np.linalg.inv(np.array(curvature) / 4e-6)))
    assert found.standard_error == pytest.approx(errors[4], rel=1e-3)
    assert found.chi_squared == pytest.approx(2 * (fits[0].fun - fits[2].fun), abs=1e-4)
    assert found.p_uniform == pytest.approx(chi2.sf(2 * (fits[0].fun - fits[1].fun), 1), rel=1e-3)


def test_ordinal_regressions_that_do_not_exist() -> None:
    level = np.arange(60.0)
    assert ordinal_dif(np.ones(60), level % 2 == 0, level) is None
    assert ordinal_dif(np.digitize(level, [20, 40]), level % 2 == 0, level) is None


def test_ordinal_regression_finds_items_of_several_scores() -> None:
    data, groups, items = population(8, harder={4: 1.3}, steps=3, impact=0.5)
    study = dif_study(data, groups, **GROUPS, items=items, method="logistic")
    found = {item.item_id: item for item in study.items}
    assert max(found.values(), key=lambda item: abs(item.comparison.effect)).item_id == "i4"
    assert found["i4"].classification != "A"
    assert found["i4"].favours == "reference"


def test_the_share_difference_is_that_of_the_curves_in_every_method() -> None:
    """A shift of the difficulty costs the focal group its mean difference of two known curves."""
    data, groups, items = population(16, harder={3: 1.0}, answers=16, persons=3000)
    abilities = np.random.default_rng(0).normal(size=200_000)
    item = items[3]
    chances = [1 / (1 + np.exp(-item.discrimination * (abilities - item.difficulty - shift))) for shift in (1.0, 0.0)]
    # Items come to those whose ability is near, so the mean over all is a rough measure.
    expected = float(np.mean(chances[0] - chances[1]))
    for method in ("mantel_haenszel", "logistic", "likelihood_ratio"):
        study = dif_study(data, groups, **GROUPS, items=items, method=method, purify=False)
        found = next(one for one in study.items if one.item_id == "i3")
        assert found.share_difference == pytest.approx(expected, abs=0.05)
        assert 0 < found.share_error < 0.03
        assert found.comparison.effect < 0
        assert found.comparison.standard_error is not None


def test_the_likelihood_ratio_study_is_the_function_with_what_it_left_out() -> None:
    data, groups, items = population(17, harder={3: 1.0}, answers=12, persons=400)
    study = dif_study(data, groups, **GROUPS, items=items, method="likelihood_ratio")
    alone = likelihood_ratio_dif(data, items, groups, **GROUPS)
    assert tuple(item.comparison for item in study.items) == alone
    assert len(study.items) + len(study.left_out) == ITEMS
    assert set(study.anchors).isdisjoint(item.item_id for item in study.items if item.classification != "A")


def test_the_error_of_a_difference_between_curves_is_its_spread_over_samples() -> None:
    found = []
    for seed in range(40):
        data, group_of, items = population(100 + seed, persons=400, rasch=True)
        groups = ComparedGroups.of(data, group_of, **GROUPS, least=30)
        matching = AbilityMatching(data, groups.focal, pool_for(data, items).log_probabilities(GRID.nodes), GRID)
        found.append(likelihood_ratio_of(groups, matching, 0, np.ones(ITEMS, dtype=bool), items[0]))
    spread = np.std([one.difference for one in found])
    assert np.mean([one.standard_error for one in found if one.standard_error]) == pytest.approx(spread, rel=0.3)


def test_where_the_likelihood_is_flat_there_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    data, group_of, items = population(19, persons=100)
    monkeypatch.setattr("calibration.dif.likelihood_ratio.LEAST_CURVATURE", 1e9)
    found = likelihood_ratio_dif(data, items, group_of, **GROUPS, purify=False)
    assert all(item.standard_error is None and np.isfinite(item.difference) for item in found)


def test_a_study_tells_how_far_it_is_and_ends_when_told() -> None:
    data, groups, items = population(18, harder={3: 1.5}, persons=200)
    heard: list[tuple[int, int, int]] = []

    def listener(round_: int, done: int, total: int) -> bool:
        heard.append((round_, done, total))
        return len(heard) < 30

    with pytest.raises(StudyCancelledError):
        dif_study(data, groups, **GROUPS, items=items, on_item=listener)
    assert heard[0] == (1, 1, ITEMS)
    assert heard[ITEMS - 1] == (1, ITEMS, ITEMS)
    assert heard[ITEMS] == (2, 1, ITEMS)
    assert len(heard) == 30
