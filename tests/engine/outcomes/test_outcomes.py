import numpy as np
import pytest
from scipy.stats import multivariate_normal

from engine.blueprints.blueprint import Blueprint, Bounds
from engine.outcomes.verdicts import element_posteriors, outcomes
from engine.response_models import ItemParameters, ItemPool, probability
from engine.sittings.sitting import finish, fold, record, start
from tests.engine.pools import exam_of, pool_of


def answers(exam, responses):
    return fold(exam, seed=1, responses=[(exam.pool.item_ids[item], x) for item, x in responses.items()])


def two_elements(*, correlation, loose_item=False):
    items = [
        ItemParameters(f"i{n}", "2pl", 0.8 + 0.1 * n, 0.3 * n - 1, "U", "E1" if n < 4 else "E2", "") for n in range(7)
    ]
    if loose_item:
        items.append(ItemParameters("i7", "2pl", 1.5, 0.2, "U", "", ""))
    return exam_of(
        ItemPool.from_items(items),
        blueprint=Blueprint(),
        minimum_length=1,
        maximum_length=len(items),
        element_correlation=correlation,
        prior_mean=0.4,
        prior_sd=1.3,
        confidence=0.999,
    )


def likelihood(pool, places, responses, theta):
    value = np.ones_like(theta)
    for place in places:
        right = probability(theta, pool.discrimination[place], pool.difficulty[place])
        value = value * (right if responses[place] else 1 - right)
    return value


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.8, 0.95])
def test_element_posteriors_equal_a_brute_force_integral_over_both_abilities(correlation):
    exam = two_elements(correlation=correlation)
    responses = dict(enumerate([1, 1, 0, 1, 0, 0, 1]))
    found = outcomes(exam, answers(exam, responses)).elements
    theta = np.linspace(0.4 - 7.8, 0.4 + 7.8, 901)
    first, second = np.meshgrid(theta, theta, indexing="ij")
    covariance = 1.3**2 * np.array([[1, correlation], [correlation, 1]])
    joint = multivariate_normal([0.4, 0.4], covariance).pdf(np.dstack([first, second]))
    joint *= likelihood(exam.pool, range(4), responses, theta)[:, None]
    joint *= likelihood(exam.pool, range(4, 7), responses, theta)[None, :]
    for axis, outcome in enumerate(found):
        posterior = joint.sum(axis=1 - axis)
        posterior /= posterior.sum()
        mean = posterior @ theta
        assert outcome.theta == pytest.approx(mean, abs=1e-6)
        assert outcome.standard_error == pytest.approx(np.sqrt(posterior @ (theta - mean) ** 2), abs=1e-6)
        below = np.cumsum(posterior) - posterior / 2
        assert outcome.probability == pytest.approx(1 - np.interp(-0.3, theta, below), abs=1e-4)
        assert outcome.interval == pytest.approx(np.interp([0.05, 0.95], below, theta), abs=1e-3)


def test_element_posteriors_equal_monte_carlo_with_an_item_outside_all_elements():
    exam = two_elements(correlation=0.7, loose_item=True)
    responses = dict(enumerate([1, 1, 0, 1, 0, 0, 1, 1]))
    draws = np.random.default_rng(2)
    general = draws.normal(size=400_000)
    abilities = [
        0.4 + 1.3 * (np.sqrt(0.7) * general + np.sqrt(0.3) * draws.normal(size=general.size)) for _ in range(3)
    ]
    weight = np.ones(general.size)
    for places, theta in zip((range(4), range(4, 7), (7,)), abilities, strict=True):
        weight = weight * likelihood(exam.pool, places, responses, theta)
    found = outcomes(exam, answers(exam, responses)).elements
    for outcome, theta in zip(found, abilities[:2], strict=True):
        assert outcome.theta == pytest.approx(np.average(theta, weights=weight), abs=0.01)
        assert outcome.probability == pytest.approx(np.average(theta >= -0.3, weights=weight), abs=0.01)


def test_contradictory_evidence_at_the_highest_correlation_stays_finite():
    items = [
        ItemParameters(f"i{n}", "2pl", 5.0, 4.0 if n < 40 else -4.0, "U", "E1" if n < 40 else "E2") for n in range(80)
    ]
    exam = exam_of(
        ItemPool.from_items(items),
        blueprint=Blueprint(),
        minimum_length=80,
        maximum_length=80,
        element_correlation=0.99,
    )
    state = answers(exam, {place: int(place < 40) for place in range(80)})
    posteriors = element_posteriors(exam, state, [2, 3])
    np.testing.assert_allclose(posteriors.sum(axis=1), 1)


