"""Curve linking against known changes of scale, brute force, and mixed models."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.calibration_result import CalibratedItem
from calibration.curve_linking import CURVE_METHODS, engine_parameters, link_by_curves
from calibration.errors import CalibrationError
from calibration.linking import Link
from engine.response_models import ItemPool


def bank(seed: int = 1, *, noise: float = 0.0) -> dict[str, CalibratedItem]:
    draws = np.random.default_rng(seed)
    items = {}
    for place in range(8):
        model = ("2pl", "3pl", "grm", "gpcm")[place % 4]
        slope = float(np.exp(draws.normal(0, 0.3)))
        thresholds = tuple(np.sort(draws.normal(0, 1, 3) + noise).tolist()) if place % 4 > 1 else ()
        difficulty = float(np.mean(thresholds)) if thresholds else float(draws.normal())
        items[f"i{place}"] = CalibratedItem(
            item_id=f"i{place}", model=model, discrimination=slope, difficulty=difficulty, se_discrimination=0.1,
            se_difficulty=0.1, covariance=0.0, n_responses=100, thresholds=thresholds,
            se_thresholds=(0.1,) * len(thresholds), guessing=0.2 if model == "3pl" else 0.0,
            covariances=((0.04, 0.01, 0.0), (0.01, 0.09, 0.0), (0.0, 0.0, 0.01)) if model == "3pl" else (),
        )  # fmt: skip
    return items


def moved(items: dict[str, CalibratedItem], link: Link) -> dict[str, CalibratedItem]:
    return {name: link.transform(item) for name, item in items.items()}


@settings(max_examples=15, deadline=None)
@given(slope=st.floats(0.5, 2.0), intercept=st.floats(-1.5, 1.5), method=st.sampled_from(CURVE_METHODS))
def test_a_known_change_of_scale_is_recovered(slope: float, intercept: float, method: str) -> None:
    new = bank()
    link = link_by_curves(moved(new, Link("known", slope, intercept)), new, method=method)
    assert link.method == method
    assert link.slope == pytest.approx(slope, rel=1e-4)
    assert link.intercept == pytest.approx(intercept, abs=1e-4)
    assert link.anchor_items == tuple(new)


@pytest.mark.parametrize("method", CURVE_METHODS)
def test_the_minimum_is_that_of_a_search_over_a_lattice(method: str) -> None:
    target, new = bank(1), bank(1, noise=0.3)
    new["i0"] = Link("odd", 1.0, 0.8).transform(new["i0"])
    link = link_by_curves(target, new, method=method, symmetric=False)
    nodes = np.linspace(-4, 4, 41)
    weights = np.exp(-0.5 * nodes**2)
    weights /= weights.sum()

    def tables(items: list[CalibratedItem]) -> tuple[np.ndarray, np.ndarray]:
        pool = ItemPool.from_items([engine_parameters(item) for item in items])
        return np.exp(pool.log_probabilities(nodes)), pool.expected_scores(nodes).sum(axis=0)

    known = tables(list(target.values()))

    def distance(slope: float, intercept: float) -> float:
        found = tables([Link("trial", slope, intercept).transform(item) for item in new.values()])
        if method == "haebara":
            return float(((known[0] - found[0]) ** 2).sum(axis=(0, 1)) @ weights)
        return float((known[1] - found[1]) ** 2 @ weights)

    here = distance(link.slope, link.intercept)
    around = [
        distance(link.slope + step, link.intercept + shift)
        for step in np.linspace(-0.3, 0.3, 13)
        for shift in np.linspace(-0.3, 0.3, 13)
    ]
    assert here <= min(around) + 1e-12


def test_a_link_and_its_way_back_agree_if_the_criterion_is_symmetric() -> None:
    first, second = bank(1), moved(bank(1, noise=0.2), Link("known", 1.3, 0.4))
    there, back = link_by_curves(first, second), link_by_curves(second, first)
    assert there.slope * back.slope == pytest.approx(1, abs=0.02)
    assert there.intercept + there.slope * back.intercept == pytest.approx(0, abs=0.03)


def test_everything_of_an_item_moves_along() -> None:
    item = bank()["i1"]
    there = Link("known", 2.0, 1.0).transform(item)
    assert there.covariances == pytest.approx(np.array([[0.01, 0.01, 0], [0.01, 0.36, 0], [0, 0, 0.01]]))
    graded = Link("known", 2.0, 1.0).transform(bank()["i2"])
    assert graded.thresholds == pytest.approx([2 * threshold + 1 for threshold in bank()["i2"].thresholds])
    assert graded.se_thresholds == pytest.approx([0.2] * 3)


def test_refusals() -> None:
    items = bank()
    with pytest.raises(CalibrationError, match="linking method 'odd'"):
        link_by_curves(items, items, method="odd")
    few = {name: items[name] for name in list(items)[:3]}
    with pytest.raises(CalibrationError, match="3 items have parameters on both scales; 5 are needed"):
        link_by_curves(items, few)
    other = items | {"i2": CalibratedItem("i2", "2pl", 1.0, 0.0, 0.1, 0.1, 0.0, 10)}
    with pytest.raises(CalibrationError, match="anchor item 'i2' has 3 thresholds on the target scale and 1"):
        link_by_curves(items, other)
    same = {f"i{place}": CalibratedItem(f"i{place}", "rasch", 1.0, 0.0, 0.0, 0.1, 0.0, 10) for place in range(6)}
    assert math.isfinite(link_by_curves(same, same).slope)
