import pytest

from engine.blueprints.blueprint import Blueprint, Bounds, compile_blueprint
from engine.blueprints.feasibility import check_blueprint, shortfalls
from engine.errors import InfeasibleBlueprint, InvalidBlueprint
from engine.response_models import ItemParameters, ItemPool
from tests.engine.pools import pool_of


def pool_in(*places):
    """Items at places written as unit/element/criterion."""
    return ItemPool.from_items(
        [
            ItemParameters(f"i{index}", "rasch", 1.0, 0.0, *[*place.split("/"), "", ""][:3])
            for index, place in enumerate(places)
        ]
    )


POOL = pool_in("U/E1/C1", "U/E1/C1", "U/E1/C2", "U/E2/C3", "U/E2/C3", "U/E2", "U")


def test_the_tree_follows_the_standard_with_parents_before_children():
    tree = compile_blueprint(Blueprint((Bounds("element", "E1", 1, 2), Bounds("exam", "whole", 2))), POOL)
    named = dict(zip(tree.codes, range(len(tree.codes)), strict=True))
    assert tree.codes[0] == ""
    assert [tree.codes[tree.parents[named[code]]] for code in ("U", "E1", "C1", "C3")] == ["", "U", "E1", "E2"]
    assert all(parent < group for group, parent in enumerate(tree.parents))
    assert [tree.sizes[named[code]] for code in ("", "U", "E1", "E2", "C3")] == [7, 7, 3, 3, 2]
    assert (tree.minima[0], tree.minima[named["E1"]], tree.maxima[named["E1"]]) == (2, 1, 2)
    assert tree.capacity[named["U"]] == 6
    assert tree.count([0, 5, 6]) == [3, 3, 1, 1, 0, 1, 0]


def test_violations_name_every_broken_bound():
    tree = compile_blueprint(Blueprint((Bounds("criterion", "C3", 1), Bounds("element", "E1", 0, 1))), POOL)
    assert tree.violations([3]) == ()
    assert tree.violations([0, 2]) == ("element 'E1' has 2 items, not 0 to 1", "criterion 'C3' has 0 items, not 1 to 2")


@pytest.mark.parametrize(
    ("bounds", "lengths", "message"),
    [
        ([Bounds("criterion", "C1", 4)], (5, 6), "criterion 'C1' requires 4 items but the bank has 2: 2 more needed"),
        (
            [Bounds("element", "E1", 0, 1), Bounds("criterion", "C1", 1), Bounds("criterion", "C2", 1)],
            (5, 6),
            "element 'E1' allows at most 1 items but the minima within it require 2",
        ),
        (
            [Bounds("element", "E2", 3), Bounds("criterion", "C3", 0, 1)],
            (5, 6),
            "element 'E2' requires 3 items but the maxima within it let in only 2",
        ),
        ([Bounds("criterion", "C1", 2), Bounds("element", "E2", 2)], (3, 6), "minima require 4 items but the shortest"),
        ([], (3, 9), "longest test has 9 items but the bank has only 7: 2 more needed"),
        ([Bounds("unit", "U", 0, 5)], (3, 6), "longest test has 6 items but the maxima let in only 5"),
        ([Bounds("exam", "", 6)], (5, 6), "minima require 6 items but the shortest test has 5"),
        ([Bounds("exam", "", 0, 4)], (3, 5), "maxima let in only 4"),
        ([], (0, 3), "lengths must be 1 or more and not reversed, not 0 to 3"),
        ([], (4, 3), "not 4 to 3"),
    ],
)
def test_an_impossible_blueprint_is_refused_with_the_constraint_and_what_is_lacking(bounds, lengths, message):
    with pytest.raises(InfeasibleBlueprint, match=message):
        check_blueprint(Blueprint(tuple(bounds)), POOL, lengths=lengths)


def test_every_lack_is_told_at_once_and_as_numbers():
    blueprint = Blueprint((Bounds("criterion", "C1", 3), Bounds("criterion", "C3", 5), Bounds("unit", "U", 2)))
    found = shortfalls(compile_blueprint(blueprint, POOL), lengths=(5, 7))
    assert [(lack.level, lack.code, lack.required, lack.available) for lack in found] == [
        ("criterion", "C3", 5, 2),
        ("criterion", "C1", 3, 2),
    ]
    with pytest.raises(InfeasibleBlueprint, match=r"'C3' requires 5 .*; criterion 'C1' requires 3"):
        check_blueprint(blueprint, POOL, lengths=(5, 7))


def test_an_inner_conflict_is_not_repeated_for_the_groups_around_it():
    blueprint = Blueprint((Bounds("criterion", "C2", 5), Bounds("element", "E1", 5, 6)))
    assert [lack.code for lack in shortfalls(compile_blueprint(blueprint, POOL), lengths=(5, 7))] == ["C2"]


def test_a_code_that_no_item_has_is_refused_by_name():
    with pytest.raises(InvalidBlueprint, match=r"no item of criterion 'C9', unit 'V'"):
        compile_blueprint(Blueprint((Bounds("criterion", "C9", 1), Bounds("unit", "V", 1))), POOL)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"level": "chapter"}, "level must be one of exam, unit, element, criterion, attribute, time, not 'chapter'"),
        ({"minimum": -1}, "criterion 'C1': minimum must be 0 or more, not -1"),
        ({"minimum": 3, "maximum": 2}, "maximum 2 is below its minimum 3"),
    ],
)
def test_bounds_that_contradict_themselves_are_refused(options, message):
    with pytest.raises(InvalidBlueprint, match=message):
        Bounds(**({"level": "criterion", "code": "C1"} | options))


def test_a_part_is_bounded_once():
    with pytest.raises(InvalidBlueprint, match="criterion 'C1' has bounds more than once"):
        Blueprint((Bounds("criterion", "C1", 1), Bounds("criterion", "C1", 2)))
    with pytest.raises(InvalidBlueprint, match="exam 'b' has bounds more than once"):
        Blueprint((Bounds("exam", "a", 1), Bounds("exam", "b", 2)))


def test_a_feasible_blueprint_returns_its_tree():
    pool = pool_of(40)
    tree = check_blueprint(Blueprint((Bounds("unit", "U", 10),)), pool, lengths=(10, 40))
    assert tree.is_consistent
    assert tree.required[0] == 10


def test_mutual_enemies_of_one_criterion_are_a_group_within_it_and_others_stay_apart():
    pool = ItemPool.from_items(
        [
            ItemParameters(name, "rasch", 1.0, 0.0, criterion=code, enemies=tuple(enemies))
            for name, code, enemies in [
                ("a", "C1", "bc"),
                ("b", "C1", "c"),
                ("c", "C1", ""),
                ("d", "C1", "e"),
                ("e", "C2", ""),
            ]
        ]
    )
    tree = compile_blueprint(Blueprint((Bounds("criterion", "C1", 1),)), pool)
    group = tree.group_of_item[0]
    assert (tree.levels[group], tree.codes[group], tree.maxima[group]) == ("enemies", "a; b; c", 1)
    assert tree.codes[tree.parents[group]] == "C1"
    assert tree.capacity[tree.parents[group]] == 2
    assert tree.enemies == {3: frozenset({4}), 4: frozenset({3})}
    assert tree.violations([0, 1, 3, 4]) == (
        "enemies 'a; b; c' has 2 items, not 0 to 1",
        "items 'd' and 'e' are enemies",
    )
