"""Items watched over time: drift from the base bank's parameters, and answers that grow better and quicker at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from calibration.calibration_result import CalibratedItem
from calibration.compromise import watch_compromise
from calibration.drift import REFERENCE, DriftWatch, limit_for, watch_drift
from calibration.leave_one_out import AnswersToItem, answers_beside_expectations
from itembank.calibration_runs.base_scale import calibrated_item
from itembank.diagnostics.answer_times import AnswerTimes
from itembank.diagnostics.difficulty_drift import is_comparable
from itembank.diagnostics.evidence import LEAST_ANSWERS, Evidence, Found
from itembank.diagnostics.findings import WatchPoint
from itembank.publishing.parameters import CALIBRATED

#: Chance that any item of a run is accused if nothing has changed.
CHANCE: Final = 0.05
#: Points of a path that is drawn.
SHOWN_POINTS: Final = 60


def watches(evidence: Evidence, times: AnswerTimes) -> Found:
    """Watch every item over time.

    Where the base bank has calibrated parameters, answers are held against those, so that what has changed since shows;
    else against the run's own, which tell only of changes within its answers.
    """
    known = _known_before(evidence)
    chance = CHANCE / max(1, len(evidence.enough))
    fields: dict[str, dict[str, Any]] = {}
    surprises = evidence.beside.surprise.copy()
    for one in answers_beside_expectations(evidence.data, evidence.items, judged_by=known, **evidence.population):
        surprises[one.rows] = (one.score - one.expected) / np.sqrt(one.variance)
        fields[one.item_id] = _drift(evidence, one, known[one.item_id], chance)
    for name, found in _compromises(evidence, surprises, times.residual, chance).items():
        fields[name] = fields.get(name, {}) | found
    return Found(items=fields)


def _known_before(evidence: Evidence) -> dict[str, CalibratedItem]:
    """Give items their calibrated parameters of the base bank, on the run's scale."""
    found = {}
    for item in evidence.items:
        known = evidence.base.get(item.item_id)
        if item.item_id in evidence.enough and known is not None and known.source == CALIBRATED:
            before = calibrated_item(item.item_id, known)
            if before.discrimination > 0 and is_comparable(item, known):
                found[item.item_id] = evidence.on_run_scale(before)
    return found


def _drift(evidence: Evidence, answers: AnswersToItem, before: CalibratedItem, chance: float) -> dict[str, Any]:
    moments = evidence.circumstances.answered_at[answers.rows]
    order = _in_time(moments)
    if len(order) < LEAST_ANSWERS:
        return {}
    # What the base bank did not know well is no drift: half a standard deviation a unit of a·b at most.
    unsure = 0.5 * before.discrimination * before.se_difficulty
    surprise = (answers.score - answers.expected) / np.sqrt(answers.variance)
    watch = watch_drift(
        answers.score[order].astype(np.float64),
        answers.expected[order],
        answers.variance[order],
        reference=REFERENCE + unsure,
        limit=limit_for(len(order), chance=chance, skewness=abs(float(np.mean(surprise**3)))),
    )
    if watch.alarm is None or watch.began is None:
        return {}
    return {
        "drift_alarm": _moment(moments[order[watch.alarm]]),
        "drift_answer": watch.alarm + 1,
        "drift_began": _moment(moments[order[watch.began]]),
        "drift_direction": watch.direction,
        "drift_path": _path(watch, moments[order]),
    }


def _path(watch: DriftWatch, moments: npt.NDArray[np.float64]) -> tuple[WatchPoint, ...]:
    places = np.linspace(0, len(moments) - 1, min(SHOWN_POINTS, len(moments))).round().astype(np.int64)
    return tuple(
        WatchPoint(_moment(moments[place]), float(watch.easier[place]), float(watch.harder[place]))
        for place in np.union1d(places, [watch.alarm])
    )


def _compromises(
    evidence: Evidence, surprises: npt.NDArray[np.float64], residuals: npt.NDArray[np.float64], chance: float
) -> Mapping[str, dict[str, Any]]:
    data, moments = evidence.data, evidence.circumstances.answered_at
    usable = np.flatnonzero(np.isfinite(residuals) & np.isfinite(moments))
    if not usable.size:
        return {}
    order = usable[np.lexsort((moments[usable], data.item[usable]))]
    ends = np.searchsorted(data.item[order], np.arange(data.n_items + 1))
    found = {}
    for place, name in enumerate(data.item_ids):
        rows = order[ends[place] : ends[place + 1]]
        if name not in evidence.enough or len(rows) < LEAST_ANSWERS:
            continue
        watch = watch_compromise(surprises[rows], residuals[rows], chance=chance)
        found[name] = {
            "quicker_since": None if watch.quicker is None else _moment(moments[rows[watch.quicker]]),
            "compromised": watch.compromised,
            "compromised_since": None if watch.since is None else _moment(moments[rows[watch.since]]),
        }
    return found


def _in_time(moments: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    known = np.flatnonzero(np.isfinite(moments))
    return known[np.argsort(moments[known], kind="stable")]


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(float(seconds), tz=UTC).isoformat(timespec="seconds")
