"""Which of a sitting's faulty items are left out where a neutralisation is for those alone who gain by it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from itertools import combinations

from engine.outcomes.verdicts import SittingOutcome
from itembank.neutralisation.rules import compare_for_candidate

#: Every choice among so many items is judged, 64 at most; among more, all of them together and each one alone.
MOST_TRIED = 6

ItemSet = frozenset[str]


def choices_among(optional: Collection[str]) -> Iterator[ItemSet]:
    """Give the sets of items that are tried: none first, then by their size, then by their items' codes."""
    names = sorted(optional)
    sizes = range(len(names) + 1) if len(names) <= MOST_TRIED else (0, 1, len(names))
    return (frozenset(some) for size in sizes for some in combinations(names, size))


def best_choice(optional: Collection[str], judge: Callable[[ItemSet], SittingOutcome]) -> ItemSet:
    """Choose what to leave out so that the candidate has the best result, never a worse one than with all items.

    One faulty item may hide what another did, so they are judged together, not one after the other: the choice does
    not depend on the order in which they were found. Of results of which none is better than the other, the one with
    the fewest items left out is taken, then the first by the items' codes.

    Args:
        optional: Items that may be left out.
        judge: Gives the result with a set of them left out.

    Returns:
        The items to leave out.
    """
    first, *others = ((choice, judge(choice)) for choice in choices_among(optional))
    better = [one for one in others if compare_for_candidate(one[1], first[1]) > 0]
    best = [
        choice for choice, result in better if not any(compare_for_candidate(other, result) > 0 for _, other in better)
    ]
    return best[0] if best else first[0]
