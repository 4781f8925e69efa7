from dataclasses import replace
from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, norm

from engine.across_units import (
    UnitEvidence,
    general_ability,
    informed_design,
    informed_exam,
    informed_prior,
    population_design,
    unit_evidence,
)
from engine.design import CUT_REACH, ExamDesign, prepare_exam
from engine.errors import InvalidSetting
from engine.exposure.exposure_bins import bin_boundaries
from engine.outcomes.verdicts import element_posteriors, outcomes
from engine.sittings.sitting import fold, record, start
from engine.stop_rules.stop_settings import StopSettings
from tests.engine.pools import exam_of, pool_of

POOL = pool_of(60)
EXAM = exam_of(POOL, unit_correlation=0.8)
NODES = np.linspace(-6, 6, 121)


def answered(exam, scores, *, seed=1):
    """The sitting after these scores, or where the engine ends it."""
    state = start(exam, seed=seed)
    for score in scores:
        if state.next_item is not None:
            state = record(exam, state, item_id=exam.pool.item_ids[state.next_item], response=score)
    return state


def recorded(exam, state):
    return tuple(zip((exam.pool.item_ids[item] for item in state.administered), state.responses, strict=True))


def normal_evidence(mean, sd):
    return UnitEvidence(scaled_nodes=NODES, log_likelihood=-0.5 * np.square((NODES - mean) / sd))


def evidence_of(scores):
    """What the first items of the pool say when answered like this."""
    table = POOL.log_probabilities(NODES)
    return UnitEvidence(scaled_nodes=NODES, log_likelihood=sum(table[item, score] for item, score in enumerate(scores)))


ALL_RIGHT, MIXED, WEAK = evidence_of([1] * 20), evidence_of([1, 0, 1, 1] * 5), evidence_of([0, 0, 1] * 5)
CORRELATIONS = st.floats(0.05, 0.95)
PATTERNS = st.lists(st.integers(0, 1), min_size=5, max_size=25)


@given(
    measured=st.lists(st.tuples(st.floats(-2.5, 2.5), st.floats(0.25, 2)), min_size=1, max_size=13),
    correlation=CORRELATIONS,
)
@settings(deadline=None, max_examples=60)
def test_normal_evidence_gives_the_conditional_distribution_of_the_multivariate_normal(measured, correlation):
    seen, errors = np.array([mean for mean, _sd in measured]), np.array([sd for _mean, sd in measured])
    covariance = np.full((seen.size, seen.size), correlation) + (1 - correlation) * np.eye(seen.size)
    weights = np.linalg.solve(covariance + np.diag(errors**2), np.full(seen.size, correlation))
    prior = informed_prior([normal_evidence(mean, sd) for mean, sd in measured], correlation=correlation)
    assert prior.mean == pytest.approx(weights @ seen, abs=1e-6)
    assert prior.sd == pytest.approx(sqrt(1 - correlation * weights.sum()), abs=1e-6)


@pytest.mark.parametrize("correlation", [0.3, 0.7, 0.9])
def test_two_finished_units_agree_with_integration_over_all_three_abilities(correlation):
    steps = np.linspace(-6, 6, 97)
    covariance = np.full((3, 3), correlation) + (1 - correlation) * np.eye(3)
    density = multivariate_normal(cov=covariance).pdf(
        np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1)
    )
    table = POOL.log_probabilities(steps)
    patterns = ([1] * 20, [1, 0, 1, 1] * 5)
    first, second = (np.exp(sum(table[item, score] for item, score in enumerate(scores))) for scores in patterns)
    predictive = np.einsum("abc,a,b->c", density, first, second)
    predictive /= predictive.sum()
    prior = informed_prior([ALL_RIGHT, MIXED], correlation=correlation)
    assert prior.mean == pytest.approx(predictive @ steps, abs=1e-5)
    assert prior.sd == pytest.approx(sqrt(predictive @ steps**2 - (predictive @ steps) ** 2), abs=1e-5)


