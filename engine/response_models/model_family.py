"""What every family of response models can say about its items."""

from abc import ABC, abstractmethod

import numpy as np

from engine.response_models.array_types import FloatArray, IntArray
from engine.response_models.logistic import log_or_minus_infinity


class ModelFamily(ABC):
    """Formulas shared by response models that differ only in which of their parameters are free.

    Parameters are one row an item, all items with the same number of categories; abilities are one column a node.
    Derivatives are those of log-probabilities: ratios such as P'/P keep their digits where P itself underflows.
    """

    @abstractmethod
    def categories(self, parameters: FloatArray) -> int:
        """Return the number of categories of the items whose parameters these are."""

    @abstractmethod
    def log_probabilities(self, parameters: FloatArray, theta: FloatArray) -> FloatArray:
        """Return the log-probability of each category.

        Args:
            parameters: Parameters, shape (items, columns).
            theta: Abilities, shape (nodes,).

        Returns:
            Log-probabilities, shape (items, categories, nodes), finite.
        """

    @abstractmethod
    def first_derivatives(self, parameters: FloatArray, theta: FloatArray) -> FloatArray:
        """Return the derivative of each category's log-probability with respect to ability.

        Args:
            parameters: Parameters, shape (items, columns).
            theta: Abilities, shape (nodes,).

        Returns:
            Derivatives, shape (items, categories, nodes).
        """

    @abstractmethod
    def second_derivatives(self, parameters: FloatArray, theta: FloatArray) -> FloatArray:
        """Return the second derivative of each category's log-probability with respect to ability.

        Args:
            parameters: Parameters, shape (items, columns).
            theta: Abilities, shape (nodes,).

        Returns:
            Second derivatives, shape (items, categories, nodes).
        """

    @abstractmethod
    def information(self, parameters: FloatArray, theta: FloatArray) -> FloatArray:
        """Return the Fisher information.

        Args:
            parameters: Parameters, shape (items, columns).
            theta: Abilities, shape (nodes,).

        Returns:
            Information per squared unit of ability, shape (items, nodes).
        """

    @abstractmethod
    def information_steepness(self, parameters: FloatArray) -> FloatArray:
        """Return a bound on the derivative of the logarithm of the information, whatever the ability.

        Between two abilities the information changes at most by the factor exp(steepness · distance).

        Args:
            parameters: Parameters, shape (items, columns).

        Returns:
            Bounds on |d log I / dθ|, shape (items,).
        """

    def bias_terms(self, parameters: FloatArray, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the logarithm of the information I, and J/I: what weighted likelihood estimation needs.

        With s and h for the derivatives of log P, I is Σ P s² and J = Σ P'P''/P is Σ P s (h + s²). Logarithms keep the
        ratio meaningful where the information itself underflows.

        Args:
            parameters: Parameters, shape (items, columns).
            theta: Abilities, shape (nodes,).

        Returns:
            Log-information, minus infinity where it is 0, and the ratio, there 0; each of shape (items, nodes).

        Reference:
            Warm (1989).
        """
        first = self.first_derivatives(parameters, theta)
        moving = first != 0
        log_weight = self.log_probabilities(parameters, theta) + 2 * log_or_minus_infinity(np.abs(first))
        peak = log_weight.max(axis=1)
        weight = np.exp(log_weight - np.where(np.isfinite(peak), peak, 0.0)[:, None])
        bend = np.zeros(first.shape)
        np.divide(self.second_derivatives(parameters, theta), first, out=bend, where=moving & (weight > 0))
        total = weight.sum(axis=1)
        ratio = np.zeros(total.shape)
        np.divide((weight * (bend + first)).sum(axis=1), total, out=ratio, where=total > 0)
        return peak + np.log(np.maximum(total, 1.0)), ratio

    def certain_categories(self, parameters: FloatArray) -> IntArray:
        """Return the categories that become certain as ability falls and as it rises without end.

        Args:
            parameters: Parameters, shape (items, columns).

        Returns:
            Lowest and highest category, shape (items, 2); -1 where none becomes certain.
        """
        return np.tile(np.array([0, self.categories(parameters) - 1], dtype=np.int64), (len(parameters), 1))
