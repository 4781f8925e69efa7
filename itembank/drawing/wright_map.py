"""The geometry of a Wright map: people by their ability beside items by their difficulty, on one upright scale."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from itembank.drawing.plane import Scale, Tick, axis_ticks, nice_range, nice_step

#: Where the people's bars begin (they grow to the left), and where the items' marks begin and end, in percent.
PEOPLE_AXIS, ITEMS_FROM, ITEMS_TO = 44.0, 50.0, 99.0
#: About so many rows; marks of one row stand side by side, no further apart than this.
_ROWS, _WIDEST_STEP = 32, 4.0


@dataclass(frozen=True)
class PlacedPerson:
    """Somebody's ability, and whether the person is simulated."""

    ability: float
    simulated: bool


@dataclass(frozen=True)
class PlacedItem:
    """An item's difficulty, and whether it rests on answers (not on a rating alone)."""

    name: str
    difficulty: float
    from_answers: bool


@dataclass(frozen=True)
class PeopleBar:
    """The real people and the simulated ones of one row: lengths and place in percent; the real ones stand inside."""

    y: float
    height: float
    real: float
    simulated: float


@dataclass(frozen=True)
class ItemMark:
    """An item's mark in percent."""

    x: float
    y: float
    name: str
    from_answers: bool


@dataclass(frozen=True)
class MapRow:
    """What one row of the map holds: the ends of its range, people by kind, and items."""

    low: float
    high: float
    real: int
    simulated: int
    items: tuple[str, ...]


@dataclass(frozen=True)
class WrightMap:
    """People and items on one scale; `most` is the number of people that fills their half."""

    y_ticks: tuple[Tick, ...]
    bars: tuple[PeopleBar, ...]
    marks: tuple[ItemMark, ...]
    rows: tuple[MapRow, ...]
    most: int
    cut: float | None


def wright_map(people: Sequence[PlacedPerson], items: Sequence[PlacedItem], *, cut: float | None = None) -> WrightMap:
    """Lays out people and items on one scale.

    Args:
        people: Those measured.
        items: What they are measured by.
        cut: The cut score, in θ, if there is one.

    Returns:
        The map; its rows fall from the ablest people and the hardest items.

    Raises:
        ValueError: If a value is not finite.
    """
    values = [person.ability for person in people] + [item.difficulty for item in items]
    marked = values if cut is None else [*values, cut]
    if not all(map(math.isfinite, marked)):
        raise ValueError("a Wright map needs finite abilities, difficulties and cut score")
    ends = nice_range(marked, about=8)
    step = nice_step(*ends, about=_ROWS)
    axis = Scale(ends[1], ends[0])
    edges = [round(ends[0] + step * place, 12) + 0.0 for place in range(round((ends[1] - ends[0]) / step) + 1)]
    rows = tuple(
        _row(people, items, low, high, is_last=high == edges[-1]) for low, high in reversed(list(pairwise(edges)))
    )
    most = max((row.real + row.simulated for row in rows), default=0)
    return WrightMap(
        y_ticks=axis_ticks(ends, axis),
        bars=tuple(_bar(row, axis, most) for row in rows if row.real + row.simulated),
        marks=_marks(rows, items, axis),
        rows=rows,
        most=most,
        cut=None if cut is None else axis.at(cut),
    )


def _row(
    people: Sequence[PlacedPerson], items: Sequence[PlacedItem], low: float, high: float, *, is_last: bool
) -> MapRow:
    def holds(value: float) -> bool:
        return low <= value < high or (is_last and value == high)

    here = [person for person in people if holds(person.ability)]
    simulated = sum(person.simulated for person in here)
    inside = sorted((item for item in items if holds(item.difficulty)), key=lambda item: (item.difficulty, item.name))
    return MapRow(low, high, len(here) - simulated, simulated, tuple(item.name for item in inside))


def _bar(row: MapRow, axis: Scale, most: int) -> PeopleBar:
    top, bottom = axis.at(row.high), axis.at(row.low)
    room = (bottom - top) * 0.1
    return PeopleBar(
        y=round(top + room, 3),
        height=round(bottom - top - 2 * room, 3),
        real=round(PEOPLE_AXIS * row.real / most, 3),
        simulated=round(PEOPLE_AXIS * row.simulated / most, 3),
    )


def _marks(rows: Sequence[MapRow], items: Sequence[PlacedItem], axis: Scale) -> tuple[ItemMark, ...]:
    known = {item.name: item for item in items}
    fullest = max((len(row.items) for row in rows), default=0)
    step = min(_WIDEST_STEP, (ITEMS_TO - ITEMS_FROM) / max(1, fullest))
    return tuple(
        ItemMark(
            x=round(ITEMS_FROM + step * (place + 0.5), 3),
            y=axis.at(known[name].difficulty),
            name=name,
            from_answers=known[name].from_answers,
        )
        for row in rows
        for place, name in enumerate(row.items)
    )
