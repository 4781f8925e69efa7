"""Items that are no longer what they were: robust z, displacement, anchors purged of drift, and CUSUM over time."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from calibration.array_types import FloatArray
from calibration.errors import CalibrationError
from calibration.linking import LEAST_ANCHORS, Link

#: The interquartile range of a normal distribution times this is its standard deviation.
ROBUST_UNIT = 0.74
ROBUST_Z_LIMIT = 1.645
DISPLACEMENT_LIMIT = 0.5
LEAST_DRIFT = 1e-9
#: Chance that any of the items compared is called drifted if none is.
CHANCE = 0.05
#: Surprise, in standard deviations, that cumulative sums let pass.
REFERENCE = 0.25


@dataclass(frozen=True, slots=True)
class ItemDrift:
    """How far an item moved, seen from how all of them moved.

    Args:
        item_id: The item.
        displacement: New difficulty minus old one, on the old scale.
        robust_z: Its distance from the median displacement in robust standard deviations.
        drifted: Whether all three say that it moved: robust z beyond its limit, displacement beyond its own, and beyond
            what the errors of both estimates make among so many items.
        standard_error: Of the displacement.
    """

    item_id: str
    displacement: float
    robust_z: float
    drifted: bool
    standard_error: float


def robust_z(displacements: Sequence[float] | FloatArray) -> FloatArray:
    """Standardise by median and interquartile range, which items that drift hardly move.

    Args:
        displacements: One an item.

    Returns:
        Shape (items,); 0 for all where the range is nothing.

    Reference:
        Huynh & Meyer (2010).
    """
    values = np.asarray(displacements, dtype=np.float64)
    low, middle, high = np.percentile(values, [25, 50, 75])
    spread = ROBUST_UNIT * (high - low)
    if spread <= LEAST_DRIFT:
        return np.where(np.abs(values - middle) <= LEAST_DRIFT, 0.0, np.copysign(np.inf, values - middle))
    return np.asarray((values - middle) / spread)


def item_drift(
    old: Mapping[str, float],
    new: Mapping[str, float],
    errors: Mapping[str, float],
    *,
    z_limit: float = ROBUST_Z_LIMIT,
    displacement_limit: float = DISPLACEMENT_LIMIT,
    chance: float = CHANCE,
) -> tuple[ItemDrift, ...]:
    """Compare difficulties on one scale.

    Estimates by few answers differ by more than half a logit though nothing has changed, and items that were answered
    more often make the spread that they are held against small: each item is held against its own error too.

    Args:
        old: Difficulty by item.
        new: Likewise, on the same scale.
        errors: Standard error of the difference by item, in logits.
        z_limit: Robust z above which an item stands out.
        displacement_limit: Displacement, in logits, below which it does not matter.
        chance: Chance that any item is called drifted if all differences are errors; shared out among the items.

    Returns:
        The items in both, in the order of the new ones.

    Raises:
        CalibrationError: Fewer than five common items, a difficulty that is not finite, or an error that is not finite
            or below nothing.
    """
    common = [name for name in new if name in old]
    if len(common) < LEAST_ANCHORS:
        raise CalibrationError(
            f"{len(common)} items are in both calibrations; drift needs {LEAST_ANCHORS}", code="no_anchors"
        )
    moved, error = _moves(common, old, new, errors)
    away = robust_z(moved)
    by_errors = -float(ndtri(chance / (2 * len(common)))) * error
    drifted = (np.abs(away) > z_limit) & (np.abs(moved) > np.maximum(displacement_limit, by_errors))
    return tuple(
        ItemDrift(name, float(step), float(z), bool(far), float(own))
        for name, step, z, far, own in zip(common, moved, away, drifted, error, strict=True)
    )


def _moves(
    common: Sequence[str], old: Mapping[str, float], new: Mapping[str, float], errors: Mapping[str, float]
) -> tuple[FloatArray, FloatArray]:
    """Differences and their errors, shape (items,) each."""
    moved = np.array([new[name] - old[name] for name in common])
    error = np.array([errors[name] for name in common])
    sound = np.isfinite(moved) & np.isfinite(error) & (error >= 0)
    if not sound.all():
        bad = common[int(np.argmin(sound))]
        raise CalibrationError(
            f"item {bad!r}: a finite difficulty is expected in both calibrations, and a finite error of the difference",
            code="bad_anchors",
        )
    return moved, error


def error_of_difference(one: float, other: float) -> float:
    """Tell how far two estimates are apart by their errors alone.

    Answers that both rest on make them more alike than this, so that with them it is cautious: fewer items than the
    chance allows are called drifted.

    Args:
        one: Standard error of the one.
        other: Standard error of the other.
    """
    return math.hypot(one, other)


def purged_link(
    anchors: Sequence[str],
    link: Callable[[Sequence[str]], Link],
    moved: Callable[[Link], Mapping[str, tuple[float, float, float]]],
    *,
    z_limit: float = ROBUST_Z_LIMIT,
    displacement_limit: float = DISPLACEMENT_LIMIT,
    chance: float = CHANCE,
) -> tuple[Link, tuple[str, ...]]:
    """Link, leave out the anchors that drifted under that link, and link again until none does.

    Args:
        anchors: Items in both calibrations.
        link: Links by some of them.
        moved: Old and new difficulty of every anchor and the standard error of their difference, all on the target
            scale, under a link.
        z_limit: Robust z above which an anchor stands out.
        displacement_limit: Displacement below which it does not matter.
        chance: As in `item_drift`.

    Returns:
        The link at the end, and the anchors left out.

    Raises:
        CalibrationError: If fewer than five anchors would be left: then it is not the anchors that drifted.
    """
    kept = list(anchors)
    while True:
        found = link(kept)
        pairs = moved(found)
        old, new, errors = ({name: pairs[name][place] for name in kept} for place in range(3))
        drift = item_drift(old, new, errors, z_limit=z_limit, displacement_limit=displacement_limit, chance=chance)
        worst = max((item for item in drift if item.drifted), key=lambda item: abs(item.robust_z), default=None)
        if worst is None:
            return found, tuple(name for name in anchors if name not in kept)
        kept.remove(worst.item_id)
        if len(kept) < LEAST_ANCHORS:
            raise CalibrationError(
                f"only {len(kept)} of {len(anchors)} anchor items would be left without those that drifted",
                code="bad_anchors",
            )


@dataclass(frozen=True, slots=True, eq=False)
class DriftWatch:
    """Cumulative sums of an item's surprises over time.

    Args:
        easier: Sum for an item that grows easier, after each answer, shape (answers,).
        harder: Sum for one that grows harder.
        alarm: Place of the first answer at which a sum passed the limit, or None.
        direction: "easier" or "harder" at the alarm, None without one.
        began: Place of the answer with which the rise that led to the alarm set in, None without one.
    """

    easier: FloatArray
    harder: FloatArray
    alarm: int | None
    direction: str | None
    began: int | None = None


def watch_drift(
    scores: Sequence[float] | FloatArray,
    expected: Sequence[float] | FloatArray,
    variances: Sequence[float] | FloatArray,
    *,
    reference: float = REFERENCE,
    limit: float = 12.0,
) -> DriftWatch:
    """Add up standardised surprises of an item's answers in the order of time, beyond a reference.

    A sum that never falls below nothing rises only while answers are better (or worse) than the parameters say by more
    than the reference. At the defaults a sound item alarms once in some three thousand answers, and one whose surprises
    have moved by half a standard deviation after some forty-five.

    Args:
        scores: Scores in the order of time, shape (answers,).
        expected: Expected scores given ability without the item, shape (answers,).
        variances: Variances of the scores given that ability, positive, shape (answers,).
        reference: Surprise, in standard deviations, that is let pass.
        limit: Sum at which to alarm; see :func:`limit_for` where there are more answers than a few hundred.

    Returns:
        The sums and the first alarm.

    Raises:
        CalibrationError: Columns of unequal length, or a variance that is not positive.

    Reference:
        Page (1954); Veerkamp & Glas (2000) for items of adaptive tests.
    """
    score, mean, variance = (np.asarray(column, dtype=np.float64) for column in (scores, expected, variances))
    if not score.shape == mean.shape == variance.shape:
        raise CalibrationError(
            f"{score.size} scores, {mean.size} expectations and {variance.size} variances; they must be equally many",
            code="unequal_columns",
        )
    if not (np.isfinite(variance) & (variance > 0)).all():
        raise CalibrationError("a variance of a score must be positive", code="bad_option")
    surprise = (score - mean) / np.sqrt(variance)
    easier, harder = _cumulative(surprise - reference), _cumulative(-surprise - reference)
    above = np.flatnonzero(np.maximum(easier, harder) > limit)
    if not above.size:
        return DriftWatch(easier, harder, None, None)
    first = int(above[0])
    direction, sums = ("easier", easier) if easier[first] > harder[first] else ("harder", harder)
    return DriftWatch(easier, harder, first, direction, rise_before(sums, first))


def rise_before(sums: FloatArray, place: int) -> int:
    """Find where a rise set in.

    Args:
        sums: Cumulative sums that start anew at nothing, shape (answers,).
        place: A place where the sum is above nothing.

    Returns:
        Place of the first answer since the sum was last nothing.
    """
    nothing = np.flatnonzero(sums[:place] <= 0)
    return int(nothing[-1]) + 1 if nothing.size else 0


def limit_for(
    answers: int, *, chance: float, reference: float = REFERENCE, sides: int = 2, skewness: float = 0.0
) -> float:
    """Choose the limit of sums that a sound item hardly ever passes, however many answers it has.

    Surprises that are seldom and large, as a wrong answer to an item that nearly all get right, carry sums further than
    normal ones: how far depends on the exponent at which such walks die out, known from the third moment well enough.

    Args:
        answers: Number of answers that are looked at.
        chance: Chance of an alarm among them if nothing has changed.
        reference: As in `watch_drift`.
        sides: 2 for both directions, 1 for one.
        skewness: Mean third power of the surprises; that of the direction in which they are seldom and large.

    Returns:
        The limit.

    Raises:
        CalibrationError: No answers, or a chance that is not between 0 and 1.

    Reference:
        Siegmund (1985), chapter X, on the exponent.
    """
    if answers < 1 or not 0 < chance < 1:
        raise CalibrationError(
            f"{answers} answers and a chance of {chance:g}; one answer or more and a chance between 0 and 1 are "
            "expected",
            code="bad_option",
        )
    wanted = sides * answers / chance
    low, high = 0.0, 1.0
    while average_run_length(shift=0.0, reference=reference, limit=high) < wanted:
        low, high = high, 2 * high
    for _ in range(60):
        middle = (low + high) / 2
        short = average_run_length(shift=0.0, reference=reference, limit=middle) < wanted
        low, high = (middle, high) if short else (low, middle)
    return high * max(1.0, 2 * reference / _exponent(reference, skewness))


def _exponent(reference: float, skewness: float) -> float:
    """Solve E[exp(θ (surprise − reference))] = 1 up to the third moment; 2 · reference for normal surprises."""
    if skewness <= 0:
        return 2 * reference
    return (math.sqrt(0.25 + 2 / 3 * skewness * reference) - 0.5) / (skewness / 3)


def _cumulative(steps: FloatArray) -> FloatArray:
    """Sums that start anew at nothing whenever they would fall below it."""
    total = np.cumsum(steps)
    return np.asarray(total - np.minimum.accumulate(np.minimum(total, 0.0)))


def average_run_length(*, shift: float, reference: float, limit: float) -> float:
    """Tell after how many answers a sum is expected to alarm, for surprises N(shift, 1).

    Args:
        shift: Mean of the surprises, in standard deviations.
        reference: As in `watch_drift`.
        limit: As in `watch_drift`.

    Returns:
        Expected number of answers.

    Reference:
        Siegmund (1985), corrected diffusion approximation.
    """
    drift, height = shift - reference, limit + 1.166
    if abs(drift) < 1e-9:
        return height**2
    return (math.exp(-2 * drift * height) + 2 * drift * height - 1) / (2 * drift**2)
