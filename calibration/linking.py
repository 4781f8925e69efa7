"""Puts the parameters of one calibration on the ability scale of another."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from calibration.array_types import FloatArray
from calibration.calibration_result import CalibratedItem
from calibration.errors import CalibrationError

MEAN_MEAN = "mean_mean"
MEAN_SIGMA = "mean_sigma"
SHIFT = "shift"
POPULATION = "population"
EXPECTATION = "expectation"
METHODS = (MEAN_MEAN, MEAN_SIGMA, SHIFT)

# With fewer anchors the unit of the scale would rest on chance; the items can then only be shifted.
LEAST_ANCHORS = 5


@dataclass(frozen=True)
class Link:
    """A linear change of scale, θ on the target scale = slope · θ + intercept.

    Args:
        method: ``"mean_mean"``, ``"mean_sigma"``, ``"shift"`` (of anchor items), ``"population"`` (the scale on
            which the abilities of this population are N(0, 1)), or ``"expectation"`` (its unit, with the origin where
            the items' difficulties were expected to lie).
        slope: The usual A, positive.
        intercept: The usual B.
        anchor_items: Items that the link rests on.
    """

    method: str
    slope: float
    intercept: float
    anchor_items: tuple[str, ...] = ()

    def transform(self, item: CalibratedItem) -> CalibratedItem:
        """Move an item to the target scale; its curve over persons stays what it was.

        Args:
            item: Parameters on the scale of their own calibration.

        Returns:
            Parameters on the target scale; a Rasch item whose slope is no longer 1 becomes a ``"1pl"`` item.
        """
        discrimination = item.discrimination / self.slope
        return replace(
            item,
            model="1pl" if item.model == "rasch" and discrimination != 1 else item.model,
            discrimination=discrimination,
            difficulty=self.slope * item.difficulty + self.intercept,
            se_discrimination=item.se_discrimination / self.slope,
            se_difficulty=item.se_difficulty * self.slope,
            thresholds=tuple(self.slope * threshold + self.intercept for threshold in item.thresholds),
            se_thresholds=tuple(error * self.slope for error in item.se_thresholds),
            covariances=self._moved(item.covariances, guesses=item.model == "3pl"),
        )

    def _moved(self, covariances: tuple[tuple[float, ...], ...], *, guesses: bool) -> tuple[tuple[float, ...], ...]:
        scale = [1.0 / self.slope] + [self.slope] * (len(covariances) - 1)
        if guesses:
            scale[-1] = 1.0
        return tuple(
            tuple(value * scale[row] * scale[column] for column, value in enumerate(line))
            for row, line in enumerate(covariances)
        )


def link_to_population(mean: float, standard_deviation: float) -> Link:
    """Choose the scale on which abilities of a mean and standard deviation are N(0, 1).

    Args:
        mean: Mean ability on the calibration's own scale.
        standard_deviation: Standard deviation there, positive.

    Returns:
        The link.
    """
    return Link(POPULATION, 1.0 / standard_deviation, -mean / standard_deviation)


def link_to_expectation(
    population: Link,
    expected: Mapping[str, tuple[float, float]],
    new: Mapping[str, tuple[float, float]],
    *,
    weights: Mapping[str, float] | None = None,
) -> Link:
    """Choose the scale on which the items are on average as difficult as they were expected to be.

    A cut score set before any data says how difficult the work is that a competent person can do. On the scale of the
    population it would come to say what share of that population passes, however able or unable it may be.

    Args:
        population: The scale of the population, whose unit is kept.
        expected: Discrimination and difficulty expected before any data.
        new: Likewise as estimated, on the scale of their calibration.
        weights: How much each item counts, positive; equal unless given.

    Returns:
        The link.

    Raises:
        CalibrationError: No common item.
    """
    standard = {
        name: (discrimination / population.slope, population.slope * difficulty + population.intercept)
        for name, (discrimination, difficulty) in new.items()
    }
    shift = link_to_anchors(expected, standard, method=SHIFT, weights=weights)
    return Link(EXPECTATION, population.slope, population.intercept + shift.intercept, shift.anchor_items)


def link_to_anchors(
    target: Mapping[str, tuple[float, float]],
    new: Mapping[str, tuple[float, float]],
    *,
    method: str = MEAN_MEAN,
    weights: Mapping[str, float] | None = None,
) -> Link:
    """Find the change of scale that makes the new parameters of the common items agree with the known ones.

    Mean/mean takes A from the mean discriminations, mean/sigma from the spread of the difficulties; both take B from
    the mean difficulties. A shift leaves A at 1.

    Args:
        target: Discrimination and difficulty of items on the target scale.
        new: Likewise on the new calibration's scale; the items in both are the anchors.
        method: ``"mean_mean"``, ``"mean_sigma"`` or ``"shift"``.
        weights: How much each anchor counts, positive; equal unless given.

    Returns:
        The link.

    Raises:
        CalibrationError: No common item, an unknown method, or anchors that do not determine the unit of the scale.

    Reference:
        Loyd & Hoover (1980) for mean/mean; Marco (1977) for mean/sigma; Kolen & Brennan (2014), chapter 6.
    """
    if method not in METHODS:
        raise CalibrationError(f"linking method {method!r}; {', '.join(METHODS)} are expected", code="bad_option")
    anchors = tuple(name for name in new if name in target)
    if not anchors:
        raise CalibrationError("no item has parameters on both scales; there is nothing to link by", code="no_anchors")
    known = np.array([target[name] for name in anchors], dtype=np.float64)
    found = np.array([new[name] for name in anchors], dtype=np.float64)
    weight = np.array([1.0 if weights is None else weights[name] for name in anchors], dtype=np.float64)
    weight /= weight.sum()
    slope = _slope(method, known, found, weight)
    if not (math.isfinite(slope) and slope > 0):
        raise CalibrationError(
            f"{len(anchors)} anchor items do not determine the unit of the scale by {method}", code="bad_anchors"
        )
    intercept = float(weight @ known[:, 1] - slope * (weight @ found[:, 1]))
    return Link(method, slope, intercept, anchors)


def _slope(method: str, known: FloatArray, found: FloatArray, weight: FloatArray) -> float:
    if method == SHIFT:
        return 1.0
    if method == MEAN_MEAN:
        return _ratio(float(weight @ found[:, 0]), float(weight @ known[:, 0]))
    return _ratio(_spread(known[:, 1], weight), _spread(found[:, 1], weight))


def _spread(values: FloatArray, weight: FloatArray) -> float:
    return math.sqrt(float(weight @ (values - weight @ values) ** 2))


def _ratio(above: float, below: float) -> float:
    return above / below if below > 0 else math.nan
