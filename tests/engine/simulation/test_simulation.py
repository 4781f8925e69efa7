import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from itertools import pairwise

import numpy as np
import pytest

from engine.design import ExamDesign, prepare_exam
from engine.errors import InvalidSetting, UnknownItem
from engine.outcomes.subscores import subscore_values
from engine.response_models import ItemPool
from engine.simulation.monte_carlo import Figure, share
from engine.simulation.simulate import simulate
from engine.sittings.sitting import fold, replay
from engine.stop_rules.stop_settings import StopSettings
from tests.engine.pools import exam_of, one_of_each_criterion, pool_of

EXAM = exam_of(pool_of(90, criteria=18, elements=4), minimum_length=18, maximum_length=30)


@pytest.fixture(scope="module")
def report():
    return simulate(EXAM, examinees=400, seed=11, maximum_exposure=0.6, keep_sittings=True)


def test_no_sitting_breaks_the_blueprint_early_stops_included(report):
    assert report.blueprint_violations == 0
    assert sum(len(sitting.responses) == 18 for sitting in report.sittings) > 100
    for sitting in report.sittings:
        assert {EXAM.pool.criteria[EXAM.pool.index_of(item_id)] for item_id, _ in sitting.responses} == set(
            EXAM.pool.criteria
        )


def test_claims_agree_with_the_truth_within_simulation_error(report):
    errors = report.standard_errors
    assert abs(report.bias) <= 4 * errors["bias"]
    assert abs(report.rmse - report.mean_standard_error) <= 4 * (errors["rmse"] + errors["mean_standard_error"])
    assert abs(report.interval_coverage - 0.9) <= 4 * errors["interval_coverage"]
    assert abs(report.decision_accuracy - report.claimed_accuracy) <= 4 * errors["decision_accuracy"]
    assert report.verdict_accuracy >= 0.95 - 4 * errors["verdict_accuracy"]


def test_figures_are_those_of_the_sittings_themselves(report):
    lengths = [len(sitting.responses) for sitting in report.sittings]
    error = np.array([sitting.outcome.unit.theta - sitting.theta for sitting in report.sittings])
    assert report.mean_length == pytest.approx(np.mean(lengths))
    assert report.bias == pytest.approx(error.mean())
    assert report.rmse == pytest.approx(np.sqrt((error**2).mean()))
    assert sum(report.finish_reasons.values()) == report.examinees == 400
    assert report.undecided == pytest.approx(
        np.mean([sitting.outcome.unit.verdict == "not_enough_evidence" for sitting in report.sittings])
    )
    assert sum(report.exposure.values()) == pytest.approx(np.mean(lengths))
    assert report.max_exposure == max(report.exposure.values())


def test_overlap_is_the_shared_part_of_two_sittings(report):
    # Over all ordered pairs, a sitting with itself included, which 400 sittings make small.
    asked = [{item_id for item_id, _response in sitting.responses} for sitting in report.sittings]
    shared = np.mean([len(one & other) for one in asked for other in asked])
    assert report.overlap == pytest.approx(shared / report.mean_length)


def test_exposure_is_held_near_the_rate_asked_for(report):
    free = simulate(EXAM, examinees=60, seed=11)
    assert free.max_exposure == 1
    # The rate holds in the long run; 400 sittings leave a standard error of 0.025 and start with none ineligible.
    assert report.max_exposure <= 0.68
    assert report.overlap < free.overlap


def test_the_rate_of_the_design_holds_unless_another_is_given():
    designed = exam_of(EXAM.pool, minimum_length=18, maximum_length=30, maximum_exposure=0.6)
    assert simulate(designed, examinees=20, seed=2) == simulate(EXAM, examinees=20, seed=2, maximum_exposure=0.6)


def test_simulated_sittings_are_real_sittings(report):
    for sitting in report.sittings[:5]:
        recorded = {"seed": sitting.seed, "ineligible": sitting.ineligible, "responses": sitting.responses}
        assert fold(EXAM, **recorded).finish_reason == sitting.finish_reason
        pending = [state.next_item for state in replay(EXAM, **recorded)]
        assert pending == [*(EXAM.pool.index_of(item_id) for item_id, _ in sitting.responses), None]


def test_the_same_seed_gives_the_same_report_and_another_seed_another():
    first = simulate(EXAM, examinees=15, seed=3, keep_sittings=True)
    assert first == simulate(EXAM, examinees=15, seed=3, keep_sittings=True)
    assert first.sittings != simulate(EXAM, examinees=15, seed=4, keep_sittings=True).sittings


