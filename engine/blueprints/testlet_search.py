"""Exact shadow tests with testlets, and enemies beside them, by branch and bound on the greedy algorithm."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from heapq import heappop, heappush
from math import fsum

import numpy as np

from engine.blueprints.enemy_search import BOUND_DIGITS, MAXIMUM_NODES, SearchTooLong
from engine.blueprints.nested_bounds import Room
from engine.blueprints.testlets import averaged, with_whole_testlets
from engine.response_models import FloatArray

# An open subproblem, the most promising first: bound, depth (deepest first), number, items put in, items ruled out and
# the heaviest test with these items but without regard to other enemies and testlets.
_Node = tuple[tuple[int, float], int, int, tuple[int, ...], frozenset[int], list[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeTestlets:
    """What a test must respect beside its nested bounds.

    Args:
        testlets: Sets of items of which a test takes all or none.
        enemies: Enemies of each item, in both directions; no two within one testlet.
        block_of: The items that go in or out together with each item of a testlet.
    """

    testlets: tuple[tuple[int, ...], ...]
    enemies: Mapping[int, frozenset[int]]
    block_of: Mapping[int, tuple[int, ...]]

    @classmethod
    def of(cls, testlets: tuple[tuple[int, ...], ...], enemies: Mapping[int, frozenset[int]]) -> "WholeTestlets":
        """Return the rules of a pool with these testlets and enemies."""
        return cls(
            testlets=testlets,
            enemies=enemies,
            block_of={item: members for members in testlets for item in members},
        )

    def block(self, item: int) -> tuple[int, ...]:
        """Return the items that go in or out together with an item, itself among them."""
        return self.block_of.get(item, (item,))

    def rivals(self, block: Sequence[int]) -> frozenset[int]:
        """Return the items that cannot stay beside a block: its enemies, each with its whole testlet."""
        enemies = set[int]().union(*(self.enemies[item] for item in block if item in self.enemies))
        return frozenset(with_whole_testlets(self.testlets, sorted(enemies)))


def heaviest_with_testlets(
    room: Room,
    order: Sequence[int],
    weights: FloatArray,
    rules: WholeTestlets,
    *,
    forced: Sequence[int] = (),
    excluded: Set[int] = frozenset(),
    late: Set[int] = frozenset(),
    maximum_nodes: int = MAXIMUM_NODES,
) -> list[int] | None:
    """Fill a test with the heaviest items that keep testlets whole and enemies apart.

    Leaving testlets and enemies out of account, the greedy algorithm gives a test at least as heavy as any that
    respects them. Where a testlet is in it only in part, either all its items go in or all go out; where two enemies
    meet, one stays and the other goes, or it goes itself, each with its testlet. The weight of a testlet is spread
    evenly over its items: that leaves whole tests as heavy as they are and makes the greedy tests less often partial.

    Args:
        room: Places still to fill.
        order: Pool positions, the best first: all items that are not late before those that are.
        weights: Weight of each item of the pool, shape (items,).
        rules: Testlets and enemies of the pool.
        forced: Items that must enter, with all items of their testlets that are not in the test yet.
        excluded: Items that must stay out.
        late: Items of which as few as possible may enter, whatever their weight; whole testlets.
        maximum_nodes: Subproblems after which to give up.

    Returns:
        The items, in the order given, or None if there is no such test.

    Raises:
        SearchTooLong: If the search gives up.

    Reference:
        Land & Doig (1960).
    """
    spread = averaged(rules.testlets, weights)
    by_spread = _by_preference(order, spread, late)
    heap: list[_Node] = []
    nodes = 0
    # What is forced belongs to a testlet whose first items, being administered, are excluded.
    out = frozenset(with_whole_testlets(rules.testlets, excluded)).difference(set(forced) - excluded)
    pending = [(tuple(forced), out | rules.rivals(forced))]
    while True:
        for kept, out in pending:
            nodes += 1
            chosen = _relaxed(room, by_spread, kept, out)
            if chosen is not None:
                heappush(heap, (_bound(chosen, spread, late), -len(kept) - len(out), nodes, kept, out, chosen))
        if not heap:
            return None
        if nodes > maximum_nodes:
            raise SearchTooLong(f"the testlets of the pool are not settled after {nodes} subproblems")
        _, _, _, kept, out, chosen = heappop(heap)
        block = _contested(chosen, set(kept), rules)
        if block is None:
            places = {item: place for place, item in enumerate(order)}
            return sorted(chosen, key=places.__getitem__)
        pending = [((*kept, *block), out | rules.rivals(block)), (kept, out.union(block))]


def _by_preference(order: Sequence[int], weights: FloatArray, late: Set[int]) -> list[int]:
    items = np.array(order, dtype=np.int64)
    lates = np.zeros(weights.size, dtype=np.bool_)
    lates[list(late)] = True
    sorted_items: list[int] = items[np.lexsort((-weights[items], lates[items]))].tolist()
    return sorted_items


def _relaxed(room: Room, order: Sequence[int], kept: Sequence[int], out: frozenset[int]) -> list[int] | None:
    filled = room.copy()
    inside = filled.fill(kept, without=out)
    if len(inside) < len(kept):
        return None
    chosen = inside + filled.fill(order, without=out.union(kept))
    return None if filled.left else chosen


def _bound(chosen: Sequence[int], weights: FloatArray, late: Set[int]) -> tuple[int, float]:
    lates = sum(item in late for item in chosen) if late else 0
    return lates, -round(fsum(weights[list(chosen)].tolist()), BOUND_DIGITS)


def _contested(chosen: Sequence[int], kept: Set[int], rules: WholeTestlets) -> tuple[int, ...] | None:
    """Return the block to decide next, None if all is well: the lightest testlet in part, else what most enemies meet.

    The lightest one most often does without the rest of its items, so that one decision settles it.
    """
    inside = set(chosen)
    in_part, best, most = None, None, 0
    for item in chosen:
        block = rules.block(item)
        if item in kept:
            continue
        if not inside.issuperset(block):
            in_part = block
        met = len(inside & rules.enemies[item]) if item in rules.enemies else 0
        if met > most:
            best, most = block, met
    return in_part or best
