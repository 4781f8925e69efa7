"""Calibrated items as the engine reads them, checked against the answers that they are to explain."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from calibration.calibration_result import CalibratedItem
from calibration.curve_linking import engine_parameters
from calibration.errors import CalibrationError
from calibration.responses import ResponseData
from engine.response_models import ItemPool


def pool_of_items(items: Sequence[CalibratedItem]) -> ItemPool:
    """Give calibrated items to the engine, in their order.

    Args:
        items: The items.

    Returns:
        The pool.

    Raises:
        CalibrationError: An item whose discrimination is not positive: the engine has no such curve.
    """
    for item in items:
        if not item.discrimination > 0:
            raise CalibrationError(
                f"item {item.item_id!r} has discrimination {item.discrimination:g}; only items with a positive one "
                "can stand for ability",
                code="bad_discrimination",
            )
    return ItemPool.from_items([engine_parameters(item) for item in items])


def pool_for(data: ResponseData, items: Sequence[CalibratedItem]) -> ItemPool:
    """Find the parameters of all items that were answered.

    Args:
        data: Answers.
        items: Calibrated items, in any order.

    Returns:
        A pool in the order of the data's items.

    Raises:
        CalibrationError: An item is not calibrated, its discrimination is not positive, or it has a score that its
            parameters do not know.
    """
    known = {item.item_id: item for item in items}
    for item_id in data.item_ids:
        if item_id not in known:
            raise CalibrationError(f"item {item_id!r} has answers but no parameters", code="no_parameters")
    pool = pool_of_items([known[item_id] for item_id in data.item_ids])
    highest = np.zeros(data.n_items, dtype=np.int64)
    np.maximum.at(highest, data.item, data.score.astype(np.int64))
    beyond = np.flatnonzero(highest >= pool.category_counts)
    if beyond.size:
        raise CalibrationError(
            f"item {data.item_ids[beyond[0]]!r}: score {highest[beyond[0]]}, but its parameters know scores up to "
            f"{pool.category_counts[beyond[0]] - 1}",
            code="score_out_of_range",
        )
    return pool
