from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.blueprints.blueprint import Blueprint, Bounds
from engine.errors import IllegalTransition, InfeasibleBlueprint, InvalidResponse, InvalidSetting, UnknownItem
from engine.sittings.sitting import finish, fold, record, replay, start
from tests.engine.pools import exam_of, pool_of

POOL = pool_of(60)
EXAM = exam_of(POOL)
EXAMS = [
    EXAM,
    exam_of(POOL, selection="posterior-information", randomesque=3),
    exam_of(POOL, selection="random", stop_rule="length", minimum_length=12, maximum_length=12),
    exam_of(POOL, selection="information", minimum_length=10, maximum_length=14, confidence=0.99),
]


def same(first, second):
    """Two states agree in every field, arrays to the last bit."""
    return all(
        np.array_equal(getattr(first, field.name), getattr(second, field.name))
        if field.name == "log_posterior"
        else getattr(first, field.name) == getattr(second, field.name)
        for field in fields(first)
    )


def sit(exam, *, seed, answers, ineligible=()):
    """Step through a sitting with the given answers; every state, and the record of the answers."""
    states, recorded = [start(exam, seed=seed, ineligible=ineligible)], []
    for answer in answers:
        if states[-1].finished:
            break
        recorded.append((exam.pool.item_ids[states[-1].next_item], answer))
        states.append(record(exam, states[-1], item_id=recorded[-1][0], response=answer))
    return states, recorded


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(EXAMS),
    st.integers(0, 2**60),
    st.lists(st.integers(0, 1), min_size=30, max_size=30),
    st.sets(st.sampled_from(POOL.item_ids), max_size=40),
)
def test_stepping_folding_and_replaying_agree_to_the_last_bit(exam, seed, answers, ineligible):
    states, recorded = sit(exam, seed=seed, answers=answers, ineligible=tuple(ineligible))
    folded = fold(exam, seed=seed, ineligible=tuple(ineligible), responses=recorded)
    assert same(folded, states[-1])
    replayed = list(replay(exam, seed=seed, ineligible=tuple(sorted(ineligible)), responses=recorded))
    assert len(replayed) == len(states)
    assert all(same(*pair) for pair in zip(replayed, states, strict=True))
    assert states[-1].finished
    assert exam.tree.violations(states[-1].administered) == ()
    assert len(set(states[-1].administered)) == len(recorded)
    assert states[-1].posterior.sum() == pytest.approx(1)


def test_a_deviation_in_the_record_shows_and_does_not_hide_what_follows():
    _states, recorded = sit(EXAM, seed=3, answers=[1, 0] * 15)
    place = POOL.criteria[POOL.index_of(recorded[4][0])]
    unused = [item_id for item_id in POOL.item_ids if item_id not in dict(recorded)]
    other = next(item_id for item_id in unused if POOL.criteria[POOL.index_of(item_id)] == place)
    changed = [*recorded[:4], (other, 1), *recorded[5:8]]
    steps = list(replay(EXAM, seed=3, responses=changed))
    differs = [
        EXAM.pool.item_ids[state.next_item] != item_id for state, (item_id, _) in zip(steps, changed, strict=False)
    ]
    assert differs[:4] == [False] * 4
    assert differs[4]
    assert len(steps) == 9


def test_the_posterior_is_the_prior_times_the_likelihood():
    states, recorded = sit(EXAM, seed=9, answers=[1, 1, 0, 1, 0])
    theta = EXAM.grid.nodes
    density = np.exp(-theta * theta / 2)
    for item_id, response in recorded:
        index = POOL.index_of(item_id)
        right = 1 / (1 + np.exp(-POOL.discrimination[index] * (theta - POOL.difficulty[index])))
        density = density * (right if response else 1 - right)
    np.testing.assert_allclose(states[-1].posterior, density / density.sum(), atol=1e-9)


def test_another_item_than_the_pending_one_is_refused_and_nothing_changes():
    state = start(EXAM, seed=1)
    pending = POOL.item_ids[state.next_item]
    other = next(item_id for item_id in POOL.item_ids if item_id != pending)
    before = (state.administered, state.next_item, state.log_posterior.copy())
    with pytest.raises(IllegalTransition, match=f"'{other}' cannot be answered: item '{pending}' is pending"):
        record(EXAM, state, item_id=other, response=1)
    with pytest.raises(UnknownItem, match="'nowhere'"):
        record(EXAM, state, item_id="nowhere", response=1)
    with pytest.raises(InvalidResponse, match="a response is from 0 to 1, not 2"):
        record(EXAM, state, item_id=pending, response=2)
    assert (state.administered, state.next_item) == before[:2]
    np.testing.assert_array_equal(state.log_posterior, before[2])
    with pytest.raises(ValueError, match="read-only"):
        state.log_posterior += 1


@pytest.mark.parametrize("reason", ["candidate_ended", "time_expired", "administrator_ended"])
def test_a_sitting_ended_from_outside_takes_no_more_answers(reason):
    states, recorded = sit(EXAM, seed=1, answers=[1, 0, 1])
    ended = finish(EXAM, states[-1], reason=reason)
    assert (ended.finished, ended.finish_reason, ended.next_item, ended.decision) == (True, reason, None, None)
    assert ended.responses == states[-1].responses
    assert not states[-1].finished
    with pytest.raises(IllegalTransition, match=f"the sitting is finished \\({reason}\\)"):
        record(EXAM, ended, item_id=recorded[0][0], response=1)
    with pytest.raises(IllegalTransition, match="cannot be ended"):
        finish(EXAM, ended, reason="time_expired")


def test_an_unknown_reason_to_finish_is_refused():
    with pytest.raises(InvalidSetting, match=r"one of candidate_ended, .*, not 'bored'"):
        finish(EXAM, start(EXAM, seed=1), reason="bored")


@pytest.mark.parametrize(
    ("responses", "error", "message"),
    [
        ([("item-001", 1), ("item-001", 0)], IllegalTransition, "'item-001' is answered a second time, as answer 2"),
        ([("nowhere", 1)], UnknownItem, "'nowhere' is not in the item pool"),
        ([("item-001", -1)], InvalidResponse, "'item-001': a response is from 0 to 1, not -1"),
        ([(item_id, 1) for item_id in POOL.item_ids[:31]], IllegalTransition, "31 answers .* at most 30 items"),
    ],
)
def test_records_that_no_sitting_can_have_are_refused(responses, error, message):
    with pytest.raises(error, match=message):
        fold(EXAM, seed=1, responses=responses)


def test_a_record_that_breaks_the_blueprint_is_refused():
    code = POOL.criteria[0]
    exam = exam_of(POOL, blueprint=Blueprint((Bounds("criterion", code, 0, 1),)))
    with pytest.raises(InfeasibleBlueprint, match=f"criterion '{code}' has no room"):
        fold(exam, seed=1, responses=[("item-000", 1), ("item-010", 1)])


def test_starts_that_make_no_sense_are_refused():
    for seed in (-4, 1.5, float("nan"), "a", True, None):
        with pytest.raises(InvalidSetting, match=f"seed must be a whole number, 0 or more, not {seed!r}"):
            start(EXAM, seed=seed)
    assert start(EXAM, seed=np.int64(3)).next_item == start(EXAM, seed=3).next_item
    with pytest.raises(UnknownItem, match="'nowhere'"):
        start(EXAM, seed=1, ineligible=["nowhere"])
