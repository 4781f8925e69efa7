"""The logistic function and its kin, exact far into the tails and without overflow."""

import numpy as np

from engine.response_models.array_types import FloatArray


def logistic(logit: FloatArray) -> FloatArray:
    """Return 1 / (1 + exp(-logit)); written out because scipy's `expit` takes several times as long."""
    decay = np.exp(-np.abs(logit))
    return np.asarray(np.where(logit >= 0, 1.0, decay) / (1.0 + decay))


def log_logistic(logit: FloatArray) -> FloatArray:
    """Return the logarithm of the logistic function, which stays finite where the function itself underflows."""
    return np.asarray(-np.logaddexp(0.0, -logit))


def logistic_variance(logit: FloatArray) -> FloatArray:
    """Return P(1 - P) where P is the logistic function."""
    decay = np.exp(-np.abs(logit))
    return np.asarray(decay / np.square(1.0 + decay))


def log_or_minus_infinity(values: FloatArray) -> FloatArray:
    """Return logarithms of numbers from 0, minus infinity for 0."""
    logarithms = np.full(values.shape, -np.inf)
    np.log(values, out=logarithms, where=values > 0)
    return logarithms
