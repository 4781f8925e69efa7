"""Runs an item's response processing on an answer, to find out which answers bring which points."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal

from itembank.exchange.qti.declarations import Declarations, Response
from itembank.exchange.qti.operators import apply_operator
from itembank.exchange.qti.tree import Node
from itembank.exchange.qti.values import UnsupportedProcessing, Value, read_decimal, read_scalar
from itembank.exchange.trial_steps import TakesLong, somebody_waits, steps_left

#: Steps that trying out one item may take, some two seconds; beyond, the processing is refused and not waited for.
MOST_STEPS = 500_000
SCORE = "SCORE"
MAXSCORE = "MAXSCORE"
_SETTING = ("setOutcomeValue", "lookupOutcomeValue")


@dataclass(slots=True)
class Budget:
    """How many steps are left for all items of a package."""

    left: int = field(default_factory=steps_left)


class TooManySteps(Exception):
    """A package is made to keep a server busy."""


class Processing:
    """The response processing of one item."""

    def __init__(self, item: Node, declarations: Declarations, *, budget: Budget) -> None:
        self.declarations = declarations
        self.budget = budget
        self.rules = _rules(item, declarations)
        self._steps = 0

    @property
    def scores(self) -> bool:
        """Whether anything sets points at all."""
        return bool(self.rules) and self.score_name is not None

    @property
    def score_name(self) -> str | None:
        """The outcome variable that holds the points: the one that the rules set.

        Raises:
            UnsupportedProcessing: They set several, none of which has the standard's own name.
        """
        found = {node.get("identifier") for rule in self.rules for node in rule.all(_SETTING)}
        if SCORE in found:
            return SCORE
        outcomes = self.declarations.outcomes
        numeric = sorted(
            name
            for name in found
            if name != MAXSCORE and (name not in outcomes or outcomes[name].base_type in ("float", "integer"))
        )
        if len(numeric) > 1:
            raise UnsupportedProcessing("SCORE", f"rules that set {', '.join(numeric)[:80]}; any might be the points")
        return numeric[0] if numeric else None

    def outcomes(self, responses: Mapping[str, Value | None]) -> dict[str, Value | None]:
        """Give all outcomes for an answer.

        Raises:
            UnsupportedProcessing: It uses what is not run here.
        """
        run = _Run(self, responses)
        try:
            with suppress(_Left):
                run.all(self.rules)
        except ValueError:
            raise UnsupportedProcessing("responseProcessing", "a rule without its parts") from None
        return run.outcomes

    def points(self, responses: Mapping[str, Value | None]) -> Decimal:
        """Give the points for an answer; none set are none given.

        Raises:
            UnsupportedProcessing: It uses what is not run here, or the points are no number.
        """
        value = self.outcomes(responses).get(self.score_name or SCORE)
        if value is None:
            return Decimal(0)
        if not isinstance(value.single, Decimal):
            raise UnsupportedProcessing("SCORE", "no number")
        return value.single

    def number(self, expression: Node, responses: Mapping[str, Value | None]) -> Decimal:
        """Give what an expression comes to for an answer, before any rule was run.

        Raises:
            UnsupportedProcessing: It is no number, or uses what is not run here.
        """
        value = _Run(self, responses).value(expression)
        if value is None or not isinstance(value.single, Decimal):
            raise UnsupportedProcessing(expression.name, "no number")
        return value.single

    def step(self) -> None:
        """Count a step.

        Raises:
            UnsupportedProcessing: There were too many.
            TooManySteps: There were too many in all items together.
            TakesLong: There were too many for a sender who waits.
        """
        self._steps += 1
        self.budget.left -= 1
        if self.budget.left < 0:
            raise TakesLong if somebody_waits() else TooManySteps
        if self._steps > MOST_STEPS:
            raise UnsupportedProcessing("responseProcessing", "too long to try out")


class _Left(Exception):
    """The processing ended where its author ended it."""


class _Run:
    """One run: what was answered and the outcomes so far."""

    def __init__(self, processing: Processing, responses: Mapping[str, Value | None]) -> None:
        self.processing = processing
        self.declarations = processing.declarations
        self.responses = responses
        self.outcomes = {
            name: _beginning(one.default, one.base_type, one.cardinality)
            for name, one in self.declarations.outcomes.items()
        }

    def all(self, rules: list[Node]) -> None:
        for rule in rules:
            self.rule(rule)

    def rule(self, rule: Node) -> None:
        self.processing.step()
        match rule.name:
            case "responseCondition":
                self.condition(rule)
            case "setOutcomeValue":
                (operand,) = rule.elements or [Node("null")]
                self.outcomes[rule.get("identifier")] = self.value(operand)
            case "lookupOutcomeValue":
                self.outcomes[rule.get("identifier")] = self.looked_up(rule)
            case "responseProcessingFragment":
                self.all(rule.elements)
            case "exitResponse":
                raise _Left
            case _:
                raise UnsupportedProcessing(rule.name, "this rule is not run here")

    def condition(self, rule: Node) -> None:
        for branch in rule.elements:
            if branch.name == "responseElse":
                self.all(branch.elements)
                return
            test, *rules = branch.elements
            value = self.value(test)
            if value is not None and value.single is True:
                self.all(rules)
                return

    def value(self, node: Node) -> Value | None:
        self.processing.step()
        name = node.get("identifier")
        match node.name:
            case "baseValue":
                return Value((read_scalar(node.text, node.get("baseType", "identifier")),))
            case "variable":
                return self.variable(name)
            case "correct":
                return self.response(name).correct
            case "default":
                outcome = self.declarations.outcomes.get(name)
                return outcome.default if outcome else None
            case "mapResponse":
                return self.mapped(name)
        return apply_operator(node, [self.value(operand) for operand in node.elements])

    def variable(self, name: str) -> Value | None:
        if name in self.outcomes:
            return self.outcomes[name]
        if name == "completionStatus" or name in ("numAttempts", "duration"):
            raise UnsupportedProcessing("variable", f"{name}: the score would depend on more than the answer")
        self.response(name)
        return self.responses.get(name)

    def response(self, name: str) -> Response:
        found = self.declarations.responses.get(name)
        if found is None:
            raise UnsupportedProcessing("variable", f"{name} is not declared")
        return found

    def mapped(self, name: str) -> Value:
        mapped = self.response(name).mapped
        if mapped is None:
            raise UnsupportedProcessing("mapResponse", f"{name} has no mapping")
        return Value((mapped.points(self.responses.get(name)),))

    def looked_up(self, rule: Node) -> Value | None:
        outcome = self.declarations.outcomes.get(rule.get("identifier"))
        (operand,) = rule.elements or [Node("null")]
        value = self.value(operand)
        if outcome is None or outcome.table is None:
            raise UnsupportedProcessing("lookupOutcomeValue", "there is no table")
        if value is None or not isinstance(value.single, Decimal):
            return None
        for entry in outcome.table.named("matchTableEntry", "interpolationTableEntry"):
            if _is_entry(entry, value.single):
                return Value((read_scalar(entry.get("targetValue"), outcome.base_type),))
        left = outcome.table.get("defaultValue")
        return Value((read_scalar(left, outcome.base_type),)) if left else None


def _is_entry(entry: Node, value: Decimal) -> bool:
    source = read_decimal(entry.get("sourceValue"))
    if entry.name == "matchTableEntry":
        return value == source
    return value > source or (value == source and entry.get("includeBoundary", "true") == "true")


def _beginning(default: Value | None, base_type: str, cardinality: str) -> Value | None:
    if default is None and cardinality == "single" and base_type in ("float", "integer"):
        return Value((Decimal(0),))
    return default


def _rules(item: Node, declarations: Declarations) -> list[Node]:
    processing = item.child("responseProcessing")
    if processing is None:
        return []
    address = processing.get("template") or processing.get("templateLocation")
    if processing.elements or not address:
        return processing.elements
    name = address.rstrip("/").rpartition("/")[2].removesuffix(".xml")
    if name not in _TEMPLATES:
        raise UnsupportedProcessing("responseProcessing template", name)
    if "RESPONSE" not in declarations.responses:
        raise UnsupportedProcessing("responseProcessing template", f"{name} scores RESPONSE, which is not declared")
    return _TEMPLATES[name]


def _set(name: str, value: Node) -> Node:
    return Node("setOutcomeValue", {"identifier": name}, [value])


def _base(base_type: str, text: str) -> Node:
    return Node("baseValue", {"baseType": base_type}, [text])


def _variable(name: str) -> Node:
    return Node("variable", {"identifier": name})


def _when_right(right: list[Node], wrong: list[Node]) -> Node:
    matches = Node("match", {}, [_variable("RESPONSE"), Node("correct", {"identifier": "RESPONSE"})])
    return Node(
        "responseCondition", {}, [Node("responseIf", {}, [matches, *right]), Node("responseElse", {}, [*wrong])]
    )


_NOTHING = _set(SCORE, _base("float", "0"))
_RIGHT = _set(SCORE, _base("float", "1"))
_MOST = _set(SCORE, _variable("MAXSCORE"))
_POINTS = _set(SCORE, Node("mapResponse", {"identifier": "RESPONSE"}))
_IS_RIGHT = _set("FEEDBACKBASIC", _base("identifier", "correct"))
_IS_WRONG = _set("FEEDBACKBASIC", _base("identifier", "incorrect"))
#: What the standard's own templates do, by the last part of their addresses.
_TEMPLATES: Mapping[str, list[Node]] = {
    "match_correct": [_when_right([_RIGHT], [_NOTHING])],
    "map_response": [_POINTS],
    "CC2_match": [_when_right([_MOST], [_NOTHING])],
    "CC2_match_basic": [_when_right([_MOST, _IS_RIGHT], [_NOTHING, _IS_WRONG])],
    "CC2_map_response": [_POINTS],
}
