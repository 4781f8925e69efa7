"""How close the nodes of an exam's grid must lie for what is read off its posteriors to be right."""

from collections.abc import Sequence
from math import ceil, sqrt

import numpy as np

from engine.ability.ability_grid import HALF_WIDTH, SPACING
from engine.errors import InvalidParameters
from engine.response_models import FloatArray, ItemPool

PRECISION_RULES = ("se", "interval")
# Sums over nodes this many standard errors apart give the standard error of a normal posterior to a ten-millionth.
NODES_PER_STANDARD_ERROR = 1.0
# Real posteriors come out narrower than the information at one ability says: answers that agree sharpen them.
NARROWING = 1.5
# Verdicts are integrals over several nodes: at this many of the standard errors that information speaks of they still
# are right to a ten-thousandth, so that ordinary pools keep the grid that they always had.
VERDICT_SPACING = 1.2
# A single answer is a step of the likelihood. Between nodes this far apart, in units of the inverse of its slope, what
# the nodes do not see of a two-parameter step is a ten-thousandth.
STEP_SPACING = 0.8
# Half a standard error for 30 items with a discrimination of 50 at one spot; tables of nodes by nodes take 46 MB.
MAXIMUM_NODES = 2401


def nodes_needed(
    pool: ItemPool,
    prior_mean: float,
    prior_sd: float,
    *,
    length: int,
    rules: Sequence[str],
    unit_correlation: float = 0.0,
) -> int | None:
    """Return how many nodes the grid of an exam needs, None for as many as it has by default.

    Rules that look at the width of the posterior ask for most; verdicts on a cut score, and what is reported, ask for
    more than the default only where items are steep, with discriminations above 4 or so.

    Args:
        pool: The items.
        prior_mean: Mean of the ability prior.
        prior_sd: Standard deviation of the ability prior.
        length: Most items of a test.
        rules: Stop rules of the exam.
        unit_correlation: Correlation between units, by which finished ones may have narrowed the prior to √(1 - r) of
            its standard deviation at most; 0 where they are left out of account.

    Returns:
        The number of nodes, for the narrowest posterior that the pool's best items can lead to.

    Raises:
        InvalidParameters: If the steepest item would need more nodes than can be held, by its id and slope.
    """
    reach = HALF_WIDTH * prior_sd
    steepness = _steepness(pool)
    spacing = min(SPACING, STEP_SPACING / float(steepness.max()))
    _refuse_too_many(_count(reach, spacing), pool, steepness)
    points = max(121, 2 * ceil(reach * float(steepness.max()) / STEP_SPACING - 1e-9) + 1)
    abilities = np.linspace(prior_mean - reach, prior_mean + reach, points)
    best = np.sort(pool.information(abilities), axis=0)[-length:].sum(axis=0).max()
    narrowed = prior_sd * sqrt(1 - unit_correlation)
    standard_error = float(1 / np.sqrt(best + narrowed**-2))
    if set(rules).intersection(PRECISION_RULES) or spacing > VERDICT_SPACING * standard_error:
        spacing = min(spacing, standard_error / NARROWING / NODES_PER_STANDARD_ERROR)
    nodes = _count(reach, spacing)
    _refuse_too_many(nodes, pool, steepness)
    return None if nodes == _count(reach, SPACING) else nodes


def _count(reach: float, spacing: float) -> int:
    return max(2 * ceil(min(reach / spacing, 1e9) - 1e-9), 120) + 1


def _steepness(pool: ItemPool) -> FloatArray:
    """Return the steepest slope of each item, twice its discrimination where it has asymptotes or several scores."""
    steepness = np.empty(len(pool))
    for group in pool.groups:
        steepness[group.positions] = group.family.information_steepness(group.parameters)
    return steepness


def _refuse_too_many(nodes: int, pool: ItemPool, steepness: FloatArray) -> None:
    if nodes <= MAXIMUM_NODES:
        return
    steepest = int(steepness.argmax())
    raise InvalidParameters(
        f"item {pool.item_ids[steepest]!r} with a discrimination of {float(pool.discrimination[steepest]):g} (slope "
        f"{float(steepness[steepest]):g}), the steepest of the pool, would need a grid of {nodes} abilities; at most "
        f"{MAXIMUM_NODES} can be held"
    )
