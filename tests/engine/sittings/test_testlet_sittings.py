"""Whole sittings over pools with testlets and mixed models: order, stops, records, outcomes, replay."""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.ability.ability_grid import credible_interval, posterior_of, probability_above
from engine.blueprints.blueprint import Blueprint, Bounds
from engine.blueprints.testlets import unfinished
from engine.errors import InvalidSetting
from engine.explanations.explanation import explain
from engine.exposure.eligibility import ExposureCounts, draw_ineligible, eligibility_probabilities
from engine.exposure.exposure_bins import BinnedCounts, bin_of, bins_of_sitting, draw_ineligible_by_bin
from engine.outcomes.verdicts import element_posteriors, outcomes
from engine.response_models import ItemParameters, ItemPool
from engine.simulation.simulate import simulate
from engine.sittings.sitting import finish, fold, record, replay, start
from engine.stop_rules import generalised_ratio, probability_ratio
from engine.stop_rules.stop_settings import StopSettings
from tests.engine.pools import exam_of, one_of_each_criterion
from tests.engine.testlet_pools import candidate, pool_with_testlets, sit

POOL = pool_with_testlets()
SELECTIONS = ("information-at-cut", "information", "posterior-information", "kl", "mepv", "progressive", "random")


def answers_of(exam, state):
    return [(exam.pool.item_ids[item], score) for item, score in zip(state.administered, state.responses, strict=True)]


def assert_testlets_come_whole_and_in_order(pool, administered):
    place = {item: order for order, item in enumerate(administered)}
    for members in pool.testlets:
        places = [place[item] for item in members if item in place]
        assert places in ([], list(range(places[0], places[0] + len(members))) if places else [])


@pytest.mark.parametrize("selection", SELECTIONS)
def test_testlets_come_whole_in_order_and_replay_gives_the_same(selection):
    exam = exam_of(POOL, minimum_length=10, maximum_length=18, selection=selection, randomesque=3, confidence=0.9)
    lengths, given = set(), 0
    for seed in range(6):
        score = candidate(POOL, theta=0.6 * seed - 1.5, effect_sd=0.5, seed=seed)
        state = sit(exam, seed=seed, score=score, ineligible=[POOL.item_ids[place] for place in (1, 8, 30)])
        assert exam.tree.violations(state.administered) == ()
        assert_testlets_come_whole_and_in_order(POOL, state.administered)
        steps = list(
            replay(exam, seed=seed, ineligible=state.ineligible, responses=answers_of(exam, state)),
        )
        assert [step.next_item for step in steps[:-1]] == list(state.administered)
        assert steps[-1].finish_reason == state.finish_reason
        np.testing.assert_array_equal(steps[-1].log_posterior, state.log_posterior)
        lengths.add(len(state.administered))
        given += sum(members[0] in state.administered for members in POOL.testlets)
    assert len(lengths) > 1
    assert given >= 1


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 5), st.booleans())
def test_no_early_end_breaks_a_testlet_or_the_blueprint(seed, size, polytomous):
    draws = np.random.default_rng(seed)
    pool = pool_with_testlets(48, size=size, seed=seed, models="mixed" if polytomous else "2pl")
    # Quick to stop, so that sittings end at many lengths between the shortest and the longest.
    exam = exam_of(pool, minimum_length=15, maximum_length=26, confidence=0.75)
    theta = float(draws.normal(0, 1.5))
    state = sit(exam, seed=seed, score=candidate(pool, theta=theta, effect_sd=0.5, seed=seed))
    assert 15 <= len(state.administered) <= 26
    assert exam.tree.violations(state.administered) == ()
    assert_testlets_come_whole_and_in_order(pool, state.administered)


def test_a_stop_that_is_due_waits_for_the_end_of_the_testlet():
    rows = [ItemParameters(f"t{n}", "2pl", 2.5, 0.0, testlet="T") for n in range(4)]
    pool = ItemPool.from_items([*rows, *(ItemParameters(f"s{n}", "2pl", 1.0, 0.0) for n in range(4))])
    exam = exam_of(pool, blueprint=Blueprint(), minimum_length=2, maximum_length=8, cut_score=0.0, confidence=0.6)
    # The testlet does not fit in the shortest test; one right and one wrong answer leave everything open.
    state = fold(exam, seed=1, responses=[("s0", 1), ("s1", 0)])
    for place in range(4):
        assert (state.next_item, state.finished) == (place, False)
        state = record(exam, state, item_id=f"t{place}", response=1)
        assert probability_above(exam.above_cut, state.posterior) > 0.6
    assert state.finish_reason == "confident_competent"


