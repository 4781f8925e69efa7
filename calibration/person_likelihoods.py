"""Log-likelihoods of ability, person by person, from answers to calibrated items."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from calibration.array_types import BoolArray, FloatArray
from calibration.responses import ResponseData


def log_likelihoods(
    data: ResponseData, log_probabilities: FloatArray, *, counting: BoolArray | None = None
) -> FloatArray:
    """Add up the log-probabilities of each person's answers.

    Args:
        data: Answers.
        log_probabilities: Of each score of each item at some abilities, shape (items, scores, abilities).
        counting: Items whose answers count, shape (items,); all unless given.

    Returns:
        Shape (persons, abilities); 0 for a person without a counting answer.
    """
    items, scores, abilities = log_probabilities.shape
    rows = slice(None) if counting is None else counting[data.item]
    person, column = data.person[rows], data.item[rows].astype(np.int64) * scores + data.score[rows]
    had = csr_array((np.ones(len(person)), (person, column)), shape=(data.n_persons, items * scores))
    return np.asarray(had @ log_probabilities.reshape(items * scores, abilities))
