import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.blueprints.blueprint import Blueprint, Bounds
from engine.design import SELECTIONS, ExamDesign, prepare_exam
from engine.errors import InfeasibleBlueprint, InvalidBlueprint, InvalidSetting
from engine.stop_rules.stop_settings import STOP_RULES
from tests.engine.pools import exam_of, one_of_each_criterion, pool_of

DESIGN = ExamDesign(blueprint=Blueprint(), minimum_length=10, maximum_length=30)
DOCUMENT = {"blueprint": [], "minimum_length": 10, "maximum_length": 30}


@given(
    st.integers(1, 20),
    st.integers(0, 20),
    st.floats(0.51, 0.99),
    st.sampled_from(SELECTIONS),
    st.sampled_from([rule for rule in STOP_RULES if rule != "time"]),
    st.none() | st.floats(0.01, 1),
    st.none() | st.integers(2, 5),
)
def test_designs_survive_the_way_through_json(shortest, more, confidence, selection, stop_rule, exposure, most):
    design = ExamDesign(
        blueprint=Blueprint((Bounds("criterion", "C1", 1, most), Bounds("exam", "", 2))),
        minimum_length=shortest,
        maximum_length=shortest + more,
        confidence=confidence,
        selection=selection,
        stop_rule=stop_rule,
        maximum_exposure=exposure,
    )
    assert ExamDesign.from_dict(json.loads(json.dumps(design.to_dict()))) == design


def test_fields_with_a_default_may_be_left_out_and_whole_numbers_stand_for_reals():
    assert ExamDesign.from_dict(DOCUMENT) == DESIGN
    assert ExamDesign.from_dict(DOCUMENT | {"cut_score": 1}).cut_score == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"minimum_length": 0}, "minimum_length must be 1 or more, not 0"),
        ({"maximum_length": 9}, "maximum_length must be at least the minimum length 10, not 9"),
        ({"confidence": 0.5}, r"confidence must be above 0\.5 and below 1, not 0\.5"),
        ({"confidence": float("nan")}, "confidence must be"),
        ({"element_confidence": 1.0}, r"element_confidence must be above 0\.5 and below 1, not 1\.0"),
        ({"element_correlation": 1.0}, r"element_correlation must be from 0 to 0\.99, not 1\.0"),
        ({"maximum_exposure": 0.0}, r"maximum_exposure must be above 0 and at most 1, not 0\.0"),
        ({"prior_mean": float("inf")}, "prior_mean must be finite and within ±1000000, not inf"),
        ({"prior_sd": 0.0}, r"prior_sd must be from 0\.05 to 10, not 0\.0"),
        ({"cut_score": 5.9}, r"cut_score must be between -4 and 4, not 5\.9"),
        ({"cut_score": float("nan")}, "cut_score must be between"),
        ({"selection": "best"}, "selection must be one of information-at-cut, .*, not 'best'"),
        ({"stop_rule": "maybe"}, "stop_rule must be one of confidence, se, .*, not 'maybe'"),
        ({"randomesque": 0}, "randomesque must be 1 or more, not 0"),
        ({"confidence": "high"}, "confidence must be int or float, not 'high'"),
        ({"minimum_length": 10.5}, r"minimum_length must be int, not 10\.5"),
        ({"randomesque": True}, "randomesque must be int, not True"),
        ({"maximum_exposure": "a lot"}, "maximum_exposure must be int or float or null"),
        ({"lenght": 4}, "lenght is not a field; the fields are blueprint, minimum_length"),
        ({"blueprint": "all"}, "blueprint must be list or tuple, not 'all'"),
        ({"blueprint": ["C1"]}, r"blueprint\[0\] must be an object with level, code, minimum and maximum, not 'C1'"),
        ({"blueprint": [{"level": "unit"}]}, r"blueprint\[0\]\.code is missing"),
        ({"blueprint": [{"level": "unit", "code": "U", "max": 3}]}, r"blueprint\[0\]\.max is not a field"),
    ],
)
def test_nonsense_is_refused_by_the_name_of_the_field(changes, message):
    with pytest.raises(InvalidSetting, match=message):
        ExamDesign.from_dict(DOCUMENT | changes)


def test_missing_fields_and_contradictory_bounds_are_named():
    with pytest.raises(InvalidSetting, match="maximum_length is missing"):
        ExamDesign.from_dict({"blueprint": [], "minimum_length": 10})
    with pytest.raises(InvalidBlueprint, match="unit 'U': maximum 1 is below its minimum 2"):
        ExamDesign.from_dict(DOCUMENT | {"blueprint": [{"level": "unit", "code": "U", "minimum": 2, "maximum": 1}]})


def test_shadow_tests_are_planned_to_the_minimum_length_first():
    assert [DESIGN.planned_length(answered) for answered in (0, 9, 10, 29)] == [10, 10, 30, 30]
    fixed = ExamDesign(blueprint=Blueprint(), minimum_length=10, maximum_length=30, stop_rule="length")
    assert fixed.planned_length(0) == 30


def test_a_blueprint_is_checked_at_both_lengths():
    pool = pool_of(40)
    with pytest.raises(InfeasibleBlueprint, match="minima require 10 items but the shortest test has 9"):
        exam_of(pool, minimum_length=9)
    with pytest.raises(InfeasibleBlueprint, match="longest test has 41 items but the bank has only 40"):
        exam_of(pool, maximum_length=41)


def test_prepared_tables_agree_with_the_pool():
    pool = pool_of(40)
    exam = prepare_exam(
        ExamDesign(
            blueprint=one_of_each_criterion(pool), minimum_length=10, maximum_length=20, cut_score=0.5, prior_mean=0.5
        ),
        pool,
    )
    node = 60
    assert exam.grid.nodes[node] == pytest.approx(0.5)
    assert exam.above_cut[node] == pytest.approx(0.5)
    np.testing.assert_allclose(exam.information_at_cut, exam.information[:, node], atol=1e-12)
    np.testing.assert_allclose(exam.log_ratios_to_cut[:, :, node], 0, atol=1e-12)
    np.testing.assert_allclose(exam.element_kernel.sum(axis=1), 1)


@pytest.mark.parametrize(
    "name",
    [
        "minimum_length",
        "maximum_length",
        "randomesque",
        "exposure_bins",
        "pretest_items",
        "written_tasks",
        "marking_tolerance",
    ],
)
@pytest.mark.parametrize("value", [12.0, 12.5, float("inf"), float("nan"), "12", True])
def test_whole_numbers_are_whole_however_a_design_is_made(name, value):
    fields = {"blueprint": Blueprint(), "minimum_length": 10, "maximum_length": 30} | {name: value}
    with pytest.raises(InvalidSetting, match=f"{name} must be a whole number, not {value!r}"):
        ExamDesign(**fields)


@pytest.mark.parametrize("mean", [1.1e6, -1e16, float("nan")])
def test_a_prior_beyond_all_scales_is_refused(mean):
    with pytest.raises(InvalidSetting, match="prior_mean must be finite and within ±1000000"):
        ExamDesign(blueprint=Blueprint(), minimum_length=1, maximum_length=2, prior_mean=mean, cut_score=mean)
    far = ExamDesign(blueprint=Blueprint(), minimum_length=1, maximum_length=2, prior_mean=1e6, cut_score=1e6)
    assert far.cut_score == 1e6
