"""Reasons against items in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from itembank.item_decisions.harm import HarmReason
from web.texts_catalogue import Texts


def reason_text(t: Texts, reason: HarmReason) -> str:
    """Write a reason with its figures as a sentence."""
    values = {
        name: _WRITTEN.get(name, _number)(t, value)
        for name, value in reason.figures.items()
        if not name.endswith("_en")
    }
    if t.language == "en":
        values |= {
            name.removesuffix("_en"): str(value) for name, value in reason.figures.items() if name.endswith("_en")
        }
    return t(f"measurement.reason_{reason.wording}", **values)


def _number(t: Texts, value: float | str) -> str:
    return t.number(float(value))


def _share(t: Texts, value: float | str) -> str:
    return t.percent(float(value), 1)


def _text(t: Texts, value: float | str) -> str:
    return str(value)


def _count(t: Texts, value: float | str) -> str:
    return f"{int(value):,}"


def _day(t: Texts, value: float | str) -> str:
    return t.date(datetime.fromisoformat(str(value)) if value else None)


#: How figures that are no plain numbers are written, by name.
_WRITTEN: dict[str, Callable[[Texts, float | str], str]] = {
    "rate": _share,
    "limit": _share,
    "gap": _share,
    "effect": _share,
    "difference": _share,
    "option": _text,
    "variable": _text,
    "group": _text,
    "count": _count,
    "moment": _day,
}
