"""The plane that charts are drawn on: values in, places from 0 to 100 % out, with round ticks.

Every place is a percentage of the plot's width (from the left) or height (from the top), so that one drawing fits every
screen while its text keeps its size.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Point = tuple[float, float]


@dataclass(frozen=True)
class Scale:
    """A linear scale from values to percentages of the plot.

    Attributes:
        low: The value at 0 %.
        high: The value at 100 %; it may be below `low`, which turns the scale round.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high)) or self.low == self.high:
            raise ValueError(f"a scale needs two different finite ends, not {self.low} and {self.high}")

    def at(self, value: float) -> float:
        """Returns the place of a value in percent, kept within 0 and 100."""
        place = 100 * (value - self.low) / (self.high - self.low)
        return round(min(100.0, max(0.0, place)), 3)


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: its place in percent and its text."""

    place: float
    text: str


def number_text(value: float, *, digits: int = 2) -> str:
    """Writes a number with a true minus sign and a fixed number of digits.

    Args:
        value: The number.
        digits: Digits after the point.

    Returns:
        The text; an en dash where the value is not finite; no minus before a zero.
    """
    if not math.isfinite(value):
        return "–"
    text = f"{value:.{digits}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", "−")


def nice_step(low: float, high: float, *, about: int = 5) -> float:
    """Finds the step of 1, 2 or 5 times a power of ten that cuts a range into about so many parts.

    Args:
        low: Lower end of the range.
        high: Upper end, above `low`.
        about: The number of parts wished for.

    Returns:
        The step.

    Raises:
        ValueError: If the range is empty or not finite.
    """
    span = high - low
    if not math.isfinite(span) or span <= 0 or about < 1:
        raise ValueError(f"ticks need a range from low to high in at least one part, not {low} to {high} in {about}")
    rough = span / about
    power: float = 10.0 ** math.floor(math.log10(rough))
    return next(power * factor for factor in (1, 2, 5, 10) if rough <= power * factor * (1 + 1e-9))


def nice_ticks(low: float, high: float, *, about: int = 5) -> tuple[float, ...]:
    """Lists the round values between two ends, both ends included where they are round.

    Args:
        low: Lower end of the range.
        high: Upper end, above `low`.
        about: The number of parts wished for.

    Returns:
        The values, rising.

    Raises:
        ValueError: If the range is empty or not finite.
    """
    step = nice_step(low, high, about=about)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(round(index * step, 12) + 0.0 for index in range(first, last + 1))


def nice_range(values: Iterable[float], *, about: int = 5) -> tuple[float, float]:
    """Widens the span of some values to round ends.

    Args:
        values: The values; those not finite are left out.
        about: The number of parts wished for.

    Returns:
        The lower and the upper end; (0, 1) where there is no value.
    """
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return 0.0, 1.0
    low, high = min(finite), max(finite)
    if high - low < 1e-9:
        low, high = low - 0.5, high + 0.5
    step = nice_step(low, high, about=about)
    return math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step


def line_path(points: Iterable[Point]) -> str:
    """Writes an SVG path through points; empty for fewer than two.

    Args:
        points: Places (x, y) in percent.

    Returns:
        The value of a path's `d`.
    """
    places = list(points)
    if len(places) < 2:
        return ""
    return "M" + "L".join(f"{x:g},{y:g}" for x, y in places)


def band_path(lower: Sequence[Point], upper: Sequence[Point]) -> str:
    """Writes the closed SVG path between two lines; empty for lines of fewer than two points.

    Args:
        lower: Places of the lower line, from left to right.
        upper: Places of the upper line, from left to right.

    Returns:
        The value of a path's `d`.
    """
    outline = line_path([*upper, *reversed(lower)]) if len(lower) > 1 and len(upper) > 1 else ""
    return outline and outline + "Z"


def axis_ticks(ends: tuple[float, float], axis: Scale) -> tuple[Tick, ...]:
    """Marks the round values between two ends, with as many digits as their step needs.

    Args:
        ends: Lower and upper end of the axis.
        axis: Its scale.

    Returns:
        The ticks, rising.
    """
    step = nice_step(*ends, about=6)
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    return tuple(Tick(axis.at(value), number_text(value, digits=digits)) for value in nice_ticks(*ends, about=6))