def test_an_end_from_outside_may_break_a_testlet_and_so_may_a_record_at_the_longest_test():
    exam = exam_of(POOL, blueprint=Blueprint(), minimum_length=4, maximum_length=8, confidence=0.99)
    first = POOL.testlets[0]
    begun = fold(exam, seed=1, responses=[(POOL.item_ids[first[0]], 1)])
    assert begun.decision.rule == "testlet"
    assert finish(exam, begun, reason="candidate_ended").next_item is None
    singles = [item for item in range(60) if all(item not in members for members in POOL.testlets)][:7]
    full = fold(exam, seed=1, responses=[(POOL.item_ids[item], 0) for item in (first[0], *singles)])
    assert full.finished
    other = fold(exam, seed=1, responses=[(POOL.item_ids[item], 0) for item in (first[2], singles[0])])
    assert other.next_item == first[0]


def test_the_record_of_a_continuation_says_so_in_both_languages():
    exam = exam_of(POOL, minimum_length=10, maximum_length=18)
    first = POOL.testlets[0]
    state = fold(exam, seed=1, responses=[(POOL.item_ids[item], 1) for item in first[:2]])
    document = state.decision.to_dict()
    assert "after a score of 1 out of 3 on item-01" in explain(document, "en")
    assert (document["rule"], document["position"], document["considered"]) == ("testlet", 3, 2)
    assert [row["item_id"] for row in document["candidates"]] == [POOL.item_ids[item] for item in first[2:]]
    assert document["item_id"] == POOL.item_ids[first[2]]
    assert document["random_draw"] is None
    before = fold(exam, seed=1, responses=[(POOL.item_ids[first[0]], 1)])
    assert document["last_answer"]["before"]["theta"] == pytest.approx(before.posterior @ exam.grid.nodes, abs=1e-9)
    english, thai = explain(document, "en"), explain(document, "th")
    assert "it follows without any choice because it belongs to the same testlet" in english
    assert "(2 left with this one)" in english
    assert "อยู่ในชุดคำถามเดียวกัน" in thai
    assert "(รวมข้อนี้เหลืออีก 2 ข้อ)" in thai
    assert "weigh" not in english


def test_an_item_of_a_testlet_is_worth_the_mean_of_its_items_and_opens_with_the_first():
    rows = [ItemParameters(f"t{n}", "2pl", a, 0.0, testlet="T") for n, a in enumerate((0.4, 2.0, 2.0))]
    rows += [ItemParameters(f"s{n}", "2pl", 1.4, 0.0) for n in range(6)]
    pool = ItemPool.from_items(rows)
    exam = exam_of(pool, blueprint=Blueprint(), minimum_length=4, maximum_length=5, cut_score=0.0, randomesque=1)
    mean = (0.4**2 + 2 * 2.0**2) / 12
    decision = start(exam, seed=1).decision
    assert decision.item_id == "t0"
    assert dict(decision.candidates)["t1"] == pytest.approx(mean)
    drawn = exam_of(pool, blueprint=Blueprint(), minimum_length=4, maximum_length=5, cut_score=0.0, randomesque=2)
    assert {start(drawn, seed=seed).decision.item_id for seed in range(20)} == {"t0", "s0"}
    kept_back = start(exam, seed=1, ineligible=["t2"]).decision
    assert kept_back.item_id == "s0"
    assert kept_back.grounds.kept_out.constraint == "exposure"


def kept_out(rows, bounds=(), *, lengths=(4, 4)):
    pool = ItemPool.from_items(rows)
    exam = exam_of(pool, blueprint=Blueprint(bounds), minimum_length=lengths[0], maximum_length=lengths[1], cut_score=0)
    decision = start(exam, seed=1).decision
    return decision.grounds.kept_out, explain(decision.to_dict(), "en"), explain(decision.to_dict(), "th")


