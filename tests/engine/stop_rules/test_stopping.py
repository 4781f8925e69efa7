import json
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.ability.ability_grid import posterior_of, probability_above
from engine.blueprints.blueprint import Blueprint, Bounds
from engine.design import ExamDesign
from engine.errors import InvalidSetting
from engine.outcomes.verdicts import outcomes
from engine.sittings.sitting import fold, record, replay, start
from engine.stop_rules.confidence import confidence_in_reach
from engine.stop_rules.stop_reasons import STOP_SENTENCES, explain_stop
from engine.stop_rules.stop_settings import STOP_RULES, StopSettings
from engine.stop_rules.stopping import RULES, StopDecision, decide_stop
from tests.engine.pools import exam_of, pool_of


def stop_after(exam, responses):
    items = [(exam.pool.item_ids[item], response) for item, response in enumerate(responses)]
    state = fold(exam, seed=1, responses=items)
    return decide_stop(exam, administered=state.administered, responses=state.responses, posterior=state.posterior)


def free_exam(**options):
    return exam_of(pool_of(40), blueprint=Blueprint(), cut_score=0.0, **options)


def test_no_stop_below_the_minimum_length_however_sure():
    exam = free_exam(minimum_length=12, maximum_length=20)
    assert stop_after(exam, [1] * 11) == StopDecision(False)
    assert stop_after(exam, [1] * 12) == StopDecision(True, "confident_competent")
    assert stop_after(exam, [0] * 12) == StopDecision(True, "confident_not_yet")


def test_the_stop_comes_exactly_where_the_probability_reaches_the_confidence():
    exam = free_exam(minimum_length=1, maximum_length=20)
    state = fold(exam, seed=1, responses=[(exam.pool.item_ids[item], 1) for item in range(3)])
    passing = probability_above(exam.above_cut, state.posterior)
    assert stop_after(free_exam(minimum_length=1, maximum_length=20, confidence=passing - 1e-6), [1] * 3).stop
    assert not stop_after(free_exam(minimum_length=1, maximum_length=20, confidence=passing + 1e-6), [1] * 3).stop


def test_an_unsure_sitting_stops_at_the_maximum_length():
    exam = free_exam(minimum_length=4, maximum_length=6, confidence=0.99)
    assert stop_after(exam, [1, 0, 1, 0, 1, 0]) == StopDecision(True, "maximum_length")


def test_a_fixed_length_exam_stops_at_its_length_only():
    exam = free_exam(minimum_length=2, maximum_length=15, stop_rule="length")
    assert stop_after(exam, [1] * 14) == StopDecision(False)
    assert stop_after(exam, [1] * 15) == StopDecision(True, "maximum_length")


def every_future_probability(exam, log_posterior, allowed, left):
    """P(competent) after every choice of up to `left` allowed items and every answer to them."""
    futures = [
        log_posterior + exam.log_probabilities[list(items), list(answers)].sum(axis=0)
        for count in range(1, left + 1)
        for items in combinations(allowed, count)
        for answers in product((0, 1), repeat=count)
    ]
    return [probability_above(exam.above_cut, posterior) for posterior in posterior_of(np.array(futures))]


@pytest.mark.parametrize("confidence", [0.9, 0.96])
def test_curtailment_never_ends_a_sitting_whose_verdict_any_future_could_decide(confidence):
    curtailed = decidable = 0
    for seed in range(150):
        draws = np.random.default_rng(seed)
        exam = exam_of(
            pool_of(10, seed=seed),
            blueprint=Blueprint((Bounds("element", "U-E0", 0, 2),)),
            minimum_length=1,
            maximum_length=6,
            confidence=confidence,
        )
        answered = int(draws.integers(3, 6))
        items = [item for item in draws.permutation(10) if exam.pool.elements[item] != "U-E0"][:answered]
        log_posterior = exam.grid.log_prior + exam.log_probabilities[items, draws.integers(0, 2, len(items))].sum(
            axis=0
        )
        left = 6 - len(items)
        futures = every_future_probability(exam, log_posterior, sorted(set(range(10)) - set(items)), left)
        can_decide = max(futures) >= confidence or min(futures) <= 1 - confidence
        reach = confidence_in_reach(exam, administered=items, posterior=posterior_of(log_posterior))
        assert reach or not can_decide
        curtailed += not reach
        decidable += can_decide
    assert min(curtailed, decidable) >= 10


def test_a_curtailed_sitting_says_so_and_only_past_the_minimum_length():
    exam = free_exam(minimum_length=3, maximum_length=7, confidence=0.99)
    state = start(exam, seed=1)
    while not state.finished:
        state = record(exam, state, item_id=exam.pool.item_ids[state.next_item], response=len(state.responses) % 2)
    assert state.finish_reason == "outcome_cannot_change"
    assert 3 <= len(state.responses) < 7


