"""A cut score on the scale of ability, the way to it from a number of points, and what share of people would pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibration.array_types import FloatArray
from calibration.calibrated_pool import pool_of_items
from calibration.calibration_result import CalibratedItem
from calibration.errors import CalibrationError
from engine.response_models import ItemPool

#: Nobody is looked for beyond these abilities.
FARTHEST = 12.0
# By then the ability is known to 1e-12.
HALVINGS = 45
LEAST_JUDGES = 2


@dataclass(frozen=True, slots=True)
class CutScore:
    """Where the standard lies.

    Args:
        theta: The ability from which on a candidate is competent.
        standard_error: How far another panel of as many judges would be expected to lie from it.
        method: ``"angoff"``, ``"bookmark"`` or ``"hofstee"``.
        judges: Number of judges.
    """

    theta: float
    standard_error: float
    method: str
    judges: int


def ability_at_score(pool: ItemPool, points: float) -> float:
    """Find the ability that is expected to have so many points on all items: the inverse of the test's curve.

    Args:
        pool: The items.
        points: Number of points, of the highest possible.

    Returns:
        The ability.

    Raises:
        CalibrationError: So many points are expected at no ability, or only beyond ±12.

    Reference:
        Kane (1987).
    """
    return crossing(
        lambda theta: float(pool.expected_scores([theta]).sum()) - points,
        f"an expectation of {points:g} points on {len(pool)} items",
    )


def crossing(rising: Callable[[float], float], what: str) -> float:
    """Find where a rising function of ability is 0, by halving.

    Args:
        rising: The function.
        what: What is reached there, for the message.

    Returns:
        The ability.

    Raises:
        CalibrationError: It is reached nowhere between −12 and 12.
    """
    low, high = -FARTHEST, FARTHEST
    if rising(low) >= 0 or rising(high) <= 0:
        raise CalibrationError(f"{what} is reached at no ability from −12 to 12", code="no_such_ability")
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if rising(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def share_passing(theta: float, abilities: npt.ArrayLike, *, standard_errors: npt.ArrayLike | None = None) -> float:
    """Tell what share of people would pass: the impact of a cut score.

    Args:
        theta: The cut score.
        abilities: Estimated abilities of candidates, shape (candidates,).
        standard_errors: Their standard errors; without them the estimates count as they are.

    Returns:
        The share at or above the cut, or its expectation.

    Raises:
        CalibrationError: There are no abilities, or one is not finite.
    """
    from scipy.special import ndtr

    known = checked_abilities(abilities)
    if standard_errors is None:
        return float(np.mean(known >= theta))
    errors = np.asarray(standard_errors, dtype=np.float64)
    if errors.shape != known.shape or not (errors > 0).all():
        raise CalibrationError(
            f"{known.size} abilities and {errors.size} standard errors; as many, all positive, are expected",
            code="bad_option",
        )
    return float(np.mean(ndtr((known - theta) / errors)))


def checked_abilities(abilities: npt.ArrayLike) -> FloatArray:
    """Return abilities as an array.

    Args:
        abilities: Abilities of candidates.

    Returns:
        Shape (candidates,).

    Raises:
        CalibrationError: There are none, or one is not finite.
    """
    known = np.asarray(abilities, dtype=np.float64)
    if not known.size or not np.isfinite(known).all():
        raise CalibrationError(f"{known.size} abilities; one or more, all finite, are expected", code="bad_option")
    return known


def judged_pool(items: Sequence[CalibratedItem] | ItemPool) -> ItemPool:
    """Take the items that judges speak of as the engine reads them.

    Args:
        items: Calibrated items, or the pool of a published bank as it is.

    Returns:
        The pool.

    Raises:
        CalibrationError: An item whose discrimination is not positive.
    """
    return items if isinstance(items, ItemPool) else pool_of_items(items)


def refuse_too_few_judges(judges: int) -> None:
    """Refuse a panel whose judges cannot be compared.

    Args:
        judges: How many there are.

    Raises:
        CalibrationError: Fewer than two.
    """
    if judges < LEAST_JUDGES:
        raise CalibrationError(
            f"{judges} judges; at least {LEAST_JUDGES} are needed to tell how far judges differ", code="too_few_judges"
        )
