"""Anchors without items that work differently: judge, leave out the accused, and judge again until nothing changes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import numpy as np

from calibration.array_types import BoolArray
from calibration.errors import CalibrationError

#: Persons are not matched on fewer items than these.
LEAST_ANCHORS = 3
MOST_ROUNDS = 20


def purified_anchors(
    accused_under: Callable[[BoolArray], Collection[int]], item_ids: Sequence[str]
) -> tuple[BoolArray, bool]:
    """Find anchors under which exactly the items that are no anchors are accused.

    Args:
        accused_under: Places of the items that are accused when persons are matched on some anchors, shape (items,).
        item_ids: All items; at first all are anchors.

    Returns:
        Which items are anchors at the end, and whether nothing changed any more: sometimes two items accuse each other
        in turn, and then both are left out.

    Raises:
        CalibrationError: If fewer than three anchors would be left.

    Reference:
        Lord (1980), chapter 14; Clauser, Mazor & Hambleton (1993).
    """
    anchors = np.ones(len(item_ids), dtype=bool)
    seen = [anchors]
    for _ in range(MOST_ROUNDS):
        found = np.ones(len(item_ids), dtype=bool)
        found[list(accused_under(anchors))] = False
        _refuse_too_few(found)
        if np.array_equal(found, anchors):
            return anchors, True
        earlier = next((place for place, known in enumerate(seen) if np.array_equal(known, found)), None)
        if earlier is not None:
            anchors = np.logical_and.reduce(seen[earlier:])
            break
        anchors = found
        seen.append(found)
    _refuse_too_few(anchors)
    return anchors, False


def _refuse_too_few(anchors: BoolArray) -> None:
    if anchors.sum() < LEAST_ANCHORS:
        raise CalibrationError(
            f"only {int(anchors.sum())} of {len(anchors)} items seem to work alike for both groups; at least "
            f"{LEAST_ANCHORS} are needed to match persons on: look for what sets the groups apart as a whole",
            code="no_anchors",
        )