def test_every_rule_of_a_design_is_known_to_the_engine():
    assert tuple(RULES) == STOP_RULES


def together(combination, *rules, **settings):
    return free_exam(
        minimum_length=3,
        maximum_length=8,
        stop_rule=rules[0],
        confidence=0.8,
        stopping=StopSettings(further_rules=rules[1:], combination=combination, **settings),
    )


def test_any_stops_with_the_first_rule_that_says_so_and_all_only_with_every_one():
    easy = {"target_standard_error": 0.9}
    assert stop_after(together("any", "se", "confidence", **easy), [1, 0, 1]) == StopDecision(True, "precise_enough")
    assert not stop_after(together("all", "se", "confidence", **easy), [1, 0, 1]).stop
    sure = together("all", "se", "confidence", **easy)
    assert stop_after(sure, [1] * 6) == StopDecision(True, "precise_enough", ("confident_competent",))
    assert stop_after(together("any", "confidence", "se", **easy), [1] * 6).reason == "confident_competent"


def test_all_with_a_rule_that_never_agrees_ends_at_the_maximum_length():
    exam = together("all", "se", "sprt", target_standard_error=0.02)
    assert stop_after(exam, [1] * 7) == StopDecision(False)
    assert stop_after(exam, [1] * 8) == StopDecision(True, "maximum_length")


@pytest.mark.parametrize(
    ("rules", "combination", "early"),
    [
        (("length",), "any", False),
        (("length", "se"), "any", True),
        (("length", "se"), "all", False),
        (("se", "sprt"), "all", True),
    ],
)
def test_a_design_knows_whether_it_may_end_early_and_plans_to_the_minimum_first(rules, combination, early):
    design = together(combination, *rules).design
    assert design.may_end_early == early
    assert design.planned_length(0) == (3 if early else 8)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.sampled_from([rule for rule in STOP_RULES if rule != "time"]), min_size=1, max_size=3, unique=True),
    st.sampled_from(["any", "all"]),
    st.integers(0, 2**40),
    st.lists(st.integers(0, 1), min_size=12, max_size=12),
)
def test_no_combination_stops_early_breaks_the_blueprint_or_differs_in_replay(rules, combination, seed, answers):
    pool = pool_of(30, criteria=4)
    exam = exam_of(
        pool,
        minimum_length=5,
        maximum_length=12,
        stop_rule=rules[0],
        stopping=StopSettings(further_rules=tuple(rules[1:]), combination=combination, target_standard_error=0.5),
    )
    state, recorded = start(exam, seed=seed), []
    while not state.finished:
        recorded.append((pool.item_ids[state.next_item], answers[len(recorded)]))
        state = record(exam, state, item_id=recorded[-1][0], response=recorded[-1][1])
    assert 5 <= len(recorded) <= 12
    assert exam.tree.violations(state.administered) == ()
    replayed = list(replay(exam, seed=seed, responses=recorded))
    assert replayed[-1].finish_reason == state.finish_reason in STOP_SENTENCES
    assert [again.next_item for again in replayed[:-1]] == [pool.index_of(item_id) for item_id, _ in recorded]


def test_losses_move_both_thresholds_and_the_verdict_with_them():
    exam = free_exam(minimum_length=1, maximum_length=20)
    state = fold(exam, seed=1, responses=[(exam.pool.item_ids[item], 1) for item in range(6)])
    passing = probability_above(exam.above_cut, state.posterior)
    # Sure of competence means odds of 1/0.05 - 1 = 19 after weighing; a loss ratio of r asks for odds of 19 r.
    ratio = passing / (1 - passing) / 19
    for factor, reason in ((0.999, "confident_competent"), (1.001, None)):
        losses = StopSettings(loss_false_positive=3 * ratio * factor, loss_false_negative=3)
        weighed = free_exam(minimum_length=1, maximum_length=20, stopping=losses)
        assert stop_after(weighed, [1] * 6).reason == reason
        found = outcomes(weighed, fold(weighed, seed=1, responses=state_responses(state, exam)))
        assert found.unit.verdict == ("competent" if reason else "not_enough_evidence")


def state_responses(state, exam):
    return [(exam.pool.item_ids[item], x) for item, x in zip(state.administered, state.responses, strict=True)]


