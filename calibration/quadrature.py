"""The ability grid over which the marginal likelihood is summed, and whether it is fine enough."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from calibration.array_types import FloatArray

DEFAULT_NODES = 61
DEFAULT_REACH = 6.0
MOST_NODES = 401
# With equally spaced nodes the error of the sum over a normal curve of standard deviation s falls like
# exp(-2 (pi s / spacing)^2): 2e-4 at a spacing of 1.5 s, 1e-6 at 1.2 s.
COARSEST_SPACING = 1.5
REFINED_SPACING = 1.2
SHORTEST_REACH = 5.0


@dataclass(frozen=True, eq=False)
class AbilityGrid:
    """Equally spaced nodes on the ability scale.

    Args:
        nodes: Abilities in increasing order, shape (nodes,).
    """

    nodes: FloatArray

    @classmethod
    def between(cls, low: float, high: float, *, count: int = DEFAULT_NODES) -> AbilityGrid:
        """Place nodes from one ability to another.

        Args:
            low: Lowest ability.
            high: Highest ability.
            count: Number of nodes.

        Returns:
            The grid.
        """
        return cls(np.linspace(low, high, count))

    @property
    def spacing(self) -> float:
        """Distance between neighbouring nodes."""
        return float(self.nodes[1] - self.nodes[0])

    def log_weights(self, mean: float, standard_deviation: float) -> FloatArray:
        """Logarithms of normal weights that sum to one.

        Args:
            mean: Mean of the abilities.
            standard_deviation: Their standard deviation.

        Returns:
            Shape (nodes,).
        """
        standardised = (self.nodes - mean) / standard_deviation
        log_density: FloatArray = -0.5 * standardised * standardised
        return log_density - math.log(float(np.exp(log_density).sum()))


DEFAULT_GRID = AbilityGrid.between(-DEFAULT_REACH, DEFAULT_REACH)


def adequate_grid(
    grid: AbilityGrid, *, information: float, mean: float = 0.0, standard_deviation: float = 1.0
) -> AbilityGrid:
    """Return the grid itself if it is wide and fine enough, or a better one.

    Args:
        grid: The grid in use.
        information: The most test information that any person has at any ability.
        mean: Mean of the abilities.
        standard_deviation: Their standard deviation.

    Returns:
        ``grid`` unchanged, or a wider and finer one of at most 401 nodes.
    """
    if is_adequate(grid, information=information, mean=mean, standard_deviation=standard_deviation):
        return grid
    low = min(float(grid.nodes[0]), mean - DEFAULT_REACH * standard_deviation)
    high = max(float(grid.nodes[-1]), mean + DEFAULT_REACH * standard_deviation)
    spacing = min(grid.spacing, REFINED_SPACING * _narrowest_posterior(information, standard_deviation))
    count = min(MOST_NODES, math.ceil((high - low) / spacing) + 1)
    if _is_wide_enough(grid, mean, standard_deviation) and count <= len(grid.nodes):
        return grid
    return AbilityGrid.between(low, high, count=count)


def is_adequate(grid: AbilityGrid, *, information: float, mean: float = 0.0, standard_deviation: float = 1.0) -> bool:
    """Tell whether a grid is wide and fine enough for sums over it to equal the integrals.

    Args:
        grid: The grid in use.
        information: The most test information that any person has at any ability.
        mean: Mean of the abilities.
        standard_deviation: Their standard deviation.

    Returns:
        False also for the finest grid of :func:`adequate_grid` where even that is too coarse: what is found on it is no
        maximum of the likelihood.
    """
    narrowest = _narrowest_posterior(information, standard_deviation)
    return _is_wide_enough(grid, mean, standard_deviation) and grid.spacing <= COARSEST_SPACING * narrowest


def _narrowest_posterior(information: float, standard_deviation: float) -> float:
    return 1.0 / math.sqrt(information + standard_deviation**-2)


def _is_wide_enough(grid: AbilityGrid, mean: float, standard_deviation: float) -> bool:
    reach = SHORTEST_REACH * standard_deviation
    return bool(grid.nodes[0] <= mean - reach and grid.nodes[-1] >= mean + reach)
