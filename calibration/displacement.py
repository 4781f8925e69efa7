"""How far the difficulty of items whose parameters stayed as they are lies from where their answers put it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from calibration.array_types import FloatArray
from calibration.calibrated_pool import pool_for, pool_of_items
from calibration.calibration_result import FIXED, CalibratedItem
from calibration.person_likelihoods import log_likelihoods
from calibration.quadrature import DEFAULT_GRID, AbilityGrid
from calibration.responses import ResponseData

_STEP = 1e-4


@dataclass(frozen=True, slots=True)
class Displacement:
    """What the answers say about a fixed difficulty.

    Args:
        item_id: The item.
        displacement: Difficulty by its answers minus the fixed one, in logits; positive where it grew harder.
        standard_error: Of the displacement.
    """

    item_id: str
    displacement: float
    standard_error: float


def displacements(
    data: ResponseData,
    items: Sequence[CalibratedItem],
    *,
    mean: float,
    standard_deviation: float,
    grid: AbilityGrid = DEFAULT_GRID,
) -> tuple[Displacement, ...]:
    """Take one scoring step on the difficulty of each fixed item, all other parameters staying as they are.

    Args:
        data: The answers.
        items: All items that were answered.
        mean: Mean of the abilities.
        standard_deviation: Their standard deviation.
        grid: Abilities to sum over.

    Returns:
        One for each item flagged as fixed whose answers say anything.

    Raises:
        CalibrationError: As for :func:`calibration.calibrated_pool.pool_for`.

    Reference:
        Wright & Stone (1979) on displacement; Rao (1948) on the step from the score and its variance.
    """
    fixed = [item for item in items if item.flag == FIXED]
    log_posterior = log_likelihoods(data, pool_for(data, items).log_probabilities(grid.nodes))
    log_posterior += grid.log_weights(mean, standard_deviation)
    log_posterior -= log_posterior.max(axis=1, keepdims=True)
    posterior = np.exp(log_posterior)
    posterior /= posterior.sum(axis=1, keepdims=True)
    places = {name: place for place, name in enumerate(data.item_ids)}
    found = []
    for item in fixed:
        rows = data.item == places[item.item_id]
        slopes = _by_difficulty(item, grid.nodes)[data.score[rows]]
        scores = (posterior[data.person[rows]] * slopes).sum(axis=1)
        information = float(((scores - scores.mean()) ** 2).sum())
        if information > 0:
            found.append(Displacement(item.item_id, float(scores.sum()) / information, information**-0.5))
    return tuple(found)


def _by_difficulty(item: CalibratedItem, nodes: FloatArray) -> FloatArray:
    """Derivatives of the log probabilities by a shift of the whole curve, shape (scores, nodes)."""

    def log_probabilities(shift: float) -> FloatArray:
        moved = replace(
            item,
            difficulty=item.difficulty + shift,
            thresholds=tuple(threshold + shift for threshold in item.thresholds),
        )
        return np.asarray(pool_of_items([moved]).log_probabilities(nodes)[0])

    return np.asarray((log_probabilities(_STEP) - log_probabilities(-_STEP)) / (2 * _STEP))
