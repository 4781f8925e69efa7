"""Derivatives of the expected log-likelihood by the normal population of abilities, whatever the items' models."""

from __future__ import annotations

import numpy as np

from calibration.array_types import FloatArray


def population_gradient(persons: FloatArray, nodes: FloatArray, mean: float, deviation: float) -> FloatArray:
    """First derivatives by mean and standard deviation.

    Args:
        persons: Expected persons at each node, shape (nodes,).
        nodes: Abilities, shape (nodes,).
        mean: Mean of the abilities.
        deviation: Their standard deviation.

    Returns:
        Shape (2,).
    """
    away = nodes - mean
    by_mean = persons @ away / deviation**2
    by_deviation = persons @ (away**2 / deviation**2 - 1.0) / deviation
    return np.array((by_mean, by_deviation))
