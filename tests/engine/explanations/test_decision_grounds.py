import json
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.ability.ability_grid import mean_and_sd, probability_above
from engine.blueprints.blueprint import Blueprint, Bounds
from engine.blueprints.shadow_test import assemble
from engine.response_models import ItemPool
from engine.sittings.sitting import finish, fold, last_effect, record, start
from tests.engine.pools import exam_of, pool_of

POOL = pool_of(24, criteria=6, elements=2)
CODES = sorted(set(POOL.criteria))


def first_steps(exam, *, seed, answers, ineligible=()):
    states = [start(exam, seed=seed, ineligible=ineligible)]
    for answer in answers:
        item_id = exam.pool.item_ids[states[-1].next_item]
        states.append(record(exam, states[-1], item_id=item_id, response=answer))
    return states


def test_the_record_tells_what_the_last_answer_changed():
    exam = exam_of(pool_of(60), randomesque=3)
    states = first_steps(exam, seed=2, answers=[1, 0, 1, 1, 0])
    assert states[0].decision.grounds.last_answer is None
    for before, after in pairwise(states):
        last = after.decision.grounds.last_answer
        theta, standard_error = mean_and_sd(exam.grid.nodes, before.posterior)
        assert last.item_id == before.decision.item_id
        assert (last.response, last.highest) == (after.responses[-1], 1)
        assert last.before.theta == pytest.approx(theta, abs=1e-9)
        assert last.before.standard_error == pytest.approx(standard_error, abs=1e-9)
        passing = probability_above(exam.above_cut, before.posterior)
        assert last.before.probability_competent == pytest.approx(passing, abs=1e-9)


def test_the_answer_that_ends_a_sitting_leaves_its_effect_too():
    exam = exam_of(pool_of(60), stop_rule="length", minimum_length=10, maximum_length=10)
    states = first_steps(exam, seed=2, answers=[1, 0] * 5)
    assert states[-1].finished
    assert last_effect(exam, states[0]) is None
    for before, after in pairwise(states):
        effect = last_effect(exam, after)
        theta, standard_error = mean_and_sd(exam.grid.nodes, after.posterior)
        passing = probability_above(exam.above_cut, after.posterior)
        assert effect.answer.item_id == before.decision.item_id
        assert effect.answer.before.theta == pytest.approx(before.decision.theta, abs=1e-9)
        assert (effect.after.theta, effect.after.standard_error) == (theta, standard_error)
        assert effect.after.probability_competent == passing
    document = effect.to_dict()
    assert json.loads(json.dumps(document)) == document
    assert document.keys() == {"item_id", "response", "highest", "before", "after"}
    assert document["after"]["theta"] == round(theta, 12)
    ended = finish(exam, states[4], reason="candidate_ended")
    assert last_effect(exam, ended) == last_effect(exam, states[4])


def test_the_record_tells_weight_rank_and_draw():
    exam = exam_of(pool_of(60), randomesque=4)
    for state in first_steps(exam, seed=8, answers=[1, 0, 1]):
        decision, grounds = state.decision, state.decision.grounds
        assert decision.candidates[grounds.rank - 1] == (decision.item_id, grounds.weight)
        assert (grounds.drawn_from, grounds.cut_score) == (4, -0.3)
        assert grounds.considered == decision.planned_length - len(state.responses)
        assert grounds.rank == int(decision.random_draw * 4) + 1


