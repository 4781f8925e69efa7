"""Classical item statistics: proportion right, item-rest correlation, and what each option attracts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibration.array_types import FloatArray
from calibration.errors import CalibrationError
from calibration.responses import ResponseData

ADAPTIVE = "adaptive"
INCOMPLETE = "incomplete"
OMITTED = -1


@dataclass(frozen=True)
class ItemStatistics:
    """Classical statistics of one item.

    Args:
        item_id: The item.
        n_responses: Answers.
        proportion_right: Share of right answers, None without answers.
        item_rest_correlation: Correlation of the score with the share of right answers among the person's other items;
            None where either does not vary.
    """

    item_id: str
    n_responses: int
    proportion_right: float | None
    item_rest_correlation: float | None


@dataclass(frozen=True)
class ClassicalStatistics:
    """Classical statistics of all items, and whether they mean what they say.

    Args:
        items: One entry an item, in the order of the data.
        caution: None for complete linear data; ``"incomplete"`` where persons answered different items, so that
            proportions compare only if the groups do; ``"adaptive"`` where the items were chosen by ability:
            proportions then tend to one half and correlations to nothing, whatever the items are like.
    """

    items: tuple[ItemStatistics, ...]
    caution: str | None


def classical_statistics(data: ResponseData, *, adaptive: bool) -> ClassicalStatistics:
    """Compute proportions right and corrected item-total correlations.

    Args:
        data: Scores 0 and 1.
        adaptive: Whether items were chosen by the ability shown so far.

    Returns:
        The statistics with a caution where they are not to be trusted.

    Raises:
        CalibrationError: Scores other than 0 and 1.

    Reference:
        Lord & Novick (1968), Statistical theories of mental test scores, chapter 15.
    """
    data.require_dichotomous()
    answers = np.bincount(data.item, minlength=data.n_items)
    right = np.bincount(data.item, weights=data.score, minlength=data.n_items)
    correlation = item_rest_correlation(data)
    items = tuple(
        ItemStatistics(
            name,
            int(answers[k]),
            float(right[k] / answers[k]) if answers[k] else None,
            float(correlation[k]) if np.isfinite(correlation[k]) else None,
        )
        for k, name in enumerate(data.item_ids)
    )
    complete = data.n_responses == data.n_persons * data.n_items
    return ClassicalStatistics(items, ADAPTIVE if adaptive else None if complete else INCOMPLETE)


def item_rest_correlation(data: ResponseData) -> FloatArray:
    """Correlate each item's score with the mean score of the person's other items.

    Args:
        data: Scores; where persons answered different items, the mean is that of different items too.

    Returns:
        Shape (items,); not-a-number where either does not vary.
    """
    answered = np.bincount(data.person, minlength=data.n_persons)
    right = np.bincount(data.person, weights=data.score, minlength=data.n_persons)
    rows = answered[data.person] > 1
    person, item, score = data.person[rows], data.item[rows], data.score[rows].astype(np.float64)
    rest = (right[person] - score) / (answered[person] - 1)
    return _correlation_by_group(item, score, rest, data.n_items)


def _correlation_by_group(
    group: npt.NDArray[np.integer], first: FloatArray, second: FloatArray, groups: int
) -> FloatArray:
    """Correlate within groups, shape (groups,); not-a-number where either does not vary."""

    def total(value: FloatArray) -> FloatArray:
        return np.bincount(group, weights=value, minlength=groups).astype(np.float64)

    count = np.maximum(np.bincount(group, minlength=groups), 1)
    first = first - (total(first) / count)[group]
    second = second - (total(second) / count)[group]
    spread = np.sqrt(total(first * first) * total(second * second))
    varies = spread > 1e-9
    return np.where(varies, total(first * second) / np.where(varies, spread, 1.0), np.nan)


@dataclass(frozen=True)
class OptionStatistics:
    """What one option of an item attracts.

    Args:
        option: Index of the option; −1 stands for no answer.
        is_key: Whether choosing it is right.
        count: How often it was chosen.
        share: Its share of all answers.
        mean_ability: Mean ability of those who chose it, None if nobody did.
        correlation: Correlation of choosing it with ability, None where either does not vary.
        suspicious: A key that does not attract the abler, or a wrong option that does.
    """

    option: int
    is_key: bool
    count: int
    share: float
    mean_ability: float | None
    correlation: float | None
    suspicious: bool


def distractor_table(
    chosen: npt.ArrayLike, ability: npt.ArrayLike, *, n_options: int, key: Collection[int]
) -> tuple[OptionStatistics, ...]:
    """Tabulate the options that were chosen against ability.

    Args:
        chosen: Index of the option of each answer, −1 for none, shape (answers,).
        ability: Ability of the person of each answer, shape (answers,).
        n_options: How many options the item has.
        key: Options that are right.

    Returns:
        One entry an option; one for no answer at the end if there are any.

    Raises:
        CalibrationError: Arrays of unequal length, or an option that the item does not have.
    """
    options, abilities = np.asarray(chosen, dtype=np.int64), np.asarray(ability, dtype=np.float64)
    if options.shape != abilities.shape:
        raise CalibrationError(
            f"{options.size} options and {abilities.size} abilities; the columns must be equally long",
            code="unequal_columns",
        )
    outside = options[(options < OMITTED) | (options >= n_options)]
    if outside.size:
        raise CalibrationError(f"option {outside[0]}; 0 to {n_options - 1} are expected", code="unknown_option")
    rows = list(range(n_options)) + ([OMITTED] if np.any(options == OMITTED) else [])
    return tuple(_option(option, options == option, abilities, is_key=option in key) for option in rows)


def _option(option: int, chose: npt.NDArray[np.bool_], ability: FloatArray, *, is_key: bool) -> OptionStatistics:
    count = int(chose.sum())
    group = np.zeros(len(chose), dtype=np.int64)
    correlation = float(_correlation_by_group(group, chose.astype(np.float64), ability, 1)[0])
    known = bool(np.isfinite(correlation))
    return OptionStatistics(
        option=option,
        is_key=is_key,
        count=count,
        share=count / max(len(chose), 1),
        mean_ability=float(ability[chose].mean()) if count else None,
        correlation=correlation if known else None,
        suspicious=known and (correlation <= 0 if is_key else correlation > 0),
    )
