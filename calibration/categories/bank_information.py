"""Observed information of all free parameters over several families of curves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, cast

import numpy as np

from calibration.array_types import FloatArray
from calibration.categories.bank_estimates import BankEstimates
from calibration.categories.score_blocks import ScoreBlock
from calibration.categories.score_expectation import BankCurves, ScoreCounts, score_posterior
from calibration.information import PROBES, equal_lengths, orthonormal_terms, subtract_products
from calibration.quadrature import AbilityGrid

if TYPE_CHECKING:
    from calibration.categories.bank_problem import BankProblem


def bank_information(problem: BankProblem, estimates: BankEstimates, counts: ScoreCounts) -> FloatArray:
    """Compute minus the second derivatives of log-likelihood plus log prior.

    As for the two-parameter model: the expected complete-data information minus, for each person, the posterior
    covariance of that person's score vector.

    Args:
        problem: Responses, grid and priors.
        estimates: Where.
        counts: Expected counts at the same place.

    Returns:
        Rows and columns as in :attr:`BankEstimates.vector`.

    Reference:
        Louis (1982); Oakes (1999).
    """
    tables = BankCurves.on_grid(estimates, problem.grid)
    information = complete_information(problem, estimates, counts, tables)
    information += problem.persons.total(MissingBankInformation(estimates, problem.grid))
    return np.asarray(0.5 * (information + information.T))


@dataclass(frozen=True, eq=False)
class MissingBankInformation:
    """What is lost because abilities are not known, as work on chunks of persons.

    Args:
        estimates: Items and population.
        grid: The nodes.
    """

    estimates: BankEstimates
    grid: AbilityGrid

    @cached_property
    def tables(self) -> BankCurves:
        """Curves on the grid, laid out where they are needed."""
        return BankCurves.on_grid(self.estimates, self.grid)

    @cached_property
    def functions(self) -> FloatArray:
        """Score functions of the items on the grid, shape (scores, items, widest item, nodes)."""
        scores = len(self.tables.log_odds) + 1
        functions = np.zeros((scores, *self.estimates.parameters.shape, len(self.grid.nodes)))
        for group, curves in zip(self.estimates.groups, self.tables.curves, strict=True):
            functions[: group.score_count, group.items, : group.width] = curves.log_derivatives.transpose(1, 0, 2, 3)
        return functions

    def __call__(self, blocks: Sequence[ScoreBlock]) -> FloatArray:
        """Add up minus the posterior covariances of a chunk's score vectors; the symmetric part is what counts."""
        information = np.zeros((len(self.estimates.vector),) * 2)
        nodes, sigma = self.grid.nodes, self.estimates.deviation
        deviation = nodes - self.estimates.mean
        population = np.stack((deviation / sigma**2, deviation**2 / sigma**3))
        probes = _probes(self.functions)
        for block in blocks:
            terms = orthonormal_terms(score_posterior(block, self.tables)[0], nodes, probes)
            subtract = _subtract_dense if block.is_dense else _subtract_sparse
            subtract(information, block, terms, self.functions, population)
        return information


def complete_information(
    problem: BankProblem, estimates: BankEstimates, counts: ScoreCounts, tables: BankCurves
) -> FloatArray:
    """Compute what complete data would tell: the abilities known and the answers as expected.

    Args:
        problem: Grid and priors.
        estimates: Where.
        counts: Expected counts at the same place.
        tables: Curves there.

    Returns:
        Rows and columns as in :attr:`BankEstimates.vector`; nothing between items.
    """
    items, width = estimates.parameters.shape
    information = np.zeros((items * width + 2, items * width + 2))
    for group, curves in zip(estimates.groups, tables.curves, strict=True):
        own = curves.curvature(counts.of(group))
        if problem.priors is not None:
            own = own + problem.priors.of(group, estimates.of(group))[2]
        places = group.items[:, None] * width + np.arange(group.width)
        information[places[:, :, None], places[:, None]] = own
    deviation, sigma = problem.grid.nodes - estimates.mean, estimates.deviation
    total, first, second = (float(counts.persons @ deviation**power) for power in (0, 1, 2))
    information[-2, -2] = total / sigma**2
    information[-2, -1] = information[-1, -2] = 2.0 * first / sigma**3
    information[-1, -1] = 3.0 * second / sigma**4 - total / sigma**2
    return information


def _probes(functions: FloatArray) -> FloatArray:
    """Some of the score functions: those of the highest scores of the steepest items first."""
    rows = functions[-1].reshape(-1, functions.shape[-1])
    rows = (
        rows[np.ptp(rows, axis=1) > 0] if np.ptp(functions[-1]) > 0 else functions[0].reshape(-1, functions.shape[-1])
    )
    steepest_first = np.argsort(-np.ptp(rows, axis=1), kind="stable")
    return np.asarray(rows[steepest_first[:: max(1, len(rows) // PROBES)]])


def _subtract_dense(
    information: FloatArray,
    block: ScoreBlock,
    terms: Iterable[FloatArray],
    functions: FloatArray,
    population: FloatArray,
) -> None:
    _, items, width, nodes = functions.shape
    # Parameter by parameter, for then each has the shape of the matrices of answers.
    by_score = functions.transpose(0, 2, 1, 3).reshape(len(functions), width * items, nodes)
    higher = by_score[1:] - by_score[0]
    had = cast(tuple[FloatArray, ...], block.had)
    answered = cast("FloatArray | None", block.answered)
    part = np.empty((block.n_persons, width * items + 2))
    total = np.zeros((width * items + 2,) * 2)
    for term in terms:
        np.matmul(term, by_score[0].T, out=part[:, :-2])
        part[:, -2:] = term @ population.T
        own = [part[:, first : first + items] for first in range(0, width * items, items)]
        for parameter in own if answered is not None else ():
            parameter *= answered
        for matrix, difference in zip(had, higher, strict=True):
            further = term @ difference.T
            for place, parameter in enumerate(own):
                parameter += matrix * further[:, place * items : (place + 1) * items]
        total += part.T @ part
    order = np.append(np.arange(width * items).reshape(width, items).T.ravel(), width * items + np.arange(2))
    information -= total[np.ix_(order, order)]


def _subtract_sparse(
    information: FloatArray,
    block: ScoreBlock,
    terms: Iterable[FloatArray],
    functions: FloatArray,
    population: FloatArray,
) -> None:
    _, items, width, _ = functions.shape
    basis = np.stack(list(terms), axis=2)
    for persons, rows in equal_lengths(block.lengths, entries=width):
        item, score = block.item[rows].astype(np.int64), block.score[rows]
        columns = (item[:, :, None] * width + np.arange(width)).reshape(len(persons), -1)
        last = np.broadcast_to([items * width, items * width + 1], (len(persons), 2))
        own = functions[score, item].reshape(len(persons), columns.shape[1], -1) @ basis[persons]
        part = np.concatenate((own, population @ basis[persons]), axis=1)
        subtract_products(information, np.concatenate((columns, last), axis=1), part)
