"""Blueprints that enemies or bounds across the groups make impossible, and what is said of them."""

from dataclasses import replace

import pytest

from engine.blueprints.blueprint import Blueprint, Bounds
from engine.blueprints.feasibility import check_blueprint, shortfalls
from engine.blueprints.integer_programme import SolverFailed
from engine.blueprints.shadow_test import is_feasible
from engine.design import ExamDesign, prepare_exam
from engine.errors import InfeasibleBlueprint, InvalidBlueprint
from engine.response_models import ItemParameters, ItemPool
from tests.engine.shadow_instances import random_instance


def item(item_id, criterion, enemies="", kind="x", seconds=60.0):
    return ItemParameters(
        item_id,
        "2pl",
        1.0,
        0.0,
        criterion=criterion,
        enemies=tuple(enemies),
        attributes=(("kind", kind),),
        expected_seconds=seconds,
    )


ITEMS = [
    item("a", "C1", "b"),
    item("b", "C2"),
    item("c", "C3", "de", kind="y", seconds=90.0),
    item("d", "C3", "e", kind="y", seconds=100.0),
    item("e", "C3", seconds=30.0),
    item("f", "C2", kind="y", seconds=50.0),
]
POOL = ItemPool.from_items(ITEMS)
CALM = ItemPool.from_items([item(row.item_id, row.criterion, "", *row.attributes[0][1:]) for row in ITEMS])


def kind(code, minimum=0, maximum=None):
    return Bounds("attribute", code, minimum, maximum, attribute="kind")


@pytest.mark.parametrize(
    ("bounds", "lengths", "message"),
    [
        (
            [Bounds("criterion", "C3", 2)],
            (2, 3),
            r"'C3' requires 2 items but the maxima and the enemies within it \(c; d; e\) let in only 1: 1 more needed",
        ),
        ([], (2, 5), "longest test has 5 items but the maxima and the enemies let in only 4"),
        (
            [Bounds("criterion", "C1", 1), Bounds("criterion", "C2", 2)],
            (3, 3),
            r"'C[12]' requires [12] items but the other bounds and enemies \([ab] and [ab]\) let in only [01]: 1 more",
        ),
        (
            [Bounds("criterion", "C1", 1), Bounds("criterion", "C2", 0, 1), kind("x", 3)],
            (3, 3),
            r"kind 'x' must be 3 at least but is 2 at best beside the other bounds and enemies: 1 more needed",
        ),
        (
            [Bounds("criterion", "C1", 1), kind("x", 0, 1), kind("y", 0, 1)],
            (3, 3),
            r"longest test has 3 items but the other bounds and enemies \(a and b\) let in only 2: 1 more needed",
        ),
        (
            [kind("x", 2), kind("y", 1)],
            (2, 3),
            "shortest test has 2 items but the other bounds and enemies .* require 3",
        ),
        ([Bounds("time", "", 0, 120)], (2, 3), "time in seconds must be 120 at most but is 140 at best .*20 fewer"),
    ],
)
def test_the_bound_in_the_way_is_named_with_what_is_lacking(bounds, lengths, message):
    with pytest.raises(InfeasibleBlueprint, match=message):
        check_blueprint(Blueprint(tuple(bounds)), POOL, lengths=lengths)


def tied(rows, *testlets):
    """The pool of some rows with testlets of these items."""
    code_of = {item_id: f"T{number}" for number, members in enumerate(testlets) for item_id in members}
    return ItemPool.from_items([replace(row, testlet=code_of.get(row.item_id, "")) for row in rows])


@pytest.mark.parametrize(
    ("testlets", "bounds", "lengths", "message"),
    [
        (
            ["abc", "def"],
            [],
            (3, 4),
            r"longest test has 4 items but .*, enemies and whole testlets .* \(testlets of a, d\) let in only 3",
        ),
        (
            ["ad"],
            [Bounds("criterion", "C1", 1), Bounds("criterion", "C3", 0, 0)],
            (2, 2),
            r"'C3' allows at most 0 items but the other bounds, .* require 1|'C1' requires 1 items but the other",
        ),
        (["ab", "cd"], [kind("x", 1, 1)], (2, 3), "whole testlets"),
    ],
)
def test_testlets_in_the_way_are_named(testlets, bounds, lengths, message):
    rows = [replace(row, enemies=("f",) if row.item_id == "a" else ()) for row in ITEMS]
    with pytest.raises(InfeasibleBlueprint, match=message):
        check_blueprint(Blueprint(tuple(bounds)), tied(rows, *testlets), lengths=lengths)


def test_testlets_alone_are_blamed_where_there_are_no_enemies():
    rows = [ItemParameters(f"i{n}", "rasch", difficulty=0.0) for n in range(10)]
    pairs = [(f"i{n}", f"i{n + 1}") for n in range(0, 10, 2)]
    with pytest.raises(
        InfeasibleBlueprint,
        match=r"^the shortest test has 3 items but the other bounds and whole testlets "
        r"\(testlets of i0, i2, i4, …\) require 4$",
    ):
        check_blueprint(Blueprint(), tied(rows, *pairs), lengths=(3, 4))
    assert check_blueprint(Blueprint(), tied(rows, *pairs), lengths=(2, 4)).testlets[0] == (0, 1)