def test_without_finished_units_or_without_correlation_it_is_the_prior_of_the_population():
    empty = informed_prior([], correlation=0.7, population_mean=0.4, population_sd=1.3)
    assert (empty.mean, empty.sd) == pytest.approx((0.4, 1.3), abs=1e-7)
    nearly = informed_prior([ALL_RIGHT, MIXED], correlation=1e-9, population_mean=0.4, population_sd=1.3)
    assert (nearly.mean, nearly.sd) == pytest.approx((0.4, 1.3), abs=1e-4)


def test_the_prior_is_told_on_the_scale_of_the_next_unit():
    plain = informed_prior([ALL_RIGHT], correlation=0.6)
    scaled = informed_prior([ALL_RIGHT], correlation=0.6, population_mean=50.0, population_sd=8.0)
    assert (scaled.mean, scaled.sd) == pytest.approx((50 + 8 * plain.mean, 8 * plain.sd))


@given(pattern=PATTERNS, place=st.integers(0, 24), correlation=CORRELATIONS)
@settings(deadline=None, max_examples=60)
def test_a_better_answer_never_lowers_the_prior(pattern, place, correlation):
    better = list(pattern)
    better[place % len(pattern)] = 1
    low, high = (informed_prior([evidence_of(scores)], correlation=correlation) for scores in (pattern, better))
    assert high.mean >= low.mean - 1e-12


@given(patterns=st.lists(PATTERNS, min_size=2, max_size=4), correlation=CORRELATIONS)
@settings(deadline=None, max_examples=40)
def test_the_order_of_the_units_does_not_matter_and_each_says_something(patterns, correlation):
    evidence = [evidence_of(scores) for scores in patterns]
    forward = informed_prior(evidence, correlation=correlation)
    backward = informed_prior(evidence[::-1], correlation=correlation)
    assert (forward.mean, forward.sd) == pytest.approx((backward.mean, backward.sd), abs=1e-10)
    # What a log-concave likelihood says narrows, whichever way it points.
    assert forward.sd < informed_prior(evidence[1:], correlation=correlation).sd < 1


@given(patterns=st.lists(PATTERNS, min_size=1, max_size=6), correlation=CORRELATIONS)
@settings(deadline=None, max_examples=40)
def test_the_true_shape_of_the_prediction_is_close_to_normal(patterns, correlation):
    evidence = [evidence_of(scores) for scores in patterns]
    nodes, posterior = general_ability(evidence, correlation=correlation)
    steps = np.linspace(-6, 6, 1201)
    exact = posterior @ norm.pdf(steps, sqrt(correlation) * nodes[:, None], sqrt(1 - correlation))
    prior = informed_prior(evidence, correlation=correlation)
    normal = norm.pdf(steps, prior.mean, prior.sd)
    divergence = float((exact * np.log(np.maximum(exact, 1e-300) / np.maximum(normal, 1e-300))).sum() * 0.01)
    assert 0 <= divergence + 1e-9 <= 0.01
    assert np.abs((exact - normal).cumsum() * 0.01).max() <= 0.02


@given(pattern=st.lists(st.integers(0, 1), min_size=10, max_size=30), seed=st.integers(0, 99))
@settings(deadline=None, max_examples=30)
def test_a_sitting_that_was_informed_itself_does_not_pass_its_prior_on(pattern, seed):
    design = informed_design(EXAM.design, {"U1": ("first", ALL_RIGHT), "U2": ("second", MIXED)})
    informed = informed_exam(EXAM, design)
    state = answered(informed, pattern, seed=seed)
    plain = fold(EXAM, seed=seed, responses=recorded(EXAM, state))
    with_prior, without = unit_evidence(informed, state), unit_evidence(EXAM, plain)
    assert np.array_equal(with_prior.scaled_nodes, without.scaled_nodes)
    assert with_prior.log_likelihood == pytest.approx(without.log_likelihood, abs=1e-9)


