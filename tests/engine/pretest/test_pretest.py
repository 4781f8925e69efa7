from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.blueprints.blueprint import Blueprint
from engine.design import ExamDesign, prepare_exam
from engine.errors import IllegalTransition, InvalidParameters, InvalidResponse, InvalidSetting, UnknownItem
from engine.outcomes.verdicts import outcomes
from engine.pretest.trial_choice import pretest_places
from engine.response_models import ItemParameters, ItemPool
from engine.sittings.sitting import finish, fold, last_effect, pending_item_id, record, replay, start
from engine.stop_rules.stop_settings import StopSettings
from tests.engine.pools import exam_of, one_of_each_criterion, pool_of
from tests.engine.sittings.test_sitting import same

POOL = pool_of(60)


def trial_item(number, **fields):
    draws = np.random.default_rng(number)
    values = {
        "discrimination": float(draws.lognormal(0, 0.3)),
        "difficulty": float(draws.normal()),
        "se_discrimination": float(draws.uniform(0.1, 0.4)),
        "se_difficulty": float(draws.uniform(0.2, 0.9)),
    }
    return ItemParameters(f"trial-{number}", **({"model": "2pl"} | values | fields))


TRIALS = ItemPool.from_items(
    [
        *(trial_item(number) for number in range(8)),
        trial_item(8, model="grm", difficulty=float("nan"), thresholds=(-0.5, 0.2, 1.0)),
        trial_item(9, se_discrimination=0.0, se_difficulty=0.0),
    ]
)


def with_trials(pool=POOL, *, trials=TRIALS, pretest_enemies=(), blueprint=None, **options):
    """An exam of 10 to 20 scored items that tries out 3, unless told otherwise."""
    settings = {"minimum_length": 10, "maximum_length": 20, "cut_score": -0.3, "pretest_items": 3} | options
    design = ExamDesign(blueprint=one_of_each_criterion(pool) if blueprint is None else blueprint, **settings)
    return prepare_exam(design, pool, pretest_pool=trials, pretest_enemies=pretest_enemies)


def pool_with_testlets():
    """40 items with three testlets, within one criterion and across two."""
    base = pool_of(40, criteria=4, elements=2)
    testlets = {0: "A", 4: "A", 8: "A", 1: "B", 2: "B", 13: "C", 17: "C", 21: "C"}
    return ItemPool.from_items(
        [
            ItemParameters(
                item_id,
                "2pl",
                float(base.discrimination[place]),
                float(base.difficulty[place]),
                unit=base.units[place],
                element=base.elements[place],
                criterion=base.criteria[place],
                testlet=testlets.get(place, ""),
            )
            for place, item_id in enumerate(base.item_ids)
        ]
    )


EXAMS = [
    with_trials(),
    with_trials(selection="random", randomesque=3, pretest_items=5, pretest_random_share=1.0),
    with_trials(selection="progressive", minimum_length=1, blueprint=Blueprint(), pretest_random_share=0.0),
    with_trials(stop_rule="length", maximum_length=10, randomesque=2, pretest_items=30),
    with_trials(pool_with_testlets(), minimum_length=8, maximum_length=14),
    with_trials(selection="kl", pretest_enemies=[(f"trial-{n}", f"item-{n:03d}") for n in range(10)]),
]


def highest(exam, item_id):
    pool = exam.pretest_pool if item_id in exam.pretest_positions else exam.pool
    return int(pool.category_counts[pool.index_of(item_id)]) - 1


def sit(exam, *, seed, answers, **options):
    """Step through a sitting; every state, and the record of the answers."""
    states, recorded = [start(exam, seed=seed, **options)], []
    for answer in answers:
        item_id = pending_item_id(exam, states[-1])
        if item_id is None:
            break
        recorded.append((item_id, answer % (highest(exam, item_id) + 1)))
        states.append(record(exam, states[-1], item_id=item_id, response=recorded[-1][1]))
    return states, recorded


def without_trials(exam):
    return prepare_exam(exam.design, exam.pool)


def scored_only(exam, recorded):
    return [(item_id, response) for item_id, response in recorded if item_id not in exam.pretest_positions]


