"""From the scale of a run to that of the base bank, on which cut scores and items without estimates stay."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

from calibration.calibration_result import CalibratedItem, CalibrationResult
from calibration.curve_linking import link_by_curves
from calibration.linking import (
    LEAST_ANCHORS,
    MEAN_MEAN,
    SHIFT,
    Link,
    link_to_anchors,
    link_to_expectation,
    link_to_population,
)
from itembank.publishing.parameters import CALIBRATED, Parameters


def link_to_base(result: CalibrationResult, base: Mapping[str, Parameters]) -> Link:
    """Find the change of scale from a run to its base bank.

    Args:
        result: A calibration that ran to its end.
        base: Parameters in the base bank by item version.

    Returns:
        The link: by the items calibrated before, or where there are none by the difficulties expected of the items.

    Raises:
        CalibrationError: The items calibrated before determine no unit of the scale.
    """
    sound = {item.item_id: item for item in result.items if item.flag is None and 0 < item.se_difficulty < math.inf}
    common = [name for name in sound if name in base and _same_parts(sound[name], base[name])]
    calibrated = [name for name in common if base[name].source == CALIBRATED]
    weights = {name: 1.0 / (base[name].se_difficulty ** 2 + sound[name].se_difficulty ** 2) for name in common}
    found = {name: (sound[name].discrimination, sound[name].difficulty) for name in common}
    if calibrated:
        if len(calibrated) >= LEAST_ANCHORS and any(_guessing_is_new(sound[name], base[name]) for name in calibrated):
            # With a lower asymptote a and b mean other things than without; the curves still mean the same.
            return link_by_curves({name: _as_calibrated(name, base[name]) for name in calibrated}, sound)
        method = MEAN_MEAN if len(calibrated) >= LEAST_ANCHORS else SHIFT
        return link_to_anchors(pairs_of(base, calibrated), found, method=method, weights=weights)
    population = link_to_population(result.latent_mean, result.latent_sd)
    return link_to_expectation(population, pairs_of(base, common), found, weights=weights) if common else population


def pairs_of(parameters: Mapping[str, Parameters], names: Collection[str]) -> dict[str, tuple[float, float]]:
    """Give discrimination and difficulty of some item versions."""
    return {name: (parameters[name].discrimination, parameters[name].difficulty) for name in names}


def _same_parts(found: CalibratedItem, known: Parameters) -> bool:
    return (len(found.thresholds) or 1) == known.maximum_score


def _guessing_is_new(found: CalibratedItem, known: Parameters) -> bool:
    return (found.model == "3pl") != (known.model == "3pl")


def _as_calibrated(name: str, known: Parameters) -> CalibratedItem:
    return CalibratedItem(
        item_id=name,
        model=known.model,
        discrimination=known.discrimination,
        difficulty=known.difficulty,
        se_discrimination=known.se_discrimination,
        se_difficulty=known.se_difficulty,
        covariance=0.0,
        n_responses=known.n_responses,
        thresholds=tuple(known.further.get("thresholds", ())),
        guessing=known.further.get("guessing", 0.0),
    )
