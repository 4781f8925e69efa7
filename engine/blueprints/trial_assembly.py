"""Whether the shadow tests of an exam can be found in the time that a candidate waits, tried when it is designed."""

import numpy.typing as npt

from engine.blueprints.blueprint import BlueprintTree
from engine.blueprints.shadow_test import assemble
from engine.blueprints.solver_limits import AT_DESIGN


def refuse_entangled(tree: BlueprintTree, weights: npt.ArrayLike, *, lengths: tuple[int, int]) -> None:
    """Refuse an exam whose heaviest tests take too long to find, before any candidate waits for one.

    Args:
        tree: The compiled blueprint, found to be feasible.
        weights: Weight of each item of the pool, shape (items,).
        lengths: Fewest and most items of a test.

    Raises:
        SolverFailed: If a test cannot be settled within the limits at design, by what is entangled.
    """
    if not (tree.enemies or tree.cross_bounds or tree.testlets):
        return
    shortest, longest = lengths
    assemble(tree, weights, length=shortest, extends_to=longest, limits=AT_DESIGN)
    assemble(tree, weights, length=longest, limits=AT_DESIGN)