ANSWERS = st.lists(st.integers(0, 3), min_size=50, max_size=50)
COUNTS = st.dictionaries(st.sampled_from(TRIALS.item_ids), st.integers(0, 500), max_size=10)
INELIGIBLE = st.sets(st.sampled_from(POOL.item_ids[:40]), max_size=20)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(EXAMS), st.integers(0, 2**60), ANSWERS, INELIGIBLE, COUNTS)
def test_stepping_folding_and_replaying_agree_to_the_last_bit(exam, seed, answers, ineligible, counts):
    pinned = {"seed": seed, "ineligible": tuple(ineligible), "pretest_counts": counts}
    states, recorded = sit(exam, answers=answers, **pinned)
    assert states[-1].finished
    assert pending_item_id(exam, states[-1]) is None
    assert same(fold(exam, responses=recorded, **pinned), states[-1])
    replayed = list(replay(exam, responses=recorded, **pinned))
    assert all(same(*pair) for pair in zip(replayed, states, strict=True))
    for number, state in enumerate(states[:-1], start=1):
        assert (state.next_item is None) != (state.next_pretest is None)
        assert state.decision.position == number
        assert state.decision.item_id == pending_item_id(exam, state)
        assert (state.decision.rule == "pretest") == (state.next_pretest is not None)


def told(decision):
    document = decision.to_dict()
    del document["position"]
    return document


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(EXAMS), st.integers(0, 2**60), ANSWERS, INELIGIBLE)
def test_without_the_answers_to_pretest_items_everything_that_counts_is_the_same(exam, seed, answers, ineligible):
    states, recorded = sit(exam, seed=seed, answers=answers, ineligible=tuple(ineligible))
    plain = without_trials(exam)
    scored = scored_only(exam, recorded)
    bare = list(replay(plain, seed=seed, ineligible=tuple(ineligible), responses=scored))
    decisions = [told(state.decision) for state in states if state.next_item is not None]
    assert decisions == [told(state.decision) for state in bare[:-1]]
    last, other = states[-1], bare[-1]
    assert (last.finished, last.finish_reason) == (other.finished, other.finish_reason)
    assert (last.administered, last.responses) == (other.administered, other.responses)
    np.testing.assert_array_equal(last.log_posterior, other.log_posterior)
    assert outcomes(exam, last) == outcomes(plain, other)
    assert last_effect(exam, last) == last_effect(plain, other)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(EXAMS[:5]), st.integers(0, 2**60), ANSWERS)
def test_all_pretest_items_are_asked_in_their_places_never_first_nor_inside_a_testlet(exam, seed, answers):
    states, recorded = sit(exam, seed=seed, answers=answers)
    asked = [number for number, (item_id, _) in enumerate(recorded, start=1) if item_id in exam.pretest_positions]
    places = states[0].pretest_places
    assert len(asked) == len(places) == min(exam.design.pretest_items, len(TRIALS)) == exam.pretest_items
    assert all(2 <= place <= exam.design.minimum_length + len(places) for place in places)
    assert list(places) == sorted(set(places))
    if not exam.pool.testlets:
        assert asked == list(places)
    for number, place in zip(asked, places, strict=True):
        assert number >= place
        before, after = recorded[: number - 1], recorded[number:]
        scored = {exam.pool.index_of(item_id) for item_id, _ in scored_only(exam, before)}
        later = {exam.pool.index_of(item_id) for item_id, _ in scored_only(exam, after)}
        assert not any(scored.intersection(members) and later.intersection(members) for members in exam.pool.testlets)
    assert len({item_id for item_id, _ in recorded}) == len(recorded)
    assert states[-1].pretest_responses == tuple(
        (exam.pretest_positions[item_id], response) for item_id, response in recorded if "trial" in item_id
    )


def test_every_place_is_drawn_as_often_as_every_other():
    exam = EXAMS[0]
    counts = Counter(place for seed in range(4000) for place in pretest_places(exam, seed))
    assert sorted(counts) == list(range(2, 14))
    expected = 4000 * 3 / 12
    # The counts of a draw without replacement vary by less than this in all but one of a hundred thousand sets.
    assert max(abs(count - expected) for count in counts.values()) < 5 * np.sqrt(expected * (1 - 3 / 12))


def first_trial(exam, seed=3, **options):
    """The state in which a sitting's first pretest item is pending, after right and wrong answers in turn."""
    states, _recorded = sit(exam, seed=seed, answers=[1, 0] * 25, **options)
    return next(state for state in states if state.next_pretest is not None)


