"""Local dependence against brute force, planted twins, and pairs that owe everything to ability."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import calibration.local_dependence
from calibration import ResponseData, calibrate
from calibration.errors import CalibrationError
from calibration.local_dependence import local_dependence, raked
from calibration.quadrature import DEFAULT_GRID
from engine.ability.estimation import score_patterns
from engine.response_models import ItemPool
from tests.calibration.simulated import simulate
from tests.calibration.test_category_models import answers, some_parameters
from tests.calibration.test_item_fit import true_items


def with_twins(*, share: float, answers_each: int | None = None, opposite: bool = False) -> ResponseData:
    """Item 1 is given the answer of item 0 (or its opposite) by some of those who answered both."""
    data = simulate(1500, 16, answers=answers_each, seed=3).data
    draws = np.random.default_rng(8)
    table = np.full((data.n_persons, data.n_items), -1)
    table[data.person, data.item] = data.score
    both = (table[:, 0] >= 0) & (table[:, 1] >= 0) & (draws.random(data.n_persons) < share)
    table[both, 1] = 1 - table[both, 0] if opposite else table[both, 0]
    score = table[data.person, data.item].astype(np.int8)
    return ResponseData(data.person_ids, data.item_ids, data.person, data.item, score)


@pytest.mark.parametrize("each", [None, 9])
def test_q3_and_tables_are_those_of_brute_force(each: int | None) -> None:
    simulated = simulate(120, 10, answers=each, seed=5)
    data, items = simulated.data, true_items(simulated, 10)
    found = local_dependence(data, items, least_both=30)
    table = np.full((120, 10), -1)
    table[data.person, data.item] = data.score
    blank = ("",) * 10
    pool = ItemPool(data.item_ids, simulated.discrimination, simulated.difficulty, blank, blank, blank)
    theta = score_patterns(pool, table, lower=-6, upper=6, nodes=61).theta
    slope, place = simulated.discrimination, simulated.difficulty
    residual = np.where(table >= 0, table - 1 / (1 + np.exp(-slope * (theta[:, None] - place))), np.nan)
    assert found.n_pairs == len(found.pairs) == 45
    values = []
    for pair in found.pairs:
        one, other = (data.item_ids.index(name) for name in (pair.first_item, pair.second_item))
        both = (table[:, one] >= 0) & (table[:, other] >= 0)
        assert pair.n == both.sum()
        assert pair.q3 == pytest.approx(np.corrcoef(residual[both, one], residual[both, other])[0, 1], abs=1e-5)
        values.append(pair.q3)
    assert found.mean_q3 == pytest.approx(np.mean(values))
    assert found.highest_q3_star == pytest.approx(np.max(values) - np.mean(values))
    stars = np.array([pair.q3_star for pair in found.pairs])
    assert np.sort(stars) == pytest.approx(np.sort(values) - np.mean(values))
    surely = np.arctanh(stars) - 1.96 / np.sqrt([pair.n - 3 for pair in found.pairs])
    assert (np.diff(surely) <= 0).all()
    if each is None:
        assert (np.diff(stars) <= 0).all()


def test_sparse_and_whole_tables_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    simulated = simulate(400, 30, answers=8, seed=7)
    items = true_items(simulated, 30)
    monkeypatch.setattr(calibration.local_dependence, "PERSONS_AT_A_TIME", 150)
    monkeypatch.setattr(calibration.local_dependence, "DENSE", 1.0)
    sparse = local_dependence(simulated.data, items, least_both=10, at_most=10)
    monkeypatch.setattr(calibration.local_dependence, "DENSE", 0.0)
    whole = local_dependence(simulated.data, items, least_both=10, at_most=10)
    assert [pair.q3 for pair in sparse.pairs] == pytest.approx([pair.q3 for pair in whole.pairs])
    assert sparse.mean_q3 == pytest.approx(whole.mean_q3)


def test_what_chance_gives_among_many_small_pairs_is_not_flagged() -> None:
    simulated = simulate(1200, 60, answers=14, seed=8)
    found = local_dependence(simulated.data, true_items(simulated, 60))
    assert found.highest_q3_star > 0.3  # of some 1,700 pairs of 60 to 70 persons each
    assert found.n_flagged == sum(pair.flagged for pair in found.pairs) == 0


def test_ld_x2_is_that_of_person_by_person_expectations() -> None:
    simulated = simulate(80, 6, seed=6)
    data, items = simulated.data, true_items(simulated, 6)
    pair = local_dependence(data, items).pairs[0]
    one, other = (data.item_ids.index(name) for name in (pair.first_item, pair.second_item))
    nodes = DEFAULT_GRID.nodes
    right = 1 / (1 + np.exp(-simulated.discrimination[:, None] * (nodes - simulated.difficulty[:, None])))
    score = data.score.reshape(80, 6)
    observed, expected = np.zeros((2, 2)), np.zeros((2, 2))
    for person in range(80):
        weight = np.exp(-0.5 * nodes**2)
        for item in range(6):
            if item not in (one, other):
                weight = weight * (right[item] if score[person, item] else 1 - right[item])
        weight /= weight.sum()
        observed[score[person, one], score[person, other]] += 1
        for x in (0, 1):
            for y in (0, 1):
                chances = np.abs(1 - x - right[one]) * np.abs(1 - y - right[other])
                expected[x, y] += weight @ chances
    expected = raked(expected, observed)
    assert pair.chi_squared == pytest.approx(((observed - expected) ** 2 / expected).sum(), rel=1e-6)
    assert pair.degrees_of_freedom == 1
    assert abs(pair.standardised) == pytest.approx(max(0, pair.chi_squared - 1) / np.sqrt(2))


@given(st.lists(st.floats(0.1, 50), min_size=12, max_size=12), st.lists(st.integers(1, 50), min_size=12, max_size=12))
@settings(max_examples=50, deadline=None)
def test_raking_keeps_odds_ratios_and_takes_the_margins(numbers: list[float], counts: list[int]) -> None:
    table, other = np.reshape(numbers, (3, 4)), np.reshape(counts, (3, 4)).astype(float)
    found = raked(table, other)
    assert found.sum(axis=0) == pytest.approx(other.sum(axis=0))
    assert found.sum(axis=1) == pytest.approx(other.sum(axis=1), rel=1e-5)
    odds = table[0, 0] * table[1, 1] / (table[0, 1] * table[1, 0])
    assert found[0, 0] * found[1, 1] / (found[0, 1] * found[1, 0]) == pytest.approx(odds)


def test_raking_stops_after_so_many_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    table, other = np.array([[1.0, 9.0], [8.0, 2.0]]), np.array([[30.0, 1.0], [2.0, 9.0]])
    monkeypatch.setattr("calibration.local_dependence.RAKING_ROUNDS", 1)
    found = raked(table, other)
    assert found.sum(axis=0) == pytest.approx(other.sum(axis=0))
    assert found.sum(axis=1) != pytest.approx(other.sum(axis=1), rel=1e-3)


@pytest.mark.parametrize("each", [None, 10])
def test_twins_are_found(each: int | None) -> None:
    data = with_twins(share=0.6, answers_each=each)
    found = local_dependence(data, calibrate(data).items)
    worst = found.pairs[0]
    assert {worst.first_item, worst.second_item} == {"item-000", "item-001"}
    assert worst.flagged
    assert worst.p_value < 1e-9
    assert worst.standardised > 10
    assert [pair.flagged for pair in found.pairs].count(True) == 1
    assert found.highest_q3_star == worst.q3_star


def test_answers_that_exclude_each_other_have_the_other_sign() -> None:
    data = with_twins(share=0.15, opposite=True)
    found = local_dependence(data, calibrate(data).items)
    twins = next(pair for pair in found.pairs if {pair.first_item, pair.second_item} == {"item-000", "item-001"})
    assert twins.standardised < -3
    assert twins.q3_star < -0.1
    assert not twins.flagged


def test_sound_pairs_are_seldom_accused() -> None:
    p_values, stars = [], []
    for seed in range(4):
        data = simulate(1000, 15, answers=None if seed % 2 else 12, seed=seed).data
        found = local_dependence(data, calibrate(data).items)
        p_values += [pair.p_value for pair in found.pairs]
        stars.append(found.highest_q3_star)
    assert 0.002 < np.mean(np.array(p_values) < 0.05) < 0.06
    assert max(stars) < 0.2


def test_items_of_several_scores() -> None:
    data = answers("gpcm", some_parameters("gpcm", 8, 5), 900, 6, share=0.9)
    found = local_dependence(data, calibrate(data, model="gpcm").items, at_most=5)
    assert len(found.pairs) == 5
    assert found.n_pairs == 28
    assert all(pair.degrees_of_freedom == 9 for pair in found.pairs)
    assert np.mean([pair.p_value < 0.01 for pair in found.pairs]) < 0.5


def test_what_cannot_be_compared_is_counted() -> None:
    simulated = simulate(60, 6, answers=3, seed=2)
    items = true_items(simulated, 6)
    with pytest.raises(CalibrationError, match="no two of 6 items were answered by 60 persons"):
        local_dependence(simulated.data, items, least_both=60)
    found = local_dependence(simulated.data, items, least_both=12)
    assert found.n_pairs + found.n_too_few == 15
    everybody = simulate(60, 4, seed=2)
    score = everybody.data.score.copy()
    score[everybody.data.item == 1] = 1
    data = ResponseData(
        everybody.data.person_ids, everybody.data.item_ids, everybody.data.person, everybody.data.item, score
    )
    alike = [pair for pair in local_dependence(data, true_items(everybody, 4)).pairs if "item-001" in pair.first_item]
    assert all((pair.degrees_of_freedom, pair.p_value) == (0, 1.0) for pair in alike)
    assert alike


def test_flagged_pairs_are_all_counted_and_reported_however_short_the_list() -> None:
    # Twelve pairs of twins: every second item is given the answers of the one before.
    simulated = simulate(400, 24, seed=13)
    table = simulated.data.score.reshape(400, 24).copy()
    table[:, 1::2] = np.where(np.random.default_rng(1).random((400, 12)) < 0.8, table[:, ::2], table[:, 1::2])
    data = simulated.data
    twins = ResponseData(data.person_ids, data.item_ids, data.person, data.item, table.ravel())
    items = true_items(simulated, 24)
    whole, short = local_dependence(twins, items), local_dependence(twins, items, at_most=3)
    assert whole.n_flagged >= 12
    assert short.n_flagged == len(short.pairs) == whole.n_flagged
    assert [pair for pair in whole.pairs if pair.flagged] == list(short.pairs)
