"""The probability of being at or above a cut score that is itself known only up to a standard error."""

from math import ceil, pi

import numpy as np

from engine.ability.ability_grid import EapGrid
from engine.response_models import FloatArray

# Eight standard errors leave 1e-15 of the cut score's distribution outside.
REACH = 8.0


def weights_above_cut(grid: EapGrid, cut: float, *, standard_error: float = 0.0) -> FloatArray:
    """Return the weights whose product with a posterior is the probability that ability reaches the cut score.

    The cut score is taken as normally distributed around the panel's value. The weights are those of a known cut
    score averaged over that distribution, π = ∫P(θ ≥ c)p(c)dc. As a function of the cut score they hold no
    frequency above that of the grid, so a sum over equally spaced cut scores, close enough together for that
    frequency and for the width of the distribution, equals the integral.

    Args:
        grid: The grid of abilities.
        cut: The cut score.
        standard_error: Standard error of the cut score, 0 where it is taken as known.

    Returns:
        Weights, shape (nodes,).

    Reference:
        Kane (1987) for the standard error of a cut score set by judges.
    """
    if standard_error == 0:
        return grid.weights_above(cut)
    spacing = 1 / (1 / (2 * grid.spacing) + REACH / (2 * pi * standard_error))
    half = ceil(REACH * standard_error / spacing)
    steps = np.linspace(-REACH, REACH, 2 * half + 1)
    density = np.exp(-0.5 * np.square(steps))
    density /= density.sum()
    weights = np.zeros(grid.nodes.size)
    for step, share in zip(steps.tolist(), density.tolist(), strict=True):
        weights += share * grid.weights_above(cut + step * standard_error)
    return weights
