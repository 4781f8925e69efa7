"""How many items a criterion still needs, worked out from what the bank tells at the cut score.

The verdict on a unit needs some information at the cut score. A sitting has so many places for questions, an even
share of them for each criterion, and under an exposure ceiling r no item takes more than the share r of a place on
average. So of a criterion's items the best (places / r) count, each times r: no way of choosing gives a sitting more.
What is asked of a criterion is its share of the verdict's need, but never more than its places hold with items of the
best difficulty: items beyond that would wait in vain, and the exam is too short for its verdict, which is told.
Besides, asking one item of each criterion keeps below the ceiling only where each has at least 1/r items.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, exp, isfinite

from itembank.authoring.content_problems import MAXIMUM_RATING, MINIMUM_RATING
from itembank.publishing.parameters import prior_parameters

#: Rounding errors of a sum must not ask for one more item.
_SLACK = 1e-9

RATINGS = tuple(range(MINIMUM_RATING, MAXIMUM_RATING + 1))


@dataclass(frozen=True, slots=True)
class CriterionSupply:
    """What there is of a criterion.

    Args:
        told: What each item that counts in the bank in force tells at the cut score.
        in_work: Items that are written but do not count yet, by difficulty rating.
    """

    told: tuple[float, ...]
    in_work: Mapping[int, int]

    @property
    def items(self) -> int:
        """Items that count."""
        return len(self.told)


@dataclass(frozen=True, slots=True)
class CriterionDemand:
    """What a verdict asks of a criterion.

    Args:
        information: What a sitting should get from its items at the cut score; 0 where no information would do.
        items: The fewest items with which none is shown to too many.
        places: Questions of a sitting that are for it, on average.
        ceiling: The largest share of sittings that may ask an item.
    """

    information: float
    items: int
    places: float
    ceiling: float


@dataclass(frozen=True, slots=True)
class CriterionNeed:
    """What is still to be written.

    Args:
        wanted: How many items.
        for_rotation: How many of them would be needed even if information sufficed.
        rating: Difficulty that tells most at the cut score, as writers rate it.
        success: Share of candidates right at the cut score who answer such an item rightly.
        missing: Share of the information asked for that neither the bank nor items in work give, from 0 to 1.
    """

    wanted: int
    for_rotation: int
    rating: int
    success: float
    missing: float


def reachable_information(maximum_length: int, cut_score: float) -> float:
    """Give what a sitting of this length gets from items of the best difficulty that nobody has answered yet."""
    return maximum_length * expected_information(best_rating(cut_score), cut_score)


def criterion_demand(
    *, unit_information: float, criteria: int, maximum_length: int, maximum_exposure: float | None, cut_score: float
) -> CriterionDemand:
    """Share a unit's need among its criteria.

    Args:
        unit_information: What the unit's verdict needs at the cut score; infinite where no information would do.
        criteria: How many criteria it has.
        maximum_length: The most questions of a sitting.
        maximum_exposure: The ceiling, or None where exposure is not controlled.
        cut_score: In logits.
    """
    ceiling = maximum_exposure or 1.0
    wanted = min(unit_information, reachable_information(maximum_length, cut_score))
    return CriterionDemand(
        information=wanted / criteria if isfinite(unit_information) else 0.0,
        items=ceil(1 / ceiling - _SLACK),
        places=maximum_length / criteria,
        ceiling=ceiling,
    )


def criterion_need(supply: CriterionSupply, demand: CriterionDemand, *, cut_score: float) -> CriterionNeed:
    """Compare what there is with what is asked, and say what to write.

    Args:
        supply: What there is.
        demand: What is asked.
        cut_score: In logits.
    """
    rating = best_rating(cut_score)
    in_work = sum(supply.in_work.values())
    for_rotation = max(0, demand.items - supply.items - in_work)
    promised = [expected_information(rated, cut_score) for rated, count in supply.in_work.items() for _ in range(count)]
    told, best = [*supply.told, *promised], expected_information(rating, cut_score)
    given = usable_information(told, demand)
    wanted = for_rotation
    # Once the best places are all taken by such items nothing more can be asked, so this ends.
    while usable_information([*told, *[best] * wanted], demand) < demand.information * (1 - _SLACK):
        wanted += 1
    missing = max(0.0, 1 - given / demand.information) if demand.information > 0 else 0.0
    return CriterionNeed(wanted, for_rotation, rating, _success(rating, cut_score), missing)


def usable_information(told: Sequence[float], demand: CriterionDemand) -> float:
    """Give the most that a sitting can get from these items on average: the best ones, none above the ceiling.

    Args:
        told: What each item tells.
        demand: With the places and the ceiling.
    """
    places, total = demand.places, 0.0
    for information in sorted(told, reverse=True):
        share = min(demand.ceiling, places)
        if share <= 0:
            break
        total, places = total + share * information, places - share
    return total


@lru_cache(maxsize=1024)
def expected_information(rating: int, cut_score: float) -> float:
    """Give what an item is counted on to tell at the cut score before anybody has answered it."""
    guess = prior_parameters(rating)
    success = _success(rating, cut_score)
    return guess.discrimination**2 * success * (1 - success)


@lru_cache(maxsize=256)
def best_rating(cut_score: float) -> int:
    """Give the rating whose items tell most at the cut score; of equals the easier one."""
    return max(RATINGS, key=lambda rating: (expected_information(rating, cut_score), -rating))


def _success(rating: int, cut_score: float) -> float:
    guess = prior_parameters(rating)
    return 1 / (1 + exp(-guess.discrimination * (cut_score - guess.difficulty)))
