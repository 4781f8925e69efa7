"""The geometry of the charts: data in, places on a 0–100 plane out; the templates draw them as SVG.

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


@dataclass(frozen=True)
class EvidenceBar:
    """An estimate with its interval against a cut score, in percent of the bar's width."""

    estimate: float
    lower: float
    upper: float
    cut: float

    @property
    def width(self) -> float:
        """The interval's width in percent, never so narrow that it cannot be seen."""
        return round(max(0.5, self.upper - self.lower), 3)


@dataclass(frozen=True)
class ObservedPoint:
    """An observed value: its place, the ends of its error bar, and the numbers behind it as text."""

    x: float
    y: float
    top: float
    bottom: float
    x_text: str
    y_text: str
    count: int


@dataclass(frozen=True)
class CurveFigure:
    """An item characteristic curve with its band, an earlier curve, and observed proportions."""

    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    curve: str
    band: str
    earlier_curve: str
    points: tuple[ObservedPoint, ...]
    cut: float | None


@dataclass(frozen=True)
class ScatterPoint:
    """A point of a scatter plot with its name and whether it stands out."""

    x: float
    y: float
    name: str
    x_text: str
    y_text: str
    flagged: bool


@dataclass(frozen=True)
class ScatterFigure:
    """A scatter plot; `identity` draws the line on which both values agree."""

    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    points: tuple[ScatterPoint, ...]
    identity: str


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


def evidence_bar(
    *, estimate: float, interval: tuple[float, float], cut: float, scale: tuple[float, float] = (-3.0, 3.0)
) -> EvidenceBar:
    """Places an ability estimate, its interval and the cut score on a bar.

    Args:
        estimate: The ability, in θ.
        interval: Lower and upper end of its credible interval, in θ.
        cut: The cut score, in θ.
        scale: The bar's ends, in θ; what lies outside is drawn at the end.

    Returns:
        The places in percent.
    """
    axis = Scale(*scale)
    return EvidenceBar(axis.at(estimate), axis.at(interval[0]), axis.at(interval[1]), axis.at(cut))


def curve_figure(
    *,
    theta: Sequence[float],
    probability: Sequence[float],
    band: tuple[Sequence[float], Sequence[float]] | None = None,
    earlier: Sequence[float] | None = None,
    observed: Sequence[tuple[float, float, float, int]] = (),
    cut: float | None = None,
) -> CurveFigure:
    """Lays out an item characteristic curve.

    Args:
        theta: Abilities, rising, shape (k,).
        probability: The probability of a right answer at each ability, shape (k,).
        band: Lower and upper bound of that probability, each of shape (k,).
        earlier: The probability under the earlier parameters, shape (k,).
        observed: Groups of examinees as (mean ability, proportion right, standard error, count).
        cut: The cut score, in θ.

    Returns:
        The figure.
    """
    x_axis, y_axis = Scale(theta[0], theta[-1]), Scale(1.0, 0.0)

    def places(values: Sequence[float]) -> list[Point]:
        return [(x_axis.at(x), y_axis.at(y)) for x, y in zip(theta, values, strict=True)]

    return CurveFigure(
        x_ticks=tuple(Tick(x_axis.at(x), number_text(x, digits=0)) for x in nice_ticks(theta[0], theta[-1], about=6)),
        y_ticks=tuple(Tick(y_axis.at(y), number_text(y, digits=1)) for y in nice_ticks(0, 1)),
        curve=line_path(places(probability)),
        band=band_path(places(band[0]), places(band[1])) if band else "",
        earlier_curve=line_path(places(earlier)) if earlier is not None else "",
        points=tuple(
            ObservedPoint(
                x_axis.at(x),
                y_axis.at(y),
                y_axis.at(y + error),
                y_axis.at(y - error),
                number_text(x),
                number_text(y),
                n,
            )
            for x, y, error, n in observed
        ),
        cut=None if cut is None else x_axis.at(cut),
    )


def scatter_figure(points: Sequence[tuple[str, float, float, bool]], *, same_scale: bool = True) -> ScatterFigure:
    """Lays out a scatter plot, for example of old against new difficulty.

    Args:
        points: (name, x, y, whether it stands out); those not finite cannot be drawn and are refused.
        same_scale: Whether both axes show the same range, with the line of identity.

    Returns:
        The figure.

    Raises:
        ValueError: If a value is not finite.
    """
    for name, x, y, _ in points:
        if not (math.isfinite(x) and math.isfinite(y)):
            raise ValueError(f"point {name} has no place: ({x}, {y})")
    xs, ys = [p[1] for p in points], [p[2] for p in points]
    x_range, y_range = (nice_range(xs + ys),) * 2 if same_scale else (nice_range(xs), nice_range(ys))
    x_axis, y_axis = Scale(*x_range), Scale(y_range[1], y_range[0])
    return ScatterFigure(
        x_ticks=_ticks(x_range, x_axis),
        y_ticks=_ticks(y_range, y_axis),
        points=tuple(
            ScatterPoint(x_axis.at(x), y_axis.at(y), name, number_text(x), number_text(y), flagged)
            for name, x, y, flagged in points
        ),
        identity=line_path([(0, 100), (100, 0)]) if same_scale else "",
    )


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
        y_ticks=_ticks((0.0, highest), y_axis),
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


def histogram_figure(values: Sequence[float], *, edges: Sequence[float], flag_from: float | None = None) -> BarFigure:
    """Counts values in bins and lays the counts out as bars.

    Args:
        values: The values, such as exposure rates.
        edges: The bins' edges, rising; a bin holds its lower edge, the last one also its upper edge.
        flag_from: Bins that start here or above stand out, where they hold anything.

    Returns:
        The figure.

    Raises:
        ValueError: If a value lies outside the edges, for then the counts would not add up.
    """
    counts = [0] * (len(edges) - 1)
    for value in values:
        if not edges[0] <= value <= edges[-1]:
            raise ValueError(f"value {value} lies outside the bins from {edges[0]} to {edges[-1]}")
        counts[min(sum(edge <= value for edge in edges[1:]), len(counts) - 1)] += 1
    return bar_figure(
        [
            (f"{low:g}–{high:g}", float(count), flag_from is not None and count > 0 and low >= flag_from)
            for low, high, count in zip(edges, edges[1:], counts, strict=False)
        ]
    )


def _ticks(ends: tuple[float, float], axis: Scale) -> tuple[Tick, ...]:
    step = nice_step(*ends, about=6)
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    return tuple(Tick(axis.at(value), number_text(value, digits=digits)) for value in nice_ticks(*ends, about=6))
