"""Exact shadow tests with enemies across the nested groups, by branch and bound on the greedy algorithm."""

from collections.abc import Mapping, Sequence, Set
from heapq import heappop, heappush
from itertools import islice
from math import fsum

from engine.blueprints.nested_bounds import Room
from engine.errors import EngineError
from engine.response_models import FloatArray

# Bounds that agree to this many digits count as equal, so that the search dives instead of comparing last digits.
BOUND_DIGITS = 10
# Ordinary banks need a few nodes; hundreds mean that the enemies are what the problem is about.
MAXIMUM_NODES = 300

# The room left by the heaviest test of a subproblem without regard to further enemies, and its items.
_Relaxed = tuple[Room, set[int]]
# An open subproblem, the most promising first: bound, depth (deepest first), number, items ruled out, heaviest test.
_Node = tuple[tuple[int, float], int, int, frozenset[int], _Relaxed]


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
    two enemies meet in it, one of them either stays, and its enemies go, or goes itself. For every item that goes, the
    best one that fits takes its place: in a matroid that makes the best base without it.

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
    out, nodes = frozenset(excluded), 1
    first = room.copy()
    chosen = set(first.fill(order, without=out))
    if not first.left:
        heappush(heap, ((0, 0.0), 0, nodes, out, (first, chosen)))
    values = weights.tolist()
    while heap:
        if nodes > maximum_nodes:
            raise SearchTooLong(f"the enemies of the pool are not settled after {nodes} subproblems")
        _, depth, _, out, relaxed = heappop(heap)
        item = _most_contested(relaxed[1], enemies, order)
        if item is None:
            return [member for member in order if member in relaxed[1]]
        for ruled_out, further in ((enemies[item], 1 + len(enemies[item] - out)), (frozenset({item}), 1)):
            nodes += 1
            repaired = _repaired(relaxed, ruled_out & relaxed[1], order, out | ruled_out)
            if repaired is not None:
                bound = _bound(repaired[1], values, late)
                heappush(heap, (bound, depth - further, nodes, out | ruled_out, repaired))
    return None


def _repaired(relaxed: _Relaxed, gone: Set[int], order: Sequence[int], out: frozenset[int]) -> _Relaxed | None:
    """Return the heaviest test without some of its items and those ruled out, None where there is none."""
    room, chosen = relaxed[0].copy(), relaxed[1] - gone
    for item in gone:
        room.give_back(room.group_of_item[item])
        # Whatever fits instead is worse: otherwise the test would not have been the heaviest.
        later = islice(order, order.index(item) + 1, None)
        replacement = room.fill(later, without=out | chosen | gone)
        if not replacement:
            return None
        chosen.update(replacement)
    return room, chosen


def _bound(chosen: Set[int], values: Sequence[float], late: Set[int]) -> tuple[int, float]:
    return len(late & chosen), -round(fsum(map(values.__getitem__, chosen)), BOUND_DIGITS)


def _most_contested(chosen: Set[int], enemies: Mapping[int, frozenset[int]], order: Sequence[int]) -> int | None:
    """Return the item with the most enemies in the test, the best of several; None if no two are enemies."""
    met = {item: len(chosen & enemies[item]) for item in chosen & enemies.keys()}
    most = max(met.values(), default=0)
    return min((item for item, count in met.items() if count == most), key=order.index) if most else None
