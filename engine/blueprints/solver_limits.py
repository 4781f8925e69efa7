"""How much work an integer programme may take, counted in subproblems so that a replay meets the same limit."""

from dataclasses import dataclass

from engine.blueprints.blueprint import BlueprintTree
from engine.errors import EngineError

NAMED_PAIRS = 3


class SolverFailed(EngineError):
    """The integer programme ended without a solution and without proof that there is none."""

    code = "solver_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SolverLimits:
    """Limits on one integer programme.

    Subproblems are the limit because they are counted alike on a busy machine and on an idle one: a test that depended
    on a clock could not be recomputed. The seconds are a last resort against a programme whose single steps take too
    long; where they strike there is an error, never another test.

    Args:
        subproblems: Most nodes of the search tree.
        seconds: Most time; within it every programme ends that was settled when the exam was designed.
        gaps: Shares of the optimum by which a test may fall short, one attempt each, from the strictest on.
    """

    subproblems: int
    seconds: float
    gaps: tuple[float, ...]


#: Ordinary banks take one subproblem, a few hundredths of a second.
AT_DESIGN = SolverLimits(subproblems=10, seconds=20.0, gaps=(0.0,))
#: What was settled at design has three times the room in a sitting. Should weights that nobody foresaw need more, the
#: heaviest test gives way to one within a twentieth of it, and that to any that meets the blueprint: found by the same
#: search with the same limit, so that a replay finds it too. Only then is there an error, never a shorter test.
IN_A_SITTING = SolverLimits(subproblems=30, seconds=20.0, gaps=(0.0, 0.05, 1e9))


def what_is_entangled(tree: BlueprintTree) -> str:
    """Name what makes a blueprint hard to settle, the first few of each kind, for an author to know where to look."""
    parts = []
    if tree.enemies:
        pairs = [(item, other) for item in sorted(tree.enemies) for other in sorted(tree.enemies[item]) if item < other]
        named = ", ".join(f"{tree.item_ids[item]} and {tree.item_ids[other]}" for item, other in pairs[:NAMED_PAIRS])
        more = ", …" if len(pairs) > NAMED_PAIRS else ""
        parts.append(f"{len(pairs)} pairs of enemies among {len(tree.enemies)} items ({named}{more})")
    if tree.testlets:
        parts.append(f"{len(tree.testlets)} testlets")
    if tree.cross_bounds:
        parts.append(f"the bounds on {', '.join(bound.name for bound in tree.cross_bounds)}")
    return " and ".join(parts)
