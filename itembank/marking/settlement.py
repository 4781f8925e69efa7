"""What an answer counts with after its marks: a pure function of them and of the exam's tolerance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from itembank.tables import Mark

BLIND_MARKS = 2


class Manner(StrEnum):
    """How the points of an answer came about."""

    AGREED = "agreed"
    AVERAGED = "averaged"
    THIRD_PERSON = "third_person"
    BLANK = "blank"


class Stage(StrEnum):
    """What an answer waits for."""

    FIRST_MARK = "first_mark"
    SECOND_MARK = "second_mark"
    THIRD_PERSON = "third_person"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Settlement:
    """The points that an answer counts with, and how they came about."""

    points: int
    manner: Manner


def marks_in_force(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """Give the latest mark of each person, in the order in which they first marked."""
    latest: dict[UUID, Mark] = {}
    for mark in sorted(marks, key=lambda mark: (mark.marked_at, mark.number, str(mark.id))):
        # A dictionary keeps a person's place where the value is replaced.
        latest[mark.marker_id] = mark
    return tuple(latest.values())


def settlement(marks: Sequence[Mark], *, tolerance: int) -> Settlement | None:
    """Settle an answer by its marks.

    Two blind marks no further apart than the tolerance settle it with their mean, half a point rounded up: it is in
    doubt, and the doubt is the candidate's. Further apart, a third person who saw both decides alone.

    Args:
        marks: All its marks, corrected ones among them.
        tolerance: Points by which two may differ and still agree.

    Returns:
        The settlement; None while a mark is missing.
    """
    counting = marks_in_force(marks)
    third = [mark for mark in counting if mark.settles]
    if third:
        return Settlement(third[-1].points, Manner.THIRD_PERSON)
    blind = [mark.points for mark in counting]
    if len(blind) < BLIND_MARKS or abs(blind[0] - blind[1]) > tolerance:
        return None
    first, second = blind
    return Settlement((first + second + 1) // 2, Manner.AGREED if first == second else Manner.AVERAGED)


def stage(marks: Sequence[Mark], *, settled: bool) -> Stage:
    """Tell what an answer waits for.

    Args:
        marks: All its marks.
        settled: Whether its points are settled.
    """
    if settled:
        return Stage.SETTLED
    return (Stage.FIRST_MARK, Stage.SECOND_MARK, Stage.THIRD_PERSON)[min(BLIND_MARKS, len(marks_in_force(marks)))]
