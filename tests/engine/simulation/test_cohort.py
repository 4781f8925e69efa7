"""Sittings stepped together are the sittings that the delivering functions give, choice for choice."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.blueprints.blueprint import Blueprint, Bounds
from engine.design import SELECTIONS, ExamDesign, PreparedExam, prepare_exam
from engine.errors import InfeasibleBlueprint
from engine.exposure.exposure_bins import named_draw
from engine.response_models import ItemParameters, ItemPool
from engine.simulation.cohort import CohortExam, steps_together
from engine.simulation.cohort_sittings import sit_together
from engine.simulation.simulate import simulate_sitting
from engine.simulation.simulated_sittings import columns_of, columns_of_records, records_of
from engine.simulation.true_items import TrueItems
from engine.stop_rules.stop_settings import StopSettings
from tests.engine.pools import exam_of, one_of_each_criterion, pool_of

RULES = ("length", "confidence", "se", "interval", "information", "sprt", "glr")


def mixed_pool(items: int, draws: np.random.Generator, *, criteria: int) -> ItemPool:
    """A pool of all kinds of models, some of its items alike so that weights tie, some at home in an enemy set."""
    made = []
    for place in range(items):
        model = ("2pl", "3pl", "grm", "gpcm")[int(draws.integers(4))]
        a, b = float(draws.choice([0.8, 1.2, 1.6])), float(draws.choice([-1.0, 0.0, 0.7]))
        element = f"E{place % criteria % 2}"
        where = {"thresholds": (b - 0.5, b, b + 0.5)} if model in ("grm", "gpcm") else {"difficulty": b}
        made.append(
            ItemParameters(
                item_id=f"i{place:02d}",
                model=model,
                discrimination=a,
                **where,
                guessing=0.2 if model == "3pl" else 0.0,
                unit="U",
                element=element,
                criterion=f"{element}-{place % criteria}",
                se_difficulty=0.2,
                se_discrimination=0.1,
                enemies=(f"i{place - criteria:02d}",) if place >= criteria and place % 7 == 0 else (),
            )
        )
    return ItemPool.from_items(made)


def plain_pool(items: int, draws: np.random.Generator, *, criteria: int) -> ItemPool:
    pool = pool_of(items, criteria=criteria, elements=2, seed=int(draws.integers(1000)))
    # Twins: the pool's order must decide between them.
    difficulty = np.where(np.arange(items) % 5 == 4, np.roll(pool.difficulty, criteria), pool.difficulty)
    return ItemPool(
        pool.item_ids,
        np.round(pool.discrimination, 1),
        np.round(difficulty, 1),
        pool.units,
        pool.elements,
        pool.criteria,
    )


@st.composite
def exams(draw: st.DrawFn) -> tuple[PreparedExam, int]:
    seed = draw(st.integers(0, 10**6))
    draws = np.random.default_rng(seed)
    criteria = draw(st.integers(2, 5))
    make = draw(st.sampled_from([mixed_pool, plain_pool]))
    pool = make(draw(st.integers(20, 90)), draws, criteria=criteria)
    longest = draw(st.integers(4, 9))
    codes = sorted(set(pool.criteria))
    bounds = [
        Bounds("criterion", code, minimum=draw(st.integers(0, 1)), maximum=draw(st.sampled_from([None, 2, 3])))
        for code in codes
    ]
    bounds.append(Bounds("element", sorted(set(pool.elements))[0], minimum=draw(st.integers(0, 3))))
    rules = draw(st.lists(st.sampled_from(RULES), min_size=1, max_size=3, unique=True))
    design = ExamDesign(
        blueprint=Blueprint(tuple(bounds) if draw(st.booleans()) else ()),
        minimum_length=draw(st.integers(2, longest)),
        maximum_length=longest,
        cut_score=draw(st.sampled_from([-0.5, 0.0, 0.4])),
        confidence=draw(st.sampled_from([0.7, 0.9])),
        selection=draw(st.sampled_from(SELECTIONS)),
        randomesque=draw(st.sampled_from([1, 1, 3])),
        stop_rule=rules[0],
        stopping=StopSettings(
            further_rules=tuple(rules[1:]),
            combination=draw(st.sampled_from(["any", "all"])),
            target_standard_error=draw(st.sampled_from([0.4, 0.5])),
            interval_level=0.8,
            minimum_information=0.3,
        ),
        exposure_bins=draw(st.sampled_from([1, 3])),
        parameter_uncertainty=draw(st.booleans()),
    )
    return prepare_or_skip(design, pool), seed


def prepare_or_skip(design: ExamDesign, pool: ItemPool) -> PreparedExam:
    try:
        return prepare_exam(design, pool)
    except InfeasibleBlueprint:
        return prepare_exam(ExamDesign(blueprint=Blueprint(), minimum_length=4, maximum_length=4), pool)


def assert_same_as_delivered(exam: PreparedExam, seed: int, *, kept_back: float) -> None:
    draws = np.random.default_rng(seed)
    sittings, bins = 7, exam.design.exposure_bins
    thetas = draws.standard_normal(sittings)
    marks = draws.random((sittings, 1 + (bins if bins > 1 else 0), len(exam.pool))) < kept_back
    marks[:, 1:] &= ~marks[:, :1]
    seeds = draws.integers(2**40, size=sittings).tolist()
    truth = TrueItems(pool=exam.pool)
    tables = CohortExam(exam)
    finished = sit_together(
        tables,
        seeds=seeds,
        thetas=thetas,
        truth=truth,
        kept_back=marks[:, 0],
        kept_back_by_bin=marks[:, 1:] if bins > 1 else None,
    )
    named = [named_draw(rows, exam.pool) for rows in marks]
    delivered = [
        simulate_sitting(
            exam, seed=one, theta=theta, truth=truth, ineligible=draw.everywhere, ineligible_by_bin=draw.by_bin
        )
        for one, theta, draw in zip(seeds, thetas.tolist(), named, strict=True)
    ]
    # Outcomes and all: the posteriors are the same to the last digit.
    assert records_of(finished) == delivered
    together, apart = columns_of(finished, tables.groups), columns_of_records(exam, delivered)
    for name in ("theta", "verdict", "broken", "administered", "reasons", "lengths"):
        np.testing.assert_array_equal(getattr(together, name), getattr(apart, name))
    for name in ("estimate", "standard_error", "low", "high", "probability"):
        np.testing.assert_allclose(getattr(together, name), getattr(apart, name), atol=1e-9)


@settings(deadline=None, max_examples=60)
@given(exams(), st.sampled_from([0.0, 0.3, 0.9]))
def test_a_cohort_takes_the_sittings_that_are_delivered(made, kept_back):
    exam, seed = made
    if steps_together(exam):
        assert_same_as_delivered(exam, seed, kept_back=kept_back)


@pytest.mark.parametrize("blueprint", [True, False])
@pytest.mark.parametrize("kept_back", [0.0, 0.5, 0.99])
def test_shortlists_do_not_change_the_choice_in_a_large_pool(blueprint, kept_back):
    pool = pool_of(400)
    exam = exam_of(
        pool,
        selection="information",
        stop_rule="length",
        maximum_length=25,
        blueprint=one_of_each_criterion(pool) if blueprint else Blueprint(),
    )
    assert CohortExam(exam).shortlists is not None
    assert_same_as_delivered(exam, 5, kept_back=kept_back)


def test_the_default_rule_steps_together_to_every_kind_of_end():
    exam = exam_of(pool_of(60), minimum_length=10, maximum_length=20, confidence=0.97)
    finished = sit_together(
        CohortExam(exam),
        seeds=list(range(300)),
        thetas=np.random.default_rng(1).normal(-0.3, 1, 300),
        truth=TrueItems(pool=exam.pool),
    )
    assert set(finished.reasons) == {
        "confident_competent",
        "confident_not_yet",
        "outcome_cannot_change",
        "maximum_length",
    }
    assert_same_as_delivered(exam, 9, kept_back=0.2)


def test_exams_that_one_sitting_must_be_delivered_for():
    pool = pool_of(40)
    assert steps_together(exam_of(pool))
    timed = StopSettings(further_rules=("time",), time_limit_seconds=60.0)
    assert not steps_together(exam_of(pool, stopping=timed))
    enemies = ItemPool(
        pool.item_ids,
        pool.discrimination,
        pool.difficulty,
        pool.units,
        pool.elements,
        pool.criteria,
        enemies=((0, 1), (1, 2)),
    )
    assert not steps_together(exam_of(enemies))