@settings(deadline=None)
@given(st.floats(0.51, 0.999), st.floats(0.01, 100), st.floats(0.01, 100))
def test_thresholds_weigh_the_two_expected_losses(confidence, false_positive, false_negative):
    upper, lower = StopSettings(loss_false_positive=false_positive, loss_false_negative=false_negative).thresholds(
        confidence
    )
    assert 0 < lower < upper < 1
    gain, risk = false_negative * upper, false_positive * (1 - upper)
    assert gain / (gain + risk) == pytest.approx(confidence)
    gain, risk = false_positive * (1 - lower), false_negative * lower
    assert gain / (gain + risk) == pytest.approx(confidence)
    assert StopSettings().thresholds(confidence) == (confidence, 1 - confidence)


def test_at_even_confidence_the_threshold_is_the_bayes_rule():
    upper, lower = StopSettings(loss_false_positive=3.0).thresholds(0.5 + 1e-12)
    assert upper == pytest.approx(3 / (3 + 1))
    assert lower == pytest.approx(3 / (3 + 1))


def test_time_ends_a_sitting_only_past_the_minimum_length_and_replays_exactly():
    exam = free_exam(
        minimum_length=3, maximum_length=20, stop_rule="time", stopping=StopSettings(time_limit_seconds=60)
    )
    state, recorded, times = start(exam, seed=1, elapsed_seconds=0), [], []
    while not state.finished:
        recorded.append((exam.pool.item_ids[state.next_item], 1))
        times.append(35.0 * len(recorded))
        state = record(exam, state, item_id=recorded[-1][0], response=1, elapsed_seconds=times[-1])
    assert (state.finish_reason, len(recorded)) == ("time_limit_reached", 3)
    replayed = list(replay(exam, seed=1, responses=recorded, elapsed_seconds=times))
    assert [again.finished for again in replayed] == [False, False, False, True]
    assert replayed[-1].finish_reason == "time_limit_reached"
    with pytest.raises(InvalidSetting, match="one time for each of 3 answers"):
        list(replay(exam, seed=1, responses=recorded, elapsed_seconds=times[:2]))


def test_a_design_with_a_time_limit_does_not_start_without_a_clock():
    exam = free_exam(
        minimum_length=3, maximum_length=20, stop_rule="time", stopping=StopSettings(time_limit_seconds=60)
    )
    with pytest.raises(InvalidSetting, match="elapsed_seconds must be passed in"):
        start(exam, seed=1)
    state = start(exam, seed=1, elapsed_seconds=0.0)
    with pytest.raises(InvalidSetting, match="elapsed_seconds must be passed in"):
        record(exam, state, item_id=exam.pool.item_ids[state.next_item], response=1)
    with pytest.raises(InvalidSetting, match=r"finite and 0 or more, not -1"):
        start(exam, seed=1, elapsed_seconds=-1)


def test_settings_survive_the_way_through_a_design_and_old_documents_have_none():
    design = ExamDesign(
        blueprint=Blueprint(),
        minimum_length=2,
        maximum_length=4,
        stop_rule="se",
        stopping=StopSettings(further_rules=("time", "glr"), combination="all", time_limit_seconds=90),
        cut_standard_error=0.2,
        exposure_bins=3,
    )
    document = json.loads(json.dumps(design.to_dict()))
    assert ExamDesign.from_dict(document) == design
    for name in ("stopping", "cut_standard_error", "exposure_bins"):
        del document[name]
    assert ExamDesign.from_dict(document).stopping == StopSettings()


