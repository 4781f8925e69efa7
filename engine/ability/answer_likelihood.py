"""Likelihood of answers at some abilities: independent given ability, except within testlets."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.ability.testlet_likelihood import TestletLikelihood
from engine.response_models import FloatArray, IntArray

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=True)
class AnswerLikelihood:
    """What answers say at some abilities.

    Args:
        log_probabilities: Log-probability of each category by itself, shape (items, categories, points).
        testlets: The likelihood within testlets at the same points, None where all answers are independent.
    """

    log_probabilities: FloatArray
    testlets: TestletLikelihood | None = None

    def added_by_last(self, items: Sequence[int], responses: Sequence[int]) -> FloatArray:
        """Return what the last answer adds to the log-likelihood, given the answers before it.

        Args:
            items: Pool positions of the items answered, in order, at least one.
            responses: Scored responses to them.

        Returns:
            Log-probability of the last response, shape (points,).
        """
        item, response = items[-1], responses[-1]
        if self.testlets is None or self.testlets.rows[item] < 0:
            return np.asarray(self.log_probabilities[item, response])
        same = np.flatnonzero(self.testlets.testlets[list(items)] == self.testlets.testlets[item]).tolist()
        members, scores = [items[place] for place in same], [responses[place] for place in same]
        together = self.testlets.joint(members, scores)
        return together - self.testlets.joint(members[:-1], scores[:-1]) if len(same) > 1 else together

    def of(self, items: Sequence[int], responses: Sequence[int]) -> FloatArray:
        """Return the log-likelihood of answers.

        Args:
            items: Pool positions of different items, in any order.
            responses: Scored responses to them.

        Returns:
            Logarithms, shape (points,).
        """
        chosen, scored = np.array(items, dtype=np.int64), np.array(responses, dtype=np.int64)
        alone, together = self._parted(chosen)
        total = np.asarray(self.log_probabilities[chosen[alone], scored[alone]].sum(axis=0))
        for testlets, same in together:
            total = total + testlets.joint(chosen[same].tolist(), scored[same].tolist())
        return total

    def score_moments(self, items: Sequence[int]) -> FloatArray:
        """Return mean and variance of the sum of the scores of some items, shape (2, points).

        Args:
            items: Pool positions of different items.
        """
        chosen = np.array(items, dtype=np.int64)
        alone, together = self._parted(chosen)
        probabilities = np.exp(self.log_probabilities[chosen[alone]])
        scores = np.arange(probabilities.shape[1])
        expected = np.einsum("ick,c->ik", probabilities, scores)
        spread = np.einsum("ick,c->ik", probabilities, np.square(scores)) - np.square(expected)
        moments = np.stack([expected.sum(axis=0), spread.sum(axis=0)])
        for testlets, same in together:
            moments = moments + testlets.score_moments(chosen[same].tolist())
        return moments

    def _parted(self, items: IntArray) -> tuple[BoolArray, list[tuple[TestletLikelihood, BoolArray]]]:
        """Mark the items that stand alone, and those of each testlet."""
        if self.testlets is None:
            return np.ones(items.size, dtype=np.bool_), []
        numbers = self.testlets.testlets[items]
        return numbers < 0, [(self.testlets, numbers == number) for number in np.unique(numbers[numbers >= 0])]
