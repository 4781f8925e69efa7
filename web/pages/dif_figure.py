"""The picture of a study: the difference of each item at equal ability, with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from itembank.dif_studies.results import DifItem
from itembank.drawing.plane import Scale, Tick, axis_ticks, nice_range

#: Items beyond these would stand too close together; the table has all.
MOST_DRAWN = 30


@dataclass(frozen=True, slots=True)
class DrawnEffect:
    """An item's difference in percent of the plot: its place, the ends of its interval, and the number in the table."""

    number: int
    name: str
    classification: str
    x: float
    y: float
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class EffectFigure:
    """The differences of the worst items; ``zero`` is where there is none."""

    y_ticks: tuple[Tick, ...]
    effects: tuple[DrawnEffect, ...]
    zero: float


def effect_figure(items: Sequence[DifItem]) -> EffectFigure:
    """Lay out the differences of items, in percentage points, in the order given.

    Args:
        items: The items, the worst first.

    Returns:
        The figure.
    """
    drawn = items[:MOST_DRAWN]
    ends = [100 * end for item in drawn for end in item.share_interval]
    reach = nice_range([0.0, *ends])
    axis = Scale(reach[1], reach[0])
    return EffectFigure(
        y_ticks=axis_ticks(reach, axis),
        effects=tuple(
            DrawnEffect(
                number=number,
                name=item.code,
                classification=item.classification,
                x=round(100 * (number - 0.5) / len(drawn), 3),
                y=axis.at(100 * item.share_difference),
                top=axis.at(100 * item.share_interval[1]),
                bottom=axis.at(100 * item.share_interval[0]),
            )
            for number, item in enumerate(drawn, start=1)
        ),
        zero=axis.at(0.0),
    )