def test_true_parameters_may_differ_from_calibrated_ones():
    pool = EXAM.pool
    easier = ItemPool(
        pool.item_ids[::-1],
        pool.discrimination[::-1],
        pool.difficulty[::-1] - 1.0,
        pool.units[::-1],
        pool.elements[::-1],
        pool.criteria[::-1],
    )
    biased = simulate(EXAM, examinees=150, seed=5, true_pool=easier)
    assert 0.5 < biased.bias < 1.1


def test_ability_may_be_fixed_and_progress_is_told():
    told = []
    report = simulate(
        EXAM,
        examinees=4,
        seed=1,
        ability_mean=3.0,
        ability_sd=0.0,
        keep_sittings=True,
        on_progress=lambda done, total: told.append((done, total)),
    )
    assert told == [(4, 4)]
    assert {sitting.theta for sitting in report.sittings} == {3.0}


def test_a_single_undecided_sitting_makes_a_report_too():
    exam = exam_of(EXAM.pool, minimum_length=18, maximum_length=18, confidence=0.9999)
    report = simulate(exam, examinees=1, seed=1, ability_mean=-0.3, ability_sd=0.0)
    assert (report.undecided, report.verdict_accuracy) == (1, None)
    # What a single sitting says of itself nobody can know.
    assert report.standard_errors == {}
    assert report.conditional[0].standard_errors == report.claims[0].standard_errors == {}


def test_the_report_is_ready_for_json(report):
    document = json.loads(json.dumps(report.to_dict()))
    assert "sittings" not in document
    assert document["exposure"]["item-000"] == report.exposure["item-000"]
    assert simulate(EXAM, examinees=1, seed=1).sittings == ()


def test_the_report_tells_what_scores_of_elements_are_worth(report):
    assert report.subscores == subscore_values(EXAM)
    assert {value.code for value in report.subscores} == set(EXAM.pool.elements)
    assert report.to_dict()["subscores"] == [value.to_dict() for value in report.subscores]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"examinees": 0}, "examinees must be 1 or more, not 0"),
        ({"ability_sd": -1.0}, "an sd of 0 or more"),
        ({"ability_mean": float("nan")}, "a finite mean"),
        ({"seed": -1}, "seed must be 0 or more, not -1"),
        ({"processes": 0}, "processes must be 1 or more, not 0"),
        ({"at_once": 0}, "at_once must be 1 or more, not 0"),
        ({"parameter_error": True}, "needs standard errors of the items"),
    ],
)
def test_impossible_options_are_refused(options, message):
    with pytest.raises(InvalidSetting, match=message):
        simulate(EXAM, **({"examinees": 2, "seed": 1} | options))


def test_a_true_pool_that_lacks_an_item_is_refused():
    with pytest.raises(UnknownItem, match="'item-089'"):
        simulate(EXAM, examinees=2, seed=1, true_pool=pool_of(89))


def test_any_number_of_processes_gives_the_same_report(monkeypatch):
    monkeypatch.setattr("engine.simulation.simulate.BLOCKS_WORTH_A_PROCESS", 1)
    told = []
    options = {"examinees": 600, "seed": 8, "keep_sittings": True}
    apart = simulate(EXAM, processes=2, on_progress=lambda done, total: told.append((done, total)), **options)
    assert apart == simulate(EXAM, **options)
    assert told == [(250, 600), (500, 600), (600, 600)]


def test_a_simulation_over_processes_can_be_cancelled(monkeypatch):
    monkeypatch.setattr("engine.simulation.simulate.BLOCKS_WORTH_A_PROCESS", 1)
    # Threads in place of processes, which the test before this one has started in earnest.
    monkeypatch.setattr(
        "engine.simulation.simulate.ProcessPoolExecutor",
        lambda workers, mp_context, **options: ThreadPoolExecutor(workers, **options),
    )

    def cancel(done, total):
        raise KeyboardInterrupt(f"{done} of {total}")

    with pytest.raises(KeyboardInterrupt, match="250 of 700"):
        simulate(EXAM, examinees=700, seed=1, processes=2, on_progress=cancel)


