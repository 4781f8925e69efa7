"""The shadow test from the index against the one put together from all weights."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.blueprints.blueprint import Blueprint, Bounds
from engine.explanations.decision_grounds import EXPOSURE
from engine.response_models import ItemParameters, ItemPool
from engine.selection import planned_test
from engine.sittings.sitting import fold, record, start
from tests.engine.pools import exam_of, pool_of


def mixed_pool(seed, items):
    """Two-parameter and graded items, some of them equal."""
    draws = np.random.default_rng(seed)
    made = []
    for place in range(items):
        slope, place_on_scale = float(draws.choice([0.8, 1.1, 1.1, 1.7])), round(float(draws.normal()), 1)
        thresholds = (place_on_scale - 0.5, place_on_scale + 0.7)
        made.append(
            ItemParameters(f"item-{place:03d}", "2pl", slope, place_on_scale)
            if draws.random() < 0.6
            else ItemParameters(f"item-{place:03d}", "grm", slope, thresholds=thresholds)
        )
    return ItemPool.from_items(made)


def exam_with(pool, **options):
    settings_ = {"blueprint": Blueprint(), "minimum_length": 5, "maximum_length": 12, "selection": "information"}
    return exam_of(pool, **settings_ | options)


def decisions(exam, *, seed, ineligible):
    """Every record of a sitting, highest scores and 0 by turns."""
    state, found, answers = start(exam, seed=seed, ineligible=ineligible), [], []
    while state.next_item is not None:
        found.append(state.decision.to_dict())
        item_id = exam.pool.item_ids[state.next_item]
        highest = int(exam.pool.category_counts[state.next_item]) - 1
        answers.append((item_id, highest * (len(answers) % 2)))
        state = record(exam, state, item_id=item_id, response=answers[-1][1])
    assert fold(exam, seed=seed, ineligible=ineligible, responses=answers).administered == state.administered
    return found


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    items=st.integers(12, 60),
    kept_back=st.sets(st.integers(0, 59), max_size=50),
    randomesque=st.sampled_from([1, 3]),
    stop_rule=st.sampled_from(["confidence", "length"]),
)
def test_the_records_of_whole_sittings_are_the_same(seed, items, kept_back, randomesque, stop_rule):
    exam = exam_with(mixed_pool(seed, items), randomesque=randomesque, stop_rule=stop_rule, confidence=0.99)
    ineligible = [exam.pool.item_ids[place] for place in kept_back if place < items]
    records = []
    for smallest in (1, 10**6):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(planned_test, "SMALLEST_INDEXED_POOL", smallest)
            records.append(decisions(exam, seed=seed, ineligible=ineligible))
    assert records[0] == records[1]


def test_a_large_pool_is_not_looked_at_again(monkeypatch):
    exam = exam_with(pool_of(600))
    first = start(exam, seed=1)
    monkeypatch.setattr(ItemPool, "information", lambda *_arguments: pytest.fail("every item was looked at"))
    assert start(exam, seed=1).decision == first.decision
    assert first.decision.planned_length == 5


def test_the_best_item_kept_back_is_named_among_the_grounds():
    exam = exam_with(pool_of(600))
    best = start(exam, seed=1).decision
    decision = start(exam, seed=1, ineligible=[best.item_id]).decision
    assert decision.grounds.kept_out.item_id == best.item_id
    assert decision.grounds.kept_out.weight == best.candidates[0][1]
    assert decision.grounds.kept_out.constraint == EXPOSURE


@pytest.mark.parametrize(
    "options",
    [
        {"selection": "posterior-information"},
        {"parameter_uncertainty": True},
        {"blueprint": Blueprint((Bounds("element", "U-E0", 1, 4),))},
        {"pool": replace(pool_of(600), enemies=((0, 1),))},
        {"pool": replace(pool_of(600), testlets=((0, 1),))},
    ],
)
def test_whatever_bounds_the_test_or_weights_its_items_otherwise_takes_all_weights(options, monkeypatch):
    monkeypatch.setattr(planned_test, "InformationIndex", lambda _pool: pytest.fail("the index was asked"))
    planned_test._index_of.cache_clear()
    exam = exam_with(**{"pool": pool_of(600)} | options)
    assert start(exam, seed=1).decision.grounds.considered == 5
