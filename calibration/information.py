"""Observed information of all free parameters, computed without approximation of the likelihood.

By the missing-information principle it is the expected complete-data information minus, for each person, the posterior
covariance of that person's score vector. Oakes' identity gives the same matrix; here the covariance is summed directly.
The scores are smooth functions of ability, so each is expanded in the polynomials that are orthonormal under the
person's own posterior: a few terms give the covariance to rounding for narrow posteriors.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, cast

import numpy as np
import numpy.typing as npt

from calibration.array_types import FloatArray, IntArray, ScoreArray
from calibration.estimates import Estimates
from calibration.expectation import CurveTables, ExpectedCounts, posterior
from calibration.maximisation import complete_curvature
from calibration.person_blocks import PersonBlock
from calibration.quadrature import AbilityGrid

if TYPE_CHECKING:
    from calibration.problem import Problem

# The expansion ends when a term adds less than this share of what the first one added, or at the most terms.
NEGLIGIBLE_SHARE = 1e-5
SingleArray = npt.NDArray[np.float32]

MOST_TERMS = 16
PROBES = 32
# Every so many persons are enough to tell when the expansion may end.
PROBED_PERSONS = 4
PAIRS_AT_ONCE = 1_000_000
SMALLEST_NORM = 1e-12


def observed_information(problem: Problem, estimates: Estimates, counts: ExpectedCounts) -> FloatArray:
    """Compute minus the second derivatives of log-likelihood plus log prior.

    Args:
        problem: Responses, grid and priors.
        estimates: Where.
        counts: Expected counts at the same place.

    Returns:
        Rows and columns as in :attr:`Estimates.vector`, shape (2 items + 2, 2 items + 2).

    Reference:
        Louis (1982), Finding the observed information matrix when using the EM algorithm; Oakes (1999), Direct
        calculation of the information matrix via the EM; Chalmers (2018) for item response models.
    """
    information = _complete_information(problem, estimates, counts)
    information += problem.persons.total(MissingInformation(estimates, problem.grid))
    return 0.5 * (information + information.T)


@dataclass(frozen=True, eq=False)
class MissingInformation:
    """What is lost because abilities are not known, as work on chunks of persons.

    Args:
        estimates: Items and population.
        grid: The nodes.
    """

    estimates: Estimates
    grid: AbilityGrid

    @cached_property
    def tables(self) -> CurveTables:
        """Curves on the grid, laid out where they are needed."""
        return CurveTables.on_grid(self.estimates, self.grid)

    @cached_property
    def scores(self) -> _ScoreTables:
        """Score functions on the grid."""
        return _ScoreTables.on_grid(self.estimates, self.grid.nodes)

    def __call__(self, blocks: Sequence[PersonBlock]) -> FloatArray:
        """Add up minus the posterior covariances of a chunk's score vectors; the symmetric part is what counts."""
        information = np.zeros((len(self.estimates.vector),) * 2)
        for block in blocks:
            accumulate = _subtract_dense if block.is_dense else _subtract_sparse
            accumulate(information, block, posterior(block, self.tables)[0], self.scores)
        return information


def _complete_information(problem: Problem, estimates: Estimates, counts: ExpectedCounts) -> FloatArray:
    items = len(estimates.slope)
    second_slope, mixed, second_intercept = complete_curvature(problem, estimates, counts)
    information = np.zeros((2 * items + 2, 2 * items + 2))
    row = np.arange(items)
    information[row, row] = second_slope
    information[row, row + items] = information[row + items, row] = mixed
    information[row + items, row + items] = second_intercept
    deviation = problem.grid.nodes - estimates.mean
    total, first, second = (float(counts.persons @ deviation**power) for power in (0, 1, 2))
    sigma = estimates.deviation
    information[-2, -2] = total / sigma**2
    information[-2, -1] = information[-1, -2] = 2.0 * first / sigma**3
    information[-1, -1] = 3.0 * second / sigma**4 - total / sigma**2
    return information


