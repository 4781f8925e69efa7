"""The shadow test from which the next item is taken, with the weights behind it."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from engine.blueprints.shadow_test import assemble
from engine.design import WEIGHT_DIGITS, PreparedExam
from engine.response_models import FloatArray, IntArray, ItemPool
from engine.selection.information_index import InformationIndex
from engine.selection.selection_weights import item_weights

# Looking at all of fewer items takes no longer than asking the index.
SMALLEST_INDEXED_POOL = 500


def planned_test(
    exam: PreparedExam,
    *,
    seed: int,
    theta: float,
    posterior: FloatArray,
    administered: Sequence[int],
    ineligible: Sequence[int],
) -> tuple[FloatArray, IntArray]:
    """Return the weights of the items and the shadow test of the next choice.

    Where nothing but its length bounds the test and items are weighted by their information at the estimate, the shadow
    test is the most informative items; in a large pool an index finds them, and the same test comes of it.

    Args:
        exam: The prepared exam.
        seed: Seed of the sitting.
        theta: Ability estimate.
        posterior: Posterior on the exam's grid, shape (nodes,).
        administered: Pool positions of the items answered, in order.
        ineligible: Pool positions that exposure control keeps back.

    Returns:
        Weights, shape (items,), and the shadow test, as `assemble` gives it. From the index come the weights of the
        items in the test and of the heaviest one outside; the others are minus infinity.

    Raises:
        InfeasibleBlueprint: If the answered items are part of no test that meets the blueprint.
    """
    length = exam.design.planned_length(len(administered))
    if _is_indexed(exam) and length - len(administered) <= len(exam.pool) - len({*administered, *ineligible}):
        return _most_informative(exam.pool, theta, length, administered, ineligible)
    weights = item_weights(exam, seed=seed, position=len(administered) + 1, theta=theta, posterior=posterior)
    shadow = assemble(
        exam.tree,
        weights,
        length=length,
        administered=administered,
        ineligible=ineligible,
        extends_to=exam.design.maximum_length,
    )
    return weights, shadow


def _is_indexed(exam: PreparedExam) -> bool:
    pool, design = exam.pool, exam.design
    bounded = design.blueprint.bounds or pool.enemies or pool.testlets
    by_information = design.selection == "information" and not design.parameter_uncertainty
    return by_information and not bounded and len(pool) >= SMALLEST_INDEXED_POOL


def _most_informative(
    pool: ItemPool, theta: float, length: int, administered: Sequence[int], ineligible: Sequence[int]
) -> tuple[FloatArray, IntArray]:
    index = _index_of(pool)
    free = index.best(theta, without={*administered, *ineligible}, count=length - len(administered))
    shadow = np.array([*administered, *free], dtype=np.int64)
    inside = set(shadow.tolist())
    outside = index.best(theta, without=inside) if len(inside) < len(pool) else []
    known = np.array([*shadow, *outside], dtype=np.int64)
    weights = np.full(len(pool), -np.inf)
    weights[known] = index.information(known, theta).round(WEIGHT_DIGITS)
    return weights, shadow


@lru_cache(maxsize=16)
def _index_of(pool: ItemPool) -> InformationIndex:
    """Return the index of a pool, kept for the exams in use."""
    return InformationIndex(pool)
