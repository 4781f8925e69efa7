"""The two-parameter logistic model, of which Rasch and one-parameter items are cases: columns a, b."""

import numpy as np
import numpy.typing as npt

from engine.response_models.array_types import FloatArray
from engine.response_models.logistic import log_logistic, logistic, logistic_variance
from engine.response_models.model_family import ModelFamily


def log_probability(
    theta: npt.ArrayLike, discrimination: npt.ArrayLike, difficulty: npt.ArrayLike, *, response: int = 1
) -> FloatArray:
    """Return the log-probability of a response under the two-parameter logistic model.

    Args:
        theta: Ability, any shape that broadcasts with the parameters.
        discrimination: Discrimination a on the logistic metric (D = 1).
        difficulty: Difficulty b on the ability scale.
        response: 1 for a right response, 0 for a wrong one.

    Returns:
        Log-probabilities of the broadcast shape; exact far into the tails, where the probability itself underflows.

    Reference:
        Birnbaum (1968).
    """
    logit = _logit(theta, discrimination, difficulty)
    return log_logistic(logit if response else -logit)


def probability(theta: npt.ArrayLike, discrimination: npt.ArrayLike, difficulty: npt.ArrayLike) -> FloatArray:
    """Return the probability of a right response under the two-parameter logistic model.

    Args:
        theta: Ability, any shape that broadcasts with the parameters.
        discrimination: Discrimination a on the logistic metric (D = 1).
        difficulty: Difficulty b on the ability scale.

    Returns:
        Probabilities of the broadcast shape.

    Reference:
        Birnbaum (1968).
    """
    return np.asarray(np.exp(log_probability(theta, discrimination, difficulty)))


def item_information(theta: npt.ArrayLike, discrimination: npt.ArrayLike, difficulty: npt.ArrayLike) -> FloatArray:
    """Return the Fisher information a²PQ of items at an ability.

    Args:
        theta: Ability, any shape that broadcasts with the parameters.
        discrimination: Discrimination a on the logistic metric (D = 1).
        difficulty: Difficulty b on the ability scale.

    Returns:
        Information, per squared unit of theta, of the broadcast shape.

    Reference:
        Birnbaum (1968).
    """
    variance = logistic_variance(_logit(theta, discrimination, difficulty))
    return np.asarray(np.square(discrimination) * variance)


class TwoParameterLogistic(ModelFamily):
    """P(1) = σ(a(θ - b)).

    Reference:
        Birnbaum (1968); Rasch (1960) with a = 1.
    """

    def categories(self, parameters: FloatArray) -> int:
        """Return 2."""
        return 2

    def log_probabilities(self, parameters: FloatArray, theta: FloatArray) -> FloatArray:
        """Return log-probabilities of wrong and right, shape (items, 2, nodes)."""
        a, b = parameters.T[:, :, None]
        return np.stack([log_probability(theta, a, b, response=0), log_probability(theta, a, b)], axis=1)

    def first_derivatives(self, parameters: FloatArray, theta: FloatArray) -> FloatArray:
        """Return -aP and aQ, shape (items, 2, nodes)."""
        a, b = parameters.T[:, :, None]
        logit = _logit(theta, a, b)
        table = np.empty((len(parameters), 2, logit.shape[1]))
        np.multiply(-a, logistic(logit), out=table[:, 0])
        np.multiply(a, logistic(-logit), out=table[:, 1])
        return table

    def second_derivatives(self, parameters: FloatArray, theta: FloatArray) -> FloatArray:
        """Return -a²PQ for both categories, shape (items, 2, nodes)."""
        return np.repeat(-self.information(parameters, theta)[:, None], 2, axis=1)

    def information(self, parameters: FloatArray, theta: FloatArray) -> FloatArray:
        """Return a²PQ, shape (items, nodes)."""
        a, b = parameters.T[:, :, None]
        return item_information(theta, a, b)

    def information_steepness(self, parameters: FloatArray) -> FloatArray:
        """Return a: the derivative of log PQ is a(Q - P); shape (items,)."""
        return parameters[:, 0].copy()

    def bias_terms(self, parameters: FloatArray, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the logarithm of a²PQ, and a(Q - P), shape (items, nodes) each."""
        a, b = parameters.T[:, :, None]
        logit = _logit(theta, a, b)
        distance = np.abs(logit)
        log_information = 2 * np.log(a) - distance - 2 * np.log1p(np.exp(-distance))
        return np.asarray(log_information), -a * np.tanh(logit / 2)


def _logit(theta: npt.ArrayLike, discrimination: npt.ArrayLike, difficulty: npt.ArrayLike) -> FloatArray:
    return np.asarray(np.multiply(discrimination, np.subtract(theta, difficulty, dtype=np.float64), dtype=np.float64))
