"""Figures of a simulation with their Monte-Carlo standard errors."""

from dataclasses import dataclass
from math import sqrt

from engine.response_models import FloatArray


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure and how far it may be from what endless simulation would give.

    Args:
        value: The figure.
        error: Its Monte-Carlo standard error; None where one sitting is all there is.
    """

    value: float
    error: float | None

    def times(self, factor: float) -> "Figure":
        """Return the figure on a scale so many times as large."""
        return Figure(self.value * factor, None if self.error is None else self.error * factor)


def mean(values: FloatArray) -> Figure:
    """Return the mean of one value a sitting, shape (sittings,).

    Reference:
        Morris, White & Crowther (2019).
    """
    error = float(values.std(ddof=1)) / sqrt(values.size) if values.size > 1 else None
    return Figure(float(values.mean()), error)


def root_mean(squares: FloatArray) -> Figure:
    """Return the root of the mean of one value a sitting, shape (sittings,), its error by the delta method.

    Reference:
        Morris, White & Crowther (2019).
    """
    square = mean(squares)
    root = sqrt(square.value)
    if square.error is None or root == 0:
        return Figure(root, None if square.error is None else 0.0)
    return Figure(root, square.error / (2 * root))


def share(part: int | float, sittings: int) -> Figure:
    """Return the share of sittings that something happened in, its error by the binomial distribution."""
    rate = part / sittings
    return Figure(rate, sqrt(rate * (1 - rate) / (sittings - 1)) if sittings > 1 else None)


def errors_of(figures: dict[str, Figure]) -> dict[str, float]:
    """Return the standard errors by the names of the figures, without those that nobody can know."""
    return {name: figure.error for name, figure in figures.items() if figure.error is not None}
