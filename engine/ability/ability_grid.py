"""A grid of abilities with a normal prior, and what a posterior on it says: mean, spread, tails, interval."""

from dataclasses import dataclass
from functools import cached_property
from math import ceil, log, pi, sqrt

import numpy as np
from scipy.special import sici

from engine.errors import InvalidSetting
from engine.response_models import FloatArray

# Six standard deviations leave 2e-9 of the prior outside; at a spacing of 0.1 the sums below equal the integrals to
# 1e-5 for every posterior with a standard deviation of 0.15 or more, which no practical exam undercuts.
HALF_WIDTH = 6.0
SPACING = 0.1


@dataclass(frozen=True, eq=False)
class EapGrid:
    """Equally spaced abilities with the logarithm of a normal prior on them.

    Args:
        nodes: Abilities, shape (nodes,).
        log_prior: Log of the prior mass of each node, shape (nodes,).
    """

    nodes: FloatArray
    log_prior: FloatArray

    @classmethod
    def normal(
        cls,
        *,
        prior_mean: float = 0.0,
        prior_sd: float = 1.0,
        lower: float | None = None,
        upper: float | None = None,
        nodes: int | None = None,
    ) -> "EapGrid":
        """Return a grid with a normal prior.

        Args:
            prior_mean: Mean of the prior.
            prior_sd: Standard deviation of the prior, above 0.
            lower: Lowest node; six standard deviations below the mean unless given.
            upper: Highest node; six standard deviations above the mean unless given.
            nodes: Number of nodes, at least 3; unless given, 121 or as many more as put them 0.1 apart.

        Returns:
            The grid.

        Raises:
            InvalidSetting: If a value is not finite, the sd is not positive, or the limits are reversed.

        Reference:
            Bock & Mislevy (1982).
        """
        if not (np.isfinite(prior_mean) and np.isfinite(prior_sd) and prior_sd > 0):
            raise InvalidSetting(
                f"the prior needs a finite mean and a positive sd, not {prior_mean!r} and {prior_sd!r}"
            )
        lowest = prior_mean - HALF_WIDTH * prior_sd if lower is None else lower
        highest = prior_mean + HALF_WIDTH * prior_sd if upper is None else upper
        if not (np.isfinite(lowest) and np.isfinite(highest) and lowest < highest):
            raise InvalidSetting(f"the grid must run upwards between finite limits, not from {lowest!r} to {highest!r}")
        count = max(2 * ceil((highest - lowest) / 2 / SPACING - 1e-9), 120) + 1 if nodes is None else nodes
        if count < 3:
            raise InvalidSetting(f"the grid needs at least 3 nodes, not {count}")
        points = np.linspace(lowest, highest, count)
        log_density = -0.5 * np.square((points - prior_mean) / prior_sd)
        # The trapezoidal rule: where the limits cut the prior off, an end node stands for half a cell.
        log_density[[0, -1]] -= log(2)
        log_prior = log_density - log(float(np.exp(log_density).sum()))
        for column in (points, log_prior):
            column.setflags(write=False)
        return cls(nodes=points, log_prior=log_prior)

    @property
    def spacing(self) -> float:
        """Distance between neighbouring nodes."""
        return float(self.nodes[-1] - self.nodes[0]) / (self.nodes.size - 1)

    @cached_property
    def mass_below_nodes(self) -> FloatArray:
        """Matrix, shape (nodes, nodes), whose product with a posterior is its distribution function at the nodes."""
        places = np.arange(self.nodes.size)
        sine_integral = np.asarray(sici(pi * places)[0], dtype=np.float64)
        steps = places[:, None] - places[None, :]
        return np.asarray(0.5 + np.sign(steps) * sine_integral[np.abs(steps)] / pi)

    def weights_above(self, cut: float) -> FloatArray:
        """Return the weights whose product with a posterior is the probability that ability lies above a cut.

        Counting the nodes above the cut would be wrong by up to a tenth of the probability. A posterior is smooth, so
        its samples determine it (sampling theorem), and the integral of that curve above the cut is linear in them.

        Args:
            cut: Ability, anywhere on the scale.

        Returns:
            Weights, shape (nodes,): near 0 below the cut and near 1 above it, with a small ripple beside it.
        """
        sine_integral = np.asarray(sici(pi * (self.nodes - cut) / self.spacing)[0], dtype=np.float64)
        return 0.5 + sine_integral / pi


