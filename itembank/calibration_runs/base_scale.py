"""From the scale of a run to that of the base bank, on which cut scores and items without estimates stay."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from calibration.calibration_result import CalibratedItem, CalibrationResult
from calibration.curve_linking import CURVE_METHODS, STOCKING_LORD, link_by_curves
from calibration.drift import ItemDrift, error_of_difference, item_drift, purged_link
from calibration.errors import CalibrationError
from calibration.linking import (
    LEAST_ANCHORS,
    MEAN_MEAN,
    SHIFT,
    Link,
    link_to_anchors,
    link_to_expectation,
    link_to_population,
)
from itembank.calibration_runs.run_settings import AUTOMATIC
from itembank.publishing.parameters import CALIBRATED, Parameters

#: The scale of the bank itself: items that stayed as they are set it, and nothing is moved.
FIXED_PARAMETERS = "fixed_parameters"
#: Why another method than the one asked for was taken, or nothing purged.
TOO_FEW_ANCHORS, TOO_MANY_DRIFTED = "too_few_anchors", "too_many_drifted"


@dataclass(frozen=True)
class BaseLink:
    """A link to the base bank, and how it came about.

    Args:
        link: The change of scale, with the anchors that it rests on.
        asked: The method asked for.
        purged: Anchors left out because they drifted, as they stand under the link.
        remark: ``"too_few_anchors"`` for the method asked for, ``"too_many_drifted"`` to leave those out, or nothing.
        rms_difficulty: Root mean square difference of the anchors' b after linking; None without anchors.
        rms_discrimination: Likewise of a.
    """

    link: Link
    asked: str = AUTOMATIC
    purged: tuple[ItemDrift, ...] = ()
    remark: str = ""
    rms_difficulty: float | None = None
    rms_discrimination: float | None = None


def link_to_base(result: CalibrationResult, base: Mapping[str, Parameters], *, method: str = AUTOMATIC) -> BaseLink:
    """Find the change of scale from a run to its base bank.

    Args:
        result: A calibration that ran to its end.
        base: Parameters in the base bank by item version.
        method: How to link by the items calibrated before; left to itself by mean/mean, and by curves (Stocking–Lord)
            where items changed their model.

    Returns:
        The link: by the items calibrated before without those that drifted, or where there are none calibrated before
        by the difficulties expected of the items.

    Raises:
        CalibrationError: The items calibrated before determine no unit of the scale.

    Reference:
        Huynh & Meyer (2010) on anchors that drift.
    """
    sound = {item.item_id: item for item in result.items if item.flag is None and 0 < item.se_difficulty < math.inf}
    common = [name for name in sound if name in base and _same_parts(sound[name], base[name])]
    anchors = [name for name in common if base[name].source == CALIBRATED]
    weights = {name: 1.0 / (base[name].se_difficulty ** 2 + sound[name].se_difficulty ** 2) for name in common}
    found = {name: (sound[name].discrimination, sound[name].difficulty) for name in common}
    if anchors:
        return _Anchored(base, sound, anchors, weights, method).linked()
    population = link_to_population(result.latent_mean, result.latent_sd)
    remark = "" if method == AUTOMATIC else TOO_FEW_ANCHORS
    if not common:
        return BaseLink(population, method, remark=remark)
    by_ratings = link_to_expectation(population, pairs_of(base, common), found, weights=weights)
    return BaseLink(by_ratings, method, remark=remark)


def link_by_fixed_items(names: Collection[str]) -> BaseLink:
    """Say that a run is on the bank's scale because these items kept their parameters."""
    return BaseLink(Link(FIXED_PARAMETERS, 1.0, 0.0, tuple(names)))


def pairs_of(parameters: Mapping[str, Parameters], names: Collection[str]) -> dict[str, tuple[float, float]]:
    """Give discrimination and difficulty of some item versions."""
    return {name: (parameters[name].discrimination, parameters[name].difficulty) for name in names}


