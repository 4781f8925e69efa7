"""How many items a criterion still needs, worked out from what the bank tells at the cut score.

The verdict on a unit needs some information at the cut score. Under an exposure ceiling r no way of choosing items
gives a sitting more than r times the information of all items on average, so the items of the unit have to hold the
verdict's need divided by r; each of its criteria is asked for an even share. Besides, a sitting that asks one item of
each criterion keeps below the ceiling only where a criterion has at least 1/r items.
"""

from __future__ import annotations

from collections.abc import Mapping
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
        items: Items that count in the bank in force.
        information: What they tell at the cut score, all together.
        in_work: Items that are written but do not count yet, by difficulty rating.
    """

    items: int
    information: float
    in_work: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class CriterionDemand:
    """What a verdict asks of a criterion.

    Args:
        information: At the cut score; infinite where no information would do.
        items: The fewest items with which none is shown to too many.
    """

    information: float
    items: int


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


def criterion_demand(*, unit_information: float, criteria: int, maximum_exposure: float | None) -> CriterionDemand:
    """Share a unit's need among its criteria.

    Args:
        unit_information: What the unit's verdict needs at the cut score.
        criteria: How many criteria it has.
        maximum_exposure: The ceiling, or None where exposure is not controlled.
    """
    ceiling = maximum_exposure or 1.0
    return CriterionDemand(unit_information / criteria / ceiling, ceil(1 / ceiling - _SLACK))


def criterion_need(supply: CriterionSupply, demand: CriterionDemand, *, cut_score: float) -> CriterionNeed:
    """Compare what there is with what is asked, and say what to write.

    Args:
        supply: What there is.
        demand: What is asked. Where no information would do, only the number of items counts: more items do not help
            against a cut score that is not known well enough.
        cut_score: In logits.
    """
    rating = best_rating(cut_score)
    in_work = sum(supply.in_work.values())
    for_rotation = max(0, demand.items - supply.items - in_work)
    success = _success(rating, cut_score)
    if not isfinite(demand.information) or demand.information <= 0:
        return CriterionNeed(for_rotation, for_rotation, rating, success, 0.0)
    promised = sum(expected_information(rated, cut_score) * count for rated, count in supply.in_work.items())
    lacking = max(0.0, demand.information - supply.information - promised)
    for_information = ceil(lacking / expected_information(rating, cut_score) - _SLACK)
    return CriterionNeed(
        max(for_information, for_rotation), for_rotation, rating, success, lacking / demand.information
    )


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
