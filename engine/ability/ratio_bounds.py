"""How far one further answer can move the likelihood at an ability against that at the cut score."""

from engine.ability.testlet_likelihood import TestletLikelihood, log_probabilities_within
from engine.response_models import FloatArray, ItemPool


def extreme_log_ratios(
    log_ratios: FloatArray, pool: ItemPool, testlets: TestletLikelihood | None, *, cut_score: float
) -> tuple[FloatArray, FloatArray]:
    """Return bounds on what one answer adds to the log-likelihood at a node less what it adds at the cut score.

    Of two integrals over the same effects the ratio is no larger than the largest ratio of what is integrated. So the
    answers to a whole testlet add at most the largest, over the effects, of the sum of its items' largest log-ratios.
    Shared evenly, that may be counted item by item: of all ways to fill some places with items and parts of testlets
    the best is to take the largest shares, and no way to fill them with whole testlets is better.

    Args:
        log_ratios: Log of P(category | node) / P(category | cut score), shape (items, categories, nodes).
        pool: The items.
        testlets: Likelihood within testlets at the nodes, None where all answers are independent.
        cut_score: The cut score.

    Returns:
        The largest and the smallest, each of shape (items, nodes); those of a testlet shared evenly by its items.
    """
    highest, lowest = log_ratios.max(axis=1), log_ratios.min(axis=1)
    if testlets is None:
        return highest, lowest
    for members in map(list, pool.testlets):
        at_cut = log_probabilities_within(pool, members, cut_score + testlets.effects)
        ratios = testlets.table[testlets.rows[members]][..., testlets.places] - at_cut[:, :, None, :]
        highest[members] = ratios.max(axis=1).sum(axis=0).max(axis=-1) / len(members)
        lowest[members] = ratios.min(axis=1).sum(axis=0).min(axis=-1) / len(members)
    return highest, lowest
