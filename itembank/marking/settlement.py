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


class MarkKind(StrEnum):
    """What a mark that somebody gives counts as: one of the two blind ones, whichever, or the one that settles them."""

    BLIND = "blind"
    SETTLING = "settling"


@dataclass(frozen=True, slots=True)
class Settlement:
    """The points that an answer counts with, and how they came about."""

    points: int
    manner: Manner


def marks_in_force(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """Give the latest mark of each person, in the order in which they first marked."""
    latest: dict[UUID, Mark] = {}
    # By their numbers and not by the time: a clock that was set back must not undo a correction.
    for mark in sorted(marks, key=lambda mark: mark.number):
        latest[mark.marker_id] = mark
    return tuple(latest[mark.marker_id] for mark in first_marks(marks))


def first_marks(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """Give the first mark of each person, as it was before any correction, in the order of the time."""
    first: dict[UUID, Mark] = {}
    for mark in sorted(marks, key=lambda mark: -mark.number):
        first[mark.marker_id] = mark
    return tuple(sorted(first.values(), key=lambda mark: (mark.marked_at, str(mark.id))))


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
