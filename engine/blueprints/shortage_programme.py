"""What would have to give for an impossible blueprint to become possible: an integer programme with elastic bounds."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from engine.blueprints.blueprint import ENEMY_LEVEL, ROOT, BlueprintTree
from engine.blueprints.integer_programme import OPTIMAL, programme_of
from engine.blueprints.solver_limits import SolverFailed, what_is_entangled
from engine.response_models import FloatArray

# What the solver leaves of its tolerance.
NOTHING = 1e-4
SUBPROBLEMS, SECONDS = 1000, 30.0
# Which bound to name where any of several could give: a longer shortest test is the cheapest mend, then come more
# items; a maximum was set on purpose.
COST_OF_LENGTH, COST_OF_MISSING, COST_OF_EXCESS = 0.9, 1.0, 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """By how much one bound would have to give.

    Args:
        row: The bound: a group of the tree, or beyond them a bound across the groups; group 0 is the length of a test.
        missing: By how much its minimum would have to be lower.
        excess: By how much its maximum would have to be higher.
        in_longest: Whether the longest test is short of items, not the shortest.
    """

    row: int
    missing: float = 0.0
    excess: float = 0.0
    in_longest: bool = False


def least_shortages(tree: BlueprintTree, *, lengths: tuple[int, int]) -> tuple[Shortage, ...]:
    """Return the least by which bounds would have to give for tests of both lengths, one within the other, to exist.

    Enemies and testlets do not give. A second of expected time counts as the part that it is of the longest item.

    Args:
        tree: The compiled blueprint.
        lengths: Fewest and most items of a test.

    Returns:
        The bounds in the order of the tree, none if all can be met.

    Raises:
        SolverFailed: If the solver gives up, by what is entangled.

    Reference:
        Brown & Graves (1975) for elastic programmes.
    """
    programme = programme_of(tree)
    rows, items = programme.amounts.shape
    minima, maxima = programme.minima.copy(), programme.maxima.copy()
    minima[ROOT], maxima[ROOT] = lengths
    able = np.array([level != ENEMY_LEVEL for level in tree.levels] + [True] * len(tree.cross_bounds))
    able[ROOT] = False
    under = np.flatnonzero(minima > 0)
    over = np.flatnonzero(able & (maxima < programme.amounts.sum(axis=1)))
    unit = np.array([bound.amounts.max() for bound in tree.cross_bounds])
    unit = np.concatenate([np.ones(len(tree.codes)), unit])
    identity, one = sparse.eye_array(items, format="csr"), sparse.csr_array([[1.0]])
    whole = programme.amounts[[ROOT]]
    # Columns: items of the shortest test, of the longest, what is missing, what is in excess, items that the longest
    # test lacks, items that the shortest one would have to have more.
    left = sparse.block_array(
        [
            [programme.amounts, None, _picker(under, rows), None, None, None],
            [None, programme.amounts, None, -_picker(over, rows), None, None],
            [None, whole, None, None, one, None],
            [whole, None, None, None, None, -one],
            [identity, -identity, None, None, None, None],
            [None, programme.cliques, None, None, None, None],
            [programme.ties, None, None, None, None, None],
            [None, programme.ties, None, None, None, None],
        ],
        format="csr",
    )
    free = np.full(rows, np.inf)
    cliques, ties = programme.cliques.shape[0], np.zeros(2 * programme.ties.shape[0])
    lower = np.concatenate([minima, -free, [lengths[1], -np.inf], np.full(items + cliques, -np.inf), ties])
    upper = np.concatenate([free, maxima, lengths[::-1], np.zeros(items), np.ones(cliques), ties])
    cost = np.concatenate(
        [
            np.zeros(2 * items),
            COST_OF_MISSING / unit[under],
            COST_OF_EXCESS / unit[over],
            [COST_OF_MISSING, COST_OF_LENGTH],
        ]
    )
    gives = _solved(cost, LinearConstraint(left, lower, upper), items, tree)
    found = _shortages(gives, under, over)
    return tuple(sorted(found, key=lambda shortage: shortage.row))


def _picker(chosen: npt.NDArray[np.intp], rows: int) -> sparse.csr_array:
    """Return the matrix that adds a column of its own to each of the chosen rows."""
    return sparse.csr_array((np.ones(chosen.size), (chosen, np.arange(chosen.size))), shape=(rows, chosen.size))


def _solved(cost: FloatArray, constraint: LinearConstraint, items: int, tree: BlueprintTree) -> FloatArray:
    """Return by how much each bound gives, the columns after those of the items."""
    whole = np.arange(cost.size) < 2 * items
    result = milp(
        cost,
        integrality=whole.astype(np.int64),
        bounds=Bounds(np.zeros(cost.size), np.where(whole, 1.0, np.inf)),
        constraints=[constraint],
        options={"mip_rel_gap": 0, "node_limit": SUBPROBLEMS, "time_limit": SECONDS},
    )
    if result.status != OPTIMAL or result.x is None:
        raise SolverFailed(
            f"no test meets the blueprint, but what the bank lacks could not be found out within "
            f"{SUBPROBLEMS} subproblems and {SECONDS:g} seconds; what is entangled: {what_is_entangled(tree)}"
        )
    return np.asarray(result.x[2 * items :])


def _shortages(gives: FloatArray, under: npt.NDArray[np.intp], over: npt.NDArray[np.intp]) -> Iterator[Shortage]:
    for row, amount in zip(under.tolist(), gives[: under.size].tolist(), strict=True):
        if amount > NOTHING:
            yield Shortage(row=row, missing=amount)
    for row, amount in zip(over.tolist(), gives[under.size : -2].tolist(), strict=True):
        if amount > NOTHING:
            yield Shortage(row=row, excess=amount)
    if gives[-2] > NOTHING:
        yield Shortage(row=ROOT, missing=float(gives[-2]), in_longest=True)
    if gives[-1] > NOTHING:
        yield Shortage(row=ROOT, excess=float(gives[-1]))
