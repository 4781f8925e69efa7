"""What an item declares: its response variables with their right values and points, and its outcome variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from itembank.exchange.qti.tree import Node
from itembank.exchange.qti.values import Scalar, UnsupportedProcessing, Value, container, read_decimal, read_scalar


@dataclass(frozen=True, slots=True)
class Entry:
    """How many points one value brings."""

    key: Scalar
    points: Decimal
    case_sensitive: bool = True

    def takes(self, value: Scalar) -> bool:
        """Tell whether a value is the one meant."""
        if isinstance(value, str) and isinstance(self.key, str) and not self.case_sensitive:
            return value.casefold() == self.key.casefold()
        return value == self.key


@dataclass(frozen=True, slots=True)
class Mapped:
    """Points for values."""

    entries: tuple[Entry, ...]
    default: Decimal = Decimal(0)
    lower: Decimal | None = None
    upper: Decimal | None = None

    def points(self, value: Value | None) -> Decimal:
        """Add up the points of a value's members, each once."""
        total = (
            self._of(None) if value is None else sum((self._of(one) for one in dict.fromkeys(value.members)), Decimal())
        )
        if self.lower is not None:
            total = max(total, self.lower)
        return total if self.upper is None else min(total, self.upper)

    def _of(self, member: Scalar | None) -> Decimal:
        return next(
            (entry.points for entry in self.entries if member is not None and entry.takes(member)), self.default
        )


@dataclass(frozen=True, slots=True)
class Response:
    """A response variable."""

    identifier: str
    cardinality: str
    base_type: str
    correct: Value | None = None
    mapped: Mapped | None = None

    def value(self, *members: Scalar) -> Value | None:
        """Make a value that the variable can have."""
        return container(members, self.cardinality)


@dataclass(frozen=True, slots=True)
class Outcome:
    """An outcome variable; ``table`` turns a number into another value."""

    identifier: str
    cardinality: str
    base_type: str
    default: Value | None = None
    table: Node | None = None


@dataclass(frozen=True, slots=True)
class Declarations:
    """All variables of an item."""

    responses: Mapping[str, Response] = field(default_factory=dict)
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)


def read_declarations(item: Node) -> Declarations:
    """Read what an item declares.

    Raises:
        UnsupportedProcessing: A value is none of its type, or of a type that no question here has.
    """
    responses = [_response(node) for node in item.named("responseDeclaration")]
    outcomes = [_outcome(node) for node in item.named("outcomeDeclaration")]
    return Declarations({one.identifier: one for one in responses}, {one.identifier: one for one in outcomes})


def _response(node: Node) -> Response:
    cardinality, base = node.get("cardinality", "single"), node.get("baseType", "identifier")
    if cardinality == "record":
        raise UnsupportedProcessing("cardinality record")
    if node.child("areaMapping") is not None:
        raise UnsupportedProcessing("areaMapping")
    mapping = node.child("mapping")
    return Response(
        identifier=node.get("identifier"),
        cardinality=cardinality,
        base_type=base,
        correct=_values(node.child("correctResponse"), cardinality, base),
        mapped=_mapped(mapping, base) if mapping is not None else None,
    )


def _outcome(node: Node) -> Outcome:
    cardinality, base = node.get("cardinality", "single"), node.get("baseType", "float")
    table = next(iter(node.named("matchTable", "interpolationTable")), None)
    return Outcome(
        node.get("identifier"), cardinality, base, _values(node.child("defaultValue"), cardinality, base), table
    )


def _values(node: Node | None, cardinality: str, base: str) -> Value | None:
    if node is None:
        return None
    return container([read_scalar(value.text, base) for value in node.named("value")], cardinality)


def _mapped(node: Node, base: str) -> Mapped:
    lower, upper = node.get("lowerBound"), node.get("upperBound")
    return Mapped(
        tuple(
            Entry(
                key=read_scalar(entry.attributes.get("mapKey", ""), base),
                points=read_decimal(entry.get("mappedValue")),
                case_sensitive=entry.get("caseSensitive", "true") not in ("false", "0"),
            )
            for entry in node.named("mapEntry")
        ),
        default=read_decimal(node.get("defaultValue", "0")),
        lower=read_decimal(lower) if lower else None,
        upper=read_decimal(upper) if upper else None,
    )
