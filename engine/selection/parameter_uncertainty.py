"""What items are worth when their parameters are known only with an error: expectations over that error."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from engine.response_models import FloatArray, ItemPool

# Seven points each for a and b leave less than a thousandth of the expectation, at errors of half a unit.
POINTS = 7
# An item of which no more is known than this tells nothing; its square is still a number.
LARGEST_RELATIVE_ERROR = 1e100


def expected_information(pool: ItemPool, nodes: npt.ArrayLike) -> FloatArray:
    """Return the expected information of items whose discrimination and difficulty are uncertain.

    The difficulty is normal about its estimate, the discrimination lognormal with its estimate as mean; their errors
    correlate as the pool says. An item with
    another discrimination and difficulty has the information that the estimated item has elsewhere on the scale, times
    the squared ratio of the discriminations; so every response model is served by its own formulas.

    Args:
        pool: Items with the standard errors of a and b and their covariance; 0 takes a parameter as known.
        nodes: Abilities, shape (nodes,).

    Returns:
        Expected information, shape (items, nodes).

    Reference:
        van der Linden & Ren (2020).
    """
    abilities = np.atleast_1d(np.asarray(nodes, dtype=np.float64))
    table = np.empty((len(pool), abilities.size))
    correlations = pool.error_correlations()
    for group in pool.groups:
        for row, place in enumerate(group.positions.tolist()):
            elsewhere, ratios, weights = _elsewhere(pool, place, abilities, float(correlations[place]))
            values = group.family.information(group.parameters[[row]], elsewhere.ravel()).reshape(elsewhere.shape)
            table[place] = (weights * np.square(ratios)) @ values
    return table


def expected_probabilities(pool: ItemPool, nodes: npt.ArrayLike) -> FloatArray:
    """Return the expected probability of each category of items whose parameters are uncertain.

    Args:
        pool: Items with the standard errors of a and b.
        nodes: Abilities, shape (nodes,).

    Returns:
        Probabilities, shape (items, categories, nodes).
    """
    abilities = np.atleast_1d(np.asarray(nodes, dtype=np.float64))
    table = np.zeros((len(pool), pool.categories, abilities.size))
    correlations = pool.error_correlations()
    for group in pool.groups:
        for row, place in enumerate(group.positions.tolist()):
            elsewhere, _ratios, weights = _elsewhere(pool, place, abilities, float(correlations[place]))
            logs = group.family.log_probabilities(group.parameters[[row]], elsewhere.ravel())
            values = np.exp(logs).reshape(group.categories, *elsewhere.shape)
            table[place, : group.categories] = np.einsum("p,cpn->cn", weights, values)
    return table


def _elsewhere(
    pool: ItemPool, place: int, nodes: FloatArray, correlation: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return where on the scale the estimated item is what the true one may be at the nodes.

    Returns:
        Abilities, shape (points, nodes), ratios of the discriminations and weights of the points.
    """
    scores, weights = _normal_quadrature()
    a, b = float(pool.discrimination[place]), float(pool.difficulty[place])
    relative = min(float(pool.se_discrimination[place]) / a, LARGEST_RELATIVE_ERROR)
    spread = np.log1p(relative * relative)
    ratios = np.exp(np.sqrt(spread) * scores[0] - spread / 2)
    # Where the errors don't correlate this is the second score to the last digit, as it was for recorded sittings.
    error = correlation * scores[0] + np.sqrt(1.0 - correlation * correlation) * scores[1]
    shifted = nodes - b - float(pool.se_difficulty[place]) * error[:, None]
    return b + ratios[:, None] * shifted, ratios, weights


@lru_cache(maxsize=1)
def _normal_quadrature() -> tuple[FloatArray, FloatArray]:
    """Return points, shape (2, points), and weights of a rule for two independent standard normal variables."""
    points, weights = np.polynomial.hermite_e.hermegauss(POINTS)
    weights = weights / weights.sum()
    grid = np.stack(np.meshgrid(points, points, indexing="ij")).reshape(2, -1)
    return grid, np.outer(weights, weights).ravel()
