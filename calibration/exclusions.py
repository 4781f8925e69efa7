"""What a calibration leaves out, by name and with the reason."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from calibration.array_types import BoolArray
from calibration.errors import CalibrationError
from calibration.responses import ResponseData


@dataclass(frozen=True)
class Exclusion:
    """One item or person that took no part.

    Args:
        kind: ``"item"`` or ``"person"``.
        id: Its identifier.
        reason: ``"no_answers"``, ``"one_category"`` or ``"no_answers_left"`` (a person all of whose
            items were left out).
    """

    kind: str
    id: str
    reason: str


def usable_responses(
    data: ResponseData, *, keep: Collection[str] = (), keep_alike: Collection[str] = ()
) -> tuple[ResponseData, tuple[Exclusion, ...]]:
    """Leave out items that say nothing about themselves and persons who then have no answer.

    Args:
        data: All answers.
        keep: Items to keep although all their answers are alike (their parameters are known).
        keep_alike: Items to keep likewise, of which a prior bounds the estimate; they alone are nothing to calibrate.

    Returns:
        The answers that take part, and what was left out: items first, then persons.

    Raises:
        CalibrationError: Nothing is left.
    """
    answers = np.bincount(data.item, minlength=data.n_items)
    varied = _has_two_categories(data)
    known = np.fromiter((name in keep for name in data.item_ids), dtype=bool, count=data.n_items)
    bounded = np.fromiter((name in keep_alike for name in data.item_ids), dtype=bool, count=data.n_items)
    usable = (answers > 0) & (varied | known | bounded)
    rows = usable[data.item]
    before = np.bincount(data.person, minlength=data.n_persons)
    after = np.bincount(data.person[rows], minlength=data.n_persons)
    items = [
        Exclusion("item", data.item_ids[index], "one_category" if answers[index] else "no_answers")
        for index in np.flatnonzero(~usable)
    ]
    persons = [
        Exclusion("person", data.person_ids[index], "no_answers_left" if before[index] else "no_answers")
        for index in np.flatnonzero(after == 0)
    ]
    if not (varied | known)[data.item].any():
        raise CalibrationError(
            "no item has both right and wrong answers; there is nothing to calibrate", code="nothing_to_calibrate"
        )
    return data.select(rows), (*items, *persons)


def items_of_one_category(data: ResponseData) -> frozenset[str]:
    """Name the items that everybody answered alike.

    Args:
        data: Answers.

    Returns:
        The items with answers that all have the same score.
    """
    answered = np.bincount(data.item, minlength=data.n_items) > 0
    return frozenset(data.item_ids[place] for place in np.flatnonzero(answered & ~_has_two_categories(data)))


def _has_two_categories(data: ResponseData) -> BoolArray:
    lowest = np.full(data.n_items, np.iinfo(np.int8).max, dtype=np.int8)
    highest = np.full(data.n_items, -1, dtype=np.int8)
    np.minimum.at(lowest, data.item, data.score)
    np.maximum.at(highest, data.item, data.score)
    varied: BoolArray = lowest < highest
    return varied
