"""Each answer beside what the same person's other answers let expect of it: an item must not vouch for itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibration.array_types import FloatArray
from calibration.calibrated_pool import pool_for, pool_of_items
from calibration.calibration_result import CalibratedItem
from calibration.person_likelihoods import log_likelihoods
from calibration.quadrature import DEFAULT_GRID, AbilityGrid
from calibration.responses import ResponseData
from engine.ability.ability_grid import posterior_of


@dataclass(frozen=True, eq=False, slots=True)
class AnswersToItem:
    """The answers to one item, of shape (answers,) unless said otherwise.

    Args:
        item_id: The item.
        rows: Their places in the data.
        score: Scores.
        expected: Expected scores given the other answers.
        variance: Variances of the scores given the other answers: at an ability, and of the expectation over abilities.
        ability: Expected abilities given the other answers.
        points: Highest score that the item's parameters know.
        nodes: Abilities of the grid, shape (nodes,).
        curve: Expected score at each of them, shape (nodes,).
    """

    item_id: str
    rows: npt.NDArray[np.intp]
    score: npt.NDArray[np.int64]
    expected: FloatArray
    variance: FloatArray
    ability: FloatArray
    points: int
    nodes: FloatArray
    curve: FloatArray


def answers_beside_expectations(
    data: ResponseData,
    items: Sequence[CalibratedItem],
    *,
    judged_by: Mapping[str, CalibratedItem] | None = None,
    mean: float = 0.0,
    standard_deviation: float = 1.0,
    grid: AbilityGrid = DEFAULT_GRID,
) -> Iterator[AnswersToItem]:
    """Go through the items, one at a time so that memory stays that of one.

    Args:
        data: Answers, complete or not.
        items: Calibrated items, among them all that were answered.
        judged_by: Other parameters, on the same scale and of as many scores, by which the answers to some items are
            expected; then those items alone are gone through. What is known of persons rests on ``items`` all the same.
        mean: Mean of the abilities.
        standard_deviation: Their standard deviation.
        grid: Abilities to sum over.

    Yields:
        The answers to one item, in the order of the data's items.

    Raises:
        CalibrationError: An item is not calibrated.

    Reference:
        Stone (2000) for posterior weights.
    """
    logs = pool_for(data, items).log_probabilities(grid.nodes)
    log_posterior = log_likelihoods(data, logs) + grid.log_weights(mean, standard_deviation)
    order = np.argsort(data.item, kind="stable")
    ends = np.cumsum(np.bincount(data.item, minlength=data.n_items))
    own = {item.item_id: item for item in items}
    for place, item_id in enumerate(data.item_ids):
        if judged_by is not None and item_id not in judged_by:
            continue
        rows = order[ends[place - 1] if place else 0 : ends[place]]
        score = data.score[rows].astype(np.int64)
        # What the item itself said about its persons is taken out of their posteriors again.
        posterior = posterior_of(log_posterior[data.person[rows]] - logs[place, score])
        judge = own[item_id] if judged_by is None else judged_by[item_id]
        yield _beside(judge, rows, score, posterior, grid.nodes)


def _beside(
    item: CalibratedItem,
    rows: npt.NDArray[np.intp],
    score: npt.NDArray[np.int64],
    posterior: FloatArray,
    nodes: FloatArray,
) -> AnswersToItem:
    chances = np.exp(pool_of_items([item]).log_probabilities(nodes))[0]
    points = np.arange(len(chances))
    expected = points @ chances
    variance = np.maximum(points**2 @ chances - expected**2, 1e-12)
    predicted = posterior @ expected
    return AnswersToItem(
        item_id=item.item_id,
        rows=rows,
        score=score,
        expected=predicted,
        # Of an answer given all others: the variance at an ability and that of the expectation over abilities.
        variance=posterior @ variance + posterior @ expected**2 - predicted**2,
        ability=posterior @ nodes,
        points=max(1, len(item.thresholds)),
        nodes=nodes,
        curve=expected,
    )
