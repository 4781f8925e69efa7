"""Answers too quick to have been thought about, and the share of the others: response-time effort."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibration.array_types import BoolArray, FloatArray
from calibration.errors import CalibrationError

#: An answer in less than this share of the item's mean time counts as a rapid guess …
NORMATIVE_SHARE = 0.10
#: … but no answer that took longer than this, in seconds.
LONGEST_GUESS = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class RapidGuesses:
    """Which answers were rapid guesses.

    Args:
        threshold: Seconds below which an answer to each item is one, shape (items,); 0 for an item without answers.
        rapid: Whether each answer is one, shape (answers,).
        effort: Of each person the share of answers that are none, shape (persons,); 1 for a person without answers.
        item_share: Of each item the share of answers that are, shape (items,); 0 without answers.
    """

    threshold: FloatArray
    rapid: BoolArray
    effort: FloatArray
    item_share: FloatArray


def rapid_guesses(
    person: npt.ArrayLike,
    item: npt.ArrayLike,
    seconds: npt.ArrayLike,
    *,
    n_persons: int,
    n_items: int,
    share: float = NORMATIVE_SHARE,
    longest: float = LONGEST_GUESS,
) -> RapidGuesses:
    """Compare the times of answers with a tenth of their items' mean times.

    Args:
        person: Index of the person of each answer, shape (answers,).
        item: Index of its item, shape (answers,).
        seconds: Time that it took, above 0, shape (answers,).
        n_persons: Number of persons.
        n_items: Number of items.
        share: Share of the mean time below which an answer is a rapid guess.
        longest: Seconds above which none is.

    Returns:
        The rapid guesses. They say that somebody did not try, not that anybody cheated.

    Raises:
        CalibrationError: Columns of unequal length, or a time that is not positive, with its place.

    Reference:
        Wise & Ma (2012) for the threshold; Wise & Kong (2005) for effort.
    """
    who, what, time = np.asarray(person, dtype=np.int64), np.asarray(item, dtype=np.int64), checked_times(seconds)
    if not who.shape == what.shape == time.shape:
        raise CalibrationError(
            f"{who.size} persons, {what.size} items and {time.size} times; the columns must be equally long",
            code="unequal_columns",
        )
    answers = np.bincount(what, minlength=n_items)
    mean = np.bincount(what, weights=time, minlength=n_items) / np.maximum(answers, 1)
    threshold = np.minimum(share * mean, longest)
    rapid = time < threshold[what]
    by_person = np.bincount(who, minlength=n_persons)
    guessed = np.bincount(who, weights=rapid, minlength=n_persons)
    return RapidGuesses(
        threshold=threshold,
        rapid=rapid,
        effort=1 - guessed / np.maximum(by_person, 1),
        item_share=np.bincount(what, weights=rapid, minlength=n_items) / np.maximum(answers, 1),
    )


def checked_times(seconds: npt.ArrayLike) -> FloatArray:
    """Return times as an array.

    Args:
        seconds: Times.

    Returns:
        Shape (answers,).

    Raises:
        CalibrationError: A time that is not a positive number.
    """
    time = np.asarray(seconds, dtype=np.float64)
    bad = np.flatnonzero(~(np.isfinite(time) & (time > 0)))
    if bad.size:
        raise CalibrationError(
            f"answer {bad[0] + 1} took {time[bad[0]]:g} seconds; a time above 0 is expected", code="bad_time"
        )
    return time
