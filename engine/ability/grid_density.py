"""How close the nodes of an exam's grid must lie for the standard errors that its stop rules look at to be right."""

from collections.abc import Sequence
from math import ceil, sqrt

import numpy as np

from engine.ability.ability_grid import HALF_WIDTH, SPACING
from engine.response_models import ItemPool

PRECISION_RULES = ("se", "interval")
# Sums over nodes this many standard errors apart give the standard error of a normal posterior to a ten-millionth.
NODES_PER_STANDARD_ERROR = 1.0
# Real posteriors come out narrower than the information at one ability says: answers that agree sharpen them.
NARROWING = 1.5


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

    Only rules that look at the width of the posterior can ask for more: verdicts on a cut score are integrals over
    many nodes and do not need it.

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
    """
    if not set(rules).intersection(PRECISION_RULES):
        return None
    reach = HALF_WIDTH * prior_sd
    abilities = np.linspace(prior_mean - reach, prior_mean + reach, 121)
    best = np.sort(pool.information(abilities), axis=0)[-length:].sum(axis=0).max()
    narrowed = prior_sd * sqrt(1 - unit_correlation)
    narrowest = float(1 / np.sqrt(best + narrowed**-2)) / NARROWING
    spacing = min(SPACING, narrowest / NODES_PER_STANDARD_ERROR)
    return max(2 * ceil(reach / spacing - 1e-9), 120) + 1
