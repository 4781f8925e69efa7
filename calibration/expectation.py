"""The E-step: posteriors of persons on the grid, and the counts expected under them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calibration.array_types import FloatArray
from calibration.estimates import Estimates
from calibration.person_blocks import PersonBlock
from calibration.quadrature import AbilityGrid


@dataclass(frozen=True, eq=False)
class ExpectedCounts:
    """What the M-step needs from the persons; counts of separate groups of persons add up.

    Args:
        log_likelihood: Marginal log-likelihood.
        persons: Expected persons at each node, shape (nodes,).
        answered: Expected answers to each item at each node, shape (items, nodes).
        right: Expected right answers, shape (items, nodes).
    """

    log_likelihood: float
    persons: FloatArray
    answered: FloatArray
    right: FloatArray

    def __add__(self, other: ExpectedCounts) -> ExpectedCounts:
        """Counts of both groups of persons."""
        return ExpectedCounts(
            self.log_likelihood + other.log_likelihood,
            self.persons + other.persons,
            self.answered + other.answered,
            self.right + other.right,
        )


@dataclass(frozen=True, eq=False)
class CurveTables:
    """Everything about items and population that persons are compared with, laid out on the grid.

    Args:
        estimates: Items and population.
        nodes: Abilities, shape (nodes,).
        log_weights: Log weights of the nodes, shape (nodes,).
        log_wrong: Log probability of a wrong answer, shape (items, nodes).
    """

    estimates: Estimates
    nodes: FloatArray
    log_weights: FloatArray
    log_wrong: FloatArray

    @classmethod
    def on_grid(cls, estimates: Estimates, grid: AbilityGrid) -> CurveTables:
        """Lay out estimates on a grid.

        Args:
            estimates: Items and population.
            grid: The nodes.

        Returns:
            The tables.
        """
        log_weights = grid.log_weights(estimates.mean, estimates.deviation)
        return cls(estimates, grid.nodes, log_weights, estimates.log_wrong(grid.nodes))


def posterior(block: PersonBlock, tables: CurveTables) -> tuple[FloatArray, FloatArray]:
    """Weigh the nodes for each person of a block.

    The log-likelihood is Σ log Q + Σ x (a θ + d): the second sum needs only two products with the matrix of right
    answers, and the first only one with the matrix of answers, none at all for complete data.

    Args:
        block: Persons.
        tables: Curves on the grid.

    Returns:
        Posterior weights, shape (persons, nodes), and marginal log-likelihoods, shape (persons,).

    Reference:
        Bock & Aitkin (1981), Marginal maximum likelihood estimation of item parameters.
    """
    weights = np.multiply.outer(block.right @ tables.estimates.slope, tables.nodes)
    weights += (block.right @ tables.estimates.intercept)[:, None]
    weights += tables.log_weights
    weights += tables.log_wrong.sum(axis=0) if block.answered is None else block.answered @ tables.log_wrong
    highest = weights.max(axis=1)
    weights -= highest[:, None]
    np.exp(weights, out=weights)
    total = weights.sum(axis=1)
    weights /= total[:, None]
    return weights, highest + np.log(total)


def expected_counts(blocks: Sequence[PersonBlock], tables: CurveTables) -> ExpectedCounts:
    """Add up the expected counts of all blocks.

    Args:
        blocks: At least one block of persons.
        tables: Curves on the grid.

    Returns:
        The counts.
    """
    shape = tables.log_wrong.shape
    log_likelihood, persons = 0.0, np.zeros(shape[1])
    answered, right = np.zeros(shape), np.zeros(shape)
    for block in blocks:
        weights, marginal = posterior(block, tables)
        here = weights.sum(axis=0)
        log_likelihood += float(marginal.sum())
        persons += here
        answered += here if block.answered is None else block.answered.T @ weights
        right += block.right.T @ weights
    return ExpectedCounts(log_likelihood, persons, answered, right)