def test_the_item_that_an_answer_teaches_most_of_is_asked():
    state = first_trial(with_trials(pretest_random_share=0.0))
    theta = EXAMS[0].grid.nodes
    reductions = {}
    for place, item_id in enumerate(TRIALS.item_ids):
        a, b = TRIALS.discrimination[place], TRIALS.difficulty[place]
        scores = np.stack([(theta - b) / a, -np.ones_like(theta)])
        expected = (TRIALS.information(theta)[place] * state.posterior * scores) @ scores.T
        if place < 9:
            prior = np.diag([TRIALS.se_discrimination[place] ** 2, TRIALS.se_difficulty[place] ** 2])
            reductions[item_id] = np.trace(prior) - np.trace(np.linalg.inv(np.linalg.inv(prior) + expected))
    ranked = sorted(reductions, key=reductions.get, reverse=True)
    assert [item_id for item_id, _ in state.decision.candidates] == [*ranked, "trial-9"]
    assert state.decision.candidates[-1][1] == 0
    assert state.decision.item_id == ranked[0]
    for item_id, reduction in state.decision.candidates[:9]:
        assert reduction == pytest.approx(reductions[item_id], abs=1e-11)
    assert (state.decision.random_draw, state.decision.grounds.by_chance) == (None, False)


def test_answers_in_other_sittings_count_as_those_of_examinees_spread_like_the_prior():
    exam = with_trials(pretest_random_share=0.0)
    before, theta = first_trial(exam).decision, exam.grid.nodes
    best = before.candidates[0][0]
    place = TRIALS.index_of(best)
    state = first_trial(exam, pretest_counts={best: 25})
    scores = np.stack([(theta - TRIALS.difficulty[place]) / TRIALS.discrimination[place], -np.ones_like(theta)])
    prior, seen, next_answer = (
        (TRIALS.information(theta)[place] * density * scores) @ scores.T
        for density in (np.exp(-theta * theta / 2), np.zeros_like(theta), state.posterior)
    )
    seen = 25 * prior / np.exp(-theta * theta / 2).sum()
    seen += np.diag([TRIALS.se_discrimination[place] ** -2, TRIALS.se_difficulty[place] ** -2])
    reduction = np.trace(np.linalg.inv(seen)) - np.trace(np.linalg.inv(seen + next_answer))
    found = dict(state.decision.candidates)
    assert found[best] == pytest.approx(reduction, abs=1e-9)
    assert {name: worth for name, worth in before.candidates if name != best} == {
        name: worth for name, worth in found.items() if name != best
    }
    assert state.decision.item_id != best


RATED = ItemPool.from_items(
    [
        ItemParameters(f"rated-{n}", "2pl", 0.9, 0.7 * (n % 5 - 2), se_discrimination=0.35, se_difficulty=0.85)
        for n in range(15)
    ]
)


def expected_variance(*, share, counting):
    """Mean expected variance of the rated items' parameters after 120 sittings, answers counted for the next or not."""
    exam = with_trials(trials=RATED, pretest_random_share=share, stop_rule="length", maximum_length=10)
    draws, counts = np.random.default_rng(5), Counter()
    precisions = np.tile(np.diag([0.35**-2, 0.85**-2]), (len(RATED), 1, 1))
    for seed in range(120):
        answers = (draws.random(50) < draws.random()).astype(int).tolist()
        states, _recorded = sit(exam, seed=seed, answers=answers, pretest_counts=counts if counting else {})
        for state in states:
            if state.next_pretest is not None:
                counts[pending_item_id(exam, state)] += 1
                a_a, a_b, b_b = exam.pretest_information[state.next_pretest] @ state.posterior
                precisions[state.next_pretest] += [[a_a, a_b], [a_b, b_b]]
    return np.trace(np.linalg.inv(precisions), axis1=1, axis2=2).mean()


def test_chosen_by_what_they_teach_items_become_known_better_than_by_chance_once_answers_are_counted():
    counted = expected_variance(share=0.3, counting=True)
    assert counted < 0.95 * expected_variance(share=1.0, counting=True)
    # Without a count every sitting takes the same items for the least known, and the others stay unknown.
    assert counted < 0.95 * expected_variance(share=0.3, counting=False)


def test_a_share_is_left_to_chance_and_the_record_says_which():
    exam = with_trials(pretest_random_share=0.4)
    decisions = [first_trial(exam, seed).decision for seed in range(400)]
    for decision in decisions:
        assert decision.grounds.by_chance == (decision.random_draw < 0.4)
        assert decision.grounds.drawn_from == (10 if decision.grounds.by_chance else 1)
        assert decision.grounds.rank == 1 or decision.grounds.by_chance
        assert (decision.grounds.considered, decision.grounds.random_share) == (10, 0.4)
        assert decision.grounds.kept_out is None
    by_chance = [decision.item_id for decision in decisions if decision.grounds.by_chance]
    # Four standard deviations of a binomial count.
    assert abs(len(by_chance) - 160) < 40
    assert set(by_chance) == set(TRIALS.item_ids)


