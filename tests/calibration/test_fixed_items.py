"""Fixed-parameter calibration: new items come onto the scale of the fixed ones, whoever sits now."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from calibration import CalibratedItem, CalibrationError, Priors, ResponseData, calibrate
from calibration.categories.group_calibration import calibrate_groups
from calibration.categories.latent_histogram import calibrate_with_histogram
from calibration.curve_linking import engine_parameters
from engine.response_models import ItemPool

ABLER = 0.8
WEAK = Priors(learn_difficulty=False)


def bank(model: str, items: int, *, seed: int) -> list[CalibratedItem]:
    """Items spread over the scale, a third of them with other slopes."""
    generator = np.random.default_rng(seed)
    found = []
    for k in range(items):
        a, b = float(np.exp(generator.normal(0.1, 0.2))), float(generator.normal(0.0, 0.9))
        steps = (-0.6, 0.6) if model in ("grm", "gpcm") else ()
        found.append(
            CalibratedItem(
                f"i{k}", model, a, b, 0.1, 0.1, 0.0, 0,
                thresholds=tuple(b + step for step in steps),
                se_thresholds=(0.1,) * len(steps),
                guessing=0.2 if model == "3pl" else 0.0,
            )
        )  # fmt: skip
    return found


def answered(items: list[CalibratedItem], ability: np.ndarray, *, seed: int) -> ResponseData:
    generator = np.random.default_rng(seed)
    table = np.exp(ItemPool.from_items([engine_parameters(item) for item in items]).log_probabilities(ability))
    beyond = np.cumsum(table, axis=1)[:, :-1] < generator.random((len(items), 1, len(ability)))
    scores = beyond.sum(axis=1).T
    person, item = np.indices(scores.shape)
    names = [f"p{k}" for k in range(len(ability))], [item.item_id for item in items]
    return ResponseData.from_indices(*names, person.ravel(), item.ravel(), scores.ravel())


@pytest.mark.parametrize("model", ["2pl", "3pl", "gpcm", "grm"])
def test_new_items_of_an_abler_group_come_onto_the_banks_scale(model: str) -> None:
    truth = bank(model, 24, seed=1)
    ability = np.random.default_rng(2).normal(ABLER, 1.1, 1500)
    data = answered(truth, ability, seed=3)
    known = {item.item_id: item for item in truth[:14]}
    result = calibrate(data, model=model, fixed=known, priors=WEAK)
    assert result.converged
    # Its own standard error is .03; held at N(0, 1) it could only say 0.
    assert result.latent_mean == pytest.approx(ABLER, abs=0.1)
    assert result.latent_sd == pytest.approx(1.1, abs=0.1)
    new = [(found, true) for found, true in zip(result.items, truth, strict=True) if true.item_id not in known]
    away = np.array([found.difficulty - true.difficulty for found, true in new])
    assert abs(away.mean()) < 0.1
    standard = away / [found.se_difficulty for found, _ in new]
    assert np.sqrt(np.mean(standard**2)) < 1.7
    # Fixing N(0, 1) instead takes the group's ability for easiness of the new items.
    naive = calibrate(data.select(data.item >= 14), model=model, priors=WEAK)
    shifted = np.array([item.difficulty for item in naive.items]) - [true.difficulty for _, true in new]
    assert shifted.mean() < -0.5


@pytest.mark.parametrize("model", ["1pl", "2pl", "3pl", "gpcm", "grm"])
def test_fixed_items_are_reported_as_they_were_given(model: str) -> None:
    truth = bank("2pl" if model == "1pl" else model, 8, seed=4)
    data = answered(truth, np.random.default_rng(5).normal(0, 1, 300), seed=6)
    given = replace(truth[0], item_id="elsewhere", model=model)
    result = calibrate(
        data, model="gpcm" if model == "grm" else "2pl" if model == "1pl" else model, fixed={"i0": given}, priors=WEAK
    )
    found = result.items[0]
    assert (found.item_id, found.model, found.flag, found.n_responses) == ("i0", model, "fixed", 300)
    assert (found.discrimination, found.difficulty) == (given.discrimination, given.difficulty)
    assert (found.thresholds, found.guessing) == (given.thresholds, given.guessing)
    assert (found.se_discrimination, found.se_difficulty, found.covariances) == (0.0, 0.0, ())
    assert {item.flag for item in result.items[1:]} == {None}


def test_a_fixed_item_that_nobody_can_guess_is_a_logistic_one() -> None:
    truth = bank("2pl", 6, seed=7)
    data = answered(truth, np.random.default_rng(8).normal(0, 1, 400), seed=9)
    known = {item.item_id: item for item in truth[:3]}
    logistic = calibrate(data, fixed=known)
    unguessed = calibrate(data, fixed={name: replace(item, model="3pl") for name, item in known.items()})
    assert unguessed.log_likelihood == pytest.approx(logistic.log_likelihood, abs=1e-9)
    assert unguessed.items[0].model == "3pl"


def test_a_mixed_bank_may_be_fixed_in_parts() -> None:
    truth = [
        *bank("3pl", 6, seed=10),
        *(replace(item, item_id=f"g{item.item_id}") for item in bank("gpcm", 4, seed=11)),
    ]
    data = answered(truth, np.random.default_rng(12).normal(-0.5, 1, 1200), seed=13)
    known = {item.item_id: item for item in truth[:4] + truth[6:9]}
    result = calibrate(data, model="2pl", models={"gi3": "gpcm"}, fixed=known, priors=WEAK)
    assert result.converged
    assert result.latent_mean == pytest.approx(-0.5, abs=0.12)
    assert [item.model for item in result.items] == [*["3pl"] * 4, "2pl", "2pl", *["gpcm"] * 4]


GOOD = CalibratedItem("x", "2pl", 1.0, 0.0, 0.0, 0.0, 0.0, 0)


@pytest.mark.parametrize(
    ("item", "message"),
    [
        (replace(GOOD, model="4pl"), r"fixed item 'i0': model 4pl; one of rasch, 1pl"),
        (replace(GOOD, discrimination=-0.5), r"fixed item 'i0': discrimination -0.5"),
        (replace(GOOD, difficulty=float("inf")), "finite difficulty"),
        (replace(GOOD, discrimination=float("nan")), "discrimination nan"),
        (replace(GOOD, model="grm"), "model grm without thresholds"),
        (replace(GOOD, model="grm", thresholds=(0.5, 0.5)), "each is above the one before"),
        (replace(GOOD, model="3pl", guessing=0.96), r"guessing 0.96; a number from 0 to below 0.95"),
        (replace(GOOD, model="3pl", guessing=-0.1), "guessing -0.1"),
    ],
)
def test_impossible_parameters_are_named(item: CalibratedItem, message: str) -> None:
    data = answered(bank("2pl", 3, seed=14), np.linspace(-1, 1, 30), seed=15)
    with pytest.raises(CalibrationError, match=message):
        calibrate(data, fixed={"i0": item})


def test_a_score_beyond_the_fixed_thresholds_is_named() -> None:
    truth = bank("gpcm", 4, seed=16)
    data = answered(truth, np.linspace(-2, 2, 200), seed=17)
    short = replace(truth[0], thresholds=(0.0,), se_thresholds=(0.1,))
    with pytest.raises(CalibrationError, match=r"fixed item 'i0', person 'p\d+': score 2, but .* up to 1"):
        calibrate(data, model="gpcm", fixed={"i0": short}, priors=WEAK)


def test_groups_and_histograms_stand_on_the_scale_of_fixed_items() -> None:
    truth = bank("2pl", 20, seed=18)
    generator = np.random.default_rng(19)
    ability = np.concatenate((generator.normal(0.8, 1, 700), generator.normal(-0.4, 1, 500)))
    data = answered(truth, ability, seed=20)
    known = {item.item_id: item for item in truth[:12]}
    group_of = {name: "abler" if k < 700 else "others" for k, name in enumerate(data.person_ids)}
    by_groups = calibrate_groups(data, group_of, reference="abler", fixed=known, priors=WEAK)
    assert by_groups.status == "converged"
    assert [group.mean for group in by_groups.groups] == pytest.approx([0.8, -0.4], abs=0.12)
    assert all(group.se_mean > 0 for group in by_groups.groups)
    estimated = calibrate_with_histogram(data, fixed=known, priors=WEAK)
    mean = estimated.abilities.weights @ estimated.abilities.nodes
    assert mean == pytest.approx((700 * 0.8 - 500 * 0.4) / 1200, abs=0.1)
    for items in (by_groups.items, estimated.items):
        assert [item.flag for item in items[:12]] == ["fixed"] * 12
        away = [found.difficulty - true.difficulty for found, true in zip(items[12:], truth[12:], strict=True)]
        assert abs(np.mean(away)) < 0.12


def test_what_everybody_answered_alike_stays_where_priors_bound_it() -> None:
    truth = bank("2pl", 12, seed=21)
    data = answered(truth, np.random.default_rng(22).normal(0, 1, 150), seed=23)
    score = np.where(data.item == 0, 1, data.score)
    alike = ResponseData(data.person_ids, data.item_ids, data.person, data.item, score)
    kept = calibrate(alike, priors=WEAK)
    assert kept.converged
    assert kept.items[0].flag == "one_category"
    assert kept.exclusions == ()
    easy = kept.items[0]
    assert easy.difficulty < min(item.difficulty for item in kept.items[1:])
    assert 0 < easy.se_difficulty < 0.85
    left_out = calibrate(alike)
    assert [(one.kind, one.id, one.reason) for one in left_out.exclusions] == [("item", "i0", "one_category")]
    graded = calibrate(alike, model="grm", priors=WEAK)
    assert [one.id for one in graded.exclusions] == ["i0"]
    # Its answers say little of ability, and so change little for the others.
    without = calibrate(alike.select(alike.item > 0), priors=WEAK)
    changes = [a.difficulty - b.difficulty for a, b in zip(kept.items[1:], without.items, strict=True)]
    assert np.abs(changes).max() < 0.1


def test_items_that_are_all_alike_are_nothing_to_calibrate() -> None:
    data = ResponseData.from_triples(["a", "b"], ["x", "x"], [1, 1])
    with pytest.raises(CalibrationError, match="no item has both right and wrong answers"):
        calibrate(data, priors=WEAK)
