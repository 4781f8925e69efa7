"""The four-parameter logistic model, with three-parameter items as a case: columns a, b, c, d."""

import numpy as np

from engine.response_models.array_types import FloatArray
from engine.response_models.logistic import log_logistic, log_or_minus_infinity, logistic
from engine.response_models.model_family import ModelFamily


class FourParameterLogistic(ModelFamily):
    """P(1) = c + (d - c)σ(a(θ - b)), which is cσ(-a(θ - b)) + dσ(a(θ - b)).

    The second form mixes those who do not know (right with chance c) with those who do (right with chance d). Without
    any difference of like numbers it keeps its digits in both tails.

    Reference:
        Birnbaum (1968) with d = 1; Barton & Lord (1981).
    """

    def categories(self, parameters: FloatArray) -> int:
        """Return 2."""
        return 2

    def log_probabilities(self, parameters: FloatArray, theta: FloatArray) -> FloatArray:
        """Return log-probabilities of wrong and right, shape (items, 2, nodes)."""
        a, b, c, d = parameters.T[:, :, None]
        logit = a * (theta - b)
        ignorant, knowing = log_logistic(-logit), log_logistic(logit)
        right = np.logaddexp(log_or_minus_infinity(c) + ignorant, np.log(d) + knowing)
        wrong = np.logaddexp(np.log1p(-c) + ignorant, log_or_minus_infinity(1 - d) + knowing)
        return np.stack([wrong, right], axis=1)

    def first_derivatives(self, parameters: FloatArray, theta: FloatArray) -> FloatArray:
        """Return -P'/Q and P'/P, shape (items, 2, nodes)."""
        a, _b, c, d = parameters.T[:, :, None]
        ignorant, knowing, did_not, knew = _states(parameters, theta)
        return np.stack([-a * (d - c) / (1 - c) * knowing * did_not, a * (d - c) / d * ignorant * knew], axis=1)

    def second_derivatives(self, parameters: FloatArray, theta: FloatArray) -> FloatArray:
        """Return the second derivatives for wrong and right, shape (items, 2, nodes)."""
        ignorant, knowing, did_not, knew = _states(parameters, theta)
        bend = np.stack([did_not - knowing, ignorant - knew], axis=1)
        return np.asarray(parameters[:, :1, None] * self.first_derivatives(parameters, theta) * bend)

    def information(self, parameters: FloatArray, theta: FloatArray) -> FloatArray:
        """Return P'²/(PQ), shape (items, nodes)."""
        first = self.first_derivatives(parameters, theta)
        return np.asarray(-first[:, 0] * first[:, 1])

    def information_steepness(self, parameters: FloatArray) -> FloatArray:
        """Return 2a, shape (items,).

        With S = σ(a(θ - b)), log I has the derivative 2a(1 - 2S) - P'/P + P'/Q. As P is at least dS and Q at least
        (1 - c)(1 - S), P'/P lies between 0 and a(1 - S) and P'/Q between 0 and aS. So the derivative lies between
        a(1 - 3S) and a(2 - 3S).
        """
        return 2 * parameters[:, 0]


def _states(parameters: FloatArray, theta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return P(not knowing), P(knowing), P(not knowing | wrong) and P(knowing | right), each (items, nodes)."""
    a, b, c, d = parameters.T[:, :, None]
    logit = a * (theta - b)
    return (
        logistic(-logit),
        logistic(logit),
        logistic(-logit + (np.log1p(-c) - log_or_minus_infinity(1 - d))),
        logistic(logit + (np.log(d) - log_or_minus_infinity(c))),
    )