def posterior_of(log_posterior: FloatArray) -> FloatArray:
    """Return probabilities from log-probabilities known up to a constant, normalised along the last axis."""
    posterior = np.exp(log_posterior - log_posterior.max(axis=-1, keepdims=True))
    return np.asarray(posterior / posterior.sum(axis=-1, keepdims=True))


def mean_and_sd(nodes: FloatArray, posterior: FloatArray) -> tuple[float, float]:
    """Return mean and standard deviation of one posterior, shape (nodes,)."""
    mean = float(posterior @ nodes)
    return mean, sqrt(float(posterior @ np.square(nodes - mean)))


def means_and_sds(nodes: FloatArray, posteriors: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return means and standard deviations of many posteriors, shape (sittings, nodes), as two columns."""
    means = posteriors @ nodes
    return means, np.sqrt((posteriors * np.square(nodes - means[:, None])).sum(axis=1))


def probability_above(weights: FloatArray, posterior: FloatArray) -> float:
    """Return the probability above a cut from the grid's weights for that cut and one posterior."""
    return min(max(float(weights @ posterior), 0.0), 1.0)


def probabilities_above(weights: FloatArray, posteriors: FloatArray) -> FloatArray:
    """Return the probabilities above a cut of many posteriors, shape (sittings, nodes)."""
    return np.clip(posteriors @ weights, 0.0, 1.0)


def credible_interval(grid: EapGrid, posterior: FloatArray, *, level: float) -> tuple[float, float]:
    """Return the equal-tailed interval that holds the ability with the given probability.

    Args:
        grid: The grid the posterior stands on.
        posterior: Probabilities, shape (nodes,).
        level: Probability inside the interval, between 0 and 1.

    Returns:
        Lower and upper end.
    """
    tail = (1 - level) / 2
    return _quantile(grid, posterior, tail), _quantile(grid, posterior, 1 - tail)


def credible_intervals(grid: EapGrid, posteriors: FloatArray, *, level: float) -> tuple[FloatArray, FloatArray]:
    """Return the equal-tailed intervals of many posteriors.

    Args:
        grid: The grid the posteriors stand on.
        posteriors: Probabilities, shape (sittings, nodes).
        level: Probability inside each interval, between 0 and 1.

    Returns:
        Lower and upper ends, shape (sittings,) each.
    """
    below = posteriors @ grid.mass_below_nodes.T
    tail = (1 - level) / 2
    return _quantiles(grid, posteriors, below, tail), _quantiles(grid, posteriors, below, 1 - tail)


def _quantiles(grid: EapGrid, posteriors: FloatArray, below: FloatArray, mass: float) -> FloatArray:
    """Do for many posteriors what `_quantile` does for one."""
    everyone, highest = np.arange(len(posteriors)), np.maximum.accumulate(below, axis=1)
    cells = np.clip((highest < mass).sum(axis=1) - 1, 0, grid.nodes.size - 2)
    start, end = below[everyone, cells], below[everyone, cells + 1]
    slope, slope_end = posteriors[everyone, cells], posteriors[everyone, cells + 1]
    cubic = slope + slope_end - 2 * (end - start)
    square = 3 * (end - start) - 2 * slope - slope_end
    low, high = np.zeros(cells.size), np.ones(cells.size)
    for _ in range(40):
        middle = (low + high) / 2
        short = start + middle * (slope + middle * (square + middle * cubic)) < mass
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return np.asarray(grid.nodes[cells] + low * grid.spacing)


def _quantile(grid: EapGrid, posterior: FloatArray, mass: float) -> float:
    """Solve P(ability < x) = mass on the cubic that has the right mass and density at the two nodes around."""
    below = grid.mass_below_nodes @ posterior
    cell = int(np.clip(np.searchsorted(np.maximum.accumulate(below), mass) - 1, 0, grid.nodes.size - 2))
    start, end = float(below[cell]), float(below[cell + 1])
    slope, slope_end = float(posterior[cell]), float(posterior[cell + 1])
    cubic = slope + slope_end - 2 * (end - start)
    square = 3 * (end - start) - 2 * slope - slope_end
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        if start + middle * (slope + middle * (square + middle * cubic)) < mass:
            low = middle
        else:
            high = middle
    return float(grid.nodes[cell]) + low * grid.spacing