def sat_by(exam, *, ability, seed=5, ended_after=None):
    draws = np.random.default_rng(seed)
    state = start(exam, seed=seed)
    while not state.finished:
        if len(state.responses) == ended_after:
            return finish(exam, state, reason="candidate_ended")
        item = state.next_item
        right = draws.random() < probability(ability, exam.pool.discrimination[item], exam.pool.difficulty[item])
        state = record(exam, state, item_id=exam.pool.item_ids[item], response=int(right))
    return state


@pytest.mark.parametrize(("ability", "verdict"), [(2.5, "competent"), (-3.0, "not_yet_competent")])
def test_a_clear_case_gets_its_verdict(ability, verdict):
    exam = exam_of(pool_of(60))
    found = outcomes(exam, sat_by(exam, ability=ability))
    assert found.unit.code == "U"
    assert found.unit.verdict == verdict
    assert (found.unit.probability >= 0.95) == (verdict == "competent")
    assert found.unit.interval[0] < found.unit.theta < found.unit.interval[1]
    assert found.unit.items_required == 10
    assert [element.code for element in found.elements] == ["U-E0", "U-E1", "U-E2"]
    assert verdict in {element.verdict for element in found.elements}
    assert [element.items_required for element in found.elements] == [4, 3, 3]


def test_the_probability_beyond_the_farthest_cut_is_right_even_where_the_posterior_nears_the_end_of_the_grid():
    items = [ItemParameters(f"i{n:02d}", "rasch", 1.0, 5.0, "U") for n in range(30)]
    exam = exam_of(ItemPool.from_items(items), blueprint=Blueprint(), cut_score=3.99)
    theta = np.linspace(-9, 12, 20_001)
    for right in (10, 20, 30):
        found = outcomes(exam, answers(exam, {place: int(place < right) for place in range(30)}))
        density = np.exp(-0.5 * theta**2) * probability(theta, 1.0, 5.0) ** right
        density *= (1 - probability(theta, 1.0, 5.0)) ** (30 - right)
        expected = density[theta >= 3.99].sum() / density.sum()
        assert found.unit.probability == pytest.approx(expected, abs=0.002)


def test_an_undecided_probability_is_never_forced_into_a_verdict():
    exam = exam_of(pool_of(60), minimum_length=12, maximum_length=12, stop_rule="length")
    for seed in range(30):
        found = outcomes(exam, sat_by(exam, ability=-0.3, seed=seed))
        for outcome, confidence in [(found.unit, 0.95), *((element, 0.9) for element in found.elements)]:
            sure = max(outcome.probability, 1 - outcome.probability) >= confidence
            assert (outcome.verdict != "not_enough_evidence") == sure


def test_an_early_end_gives_no_verdict_however_sure_the_posterior():
    exam = exam_of(pool_of(60), cut_score=-3.9)
    found = outcomes(exam, sat_by(exam, ability=3.0, ended_after=5))
    assert found.unit.probability > 0.99
    assert found.unit.verdict == "not_enough_evidence"
    assert (found.unit.items_answered, found.unit.items_required) == (5, 10)
    assert {element.verdict for element in found.elements if element.items_answered < element.items_required} == {
        "not_enough_evidence"
    }


def test_a_minimum_within_an_element_counts_even_where_the_number_of_items_would_do():
    pool = pool_of(40, criteria=4, elements=2)
    code = pool.criteria[0]
    exam = exam_of(
        pool, blueprint=Blueprint((Bounds("criterion", code, 1),)), minimum_length=2, maximum_length=20, cut_score=-3.9
    )
    others = [item for item in range(40) if pool.elements[item] == "U-E0" and pool.criteria[item] != code][:3]
    without = outcomes(exam, answers(exam, dict.fromkeys(others, 1)))
    assert without.unit.verdict == "not_enough_evidence"
    assert without.elements[0].verdict == "not_enough_evidence"
    complete = outcomes(exam, answers(exam, dict.fromkeys([*others, 0], 1)))
    assert complete.unit.verdict == "competent"
    assert complete.elements[0].verdict == "competent"
    assert complete.elements[1].verdict == "not_enough_evidence"
    assert (complete.elements[1].items_answered, complete.elements[1].items_required) == (0, 1)


def test_an_exam_over_several_units_has_no_unit_code():
    items = [ItemParameters(f"i{n}", "rasch", 1.0, 0.0, f"U{n % 2}") for n in range(6)]
    exam = exam_of(ItemPool.from_items(items), blueprint=Blueprint(), minimum_length=2, maximum_length=4)
    found = outcomes(exam, start(exam, seed=1))
    assert found.unit.code == ""
    assert found.elements == ()
