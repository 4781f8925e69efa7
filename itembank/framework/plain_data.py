"""Frozen dataclasses to plain dictionaries and lists, and back with every field checked."""

from __future__ import annotations

import types
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from itembank.framework.errors import MalformedFramework

T = TypeVar("T")


def to_plain_data(value: Any) -> Any:
    """Turn dataclasses into dictionaries and tuples into lists; leave the rest."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_plain_data(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [to_plain_data(part) for part in value]
    return value


def from_plain_data(cls: type[T], data: Any, *, place: str = "document") -> T:
    """Build a dataclass from what ``to_plain_data`` gave.

    Args:
        cls: The dataclass; its fields may be strings, numbers, optional, tuples of one kind, literals or dataclasses.
        data: The plain data.
        place: Where the data stands, for messages.

    Returns:
        The value.

    Raises:
        MalformedFramework: A field is missing, unknown or of another kind.
    """
    if not isinstance(data, dict):
        raise _malformed(place, "an object", data)
    hints = get_type_hints(cls)
    unknown = sorted(set(data) - set(hints), key=str)
    if unknown:
        raise MalformedFramework(place=f"{place}.{unknown[0]}", expected="no such field", found="one")
    values: dict[str, Any] = {}
    for field in fields(cls):  # type: ignore[arg-type]
        if field.name in data:
            values[field.name] = _value(hints[field.name], data[field.name], f"{place}.{field.name}")
        elif field.default is MISSING:
            raise MalformedFramework(place=f"{place}.{field.name}", expected="a value", found="none")
    return cls(**values)


def _value(kind: Any, data: Any, place: str) -> Any:
    origin = get_origin(kind)
    if origin is tuple:
        return _tuple(get_args(kind)[0], data, place)
    if origin in (Union, types.UnionType):
        return None if data is None else _value(get_args(kind)[0], data, place)
    if origin is Literal:
        if data not in get_args(kind):
            raise _malformed(place, "one of " + ", ".join(get_args(kind)), data)
        return data
    if is_dataclass(kind) and isinstance(kind, type):
        return from_plain_data(kind, data, place=place)
    if not isinstance(data, kind) or isinstance(data, bool):
        raise _malformed(place, {str: "a text", int: "a whole number"}[kind], data)
    return data


def _tuple(kind: Any, data: Any, place: str) -> tuple[Any, ...]:
    if not isinstance(data, (list, tuple)):
        raise _malformed(place, "a list", data)
    return tuple(_value(kind, part, f"{place}[{position}]") for position, part in enumerate(data))


def _malformed(place: str, expected: str, data: Any) -> MalformedFramework:
    return MalformedFramework(place=place, expected=expected, found=repr(data)[:60])
