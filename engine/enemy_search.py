"""Exact shadow tests with enemies across the nested groups, by branch and bound on the greedy algorithm."""

from collections.abc import Mapping, Sequence, Set
from heapq import heappop, heappush
from math import fsum

from engine.errors import EngineError
from engine.nested_bounds import Room
from engine.response_models import FloatArray

# Bounds that agree to this many digits count as equal, so that the search dives instead of comparing last digits.
BOUND_DIGITS = 10
# Ordinary banks need a few nodes; hundreds mean that the enemies are what the problem is about.
MAXIMUM_NODES = 300

# An open subproblem, the most promising first: bound, depth (deepest first), number, items put in, items ruled out and
# the heaviest test with these items but without regard to other enemies.
_Node = tuple[tuple[int, float], int, int, tuple[int, ...], frozenset[int], list[int]]


class SearchTooLong(EngineError):
    """The enemies are so entangled that a general solver is the better way."""

    code = "search_too_long"


def heaviest_without_enemies(
    room: Room,
    order: Sequence[int],
    weights: FloatArray,
    enemies: Mapping[int, frozenset[int]],
    *,
    excluded: Set[int] = frozenset(),
    late: Set[int] = frozenset(),
    maximum_nodes: int = MAXIMUM_NODES,
) -> list[int] | None:
    """Fill a test with the heaviest items of which no two are enemies.

    Leaving the enemies out of account, the greedy algorithm gives a test at least as heavy as any without them. Where
    two enemies meet in it, one of them either stays, and its enemies go, or goes itself.

    Args:
        room: Places still to fill.
        order: Pool positions, the best first: all items that are not late before those that are.
        weights: Weight of each item of the pool, shape (items,).
        enemies: Enemies of each item, in both directions.
        excluded: Items that must stay out.
        late: Items of which as few as possible may enter, whatever their weight.
        maximum_nodes: Subproblems after which to give up.

    Returns:
        The items, the best first, or None if there is no such test.

    Raises:
        SearchTooLong: If the search gives up.

    Reference:
        Land & Doig (1960).
    """
    heap: list[_Node] = []
    nodes = 0
    pending: list[tuple[tuple[int, ...], frozenset[int]]] = [((), frozenset(excluded))]
    while True:
        for kept, out in pending:
            nodes += 1
            chosen = _relaxed(room, order, kept, out)
            if chosen is not None:
                heappush(heap, (_bound(chosen, weights, late), -len(kept) - len(out), nodes, kept, out, chosen))
        if not heap:
            return None
        if nodes > maximum_nodes:
            raise SearchTooLong(f"the enemies of the pool are not settled after {nodes} subproblems")
        _, _, _, kept, out, chosen = heappop(heap)
        item = _most_contested(chosen, enemies)
        if item is None:
            places = {other: place for place, other in enumerate(order)}
            return sorted(chosen, key=places.__getitem__)
        pending = [((*kept, item), out | enemies[item]), (kept, out | {item})]


def _relaxed(room: Room, order: Sequence[int], kept: Sequence[int], out: frozenset[int]) -> list[int] | None:
    filled = room.copy()
    chosen = filled.fill(kept) + filled.fill(order, without=out.union(kept))
    return None if filled.left else chosen


def _bound(chosen: Sequence[int], weights: FloatArray, late: Set[int]) -> tuple[int, float]:
    lates = sum(item in late for item in chosen) if late else 0
    return lates, -round(fsum(weights[list(chosen)].tolist()), BOUND_DIGITS)


def _most_contested(chosen: Sequence[int], enemies: Mapping[int, frozenset[int]]) -> int | None:
    """Return the item with the most enemies in the test, the first of several; None if no two are enemies."""
    inside = set(chosen)
    best, most = None, 0
    for item in chosen:
        met = len(inside & enemies[item]) if item in enemies else 0
        if met > most:
            best, most = item, met
    return best
