"""Calibration against published values, brute force and known truth."""

import json

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from calibration import CalibrationError, CalibrationResult, Priors, ResponseData, calibrate
from calibration.chunks import PersonsHere
from calibration.person_blocks import person_blocks
from tests.calibration.lsat7 import COUNTS, PATTERNS, lsat7
from tests.calibration.simulated import Simulated, item_name, simulate


def slopes(result: CalibrationResult) -> np.ndarray:
    return np.array([item.discrimination for item in result.items])


def difficulties(result: CalibrationResult) -> np.ndarray:
    return np.array([item.difficulty for item in result.items])


def brute_force_log_likelihood(result: CalibrationResult) -> float:
    """LSAT7's log-likelihood with each pattern integrated by adaptive quadrature."""
    a, b, sd = slopes(result), difficulties(result), result.latent_sd

    def joint(theta: float, pattern: np.ndarray) -> float:
        right = 1 / (1 + np.exp(-a * (theta - b)))
        density = np.exp(-0.5 * (theta / sd) ** 2) / (sd * np.sqrt(2 * np.pi))
        return float(np.prod(np.where(pattern == 1, right, 1 - right)) * density)

    return sum(
        count * np.log(quad(joint, -10, 10, args=(pattern,), epsabs=1e-13)[0])
        for pattern, count in zip(PATTERNS, COUNTS, strict=True)
    )


def test_lsat7_two_parameters() -> None:
    result = calibrate(lsat7())
    assert result.converged
    assert (result.n_items, result.n_persons, result.n_responses) == (5, 1000, 5000)
    assert result.log_likelihood == pytest.approx(-2658.805, abs=5e-4)
    intercepts = -slopes(result) * difficulties(result)
    # The published figures come from an EM stopped at steps of 1e-4: item 3 ends 0.0015 short of the maximum.
    assert slopes(result) == pytest.approx([0.988, 1.081, 1.706, 0.765, 0.736], abs=2e-3)
    assert intercepts == pytest.approx([1.856, 0.808, 1.804, 0.486, 1.855], abs=2e-3)
    assert slopes(result)[[0, 1, 3, 4]] == pytest.approx([0.988, 1.081, 0.765, 0.736], abs=5e-4)
    assert intercepts[[0, 1, 3]] == pytest.approx([1.856, 0.808, 0.486], abs=5e-4)


def test_lsat7_common_slope() -> None:
    result = calibrate(lsat7(), model="rasch")
    assert result.converged
    # A common slope with N(0, 1) abilities is slopes of 1 with N(0, a²) abilities.
    assert result.latent_sd == pytest.approx(1.011, abs=5e-4)
    assert -difficulties(result) == pytest.approx([1.868, 0.791, 1.461, 0.521, 1.993], abs=6e-4)
    assert set(slopes(result)) == {1.0}
    assert all(item.se_discrimination == 0 for item in result.items)


@pytest.mark.parametrize("model", ["2pl", "rasch"])
def test_log_likelihood_equals_brute_force(model: str) -> None:
    result = calibrate(lsat7(), model=model)
    assert result.log_likelihood == pytest.approx(brute_force_log_likelihood(result), abs=1e-6)


def test_iterations_are_counted_and_bounded() -> None:
    full = calibrate(lsat7())
    short = calibrate(lsat7(), max_iterations=2)
    assert short.status == "not_converged"
    assert short.iterations < full.iterations
    assert short.log_likelihood < full.log_likelihood
    assert np.isfinite(slopes(short)).all()


def coverage(simulated: Simulated, result: CalibrationResult) -> tuple[float, float]:
    a_errors = np.array([item.se_discrimination for item in result.items])
    b_errors = np.array([item.se_difficulty for item in result.items])
    within_a = np.abs(slopes(result) - simulated.discrimination) < 1.96 * a_errors
    within_b = np.abs(difficulties(result) - simulated.difficulty) < 1.96 * b_errors
    return float(within_a.mean()), float(within_b.mean())


