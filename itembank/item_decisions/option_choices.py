"""What the options of items attracted: recorded choices against ability, in one statement for all items."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from math import sqrt
from uuid import UUID

from sqlalchemy import CTE, JSON, case, func, select, type_coerce
from sqlmodel import Session, col

from itembank.calibration_runs.item_statistics import AnswerSums
from itembank.calibration_runs.recorded_responses import versions_of
from itembank.delivery.outcome_versions import numbers_in_force
from itembank.tables import Exam, OutcomeVersion, RecordedAnswer, RecordedOutcome, Sitting


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
    """One item version: answers of sittings with an outcome, those that chose each option, and scores with ability.

    ``options`` are options only where an item is answered by choosing among them; for other types they are places.
    ``score``, ``score_squares`` and ``score_ability`` are sums over the answers of the score, its square, and its
    product with ability. ``recorded`` are all answers, those of sittings without an outcome too.
    """

    answers: AbilityMoments = AbilityMoments()
    options: tuple[tuple[int, AbilityMoments], ...] = ()
    score: float = 0.0
    score_squares: float = 0.0
    score_ability: float = 0.0
    recorded: AnswerSums = field(default_factory=AnswerSums)

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


def recorded_choices(
    session: Session, *, standard_id: UUID, units: Collection[str], item_version_id: UUID | None = None
) -> dict[UUID, ItemChoices]:
    """Sum up the choices of the sittings of some units, by item version.

    The database adds up, so that what is read grows with the items and not with the candidates. Abilities are those of
    the outcomes in force, which the answer itself is part of: that makes a failing option look a little better than it
    is.

    Args:
        session: The transaction.
        standard_id: A version of the standard.
        units: Codes of units of competence.
        item_version_id: The only one asked for; all without it.
    """
    of_item = () if item_version_id is None else (col(RecordedAnswer.item_version_id) == item_version_id,)
    sat = _sittings(standard_id, units, item_version_id)
    grouped = (col(RecordedAnswer.item_version_id), col(RecordedAnswer.selected), col(RecordedAnswer.score))
    rows = session.connection().execute(
        select(
            *grouped,
            func.count(),
            func.sum(sat.c.simulated),
            func.count(sat.c.theta),
            func.sum(sat.c.theta),
            func.sum(sat.c.theta * sat.c.theta),
        )
        .join(sat, sat.c.id == col(RecordedAnswer.sitting_id))
        .where(*of_item)
        .group_by(*grouped)
    )
    found: dict[UUID, ItemChoices] = defaultdict(ItemChoices)
    for version, selected, score, recorded, simulated, count, total, squares in rows:
        sums = AnswerSums(recorded, score * recorded, int(simulated))
        moments = AbilityMoments(count, float(total or 0.0), float(squares or 0.0))
        found[version] = _with(found[version], selected, score, moments, sums)
    return dict(found)


def _sittings(standard_id: UUID, units: Collection[str], item_version_id: UUID | None) -> CTE:
    """Select sittings with the ability in force, read out of each document once and not once an answer."""
    corrected = numbers_in_force().subquery()
    first, later = (
        type_coerce(table.document, JSON)["unit", "theta"].as_float() for table in (RecordedOutcome, OutcomeVersion)
    )
    query = (
        select(
            col(Sitting.id),
            case((col(Sitting.simulated), 1), else_=0).label("simulated"),
            func.coalesce(later, first).label("theta"),
        )
        .join(Exam, col(Exam.id) == col(Sitting.exam_id))
        .join(RecordedOutcome, col(RecordedOutcome.sitting_id) == col(Sitting.id), isouter=True)
        .join(corrected, corrected.c.sitting_id == col(Sitting.id), isouter=True)
        .join(
            OutcomeVersion,
            (col(OutcomeVersion.sitting_id) == col(Sitting.id)) & (col(OutcomeVersion.number) == corrected.c.number),
            isouter=True,
        )
        .where(col(Exam.standard_id).in_(versions_of(standard_id)), col(Sitting.unit).in_(units))
    )
    if item_version_id is not None:
        asked = select(col(RecordedAnswer.sitting_id)).where(col(RecordedAnswer.item_version_id) == item_version_id)
        query = query.where(col(Sitting.id).in_(asked))
    return query.cte("sat").prefix_with("MATERIALIZED")


def _with(
    known: ItemChoices, selected: list[int], score: int, moments: AbilityMoments, recorded: AnswerSums
) -> ItemChoices:
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
        recorded=known.recorded + recorded,
    )


def _correlation(answers: AbilityMoments, total: float, squares: float, products: float) -> float | None:
    """Correlate something with ability, from its sum, its sum of squares and its products with ability."""
    n = answers.count
    if n < 2:
        return None
    covariance = products - total * answers.total / n
    spread = (squares - total * total / n) * (answers.squares - answers.total**2 / n)
    return max(-1.0, min(1.0, covariance / sqrt(spread))) if spread > 1e-12 * n * n else None
