"""Observed information of all free parameters over several families of curves."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from calibration.array_types import FloatArray
from calibration.categories.bank_estimates import BankEstimates
from calibration.categories.score_blocks import ScoreBlock
from calibration.categories.score_expectation import BankCurves, ScoreCounts, score_posterior
from calibration.information import PROBES, equal_lengths, orthonormal_terms, subtract_products

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
    items, width = estimates.parameters.shape
    functions = np.zeros((counts.had.shape[1], items, width, len(problem.grid.nodes)))
    for group, curves in zip(estimates.groups, tables.curves, strict=True):
        functions[: group.score_count, group.items, : group.width] = curves.log_derivatives.transpose(1, 0, 2, 3)
    deviation = problem.grid.nodes - estimates.mean
    population = np.stack((deviation / estimates.deviation**2, deviation**2 / estimates.deviation**3))
    probes = _probes(functions)
    for block in problem.blocks:
        weights = score_posterior(block, tables)[0]
        if block.is_dense:
            for term in orthonormal_terms(weights, problem.grid.nodes, probes):
                part = _dense_part(block, term, functions, population)
                information -= part.T @ part
        else:
            basis = np.stack(list(orthonormal_terms(weights, problem.grid.nodes, probes)), axis=2)
            _subtract_sparse(information, block, basis, functions, population)
    return np.asarray(0.5 * (information + information.T))


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


def _dense_part(block: ScoreBlock, term: FloatArray, functions: FloatArray, population: FloatArray) -> FloatArray:
    """Coefficients of every person's score vector, shape (persons, entries)."""
    _, items, width, nodes = functions.shape
    part = np.zeros((block.n_persons, items * width + 2))
    own = part[:, :-2].reshape(block.n_persons, items, width)
    missing = np.ones((block.n_persons, items)) if block.answered is None else cast(FloatArray, block.answered).copy()
    for score, had in enumerate(block.had, start=1):
        dense = cast(FloatArray, had)
        missing -= dense
        own += dense[:, :, None] * (term @ functions[score].reshape(-1, nodes).T).reshape(own.shape)
    own += missing[:, :, None] * (term @ functions[0].reshape(-1, nodes).T).reshape(own.shape)
    part[:, -2:] = term @ population.T
    return part


def _subtract_sparse(
    information: FloatArray, block: ScoreBlock, basis: FloatArray, functions: FloatArray, population: FloatArray
) -> None:
    _, items, width, _ = functions.shape
    for persons, rows in equal_lengths(block.person, block.n_persons, entries=width):
        item, score = block.item[rows].astype(np.int64), block.score[rows]
        columns = (item[:, :, None] * width + np.arange(width)).reshape(len(persons), -1)
        last = np.broadcast_to([items * width, items * width + 1], (len(persons), 2))
        own = functions[score, item].reshape(len(persons), columns.shape[1], -1) @ basis[persons]
        part = np.concatenate((own, population @ basis[persons]), axis=1)
        subtract_products(information, np.concatenate((columns, last), axis=1), part)
