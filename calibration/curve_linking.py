"""Linking by the curves of the common items rather than by their parameters: Haebara, Stocking and Lord."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from calibration.array_types import FloatArray
from calibration.calibration_result import CalibratedItem
from calibration.errors import CalibrationError
from calibration.linking import LEAST_ANCHORS, Link
from calibration.quadrature import AbilityGrid
from engine.response_models import ItemParameters, ItemPool

HAEBARA = "haebara"
STOCKING_LORD = "stocking_lord"
CURVE_METHODS = (HAEBARA, STOCKING_LORD)
#: The criterion depends on where curves are compared; unless told otherwise, where N(0, 1) abilities are.
DEFAULT_NODES = AbilityGrid.between(-4.0, 4.0, count=41)


def link_by_curves(
    target: Mapping[str, CalibratedItem],
    new: Mapping[str, CalibratedItem],
    *,
    method: str = STOCKING_LORD,
    grid: AbilityGrid = DEFAULT_NODES,
    mean: float = 0.0,
    standard_deviation: float = 1.0,
    symmetric: bool = True,
) -> Link:
    """Find the change of scale under which the curves of the common items lie closest.

    Haebara compares the probability of every score of every item, Stocking and Lord the expected number of points on
    all of them. Both differences are squared and averaged over a normal distribution of ability; symmetric criteria
    average over that distribution on either scale, so that neither is preferred.

    Args:
        target: Items on the target scale, by id.
        new: Items on the scale of the new calibration; those in both are the anchors.
        method: "haebara" or "stocking_lord".
        grid: Abilities at which curves are compared.
        mean: Mean of the abilities over which differences are averaged.
        standard_deviation: Their standard deviation.
        symmetric: Whether to average on both scales.

    Returns:
        The link, its method named.

    Raises:
        CalibrationError: An unknown method, fewer anchors than five, an anchor with another model or number of scores
            on the two scales, or curves that determine no unit of the scale.

    Reference:
        Haebara (1980); Stocking & Lord (1983); Kim & Kolen (2007) on symmetric criteria and their weights.
    """
    if method not in CURVE_METHODS:
        raise CalibrationError(f"linking method {method!r}; {', '.join(CURVE_METHODS)} are expected", code="bad_option")
    anchors = tuple(name for name in new if name in target)
    if len(anchors) < LEAST_ANCHORS:
        raise CalibrationError(
            f"{len(anchors)} items have parameters on both scales; {LEAST_ANCHORS} are needed to link by curves",
            code="no_anchors",
        )
    criterion = _Criterion(
        known=[_same_kind(target[name], new[name]) for name in anchors],
        found=[new[name] for name in anchors],
        nodes=grid.nodes,
        weights=np.exp(grid.log_weights(mean, standard_deviation)),
        by_item=method == HAEBARA,
        symmetric=symmetric,
    )
    slope, intercept = criterion.minimum()
    return Link(method, slope, intercept, anchors)


@dataclass(frozen=True, eq=False)
class _Criterion:
    """How far the curves of the anchors are apart after a change of scale."""

    known: Sequence[CalibratedItem]
    found: Sequence[CalibratedItem]
    nodes: FloatArray
    weights: FloatArray
    by_item: bool
    symmetric: bool

    def minimum(self) -> tuple[float, float]:
        """Minimise, from where the means and spreads of the thresholds agree."""
        from scipy.optimize import minimize

        spread = [np.std(_locations(items)) for items in (self.known, self.found)]
        slope = float(spread[0] / spread[1]) if spread[1] > 0 and spread[0] > 0 else 1.0
        intercept = float(_locations(self.known).mean() - slope * _locations(self.found).mean())
        start = np.array((math.log(slope), intercept))
        end = minimize(self._distance, start, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-14})
        if not end.success or abs(end.x[0]) > math.log(20.0):
            raise CalibrationError(
                f"the curves of {len(self.known)} anchor items determine no unit of the scale", code="bad_anchors"
            )
        return math.exp(float(end.x[0])), float(end.x[1])

    def _distance(self, point: FloatArray) -> float:
        link = Link("trial", math.exp(float(point[0])), float(point[1]))
        moved = [link.transform(item) for item in self.found]
        distance = self._apart(self.known, moved)
        if self.symmetric:
            back = Link("trial", 1.0 / link.slope, -link.intercept / link.slope)
            distance += self._apart([back.transform(item) for item in self.known], self.found)
        return distance

    def _apart(self, left: Sequence[CalibratedItem], right: Sequence[CalibratedItem]) -> float:
        one, other = _pool(left), _pool(right)
        if self.by_item:
            gaps = np.exp(one.log_probabilities(self.nodes)) - np.exp(other.log_probabilities(self.nodes))
            return float((gaps**2).sum(axis=(0, 1)) @ self.weights)
        gap = one.expected_scores(self.nodes).sum(axis=0) - other.expected_scores(self.nodes).sum(axis=0)
        return float(gap**2 @ self.weights)


def engine_parameters(item: CalibratedItem) -> ItemParameters:
    """Give a calibrated item to the engine.

    Args:
        item: The item.

    Returns:
        The same curve.
    """
    # On another scale than its own a Rasch item keeps a common slope, which the engine calls 1PL.
    model = "1pl" if item.model == "rasch" else item.model
    if item.thresholds:
        return ItemParameters(item.item_id, model, item.discrimination, thresholds=item.thresholds)
    return ItemParameters(item.item_id, model, item.discrimination, item.difficulty, guessing=item.guessing)


def _pool(items: Sequence[CalibratedItem]) -> ItemPool:
    return ItemPool.from_items([engine_parameters(item) for item in items])


def _locations(items: Sequence[CalibratedItem]) -> FloatArray:
    return np.array([item.difficulty for item in items])


def _same_kind(known: CalibratedItem, found: CalibratedItem) -> CalibratedItem:
    if len(known.thresholds) != len(found.thresholds):
        raise CalibrationError(
            f"anchor item {found.item_id!r} has {len(known.thresholds) or 1} thresholds on the target scale and "
            f"{len(found.thresholds) or 1} on the new one",
            code="bad_anchors",
        )
    return known
