"""From the parameters that are estimated (slope, intercepts, logit) to those that are reported (a, b, c)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calibration.array_types import BoolArray, FloatArray
from calibration.ascent import Summit
from calibration.calibration_result import (
    AT_BOUND,
    FIXED,
    NEGATIVE_DISCRIMINATION,
    NO_DISCRIMINATION,
    NO_GUESSING,
    CalibratedItem,
)
from calibration.categories.bank_estimates import BankEstimates
from calibration.categories.curve_family import CurveGroup
from calibration.categories.score_curves import logistic
from calibration.categories.score_expectation import ScoreCounts
from calibration.estimates import FLATTEST_SLOPE
from calibration.responses import ResponseData


@dataclass(frozen=True)
class Natural:
    """Parameters of one item as people give them.

    Args:
        discrimination: a.
        thresholds: b, or b₁, b₂, ….
        guessing: c, or None for a model that has none.
    """

    discrimination: float
    thresholds: tuple[float, ...]
    guessing: float | None = None


def estimated_parameters(natural: Natural) -> FloatArray:
    """Return slope, intercepts and logit of guessing.

    Args:
        natural: Parameters as people give them.

    Returns:
        Shape (entries,).
    """
    row = [natural.discrimination, *(-natural.discrimination * b for b in natural.thresholds)]
    if natural.guessing is not None:
        row.append(float(np.log(natural.guessing / (1.0 - natural.guessing))))
    return np.array(row)


def calibrated_items(
    data: ResponseData,
    models: Sequence[str],
    summit: Summit[BankEstimates, ScoreCounts],
    covariance: Sequence[FloatArray] | None,
    *,
    fixed: BoolArray,
) -> tuple[CalibratedItem, ...]:
    """Report the items, with standard errors by the delta method.

    Args:
        data: The responses.
        models: Name of each item's model.
        summit: The estimates.
        covariance: Of each item's entries, or None where it is not known.
        fixed: Items with parameters known beforehand, shape (items,).

    Returns:
        In the order of the data.
    """
    answers = np.bincount(data.item, minlength=data.n_items)
    items: list[CalibratedItem | None] = [None] * data.n_items
    for group in summit.estimates.groups:
        for place, row in zip(group.items.tolist(), summit.estimates.of(group), strict=True):
            known = bool(fixed[place])
            items[place] = _item(
                group,
                row,
                None if covariance is None else covariance[place][: group.width, : group.width],
                name=data.item_ids[place],
                model=models[place],
                answers=int(answers[place]),
                known=known,
                held=bool(summit.held[place]),
            )
    return tuple(item for item in items if item is not None)


def _item(
    group: CurveGroup,
    row: FloatArray,
    covariance: FloatArray | None,
    *,
    name: str,
    model: str,
    answers: int,
    known: bool,
    held: bool,
) -> CalibratedItem:
    slope = float(row[0])
    flat = abs(slope) < FLATTEST_SLOPE
    divisor = float(np.copysign(max(abs(slope), FLATTEST_SLOPE), slope))
    thresholds = -row[1 : group.score_count] / divisor
    guessing = float(logistic(row[group.score_count :])[0]) if group.family.extras else 0.0
    own = _natural_covariance(group, divisor, thresholds, guessing, covariance, known=known, unknown=held or flat)
    errors = np.sqrt(np.diagonal(own))
    last = group.score_count
    location = np.full(last - 1, 1.0 / (last - 1))
    several = last > 2
    return CalibratedItem(
        item_id=name,
        model=model,
        discrimination=slope,
        difficulty=float(thresholds.mean()),
        se_discrimination=float(errors[0]),
        se_difficulty=float(np.sqrt(location @ own[1:last, 1:last] @ location)),
        covariance=float(own[0, 1:last] @ location),
        n_responses=answers,
        flag=_flag(slope, guessing, group, known=known, held=held, flat=flat),
        thresholds=tuple(thresholds.tolist()) if several or model in ("grm", "gpcm") else (),
        se_thresholds=tuple(errors[1:last].tolist()) if several or model in ("grm", "gpcm") else (),
        guessing=guessing,
        se_guessing=float(errors[last]) if group.family.extras else 0.0,
        covariances=tuple(tuple(line) for line in own.tolist()) if np.isfinite(own).all() else (),
    )


def _natural_covariance(
    group: CurveGroup,
    slope: float,
    thresholds: FloatArray,
    guessing: float,
    covariance: FloatArray | None,
    *,
    known: bool,
    unknown: bool,
) -> FloatArray:
    if known:
        return np.zeros((group.width, group.width))
    if covariance is None or unknown:
        return np.diag(np.full(group.width, np.inf))
    jacobian = np.eye(group.width)
    jacobian[1 : group.score_count, 0] = -thresholds / slope
    jacobian[1 : group.score_count, 1 : group.score_count] = -np.eye(group.score_count - 1) / slope
    if group.family.extras:
        jacobian[-1, -1] = guessing * (1.0 - guessing)
    return np.asarray(jacobian @ covariance @ jacobian.T)


def _flag(slope: float, guessing: float, group: CurveGroup, *, known: bool, held: bool, flat: bool) -> str | None:
    if known:
        return FIXED
    if held:
        return AT_BOUND
    if flat:
        return NO_DISCRIMINATION
    if slope < 0:
        return NEGATIVE_DISCRIMINATION
    return NO_GUESSING if group.family.extras and guessing < 1e-3 else None
