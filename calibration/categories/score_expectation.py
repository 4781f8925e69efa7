"""The E-step for any number of scores: posteriors of persons on the grid, and the counts expected under them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from calibration.array_types import FloatArray
from calibration.categories.bank_estimates import BankEstimates
from calibration.categories.curve_family import CurveGroup
from calibration.categories.score_blocks import ScoreBlock
from calibration.categories.score_curves import ScoreCurves
from calibration.quadrature import AbilityGrid


@dataclass(frozen=True, eq=False)
class ScoreCounts:
    """What the M-step needs from the persons; counts of separate groups of persons add up.

    Args:
        log_likelihood: Marginal log-likelihood.
        persons: Expected persons at each node, shape (nodes,).
        had: Expected answers with each score, shape (items, scores, nodes).
    """

    log_likelihood: float
    persons: FloatArray
    had: FloatArray

    def __add__(self, other: ScoreCounts) -> ScoreCounts:
        """Counts of both groups of persons."""
        return ScoreCounts(
            self.log_likelihood + other.log_likelihood, self.persons + other.persons, self.had + other.had
        )

    def of(self, group: CurveGroup) -> FloatArray:
        """Counts of a group's items.

        Args:
            group: Items with the same number of scores.

        Returns:
            Shape (items of the group, its scores, nodes).
        """
        return self.had[group.items, : group.score_count]


@dataclass(frozen=True, eq=False)
class BankCurves:
    """Everything about items and population that persons are compared with, laid out on the grid.

    Args:
        curves: Curves of each group of items.
        log_weights: Log weights of the nodes, shape (nodes,).
        log_none: Log probability of score 0, shape (items, nodes).
        log_odds: Log odds of each higher score against score 0, shape (highest score, items, nodes).
    """

    curves: tuple[ScoreCurves, ...]
    log_weights: FloatArray
    log_none: FloatArray
    log_odds: FloatArray

    @classmethod
    def on_grid(cls, estimates: BankEstimates, grid: AbilityGrid) -> BankCurves:
        """Lay out estimates on a grid.

        Args:
            estimates: Items and population.
            grid: The nodes.

        Returns:
            The tables.
        """
        highest = max(group.score_count for group in estimates.groups) - 1
        items = len(estimates.parameters)
        log_none = np.empty((items, len(grid.nodes)))
        log_odds = np.zeros((highest, items, len(grid.nodes)))
        curves = []
        for group in estimates.groups:
            found = group.family.curves(estimates.of(group), grid.nodes)
            curves.append(found)
            log_none[group.items] = found.log_probability[:, 0]
            for score in range(1, group.score_count):
                log_odds[score - 1, group.items] = found.log_probability[:, score] - found.log_probability[:, 0]
        log_weights = grid.log_weights(estimates.mean, estimates.deviation)
        return cls(tuple(curves), log_weights, log_none, log_odds)


@dataclass(frozen=True, eq=False)
class ScoreExpectation:
    """The E-step as work on chunks of persons.

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

    def __call__(self, blocks: Sequence[ScoreBlock]) -> ScoreCounts:
        """Add up the expected counts of a chunk."""
        return score_counts(blocks, self.tables)


def score_posterior(block: ScoreBlock, tables: BankCurves) -> tuple[FloatArray, FloatArray]:
    """Weigh the nodes for each person of a block.

    Args:
        block: Persons.
        tables: Curves on the grid.

    Returns:
        Posterior weights, shape (persons, nodes), and marginal log-likelihoods, shape (persons,).
    """
    weights = block.had[0] @ tables.log_odds[0]
    for had, log_odds in zip(block.had[1:], tables.log_odds[1:], strict=True):
        weights += had @ log_odds
    weights += tables.log_weights
    weights += tables.log_none.sum(axis=0) if block.answered is None else block.answered @ tables.log_none
    highest = weights.max(axis=1)
    weights -= highest[:, None]
    np.exp(weights, out=weights)
    total = weights.sum(axis=1)
    weights /= total[:, None]
    return weights, highest + np.log(total)


def score_counts(blocks: Sequence[ScoreBlock], tables: BankCurves) -> ScoreCounts:
    """Add up the expected counts of all blocks.

    Args:
        blocks: At least one block of persons.
        tables: Curves on the grid.

    Returns:
        The counts.
    """
    highest, items, nodes = tables.log_odds.shape
    log_likelihood, persons, had = 0.0, np.zeros(nodes), np.zeros((items, highest + 1, nodes))
    for block in blocks:
        weights, marginal = score_posterior(block, tables)
        here = weights.sum(axis=0)
        log_likelihood += float(marginal.sum())
        persons += here
        had[:, 0] += here if block.answered is None else block.answered.T @ weights
        for score, matrix in enumerate(block.had, start=1):
            found = matrix.T @ weights
            had[:, score] += found
            had[:, 0] -= found
    # What is left of score 0 after the subtraction may be a rounding error below nothing.
    np.maximum(had[:, 0], 0.0, out=had[:, 0])
    return ScoreCounts(log_likelihood, persons, had)