def test_without_enemies_none_are_blamed():
    bounds = (kind("x", 4), Bounds("criterion", "C3", 2))
    with pytest.raises(InfeasibleBlueprint, match="is 3 at best beside the other bounds: 1 more needed"):
        check_blueprint(Blueprint(bounds), CALM, lengths=(4, 4))
    maximum = (Bounds("criterion", "C1", 0, 0), Bounds("criterion", "C2", 0, 1), kind("x", 3))
    with pytest.raises(InfeasibleBlueprint, match="kind 'x' must be 3 at least but is 2 at best"):
        check_blueprint(Blueprint(maximum), CALM, lengths=(3, 4))


def test_a_maximum_is_named_where_it_alone_stands_in_the_way_of_several_minima():
    names = ("kind", "sort", "type")
    marked = [
        ItemParameters(f"m{n}", "rasch", 1.0, 0.0, criterion="C1", attributes=tuple((name, "x") for name in names))
        for n in range(4)
    ]
    minima = [Bounds("attribute", "x", 3, attribute=name) for name in names]
    blueprint = Blueprint((Bounds("criterion", "C1", 0, 2), *minima))
    pool = ItemPool.from_items([*marked, *(ItemParameters(f"o{n}", "rasch", 1.0, 0.0) for n in range(4))])
    with pytest.raises(
        InfeasibleBlueprint, match="criterion 'C1' allows at most 2 items but the other bounds require 3"
    ):
        check_blueprint(blueprint, pool, lengths=(4, 5))


@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        ([kind("z", 1)], "no item of attribute kind 'z', which the blueprint bounds"),
        ([Bounds("attribute", "x", 1, attribute="sort")], "no item of attribute sort 'x'"),
    ],
)
def test_unknown_attributes_are_refused_by_name(bounds, message):
    with pytest.raises(InvalidBlueprint, match=message):
        check_blueprint(Blueprint(tuple(bounds)), POOL, lengths=(2, 3))


def test_time_needs_items_that_say_how_long_they_take():
    pool = ItemPool.from_items([*ITEMS, ItemParameters("g", "rasch", 1.0, 0.0)])
    with pytest.raises(InvalidBlueprint, match="1 items have none, the first of them 'g'"):
        check_blueprint(Blueprint((Bounds("time", "", 0, 300),)), pool, lengths=(2, 3))


def test_attribute_and_name_belong_together():
    with pytest.raises(InvalidBlueprint, match="belongs to level 'attribute' and is needed there, not ''"):
        Bounds("attribute", "x", 1)
    with pytest.raises(InvalidBlueprint, match="not 'kind'"):
        Bounds("unit", "x", 1, attribute="kind")
    with pytest.raises(InvalidBlueprint, match="kind 'x' has bounds more than once"):
        Blueprint((kind("x", 1), kind("x", 2)))
    with pytest.raises(InvalidBlueprint, match="time 'b' has bounds more than once"):
        Blueprint((Bounds("time", "a", 1), Bounds("time", "b", 2)))


def test_an_impossible_design_is_refused_before_any_sitting():
    design = ExamDesign(
        blueprint=Blueprint((Bounds("criterion", "C1", 1), Bounds("criterion", "C2", 2))),
        minimum_length=3,
        maximum_length=4,
    )
    with pytest.raises(InfeasibleBlueprint, match="let in only"):
        prepare_exam(design, POOL)


def test_something_is_missing_exactly_where_no_test_exists():
    verdicts = set()
    for seed in range(120):
        instance = random_instance(seed, items=20, enemies="both", crossing=seed % 2 == 0, testlets=seed % 3 == 0)
        lengths = (max(instance.length - 3, 1), instance.length)
        missing = shortfalls(instance.tree, lengths=lengths)
        possible = is_feasible(instance.tree, length=lengths[0], extends_to=lengths[1])
        assert bool(missing) != possible, f"instance {seed}"
        assert all(lack.required != lack.available for lack in missing), f"instance {seed}"
        verdicts.add(possible)
    assert verdicts == {True, False}


def test_a_solver_that_gives_up_says_so(monkeypatch):
    def give_up(*_arguments, **_options):
        return type("Result", (), {"x": None, "status": 4, "message": "numbers"})()

    monkeypatch.setattr("engine.blueprints.integer_programme.milp", give_up)
    monkeypatch.setattr("engine.blueprints.shortage_programme.milp", give_up)
    instance = random_instance(3, crossing=True)
    with pytest.raises(
        SolverFailed, match=r"was not solved within 30 subproblems and 20 seconds; what is entangled: the bounds on"
    ):
        is_feasible(instance.tree, length=instance.length)
    monkeypatch.setattr("engine.blueprints.feasibility.is_feasible", lambda *_tree, **_options: False)
    with pytest.raises(
        SolverFailed, match=r"what the bank lacks could not be found out .*; what is entangled: 1 pairs of enemies"
    ):
        check_blueprint(Blueprint((kind("x", 1),)), POOL, lengths=(2, 3))