def test_enemies_and_items_of_one_testlet_are_not_tried_out_together():
    trials = ItemPool.from_items(
        [
            trial_item(0, enemies=("trial-1", "trial-2")),
            trial_item(1),
            trial_item(2),
            trial_item(3, testlet="T"),
            trial_item(4, testlet="T"),
        ]
    )
    exam = with_trials(trials=trials, pretest_items=5, pretest_random_share=1.0)
    seen = set()
    for seed in range(40):
        states, recorded = sit(exam, seed=seed, answers=[1, 0] * 25)
        tried = {int(item_id[-1]) for item_id, _ in recorded if "trial" in item_id}
        seen.add(frozenset(tried))
        assert states[-1].finished
    assert seen == {frozenset(tried) for tried in ({0, 3}, {0, 4}, {1, 2, 3}, {1, 2, 4})}


def test_enemies_of_items_answered_or_planned_are_left_out_and_nothing_else():
    best = sorted(range(60), key=lambda item: -EXAMS[0].information_at_cut[item])
    blueprint, options = Blueprint(), {"minimum_length": 5, "maximum_length": 5, "pretest_random_share": 1.0}
    given = [POOL.item_ids[item] for item in best[:5]]
    pairs = [(f"trial-{number}", item_id) for number, item_id in enumerate(given)]
    outside = [("trial-5", POOL.item_ids[best[20]])]
    exam = with_trials(blueprint=blueprint, pretest_enemies=[*pairs, *outside], **options)
    tried = set()
    for seed in range(60):
        _states, recorded = sit(exam, seed=seed, answers=[1, 0] * 25)
        assert {item_id for item_id, _ in scored_only(exam, recorded)} == set(given)
        tried.update(item_id for item_id, _ in recorded if "trial" in item_id)
    assert tried == {f"trial-{number}" for number in range(5, 10)}
    everyone = [(item_id, given[0]) for item_id in TRIALS.item_ids]
    states, recorded = sit(
        with_trials(blueprint=blueprint, pretest_enemies=everyone, **options), seed=1, answers=[1] * 9
    )
    assert states[-1].finished
    assert [item_id for item_id, _ in recorded] == given


def test_the_last_item_left_needs_no_draw():
    trials = ItemPool.from_items([trial_item(0)])
    state = first_trial(with_trials(trials=trials))
    assert (state.decision.item_id, state.decision.random_draw) == ("trial-0", None)


def decided(exam, seed):
    """A state that has the least scored answers, all right, and a pretest item pending."""
    states, recorded = sit(exam, seed=seed, answers=[1] * 30)
    return next(
        ((state, recorded[:number]) for number, state in enumerate(states) if len(state.responses) == 10), (None, [])
    )


def test_a_decided_sitting_asks_what_is_due_first_but_not_when_time_is_over():
    timed = {"stop_rule": "confidence", "stopping": StopSettings(further_rules=("time",), time_limit_seconds=600)}
    exam, clock = with_trials(), with_trials(**timed)
    state, recorded = next(found for found in (decided(exam, seed) for seed in range(99)) if found[0].next_pretest)
    assert state.decision.probability_competent > 0.95
    after = record(exam, state, item_id=pending_item_id(exam, state), response=1)
    assert (after.finished, after.finish_reason) == (True, "confident_competent")
    on_time = fold(clock, seed=state.seed, responses=recorded, elapsed_seconds=599.0)
    assert on_time.next_pretest == state.next_pretest
    unsure = [(item_id, number % 2) for number, (item_id, _) in enumerate(recorded)]
    late = fold(clock, seed=state.seed, responses=unsure, elapsed_seconds=600.0)
    assert (late.finished, late.finish_reason, late.next_pretest) == (True, "time_limit_reached", None)


def test_a_sitting_may_end_from_outside_while_a_pretest_item_is_pending():
    exam = EXAMS[0]
    state = first_trial(exam)
    ended = finish(exam, state, reason="candidate_ended")
    assert (ended.next_pretest, ended.next_item, ended.decision) == (None, None, None)
    with pytest.raises(IllegalTransition, match="the sitting is finished"):
        record(exam, ended, item_id="trial-0", response=1)