def test_a_sittings_design_pins_the_prior_and_where_it_comes_from():
    design = informed_design(EXAM.design, {"U2": ("second", MIXED), "U1": ("first", WEAK)})
    prior = informed_prior([WEAK, MIXED], correlation=0.8)
    assert (design.prior_mean, design.prior_sd) == pytest.approx((prior.mean, prior.sd), abs=1e-6)
    assert design.prior_origin is not None
    assert (design.prior_origin.units, design.prior_origin.sittings) == (("U2", "U1"), ("second", "first"))
    assert design.prior_origin.weight == 1
    assert (design.population_mean, design.population_sd) == (0, 1)
    assert population_design(design) == population_design(EXAM.design) == EXAM.design
    assert ExamDesign.from_dict(design.to_dict()) == design


def test_an_exam_without_the_policy_and_a_candidate_without_history_get_the_populations_prior():
    off = exam_of(POOL).design
    assert off.unit_correlation is None
    assert informed_design(off, {"U1": ("first", ALL_RIGHT)}) == off
    assert informed_design(EXAM.design, {}) == EXAM.design


def test_a_sittings_design_cannot_be_informed_once_more():
    design = informed_design(EXAM.design, {"U1": ("first", ALL_RIGHT)})
    with pytest.raises(InvalidSetting, match="prior_origin must be null"):
        informed_design(design, {"U2": ("second", MIXED)})


HISTORIES = st.lists(st.tuples(st.floats(-5, 5), st.floats(0.15, 2)), min_size=1, max_size=13)


def history(measured):
    return {f"U{unit}": (f"sitting {unit}", normal_evidence(*normal)) for unit, normal in enumerate(measured)}


@given(
    measured=HISTORIES,
    correlation=CORRELATIONS,
    confidence=st.floats(0.7, 0.99),
    cut=st.floats(-0.5, 0.5),
    losses=st.tuples(st.floats(1, 3), st.floats(1, 3)),
)
@settings(deadline=None, max_examples=60)
def test_other_units_never_settle_a_verdict_by_themselves(measured, correlation, confidence, cut, losses):
    settings_of_stop = StopSettings(loss_false_positive=losses[0], loss_false_negative=losses[1])
    design = replace(
        EXAM.design,
        unit_correlation=correlation,
        confidence=confidence,
        cut_score=cut,
        stopping=settings_of_stop,
    )
    informed = informed_design(design, history(measured))
    upper, lower = settings_of_stop.thresholds(confidence)
    population, found = norm.sf(cut), norm.sf(cut, informed.prior_mean, informed.prior_sd)
    assert min(lower, population) - 1e-5 <= found <= max(upper, population) + 1e-5
    # What is counted is as much as can be: all of it, or what leads to the edge.
    full = informed_prior([normal_evidence(*normal) for normal in measured], correlation=correlation)
    if informed.prior_origin.weight == 1:
        assert (informed.prior_mean, informed.prior_sd) == pytest.approx((full.mean, full.sd), abs=1e-6)
    else:
        side = 1 if full.mean >= cut else -1
        edge = max(norm.ppf(upper) if side == 1 else -norm.ppf(lower), -side * cut)
        assert side * (informed.prior_mean - cut) / informed.prior_sd == pytest.approx(edge, abs=0.002)
        assert side * (full.mean - cut) / full.sd > edge - 0.002


@given(measured=HISTORIES, correlation=CORRELATIONS)
@settings(deadline=None, max_examples=25)
def test_whatever_the_history_the_answers_in_the_unit_decide(measured, correlation):
    exam = exam_of(POOL, unit_correlation=correlation)
    informed = informed_exam(exam, informed_design(exam.design, history(measured)))
    for score, verdict in ((0, "not_yet_competent"), (1, "competent")):
        assert outcomes(informed, answered(informed, [score] * 30)).unit.verdict == verdict


@pytest.mark.parametrize("cut", [-3.9, 3.9])
@pytest.mark.parametrize("towards", [-5.0, 5.0])
def test_the_cut_score_stays_within_reach_of_any_informed_prior(cut, towards):
    # Such an exam's own prior is surer than a verdict needs; other units make it no surer.
    exam = exam_of(POOL, unit_correlation=0.95, cut_score=cut)
    design = informed_design(exam.design, history([(towards, 0.2)] * 13))
    assert abs(design.prior_mean - cut) <= 3.9 * design.prior_sd + 1e-5 < CUT_REACH * design.prior_sd
    assert prepare_exam(design, POOL).design == design


