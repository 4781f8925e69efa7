"""Values of responses and outcomes, as response processing handles them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final, TypeAlias

Scalar: TypeAlias = str | bool | Decimal

#: Numbers beyond these are no scores; without a bound, arithmetic with them could take forever.
_LONGEST: Final = 60
_HIGHEST_EXPONENT: Final = 100


class UnsupportedProcessing(Exception):
    """Response processing that is not run here: its construct and why."""

    def __init__(self, construct: str, detail: str = "") -> None:
        self.construct = construct
        self.detail = detail
        super().__init__(f"{construct}: {detail}" if detail else construct)


@dataclass(frozen=True, slots=True)
class Value:
    """One value or a container of values; nothing at all is None, as is a container without any."""

    members: tuple[Scalar, ...]
    cardinality: str = "single"

    @property
    def single(self) -> Scalar:
        """The value of a single one."""
        return self.members[0]


def number(value: int | Decimal) -> Value:
    """Make a number."""
    return Value((Decimal(value),))


def truth(value: object) -> Value:
    """Make true or false."""
    return Value((bool(value),))


def container(members: list[Scalar] | tuple[Scalar, ...], cardinality: str) -> Value | None:
    """Make a container; None if nothing is in it."""
    return Value(tuple(members), cardinality) if members else None


def read_scalar(text: str, base_type: str) -> Scalar:
    """Read a value as it is written in a document.

    Raises:
        UnsupportedProcessing: It is none of its type.
    """
    plain = text.strip()
    if base_type in ("float", "integer", "duration"):
        return read_decimal(plain)
    if base_type == "boolean":
        return plain in ("true", "1")
    if base_type == "pair":
        return " ".join(sorted(plain.split()))
    if base_type == "directedPair":
        return " ".join(plain.split())
    if base_type in ("point", "file"):
        raise UnsupportedProcessing(f"base type {base_type}")
    return text if base_type == "string" else plain


def read_decimal(text: str) -> Decimal:
    """Read a number.

    Raises:
        UnsupportedProcessing: It is none, or one that no score has.
    """
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise UnsupportedProcessing("number", f"{text[:_LONGEST]!r} is none") from None
    if not value.is_finite() or len(text) > _LONGEST or abs(value.adjusted()) > _HIGHEST_EXPONENT:
        raise UnsupportedProcessing("number", f"{text[:_LONGEST]} is out of bounds")
    return value


def same(one: Value, other: Value) -> bool:
    """Tell whether two values are the same, in any order where their cardinality has none."""
    if "multiple" in (one.cardinality, other.cardinality):
        return Counter(one.members) == Counter(other.members)
    return one.members == other.members
