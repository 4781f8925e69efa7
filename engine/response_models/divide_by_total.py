"""Models of categories as shares in a sum of exponentials: columns are slopes, then intercepts."""

import numpy as np

from engine.response_models.array_types import FloatArray, IntArray
from engine.response_models.model_family import ModelFamily


class DivideByTotal(ModelFamily):
    """P_k ∝ exp(slope_k θ + intercept_k): the nominal model, and generalised partial credit with equally spaced slopes.

    Reference:
        Bock (1972); Muraki (1992).
    """

    def categories(self, parameters: FloatArray) -> int:
        """Return half the number of columns."""
        return int(parameters.shape[1] // 2)

    def log_probabilities(self, parameters: FloatArray, theta: FloatArray) -> FloatArray:
        """Return log-probabilities, shape (items, categories, nodes)."""
        exponents = self._exponents(parameters, theta)
        return np.asarray(exponents - np.log(np.exp(exponents).sum(axis=1, keepdims=True)))

    def first_derivatives(self, parameters: FloatArray, theta: FloatArray) -> FloatArray:
        """Return slope minus mean slope, shape (items, categories, nodes)."""
        slopes = self._slopes(parameters)
        # Summing differences of slopes, not subtracting sums, keeps the digits where one category is nearly certain.
        return np.asarray(np.matmul(slopes[:, :, None] - slopes[:, None, :], self._shares(parameters, theta)))

    def second_derivatives(self, parameters: FloatArray, theta: FloatArray) -> FloatArray:
        """Return minus the variance of the slopes for every category, shape (items, categories, nodes)."""
        return np.repeat(-self.information(parameters, theta)[:, None], self.categories(parameters), axis=1)

    def information(self, parameters: FloatArray, theta: FloatArray) -> FloatArray:
        """Return the variance of the slopes, shape (items, nodes)."""
        weights, slopes = np.exp(self._exponents(parameters, theta)), self._slopes(parameters)
        total = weights.sum(axis=1)
        mean = np.einsum("ik,ikn->in", slopes, weights) / total
        deviations = slopes[:, :, None] - mean[:, None]
        return np.asarray(np.einsum("ikn,ikn,ikn->in", weights, deviations, deviations) / total)

    def information_steepness(self, parameters: FloatArray) -> FloatArray:
        """Return the range of the slopes, shape (items,).

        The information is the variance of the slopes and its derivative their third central moment, which is at most
        the variance times the largest deviation from the mean.
        """
        return np.asarray(np.ptp(self._slopes(parameters), axis=1))

    def certain_categories(self, parameters: FloatArray) -> IntArray:
        """Return the categories of the smallest and of the largest slope, -1 where two share it; shape (items, 2)."""
        slopes = self._slopes(parameters)
        found = np.stack([slopes.argmin(axis=1), slopes.argmax(axis=1)], axis=1).astype(np.int64)
        ends = np.take_along_axis(slopes, found, axis=1)
        alone = (slopes[:, :, None] == ends[:, None, :]).sum(axis=1) == 1
        return np.where(alone, found, -1)

    def _slopes(self, parameters: FloatArray) -> FloatArray:
        return parameters[:, : self.categories(parameters)]

    def _exponents(self, parameters: FloatArray, theta: FloatArray) -> FloatArray:
        """Return exponents below their largest, so that none overflows."""
        slopes, intercepts = np.split(parameters[:, :, None], 2, axis=1)
        exponents = slopes * theta + intercepts
        return np.asarray(exponents - exponents.max(axis=1, keepdims=True))

    def _shares(self, parameters: FloatArray, theta: FloatArray) -> FloatArray:
        shares = np.exp(self._exponents(parameters, theta))
        return np.asarray(shares / shares.sum(axis=1, keepdims=True))