def test_a_testlet_that_does_not_fit_is_named_as_what_kept_a_better_item_out():
    tied = [ItemParameters(f"t{n}", "2pl", 2.0, 0.0, testlet="T", criterion="C") for n in range(5)]
    singles = [ItemParameters(f"s{n}", "2pl", 1.0, 0.0, criterion="D") for n in range(6)]
    reason, english, thai = kept_out([*tied, *singles])
    assert (reason.constraint, reason.code, reason.limit) == ("testlet", "t0; t1; t2; t3; t4", 5)
    assert "the 5 questions t0; t1; t2; t3; t4 form a testlet, which is given whole or not at all" in english
    assert "ข้อสอบ 5 ข้อ (t0; t1; t2; t3; t4) เป็นชุดคำถามเดียวกัน" in thai
    pairs = [ItemParameters(f"p{n}", "2pl", 1.5 - 0.4 * (n // 2), 0.0, testlet=f"P{n // 2}") for n in range(4)]
    reason, _english, _thai = kept_out([*pairs, ItemParameters("s", "2pl", 1.6, 0.0)])
    assert (reason.item_id, reason.constraint, reason.code) == ("s", "testlet", "p2; p3")
    enemies = [ItemParameters("t0", "2pl", 2.0, 0.0, testlet="T"), ItemParameters("t1", "2pl", 2.0, 0.0, testlet="T")]
    needed = ItemParameters("s", "2pl", 0.5, 0.0, enemies=("t1",), criterion="N")
    more = [ItemParameters(f"m{n}", "2pl", 1.0, 0.0) for n in range(4)]
    reason, _english, _thai = kept_out([*enemies, needed, *more], (Bounds("criterion", "N", 1),))
    assert (reason.constraint, reason.code) == ("enemy", "s")
    full, _english, _thai = kept_out([*tied[:2], *singles], (Bounds("criterion", "C", 0, 0),))
    assert full.constraint == "maximum"
    light = [ItemParameters(f"l{n}", "2pl", 0.5, 0.0, testlet="L", criterion="F") for n in range(2)]
    lightest = ItemParameters("d", "2pl", 0.3, 0.0, criterion="N")
    bounds = (Bounds("criterion", "N", 1), Bounds("criterion", "F", 2))
    reason, _english, _thai = kept_out([*light, lightest, *more], bounds, lengths=(3, 3))
    assert (reason.constraint, reason.code, reason.limit) == ("minimum", "N", 1)


def by_hand(exam, answers):
    """The log-likelihood at the nodes, each testlet's effect summed over a fine grid of effects."""
    effects = np.linspace(-4, 4, 161)
    weights = np.exp(-0.5 * np.square(effects / exam.design.testlet_sd))
    weights /= weights.sum()
    total = np.zeros(exam.grid.nodes.size)
    tables = np.stack([exam.pool.log_probabilities(exam.grid.nodes + effect) for effect in effects])
    number = {item: place for place, members in enumerate(exam.pool.testlets) for item in members}
    for key in {number.get(item, -1 - item) for item, _score in answers}:
        logs = sum(tables[:, item, score] for item, score in answers if number.get(item, -1 - item) == key)
        total += np.log(weights @ np.exp(logs)) if key >= 0 else logs[80]
    return total


def whole_prefixes(exam, answers):
    """The answers at every point from the shortest test on where a sitting may end: between testlets."""
    for number in range(exam.design.minimum_length, len(answers) + 1):
        if not unfinished(exam.pool.testlets, [item for item, _score in answers[:number]]):
            yield answers[:number]


@pytest.mark.parametrize(
    ("rule", "settings"),
    [
        ("se", {"target_standard_error": 0.34}),
        ("interval", {"interval_level": 0.9}),
        ("information", {"minimum_information": 1.5}),
        ("confidence", {}),
    ],
)
def test_stop_rules_take_scores_of_several_points_and_testlets_for_what_they_are(rule, settings):
    exam = exam_of(
        POOL, minimum_length=8, maximum_length=20, confidence=0.9, stop_rule=rule, stopping=StopSettings(**settings)
    )
    nodes, ended = exam.grid.nodes, 0
    for seed in range(8):
        state = sit(exam, seed=seed, score=candidate(POOL, theta=seed / 2 - 2, effect_sd=0.5, seed=seed))
        answers = list(zip(state.administered, state.responses, strict=True))
        for prefix in whole_prefixes(exam, answers[: exam.design.maximum_length - 1]):
            posterior = posterior_of(exam.grid.log_prior + by_hand(exam, prefix))
            mean, passing = posterior @ nodes, probability_above(exam.above_cut, posterior)
            sd = np.sqrt(posterior @ np.square(nodes - mean))
            left = np.setdiff1d(np.arange(60), [item for item, _score in prefix])
            due, margin = {
                "se": (sd <= 0.34, abs(sd - 0.34)),
                "interval": (not 0.05 < passing < 0.95, abs(abs(passing - 0.5) - 0.45)),
                "information": (POOL.information([mean])[left].max() < 1.5, 1.0),
                "confidence": (not 0.1 < passing < 0.9, abs(abs(passing - 0.5) - 0.4)),
            }[rule]
            reason = fold(exam, seed=seed, responses=[(POOL.item_ids[i], s) for i, s in prefix]).finish_reason
            assert reason is None or prefix == answers
            if margin > 0.01:
                assert (reason not in (None, "outcome_cannot_change")) == due
                ended += due
    assert ended > 2


def test_posterior_outcomes_and_ratios_rest_on_the_likelihood_of_the_testlet_model():
    exam = exam_of(
        POOL,
        minimum_length=10,
        maximum_length=18,
        confidence=0.99,
        testlet_sd=0.8,
        stop_rule="sprt",
        stopping=StopSettings(further_rules=("glr",)),
    )
    state = sit(exam, seed=3, score=candidate(POOL, theta=0.2, effect_sd=0.8, seed=3))
    answers = list(zip(state.administered, state.responses, strict=True))
    likelihood = by_hand(exam, answers)
    expected = posterior_of(exam.grid.log_prior + likelihood)
    np.testing.assert_allclose(state.posterior, expected, atol=1e-6)
    unit = outcomes(exam, state).unit
    assert unit.probability == pytest.approx(probability_above(exam.above_cut, expected), abs=1e-6)
    assert unit.interval == pytest.approx(credible_interval(exam.grid, expected, level=0.9), abs=1e-5)
    half = exam.design.stopping.sprt_half_width
    ends = np.interp([-0.3 - half, -0.3 + half], exam.grid.nodes, likelihood)
    ratio = probability_ratio.log_ratio(exam, state.administered, state.responses)
    assert ratio == pytest.approx(ends[1] - ends[0], abs=0.02)
    half = exam.design.stopping.glr_half_width
    above = likelihood[exam.grid.nodes >= -0.3 + half].max()
    below = likelihood[exam.grid.nodes <= -0.3 - half].max()
    general = generalised_ratio.log_ratio(exam, state.administered, state.responses)
    assert general == pytest.approx(above - below, abs=0.03)


def test_an_element_is_judged_by_its_own_testlets():
    exam = exam_of(POOL, minimum_length=10, maximum_length=18, confidence=0.99)
    state = sit(exam, seed=3, score=candidate(POOL, theta=-0.5, effect_sd=0.5, seed=3))
    answers = list(zip(state.administered, state.responses, strict=True))
    groups = [exam.tree.codes.index(code) for code in ("E0", "E1", "E2")]
    own = np.stack(
        [
            by_hand(exam, [answer for answer in answers if POOL.elements[answer[0]] == code])
            for code in ("E0", "E1", "E2")
        ]
    )
    given = np.exp(own) @ exam.element_kernel.T
    for row, found in enumerate(element_posteriors(exam, state, groups)):
        others = np.exp(exam.grid.log_prior) * np.prod(np.delete(given, row, axis=0), axis=0)
        expected = np.exp(own[row]) * (others @ exam.element_kernel)
        np.testing.assert_allclose(found, expected / expected.sum(), atol=1e-6)


def test_a_testlet_over_two_elements_counts_in_each_with_its_own_items():
    rows = [
        ItemParameters(f"i{n}", "2pl", 1.5, 0.1 * n, element=f"E{n % 2}", criterion=f"C{n % 2}", testlet="T")
        for n in range(4)
    ]
    pool = ItemPool.from_items(rows)
    exam = exam_of(pool, minimum_length=4, maximum_length=4)
    state = sit(exam, seed=1, score=lambda item: int(item % 2 == 0))
    groups = [exam.tree.codes.index(code) for code in ("E0", "E1")]
    able, unable = element_posteriors(exam, state, groups) @ exam.grid.nodes
    assert able - unable > 0.3


@pytest.mark.parametrize("testlet_sd", [0.3, 1.0])
def test_curtailment_never_ends_a_sitting_that_whole_testlets_could_decide(testlet_sd):
    curtailed = decidable = 0
    for seed in range(60):
        draws = np.random.default_rng(seed)
        pool = pool_with_testlets(9, size=3, seed=seed)
        exam = exam_of(
            pool, blueprint=Blueprint(), minimum_length=1, maximum_length=5, confidence=0.93, testlet_sd=testlet_sd
        )
        blocks = [*pool.testlets, *((n,) for n in range(9) if all(n not in members for members in pool.testlets))]
        blocks = [blocks[place] for place in draws.permutation(len(blocks))]
        answered = [item for block in blocks[:2] for item in block][:4]
        if any(0 < len(set(answered) & set(members)) < 3 for members in pool.testlets):
            continue
        answers = [(pool.item_ids[item], int(draws.integers(pool.category_counts[item]))) for item in answered]
        state = fold(exam, seed=1, responses=answers)
        left, rest = 5 - len(answered), blocks[2:]
        futures = [
            state.log_posterior + exam.answer_likelihood.of(items, scores)
            for count in range(1, left + 1)
            for chosen in combinations(rest, count)
            for items in [[item for block in chosen for item in block]]
            if len(items) <= left
            for scores in product(*(range(pool.category_counts[item]) for item in items))
        ]
        if not futures:
            continue
        chances = [probability_above(exam.above_cut, posterior) for posterior in posterior_of(np.array(futures))]
        can_decide = max(chances) >= 0.93 or min(chances) <= 0.07
        if state.finish_reason == "outcome_cannot_change":
            assert not can_decide
            curtailed += 1
        decidable += can_decide
    assert min(curtailed, decidable) >= 1


def test_exposure_bins_follow_the_posterior_of_the_testlet_model():
    exam = exam_of(POOL, minimum_length=10, maximum_length=18, exposure_bins=3)
    state = sit(exam, seed=3, score=candidate(POOL, theta=1.0, effect_sd=0.5, seed=3), ineligible_by_bin=[[], [], []])
    answers = answers_of(exam, state)
    steps = replay(exam, seed=3, responses=answers, ineligible_by_bin=[[], [], []])
    expected = [bin_of(exam.design, step.posterior @ exam.grid.nodes) for step in steps]
    assert bins_of_sitting(exam, answers) == tuple(expected[: len(answers)])


def test_exposure_control_takes_a_testlet_by_its_rarest_item_and_whole():
    administered = np.full(60, 25.0)
    administered[3] = 50
    counts = ExposureCounts(POOL.item_ids, np.full(60, 100.0), administered, 100)
    draws = [draw_ineligible(counts, POOL, maximum_rate=0.25, seed=seed) for seed in range(300)]
    binned = BinnedCounts(overall=counts, bins=(counts, ExposureCounts.none_yet(POOL.item_ids)))
    for seed, out in enumerate(draws):
        ids = [{POOL.item_ids[item] for item in members} for members in POOL.testlets]
        assert all(members <= set(out) or members.isdisjoint(out) for members in ids)
        assert draw_ineligible_by_bin(binned, POOL, maximum_rate=0.25, seed=seed).everywhere == out
    share = np.mean([POOL.item_ids[0] in out for out in draws])
    expected = 1 - eligibility_probabilities(counts, maximum_rate=0.25)[3]
    assert share == pytest.approx(expected, abs=4 * np.sqrt(0.25 / 300))
    exam = exam_of(POOL, minimum_length=10, maximum_length=16)
    limited = simulate(exam, examinees=300, seed=4, maximum_exposure=0.5)
    assert limited.blueprint_violations == 0
    assert simulate(exam, examinees=60, seed=4).max_exposure > 0.9
    assert limited.max_exposure < 0.6


@pytest.mark.parametrize("value", [-0.1, 0.01, 2.5, float("nan")])
def test_an_effect_that_cannot_be_integrated_is_refused(value):
    with pytest.raises(InvalidSetting, match=r"testlet_sd must be 0 or from 0.05 to 2"):
        exam_of(POOL, blueprint=one_of_each_criterion(POOL), testlet_sd=value)
