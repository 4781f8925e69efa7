"""What makes an item worth giving next: the weights that shadow tests maximise, one rule a function."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np

from engine.blueprints.testlets import averaged
from engine.design import WEIGHT_DIGITS, PreparedExam
from engine.randomness import generator
from engine.response_models import FloatArray

# The half width of the Kullback-Leibler interval is this over the square root of the number of answers.
KL_WIDTH = 3.0
KL_POINTS, KL_LENGTHS = np.polynomial.legendre.leggauss(31)


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class SelectionMoment:
    """What the choice of an item may depend on.

    Args:
        exam: The prepared exam.
        seed: Seed of the sitting.
        position: Place of the item in the sitting, from 1.
        theta: Ability estimate.
        posterior: Posterior on the exam's grid, shape (nodes,).
    """

    exam: PreparedExam
    seed: int
    position: int
    theta: float
    posterior: FloatArray


def item_weights(exam: PreparedExam, *, seed: int, position: int, theta: float, posterior: FloatArray) -> FloatArray:
    """Return the weight of every item under the design's selection rule; items of a testlet have their mean.

    Args:
        exam: The prepared exam.
        seed: Seed of the sitting, which "random" and "progressive" draw on.
        position: Place of the item in the sitting, from 1.
        theta: Ability estimate, at which "information", "progressive" and "kl" look.
        posterior: Posterior on the exam's grid, shape (nodes,), over which "posterior-information" and "mepv" average.

    Returns:
        Weights, shape (items,).
    """
    rule = SELECTION_RULES[exam.design.selection]
    weights = rule(SelectionMoment(exam=exam, seed=seed, position=position, theta=theta, posterior=posterior))
    return _rounded(averaged(exam.pool.testlets, weights)) if exam.pool.testlets else weights


def information_at_cut(moment: SelectionMoment) -> FloatArray:
    """Return item information at the cut score, where a decision about pass or fail needs it."""
    return moment.exam.information_at_cut


def information_at_estimate(moment: SelectionMoment) -> FloatArray:
    """Return item information at the ability estimate, expected where the design minds uncertain parameters."""
    exam = moment.exam
    if exam.design.parameter_uncertainty:
        return _rounded(exam.information @ _interpolation(exam.grid.nodes, np.array([moment.theta]))[0])
    return _rounded(exam.pool.information([moment.theta])[:, 0])


def posterior_information(moment: SelectionMoment) -> FloatArray:
    """Return item information averaged over the posterior.

    Reference:
        van der Linden (1998).
    """
    return _rounded(moment.exam.information @ moment.posterior)


def kullback_leibler(moment: SelectionMoment) -> FloatArray:
    """Return how well items tell the estimate from the abilities around it.

    The Kullback-Leibler divergence of an item's responses at the estimate from those at another ability, integrated
    over an interval that narrows as answers come in; before the first answer it is as wide as after it.

    Reference:
        Chang & Ying (1996).
    """
    nodes = moment.exam.grid.nodes
    half_width = KL_WIDTH / sqrt(max(moment.position - 1, 1))
    low, high = max(moment.theta - half_width, nodes[0]), min(moment.theta + half_width, nodes[-1])
    reach = (high - low) / 2
    matrix = _interpolation(nodes, np.append(low + reach * (1 + KL_POINTS), moment.theta))
    around, here = reach * KL_LENGTHS @ matrix[:-1], matrix[-1]
    logs = moment.exam.selection_log_probabilities
    at_estimate = logs @ here
    divergence = np.exp(at_estimate) * (2 * reach * at_estimate - logs @ around)
    return _rounded(divergence.sum(axis=1))


def expected_variance_reduction(moment: SelectionMoment) -> FloatArray:
    """Return by how much each item is expected to reduce the posterior variance of ability.

    This orders items as the expected posterior variance does, from the least on.

    Reference:
        Owen (1975); van der Linden (1998).
    """
    nodes, posterior = moment.exam.grid.nodes, moment.posterior
    mean = float(posterior @ nodes)
    moments = np.stack([posterior, posterior * (nodes - mean)], axis=1)
    probabilities = moment.exam.selection_probabilities
    # One product of two matrices takes half the time of one for every item.
    sums = probabilities.reshape(-1, nodes.size) @ moments
    chances, shifts = sums.T.reshape(2, *probabilities.shape[:2])
    parts = np.divide(np.square(shifts), chances, out=np.zeros_like(chances), where=chances > 0)
    return _rounded(parts.sum(axis=1))


def progressive(moment: SelectionMoment) -> FloatArray:
    """Return a mixture of chance and information at the estimate, all chance at first and less with every answer.

    Reference:
        Revuelta & Ponsoda (1998).
    """
    information = information_at_estimate(moment)
    share = (moment.position - 1) / moment.exam.design.maximum_length
    return _rounded((1 - share) * random_weights(moment) * information.max() + share * information)


def random_weights(moment: SelectionMoment) -> FloatArray:
    """Return random numbers between 0 and 1."""
    return generator(moment.seed, moment.position, "item weights").random(len(moment.exam.pool))


SELECTION_RULES: Mapping[str, Callable[[SelectionMoment], FloatArray]] = {
    "information-at-cut": information_at_cut,
    "information": information_at_estimate,
    "posterior-information": posterior_information,
    "kl": kullback_leibler,
    "mepv": expected_variance_reduction,
    "progressive": progressive,
    "random": random_weights,
}


def _rounded(weights: FloatArray) -> FloatArray:
    return np.asarray(weights.round(WEIGHT_DIGITS))


def _interpolation(nodes: FloatArray, points: FloatArray) -> FloatArray:
    """Return the matrix, shape (points, nodes), that turns values at equally spaced nodes into values between them.

    The values are those of the cubic through the four nearest nodes.
    """
    spacing = (nodes[-1] - nodes[0]) / (nodes.size - 1)
    places = (points - nodes[0]) / spacing
    first = np.clip(np.floor(places).astype(np.int64) - 1, 0, nodes.size - 4)
    t = places - first
    t1, t2, t3 = t - 1, t - 2, t - 3
    matrix = np.zeros((points.size, nodes.size))
    start = np.arange(0, matrix.size, nodes.size) + first
    for offset, column in enumerate((-t1 * t2 * t3 / 6, t * t2 * t3 / 2, -t * t1 * t3 / 2, t * t1 * t2 / 6)):
        matrix.flat[start + offset] = column
    return matrix
