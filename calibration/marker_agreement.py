"""How far two markers agree who gave points to the same answers without knowing of each other."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calibration.errors import CalibrationError


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkerAgreement:
    """Agreement of two marks a response.

    Args:
        responses: Responses that both marked.
        exact: Share with the same points.
        adjacent: Share with the same points or a difference of one.
        mean_difference: Mean of the first marks less the second.
        kappa: Weighted kappa with quadratic weights: 1 for full agreement, 0 for what chance would give; None where
            both gave the same points to all, so that chance explains everything.
    """

    responses: int
    exact: float
    adjacent: float
    mean_difference: float
    kappa: float | None


def marker_agreement(first: Sequence[int], second: Sequence[int], *, highest: int) -> MarkerAgreement:
    """Compare two marks of each response.

    Args:
        first: Points by one marker, one for each response, from 0 to the highest.
        second: Points by the other, in the same order.
        highest: The most points.

    Returns:
        The agreement.

    Raises:
        CalibrationError: If there is no response, not two marks for each, or points that cannot be given.

    Reference:
        Cohen (1968), weighted kappa; Fleiss & Cohen (1973) for the quadratic weights.
    """
    if len(first) != len(second) or not len(first):
        raise CalibrationError(
            f"two marks are needed for each response, not {len(first)} and {len(second)}", code="marks_missing"
        )
    points = np.array([first, second], dtype=np.int64)
    if points.min() < 0 or points.max() > highest:
        raise CalibrationError(
            f"points are from 0 to {highest}, not {int(points.min())} to {int(points.max())}", code="impossible_points"
        )
    differences = points[0] - points[1]
    return MarkerAgreement(
        responses=len(first),
        exact=float(np.mean(differences == 0)),
        adjacent=float(np.mean(np.abs(differences) <= 1)),
        mean_difference=float(differences.mean()),
        kappa=_quadratic_kappa(points, highest),
    )


def _quadratic_kappa(points: np.ndarray[tuple[int, int], np.dtype[np.int64]], highest: int) -> float | None:
    """Return 1 less observed over expected squared difference, the marginals being those of the two markers."""
    observed = float(np.square(points[0] - points[1]).mean())
    values = np.arange(highest + 1)
    marginals = np.array([np.bincount(row, minlength=highest + 1) for row in points]) / points.shape[1]
    expected = float(marginals[0] @ np.square(values[:, None] - values[None, :]) @ marginals[1])
    return None if expected == 0 else 1 - observed / expected
