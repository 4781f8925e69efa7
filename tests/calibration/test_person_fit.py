"""Person fit against formulas written out, its distribution under the model, and planted aberrations."""

import math

import numpy as np
import pytest
from scipy.stats import kstest, norm

from calibration import CalibratedItem, ResponseData, sitting_watch
from calibration.calibrated_pool import pool_for
from calibration.errors import CalibrationError
from calibration.person_fit import person_fit
from calibration.quadrature import DEFAULT_GRID
from calibration.sitting_watch import chance_of_peak, watch_sitting, watch_sittings
from engine.ability.ability_grid import posterior_of
from engine.response_models import ItemPool
from tests.calibration.simulated import simulate
from tests.calibration.test_category_models import answers, some_parameters
from tests.calibration.test_item_fit import true_items


def test_lz_star_is_snijders() -> None:
    simulated = simulate(60, 20, answers=15, seed=2)
    data, items = simulated.data, true_items(simulated, 20)
    for method in ("wle", "map"):
        found = person_fit(data, items, method=method)
        for place, name in enumerate(found.person_ids):
            rows = data.person == data.person_ids.index(name)
            a, b = simulated.discrimination[data.item[rows]], simulated.difficulty[data.item[rows]]
            theta, x = found.theta[place], data.score[rows]
            p = 1 / (1 + np.exp(-a * (theta - b)))
            slope = a * p * (1 - p)
            weight = np.log(p / (1 - p))
            warm = (a**2 * slope * (1 - 2 * p)).sum() / (2 * (a * slope).sum())
            start = -theta if method == "map" else warm
            share = (slope * weight).sum() / (slope * a).sum()
            own = weight - share * a
            statistic = ((x - p) @ weight + share * start) / math.sqrt((own**2 * p * (1 - p)).sum())
            assert found.lz_star[place] == pytest.approx(statistic, abs=1e-6)
            plain = (x - p) @ weight / math.sqrt((weight**2 * p * (1 - p)).sum())
            assert found.lz[place] == pytest.approx(plain, abs=1e-6)
        assert found.p_value == pytest.approx(norm.cdf(found.lz_star))


@pytest.mark.parametrize("method", ["wle", "map"])
def test_lz_star_is_about_normal_and_lz_is_not(method: str) -> None:
    simulated = simulate(3000, 60, seed=3)
    found = person_fit(simulated.data, true_items(simulated, 60), method=method)
    assert np.std(found.lz_star) == pytest.approx(1, abs=0.08)
    assert np.mean(found.lz_star) == pytest.approx(0, abs=0.1)
    assert np.mean(found.p_value < 0.05) == pytest.approx(0.05, abs=0.02)
    assert np.std(found.lz_star) > np.std(found.lz)


def test_items_of_several_scores() -> None:
    parameters = some_parameters("gpcm", 25, 5)
    data = answers("gpcm", parameters, 1500, 6)
    items = [
        CalibratedItem(
            item_id=f"i{k}", model="gpcm", discrimination=float(row[0]), difficulty=0.0, se_discrimination=0.1,
            se_difficulty=0.1, covariance=0.0, n_responses=9, thresholds=tuple((-row[1:] / row[0]).tolist()),
            se_thresholds=(0.1,) * 3,
        )
        for k, row in enumerate(parameters)
    ]  # fmt: skip
    found = person_fit(data, items)
    assert np.std(found.lz_star) == pytest.approx(1, abs=0.1)
    assert np.mean(found.p_value < 0.05) == pytest.approx(0.05, abs=0.025)


def test_who_answers_at_random_is_found() -> None:
    simulated = simulate(400, 40, seed=4)
    draws = np.random.default_rng(1)
    score = simulated.data.score.copy()
    guessing = simulated.data.person < 40
    score[guessing] = draws.random(int(guessing.sum())) < 0.5
    data = simulated.data
    data = ResponseData(data.person_ids, data.item_ids, data.person, data.item, score)
    found = person_fit(data, true_items(simulated, 40))
    guessed = np.array([int(name.removeprefix("person-")) < 40 for name in found.person_ids])
    assert np.mean(found.p_value[guessed] < 0.05) > 0.6
    assert np.mean(found.p_value[~guessed] < 0.05) < 0.1


def test_who_cannot_be_judged_is_named() -> None:
    simulated = simulate(30, 20, answers=6, seed=5)
    with_few = person_fit(simulated.data, true_items(simulated, 20), least_answers=7)
    assert {one.reason for one in with_few.left_out} == {"too_few_answers"}
    assert len(with_few.left_out) == 30
    assert with_few.theta.shape == (0,)
    alike = [CalibratedItem(f"i{k}", "rasch", 1.0, 0.3, 0.0, 0.1, 0.0, 9) for k in range(8)]
    person, item = np.divmod(np.arange(16), 8)
    data = ResponseData.from_indices(["a", "b"], [f"i{k}" for k in range(8)], person, item, item % 2)
    found = person_fit(data, alike)
    assert [(one.id, one.reason) for one in found.left_out] == [("a", "no_spread"), ("b", "no_spread")]
    with pytest.raises(CalibrationError, match="method 'eap'"):
        person_fit(data, alike, method="eap")


def guessed_pool(items: int, seed: int) -> ItemPool:
    draws = np.random.default_rng(seed)
    blank = ("",) * items
    names = tuple(f"i{k}" for k in range(items))
    return ItemPool(names, np.exp(draws.normal(0, 0.25, items)), draws.normal(0, 1.2, items), blank, blank, blank)


