"""Blueprints that no solver settles in the time that a candidate waits: refused when the exam is designed."""

import numpy as np
import pytest

from engine.blueprints import integer_programme
from engine.blueprints.blueprint import Blueprint, Bounds, compile_blueprint
from engine.blueprints.integer_programme import heaviest_by_programme
from engine.blueprints.shadow_test import assemble
from engine.blueprints.solver_limits import AT_DESIGN, IN_A_SITTING, SolverFailed, SolverLimits, what_is_entangled
from engine.blueprints.trial_assembly import refuse_entangled
from engine.response_models import ItemParameters, ItemPool
from tests.engine.pools import exam_of

ONE = SolverLimits(subproblems=1, seconds=30.0, gaps=(0.0,))


def entangled_pool(items, *, share, kinds=()):
    """A pool of which any two items are enemies with the given probability."""
    draws = np.random.default_rng(items)
    pairs = [(a, b) for a in range(items) for b in range(a + 1, items) if draws.random() < share]
    slopes, places = draws.lognormal(0.1, 0.2, items), draws.normal(size=items)
    return ItemPool.from_items(
        [
            ItemParameters(
                f"i{item}",
                "2pl",
                float(slopes[item]),
                float(places[item]),
                unit="U",
                enemies=tuple(f"i{b}" for a, b in pairs if a == item),
                attributes=tuple((kind, "x" if item % 3 else "y") for kind in kinds),
            )
            for item in range(items)
        ]
    )


POOL = entangled_pool(80, share=0.15)
LENGTH = 20
TREE = compile_blueprint(Blueprint(), POOL)
WEIGHTS = POOL.information([0.0])[:, 0]


def test_an_exam_that_takes_too_long_to_settle_is_refused_with_what_is_entangled(monkeypatch):
    monkeypatch.setattr("engine.blueprints.trial_assembly.AT_DESIGN", ONE)
    with pytest.raises(
        SolverFailed, match=r"within 1 subproblems .* entangled: \d+ pairs of enemies among 80 items"
    ) as e:
        exam_of(POOL, blueprint=Blueprint(), minimum_length=10, maximum_length=LENGTH, cut_score=0.0)
    assert "(i0 and i" in str(e.value)
    assert e.value.code == "solver_failed"


def test_what_is_entangled_names_testlets_and_bounds_too():
    pool = entangled_pool(12, share=0.1, kinds=("kind",))
    tree = compile_blueprint(Blueprint((Bounds("attribute", "x", 1, attribute="kind"),)), pool)
    assert what_is_entangled(tree).endswith("and the bounds on kind 'x'")


def test_in_a_sitting_a_test_near_the_heaviest_takes_its_place_and_the_same_one_again():
    options = {"length": LENGTH, "administered": [0]}
    with pytest.raises(SolverFailed, match="was not solved within 1 subproblems"):
        heaviest_by_programme(TREE, WEIGHTS, **options, limits=ONE)
    loose = SolverLimits(subproblems=1, seconds=30.0, gaps=(0.0, 1e9))
    found = heaviest_by_programme(TREE, WEIGHTS, **options, limits=loose)
    assert len(found) == LENGTH
    assert 0 in found
    assert all(found.isdisjoint(TREE.enemies.get(item, ())) for item in found)
    assert heaviest_by_programme(TREE, WEIGHTS, **options, limits=loose) == found


def test_a_clock_that_strikes_gives_an_error_and_never_another_test(monkeypatch):
    real = integer_programme.milp

    def out_of_time(*arguments, **options):
        result = real(*arguments, **options)
        result.status, result.message = 1, "time limit"
        return result

    monkeypatch.setattr(integer_programme, "milp", out_of_time)
    with pytest.raises(SolverFailed, match="was not solved within 30 subproblems and 20 seconds"):
        heaviest_by_programme(TREE, WEIGHTS, length=12)


def test_sittings_have_more_room_than_the_trial_at_design_and_ordinary_exams_pass_it():
    assert IN_A_SITTING.subproblems >= 2 * AT_DESIGN.subproblems
    refuse_entangled(TREE, WEIGHTS, lengths=(5, 12))
    assert len(assemble(TREE, WEIGHTS, length=12)) == 12
    refuse_entangled(compile_blueprint(Blueprint(), POOL), np.zeros(80), lengths=(5, 5))
