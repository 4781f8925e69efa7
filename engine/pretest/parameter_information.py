"""What one response teaches of an item's own parameters, and by how much it is expected to make them surer."""

import numpy as np
import numpy.typing as npt

from engine.response_models import FloatArray, ItemPool


def parameter_information(pool: ItemPool, nodes: npt.ArrayLike) -> FloatArray:
    """Return the Fisher information of one response about the discrimination a and the difficulty b of its item.

    Where a response depends on ability through a(θ - b) alone, the scores of its log-likelihood are those of ability in
    other units: with s = ∂ log P / ∂θ, they are ∂ log P / ∂b = -s and ∂ log P / ∂a = s (θ - b) / a. The expectation of
    s² is the item information I(θ), so the information about (a, b) is I(θ) times the outer product of
    ((θ - b) / a, -1) with itself. That is exact for "rasch" to "4pl", whose asymptotes count as known. Of items with
    more than two categories b is the location, a stretches the scale around it, and the steps between the categories,
    measured on that stretched scale, count as known.

    Args:
        pool: The items.
        nodes: Abilities, shape (nodes,).

    Returns:
        Information about a, about a with b, and about b, shape (items, 3, nodes).

    Reference:
        van der Linden & Ren (2015).
    """
    abilities = np.atleast_1d(np.asarray(nodes, dtype=np.float64))
    information = pool.information(abilities)
    reach = (abilities[None, :] - pool.difficulty[:, None]) / pool.discrimination[:, None]
    return np.stack([information * np.square(reach), -information * reach, information], axis=1)


def variance_reduction(pool: ItemPool, information: FloatArray, *, collected: FloatArray) -> FloatArray:
    """Return by how much one response is expected to reduce the variances of its item's a and b, added up.

    With Σ the covariance of (a, b) that the pool knows, its diagonal, and F₀ the information collected since, the
    covariance before the response is (Σ⁻¹ + F₀)⁻¹, and after one of expected information F it is (Σ⁻¹ + F₀ + F)⁻¹. The
    difference of their traces is worked out without an inverse of Σ, so a parameter that is known (such as a under
    "rasch") is no special case: it has nothing to gain.

    Args:
        pool: The items with the standard errors of a and b.
        information: Information about a, about a with b, and about b, averaged over the abilities that the examinee
            may have, shape (items, 3).
        collected: The same of all responses since the standard errors were estimated, shape (items, 3).

    Returns:
        Reductions, 0 or more, shape (items,).

    Reference:
        van der Linden & Ren (2015), who take the determinant where the trace is taken here: a determinant would ask an
        item only for being the first to tell anything of a parameter that is nearly known.
    """
    before, after = _variances(pool, collected), _variances(pool, collected + information)
    return np.asarray(np.maximum((before - after).sum(axis=0), 0.0))


def _variances(pool: ItemPool, information: FloatArray) -> FloatArray:
    """Return the variances of a and of b in the face of information about them, shape (2, items)."""
    prior_a, prior_b = np.square(pool.se_discrimination), np.square(pool.se_difficulty)
    about_a, about_both, about_b = information.T
    gain_a, gain_b = 1 + prior_a * about_a, 1 + prior_b * about_b
    left = gain_a * gain_b - prior_a * prior_b * np.square(about_both)
    return np.stack([prior_a * gain_b / left, prior_b * gain_a / left])
