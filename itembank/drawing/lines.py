"""The geometry of lines: several series over one axis, each point with its error bar."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from itembank.drawing.plane import Point, Scale, Tick, axis_ticks, line_path, nice_range

#: Half the width of a 95 % interval in standard errors.
WHISKER = 1.96


@dataclass(frozen=True)
class Series:
    """Values over an axis.

    Args:
        name: What they are.
        points: (x, y, standard error of y), from left to right.
        marked: Whether each point is drawn as one; a curve of many points is a line alone.
    """

    name: str
    points: tuple[tuple[float, float, float], ...]
    marked: bool = True


@dataclass(frozen=True)
class Mark:
    """A point of a series: its place and the ends of its error bar, in percent."""

    x: float
    y: float
    top: float
    bottom: float


@dataclass(frozen=True)
class DrawnSeries:
    """A series with every place in percent."""

    name: str
    path: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class LineFigure:
    """Lines over one axis; `upright` and `across` are reference lines, `diagonal` the line of equal values."""

    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    series: tuple[DrawnSeries, ...]
    upright: float | None
    across: float | None
    diagonal: tuple[Point, Point] | None


def line_figure(
    series: Sequence[Series],
    *,
    x_range: tuple[float, float] | None = None,
    y_range: tuple[float, float] | None = None,
    upright: float | None = None,
    across: float | None = None,
    diagonal: bool = False,
) -> LineFigure:
    """Lays out lines over one axis.

    Args:
        series: What to draw.
        x_range: Ends of the axis across; round ones around the data unless given.
        y_range: Ends of the upright axis; round ones around the data and the error bars unless given.
        upright: A value of the axis across to mark by an upright line, such as the cut score.
        across: A value of the upright axis to mark by a line across.
        diagonal: Whether to draw the line on which both values agree.

    Returns:
        The figure.

    Raises:
        ValueError: If a value is not finite.
    """
    points = [point for part in series for point in part.points]
    for part in series:
        if not all(map(math.isfinite, (value for point in part.points for value in point))):
            raise ValueError(f"a point of {part.name} has no place")
    marked = [] if across is None else [across]
    reach = [y + side * WHISKER * error for _x, y, error in points for side in (-1, 1)]
    across_ends = x_range or nice_range([x for x, _y, _error in points], about=6)
    upright_ends = y_range or nice_range([*reach, *marked])
    x_axis, y_axis = Scale(*across_ends), Scale(upright_ends[1], upright_ends[0])
    return LineFigure(
        x_ticks=axis_ticks(across_ends, x_axis),
        y_ticks=axis_ticks(upright_ends, y_axis),
        series=tuple(_drawn(part, x_axis, y_axis) for part in series),
        upright=None if upright is None else x_axis.at(upright),
        across=None if across is None else y_axis.at(across),
        diagonal=_equal_values(across_ends, upright_ends, x_axis, y_axis) if diagonal else None,
    )


def _equal_values(
    across: tuple[float, float], upright: tuple[float, float], x_axis: Scale, y_axis: Scale
) -> tuple[Point, Point] | None:
    low, high = max(across[0], upright[0]), min(across[1], upright[1])
    return ((x_axis.at(low), y_axis.at(low)), (x_axis.at(high), y_axis.at(high))) if low < high else None


def _drawn(series: Series, x_axis: Scale, y_axis: Scale) -> DrawnSeries:
    marks = tuple(
        Mark(x_axis.at(x), y_axis.at(y), y_axis.at(y + WHISKER * error), y_axis.at(y - WHISKER * error))
        for x, y, error in series.points
    )
    return DrawnSeries(series.name, line_path((mark.x, mark.y) for mark in marks), marks if series.marked else ())
