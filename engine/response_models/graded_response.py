"""The graded response model: columns a, b1, b2, … with rising thresholds."""

import numpy as np

from engine.response_models.array_types import FloatArray
from engine.response_models.logistic import logistic, logistic_variance
from engine.response_models.model_family import ModelFamily


class GradedResponse(ModelFamily):
    """P(at least k) = σ(a(θ - b_k)).

    With P* for "at least" and Q* = 1 - P*, a category has P_k = P*_k Q*_{k+1} (1 - exp(-a(b_{k+1} - b_k))): a product,
    where the difference P*_k - P*_{k+1} would lose its digits in the tails.

    Reference:
        Samejima (1969).
    """

    def categories(self, parameters: FloatArray) -> int:
        """Return the number of thresholds plus one."""
        return int(parameters.shape[1])

    def log_probabilities(self, parameters: FloatArray, theta: FloatArray) -> FloatArray:
        """Return log-probabilities, shape (items, categories, nodes)."""
        logit = _logits(parameters, theta)
        table = np.zeros((len(parameters), self.categories(parameters), theta.size))
        beside = np.log1p(np.exp(-np.abs(logit)))
        table[:, 1:] += np.minimum(logit, 0.0) - beside
        table[:, :-1] += np.minimum(-logit, 0.0) - beside
        gaps = np.maximum(parameters[:, :1] * np.diff(parameters[:, 1:], axis=1), np.finfo(np.float64).tiny)
        table[:, 1:-1] += np.log(-np.expm1(-gaps))[:, :, None]
        return table

    def first_derivatives(self, parameters: FloatArray, theta: FloatArray) -> FloatArray:
        """Return a(Q*_k - P*_{k+1}), shape (items, categories, nodes)."""
        logit, a = _logits(parameters, theta), parameters[:, :1, None]
        table = np.zeros((len(parameters), self.categories(parameters), theta.size))
        table[:, 1:] += a * logistic(-logit)
        table[:, :-1] -= a * logistic(logit)
        return table

    def second_derivatives(self, parameters: FloatArray, theta: FloatArray) -> FloatArray:
        """Return -a²(P*_k Q*_k + P*_{k+1} Q*_{k+1}), shape (items, categories, nodes)."""
        spread = np.square(parameters[:, :1, None]) * logistic_variance(_logits(parameters, theta))
        table = np.zeros((len(parameters), self.categories(parameters), theta.size))
        table[:, 1:] -= spread
        table[:, :-1] -= spread
        return table

    def information(self, parameters: FloatArray, theta: FloatArray) -> FloatArray:
        """Return the information as minus the mean second derivative, collected by threshold, shape (items, nodes)."""
        logit = _logits(parameters, theta)
        decay = np.exp(-np.abs(logit))
        whole = 1.0 + decay
        beyond = np.where(logit >= 0, 1.0, decay) / whole
        # Σ P_k (W_k + W_{k+1}) over categories is Σ W_k (P*_{k-1} - P*_{k+1}) over thresholds.
        reach = np.ones(logit.shape)
        reach[:, 1:] = beyond[:, :-1]
        reach[:, :-1] -= beyond[:, 1:]
        return np.asarray(np.square(parameters[:, :1]) * (decay / np.square(whole) * reach).sum(axis=1))

    def information_steepness(self, parameters: FloatArray) -> FloatArray:
        """Return 2a, shape (items,).

        The information is a sum over thresholds of positive terms a² W_k (P*_{k-1} - P*_{k+1}) with W_k = P*_k Q*_k.
        The logarithm of the first factor has the derivative a(1 - 2P*_k); that of the second has
        a(W_{k-1} - W_{k+1}) / (P*_{k-1} - P*_{k+1}) = a(1 - P*_{k-1} - P*_{k+1}). Each is at most a in size, and the
        derivative of the logarithm of a sum is a mean of those of its terms.
        """
        return 2 * parameters[:, 0]


def _logits(parameters: FloatArray, theta: FloatArray) -> FloatArray:
    """Return a(θ - b_k), shape (items, thresholds, nodes)."""
    return np.asarray(parameters[:, :1, None] * (theta - parameters[:, 1:, None]))
