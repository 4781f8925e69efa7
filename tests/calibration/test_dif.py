"""Differential item functioning against published tables, brute force, planted differences and type I errors."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import hypergeom, kstest, norm

from calibration.calibration_result import CalibratedItem
from calibration.dif import (
    dif_study,
    likelihood_ratio_dif,
    mantel,
    mantel_haenszel,
    shrunken_dif,
)
from calibration.dif.logistic_regression import LogisticDif, logistic_dif
from calibration.dif.mantel import Mantel
from calibration.dif.mantel_haenszel import MantelHaenszel
from calibration.dif.matching import population_of
from calibration.dif.purification import purified_anchors
from calibration.errors import CalibrationError
from calibration.quadrature import DEFAULT_GRID
from calibration.responses import ResponseData
from engine.response_models import ItemPool

# Applicants to six departments of Berkeley in 1973 (Bickel, Hammel & O'Connell 1975): men admitted and rejected, women
# admitted and rejected.
BERKELEY = (
    (512, 313, 89, 19),
    (353, 207, 17, 8),
    (120, 205, 202, 391),
    (138, 279, 131, 244),
    (53, 138, 94, 299),
    (22, 351, 24, 317),
)


def rows_of(tables: tuple[tuple[int, ...], ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    parts = [
        (1 - cell % 2, cell // 2, level)
        for level, table in enumerate(tables)
        for cell, count in enumerate(table)
        for _ in range(count)
    ]
    right, focal, level = np.array(parts).T
    return right, focal.astype(bool), level


def test_berkeley_is_as_published() -> None:
    found = mantel_haenszel(*rows_of(BERKELEY))
    assert found is not None
    # R's mantelhaen.test(UCBAdmissions): 0.9046968, 95 % interval 0.7719074 to 1.0603298.
    assert found.odds_ratio == pytest.approx(0.9046968, abs=5e-8)
    reach = 1.959964 * found.standard_error / 2.35
    assert math.exp(math.log(found.odds_ratio) - reach) == pytest.approx(0.7719074, abs=1e-6)
    assert math.exp(math.log(found.odds_ratio) + reach) == pytest.approx(1.0603298, abs=1e-6)
    assert found.chi_squared == pytest.approx(1.4269, abs=5e-5)
    assert found.p_value == pytest.approx(0.2323, abs=5e-5)
    assert found.classification == "A"
    assert found.effect == found.delta == pytest.approx(-2.35 * math.log(0.9046968), abs=1e-6)


def test_mantel_of_two_scores_is_mantel_haenszel_without_continuity() -> None:
    right, focal, level = rows_of(BERKELEY)
    found = mantel(right, focal, level)
    assert found is not None
    # By hand, from the hypergeometric distribution of each table.
    surprise = spread = 0.0
    for a, b, c, d in BERKELEY:
        given_margins = hypergeom(a + b + c + d, a + c, c + d)
        surprise += c - given_margins.mean()
        spread += given_margins.var()
    assert found.chi_squared == pytest.approx(surprise**2 / spread)
    women = sum(table[2] + table[3] for table in BERKELEY)
    difference = sum((c + d) / women * (c / (c + d) - a / (a + b)) for a, b, c, d in BERKELEY)
    assert found.mean_difference == pytest.approx(difference)
    assert found.effect == pytest.approx(difference / right.std())


def test_the_error_of_the_mean_difference_is_that_of_shuffled_groups() -> None:
    draws = np.random.default_rng(1)
    level = draws.integers(0, 4, 300)
    score = np.minimum(3, draws.poisson(0.5 + 0.5 * level))
    focal = draws.random(300) < 0.3
    found = mantel(score, focal, level)
    assert found is not None
    shuffled = []
    for _ in range(1500):
        again = focal.copy()
        for stratum in range(4):
            inside = np.flatnonzero(level == stratum)
            again[inside] = focal[inside][draws.permutation(len(inside))]
        shuffled.append(mantel(score, again, level))
    assert np.std([other.effect for other in shuffled]) == pytest.approx(found.standard_error, rel=0.06)
    assert np.mean([other.p_value < 0.05 for other in shuffled]) == pytest.approx(0.05, abs=0.02)


@given(st.lists(st.tuples(*[st.integers(1, 40)] * 4), min_size=1, max_size=6))
@settings(max_examples=40, deadline=None)
def test_exchanging_the_groups_turns_the_sign(tables: list[tuple[int, ...]]) -> None:
    right, focal, level = rows_of(tuple(tables))
    one, other = mantel_haenszel(right, focal, level), mantel_haenszel(right, ~focal, level)
    assert one is not None
    assert other is not None
    assert one.delta == pytest.approx(-other.delta)
    assert one.standard_error == pytest.approx(other.standard_error)
    assert one.chi_squared == pytest.approx(other.chi_squared)
    assert one.classification == other.classification


@pytest.mark.parametrize(
    ("delta", "error", "p_value", "expected"),
    [
        (0.9, 0.1, 1e-9, "A"), (2.0, 1.5, 0.2, "A"), (-1.2, 0.1, 1e-9, "B"), (1.6, 0.4, 1e-3, "B"),
        (-1.6, 0.3, 1e-3, "C"), (1.49, 0.01, 1e-9, "B"),
    ],
)  # fmt: skip
def test_classes(delta: float, error: float, p_value: float, expected: str) -> None:
    assert MantelHaenszel(1.0, delta, error, 0.0, p_value).classification == expected


def test_classes_of_the_other_measures() -> None:
    assert [Mantel(0, effect, 0.1, 9, 0.01).classification for effect in (0.1, -0.2, 0.3)] == ["A", "B", "C"]
    assert Mantel(0, 0.4, 0.3, 2, 0.1).classification == "A"
    shares = [LogisticDif(0, 9, 0.01, 0.01, 0.5, share, 0, 0, 0.1).classification for share in (0.03, 0.05, 0.08)]
    assert shares == ["A", "B", "C"]
    assert LogisticDif(0, 2, 0.3, 0.3, 0.5, 0.08, 0, 0, 0.1).classification == "A"


def test_comparisons_that_do_not_exist() -> None:
    everybody_right = rows_of(((10, 0, 10, 0), (5, 5, 0, 0)))
    assert mantel_haenszel(*everybody_right) is None
    assert mantel(*everybody_right) is None
    level = np.arange(40.0)
    assert logistic_dif(level > 20, level % 2 == 0, level) is None
    assert logistic_dif(np.ones(40), level % 2 == 0, level) is None


def test_a_search_that_runs_out_of_steps_has_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    draws = np.random.default_rng(1)
    level = draws.normal(size=200)
    right, group = draws.random(200) < 1 / (1 + np.exp(-level)), np.arange(200) % 2 == 0
    assert logistic_dif(right, group, level) is not None
    monkeypatch.setattr("calibration.dif.logistic_regression.STEPS", 2)
    assert logistic_dif(right, group, level) is None


def test_logistic_regression_is_the_maximum_and_its_shares_are_nagelkerkes() -> None:
    draws = np.random.default_rng(2)
    ability, group = draws.normal(size=600), draws.random(600) < 0.4
    right = draws.random(600) < 1 / (1 + np.exp(-(0.3 + ability - 0.5 * group - 0.4 * ability * group)))
    found = logistic_dif(right, group, ability)
    assert found is not None
    columns = np.stack((np.ones(600), ability, group, ability * group), axis=1)

    def minus_likelihood(beta: np.ndarray, used: int) -> float:
        logit = columns[:, :used] @ beta
        return float((np.logaddexp(0, logit) - right * logit).sum())

    nothing, alone, uniform, full = (-minimize(minus_likelihood, np.zeros(k), args=(k,)).fun for k in (1, 2, 3, 4))
    assert found.chi_squared == pytest.approx(2 * (full - alone), rel=1e-4)
    r_squared = [
        (1 - math.exp(2 * (nothing - own) / 600)) / (1 - math.exp(2 * nothing / 600)) for own in (alone, uniform, full)
    ]
    assert found.share_uniform == pytest.approx(r_squared[1] - r_squared[0], abs=1e-6)
    assert found.share_non_uniform == pytest.approx(r_squared[2] - r_squared[1], abs=1e-6)
    assert found.share == pytest.approx(found.share_uniform + found.share_non_uniform)
    assert found.effect == found.group_effect < 0


def test_p_values_of_logistic_regression_are_uniform() -> None:
    draws = np.random.default_rng(3)
    found = []
    for _ in range(200):
        ability, group = draws.normal(size=400), draws.random(400) < 0.5
        right = draws.random(400) < 1 / (1 + np.exp(-ability))
        found.append(logistic_dif(right, group, ability))
    for name in ("p_value", "p_uniform", "p_non_uniform"):
        assert kstest([getattr(one, name) for one in found], "uniform").pvalue > 0.01


def test_shrinkage_follows_the_beliefs_of_a_normal_hierarchy() -> None:
    draws = np.random.default_rng(4)
    errors = draws.uniform(0.3, 1.5, 400)
    truth = draws.normal(0.2, 0.7, 400)
    found = draws.normal(truth, errors)
    beliefs = shrunken_dif(found, errors)
    drawn = np.array([belief.delta for belief in beliefs])
    assert np.mean((drawn - truth) ** 2) < 0.6 * np.mean((found - truth) ** 2)
    deviations = np.array([belief.standard_deviation for belief in beliefs])
    assert np.std((drawn - truth) / deviations) == pytest.approx(1, abs=0.12)
    one = beliefs[0]
    own = norm(one.delta, one.standard_deviation)
    assert one.large == pytest.approx(own.cdf(-1.5) + own.sf(1.5))
    assert one.negligible == pytest.approx(own.cdf(1) - own.cdf(-1))
    assert one.negligible + one.moderate + one.large == pytest.approx(1)
    share_right = np.mean([belief.classification == _class(size) for belief, size in zip(beliefs, truth, strict=True)])
    assert share_right == pytest.approx(
        np.mean([max(one.negligible, one.moderate, one.large) for one in beliefs]), abs=0.05
    )


def _class(delta: float) -> str:
    return "A" if abs(delta) < 1 else "B" if abs(delta) < 1.5 else "C"


def test_deltas_no_further_apart_than_chance_are_all_the_same() -> None:
    beliefs = shrunken_dif([0.1, -0.1, 0.3], [1.0, 1.0, 2.0])
    assert [belief.delta for belief in beliefs] == pytest.approx([0.1] * 3)
    assert beliefs[0].negligible == 1
    assert beliefs[0].large == 0
    with pytest.raises(CalibrationError, match="1 deltas and 1 standard errors; two or more"):
        shrunken_dif([1.0], [1.0])
    with pytest.raises(CalibrationError, match="standard errors positive"):
        shrunken_dif([1.0, 2.0], [1.0, 0.0])


PERSONS, ITEMS = 1600, 24


def population(
    seed: int,
    *,
    harder: dict[int, float] | None = None,
    steeper: dict[int, float] | None = None,
    impact: float = 0.0,
    answers: int | None = None,
    persons: int = PERSONS,
    steps: int = 1,
    rasch: bool = False,
) -> tuple[ResponseData, dict[str, str], list[CalibratedItem]]:
    """Persons of two groups; some items are harder, or steeper, for the focal one, that is less able by the impact."""
    draws = np.random.default_rng(seed)
    slope = np.ones(ITEMS) if rasch else np.exp(draws.normal(0, 0.25, ITEMS))
    thresholds = np.sort(draws.normal(0, 1, (ITEMS, steps)), axis=1)
    focal = np.arange(persons) % 2 == 1
    ability = draws.normal(0, 1, persons) - impact * focal
    shift, tilt = np.zeros(ITEMS), np.ones(ITEMS)
    for item, amount in (harder or {}).items():
        shift[item] = amount
    for item, amount in (steeper or {}).items():
        tilt[item] = amount
    own_slope = slope * np.where(focal[:, None], tilt, 1.0)
    gap = ability[:, None, None] - thresholds - (focal[:, None] * shift)[:, :, None]
    logs = np.concatenate((np.zeros((persons, ITEMS, 1)), np.cumsum(own_slope[:, :, None] * gap, axis=2)), axis=2)
    chance = np.exp(logs) / np.exp(logs).sum(axis=2, keepdims=True)
    score = (draws.random((persons, ITEMS, 1)) > np.cumsum(chance, axis=2)).sum(axis=2)
    if answers is None:
        given = np.ones((persons, ITEMS), dtype=bool)
    else:  # like an adaptive test: each person gets the items nearest to a noisy idea of their ability
        far = np.abs(thresholds.mean(axis=1) - (ability + draws.normal(0, 0.7, persons))[:, None])
        given = np.argsort(np.argsort(far, axis=1), axis=1) < answers
    person, item = np.nonzero(given)
    names = [f"p{k}" for k in range(persons)], [f"i{k}" for k in range(ITEMS)]
    data = ResponseData.from_indices(*names, person, item, score[person, item])
    items = [
        CalibratedItem(
            item_id=f"i{k}", model="2pl" if steps == 1 else "gpcm", discrimination=float(slope[k]),
            difficulty=float(thresholds[k].mean()), se_discrimination=0.1, se_difficulty=0.1, covariance=0.0,
            n_responses=persons, thresholds=() if steps == 1 else tuple(thresholds[k].tolist()),
            se_thresholds=() if steps == 1 else (0.1,) * steps,
        )
        for k in range(ITEMS)
    ]  # fmt: skip
    groups = {f"p{k}": "women" if focal[k] else "men" for k in range(persons)}
    return data, groups, items


GROUPS = {"reference": "men", "focal": "women"}


def test_planted_items_are_found_by_points_and_purified() -> None:
    data, groups, _ = population(5, harder={2: 0.9, 7: 0.9, 11: 0.9, 15: 0.9}, impact=0.5, rasch=True)
    study = dif_study(data, groups, **GROUPS)
    accused = {item.item_id: item for item in study.items if item.classification != "A"}
    assert set(accused) == {"i2", "i7", "i11", "i15"}
    assert all(item.favours == "reference" for item in accused.values())
    assert accused["i2"].comparison.effect == pytest.approx(-2.35 * 0.9, abs=0.7)
    assert accused["i2"].shrunken is not None
    assert study.settled
    assert set(study.anchors).isdisjoint(accused)
    # Without purification the others seem easier for the focal group, to make up for those that are harder.
    raw = dif_study(data, groups, **GROUPS, purify=False)
    rest = [[item.comparison.effect for item in one.items if item.item_id not in accused] for one in (study, raw)]
    assert abs(np.mean(rest[0])) < 0.15
    assert np.mean(rest[1]) > np.mean(rest[0]) + 0.15
    assert len(raw.anchors) == ITEMS


@pytest.mark.parametrize("by_points", [True, False])
def test_sound_items_are_seldom_accused_however_far_the_groups_are_apart(by_points: bool) -> None:
    p_values = []
    for seed in range(5):
        data, groups, items = population(
            20 + seed, impact=1.0, answers=None if by_points else 14, rasch=by_points, persons=1000
        )
        study = dif_study(data, groups, **GROUPS, items=None if by_points else items, purify=False)
        p_values += [item.comparison.p_value for item in study.items]
    assert len(p_values) > 100
    assert np.mean(np.array(p_values) < 0.05) < 0.09


def test_planted_items_are_found_in_adaptive_data() -> None:
    data, groups, items = population(6, harder={3: 1.0, 12: -1.0}, impact=0.8, answers=14, persons=3000)
    study = dif_study(data, groups, **GROUPS, items=items)
    found = {item.item_id: item for item in study.items}
    assert {name for name, item in found.items() if item.classification == "C"} == {"i3", "i12"}
    assert (found["i3"].favours, found["i12"].favours) == ("reference", "focal")


def test_logistic_regression_tells_where_a_difference_lies() -> None:
    data, groups, items = population(7, harder={3: 1.2}, steeper={5: 3.0}, persons=2000)
    study = dif_study(data, groups, **GROUPS, items=items, method="logistic", purify=False)
    found = {item.item_id: item.comparison for item in study.items}
    assert isinstance(found["i3"], LogisticDif)
    assert isinstance(found["i5"], LogisticDif)
    assert found["i3"].p_uniform < 1e-8
    assert found["i5"].p_non_uniform < 1e-8
    assert found["i3"].classification != "A"
    others = [one.p_value for name, one in found.items() if name not in ("i3", "i5") and isinstance(one, LogisticDif)]
    assert np.mean(np.array(others) < 0.05) < 0.25
    assert all(item.shrunken is None for item in study.items)


def test_items_of_several_scores() -> None:
    data, groups, items = population(8, harder={4: 1.3}, steps=3, impact=0.5)
    for known in (None, items):
        study = dif_study(data, groups, **GROUPS, items=known)
        found = {item.item_id: item for item in study.items}
        assert [name for name, item in found.items() if item.classification == "C"] == ["i4"]
        assert found["i4"].favours == "reference"
        assert isinstance(found["i4"].comparison, Mantel)


def test_likelihood_ratio_finds_them_too_and_accuses_few_others() -> None:
    data, groups, items = population(9, harder={3: 1.0}, steeper={5: 2.5}, impact=0.7, answers=16, persons=1500)
    found = {item.item_id: item for item in likelihood_ratio_dif(data, items, groups, **GROUPS)}
    assert found["i3"].classification == "C"
    assert found["i3"].difference < -0.1
    assert found["i5"].p_value < 1e-4
    others = [item.p_value for name, item in found.items() if name not in ("i3", "i5")]
    assert np.mean(np.array(others) < 0.05) < 0.2
    assert all(item.degrees_of_freedom == 2 for item in found.values())


def test_likelihood_ratio_is_a_chi_square_if_nothing_differs() -> None:
    p_values = []
    for seed in range(3):
        data, groups, items = population(40 + seed, impact=1.0, persons=600)
        p_values += [item.p_value for item in likelihood_ratio_dif(data, items, groups, **GROUPS, purify=False)]
    assert np.mean(np.array(p_values) < 0.05) == pytest.approx(0.05, abs=0.06)


def test_likelihood_ratio_of_every_model() -> None:
    data, groups, items = population(10, harder={4: 0.8}, steps=2, persons=600)
    graded = [replace(item, model="grm") for item in items]
    graded_found = {item.item_id: item for item in likelihood_ratio_dif(data, graded, groups, **GROUPS, purify=False)}
    assert graded_found["i4"].p_value == min(item.p_value for item in graded_found.values())
    assert graded_found["i4"].degrees_of_freedom == 3
    # A score that hardly anybody has presses its two thresholds together.
    score = data.score.copy()
    score[(data.item == 1) & (data.score == 1) & (data.person > 20)] = 2
    pressed = ResponseData(data.person_ids, data.item_ids, data.person, data.item, score)
    found = likelihood_ratio_dif(pressed, graded, groups, **GROUPS, purify=False)
    assert np.isfinite([found[1].chi_squared, found[1].difference]).all()
    data, groups, items = population(11, harder={4: 0.8}, rasch=True, persons=600)
    guessed = [replace(item, model="3pl", guessing=0.01) if k % 2 else replace(item, model="rasch")
               for k, item in enumerate(items)]  # fmt: skip
    found = likelihood_ratio_dif(data, guessed, groups, **GROUPS, purify=False)
    assert [item.degrees_of_freedom for item in found] == [1, 2] * (ITEMS // 2)
    assert found[4].p_value < 1e-4


def test_a_population_is_recovered(monkeypatch: pytest.MonkeyPatch) -> None:
    draws = np.random.default_rng(12)
    pool = ItemPool(
        tuple(f"i{k}" for k in range(30)), np.full(30, 1.2), draws.normal(0, 1, 30), ("",) * 30, ("",) * 30, ("",) * 30
    )
    ability = draws.normal(-0.7, 0.6, 1500)
    chance = 1 / (1 + np.exp(-1.2 * (ability[:, None] - pool.difficulty)))
    right = draws.random(chance.shape) < chance
    logs = pool.log_probabilities(DEFAULT_GRID.nodes)
    likelihood = right @ logs[:, 1] + ~right @ logs[:, 0]
    mean, spread = population_of(likelihood, DEFAULT_GRID)
    assert (mean, spread) == (pytest.approx(-0.7, abs=0.06), pytest.approx(0.6, abs=0.06))
    # Stopped after one round it is still on its way from N(0, 1).
    monkeypatch.setattr("calibration.dif.matching.POPULATION_ROUNDS", 1)
    assert mean < population_of(likelihood, DEFAULT_GRID)[0] < 0


def test_items_that_accuse_each_other_are_both_left_out() -> None:
    names = [f"i{k}" for k in range(6)]
    anchors, settled = purified_anchors(lambda kept: [0] if kept[0] else [1], names)
    assert not settled
    assert anchors.tolist() == [False, False, True, True, True, True]
    anchors, settled = purified_anchors(lambda kept: [2], names)
    assert settled
    assert anchors.tolist() == [True, True, False, True, True, True]
    with pytest.raises(CalibrationError, match="only 2 of 6 items seem to work alike"):
        purified_anchors(lambda kept: [0, 1, 2, 3], names)
    rounds = iter(range(100))
    anchors, settled = purified_anchors(lambda kept: [next(rounds)], [f"i{k}" for k in range(60)])
    assert not settled


def test_refusals_and_what_is_left_out() -> None:
    data, groups, items = population(13, answers=10, persons=90)
    with pytest.raises(CalibrationError, match="only if everybody answered everything; match on ability"):
        dif_study(data, groups, **GROUPS)
    with pytest.raises(CalibrationError, match="group 'elders' has fewer than 30 persons with answers"):
        dif_study(data, groups, reference="men", focal="elders", items=items)
    with pytest.raises(CalibrationError, match="least persons in a group is 5; at least 30"):
        dif_study(data, groups, **GROUPS, items=items, least_in_group=5)
    with pytest.raises(CalibrationError, match="cannot be compared with itself"):
        dif_study(data, groups, reference="men", focal="men", items=items)
    with pytest.raises(CalibrationError, match="method 'guess'"):
        dif_study(data, groups, **GROUPS, items=items, method="guess")
    with pytest.raises(CalibrationError, match="method 'likelihood_ratio' needs calibrated items"):
        dif_study(data, groups, **GROUPS, method="likelihood_ratio")
    study = dif_study(data, groups, **GROUPS, items=items, purify=False)
    assert {exclusion.reason for exclusion in study.left_out} == {"group_too_small"}
    assert len(study.items) + len(study.left_out) == ITEMS
    steep = [replace(item, discrimination=-0.5) for item in items]
    with pytest.raises(CalibrationError, match=r"item 'i0' has discrimination -0\.5"):
        dif_study(data, groups, **GROUPS, items=steep)


def test_items_that_cannot_be_compared_are_named() -> None:
    data, groups, _ = population(14, persons=200)
    score = data.score.copy()
    focal = np.array([groups[name] == "women" for name in data.person_ids])[data.person]
    score[data.item == 0] = 1
    score[data.item == 1] = focal[data.item == 1]
    odd = ResponseData(data.person_ids, data.item_ids, data.person, data.item, score)
    study = dif_study(odd, groups, **GROUPS, purify=False)
    assert [(one.id, one.reason) for one in study.left_out] == [("i0", "one_category"), ("i1", "no_comparison")]
    regression = dif_study(odd, groups, **GROUPS, purify=False, method="logistic")
    assert [(one.id, one.reason) for one in regression.left_out][-1] == ("i1", "no_comparison")
