"""Whether an item needs parameters of its own for each group: the likelihood ratio."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc

from calibration.array_types import BoolArray, FloatArray
from calibration.calibrated_pool import pool_for
from calibration.calibration_result import CalibratedItem
from calibration.categories.calibrated_items import Natural, estimated_parameters
from calibration.categories.curve_family import CATEGORY_MODELS, CurveFamily
from calibration.categories.score_curves import LEAST_PROBABILITY
from calibration.dif.groups import LEAST_IN_GROUP, ComparedGroups
from calibration.dif.mantel_haenszel import SIGNIFICANT
from calibration.dif.matching import AbilityMatching
from calibration.dif.purification import purified_anchors
from calibration.quadrature import DEFAULT_GRID, AbilityGrid
from calibration.responses import ResponseData

NEGLIGIBLE_DIFFERENCE = 0.05
LARGE_DIFFERENCE = 0.10
# Worse than any likelihood, and yet a number that a line search can reckon with.
INADMISSIBLE = 1e12
# How far parameters are moved to see the likelihood bend.
PROBE = 1e-4
LEAST_CURVATURE = 1e-8


@dataclass(frozen=True, slots=True)
class LikelihoodRatioDif:
    """How much better an item is explained with parameters for each group.

    Args:
        item_id: The item.
        chi_squared: Twice the difference of the log-likelihoods.
        degrees_of_freedom: Parameters that the second group adds.
        p_value: Chance of at least this much difference if both groups have the same parameters.
        difference: Mean expected share of points under the focal group's curve less that under the reference group's,
            over the focal group; negative where the item is harder for the focal group.
        standard_error: Of the difference, from the parameters' standard errors; None where the likelihood is flat.
    """

    item_id: str
    chi_squared: float
    degrees_of_freedom: int
    p_value: float
    difference: float
    standard_error: float | None

    @property
    def effect(self) -> float:
        """The difference: negative where the item is harder for the focal group."""
        return self.difference

    @property
    def classification(self) -> str:
        """``"A"`` negligible, ``"B"`` moderate, ``"C"`` large, by the mean difference.

        Reference:
            Dorans & Holland (1993).
        """
        size = abs(self.difference)
        if size < NEGLIGIBLE_DIFFERENCE or self.p_value >= SIGNIFICANT:
            return "A"
        return "C" if size >= LARGE_DIFFERENCE else "B"


def likelihood_ratio_dif(
    data: ResponseData,
    items: Sequence[CalibratedItem],
    group_of: Mapping[str, str],
    *,
    reference: str,
    focal: str,
    purify: bool = True,
    least_in_group: int = LEAST_IN_GROUP,
    grid: AbilityGrid = DEFAULT_GRID,
) -> tuple[LikelihoodRatioDif, ...]:
    """Estimate each item's parameters for both groups together and for each alone.

    Each answer is explained by what the person's answers to the anchors say of ability, with the group's own normal
    distribution. The anchors' parameters are taken as known, so one calibration serves for all items; what a 3PL item
    lets guess is taken as known too.

    Args:
        data: Answers, complete or not.
        items: Calibrated items, among them all that were answered.
        group_of: Group by person; persons without an entry take no part.
        reference: Name of the reference group.
        focal: Name of the focal group.
        purify: Whether items of class B or C are taken out of the anchors.
        least_in_group: Persons that each group needs, in all and for each item; 30 or more.
        grid: Abilities to sum over.

    Returns:
        The items with answers of enough persons, in the order of the data.

    Raises:
        CalibrationError: A group too small, an item without parameters, or too few items that work alike.

    Reference:
        Thissen, Steinberg & Wainer (1993).
    """
    groups = ComparedGroups.of(data, group_of, reference=reference, focal=focal, least=least_in_group)
    pool = pool_for(groups.data, items)
    matching = AbilityMatching(groups.data, groups.focal, pool.log_probabilities(grid.nodes), grid)
    known = {item.item_id: item for item in items}

    def verdicts(anchors: BoolArray) -> dict[int, LikelihoodRatioDif]:
        return {
            place: likelihood_ratio_of(groups, matching, place, anchors, known[groups.data.item_ids[place]])
            for place in groups.studied
        }

    anchors = np.ones(groups.data.n_items, dtype=bool)
    if purify:
        anchors, _settled = purified_anchors(
            lambda kept: [place for place, item in verdicts(kept).items() if item.classification != "A"],
            groups.data.item_ids,
        )
    return tuple(verdicts(anchors).values())


def likelihood_ratio_of(
    groups: ComparedGroups, matching: AbilityMatching, place: int, anchors: BoolArray, item: CalibratedItem
) -> LikelihoodRatioDif:
    """Compare one item's parameters for both groups together and for each alone.

    Args:
        groups: Answers of both groups.
        matching: What their answers to the anchors say of ability.
        place: Which item.
        anchors: Items that are believed, shape (items,).
        item: Its parameters.

    Returns:
        The comparison.
    """
    rows = groups.data.item == place
    score = groups.data.score[rows].astype(np.int64)
    focal = groups.focal[groups.data.person[rows]]
    abilities = matching.posteriors(place, anchors)
    curve = _Curve.of(item, matching.grid.nodes)
    both = curve.fitted(score, abilities)
    apart = [curve.fitted(score[members], abilities[members]) for members in (~focal, focal)]
    chi_squared = max(0.0, 2 * (apart[0][0] + apart[1][0] - both[0]))
    freedom = int(curve.free.sum())
    gap = curve.expected(apart[1][1]) - curve.expected(apart[0][1])
    weights = abilities[focal].mean(axis=0)
    variances = [
        curve.variance(score[members], abilities[members], parameters, weights)
        for members, (_likelihood, parameters) in zip((~focal, focal), apart, strict=True)
    ]
    return LikelihoodRatioDif(
        item_id=item.item_id,
        chi_squared=chi_squared,
        degrees_of_freedom=freedom,
        p_value=float(chdtrc(freedom, chi_squared)),
        difference=float(weights @ gap),
        standard_error=None if None in variances else math.sqrt(sum(found for found in variances if found is not None)),
    )


@dataclass(frozen=True, eq=False)
class _Curve:
    """The curve of one item, some parameters of which are free."""

    family: CurveFamily
    start: FloatArray
    free: BoolArray
    nodes: FloatArray

    @classmethod
    def of(cls, item: CalibratedItem, nodes: FloatArray) -> _Curve:
        model = CATEGORY_MODELS["rasch" if item.model == "1pl" else item.model]
        guessing = item.guessing if item.model == "3pl" else None
        thresholds = item.thresholds or (item.difficulty,)
        start = estimated_parameters(Natural(item.discrimination, thresholds, guessing))
        free = np.arange(len(start)) <= len(thresholds)
        free[0] = model.free_slope
        return cls(model.family, start, free, nodes)

    def fitted(self, score: npt.NDArray[np.int64], abilities: FloatArray) -> tuple[float, FloatArray]:
        """Maximise the likelihood of answers; return its logarithm and the parameters."""
        from scipy.optimize import minimize

        def objective(values: FloatArray) -> tuple[float, FloatArray]:
            return self._objective(values, score, abilities)

        found = minimize(objective, self.start[self.free], jac=True, method="BFGS", options={"gtol": 1e-4})
        return -float(found.fun), self._with(found.x)

    def variance(
        self, score: npt.NDArray[np.int64], abilities: FloatArray, parameters: FloatArray, weights: FloatArray
    ) -> float | None:
        """Carry the parameters' variances over to the mean expected share of points; None where there are none."""
        at = parameters[self.free]
        steps = PROBE * np.eye(len(at))

        def slopes(values: FloatArray) -> FloatArray:
            return self._objective(values, score, abilities)[1]

        def share(values: FloatArray) -> float:
            return float(weights @ self.expected(self._with(values)))

        information = np.array([(slopes(at + step) - slopes(at - step)) / (2 * PROBE) for step in steps])
        information = (information + information.T) / 2
        if np.linalg.eigvalsh(information)[0] <= LEAST_CURVATURE:
            return None
        direction = np.array([(share(at + step) - share(at - step)) / (2 * PROBE) for step in steps])
        return float(direction @ np.linalg.solve(information, direction))

    def _objective(
        self, values: FloatArray, score: npt.NDArray[np.int64], abilities: FloatArray
    ) -> tuple[float, FloatArray]:
        """Minus the log-likelihood, and its gradient."""
        parameters = self._with(values)
        if not self.family.admissible(parameters[None])[0]:
            return INADMISSIBLE, np.zeros(len(values))
        curves = self.family.curves(parameters[None], self.nodes)
        joint = abilities * curves.probability[0, score]
        likelihood = np.maximum(joint.sum(axis=1), LEAST_PROBABILITY)
        counts = np.zeros(curves.probability.shape)
        np.add.at(counts[0], score, joint / likelihood[:, None])
        return -float(np.log(likelihood).sum()), -curves.gradient(counts)[0, self.free]

    def expected(self, parameters: FloatArray) -> FloatArray:
        """Expected share of points at each node."""
        probability = self.family.curves(parameters[None], self.nodes).probability[0]
        return np.asarray(np.arange(len(probability)) @ probability / (len(probability) - 1))

    def _with(self, values: FloatArray) -> FloatArray:
        parameters = self.start.copy()
        parameters[self.free] = values
        return parameters
