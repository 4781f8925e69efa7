"""What the times of answers tell: rapid guesses, effort, and answers quicker than item and person explain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from calibration.errors import CalibrationError
from calibration.rapid_guessing import RapidGuesses, rapid_guesses
from calibration.response_times import fit_response_times
from itembank.diagnostics.evidence import LEAST_ANSWERS, Evidence, Found
from itembank.diagnostics.findings import TimeFindings

#: Gain in log-likelihood an answer at which times are known as well as anybody reads them.
TOLERANCE: Final = 1e-7
#: Share of unhurried answers below which a sitting counts as one of low effort (Wise & Kong 2005).
LOW_EFFORT: Final = 0.9


@dataclass(frozen=True, eq=False, slots=True)
class AnswerTimes:
    """What other parts need of the times.

    Args:
        found: What the page tells.
        residual: How much longer an answer took than item and person let expect, in standard deviations,
            not-a-number where unknown, shape (answers,).
        effort: Share of unhurried answers of each sitting, not-a-number without times, shape (persons,).
    """

    found: Found
    residual: npt.NDArray[np.float64]
    effort: npt.NDArray[np.float64]


def no_times(evidence: Evidence) -> AnswerTimes:
    """Say that nothing is known."""
    data = evidence.data
    return AnswerTimes(Found(), np.full(data.n_responses, np.nan), np.full(data.n_persons, np.nan))


def answer_times(evidence: Evidence) -> AnswerTimes:
    """Look at the times of all answers to items that enough persons answered in a known time.

    Raises:
        CalibrationError: There are no such items.
    """
    data, seconds = evidence.data, evidence.circumstances.seconds
    timed = np.isfinite(seconds)
    count = np.bincount(data.item[timed], minlength=data.n_items)
    rows = timed & (count >= LEAST_ANSWERS)[data.item]
    if not rows.any():
        raise CalibrationError(
            f"{int(timed.sum())} of {len(timed)} answers have a time that can be believed, and no item {LEAST_ANSWERS} "
            "of them",
            code="no_times",
        )
    persons, person = np.unique(data.person[rows], return_inverse=True)
    items, item = np.unique(data.item[rows], return_inverse=True)
    sizes = {"n_persons": len(persons), "n_items": len(items)}
    guesses = rapid_guesses(person, item, seconds[rows], **sizes)
    fitted = fit_response_times(person, item, seconds[rows], tolerance=TOLERANCE, **sizes)
    residual, effort = np.full(data.n_responses, np.nan), np.full(data.n_persons, np.nan)
    residual[rows], effort[persons] = fitted.residual, guesses.effort
    times = TimeFindings(
        n=int(rows.sum()),
        left_out=int((~rows).sum()),
        rapid_share=float(guesses.rapid.mean()),
        low_effort_sittings=int((guesses.effort < LOW_EFFORT).sum()),
        sittings=len(persons),
        speed_deviation=fitted.speed_deviation,
        settled=fitted.converged,
    )
    medians = _medians(item, seconds[rows], len(items))
    fields = {
        data.item_ids[place]: _fields(guesses, own, int(count[place]), medians[own]) for own, place in enumerate(items)
    }
    return AnswerTimes(Found(run={"times": times}, items=fields), residual, effort)


def _fields(guesses: RapidGuesses, item: int, timed: int, median: float) -> dict[str, Any]:
    return {
        "timed": timed,
        "median_seconds": median,
        "rapid_share": float(guesses.item_share[item]),
        "rapid_below": float(guesses.threshold[item]),
    }


def _medians(item: npt.NDArray[np.intp], seconds: npt.NDArray[np.float64], n_items: int) -> list[float]:
    order = np.argsort(item, kind="stable")
    ends = np.cumsum(np.bincount(item, minlength=n_items))
    return [float(np.median(own)) for own in np.split(seconds[order], ends[:-1])]