@pytest.mark.parametrize(
    ("stopping", "message"),
    [
        ({"further_rules": ["maybe"]}, "stopping.further_rules must be of confidence, se, .*, not 'maybe'"),
        ({"further_rules": ["se", "se"]}, "stopping.further_rules must be all different"),
        ({"further_rules": ["confidence"]}, "stopping.further_rules must be all different"),
        ({"further_rules": "se"}, "stopping.further_rules must be a list of rules, not 'se'"),
        ({"combination": "some"}, "stopping.combination must be any or all, not 'some'"),
        ({"combination": 1}, "stopping.combination must be any or all, not 1"),
        ({"loss_false_positive": 0}, "stopping.loss_false_positive must be finite and above 0, not 0"),
        ({"loss_false_negative": float("inf")}, "stopping.loss_false_negative must be finite"),
        ({"loss_false_negative": float("nan")}, "stopping.loss_false_negative must be finite"),
        ({"loss_false_positive": 10**400}, "stopping.loss_false_positive must be finite"),
        (
            {"loss_false_positive": 1e308, "loss_false_negative": 1e-308},
            r"loss_false_positive must be from a millionth to a million times loss_false_negative 1e-308, not 1e\+308",
        ),
        ({"loss_false_positive": 1e-308, "loss_false_negative": 1e308}, "loss_false_positive must be from a millionth"),
        ({"loss_false_positive": 1.1e6}, "loss_false_positive must be from a millionth"),
        ({"minimum_information": -1.0}, "stopping.minimum_information must be"),
        ({"target_standard_error": 0.01}, r"stopping.target_standard_error must be finite and at least 0\.02"),
        ({"target_standard_error": float("nan")}, "stopping.target_standard_error must be finite"),
        ({"sprt_half_width": 0}, "stopping.sprt_half_width must be above 0 and below 3, not 0"),
        ({"glr_half_width": 3.5}, "stopping.glr_half_width must be"),
        ({"false_positive_rate": 0.5}, r"stopping.false_positive_rate must be above 0 and below 0\.5"),
        ({"false_negative_rate": True}, "stopping.false_negative_rate must be a number, not True"),
        ({"interval_level": 1}, r"stopping.interval_level must be above 0\.5 and below 1, not 1"),
        ({"time_limit_seconds": 60}, "stopping.time_limit_seconds must be given with the rule time and only with it"),
        ({"time_limit_seconds": 0}, "stopping.time_limit_seconds must be finite and above 0, or null, not 0"),
        ({"time_limit_seconds": "1 h"}, "stopping.time_limit_seconds must be a number"),
        ({"further_rules": ["time"], "time_limit_seconds": None}, "given with the rule time"),
        ({"rule": "se"}, "stopping.rule is not a field; the fields are further_rules"),
    ],
)
def test_settings_that_make_no_sense_are_refused_by_name(stopping, message):
    document = {"blueprint": [], "minimum_length": 2, "maximum_length": 4, "stopping": stopping}
    with pytest.raises(InvalidSetting, match=message):
        ExamDesign.from_dict(document)


@pytest.mark.parametrize("reason", STOP_SENTENCES)
def test_every_reason_is_told_in_thai_and_in_english(reason):
    thai, english = explain_stop(reason, "th"), explain_stop(reason, "en")
    assert english.startswith("The exam ended because")
    assert english.endswith(".")
    assert english.isascii()
    assert thai.startswith("การสอบสิ้นสุดเพราะ")


def test_unknown_reasons_and_languages_are_refused():
    with pytest.raises(InvalidSetting, match=r"the reason must be one of confident_competent, .*, not 'bored'"):
        explain_stop("bored", "th")
    with pytest.raises(InvalidSetting, match="language must be one of th, en, not 'fr'"):
        explain_stop("maximum_length", "fr")


@pytest.mark.parametrize(("false_positive", "false_negative"), [(1e6, 1.0), (1.0, 1e6), (3e-300, 3e-300)])
@pytest.mark.parametrize("confidence", [0.51, 0.95, 0.999])
def test_the_furthest_losses_still_leave_two_thresholds(false_positive, false_negative, confidence):
    losses = StopSettings(loss_false_positive=false_positive, loss_false_negative=false_negative)
    upper, lower = losses.thresholds(confidence)
    assert 0 < lower < upper < 1


def at_time(exam, responses, elapsed):
    state = fold(exam, seed=1, responses=list(zip(exam.pool.item_ids, responses, strict=False)), elapsed_seconds=0.0)
    return decide_stop(
        exam,
        administered=state.administered,
        responses=state.responses,
        posterior=state.posterior,
        elapsed_seconds=elapsed,
    )


@pytest.mark.parametrize("rules", [("confidence", "time"), ("time", "confidence"), ("time", "length")])
def test_the_clock_waits_for_no_other_rule_nor_they_for_it(rules):
    exam = together("all", *rules, time_limit_seconds=60.0)
    assert exam.design.may_end_early
    assert at_time(exam, [1, 0, 1], 59.9) == StopDecision(False)
    assert at_time(exam, [1, 0, 1], 60.0) == StopDecision(True, "time_limit_reached")
    assert at_time(exam, [1, 0], 60.0) == StopDecision(False)
    if "confidence" in rules:
        assert at_time(exam, [1] * 6, 5.0) == StopDecision(True, "confident_competent")


def test_extra_time_sets_the_clock_back_and_the_answers_still_fold():
    exam = together("any", "time", time_limit_seconds=300.0)
    state, recorded, times = start(exam, seed=1, elapsed_seconds=0.0), [], [100.0, 40.0, 70.0, 299.0]
    for elapsed in times:
        recorded.append((exam.pool.item_ids[state.next_item], 1))
        state = record(exam, state, item_id=recorded[-1][0], response=1, elapsed_seconds=elapsed)
    replayed = list(replay(exam, seed=1, responses=recorded, elapsed_seconds=times))
    assert replayed[-1].next_item == state.next_item is not None