def total_weight(pool, bounds, weights, state, length):
    exam = exam_of(pool, blueprint=Blueprint(bounds), minimum_length=length, maximum_length=length)
    chosen = assemble(exam.tree, weights, length=length, administered=state.administered)
    return weights[chosen].sum()


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["minimum", "maximum"]),
    st.lists(st.integers(0, 3), min_size=6, max_size=6),
    st.lists(st.integers(0, 1), max_size=5),
    st.integers(0, 999),
)
def test_without_the_bound_that_is_named_a_heavier_test_is_possible(side, limits, answers, seed):
    pool = pool_of(24, criteria=6, elements=2, seed=seed)
    codes = sorted(set(pool.criteria))
    bounds = tuple(
        Bounds("criterion", code, limit if side == "minimum" else 0, None if side == "minimum" else limit + 1)
        for code, limit in zip(codes, limits, strict=True)
    )
    length = 12 if side == "minimum" else 6
    if sum(limits) > length or (side == "maximum" and sum(limit + 1 for limit in limits) < length):
        return
    exam = exam_of(pool, blueprint=Blueprint(bounds), stop_rule="length", minimum_length=length, maximum_length=length)
    state = first_steps(exam, seed=1, answers=answers[: length - 1])[-1]
    shadow = assemble(exam.tree, exam.information_at_cut, length=length, administered=state.administered)
    free = shadow[len(state.administered) :]
    heaviest = max(
        (item for item in range(24) if item not in state.administered), key=lambda item: exam.information_at_cut[item]
    )
    kept_out = state.decision.grounds.kept_out
    if kept_out is None:
        assert exam.information_at_cut[heaviest] == exam.information_at_cut[free].max()
        return
    assert kept_out.item_id == pool.item_ids[heaviest]
    assert (kept_out.constraint, kept_out.level) == (side, "criterion")
    place = codes.index(kept_out.code)
    assert kept_out.limit == (bounds[place].minimum if side == "minimum" else bounds[place].maximum)
    relaxed = bounds[:place] + bounds[place + 1 :]
    weights = exam.information_at_cut
    assert total_weight(pool, relaxed, weights, state, length) > weights[shadow].sum()


def test_an_item_held_back_by_exposure_control_is_named():
    exam = exam_of(POOL, blueprint=Blueprint(), minimum_length=4, maximum_length=8)
    favourite = POOL.item_ids[int(np.argmax(exam.information_at_cut))]
    state = start(exam, seed=1, ineligible=[favourite])
    kept_out = state.decision.grounds.kept_out
    assert (kept_out.item_id, kept_out.constraint, kept_out.code, kept_out.limit) == (favourite, "exposure", "", None)


def with_enemies(*sets, **columns):
    return ItemPool(
        POOL.item_ids, POOL.discrimination, POOL.difficulty, POOL.units, POOL.elements, POOL.criteria, sets, **columns
    )


@pytest.mark.parametrize("within", [True, False])
def test_an_enemy_is_named_within_a_criterion_and_across(within):
    order = np.argsort(-POOL.information([-0.3])[:, 0]).tolist()
    best = order[0]
    enemy = next(item for item in order[1:] if (POOL.criteria[item] == POOL.criteria[best]) == within)
    pool = with_enemies((best, enemy))
    exam = exam_of(pool, blueprint=Blueprint(), minimum_length=4, maximum_length=8)
    state = fold(exam, seed=1, responses=[(pool.item_ids[enemy], 1)])
    kept_out = state.decision.grounds.kept_out
    assert (kept_out.item_id, kept_out.constraint) == (pool.item_ids[best], "enemy")
    assert pool.item_ids[enemy] in kept_out.code


def test_a_bound_across_the_groups_is_another_constraint():
    best = int(np.argmax(POOL.information([-0.3])[:, 0]))
    kinds = tuple("rare" if item == best else "usual" for item in range(24))
    bounds = Blueprint((Bounds("attribute", "rare", 0, 0, attribute="kind"),))
    exam = exam_of(with_enemies(attributes={"kind": kinds}), blueprint=bounds, minimum_length=4, maximum_length=8)
    kept_out = start(exam, seed=1).decision.grounds.kept_out
    assert (kept_out.item_id, kept_out.constraint) == (POOL.item_ids[best], "other")


def test_the_document_is_plain_rounded_and_only_adds_to_what_was_recorded_before():
    decision = first_steps(exam_of(pool_of(60)), seed=2, answers=[1])[-1].decision
    document = decision.to_dict()
    assert json.loads(json.dumps(document)) == document
    before = ("position", "planned_length", "theta", "standard_error", "probability_competent", "rule")
    assert {*before, "candidates", "item_id", "random_draw", "ineligible"} < document.keys()
    assert document["last_answer"]["before"]["theta"] == 0
    assert len(repr(document["weight"]).partition(".")[2]) <= 12
