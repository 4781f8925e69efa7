"""The operators of response processing that are run here; any other is refused by its name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from math import prod
from typing import TypeAlias

from itembank.exchange.qti.tree import Node
from itembank.exchange.qti.values import UnsupportedProcessing, Value, container, number, read_decimal, same, truth

Values: TypeAlias = Sequence[Value | None]
Operator: TypeAlias = Callable[[Node, Values], Value | None]


def apply_operator(node: Node, values: Values) -> Value | None:
    """Apply an operator to the values of its operands.

    Raises:
        UnsupportedProcessing: It is not run here, or has operands that it can't have.
    """
    if node.name in ("random", "randomInteger", "randomFloat"):
        raise UnsupportedProcessing(node.name, "the score would depend on chance")
    operator = OPERATORS.get(node.name)
    if operator is None:
        raise UnsupportedProcessing(node.name, "this operator is not run here")
    try:
        return operator(node, values)
    except (ArithmeticError, IndexError, TypeError, AttributeError, ValueError) as error:
        raise UnsupportedProcessing(node.name, f"operands that it can't have ({error})") from None


def _match(_node: Node, values: Values) -> Value | None:
    one, other = values
    return None if one is None or other is None else truth(same(one, other))


def _and(_node: Node, values: Values) -> Value | None:
    if any(value is not None and not value.single for value in values):
        return truth(False)
    return None if None in values else truth(True)


def _or(_node: Node, values: Values) -> Value | None:
    if any(value is not None and value.single for value in values):
        return truth(True)
    return None if None in values else truth(False)


def _any_n(node: Node, values: Values) -> Value | None:
    least, most = int(node.get("min", "0")), int(node.get("max", "0"))
    true = sum(value is not None and bool(value.single) for value in values)
    unknown = sum(value is None for value in values)
    if true > most or true + unknown < least:
        return truth(False)
    return truth(True) if least <= true and true + unknown <= most else None


def _not(_node: Node, values: Values) -> Value | None:
    (value,) = values
    return None if value is None else truth(not value.single)


def _is_null(_node: Node, values: Values) -> Value | None:
    (value,) = values
    return truth(value is None or value.members == ("",))


def _equal(node: Node, values: Values) -> Value | None:
    numbers = _numbers(values)
    if numbers is None:
        return None
    first, second = numbers
    mode = node.get("toleranceMode", "exact")
    if mode == "exact":
        return truth(first == second)
    sizes = [read_decimal(text) for text in node.get("tolerance").split()]
    if not sizes or mode not in ("absolute", "relative"):
        raise UnsupportedProcessing("equal", f"tolerance {mode} {node.get('tolerance')}")
    if mode == "relative":
        sizes = [abs(first) * size / 100 for size in sizes]
    lower, upper = first - sizes[0], first + sizes[-1]
    above = second >= lower if node.get("includeLowerBound", "true") == "true" else second > lower
    below = second <= upper if node.get("includeUpperBound", "true") == "true" else second < upper
    return truth(above and below)


def _equal_rounded(node: Node, values: Values) -> Value | None:
    numbers = _numbers(values)
    if numbers is None:
        return None
    return truth(len({_rounded(node, one) for one in numbers}) == 1)


def _string_match(node: Node, values: Values) -> Value | None:
    texts = _texts(node, values, sensitive="true")
    if texts is None:
        return None
    one, other = texts
    return truth(other in one if node.get("substring") == "true" else one == other)


def _substring(node: Node, values: Values) -> Value | None:
    texts = _texts(node, values, sensitive="true")
    return None if texts is None else truth(texts[0] in texts[1])


def _texts(node: Node, values: Values, *, sensitive: str) -> tuple[str, str] | None:
    one, other = values
    if one is None or other is None:
        return None
    texts = str(one.single), str(other.single)
    if node.get("caseSensitive", sensitive) == "false":
        return texts[0].casefold(), texts[1].casefold()
    return texts


def _member(_node: Node, values: Values) -> Value | None:
    one, within = values
    return None if one is None or within is None else truth(one.single in within.members)


def _contains(_node: Node, values: Values) -> Value | None:
    whole, part = values
    if whole is None or part is None:
        return None
    if whole.cardinality == "ordered":
        size = len(part.members)
        starts = range(len(whole.members) - size + 1)
        return truth(any(whole.members[start : start + size] == part.members for start in starts))
    return truth(Counter(part.members) <= Counter(whole.members))


def _collected(node: Node, values: Values) -> Value | None:
    return container([member for value in values if value is not None for member in value.members], node.name)


def _delete(_node: Node, values: Values) -> Value | None:
    one, within = values
    if one is None or within is None:
        return None
    return container([member for member in within.members if member != one.single], within.cardinality)


def _index(node: Node, values: Values) -> Value | None:
    (within,) = values
    place = int(node.get("n", "0"))
    if place < 1:
        raise UnsupportedProcessing("index", f"n {node.get('n')}")
    return Value((within.members[place - 1],)) if within is not None and place <= len(within.members) else None


def _size(_node: Node, values: Values) -> Value | None:
    (within,) = values
    return number(0 if within is None else len(within.members))


def _arithmetic(combine: Callable[[Sequence[Decimal]], Decimal]) -> Operator:
    def operator(_node: Node, values: Values) -> Value | None:
        numbers = _numbers(values)
        return None if numbers is None else number(read_decimal(str(combine(numbers))))

    return operator


def _subtracted(numbers: Sequence[Decimal]) -> Decimal:
    first, second = numbers
    return first - second


def _divide(_node: Node, values: Values) -> Value | None:
    numbers = _numbers(values)
    if numbers is None or numbers[1] == 0:
        return None
    return number(numbers[0] / numbers[1])


def _integer_divide(_node: Node, values: Values) -> Value | None:
    numbers = _numbers(values)
    return None if numbers is None or numbers[1] == 0 else number(_whole_times(numbers))


def _integer_modulus(_node: Node, values: Values) -> Value | None:
    numbers = _numbers(values)
    if numbers is None or numbers[1] == 0:
        return None
    return number(numbers[0] - numbers[1] * _whole_times(numbers))


def _whole_times(numbers: Sequence[Decimal]) -> Decimal:
    one, other = numbers
    return (one / other).to_integral_value(ROUND_FLOOR)


def _power(numbers: Sequence[Decimal]) -> Decimal:
    base, exponent = numbers
    return base**exponent


def _round_to(node: Node, values: Values) -> Value | None:
    numbers = _numbers(values)
    if numbers is None:
        return None
    (one,) = numbers
    return number(_rounded(node, one))


def _rounded(node: Node, one: Decimal) -> Decimal:
    """Round as equalRounded and roundTo have it."""
    figures = int(node.get("figures", "0"))
    if not 0 <= figures <= 20:
        raise UnsupportedProcessing(node.name, f"figures {figures}")
    if node.get("roundingMode", "significantFigures") == "decimalPlaces":
        return one.quantize(Decimal(1).scaleb(-figures), ROUND_HALF_UP)
    return Context(prec=max(figures, 1), rounding=ROUND_HALF_UP).plus(one)


def _comparison(holds: Callable[[Decimal, Decimal], bool]) -> Operator:
    def operator(_node: Node, values: Values) -> Value | None:
        numbers = _numbers(values)
        if numbers is None:
            return None
        first, second = numbers
        return truth(holds(first, second))

    return operator


def _numbers(values: Values) -> list[Decimal] | None:
    """Give all numbers of all operands; None if one of them is missing."""
    found = []
    for value in values:
        if value is None:
            return None
        for member in value.members:
            if not isinstance(member, Decimal):
                raise TypeError(f"{member!r} is no number")
            found.append(member)
    return found


def _null(_node: Node, _values: Values) -> Value | None:
    return None


OPERATORS: Mapping[str, Operator] = {
    "match": _match, "and": _and, "or": _or, "not": _not, "anyN": _any_n, "isNull": _is_null, "null": _null,
    "equal": _equal, "equalRounded": _equal_rounded, "stringMatch": _string_match, "substring": _substring,
    "member": _member, "contains": _contains, "multiple": _collected, "ordered": _collected, "delete": _delete,
    "index": _index, "containerSize": _size, "divide": _divide,
    "sum": _arithmetic(lambda numbers: sum(numbers, Decimal())),
    "product": _arithmetic(lambda numbers: prod(numbers, start=Decimal(1))),
    "subtract": _arithmetic(_subtracted), "min": _arithmetic(min), "max": _arithmetic(max),
    "truncate": _arithmetic(lambda numbers: Decimal(int(numbers[0]))),
    # A half goes up, of numbers below zero too: the standard rounds -6.5 to -6.
    "round": _arithmetic(lambda numbers: (numbers[0] + Decimal("0.5")).to_integral_value(ROUND_FLOOR)),
    "roundTo": _round_to, "integerDivide": _integer_divide, "integerModulus": _integer_modulus,
    "power": _arithmetic(_power),
    "integerToFloat": _arithmetic(lambda numbers: numbers[0]),
    "gt": _comparison(lambda one, other: one > other), "gte": _comparison(lambda one, other: one >= other),
    "lt": _comparison(lambda one, other: one < other), "lte": _comparison(lambda one, other: one <= other),
}  # fmt: skip