def test_intervals_cover_the_truth() -> None:
    covered = []
    for seed in range(20):
        simulated = simulate(1000, 40, answers=None if seed % 2 else 25, seed=seed)
        result = calibrate(simulated.data)
        assert result.converged
        assert result.exclusions == ()
        covered.append(coverage(simulated, result))
    share = np.mean(covered, axis=0)
    # 800 intervals each: the Monte Carlo standard error is 0.8 %.
    assert ((share > 0.925) & (share < 0.975)).all()


def test_rasch_recovers_difficulties_and_spread() -> None:
    simulated = simulate(2000, 30, answers=20, rasch=True, ability_sd=1.4, seed=3)
    result = calibrate(simulated.data, model="rasch")
    assert result.converged
    assert result.latent_sd == pytest.approx(1.4, abs=0.08)
    # Difficulties are relative to the mean of these 2,000 abilities, whose own error is 0.03.
    assert np.sqrt(np.mean((difficulties(result) - simulated.difficulty) ** 2)) < 0.1
    assert coverage(simulated, result)[1] > 0.85


@pytest.mark.parametrize("model", ["2pl", "rasch"])
def test_sparse_and_dense_products_agree(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = simulate(400, 12, seed=5).data
    results = []
    for dense in (True, False):
        monkeypatch.setattr(
            "calibration.marginal_likelihood.settled_blocks",
            lambda d, _place, dense=dense: PersonsHere([person_blocks(d, size=150, dense=dense)]),
        )
        results.append(calibrate(data, model=model))
    dense_result, sparse_result = results
    assert sparse_result.log_likelihood == pytest.approx(dense_result.log_likelihood, abs=1e-8)
    for left, right in zip(dense_result.items, sparse_result.items, strict=True):
        assert left.discrimination == pytest.approx(right.discrimination, abs=1e-7)
        assert left.difficulty == pytest.approx(right.difficulty, abs=1e-7)
        assert left.se_discrimination == pytest.approx(right.se_discrimination, rel=1e-5)
        assert left.se_difficulty == pytest.approx(right.se_difficulty, rel=1e-5)
        assert left.covariance == pytest.approx(right.covariance, rel=1e-4, abs=1e-8)


def test_the_order_of_answers_does_not_matter() -> None:
    data = simulate(200, 8, answers=6, seed=6).data
    order = np.random.default_rng(1).permutation(data.n_responses)
    shuffled = ResponseData.from_indices(
        data.person_ids, data.item_ids, data.person[order], data.item[order], data.score[order]
    )
    assert calibrate(shuffled).items == calibrate(data).items


@settings(max_examples=40, deadline=None)
@given(
    persons=st.integers(5, 40),
    items=st.integers(2, 8),
    seed=st.integers(0, 10_000),
    missing=st.floats(0, 0.6),
    model=st.sampled_from(["2pl", "rasch"]),
    priors=st.sampled_from([None, Priors(learn_difficulty=False)]),
)
def test_objective_never_falls_and_numbers_stay_finite(
    persons: int, items: int, seed: int, missing: float, model: str, priors: Priors | None
) -> None:
    generator = np.random.default_rng(seed)
    given_answers = generator.random((persons, items)) >= missing
    person, item = np.nonzero(given_answers)
    score = generator.integers(0, 2, len(person))
    names = [str(k) for k in range(persons)], [str(k) for k in range(items)]
    varied = {k for k in range(items) if len(set(score[item == k])) == 2}
    assume(varied)
    result = calibrate(ResponseData.from_indices(*names, person, item, score), model=model, priors=priors)
    alike = {str(k) for k in set(item.tolist()) - varied}
    # A prior bounds what everybody answered alike; without one it takes no part.
    assert {entry.item_id for entry in result.items} == {str(k) for k in varied} | (alike if priors else set())
    assert {entry.item_id for entry in result.items if entry.flag == "one_category"} == (alike if priors else set())
    # Responses without any structure: slopes may run away, signs may turn; the grid may be refined on the way.
    if result.n_nodes == 61:
        assert np.diff(result.history).min(initial=0) >= -1e-7
    numbers = [
        (i.discrimination, i.difficulty, i.se_discrimination, i.se_difficulty, i.covariance) for i in result.items
    ]
    assert not np.isnan(numbers).any()
    assert np.isfinite(slopes(result)).all()
    assert np.isfinite(difficulties(result)).all()
    if priors is None and result.converged:
        assert all(np.isfinite(item.se_difficulty) or item.flag == "no_discrimination" for item in result.items)
    json.dumps([item.to_dict() for item in result.items], allow_nan=False)


def test_progress_is_reported_and_cancelling_leaves_no_result() -> None:
    seen: list[tuple[int, float]] = []

    def on_progress(iteration: int, log_likelihood: float) -> bool:
        seen.append((iteration, log_likelihood))
        return iteration < 4

    result = calibrate(simulate(300, 10).data, on_progress=on_progress)
    assert [iteration for iteration, _ in seen] == [1, 2, 3, 4]
    assert seen[-1][1] > seen[0][1]
    assert result.status == "cancelled"
    assert not result.converged
    assert result.items == ()
    assert result.parameters == {}
    assert result.log_likelihood == seen[-1][1]


def test_perfect_separation_is_told_not_estimated() -> None:
    persons = [f"p{k}" for k in range(40)]
    scores = [int(k > 20) for k in range(40)]
    data = ResponseData.from_triples(persons * 2, ["left"] * 40 + ["right"] * 40, scores * 2)
    result = calibrate(data)
    assert result.status == "not_converged"
    assert {item.flag for item in result.items} == {"at_bound"}
    assert {item.se_discrimination for item in result.items} == {np.inf}
    assert result.items[0].to_dict()["se_a"] is None
    rasch = calibrate(data, model="rasch")
    assert rasch.status == "not_converged"
    with_priors = calibrate(data, priors=Priors())
    assert with_priors.converged
    assert all(0 < item.discrimination < 5 for item in with_priors.items)


def test_one_separated_item_does_not_spoil_the_others() -> None:
    simulated = simulate(500, 10, seed=8)
    totals = np.bincount(simulated.data.person, weights=simulated.data.score)
    scores = np.concatenate((simulated.data.score, (totals >= 5).astype(np.int8)))
    person = np.concatenate((simulated.data.person, np.arange(500)))
    item = np.concatenate((simulated.data.item, np.full(500, 10)))
    names = simulated.data.person_ids, (*simulated.data.item_ids, "steps with the total")
    result = calibrate(ResponseData.from_indices(*names, person, item, scores))
    assert result.status == "not_converged"
    assert [entry.flag for entry in result.items] == [None] * 10 + ["at_bound"]
    assert all(np.isfinite(entry.se_difficulty) for entry in result.items[:10])


def test_a_wrong_key_shows_as_negative_discrimination() -> None:
    simulated = simulate(800, 12, seed=9)
    wrong = simulated.data.item == 4
    score = np.where(wrong, 1 - simulated.data.score, simulated.data.score)
    data = ResponseData.from_indices(
        simulated.data.person_ids, simulated.data.item_ids, simulated.data.person, simulated.data.item, score
    )
    result = calibrate(data)
    assert result.converged
    assert [item.flag for item in result.items] == [None] * 4 + ["negative_discrimination"] + [None] * 7
    turned = calibrate(simulated.data)
    assert result.log_likelihood == pytest.approx(turned.log_likelihood, abs=1e-6)
    assert slopes(result)[4] == pytest.approx(-slopes(turned)[4], abs=1e-4)
    assert difficulties(result)[4] == pytest.approx(difficulties(turned)[4], abs=1e-4)


def test_what_one_item_cannot_tell_is_not_reported_as_converged() -> None:
    data = ResponseData.from_triples([f"p{k}" for k in range(40)], ["only"] * 40, [int(k > 20) for k in range(40)])
    for model in ("2pl", "rasch"):
        result = calibrate(data, model=model)
        assert result.status == "not_converged"
        assert result.items[0].se_difficulty == np.inf
    nearly_flat = Priors(log_discrimination_sd=1e3, difficulty_sd=1e3)
    assert calibrate(data, priors=nearly_flat).status == "not_converged"
    assert calibrate(data, priors=Priors()).converged


def test_a_flat_item_has_no_difficulty() -> None:
    persons = [f"p{k}" for k in range(40)]
    scores = [int(k > 20) for k in range(40)]
    turned = [1 - score for score in scores]
    result = calibrate(ResponseData.from_triples(persons * 2, ["i"] * 40 + ["j"] * 40, scores + turned))
    assert result.status == "not_converged"
    assert {item.flag for item in result.items} == {"no_discrimination"}
    assert {item.se_difficulty for item in result.items} == {np.inf}


def test_long_tests_get_more_nodes() -> None:
    simulated = simulate(300, 300, seed=10)
    result = calibrate(simulated.data)
    assert result.converged
    assert result.n_nodes > 61


def test_fixed_items_define_the_scale() -> None:
    simulated = simulate(3000, 40, answers=20, seed=11, ability_mean=0.8, ability_sd=1.3)
    fixed = {item_name(k): (simulated.discrimination[k], simulated.difficulty[k]) for k in range(25)}
    result = calibrate(simulated.data, fixed=fixed)
    assert result.converged
    assert result.latent_mean == pytest.approx(0.8, abs=0.1)
    assert result.latent_sd == pytest.approx(1.3, abs=0.1)
    known, new = result.items[:25], result.items[25:]
    assert {item.flag for item in known} == {"fixed"}
    assert {(item.se_discrimination, item.se_difficulty) for item in known} == {(0.0, 0.0)}
    for name, pair in fixed.items():
        assert result.parameters[name] == pytest.approx(pair)
    errors = [(i.difficulty - b) / i.se_difficulty for i, b in zip(new, simulated.difficulty[25:], strict=True)]
    assert np.sqrt(np.mean(np.square(errors))) < 1.6
    assert np.abs([i.difficulty - b for i, b in zip(new, simulated.difficulty[25:], strict=True)]).max() < 0.35


def test_fixed_rasch_items_shift_the_others() -> None:
    simulated = simulate(1500, 12, rasch=True, seed=12)
    free = calibrate(simulated.data, model="rasch")
    moved = {item.item_id: (1.0, item.difficulty + 0.5) for item in free.items[:6]}
    result = calibrate(simulated.data, model="rasch", fixed=moved)
    assert result.converged
    assert result.latent_mean == pytest.approx(0.5, abs=1e-3)
    assert result.latent_sd == pytest.approx(free.latent_sd, abs=1e-3)
    assert difficulties(result)[6:] == pytest.approx(difficulties(free)[6:] + 0.5, abs=1e-3)
    assert result.log_likelihood == pytest.approx(free.log_likelihood, abs=1e-4)


def test_a_fixed_item_whose_answers_are_all_alike_stays() -> None:
    data = ResponseData.from_triples(["a", "a", "b", "b"], ["x", "y", "x", "y"], [1, 0, 1, 1])
    result = calibrate(data, fixed={"x": (1.0, -1.0)}, priors=Priors())
    assert [item.flag for item in result.items] == ["fixed", None]
    assert result.exclusions == ()


def test_all_items_fixed_estimates_the_population_alone() -> None:
    simulated = simulate(2000, 20, seed=13, ability_mean=-0.5)
    fixed = {item_name(k): (simulated.discrimination[k], simulated.difficulty[k]) for k in range(20)}
    result = calibrate(simulated.data, fixed=fixed)
    assert result.converged
    assert result.latent_mean == pytest.approx(-0.5, abs=0.08)


@pytest.mark.parametrize("model", ["2pl", "rasch"])
def test_priors_shrink_what_few_answers_say(model: str) -> None:
    simulated = simulate(60, 40, answers=20, seed=14, rasch=model == "rasch")
    priors = Priors(learn_difficulty=False)
    plain, shrunk = calibrate(simulated.data, model=model), calibrate(simulated.data, model=model, priors=priors)
    assert shrunk.converged
    true = {item_name(k): b for k, b in enumerate(simulated.difficulty)}

    def error(result: CalibrationResult) -> float:
        return float(np.sqrt(np.mean([(item.difficulty - true[item.item_id]) ** 2 for item in result.items])))

    assert error(shrunk) < error(plain)
    assert np.std(difficulties(shrunk)) < np.std(difficulties(plain))
    assert shrunk.log_likelihood < plain.log_likelihood
    assert shrunk.priors == priors
    if model == "2pl":
        assert np.std(np.log(slopes(shrunk))) < 0.35


def test_empirical_bayes_recovers_the_regression_on_ratings() -> None:
    generator = np.random.default_rng(15)
    items, persons = 150, 400
    rating = generator.integers(1, 6, items).astype(float)
    difficulty = 0.3 + 0.5 * (rating - 3) + generator.normal(0, 0.6, items)
    person = np.repeat(np.arange(persons), 30)
    item = np.concatenate([generator.choice(items, 30, replace=False) for _ in range(persons)])
    right = 1 / (1 + np.exp(-(generator.normal(0, 1, persons)[person] - difficulty[item])))
    score = (generator.random(len(item)) < right).astype(int)
    names = [str(k) for k in range(persons)], [item_name(k) for k in range(items)]
    data = ResponseData.from_indices(*names, person, item, score)
    ratings = {item_name(k): float(value) for k, value in enumerate(rating)}
    result = calibrate(data, priors=Priors(), ratings=ratings)
    assert result.converged
    learnt = result.priors
    assert learnt is not None
    # The regression's own standard errors are .05 for the mean, .04 a step and .045 for the spread.
    assert learnt.difficulty_mean == pytest.approx(0.3, abs=0.15)
    assert learnt.difficulty_per_rating == pytest.approx(0.5, abs=0.1)
    assert learnt.difficulty_sd == pytest.approx(0.6, abs=0.12)

    def error(of: CalibrationResult) -> float:
        return float(np.sqrt(np.mean((difficulties(of) - difficulty) ** 2)))

    assert error(result) < error(calibrate(data, priors=Priors()))


def test_priors_that_do_not_settle_are_not_reported_as_converged(monkeypatch: pytest.MonkeyPatch) -> None:
    data = simulate(100, 20, seed=16).data
    assert calibrate(data, priors=Priors()).converged
    assert calibrate(data, priors=Priors(), max_iterations=1).status == "not_converged"
    monkeypatch.setattr("calibration.marginal_likelihood.PRIOR_ROUNDS", 1)
    assert calibrate(data, priors=Priors(difficulty_mean=2.0)).status == "not_converged"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_iterations": 0}, "max_iterations is 0"),
        ({"tolerance": 0.0}, "tolerance is 0.0"),
        ({"fixed": {"item 1": (-1.0, 0.0)}}, "fixed item 'item 1': discrimination -1.0"),
        ({"fixed": {"item 1": (1.0, float("nan"))}}, "finite difficulty"),
        ({"fixed": {"item 1": (2.0, 0.0)}, "model": "rasch"}, "in the Rasch model it is 1"),
        ({"ratings": {"item 2": 7.0}, "priors": Priors()}, "item 'item 2': difficulty rating 7.0; 1 to 5"),
    ],
)
def test_bad_options_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(CalibrationError, match=message):
        calibrate(lsat7(), **options)  # type: ignore[arg-type]


def test_scores_above_one_are_refused_with_their_place() -> None:
    data = ResponseData.from_triples(["a", "b"], ["x", "x"], [0, 2])
    with pytest.raises(CalibrationError, match="item 'x', person 'b': score 2"):
        calibrate(data)
