"""The E-step: posteriors of persons on the grid, and the counts expected under them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast

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

    @cached_property
    def log_given(self) -> FloatArray:
        """Log probabilities of wrong answers, then of right ones, shape (2 items, nodes)."""
        return np.concatenate((self.log_wrong, self.log_wrong + self.estimates.logits(self.nodes)))

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


@dataclass(frozen=True, eq=False)
class Expectation:
    """The E-step as work on chunks of persons.

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

    def __call__(self, blocks: Sequence[PersonBlock]) -> ExpectedCounts:
        """Add up the expected counts of a chunk."""
        return expected_counts(blocks, self.tables)


def posterior(block: PersonBlock, tables: CurveTables) -> tuple[FloatArray, FloatArray]:
    """Weigh the nodes for each person of a block.

    The log-likelihood is Σ log Q + Σ x (a θ + d): of dense matrices the second sum needs only two products with that
    of right answers, and the first only one with that of answers, none at all for complete data.

    Args:
        block: Persons.
        tables: Curves on the grid.

    Returns:
        Posterior weights, shape (persons, nodes), and marginal log-likelihoods, shape (persons,).

    Reference:
        Bock & Aitkin (1981), Marginal maximum likelihood estimation of item parameters.
    """
    if block.given is not None:
        weights = np.asarray(block.given @ tables.log_given)
    else:
        right = cast(FloatArray, block.right)
        weights = np.multiply.outer(right @ tables.estimates.slope, tables.nodes)
        weights += (right @ tables.estimates.intercept)[:, None]
        weights += tables.log_wrong.sum(axis=0) if block.answered is None else block.answered @ tables.log_wrong
    weights += tables.log_weights
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
        if block.given is not None:
            given = block.given.T @ weights
            answered += given[: block.n_items]
            answered += given[block.n_items :]
            right += given[block.n_items :]
        else:
            answered += here if block.answered is None else block.answered.T @ weights
            right += cast(FloatArray, block.right).T @ weights
    return ExpectedCounts(log_likelihood, persons, answered, right)
