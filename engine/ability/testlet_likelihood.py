"""Likelihood of the answers to a testlet: its items share an effect of their own beside the ability measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

import numpy as np

from engine.response_models import NO_CATEGORY, FloatArray, IntArray, ItemPool

# Beyond six standard deviations lies 2e-9 of the testlet effect.
REACH = 6.0
# The sum over equally spaced effects equals the integral to 1e-8 if they lie no farther apart than one standard
# deviation, and than this for items of a discrimination of 3.
LARGEST_STEP = 0.3


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class TestletLikelihood:
    """Log-probabilities of the items of testlets at some abilities, each with all effects of the testlet added.

    Under the testlet model an item of a testlet is answered as by somebody whose ability is θ + γ, with an effect γ
    that is the same for all items of the testlet and normal about 0 from testlet to testlet.

    Args:
        rows: Row of the table for each item of the pool, -1 for items of no testlet, shape (items,).
        testlets: Number of the testlet of each item, -1 for none, shape (items,).
        table: Log-probabilities, shape (rows, categories, abilities).
        places: Where in the table's abilities each point with each effect lies, shape (points, effects).
        effects: The effects, shape (effects,).
        log_weights: Log of the probability of each effect, shape (effects,).

    Reference:
        Bradlow, Wainer & Wang (1999); Wainer, Bradlow & Wang (2007).
    """

    __test__ = False  # Not a test, whatever its name makes a test runner think.

    rows: IntArray
    testlets: IntArray
    table: FloatArray
    places: IntArray
    effects: FloatArray
    log_weights: FloatArray

    @classmethod
    def on_grid(cls, pool: ItemPool, nodes: FloatArray, *, effect_sd: float) -> "TestletLikelihood":
        """Return the likelihood at equally spaced nodes.

        The effects lie on the same steps as the nodes, continued beyond their ends, so that sums of both share one
        table.

        Args:
            pool: The items.
            nodes: Abilities, shape (nodes,).
            effect_sd: Standard deviation of a testlet's effect, above 0.
        """
        spacing = float(nodes[-1] - nodes[0]) / (nodes.size - 1)
        largest = min(effect_sd, LARGEST_STEP)
        finer, stride = ceil(spacing / largest), max(floor(largest / spacing), 1)
        step = spacing / finer
        effects = np.arange(-ceil(REACH * effect_sd / (stride * step)), ceil(REACH * effect_sd / (stride * step)) + 1)
        beyond = int(effects[-1]) * stride
        abilities = nodes[0] + step * np.arange(-beyond, finer * (nodes.size - 1) + beyond + 1)
        places = finer * np.arange(nodes.size)[:, None] + beyond + stride * effects[None, :]
        return cls._of(pool, abilities, places, np.asarray(stride * step * effects, dtype=np.float64), effect_sd)

    @classmethod
    def at(cls, pool: ItemPool, points: Sequence[float], *, effect_sd: float) -> "TestletLikelihood":
        """Return the likelihood at single abilities.

        Args:
            pool: The items.
            points: The abilities.
            effect_sd: Standard deviation of a testlet's effect, above 0.
        """
        step = min(effect_sd, LARGEST_STEP)
        most = ceil(REACH * effect_sd / step)
        effects = np.asarray(step * np.arange(-most, most + 1), dtype=np.float64)
        abilities = np.asarray(points, dtype=np.float64)[:, None] + effects
        places = np.arange(abilities.size, dtype=np.int64).reshape(abilities.shape)
        return cls._of(pool, abilities.ravel(), places, effects, effect_sd)

    @classmethod
    def _of(
        cls, pool: ItemPool, abilities: FloatArray, places: IntArray, effects: FloatArray, effect_sd: float
    ) -> "TestletLikelihood":
        log_density = -0.5 * np.square(effects / effect_sd)
        rows, testlets = np.full((2, len(pool)), -1, dtype=np.int64)
        members = [item for testlet in pool.testlets for item in testlet]
        rows[members] = np.arange(len(members))
        for number, testlet in enumerate(pool.testlets):
            testlets[list(testlet)] = number
        return cls(
            rows=rows,
            testlets=testlets,
            table=log_probabilities_within(pool, members, abilities),
            places=places,
            effects=effects,
            log_weights=log_density - np.log(np.exp(log_density).sum()),
        )

    def joint(self, items: Sequence[int], responses: Sequence[int]) -> FloatArray:
        """Return the log-probability of answers to items of one testlet, the effect integrated out.

        Args:
            items: Pool positions, at least one.
            responses: Scored responses to them.

        Returns:
            Log-probability at each point, shape (points,).
        """
        logs = self.table[self.rows[list(items)], list(responses)].sum(axis=0)
        with_effect = logs[self.places] + self.log_weights
        peak = with_effect.max(axis=1)
        return np.asarray(peak + np.log(np.exp(with_effect - peak[:, None]).sum(axis=1)))

    def score_moments(self, items: Sequence[int]) -> FloatArray:
        """Return mean and variance of the sum of the scores of items of one testlet, shape (2, points).

        Args:
            items: Pool positions, at least one.
        """
        probabilities = np.exp(self.table[self.rows[list(items)]])
        scores = np.arange(probabilities.shape[1])
        expected = np.einsum("ica,c->ia", probabilities, scores)
        spread = np.einsum("ica,c->ia", probabilities, np.square(scores)) - np.square(expected)
        chances = np.exp(self.log_weights)
        sums = expected.sum(axis=0)[self.places]
        mean = sums @ chances
        within, between = spread.sum(axis=0)[self.places] @ chances, np.square(sums - mean[:, None]) @ chances
        return np.stack([mean, within + between])


def log_probabilities_within(pool: ItemPool, members: Sequence[int], abilities: FloatArray) -> FloatArray:
    """Return the log-probabilities of some items' categories, shape (members, categories, abilities)."""
    table = np.full((len(members), pool.categories, abilities.size), NO_CATEGORY)
    for group in pool.groups_for([pool.item_ids[item] for item in members]):
        table[group.positions, : group.categories] = group.family.log_probabilities(group.parameters, abilities)
    return table
