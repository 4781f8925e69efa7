import json

import numpy as np
import pytest

from engine.errors import InvalidSetting, UnknownItem
from engine.response_models import ItemPool
from engine.simulation import simulate
from engine.sitting import fold, replay
from tests.engine.pools import exam_of, pool_of

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
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert {sitting.theta for sitting in report.sittings} == {3.0}


def test_a_single_undecided_sitting_makes_a_report_too():
    exam = exam_of(EXAM.pool, minimum_length=18, maximum_length=18, confidence=0.9999)
    report = simulate(exam, examinees=1, seed=1, ability_mean=-0.3, ability_sd=0.0)
    assert (report.undecided, report.verdict_accuracy) == (1, None)
    assert report.standard_errors["bias"] == 0
    assert "verdict_accuracy" not in report.standard_errors


def test_the_report_is_ready_for_json(report):
    document = json.loads(json.dumps(report.to_dict()))
    assert "sittings" not in document
    assert document["exposure"]["item-000"] == report.exposure["item-000"]
    assert simulate(EXAM, examinees=1, seed=1).sittings == ()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"examinees": 0}, "examinees must be 1 or more, not 0"),
        ({"ability_sd": -1.0}, "an sd of 0 or more"),
        ({"ability_mean": float("nan")}, "a finite mean"),
        ({"seed": -1}, "seed and position must be 0 or more"),
    ],
)
def test_impossible_options_are_refused(options, message):
    with pytest.raises(InvalidSetting, match=message):
        simulate(EXAM, **({"examinees": 2, "seed": 1} | options))


def test_a_true_pool_that_lacks_an_item_is_refused():
    with pytest.raises(UnknownItem, match="'item-089'"):
        simulate(EXAM, examinees=2, seed=1, true_pool=pool_of(89))
