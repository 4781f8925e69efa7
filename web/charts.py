"""The geometry of the charts: data in, places on a 0–100 plane out; the templates draw them as SVG.

Every place is a percentage of the plot's width (from the left) or height (from the top), so that one drawing fits every
screen while its text keeps its size.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from itembank.drawing.plane import (
    Point,
    Scale,
    Tick,
    axis_ticks,
    band_path,
    line_path,
    nice_range,
    nice_ticks,
    number_text,
)


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
    """An item characteristic curve with its band and observed proportions."""

    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    curve: str
    band: str
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
    observed: Sequence[tuple[float, float, float, int]] = (),
    cut: float | None = None,
) -> CurveFigure:
    """Lays out an item characteristic curve.

    Args:
        theta: Abilities, rising, shape (k,).
        probability: The probability of a right answer at each ability, shape (k,).
        band: Lower and upper bound of that probability, each of shape (k,).
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
        x_ticks=axis_ticks(x_range, x_axis),
        y_ticks=axis_ticks(y_range, y_axis),
        points=tuple(
            ScatterPoint(x_axis.at(x), y_axis.at(y), name, number_text(x), number_text(y), flagged)
            for name, x, y, flagged in points
        ),
        identity=line_path([(0, 100), (100, 0)]) if same_scale else "",
    )