def test_answers_that_no_sitting_can_have_are_refused():
    exam = EXAMS[0]
    states, recorded = sit(exam, seed=3, answers=[1, 0] * 25)
    state = first_trial(exam)
    pending = pending_item_id(exam, state)
    other = next(item_id for item_id in TRIALS.item_ids if item_id != pending)
    with pytest.raises(IllegalTransition, match=f"'{other}' cannot be answered: item '{pending}' is pending"):
        record(exam, state, item_id=other, response=1)
    with pytest.raises(UnknownItem, match="'nowhere'"):
        record(exam, state, item_id="nowhere", response=1)
    with pytest.raises(InvalidResponse, match=f"'{pending}': a response is from 0 to ., not 9"):
        record(exam, state, item_id=pending, response=9)
    with pytest.raises(IllegalTransition, match="'trial-1' is answered as question 1, where no pretest item is due"):
        fold(exam, seed=3, responses=[("trial-1", 1)])
    places = set(states[0].pretest_places)
    gap = next(place for place in range(2, 14) if place not in places)
    with pytest.raises(IllegalTransition, match=f"as question {gap}, where no pretest item is due"):
        fold(exam, seed=3, responses=[*recorded[: gap - 1], (other, 1)])
    twice = [(pending, 1) if "trial" in item_id else (item_id, answer) for item_id, answer in recorded]
    with pytest.raises(IllegalTransition, match=f"'{pending}' is answered a second time, as answer"):
        fold(exam, seed=3, responses=twice)


def test_pools_that_cannot_be_are_refused():
    with pytest.raises(InvalidParameters, match="item 'item-000' is in the pretest pool and in the item pool"):
        with_trials(trials=POOL)
    with pytest.raises(InvalidSetting, match="pretest_enemies names item 'x' but there is no pretest pool"):
        with_trials(trials=None, pretest_enemies=[("x", "item-000")])
    with pytest.raises(UnknownItem, match="'x'"):
        with_trials(pretest_enemies=[("x", "item-000")])
    with pytest.raises(UnknownItem, match="'trial-1'"):
        with_trials(pretest_enemies=[("trial-0", "trial-1")])
    for number in (-1, float("nan"), 2.0, True, 10**10):
        with pytest.raises(InvalidSetting, match=f"item 'trial-0' must be a whole number from 0 to .*, not {number}"):
            start(EXAMS[0], seed=1, pretest_counts={"trial-0": number})
    with pytest.raises(UnknownItem, match="'item-000'"):
        start(EXAMS[0], seed=1, pretest_counts={"item-000": 1})
    with pytest.raises(InvalidSetting, match="pretest item 'trial-0' are counted but there is no pretest pool"):
        start(exam_of(POOL), seed=1, pretest_counts={"trial-0": 1})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pretest_items": -1}, "pretest_items must be 0 or more, not -1"),
        ({"pretest_random_share": 1.5}, r"pretest_random_share must be from 0 to 1, not 1\.5"),
        ({"pretest_random_share": float("nan")}, "pretest_random_share must be from 0 to 1, not nan"),
    ],
)
def test_designs_that_make_no_sense_are_refused(changes, message):
    with pytest.raises(InvalidSetting, match=message):
        replace(EXAMS[0].design, **changes)


def test_a_design_without_a_pretest_pool_and_a_pool_without_a_design_ask_nothing():
    for exam in (without_trials(EXAMS[0]), with_trials(pretest_items=0), exam_of(POOL)):
        assert exam.pretest_items == 0
        states, _recorded = sit(exam, seed=4, answers=[1, 0] * 25)
        assert states[-1].pretest_responses == states[-1].pretest_places == ()
    assert exam_of(POOL).pretest_positions == {}


def test_designs_written_before_there_were_pretest_items_try_out_none():
    document = EXAMS[0].design.to_dict()
    del document["pretest_items"], document["pretest_random_share"]
    design = ExamDesign.from_dict(document)
    assert (design.pretest_items, design.pretest_random_share) == (0, 0.3)


def test_the_record_of_an_item_that_counts_is_as_before():
    state = start(EXAMS[0], seed=3)
    assert not {"random_share", "by_chance"} & state.decision.to_dict().keys()
    assert {"random_share", "by_chance"} < first_trial(EXAMS[0]).decision.to_dict().keys()


@pytest.mark.parametrize("combination", ["any", "all"])
@pytest.mark.parametrize("rules", [("confidence", "time"), ("time", "confidence")])
def test_nothing_is_tried_out_once_the_time_is_over(rules, combination):
    limit = StopSettings(further_rules=rules[1:], combination=combination, time_limit_seconds=300.0)
    exam = with_trials(stop_rule=rules[0], stopping=limit, pretest_items=8)
    late = 0
    for seed in range(20):
        state, elapsed = start(exam, seed=seed, elapsed_seconds=0.0), 0.0
        while not state.finished:
            assert elapsed < 300 or (state.next_pretest is None and len(state.administered) < 10)
            elapsed += 20
            item_id = pending_item_id(exam, state)
            state = record(exam, state, item_id=item_id, response=1, elapsed_seconds=elapsed)
        late += state.pretest_places[-1] > len(state.administered) + len(state.pretest_responses)
    assert late
