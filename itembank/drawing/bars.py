"""The geometry of bars: over categories or bins, with a line across where there is a limit."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from itembank.drawing.plane import Scale, Tick, axis_ticks, nice_range, number_text


@dataclass(frozen=True)
class Bar:
    """A bar: its box in percent, the text under it, its value as text, and whether it stands out."""

    x: float
    y: float
    width: float
    height: float
    label: str
    value_text: str
    flagged: bool


@dataclass(frozen=True)
class BarFigure:
    """Bars over categories or bins, with an optional reference line across."""

    y_ticks: tuple[Tick, ...]
    bars: tuple[Bar, ...]
    reference: float | None


def bar_figure(
    bars: Sequence[tuple[str, float, bool]],
    *,
    digits: int = 0,
    top: float | None = None,
    reference: float | None = None,
) -> BarFigure:
    """Lays out bars over categories.

    Args:
        bars: (label, value from 0 up, whether it stands out).
        digits: Digits after the point in the values' text.
        top: The value at the upper edge; by default a round one above the data.
        reference: A value marked by a line across, such as an exposure limit.

    Returns:
        The figure.

    Raises:
        ValueError: If a value is negative or not finite.
    """
    for label, value, _ in bars:
        if not (math.isfinite(value) and value >= 0):
            raise ValueError(f"bar {label} needs a value from 0 up, not {value}")
    highest = nice_range([0.0, reference or 0.0, *(value for _, value, _ in bars)])[1] if top is None else top
    y_axis, slot = Scale(highest, 0.0), 100 / max(1, len(bars))
    return BarFigure(
        y_ticks=axis_ticks((0.0, highest), y_axis),
        bars=tuple(
            Bar(
                x=round(slot * (index + 0.1), 3),
                y=y_axis.at(value),
                width=round(slot * 0.8, 3),
                height=round(100 - y_axis.at(value), 3),
                label=label,
                value_text=number_text(value, digits=digits),
                flagged=flagged,
            )
            for index, (label, value, flagged) in enumerate(bars)
        ),
        reference=None if reference is None else y_axis.at(reference),
    )
