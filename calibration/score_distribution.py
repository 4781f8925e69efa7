"""The distribution of the number of points on several items at given abilities."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from calibration.array_types import FloatArray


def score_distribution(probabilities: Sequence[FloatArray]) -> FloatArray:
    """Add items one by one to the distribution of their sum.

    Args:
        probabilities: Of each item, those of its scores 0, 1, … at each ability, shape (scores, abilities).

    Returns:
        Probability of each sum at each ability, shape (highest sum + 1, abilities).

    Reference:
        Lord & Wingersky (1984); Thissen, Pommerich, Billeaud & Williams (1995) for more than two scores.
    """
    sums = np.ones((1, probabilities[0].shape[1]))
    for item in probabilities:
        longer = np.zeros((len(sums) + len(item) - 1, sums.shape[1]))
        for score, chance in enumerate(item):
            longer[score : score + len(sums)] += chance * sums
        sums = longer
    return sums