@pytest.mark.parametrize("bins", [1, 3])
@pytest.mark.parametrize("at_once", [1, 7])
@pytest.mark.parametrize("rate", [None, 0.5])
def test_stepping_together_changes_nothing(monkeypatch, bins, at_once, rate):
    exam = exam_of(EXAM.pool, minimum_length=18, maximum_length=22, exposure_bins=bins)
    options = {"examinees": 40, "seed": 6, "maximum_exposure": rate, "at_once": at_once, "keep_sittings": True}
    together = simulate(exam, **options)
    monkeypatch.setattr("engine.simulation.programme.steps_together", lambda _exam: False)
    apart = simulate(exam, **options)
    assert apart.sittings == together.sittings
    for field in fields(apart):
        if field.name not in ("sittings", "conditional", "claims", "usage", "standard_errors", "subscores"):
            assert getattr(apart, field.name) == pytest.approx(getattr(together, field.name), abs=1e-9)
    # And they are sittings that can be replayed.
    sitting = together.sittings[-1]
    recorded = {"seed": sitting.seed, "ineligible": sitting.ineligible, "responses": sitting.responses}
    assert fold(exam, ineligible_by_bin=sitting.ineligible_by_bin, **recorded).finish_reason == sitting.finish_reason


def test_sittings_that_begin_at_once_know_nothing_of_each_other():
    options = {"examinees": 30, "seed": 3, "maximum_exposure": 0.4, "keep_sittings": True}
    day = simulate(EXAM, at_once=30, **options)
    assert all(sitting.ineligible == () for sitting in day.sittings)
    assert sum(bool(sitting.ineligible) for sitting in simulate(EXAM, at_once=10, **options).sittings) == 20


def test_figures_by_ability_are_those_of_the_sittings_in_each_bin(report):
    middle = report.conditional[1:-1]
    assert [row.high - row.low for row in middle] == [0.5] * len(middle)
    assert all(one.high <= other.low for one, other in pairwise(report.conditional))
    assert sum(row.examinees for row in report.conditional) == 400
    extreme = simulate(EXAM, examinees=2, seed=1, ability_mean=9.0, ability_sd=0.1).conditional
    assert [(row.low, row.high) for row in extreme] == [(2.5, None)]
    extreme = simulate(EXAM, examinees=2, seed=1, ability_mean=-9.0, ability_sd=0.1).conditional
    assert [(row.low, row.high) for row in extreme] == [(None, -2.5)]
    for row in report.conditional:
        inside = [
            sitting
            for sitting in report.sittings
            if (row.low is None or sitting.theta >= row.low) and (row.high is None or sitting.theta < row.high)
        ]
        units = [sitting.outcome.unit for sitting in inside]
        error = np.array([unit.theta - s.theta for unit, s in zip(units, inside, strict=True)])
        assert row.examinees == len(inside)
        assert row.theta == pytest.approx(np.mean([s.theta for s in inside]))
        assert row.bias == pytest.approx(error.mean())
        assert row.rmse == pytest.approx(np.sqrt((error**2).mean()))
        assert row.standard_error == pytest.approx(np.sqrt(np.mean([unit.standard_error**2 for unit in units])))
        assert row.length == pytest.approx(np.mean([len(s.responses) for s in inside]))
        right = [(unit.probability >= 0.5) == (s.theta >= -0.3) for unit, s in zip(units, inside, strict=True)]
        assert row.accuracy == pytest.approx(np.mean(right))
        held = [unit.interval[0] <= s.theta <= unit.interval[1] for unit, s in zip(units, inside, strict=True)]
        assert row.coverage == pytest.approx(np.mean(held))
        assert row.undecided == pytest.approx(np.mean([unit.verdict == "not_enough_evidence" for unit in units]))
        if len(inside) > 1:
            assert row.standard_errors["bias"] == pytest.approx(error.std(ddof=1) / np.sqrt(len(inside)))


def test_claims_are_grouped_from_the_least_sure_to_the_surest(report):
    assert [group.examinees for group in report.claims] == [40] * 10
    assert all(one.claimed <= other.claimed for one, other in pairwise(report.claims))
    assert np.mean([group.claimed for group in report.claims]) == pytest.approx(report.claimed_accuracy)
    assert np.mean([group.actual for group in report.claims]) == pytest.approx(report.decision_accuracy)


