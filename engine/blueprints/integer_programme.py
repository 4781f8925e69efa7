"""Shadow tests by integer programming, for blueprints whose bounds do not nest."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp

from engine.blueprints.blueprint import ROOT, SLACK, BlueprintTree
from engine.blueprints.solver_limits import IN_A_SITTING, SolverFailed, SolverLimits, what_is_entangled
from engine.response_models import FloatArray

# The solver stops within 1e-6 of the optimum; this puts the figure far below what tells two tests apart.
OBJECTIVE_SCALE = 1e4
OPTIMAL, INFEASIBLE = 0, 2


@dataclass(frozen=True, eq=False)
class Programme:
    """The rows of a blueprint for an integer programme over the items of a pool.

    Args:
        amounts: What each item adds to each row, shape (rows, items): first the groups of the tree, then the bounds
            across them.
        minima: Lower bound of each row, shape (rows,).
        maxima: Upper bound of each row, shape (rows,).
        cliques: Sets of enemies of which a test takes at most one, shape (sets, items).
        ties: The first item of each testlet less each further one, which must come to nothing, shape (ties, items).
    """

    amounts: sparse.csr_array
    minima: FloatArray
    maxima: FloatArray
    cliques: sparse.csr_array
    ties: sparse.csr_array


@lru_cache(maxsize=16)
def programme_of(tree: BlueprintTree) -> Programme:
    """Return the rows of a compiled blueprint, kept for the exams in use."""
    items = len(tree.group_of_item)
    places = [(group, item) for item in range(items) for group in tree.groups_around(item)]
    rows, columns = np.array(places).T
    nested = sparse.csr_array((np.ones(len(places)), (rows, columns)), shape=(len(tree.codes), items))
    crossing = [sparse.csr_array(bound.amounts[None, :]) for bound in tree.cross_bounds]
    cliques = list(_cliques(tree))
    members = [(row, item) for row, clique in enumerate(cliques) for item in clique]
    sets, enemies = np.array(members, dtype=np.int64).reshape(-1, 2).T
    return Programme(
        amounts=sparse.csr_array(sparse.vstack([nested, *crossing])),
        minima=np.array([*tree.minima, *(bound.minimum for bound in tree.cross_bounds)], dtype=np.float64),
        maxima=np.array([*tree.maxima, *(bound.maximum for bound in tree.cross_bounds)], dtype=np.float64),
        cliques=sparse.csr_array((np.ones(len(members)), (sets, enemies)), shape=(len(cliques), items)),
        ties=_ties(tree, items),
    )


def _ties(tree: BlueprintTree, items: int) -> sparse.csr_array:
    pairs = [(members[0], item) for members in tree.testlets for item in members[1:]]
    rows = np.repeat(np.arange(len(pairs)), 2)
    signs = np.tile([1.0, -1.0], len(pairs))
    columns = np.array(pairs, dtype=np.int64).ravel()
    return sparse.csr_array((signs, (rows, columns)), shape=(len(pairs), items))


def heaviest_by_programme(
    tree: BlueprintTree,
    weights: FloatArray,
    *,
    length: int,
    administered: Sequence[int] = (),
    ineligible: Sequence[int] = (),
    extends_to: int | None = None,
    limits: SolverLimits = IN_A_SITTING,
) -> frozenset[int] | None:
    """Return the heaviest test that meets every bound, with as few ineligible items as possible and whole testlets.

    Where the limits leave no time for the heaviest, it is one within the next of their gaps.

    Args:
        tree: The compiled blueprint.
        weights: Weight of each item of the pool, shape (items,).
        length: Number of items of the test, administered ones included.
        administered: Pool positions of the items already answered.
        ineligible: Pool positions of the items to keep out where that is possible.
        extends_to: Length to which the test must be extensible under the same blueprint, if any.
        limits: How much work it may take.

    Returns:
        Pool positions, administered ones included, or None if there is no such test.

    Raises:
        SolverFailed: If the solver gives up, by what is entangled.

    Reference:
        van der Linden & Reese (1998).
    """
    longest = max(extends_to or length, length)
    constraints = _constraints(programme_of(tree), length, longest)
    settled = partial(_settled, tree=tree, limits=limits)
    # The items of the test, and where it is to be extensible those of the longer one after them.
    columns = weights.size * (1 if length == longest else 2)
    given, spare = np.zeros(weights.size), np.zeros(weights.size)
    given[list(administered)] = 1
    spare[list(ineligible)] = 1
    spare *= 1 - given
    value = weights * (OBJECTIVE_SCALE / max(float(np.abs(weights).max()), 1e-300))
    # First without ineligible items; only if that is impossible, with the fewest that will do.
    solution = settled(value, constraints, given, 1 - spare, columns)
    if solution is None and spare.any():
        fewest = settled(-spare, constraints, given, np.ones(weights.size), columns)
        if fewest is not None:
            count = LinearConstraint(
                np.pad(spare, (0, columns - spare.size))[None, :],
                ub=float(spare @ fewest) + SLACK,
            )
            solution = settled(value, [*constraints, count], given, np.ones(weights.size), columns)
    return None if solution is None else frozenset(np.flatnonzero(solution).tolist())


def _constraints(programme: Programme, length: int, longest: int) -> list[LinearConstraint]:
    """Return the constraints on the test, or on the test and a longer one that contains it.

    The minima hold for the short test and hence for the long one, the maxima and the enemies the other way round.
    """
    amounts, minima, maxima = programme.amounts, programme.minima.copy(), programme.maxima.copy()
    minima[ROOT] = length
    maxima[ROOT] = longest
    if length == longest:
        alone = [LinearConstraint(amounts, minima, maxima), LinearConstraint(programme.cliques, ub=1)]
        return [*alone, LinearConstraint(programme.ties, 0, 0)] if programme.ties.shape[0] else alone
    items = amounts.shape[1]
    exactly = sparse.csr_array(np.ones((1, items)))
    identity = sparse.eye_array(items, format="csr")
    tied = sparse.block_diag([programme.ties, programme.ties], format="csr")
    return [
        LinearConstraint(sparse.hstack([amounts, sparse.csr_array(amounts.shape)], format="csr"), lb=minima),
        LinearConstraint(sparse.hstack([sparse.csr_array(amounts.shape), amounts], format="csr"), ub=maxima),
        LinearConstraint(sparse.block_diag([exactly, exactly], format="csr"), [length, longest], [length, longest]),
        LinearConstraint(sparse.hstack([identity, -identity], format="csr"), ub=0),
        LinearConstraint(
            sparse.hstack([sparse.csr_array(programme.cliques.shape), programme.cliques], format="csr"), ub=1
        ),
        *([LinearConstraint(tied, 0, 0)] if programme.ties.shape[0] else []),
    ]


def _settled(
    value: FloatArray,
    constraints: Sequence[LinearConstraint],
    lowest: FloatArray,
    highest: FloatArray,
    columns: int,
    *,
    tree: BlueprintTree,
    limits: SolverLimits,
) -> npt.NDArray[np.bool_] | None:
    """Return the best solution within the strictest gap that the limits leave time for, None if there is none."""
    # Without values the first solution found is the best.
    gaps = limits.gaps if value.any() else limits.gaps[:1]
    for gap in gaps:
        result = _solve(value, constraints, lowest, highest, columns, gap=gap, limits=limits)
        if result.status == OPTIMAL:
            return np.asarray(result.x[: value.size] > 0.5)
        if result.status == INFEASIBLE:
            return None
    raise SolverFailed(
        f"the integer programme of the shadow test was not solved within {limits.subproblems} subproblems "
        f"and {limits.seconds:g} seconds; what is entangled: {what_is_entangled(tree)}"
    )


def _solve(
    value: FloatArray,
    constraints: Sequence[LinearConstraint],
    lowest: FloatArray,
    highest: FloatArray,
    columns: int,
    *,
    gap: float,
    limits: SolverLimits,
) -> OptimizeResult:
    rest = (0, columns - value.size)
    return milp(
        np.pad(-value, rest),
        integrality=np.ones(columns, dtype=np.int64),
        bounds=Bounds(np.pad(lowest, rest), np.pad(highest, rest, constant_values=1)),
        constraints=constraints,
        options={"mip_rel_gap": gap, "node_limit": limits.subproblems, "time_limit": limits.seconds},
    )


def _cliques(tree: BlueprintTree) -> Iterator[tuple[int, ...]]:
    """Cover all pairs of enemies with sets of mutual enemies: fewer and tighter constraints than one for each pair."""
    covered: set[tuple[int, int]] = set()
    for first, enemies in tree.enemies.items():
        for second in sorted(enemy for enemy in enemies if enemy > first and (first, enemy) not in covered):
            if (first, second) in covered:
                continue
            clique = [first, second]
            common = enemies & tree.enemies[second]
            while common:
                clique.append(min(common))
                common &= tree.enemies[clique[-1]]
            clique.sort()
            covered.update((low, high) for place, low in enumerate(clique) for high in clique[place + 1 :])
            yield tuple(clique)
