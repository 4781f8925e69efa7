"""The geometry of spots: single things by two values, each with its error bars, such as old against new difficulty."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from itembank.drawing.lines import WHISKER
from itembank.drawing.plane import Point, Scale, Tick, axis_ticks, nice_range

#: Room that a name takes on a small screen, in percent across and upright.
_NAME = (45.0, 7.0)


@dataclass(frozen=True)
class Spot:
    """A thing with two values.

    Args:
        name: What it is called.
        x: Its place on the axis across.
        y: Its place on the upright axis.
        x_error: Standard error of x, 0 where it is not known.
        y_error: Standard error of y, likewise.
        flagged: Whether it stands out.
    """

    name: str
    x: float
    y: float
    x_error: float = 0.0
    y_error: float = 0.0
    flagged: bool = False


@dataclass(frozen=True)
class DrawnSpot:
    """A spot in percent: its place, the ends of its error bars, its name, and whether there is room to write it."""

    x: float
    y: float
    left: float
    right: float
    top: float
    bottom: float
    name: str
    flagged: bool
    labelled: bool


@dataclass(frozen=True)
class SpotFigure:
    """Spots on one plane, with the line on which both values agree."""

    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    spots: tuple[DrawnSpot, ...]
    identity: tuple[Point, Point]


def spot_figure(spots: Sequence[Spot]) -> SpotFigure:
    """Lays out spots on two axes of the same range, those that stand out in front.

    Args:
        spots: What to draw.

    Returns:
        The figure; its axes hold every value, and error bars as far as they reach.

    Raises:
        ValueError: If a value is not finite.
    """
    for spot in spots:
        if not all(map(math.isfinite, (spot.x, spot.y, spot.x_error, spot.y_error))):
            raise ValueError(f"{spot.name} has no place: ({spot.x} ± {spot.x_error}, {spot.y} ± {spot.y_error})")
    ends = nice_range([value for spot in spots for value in (spot.x, spot.y)])
    x_axis, y_axis = Scale(*ends), Scale(ends[1], ends[0])
    places = [(x_axis.at(spot.x), y_axis.at(spot.y)) for spot in spots if spot.flagged]
    free = iter(_with_room(places))
    return SpotFigure(
        x_ticks=axis_ticks(ends, x_axis),
        y_ticks=axis_ticks(ends, y_axis),
        spots=tuple(
            DrawnSpot(
                x=x_axis.at(spot.x),
                y=y_axis.at(spot.y),
                left=x_axis.at(spot.x - WHISKER * spot.x_error),
                right=x_axis.at(spot.x + WHISKER * spot.x_error),
                top=y_axis.at(spot.y + WHISKER * spot.y_error),
                bottom=y_axis.at(spot.y - WHISKER * spot.y_error),
                name=spot.name,
                flagged=spot.flagged,
                labelled=spot.flagged and next(free),
            )
            for spot in sorted(spots, key=lambda spot: spot.flagged)
        ),
        identity=((0.0, 100.0), (100.0, 0.0)),
    )


def _with_room(places: Sequence[Point]) -> list[bool]:
    """Tell for each place whether its name can be written without covering one before it."""
    written: list[Point] = []
    free = []
    for x, y in places:
        free.append(all(abs(x - other_x) > _NAME[0] or abs(y - other_y) > _NAME[1] for other_x, other_y in written))
        if free[-1]:
            written.append((x, y))
    return free
