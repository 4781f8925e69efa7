"""How a writer's ratings of difficulty compare with what answers tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from sqlmodel import Session, col, select

from calibration.priors import MIDDLE_RATING, Priors
from itembank.actor import Actor, Role
from itembank.authoring.content_problems import MAXIMUM_RATING, MINIMUM_RATING
from itembank.framework.store import current_standard
from itembank.publishing.banks import find_bank_in_force
from itembank.publishing.parameters import CALIBRATED
from itembank.tables import BankItem, Item, ItemVersion

#: Fewer items say more about chance than about a writer's eye.
FEWEST_ITEMS = 5

#: Estimates lean towards the rating that they began from. With a standard error up to this the answers weigh at least
#: seven times what the rating does.
LARGEST_ERROR = 0.3


@dataclass(frozen=True, slots=True)
class RatedItem:
    """An item that was rated before and measured after.

    ``measured`` is the difficulty on the scale of ratings, where ratings and difficulties relate as they do before any
    data; it may lie outside 1 to 5. ``uncertainty`` is its standard error on the same scale.
    """

    item_id: UUID
    code: str
    criterion: str
    stem: str
    rating: int
    measured: float
    uncertainty: float
    answers: int

    @property
    def difference(self) -> float:
        """By how much it is harder than its writer took it for; below 0 easier."""
        return self.measured - self.rating

    @property
    def is_clear(self) -> bool:
        """Whether a whole step lies between rating and answers, and chance does not explain it."""
        return abs(self.difference) >= 1 and abs(self.difference) > 2 * self.uncertainty


@dataclass(frozen=True, slots=True)
class RatingFeedback:
    """All measured items of a writer, the most surprising first.

    ``correlation`` (Pearson) and ``mean_difference`` are None with fewer than `FEWEST_ITEMS` items, and the
    correlation where all ratings, or all difficulties, are the same.
    """

    items: tuple[RatedItem, ...]
    correlation: float | None
    mean_difference: float | None


def rating_feedback(session: Session, *, actor: Actor) -> RatingFeedback:
    """Compare the actor's own ratings with the difficulties that answers have settled in the bank in force.

    Raises:
        NotAllowed: The actor is not an item writer.
        NotFound: No standard is stored yet.
    """
    actor.require(Role.ITEM_WRITER)
    bank = find_bank_in_force(session, standard_id=current_standard(session).id)
    if bank is None or actor.person_id is None:
        return RatingFeedback((), None, None)
    rows = session.exec(
        select(BankItem, Item.id, ItemVersion.difficulty_rating, ItemVersion.content)
        .join(ItemVersion, col(ItemVersion.id) == col(BankItem.item_version_id))
        .join(Item, col(Item.id) == col(ItemVersion.item_id))
        .where(
            BankItem.bank_id == bank.id,
            BankItem.parameter_source == CALIBRATED,
            col(BankItem.se_difficulty) <= LARGEST_ERROR,
            col(Item.id).in_(select(ItemVersion.item_id).where(ItemVersion.written_by == actor.person_id)),
        )
    ).all()
    rated_by = _raters(session, {row.item_version_id: item_id for row, item_id, _, _ in rows})
    items = [
        _rated(row, item_id, rating, str(content["stem"]))
        for row, item_id, rating, content in rows
        if rated_by.get(row.item_version_id) == actor.person_id
    ]
    items.sort(key=lambda item: (-abs(item.difference), item.code))
    return RatingFeedback(tuple(items), _correlation(items), _mean_difference(items))


def _raters(session: Session, versions: Mapping[UUID, UUID]) -> dict[UUID, UUID | None]:
    """Say who rated: whoever wrote the first version of those in a row that carry the rating."""
    history: dict[UUID, list[ItemVersion]] = {}
    rows = session.exec(
        select(ItemVersion)
        .where(col(ItemVersion.item_id).in_(set(versions.values())))
        .order_by(col(ItemVersion.number))
    )
    for row in rows:
        history.setdefault(row.item_id, []).append(row)
    raters: dict[UUID, UUID | None] = {}
    for version_id, item_id in versions.items():
        rating, rater = None, None
        for row in history[item_id]:
            if row.difficulty_rating != rating:
                rating, rater = row.difficulty_rating, row.written_by
            if row.id == version_id:
                break
        raters[version_id] = rater
    return raters


def rating_of_difficulty(difficulty: float) -> float:
    """Give the rating, not only whole ones, whose items are expected to be so difficult."""
    known = Priors()
    return MIDDLE_RATING + (difficulty - known.difficulty_mean) / known.difficulty_per_rating


def _rated(row: BankItem, item_id: UUID, rating: int, stem: str) -> RatedItem:
    return RatedItem(
        item_id=item_id,
        code=row.item_code,
        criterion=row.criterion,
        stem=stem,
        rating=rating,
        measured=rating_of_difficulty(row.difficulty),
        uncertainty=row.se_difficulty / Priors().difficulty_per_rating,
        answers=row.n_responses,
    )


def _correlation(items: list[RatedItem]) -> float | None:
    if len(items) < FEWEST_ITEMS:
        return None
    ratings = np.array([float(item.rating) for item in items])
    measured = np.array([item.measured for item in items])
    if np.ptp(ratings) == 0 or np.ptp(measured) == 0:
        return None
    return float(np.corrcoef(ratings, measured)[0, 1])


def _mean_difference(items: list[RatedItem]) -> float | None:
    if len(items) < FEWEST_ITEMS:
        return None
    # Far outside the scale nobody could have rated: counted as the end of it.
    inside = [min(max(item.measured, MINIMUM_RATING), MAXIMUM_RATING) - item.rating for item in items]
    return float(np.mean(inside))
