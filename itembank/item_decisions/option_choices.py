"""What the options of a unit's items attracted: recorded choices against ability, in one statement for all items."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from math import sqrt
from uuid import UUID

from sqlalchemy import JSON, func, select, type_coerce
from sqlmodel import Session, col

from itembank.calibration_runs.recorded_responses import of_unit
from itembank.tables import Exam, RecordedAnswer, RecordedOutcome, Sitting


@dataclass(frozen=True, slots=True)
class AbilityMoments:
    """How many answers, and the sums of their sittings' abilities and of the squares of these."""

    count: int = 0
    total: float = 0.0
    squares: float = 0.0

    def __add__(self, other: AbilityMoments) -> AbilityMoments:
        return AbilityMoments(self.count + other.count, self.total + other.total, self.squares + other.squares)


@dataclass(frozen=True, slots=True)
class ItemChoices:
    """One item version: all its answers, those that chose each option, and scores with ability.

    ``score``, ``score_squares`` and ``score_ability`` are sums over the answers of the score, its square, and its
    product with ability.
    """

    answers: AbilityMoments = AbilityMoments()
    options: tuple[tuple[int, AbilityMoments], ...] = ()
    score: float = 0.0
    score_squares: float = 0.0
    score_ability: float = 0.0

    def option_correlation(self, position: int) -> float | None:
        """Correlate choosing an option with ability; None where either does not vary."""
        chosen = dict(self.options).get(position, AbilityMoments())
        return _correlation(self.answers, chosen.count, chosen.count, chosen.total)

    def score_correlation(self) -> float | None:
        """Correlate the score with ability; None where either does not vary."""
        return _correlation(self.answers, self.score, self.score_squares, self.score_ability)

    def chosen(self, position: int) -> int:
        """Count the answers that chose an option."""
        return dict(self.options).get(position, AbilityMoments()).count


def recorded_choices(session: Session, *, standard_id: UUID, unit: str) -> dict[UUID, ItemChoices]:
    """Sum up the choices of a unit's sittings that have an outcome on record, by item version.

    The database adds up, so that what is read grows with the items and not with the candidates. Abilities are those of
    the outcomes, which the answer itself is part of: that makes a failing option look a little better than it is.
    """
    theta = type_coerce(RecordedOutcome.document, JSON)["unit", "theta"].as_float()
    rows = session.connection().execute(
        select(
            col(RecordedAnswer.item_version_id),
            col(RecordedAnswer.selected),
            col(RecordedAnswer.score),
            func.count(),
            func.sum(theta),
            func.sum(theta * theta),
        )
        .join(Sitting, col(Sitting.id) == col(RecordedAnswer.sitting_id))
        .join(Exam, col(Exam.id) == col(Sitting.exam_id))
        .join(RecordedOutcome, col(RecordedOutcome.sitting_id) == col(Sitting.id))
        .where(*of_unit(standard_id, unit))
        .group_by(col(RecordedAnswer.item_version_id), col(RecordedAnswer.selected), col(RecordedAnswer.score))
    )
    found: dict[UUID, ItemChoices] = defaultdict(ItemChoices)
    for version, selected, score, count, total, squares in rows:
        found[version] = _with(found[version], selected, score, AbilityMoments(count, float(total), float(squares)))
    return dict(found)


def _with(known: ItemChoices, selected: list[int], score: int, moments: AbilityMoments) -> ItemChoices:
    options = dict(known.options)
    for position in selected:
        options[position] = options.get(position, AbilityMoments()) + moments
    return replace(
        known,
        answers=known.answers + moments,
        options=tuple(options.items()),
        score=known.score + score * moments.count,
        score_squares=known.score_squares + score * score * moments.count,
        score_ability=known.score_ability + score * moments.total,
    )


def _correlation(answers: AbilityMoments, total: float, squares: float, products: float) -> float | None:
    """Correlate something with ability, from its sum, its sum of squares and its products with ability."""
    n = answers.count
    if n < 2:
        return None
    covariance = products - total * answers.total / n
    spread = (squares - total * total / n) * (answers.squares - answers.total**2 / n)
    return max(-1.0, min(1.0, covariance / sqrt(spread))) if spread > 1e-12 * n * n else None