def sitting(pool: ItemPool, abilities: np.ndarray, draws: np.random.Generator) -> tuple[list[str], list[int]]:
    """An adaptive sitting: each item the most informative one at the ability expected so far."""
    logs = pool.log_probabilities(DEFAULT_GRID.nodes)
    log_posterior, taken = DEFAULT_GRID.log_weights(0, 1), np.zeros(len(pool), dtype=bool)
    names, scores = [], []
    for ability in abilities:
        expected = float(posterior_of(log_posterior) @ DEFAULT_GRID.nodes)
        place = int(np.argmax(np.where(taken, -1.0, pool.information([expected])[:, 0])))
        taken[place] = True
        chance = 1 / (1 + np.exp(-pool.discrimination[place] * (ability - pool.difficulty[place])))
        names.append(pool.item_ids[place])
        scores.append(int(draws.random() < chance))
        log_posterior = log_posterior + logs[place, scores[-1]]
    return names, scores


def test_surprises_of_adaptive_sittings_are_those_of_one_step_ahead_prediction() -> None:
    pool, draws = guessed_pool(60, 1), np.random.default_rng(2)
    names, scores = sitting(pool, np.full(12, 0.4), draws)
    found = watch_sitting(pool, names, scores)
    nodes, weight = DEFAULT_GRID.nodes, np.exp(-0.5 * DEFAULT_GRID.nodes**2)
    better = worse = 0.0
    for step, (name, score) in enumerate(zip(names, scores, strict=True)):
        place = pool.index_of(name)
        right = 1 / (1 + np.exp(-pool.discrimination[place] * (nodes - pool.difficulty[place])))
        chance = float(weight @ right / weight.sum())
        surprise = (score - chance) / math.sqrt(chance * (1 - chance))
        better, worse = max(0.0, better + surprise), max(0.0, worse - surprise)
        assert found.surprise[step] == pytest.approx(surprise)
        assert (found.better[step], found.worse[step]) == (pytest.approx(better), pytest.approx(worse))
        weight = weight * (right if score else 1 - right)
    assert found.highest == pytest.approx(max(found.better.max(), found.worse.max()) / math.sqrt(12))


def test_sound_sittings_are_seldom_suspected_and_a_change_on_the_way_is_often() -> None:
    pool, draws = guessed_pool(120, 3), np.random.default_rng(4)
    sound, woken = [], []
    for _ in range(150):
        ability = draws.normal()
        sound.append(watch_sitting(pool, *sitting(pool, np.full(30, ability), draws)))
        woken.append(watch_sitting(pool, *sitting(pool, np.repeat([-1.5, 2.0], 15), draws)))
    p_values = np.array([watch.p_value for watch in sound])
    assert np.mean(p_values < 0.05) < 0.1
    assert np.mean([watch.p_value < 0.05 for watch in woken]) > 0.5
    assert np.mean([watch.direction == "better" for watch in woken]) > 0.9
    surprises = np.concatenate([watch.surprise for watch in sound])
    assert surprises.mean() == pytest.approx(0, abs=0.05)
    assert surprises.std() == pytest.approx(1, abs=0.03)


def test_the_chance_of_a_peak_is_that_of_simulated_walks() -> None:
    draws = np.random.default_rng(5)
    walks = np.cumsum(draws.normal(0, 1 / math.sqrt(400), (3000, 400)), axis=1)
    above = (walks - np.minimum(np.minimum.accumulate(walks, axis=1), 0)).max(axis=1)
    corrected = [1 - chance_of_peak(peak + 1.1652 / 20) for peak in above]
    assert kstest(corrected, "uniform").pvalue > 0.001
    assert chance_of_peak(0.05) == 1
    # Far out only two of the reflections matter: four times the normal tail.
    assert chance_of_peak(3.5) == pytest.approx(4 * norm.sf(3.5), rel=1e-4)


def test_refusals_of_a_sitting() -> None:
    pool = guessed_pool(5, 1)
    with pytest.raises(CalibrationError, match="2 items and 1 scores; one answer or more"):
        watch_sitting(pool, ["i0", "i1"], [1])
    with pytest.raises(CalibrationError, match="0 items and 0 scores"):
        watch_sitting(pool, [], [])
    with pytest.raises(CalibrationError, match="answer 2, item 'i1': score 2; 0 to 1"):
        watch_sitting(pool, ["i0", "i1"], [1, 2])


def test_many_sittings_are_watched_as_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitting_watch, "PERSONS_AT_A_TIME", 7)
    parameters = some_parameters("gpcm", 12, 4)
    whole = answers("gpcm", parameters, 20, 6)
    data = whole.select(np.random.default_rng(3).random(whole.n_responses) < 0.7)
    items = [
        CalibratedItem(
            item_id=f"i{k}", model="gpcm", discrimination=float(row[0]), difficulty=0.0, se_discrimination=0.1,
            se_difficulty=0.1, covariance=0.0, n_responses=9, thresholds=tuple((-row[1:] / row[0]).tolist()),
        )
        for k, row in enumerate(parameters)
    ]  # fmt: skip
    position = np.random.default_rng(4).permutation(data.n_responses)
    found = watch_sittings(data, items, position, mean=0.2, standard_deviation=1.1)
    pool = pool_for(data, items)
    for person in range(data.n_persons):
        rows = np.flatnonzero(data.person == person)
        rows = rows[np.argsort(position[rows])]
        names = [data.item_ids[place] for place in data.item[rows]]
        alone = watch_sitting(pool, names, data.score[rows].tolist(), mean=0.2, standard_deviation=1.1)
        assert found.surprise[rows] == pytest.approx(alone.surprise)
        assert found.highest[person] == pytest.approx(alone.highest)
        assert found.p_value[person] == pytest.approx(alone.p_value)
        assert bool(found.better[person]) == (alone.direction == "better")