def calibrated_item(name: str, known: Parameters) -> CalibratedItem:
    """Give an item of a bank to the calibration."""
    return CalibratedItem(
        item_id=name,
        model=known.model,
        discrimination=known.discrimination,
        difficulty=known.difficulty,
        se_discrimination=known.se_discrimination,
        se_difficulty=known.se_difficulty,
        covariance=known.further.get("covariance", 0.0),
        n_responses=known.n_responses,
        thresholds=tuple(known.further.get("thresholds", ())),
        guessing=known.further.get("guessing", 0.0),
    )


@dataclass(frozen=True, eq=False)
class _Anchored:
    """Items with calibrated parameters on both scales."""

    base: Mapping[str, Parameters]
    sound: Mapping[str, CalibratedItem]
    anchors: Sequence[str]
    weights: Mapping[str, float]
    asked: str

    def linked(self) -> BaseLink:
        """Link by the method asked for, or the one that the anchors allow."""
        if len(self.anchors) < LEAST_ANCHORS:
            link = self.by(SHIFT, self.anchors)
            return self._told(link, (), "" if self.asked == AUTOMATIC else TOO_FEW_ANCHORS)
        method = self._default() if self.asked == AUTOMATIC else self.asked
        try:
            link, purged = purged_link(self.anchors, lambda kept: self.by(method, kept), self._moved)
        except CalibrationError as error:
            # Either too many drifted to leave them out, or the anchors determine no scale: then this raises again.
            if error.code != "bad_anchors":
                raise
            return self._told(self.by(method, self.anchors), (), TOO_MANY_DRIFTED)
        return self._told(link, purged, "")

    def by(self, method: str, kept: Sequence[str]) -> Link:
        """Link by some of the anchors."""
        if method in CURVE_METHODS:
            known = {name: calibrated_item(name, self.base[name]) for name in kept}
            return link_by_curves(known, {name: self.sound[name] for name in kept}, method=method)
        found = {name: (self.sound[name].discrimination, self.sound[name].difficulty) for name in kept}
        return link_to_anchors(pairs_of(self.base, kept), found, method=method, weights=self.weights)

    def _default(self) -> str:
        # With a lower asymptote a and b mean other things than without; the curves still mean the same.
        changed = any(_guessing_is_new(self.sound[name], self.base[name]) for name in self.anchors)
        return STOCKING_LORD if changed else MEAN_MEAN

    def _moved(self, link: Link) -> dict[str, tuple[float, float, float]]:
        found = {name: link.transform(self.sound[name]) for name in self.anchors}
        return {
            name: (
                self.base[name].difficulty,
                item.difficulty,
                error_of_difference(self.base[name].se_difficulty, item.se_difficulty),
            )
            for name, item in found.items()
        }

    def _told(self, link: Link, purged: Sequence[str], remark: str) -> BaseLink:
        moved = self._moved(link)
        old, new, errors = ({name: entry[place] for name, entry in moved.items()} for place in range(3))
        drifted = [one for one in item_drift(old, new, errors) if one.item_id in purged] if purged else []
        kept = [name for name in self.anchors if name not in purged]
        steps = np.array([moved[name][1] - moved[name][0] for name in kept])
        slopes = [link.transform(self.sound[name]).discrimination - self.base[name].discrimination for name in kept]
        return BaseLink(
            link=link,
            asked=self.asked,
            purged=tuple(drifted),
            remark=remark,
            rms_difficulty=float(np.sqrt(np.mean(steps**2))),
            rms_discrimination=float(np.sqrt(np.mean(np.square(slopes)))),
        )


def _same_parts(found: CalibratedItem, known: Parameters) -> bool:
    return (len(found.thresholds) or 1) == known.maximum_score


def _guessing_is_new(found: CalibratedItem, known: Parameters) -> bool:
    return (found.model == "3pl") != (known.model == "3pl")
