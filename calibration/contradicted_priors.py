"""Items whose answers contradict the prior of their discrimination: with a prior they look sound, and are not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from calibration.calibration_result import AT_BOUND, NEGATIVE_DISCRIMINATION, CalibratedItem
from calibration.leave_one_out import answers_beside_expectations
from calibration.priors import Priors
from calibration.responses import ResponseData

# Standard deviations of the prior of ln a from its mean. Below the first an item is looked at; beyond the second only
# answers that separate persons perfectly take an estimate.
SUSPICIOUS, IMPOSSIBLE = 2.0, 4.5
# A correlation of answers and abilities that is negative by so many of its standard errors is no chance.
NEGATIVE_BY = 2.0


def flag_contradictions(
    data: ResponseData, items: Sequence[CalibratedItem], priors: Priors
) -> tuple[CalibratedItem, ...]:
    """Flag items that only their prior keeps from a negative or an endless discrimination.

    A prior on ln a knows positive discriminations alone: a reversed key comes out as a small one, and perfect
    separation as a large one. So the answers to items of a small discrimination are held against the abilities that
    the other answers let expect.

    Args:
        data: The answers.
        items: Calibrated items, all that were answered.
        priors: The priors under which they were calibrated.

    Returns:
        The same items, ``"negative_discrimination"`` or ``"at_bound"`` where that is so and they had no flag.
    """
    middle, spread = priors.log_discrimination_mean, priors.log_discrimination_sd
    free = {item.item_id: item for item in items if item.flag is None and item.discrimination > 0}
    small = {name: item for name, item in free.items() if math.log(item.discrimination) < middle - SUSPICIOUS * spread}
    flags = {
        name: AT_BOUND for name, item in free.items() if math.log(item.discrimination) > middle + IMPOSSIBLE * spread
    }
    if small and all(item.discrimination > 0 for item in items):
        flags |= dict.fromkeys(_reversed(data, items, small), NEGATIVE_DISCRIMINATION)
    return tuple(replace(item, flag=flags[item.item_id]) if item.item_id in flags else item for item in items)


def _reversed(data: ResponseData, items: Sequence[CalibratedItem], small: dict[str, CalibratedItem]) -> list[str]:
    found = []
    for answers in answers_beside_expectations(data, items, judged_by=small):
        score, ability = answers.score - answers.score.mean(), answers.ability - answers.ability.mean()
        length = float(np.sqrt((score @ score) * (ability @ ability)))
        if length > 0 and (score @ ability) / length < -NEGATIVE_BY / math.sqrt(len(score)):
            found.append(answers.item_id)
    return found
