"""The numbers that count as right: the one stretch of them that brings full points, found by trying and then proven."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from itertools import pairwise
from typing import Final

from itembank.authoring.content import NumericKey
from itembank.exchange.qti.asked import Bench, NotAsked
from itembank.exchange.qti.declarations import Response
from itembank.exchange.qti.tree import Node
from itembank.exchange.qti.values import UnsupportedProcessing, read_decimal

Points = Callable[[Decimal], Decimal]

#: Bounds that are looked at; no honest question has more.
_MOST_BOUNDS: Final = 60
#: No answer to a question is further from zero.
_FURTHEST: Final = Decimal(10) ** 15
#: How close to a bound it is looked for, as a part of it, and how many digits one has that a person wrote.
_CLOSE: Final = Decimal(10) ** -18
_MOST_HALVINGS: Final = 200
_MOST_DIGITS: Final = 12
#: Steps away from each bound that are tried in the end.
_STEPS: Final = tuple(Decimal(text) for text in ("1e-9", "1e-5", "0.001", "0.01", "0.1", "0.5", "1", "3", "10", "100"))
_PARTS: Final = 16
#: What keeps the order of numbers: more of the answer never gives less, or always gives less.
_IN_ORDER: Final = {"sum", "subtract", "product", "divide", "truncate", "round", "roundTo", "integerDivide",
                    "integerToFloat"}  # fmt: skip
#: What two numbers are held against each other with.
_COMPARED: Final = {"equal", "equalRounded", "match", "gt", "gte", "lt", "lte"}
#: What says a number itself, which is a break already.
_SAID: Final = {"variable", "correct", "baseValue", "default", "null"}
#: What may stand above a comparison, or beside the answer, without making a number of it.
_OF_TRUTH: Final = {"and", "or", "not", "anyN", "isNull"}


@dataclass(frozen=True, slots=True)
class _Tolerance:
    relative: bool
    below: Decimal
    above: Decimal

    def around(self, value: Decimal) -> tuple[Decimal, Decimal]:
        scale = abs(value) / 100 if self.relative else Decimal(1)
        return value - self.below * scale, value + self.above * scale


def right_number(bench: Bench, response: Response, *, unit: str) -> NumericKey:
    """Find the right number and its tolerance.

    Args:
        bench: The item.
        response: The variable that holds the number.
        unit: What it is measured in.

    Raises:
        NotAsked: Other numbers than those of one stretch count as right, or none.
        UnsupportedProcessing: The points depend on the number in a way in which nothing can be proven.
    """
    right = read_decimal(str(response.correct.single)) if response.correct else None
    if not bench.processing.scores:
        if right is None:
            raise NotAsked("correctResponse", "the right number")
        bench.lose_processing()
        return NumericKey(value=_plain(right), unit=unit)
    tolerances = _tolerances(bench)
    breaks = _breaks(bench, response, tolerances)
    known: dict[Decimal, Decimal] = {}

    def points(value: Decimal) -> Decimal:
        if value not in known:
            known[value] = bench.points({response.identifier: response.value(value)})
        return known[value]

    low, high = _bounds(bench, points, breaks)
    middle = (low + high) / 2
    value = right if right is not None and high - right == right - low else middle
    for tolerance in tolerances:
        if tolerance.relative and tolerance.below == tolerance.above and tolerance.around(value) == (low, high):
            return NumericKey(value=_plain(value), tolerance=_plain(tolerance.below), percent=True, unit=unit)
    return NumericKey(value=_plain(value), tolerance=_plain(high - value), unit=unit)


def _tolerances(bench: Bench) -> list[_Tolerance]:
    found = []
    for node in (node for rule in bench.processing.rules for node in rule.all({"equal"})):
        if node.get("tolerance"):
            sizes = [read_decimal(text) for text in node.get("tolerance").split()]
            found.append(_Tolerance(node.get("toleranceMode") == "relative", sizes[0], sizes[-1]))
    return found


def _breaks(bench: Bench, response: Response, tolerances: Sequence[_Tolerance]) -> list[Decimal]:
    """List numbers at or near which points may change: every stretch with points of its own has one in it or beside it.

    Those are what the document names, with its tolerances, and what the answer has to be for each comparison.
    """
    texts = [str(member) for member in (response.correct.members if response.correct else ())]
    texts += [str(entry.key) for entry in (response.mapped.entries if response.mapped else ())]
    bases = [node for rule in bench.processing.rules for node in rule.all({"baseValue"})]
    texts += [node.text.strip() for node in bases if node.get("baseType") in ("float", "integer")]
    values = {read_decimal(text) for text in texts}
    values |= {bound for value in tuple(values) for tolerance in tolerances for bound in tolerance.around(value)}
    values |= set(_solutions(bench, response))
    if not values or len(values) > _MOST_BOUNDS:
        raise UnsupportedProcessing("numbers", f"{len(values)} bounds to look at; 1 to {_MOST_BOUNDS} are")
    return sorted(values)


def _solutions(bench: Bench, response: Response) -> list[Decimal]:
    """Find for each comparison the answer at which its sides become equal."""
    nodes = [node for rule in bench.processing.rules for node in rule.walk()]
    for node in nodes:
        _refuse_unproven(node, response.identifier)
    found = []
    for node in nodes:
        sides = [side for side in node.elements if _uses(side, response.identifier)]
        if node.name not in _COMPARED or len(sides) != 1 or len(node.elements) != 2:
            continue
        (other,) = (side for side in node.elements if side is not sides[0])
        if not {sides[0].name, other.name} <= _SAID:
            _refuse_outcomes(bench, node)
            found.append(_solved(bench, response, sides[0], other))
    return found


def _refuse_unproven(node: Node, name: str) -> None:
    """Refuse what makes a number of the answer in a way that might come back to the same points later."""
    inside = [child for child in node.elements if _uses(child, name)]
    if not inside:
        return
    if node.name in ("setOutcomeValue", "lookupOutcomeValue"):
        raise UnsupportedProcessing(node.name, "points worked out from the number that is entered")
    calculates = node.name in _IN_ORDER
    divisor = node.name in ("divide", "integerDivide") and node.elements[0] not in inside
    if calculates and (len(inside) > 1 or divisor):
        raise UnsupportedProcessing(node.name, "the number that is entered, twice or as a divisor")
    if node.name in _COMPARED and len(inside) > 1:
        raise UnsupportedProcessing(node.name, "the number that is entered, on both sides")
    structure = node.name.startswith("response") or node.name in _OF_TRUTH
    structure |= node.name == "member" and inside[0].name == "variable"
    if not (calculates or structure or node.name in _COMPARED):
        raise UnsupportedProcessing(node.name, "no stretch of right numbers can be proven where the number is in it")


def _refuse_outcomes(bench: Bench, node: Node) -> None:
    """Refuse to solve a comparison with what rules may have set before it."""
    if any(one.get("identifier") in bench.declarations.outcomes for one in node.all({"variable"})):
        raise UnsupportedProcessing(node.name, "the number that is entered is held against what rules have set")


def _uses(node: Node, name: str) -> bool:
    return any(one.name == "variable" and one.get("identifier") == name for one in node.walk())


def _solved(bench: Bench, response: Response, side: Node, other: Node) -> Decimal:
    """Find the answer for which one side of a comparison is the other; both sides keep the order of numbers."""

    def gap(value: Decimal) -> Decimal:
        responses = {response.identifier: response.value(value)}
        one, against = (bench.processing.number(node, responses) for node in (side, other))
        return one - against

    low, high = -_FURTHEST, _FURTHEST
    rising = gap(low) <= gap(high)
    while high - low > _CLOSE * max(Decimal(1), abs(low)):
        middle = (low + high) / 2
        if (gap(middle) >= 0) == rising:
            high = middle
        else:
            low = middle
    return _shortest(low, high)


def _bounds(bench: Bench, points: Points, breaks: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    """Find the one stretch of numbers that bring full points."""
    values = sorted({*_near(breaks), *((one + other) / 2 for one, other in pairwise(breaks))})
    top = max(points(value) for value in values)
    full = [place for place, value in enumerate(values) if points(value) == top]
    if top <= 0 or full != list(range(full[0], full[-1] + 1)) or 0 in full or len(values) - 1 in full:
        raise NotAsked("responseProcessing", "one stretch of numbers that count as right")
    low, keeps_low = _edge(points, values[full[0]], values[full[0] - 1], top)
    high, keeps_high = _edge(points, values[full[-1]], values[full[-1] + 1], top)
    _prove(points, low, high, top)
    if any(0 < points(value) < top for value in values):
        bench.lose("responseProcessing", "some points for numbers further off")
    if top != 1:
        bench.lose("SCORE", f"{top:f} points at most; here 1")
    if not (keeps_low and keeps_high):
        bench.lose("bounds", "here the bounds themselves count as right")
    return low, high


def _edge(points: Points, inside: Decimal, outside: Decimal, top: Decimal) -> tuple[Decimal, bool]:
    """Find the bound between a number with full points and one without, and whether it has full points itself."""
    for _ in range(_MOST_HALVINGS):
        if abs(outside - inside) <= _CLOSE * max(abs(inside), abs(outside)):
            break
        middle = (inside + outside) / 2
        if points(middle) == top:
            inside = middle
        else:
            outside = middle
    bound = _shortest(min(inside, outside), max(inside, outside))
    return bound, points(bound) == top


def _shortest(low: Decimal, high: Decimal) -> Decimal:
    """Give the number with the fewest digits from one to another, which is the one that somebody wrote.

    Raises:
        UnsupportedProcessing: All have so many that nobody did, such as a third.
    """
    for places in range(-15, 60):
        step = Decimal(1).scaleb(-places)
        # Multiplied, since a quotient of many digits is none that is quantised.
        found = (low / step).to_integral_value(ROUND_CEILING) * step
        if found <= high and len(found.normalize().as_tuple().digits) <= _MOST_DIGITS:
            return found
    raise UnsupportedProcessing("equal", f"a bound of right numbers that has at most {_MOST_DIGITS} digits")


def _near(values: Sequence[Decimal]) -> set[Decimal]:
    """Give numbers close to others and far from them."""
    found = {value + sign * step for value in values for step in _STEPS for sign in (-1, 1)}
    found |= {Decimal(sign).scaleb(power) for power in range(10) for sign in (-1, 1)}
    return found | {*values, *(-value for value in values), Decimal(0)}


def _prove(points: Points, low: Decimal, high: Decimal, top: Decimal) -> None:
    """Try many numbers in and around a stretch; the bounds themselves may be of either kind.

    Raises:
        NotAsked: The stretch is not what the document has.
    """
    width = high - low or Decimal(1)
    tried = _near((low, high))
    tried |= {low + width * part / _PARTS for part in range(-3 * _PARTS, 4 * _PARTS)}
    tried |= {Decimal(int(low) + away) for away in range(-_PARTS, _PARTS)}
    for value in tried - {low, high}:
        if (points(value) == top) != (low < value < high):
            raise NotAsked("responseProcessing", "one stretch of numbers that count as right")


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