def test_a_narrow_population_can_be_informed_too():
    exam = exam_of(POOL, unit_correlation=0.95, cut_score=0.0, prior_sd=0.05)
    assert informed_design(exam.design, {"U1": ("first", ALL_RIGHT)}).prior_sd == 0.05


@pytest.mark.parametrize("rules", [{}, {"stop_rule": "se"}])
def test_an_informed_exam_is_what_preparing_its_design_would_give(rules):
    exam = exam_of(POOL, unit_correlation=0.95, **rules)
    design = informed_design(exam.design, {"U1": ("first", ALL_RIGHT), "U2": ("second", MIXED)})
    quick, anew = informed_exam(exam, design), prepare_exam(design, POOL)
    for table in ("above_cut", "log_probabilities", "information_at_cut", "element_kernel"):
        assert np.array_equal(getattr(quick, table), getattr(anew, table))
    assert np.array_equal(quick.grid.nodes, anew.grid.nodes)
    assert np.array_equal(quick.grid.log_prior, anew.grid.log_prior)
    states = [answered(one, [1, 0, 1, 1, 0] * 6, seed=3) for one in (quick, anew)]
    assert recorded(quick, states[0]) == recorded(anew, states[1])
    assert outcomes(quick, states[0]) == outcomes(anew, states[1])


def test_the_nodes_of_an_exam_are_close_enough_for_the_narrowest_informed_prior():
    loose, close = (
        exam_of(pool_of(200), unit_correlation=correlation, stop_rule="se", maximum_length=60)
        for correlation in (None, 0.95)
    )
    assert close.grid.spacing < loose.grid.spacing
    assert exam_of(POOL, unit_correlation=0.95).grid.nodes.size == exam_of(POOL).grid.nodes.size


def test_the_design_of_another_exam_is_refused():
    other = exam_of(POOL, unit_correlation=0.8, confidence=0.9)
    design = informed_design(other.design, {"U1": ("first", ALL_RIGHT)})
    with pytest.raises(InvalidSetting, match="differs from that of the exam in more than the prior"):
        informed_exam(EXAM, design)


def test_elements_are_judged_with_what_other_units_say_of_the_unit_only():
    informed = informed_exam(EXAM, informed_design(EXAM.design, {"U1": ("first", ALL_RIGHT)}))
    state = answered(informed, [1, 0, 0, 1, 1] * 2)
    groups = [group for group, level in enumerate(EXAM.tree.levels) if level == "element"]
    found = element_posteriors(informed, state, groups) @ informed.grid.nodes
    # Brute force: the general ability has the informed prior, an element's own part the spread of the population.
    steps, r = np.linspace(-6, 6, 161), EXAM.design.element_correlation
    table = POOL.log_probabilities(steps)
    general = norm.pdf(steps, informed.design.prior_mean, informed.design.prior_sd)
    given_general = norm.pdf(steps[None, :], sqrt(r) * steps[:, None], sqrt(1 - r))
    likelihoods = np.ones((3, steps.size))
    for item, response in zip(state.administered, state.responses, strict=True):
        likelihoods[int(POOL.elements[item][-1])] *= np.exp(table[item, response])
    for element in range(3):
        others = [given_general @ likelihoods[other] for other in range(3) if other != element]
        joint = (general * np.prod(others, axis=0))[:, None] * given_general * likelihoods[element]
        assert found[element] == pytest.approx(joint.sum(axis=0) @ steps / joint.sum(), abs=1e-5)


def test_exposure_is_controlled_within_the_bins_of_the_population():
    exam = exam_of(POOL, unit_correlation=0.8, exposure_bins=3)
    design = informed_design(exam.design, {"U1": ("first", ALL_RIGHT)})
    assert bin_boundaries(design) == bin_boundaries(exam.design)


