"""Whether items behave as their curves say: S-X² on linear data, infit and outfit, residuals by ability on any data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc

from calibration.array_types import BoolArray, FloatArray
from calibration.calibrated_pool import pool_for
from calibration.calibration_result import FIXED, CalibratedItem
from calibration.errors import CalibrationError
from calibration.leave_one_out import AnswersToItem, answers_beside_expectations
from calibration.quadrature import DEFAULT_GRID, AbilityGrid
from calibration.responses import ResponseData
from calibration.score_distribution import score_distribution

LEAST_EXPECTED = 1.0
BINS = 10
#: Fewer persons to a group make their mean a matter of chance.
LEAST_IN_GROUP = 15


@dataclass(frozen=True, slots=True)
class SummedScoreFit:
    """S-X² of one item.

    Args:
        item_id: The item.
        statistic: Sum of squared differences over their expectations.
        degrees_of_freedom: Cells that are free, less the item's own parameters.
        p_value: Chance of at least this much misfit if the model is true.
        rmsea: Misfit per degree of freedom and person, √(max(0, S-X²/df − 1)/(N − 1)): an effect size.
    """

    item_id: str
    statistic: float
    degrees_of_freedom: int
    p_value: float
    rmsea: float


@dataclass(frozen=True, slots=True)
class AbilityGroup:
    """Persons of about one ability, and their answers to one item.

    Args:
        ability: Where the item's curve expects what is expected of the group, so that a share that lies off the curve
            there is one that should not.
        share: Mean score over the highest; with scores 0 and 1 the share of right answers.
        expected: The same as the curve and the group's other answers let expect.
        standard_error: Of their difference, if the curve is true.
        n: Persons.
    """

    ability: float
    share: float
    expected: float
    standard_error: float
    n: int

    @property
    def gap(self) -> float:
        """How far the share is above the expected one."""
        return self.share - self.expected


@dataclass(frozen=True, slots=True)
class ResidualFit:
    """How far answers to an item are from what is expected at the persons' abilities.

    Args:
        item_id: The item.
        outfit: Mean squared standardised residual; 1 is expected, far answers count most.
        infit: Squared residuals over their variances; 1 is expected, near answers count most.
        worst_gap: Largest difference, over groups of ability, between mean and expected share of points.
        worst_z: That group's difference in standard errors.
        n: Answers.
        effect: Root mean square of those differences, less what chance is expected to make: an effect size.
        p_value: Chance of differences as large if the curve is true.
        worst_ability: Where the largest difference is.
        groups: Groups of ability, of about equally many persons, in order of ability.
    """

    item_id: str
    outfit: float
    infit: float
    worst_gap: float
    worst_z: float
    n: int
    effect: float
    p_value: float
    worst_ability: float
    groups: tuple[AbilityGroup, ...]


def summed_score_fit(
    data: ResponseData,
    items: Sequence[CalibratedItem],
    *,
    mean: float = 0.0,
    standard_deviation: float = 1.0,
    grid: AbilityGrid = DEFAULT_GRID,
) -> tuple[SummedScoreFit, ...]:
    """Compare, among persons with the same number of points, the shares of an item's scores with those expected.

    Args:
        data: Answers of persons who all answered all items: on adaptive data the number of points says nothing.
        items: Calibrated items, among them all that were answered.
        mean: Mean of the abilities.
        standard_deviation: Their standard deviation.
        grid: Abilities to sum over.

    Returns:
        One an item, in the order of the data.

    Raises:
        CalibrationError: Somebody did not answer every item, there are fewer than three items, or an item is not
            calibrated.

    Reference:
        Orlando & Thissen (2000); Kang & Chen (2008) for more than two scores.
    """
    if data.n_items < 3 or data.n_responses != data.n_persons * data.n_items:
        raise CalibrationError(
            f"{data.n_responses} answers of {data.n_persons} persons to {data.n_items} items: S-X² needs at least "
            "three items, and everybody's answer to each; take binned residuals for adaptive data",
            code="not_linear",
        )
    pool = pool_for(data, items)
    scores = np.zeros((data.n_persons, data.n_items), dtype=np.int64)
    scores[data.person, data.item] = data.score
    totals = scores.sum(axis=1)
    curves = np.exp(pool.log_probabilities(grid.nodes))
    weights = np.exp(grid.log_weights(mean, standard_deviation))
    own = [curves[place, : pool.category_counts[place]] for place in range(data.n_items)]
    everything = score_distribution(own) @ weights
    fits = []
    for place, item_id in enumerate(data.item_ids):
        rest = score_distribution([curve for other, curve in enumerate(own) if other != place])
        observed, expected = _tables(scores[:, place], totals, own[place], rest, everything, weights)
        statistic, cells = _collapsed_statistic(observed, expected)
        free = max(1, cells - _parameters(items, item_id))
        fits.append(
            SummedScoreFit(
                item_id=item_id,
                statistic=statistic,
                degrees_of_freedom=free,
                p_value=float(chdtrc(free, statistic)),
                rmsea=float(np.sqrt(max(0.0, statistic / free - 1) / max(1, data.n_persons - 1))),
            )
        )
    return tuple(fits)


def residual_fit(
    data: ResponseData,
    items: Sequence[CalibratedItem],
    *,
    mean: float = 0.0,
    standard_deviation: float = 1.0,
    grid: AbilityGrid = DEFAULT_GRID,
) -> tuple[ResidualFit, ...]:
    """Weigh residuals by the posterior of each person's ability, so that sparse and adaptive data can be judged.

    An answer is compared with what the person's answers to the *other* items let expect, and its squared distance with
    the variance that goes with that expectation: an item must not vouch for itself, and that ability is known only so
    well must not count as misfit.

    Args:
        data: Answers, complete or not.
        items: Calibrated items, among them all that were answered.
        mean: Mean of the abilities.
        standard_deviation: Their standard deviation.
        grid: Abilities to sum over.

    Returns:
        One an item, in the order of the data.

    Raises:
        CalibrationError: An item is not calibrated.

    Reference:
        Wright & Masters (1982) for infit and outfit; Stone (2000) for posterior weights; Köhler, Robitzsch & Hartig
        (2020) for an effect size without what chance makes.
    """
    answers = answers_beside_expectations(data, items, mean=mean, standard_deviation=standard_deviation, grid=grid)
    return tuple(_residuals(of_item, _parameters(items, of_item.item_id)) for of_item in answers)


def _residuals(answers: AnswersToItem, parameters: int) -> ResidualFit:
    squared = (answers.score - answers.expected) ** 2
    groups = _groups(answers)
    worst = max(groups, key=lambda one: abs(one.gap / one.standard_error))
    chi_squared = math.fsum((one.gap / one.standard_error) ** 2 for one in groups)
    # Chance alone makes gaps: what it is expected to make is taken off before the root.
    beyond_chance = math.fsum(one.n * (one.gap**2 - one.standard_error**2) for one in groups) / len(answers.score)
    return ResidualFit(
        item_id=answers.item_id,
        outfit=float((squared / answers.variance).mean()),
        infit=float(squared.sum() / answers.variance.sum()),
        worst_gap=worst.gap,
        worst_z=worst.gap / worst.standard_error,
        n=len(answers.score),
        effect=math.sqrt(max(0.0, beyond_chance)),
        p_value=float(chdtrc(max(1, len(groups) - parameters), chi_squared)),
        worst_ability=worst.ability,
        groups=groups,
    )


def _groups(answers: AnswersToItem) -> tuple[AbilityGroup, ...]:
    bins = max(1, min(BINS, len(answers.score) // LEAST_IN_GROUP))
    cuts = np.quantile(answers.ability, np.linspace(0, 1, bins + 1)[1:-1])
    place = np.searchsorted(cuts, answers.ability)
    return tuple(_group(answers, place == group) for group in np.unique(place))


def _group(answers: AnswersToItem, inside: BoolArray) -> AbilityGroup:
    n = int(inside.sum())
    expected = float(answers.expected[inside].mean())
    return AbilityGroup(
        ability=float(np.interp(expected, answers.curve, answers.nodes)),
        share=float(answers.score[inside].mean()) / answers.points,
        expected=expected / answers.points,
        standard_error=math.sqrt(float(answers.variance[inside].sum())) / n / answers.points,
        n=n,
    )


def _parameters(items: Sequence[CalibratedItem], item_id: str) -> int:
    item = next(item for item in items if item.item_id == item_id)
    if item.flag == FIXED:
        return 0
    slope = 0 if item.model in ("rasch", "1pl") else 1
    return slope + max(1, len(item.thresholds)) + (item.model == "3pl")


def _tables(
    scores: npt.NDArray[np.int64],
    totals: npt.NDArray[np.int64],
    own: FloatArray,
    rest: FloatArray,
    everything: FloatArray,
    weights: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Observed and expected numbers of persons by total (without none and all points) and score of the item."""
    highest, categories = len(everything) - 1, len(own)
    observed = np.zeros((highest + 1, categories))
    np.add.at(observed, (totals, scores), 1.0)
    expected = np.zeros_like(observed)
    for score in range(categories):
        together = (own[score] * rest) @ weights
        expected[score : score + len(rest), score] = together
    expected *= (observed.sum(axis=1) / np.maximum(everything, 1e-300))[:, None]
    return observed[1:-1], expected[1:-1]


def _collapsed_statistic(observed: FloatArray, expected: FloatArray) -> tuple[float, int]:
    """Join neighbouring totals until every score is expected of at least one person, and add up the misfit."""
    groups: list[tuple[FloatArray, FloatArray]] = []
    seen, due = np.zeros(observed.shape[1]), np.zeros(observed.shape[1])
    for row, row_expected in zip(observed, expected, strict=True):
        seen, due = seen + row, due + row_expected
        if (due >= LEAST_EXPECTED).all():
            groups.append((seen, due))
            seen, due = np.zeros_like(seen), np.zeros_like(due)
    if groups:
        groups[-1] = groups[-1][0] + seen, groups[-1][1] + due
    statistic = sum(float(((one - other) ** 2 / other).sum()) for one, other in groups)
    return statistic, len(groups) * (observed.shape[1] - 1)
