"""Writes what items declare and how their answers are scored, in operators that every program knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from itembank.exchange.qti.names import Version
from itembank.exchange.qti.tree import Node

RESPONSE = "RESPONSE"
FEEDBACK = "FEEDBACK"
#: Names the feedback that is shown whatever was answered.
RATIONALE = "RATIONALE"


def response(
    identifier: str, cardinality: str, base_type: str, correct: Sequence[str], points: Mapping[str, int] | None = None
) -> Node:
    """Declare a response variable.

    Args:
        identifier: Its name.
        cardinality: ``single``, ``multiple`` or ``ordered``.
        base_type: The type of its values.
        correct: The right values; none where people mark.
        points: What each value brings, where values count one by one.
    """
    node = Node("responseDeclaration", {"identifier": identifier, "cardinality": cardinality, "baseType": base_type})
    if correct:
        node.children.append(Node("correctResponse", {}, [Node("value", {}, [value]) for value in correct]))
    if points is not None:
        # Without a lower bound a wrong choice could cost points that other questions brought.
        bound = {"lowerBound": "0"} if any(value < 0 for value in points.values()) else {}
        letters = {"caseSensitive": "false"} if base_type == "string" else {}
        entries = [
            Node("mapEntry", {"mapKey": key, "mappedValue": str(value), **letters}) for key, value in points.items()
        ]
        node.children.append(Node("mapping", {**bound, "defaultValue": "0"}, list(entries)))
    return node


def outcomes(maximum: int, *, marked: bool, feedback: bool, version: Version) -> list[Node]:
    """Declare the outcome variables.

    Args:
        maximum: The most points.
        marked: Whether people give them.
        feedback: Whether rationales are shown.
        version: The version of the standard; the first one has no word for marking.
    """
    by_people = {"externalScored": "human"} if marked and version.number != "2.1" else {}
    zero = Node("defaultValue", {}, [Node("value", {}, ["0"])])
    most = Node("defaultValue", {}, [Node("value", {}, [str(maximum)])])
    attributes = {"identifier": "SCORE", "cardinality": "single", "baseType": "float", "normalMaximum": str(maximum)}
    found = [
        Node("outcomeDeclaration", {**attributes, **by_people}, [zero]),
        Node("outcomeDeclaration", {"identifier": "MAXSCORE", "cardinality": "single", "baseType": "float"}, [most]),
    ]
    if feedback:
        shown = {"identifier": FEEDBACK, "cardinality": "multiple", "baseType": "identifier"}
        found.append(Node("outcomeDeclaration", shown))
    return found


def template(name: str, version: Version) -> Node:
    """Score by one of the standard's own templates."""
    return Node("responseProcessing", {"template": version.templates.format(name)})


def processing(*rules: Node) -> Node:
    """Score by rules."""
    return Node("responseProcessing", {}, list(rules))


def all_right(names: Sequence[str]) -> Node:
    """Give 1 if every variable has its right value."""
    tests: list[Node | str] = [_matches(name) for name in names]
    test = tests[0] if len(tests) == 1 else Node("and", {}, tests)
    return _one_if(test)


def summed(names: Sequence[str]) -> Node:
    """Give the points of all variables together."""
    points: list[Node | str] = [Node("mapResponse", {"identifier": name}) for name in names]
    return _score(points[0] if len(points) == 1 else Node("sum", {}, points))


def within(tolerance: str, *, percent: bool) -> Node:
    """Give 1 for a number within a tolerance of the right one."""
    mode = {"toleranceMode": "relative" if percent else "absolute", "tolerance": f"{tolerance} {tolerance}"}
    test = Node("equal", mode, [Node("correct", {"identifier": RESPONSE}), _variable(RESPONSE)])
    return _one_if(test)


def followed(names: Sequence[str]) -> list[Node]:
    """Give a point for each entry that its right successor follows.

    Args:
        names: The entries in their right order.
    """
    return [
        _if(Node("and", {}, [_at(place, first), _at(place + 1, second)]), [_more()])
        for first, second in pairwise(names)
        for place in range(1, len(names))
    ]


def shown_feedback(*, of_choices: bool, whole: bool) -> Node:
    """Show the feedback of what was chosen, and that of the question as a whole."""
    parts: list[Node | str] = [_variable(RESPONSE)] if of_choices else []
    if whole:
        parts.append(Node("baseValue", {"baseType": "identifier"}, [RATIONALE]))
    return Node("setOutcomeValue", {"identifier": FEEDBACK}, [Node("multiple", {}, parts)])


def _matches(name: str) -> Node:
    return Node("match", {}, [_variable(name), Node("correct", {"identifier": name})])


def _one_if(test: Node | str) -> Node:
    return _if(test, [_score(_number(1))], [_score(_number(0))])


def _if(test: Node | str, then: Sequence[Node], otherwise: Sequence[Node] = ()) -> Node:
    branches: list[Node | str] = [Node("responseIf", {}, [test, *then])]
    if otherwise:
        branches.append(Node("responseElse", {}, list(otherwise)))
    return Node("responseCondition", {}, branches)


def _at(place: int, name: str) -> Node:
    entry = Node("index", {"n": str(place)}, [_variable(RESPONSE)])
    return Node("match", {}, [entry, Node("baseValue", {"baseType": "identifier"}, [name])])


def _more() -> Node:
    return _score(Node("sum", {}, [_variable("SCORE"), _number(1)]))


def _score(value: Node | str) -> Node:
    return Node("setOutcomeValue", {"identifier": "SCORE"}, [value])


def _variable(name: str) -> Node:
    return Node("variable", {"identifier": name})


def _number(value: int) -> Node:
    return Node("baseValue", {"baseType": "float"}, [str(value)])
