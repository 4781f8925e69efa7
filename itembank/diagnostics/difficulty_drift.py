"""Difficulties against the base bank: how far each moved, seen from the anchors that did not drift."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from calibration.calibration_result import FIXED, CalibratedItem
from calibration.drift import error_of_difference, purged_link, robust_z
from calibration.errors import CalibrationError
from calibration.linking import LEAST_ANCHORS, SHIFT, Link
from itembank.diagnostics.evidence import Evidence, Found
from itembank.diagnostics.findings import DriftFindings
from itembank.publishing.parameters import CALIBRATED, Parameters

_GUESSED: Final = "3pl"


def difficulty_drift(evidence: Evidence) -> Found:
    """Compare the difficulties of items calibrated before, purged of those that drifted.

    Raises:
        CalibrationError: Fewer than five such items, or as many would drift.
    """
    old, new, errors = _both(evidence)
    if len(old) < LEAST_ANCHORS:
        raise CalibrationError(
            f"{len(old)} items were calibrated before and estimated anew; drift needs {LEAST_ANCHORS}",
            code="no_anchors",
        )

    def link(names: Sequence[str]) -> Link:
        return Link(SHIFT, 1.0, float(np.mean([old[name] - new[name] for name in names])), tuple(names))

    def moved(found: Link) -> dict[str, tuple[float, float, float]]:
        return {name: (old[name], new[name] + found.intercept, errors[name]) for name in new}

    found, purged = purged_link(list(new), link, moved)
    displacements = {name: new[name] + found.intercept - old[name] for name in new}
    standardised = _standardised(displacements, purged)
    return Found(
        run={"drift": DriftFindings(len(old), tuple(sorted(evidence.labels[name].code for name in purged)))},
        items={
            name: {
                "displacement": displacement,
                "robust_z": standardised[name] if np.isfinite(standardised[name]) else None,
                "drifted": name in purged,
            }
            for name, displacement in displacements.items()
        },
    )


def is_comparable(item: CalibratedItem, known: Parameters) -> bool:
    """Tell whether a difficulty means the same in both: as many scores, and guessing in both or in neither."""
    same_scores = (len(item.thresholds) or 1) == known.maximum_score
    return same_scores and (item.model == _GUESSED) == (known.model == _GUESSED)


def _both(evidence: Evidence) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    """Old and new difficulties, and the standard errors of their differences, on the scale of the base bank."""
    old, new, errors = {}, {}, {}
    for item in evidence.items:
        known = evidence.base.get(item.item_id)
        if known is None or known.source != CALIBRATED or item.flag == FIXED or not is_comparable(item, known):
            continue
        linked = evidence.link.transform(item)
        error = error_of_difference(known.se_difficulty, linked.se_difficulty)
        if item.item_id in evidence.enough and math.isfinite(error):
            old[item.item_id], new[item.item_id], errors[item.item_id] = known.difficulty, linked.difficulty, error
    return old, new, errors


def _standardised(displacements: dict[str, float], purged: Sequence[str]) -> dict[str, float]:
    """Standardise by the spread of those that did not drift, beside which the others are judged one at a time."""
    kept = [value for name, value in displacements.items() if name not in purged]
    return {name: float(robust_z([*kept, value])[-1]) for name, value in displacements.items()}