def test_informed_sittings_are_shorter_and_keep_their_word():
    draws = np.random.default_rng(4)
    exams = [exam_of(pool_of(60, seed=unit), unit_correlation=0.9) for unit in range(8)]
    lengths, right, claimed = ({"off": [], "on": []} for _ in range(3))
    for _candidate in range(40):
        abilities = sqrt(0.9) * draws.standard_normal() + sqrt(0.1) * draws.standard_normal(8)
        chances = draws.random((8, 60))
        for policy in ("off", "on"):
            finished = {}
            for unit, exam in enumerate(exams):
                sat = informed_exam(exam, informed_design(exam.design, finished if policy == "on" else {}))
                state = start(sat, seed=unit)
                while state.next_item is not None:
                    item = state.next_item
                    slope = exam.pool.discrimination[item] * (abilities[unit] - exam.pool.difficulty[item])
                    state = record(
                        sat,
                        state,
                        item_id=exam.pool.item_ids[item],
                        response=int(chances[unit, item] < 1 / (1 + np.exp(-slope))),
                    )
                finished[f"U{unit}"] = (f"sitting {unit}", unit_evidence(sat, state))
                outcome = outcomes(sat, state).unit
                lengths[policy].append(len(state.responses))
                right[policy].append((outcome.probability >= 0.5) == (abilities[unit] >= -0.3))
                claimed[policy].append(max(outcome.probability, 1 - outcome.probability))
    assert np.mean(lengths["on"]) < 0.97 * np.mean(lengths["off"])
    # 320 sittings a policy: four Monte-Carlo standard errors of a share of nine in ten.
    assert abs(np.mean(right["on"]) - np.mean(claimed["on"])) < 0.07
    assert np.mean(right["on"]) > np.mean(right["off"]) - 0.07


@pytest.mark.parametrize("correlation", [0.0, 1.0, -0.5, float("nan")])
def test_an_impossible_correlation_is_refused(correlation):
    with pytest.raises(InvalidSetting, match="the correlation between units must be above 0 and below 1"):
        informed_prior([MIXED], correlation=correlation)


@pytest.mark.parametrize(("mean", "sd"), [(float("nan"), 1.0), (0.0, 0.0), (0.0, float("inf"))])
def test_an_impossible_population_is_refused(mean, sd):
    with pytest.raises(InvalidSetting, match="the population needs a finite mean and a positive sd"):
        informed_prior([MIXED], correlation=0.5, population_mean=mean, population_sd=sd)


def test_evidence_that_is_none_is_refused():
    with pytest.raises(InvalidSetting, match=r"one log-likelihood a node, not the shapes \(121,\) and \(5,\)"):
        UnitEvidence(scaled_nodes=NODES, log_likelihood=np.zeros(5))
    for value in (-np.inf, np.nan, -1e308, 1e13):
        with pytest.raises(InvalidSetting, match=r"needs log_likelihood that are finite and within ±1e\+12, not"):
            UnitEvidence(scaled_nodes=NODES, log_likelihood=np.full(121, value))
    with pytest.raises(InvalidSetting, match="needs scaled_nodes that are finite"):
        UnitEvidence(scaled_nodes=NODES * 1e200, log_likelihood=np.zeros(121))
    with pytest.raises(InvalidSetting, match="at least one node"):
        UnitEvidence(scaled_nodes=np.zeros(0), log_likelihood=np.zeros(0))


def test_the_strongest_evidence_that_is_accepted_still_leads_to_a_prior():
    extreme = UnitEvidence(scaled_nodes=NODES, log_likelihood=-1e12 * np.square(NODES - NODES[70]) / 144)
    prior = informed_prior([extreme] * 20, correlation=0.5)
    assert 0 < prior.sd < 1
    assert 0 < prior.mean <= NODES[70]
    nothing = informed_prior([], correlation=0.5)
    assert (nothing.mean, nothing.sd) == (pytest.approx(0, abs=1e-12), pytest.approx(1, abs=1e-6))