def complete_conditional_information(problem: Problem, estimates: Estimates, counts: ExpectedCounts) -> FloatArray:
    """Compute what complete data would tell about each parameter when all others are estimated too.

    Args:
        problem: What is free.
        estimates: Where.
        counts: Expected counts at the same place.

    Returns:
        Inverse variances in the order of :attr:`Estimates.vector`, shape (2 items + 2,).
    """
    second_slope, mixed, second_intercept = complete_curvature(problem, estimates, counts)
    shared = np.where(problem.free_slope & problem.free_intercept, mixed**2, 0.0)
    by_slope = second_slope - shared / np.maximum(second_intercept, SMALLEST_NORM)
    by_intercept = second_intercept - shared / np.maximum(second_slope, SMALLEST_NORM)
    by_mean = float(counts.persons.sum()) / estimates.deviation**2
    return np.concatenate((by_slope, by_intercept, (by_mean, 2.0 * by_mean)))


@dataclass(frozen=True, eq=False)
class _ScoreTables:
    """The parts of the score functions that do not depend on the answer.

    An answer x has the scores x θ − θ P by slope and x − P by intercept; the term x is constant over the posterior.
    """

    nodes: FloatArray
    by_item: FloatArray  # −θ P and −P, shape (2, items, nodes)
    population: FloatArray  # by mean and by deviation, shape (2, nodes)
    probes: FloatArray  # −P of items from the steepest to the flattest, shape (probes, nodes)

    @classmethod
    def on_grid(cls, estimates: Estimates, nodes: FloatArray) -> _ScoreTables:
        right = estimates.probabilities(nodes)
        deviation = nodes - estimates.mean
        population = np.stack((deviation / estimates.deviation**2, deviation**2 / estimates.deviation**3))
        steepest_first = np.argsort(-np.abs(estimates.slope), kind="stable")
        probes = -right[steepest_first[:: max(1, len(right) // PROBES)]]
        return cls(nodes, -np.stack((right * nodes, right)), population, probes)

    @cached_property
    def single(self) -> _SingleTables:
        """The same in single precision."""
        return _SingleTables(*(table.astype(np.float32) for table in (self.nodes, self.by_item, self.population)))


@dataclass(frozen=True, eq=False)
class _SingleTables:
    """Tables in single precision, which halves the memory that is moved."""

    nodes: SingleArray
    by_item: SingleArray
    population: SingleArray


def orthonormal_terms(weights: FloatArray, nodes: FloatArray, probes: FloatArray) -> Iterator[FloatArray]:
    """Yield weights times each polynomial of degree 1, 2, … that is orthonormal under them (Stieltjes).

    The constant polynomial carries the mean, which the covariance leaves out.

    Args:
        weights: Posterior weights, shape (persons, nodes).
        nodes: Abilities, shape (nodes,).
        probes: Some of the functions that are to be expanded; their terms say when to end, shape (probes, nodes).

    Yields:
        Shape (persons, nodes).
    """
    before, here, term = np.zeros_like(weights), np.ones_like(weights), weights
    norm = np.zeros(len(weights))
    first_share = 0.0
    for _ in range(MOST_TERMS):
        centre = (term * here) @ nodes
        following = nodes - centre[:, None]
        following *= here
        before *= norm[:, None]
        following -= before
        term = weights * following
        norm = np.sqrt(np.einsum("pq,pq->p", term, following))
        scale = np.maximum(norm, SMALLEST_NORM)[:, None]
        following /= scale
        term /= scale
        before, here = here, following
        yield term
        share = float(((term[::PROBED_PERSONS] @ probes.T) ** 2).sum(axis=0).max())
        first_share = first_share or share
        if share <= NEGLIGIBLE_SHARE * first_share:
            return


def _subtract_dense(information: FloatArray, block: PersonBlock, weights: FloatArray, scores: _ScoreTables) -> None:
    items = block.n_items
    right, answered = cast(FloatArray, block.right), block.answered
    part = np.empty((block.n_persons, 2 * items + 2))
    for term in orthonormal_terms(weights, scores.nodes, scores.probes):
        ability = term @ scores.nodes
        np.matmul(term, scores.by_item[0].T, out=part[:, :items])
        np.matmul(term, scores.by_item[1].T, out=part[:, items:-2])
        part[:, :items] += right * ability[:, None]
        if answered is not None:
            part[:, :items] *= answered
            part[:, items:-2] *= answered
        part[:, -2:] = term @ scores.population.T
        information -= part.T @ part


def _subtract_sparse(information: FloatArray, block: PersonBlock, weights: FloatArray, scores: _ScoreTables) -> None:
    """Form the products of persons with equally many answers together and add them up by pair of entries."""
    width = len(information)
    # The sums over a person's own answers are short, and those over persons are in double precision.
    terms = [term.astype(np.float32) for term in orthonormal_terms(weights, scores.nodes, scores.probes)]
    basis = np.stack(terms, axis=2)
    ability = np.stack([term @ scores.single.nodes for term in terms], axis=1)
    for persons, rows in equal_lengths(block.lengths, entries=2):
        item = block.item[rows].astype(np.int64)
        population = np.broadcast_to([width - 2, width - 1], (len(item), 2))
        columns = np.concatenate((item, item + block.n_items, population), axis=1)
        subtract_products(
            information,
            columns,
            _coefficients(basis[persons], ability[persons], block.score[rows], item, scores.single),
        )


def subtract_products(information: FloatArray, columns: npt.NDArray[np.int64], part: FloatArray | SingleArray) -> None:
    """Subtract for each person the products of its score functions, at the places that they belong to.

    Only pairs in order are formed. They count twice here, for the sum is made symmetric in the end.

    Args:
        information: Shape (entries, entries), written to.
        columns: Entry of each score function, shape (persons, functions).
        part: Their coefficients, shape (persons, functions, terms).
    """
    functions = columns.shape[1]
    products = (part @ part.transpose(0, 2, 1)).reshape(len(part), -1)
    above, right = np.triu_indices(functions)
    places = np.take(columns * len(information), above, axis=1)
    places += np.take(columns, right, axis=1)
    values = np.take(products, above * functions + right, axis=1)
    twice = np.where(above == right, 1.0, 2.0)
    # Straight into the matrix: to add up in a new one first costs its many entries for each group of persons.
    np.subtract.at(information.reshape(-1), places.ravel(), np.multiply(values, twice).ravel())


def _coefficients(
    basis: SingleArray, ability: SingleArray, score: ScoreArray, item: npt.NDArray[np.int64], scores: _SingleTables
) -> SingleArray:
    """Expand the scores of some persons, shape (persons, 2 answers + 2, terms)."""
    by_slope = scores.by_item[0][item] @ basis + score[:, :, None] * ability[:, None, :]
    by_intercept = scores.by_item[1][item] @ basis
    return np.concatenate((by_slope, by_intercept, scores.population @ basis), axis=1)


def equal_lengths(lengths: IntArray, *, entries: int) -> Iterator[tuple[IntArray, IntArray]]:
    """Yield groups of persons with equally many answers, few enough to be worked on together.

    Args:
        lengths: Answers of each person, shape (persons,).
        entries: Parameters of an item.

    Yields:
        Persons, shape (persons,), and the rows of their answers, shape (persons, answers).
    """
    first = np.concatenate(((0,), np.cumsum(lengths)[:-1]))
    for length in np.unique(lengths):
        group = np.flatnonzero(lengths == length)
        at_once = max(1, PAIRS_AT_ONCE // (entries * int(length) + 2) ** 2)
        for start in range(0, len(group), at_once):
            chosen = group[start : start + at_once].astype(np.int32)
            yield chosen, (first[chosen][:, None] + np.arange(length)).astype(np.int32)
