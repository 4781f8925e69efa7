"""Expectations without the item itself, against sums written out person by person."""

from dataclasses import replace

import numpy as np
import pytest

from calibration.calibration_result import CalibratedItem
from calibration.item_fit import residual_fit
from calibration.leave_one_out import answers_beside_expectations
from calibration.quadrature import DEFAULT_GRID
from calibration.responses import ResponseData
from tests.calibration.simulated import simulate
from tests.calibration.test_item_fit import true_items


def graded(item_id: str, slope: float, *thresholds: float) -> CalibratedItem:
    middle = sum(thresholds) / len(thresholds)
    return CalibratedItem(item_id, "gpcm", slope, middle, 0.1, 0.1, 0.0, 9, thresholds=thresholds)


def chances_by_hand(item: CalibratedItem) -> np.ndarray:
    nodes = DEFAULT_GRID.nodes
    if not item.thresholds:
        right = item.guessing + (1 - item.guessing) / (1 + np.exp(-item.discrimination * (nodes - item.difficulty)))
        return np.stack((1 - right, right))
    steps = [np.zeros_like(nodes)]
    for threshold in item.thresholds:
        steps.append(steps[-1] + item.discrimination * (nodes - threshold))
    powers = np.exp(np.stack(steps))
    return np.asarray(powers / powers.sum(axis=0))


def test_expectations_are_sums_over_what_the_other_answers_say() -> None:
    items = [
        CalibratedItem("a", "2pl", 1.3, 0.4, 0.1, 0.1, 0.0, 9),
        CalibratedItem("b", "3pl", 1.8, -0.3, 0.1, 0.1, 0.0, 9, guessing=0.2),
        graded("c", 0.8, -1.0, 0.2, 0.9),
    ]
    draws = np.random.default_rng(2)
    kept = draws.random((7, 3)) < 0.8
    kept[0] = True
    scores = np.where(kept, draws.integers(0, [2, 2, 4], (7, 3)), -1)
    person, item = np.nonzero(scores >= 0)
    data = ResponseData.from_triples(
        [f"p{place}" for place in person], ["abc"[place] for place in item], scores[person, item]
    )
    found = {one.item_id: one for one in answers_beside_expectations(data, items, mean=0.3, standard_deviation=1.2)}
    curves = {one.item_id: chances_by_hand(one) for one in items}
    prior = np.exp(DEFAULT_GRID.log_weights(0.3, 1.2))
    for one in found.values():
        points = np.arange(len(curves[one.item_id]))
        for place, row in enumerate(one.rows):
            weight = prior.copy()
            for other in np.flatnonzero(data.person == data.person[row]):
                if other != row:
                    weight *= curves[data.item_ids[data.item[other]]][data.score[other]]
            chances = curves[one.item_id] @ (weight / weight.sum())
            mean = points @ chances
            assert one.expected[place] == pytest.approx(mean)
            assert one.variance[place] == pytest.approx(points**2 @ chances - mean**2)
            assert one.ability[place] == pytest.approx(DEFAULT_GRID.nodes @ weight / weight.sum())
    assert found["c"].points == 3


def test_other_parameters_judge_the_answers_but_not_the_persons() -> None:
    simulated = simulate(60, 6, seed=4)
    items = true_items(simulated, 6)
    before = replace(items[2], difficulty=items[2].difficulty + 1)
    (judged,) = answers_beside_expectations(simulated.data, items, judged_by={"item-002": before})
    own = next(one for one in answers_beside_expectations(simulated.data, items) if one.item_id == "item-002")
    assert judged.ability == pytest.approx(own.ability)
    assert (judged.expected < own.expected).all()


def test_groups_lie_on_the_curve_where_they_are_expected_to() -> None:
    simulated = simulate(900, 12, answers=8, seed=5)
    items = true_items(simulated, 12)
    for fit, item in zip(residual_fit(simulated.data, items), items, strict=True):
        assert sum(group.n for group in fit.groups) == fit.n
        assert all(group.n >= 15 for group in fit.groups)
        for group in fit.groups:
            curve = 1 / (1 + np.exp(-item.discrimination * (group.ability - item.difficulty)))
            assert curve == pytest.approx(group.expected, abs=0.002)
        rows = simulated.data.item == simulated.data.item_ids.index(fit.item_id)
        mean = sum(group.n * group.share for group in fit.groups) / fit.n
        assert mean == pytest.approx(simulated.data.score[rows].mean())


def test_misfit_is_told_by_its_size_first() -> None:
    """An item that is 0.2 off everywhere has an effect of 0.2; true ones have none to speak of, and even p-values."""
    simulated = simulate(3000, 30, answers=15, seed=6)
    items = [replace(item, flag="fixed") for item in true_items(simulated, 30)]
    data = simulated.data
    draws = np.random.default_rng(1)
    lowered = (data.item == 0) & (data.score == 1) & (draws.random(data.n_responses) < 0.3)
    changed = ResponseData(data.person_ids, data.item_ids, data.person, data.item, (data.score - lowered).astype("i1"))
    fits = residual_fit(changed, items)
    share = float(data.score[data.item == 0].mean())
    assert fits[0].effect == pytest.approx(0.3 * share, abs=0.04)
    assert fits[0].p_value < 1e-6
    assert fits[0].worst_gap < -0.1
    others = [fit for fit in fits if fit.item_id != "item-000"]
    assert np.mean([fit.effect for fit in others]) < 0.02
    assert 0.3 < np.mean([fit.p_value for fit in others]) < 0.7