def test_usage_and_lengths_are_reported(report):
    assert report.usage.unused == tuple(item_id for item_id, rate in report.exposure.items() if rate == 0)
    assert set(report.usage.over_limit) == {item_id for item_id, rate in report.exposure.items() if rate > 0.6}
    assert sum(length * sittings for length, sittings in report.lengths.items()) / 400 == report.mean_length
    document = report.to_dict()
    assert document["lengths"].keys() == {str(length) for length in report.lengths}
    assert document["usage"]["max_exposure"] == report.max_exposure
    assert document["conditional"][0].keys() == set(report.conditional[0].__slots__)
    assert len(document["claims"]) == 10


def test_the_errors_of_rate_and_overlap_are_those_of_repeated_simulation():
    exam = exam_of(pool_of(40), maximum_length=10, selection="information", stop_rule="length")
    reports = [simulate(exam, examinees=60, seed=seed) for seed in range(60)]
    claimed = np.sqrt(np.mean([report.standard_errors["overlap"] ** 2 for report in reports]))
    assert np.std([report.overlap for report in reports]) == pytest.approx(claimed, rel=0.3)
    item = max(reports[0].exposure, key=lambda name: abs(reports[0].exposure[name] - 0.5) * -1)
    rates = np.array([report.exposure[item] for report in reports])
    binomial = np.sqrt(rates.mean() * (1 - rates.mean()) / 60)
    assert rates.std() == pytest.approx(binomial, rel=0.3)
    assert share(0.3 * 61, 61).error == pytest.approx(np.sqrt(0.3 * 0.7 / 60))
    assert share(0.3 * 61, 61).times(61) == Figure(pytest.approx(18.3), pytest.approx(61 * np.sqrt(0.3 * 0.7 / 60)))


def test_true_parameters_within_their_standard_errors_cost_precision():
    pool = EXAM.pool
    uncertain = exam_of(
        replace(pool, se_discrimination=0.3 * pool.discrimination, se_difficulty=np.full(90, 1.2)),
        minimum_length=18,
        maximum_length=30,
    )
    options = {"examinees": 300, "seed": 2}
    known, unknown = simulate(uncertain, **options), simulate(uncertain, parameter_error=True, **options)
    assert known == simulate(EXAM, **options)
    assert unknown.rmse > known.rmse + 2 * known.standard_errors["rmse"]
    assert unknown == simulate(uncertain, parameter_error=True, **options)


def test_exams_that_are_not_stepped_together_are_simulated_too():
    pool = EXAM.pool
    crossing = replace(pool, enemies=((1, 2), (2, 3)))
    tried = pool_of(6, seed=9)
    tried = replace(tried, item_ids=tuple(f"new-{place}" for place in range(6)))
    timed = StopSettings(further_rules=("time",), time_limit_seconds=600.0)
    exams = [
        exam_of(crossing, minimum_length=18, maximum_length=20),
        exam_of(replace(pool, testlets=((0, 18), (5, 23, 41))), minimum_length=20, maximum_length=24),
        exam_of(
            replace(pool, expected_seconds=np.full(90, 31.0)), minimum_length=18, maximum_length=30, stopping=timed
        ),
        prepare_exam(
            ExamDesign(blueprint=one_of_each_criterion(pool), minimum_length=18, maximum_length=20, pretest_items=2),
            pool,
            pretest_pool=tried,
        ),
    ]
    reports = [
        simulate(exam, examinees=30, seed=1, maximum_exposure=0.8, keep_sittings=True, at_once=5) for exam in exams
    ]
    assert [report.blueprint_violations for report in reports] == [0, 0, 0, 0]
    for sitting in reports[1].sittings:
        asked = {EXAM.pool.index_of(item_id) for item_id, _response in sitting.responses}
        assert len(asked & {5, 23, 41}) in (0, 3)
    assert "time_limit_reached" in reports[2].finish_reasons
    assert max(reports[2].lengths) == 20
    for sitting in reports[3].sittings:
        asked = [item_id for item_id, _response in sitting.responses]
        assert sum(item_id.startswith("new-") for item_id in asked) == 2
    assert reports[3].mean_length == np.mean([len(s.responses) - 2 for s in reports[3].sittings])


def test_time_cannot_be_simulated_without_expected_times():
    timed = StopSettings(further_rules=("time",), time_limit_seconds=600.0)
    with pytest.raises(InvalidSetting, match=r"expected time of every item: 'item-000' has none"):
        simulate(exam_of(EXAM.pool, minimum_length=18, stopping=timed), examinees=1, seed=1)
