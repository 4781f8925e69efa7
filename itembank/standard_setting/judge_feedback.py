"""What a judge is told of a closed round: the own judgements beside the panel's, the data and the impact."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from sqlmodel import Session

from itembank.standard_setting.panel_rows import rounds_of, said_in
from itembank.standard_setting.results import ItemFinding, JudgeFinding, RoundResults


@dataclass(frozen=True, slots=True)
class ItemComparison:
    """An item as the panel judged it, and the own judgement of it in that round."""

    item: ItemFinding
    own: float | None


@dataclass(frozen=True, slots=True)
class JudgeFeedback:
    """A closed round as one judge may see it; of the other judges only where their cut scores lie.

    Args:
        number: The round.
        results: What the round came to, the findings on other judges left out.
        own: How the judge stands to the panel, None for one who said nothing.
        cuts: Cut scores of all judges, in rising order and without names.
        items: By how far the judges differ on them, the most disputed first.
    """

    number: int
    results: RoundResults
    own: JudgeFinding | None
    cuts: tuple[float, ...]
    items: tuple[ItemComparison, ...]


def feedback_for(session: Session, *, panel_id: UUID, person_id: UUID) -> JudgeFeedback | None:
    """Tell a judge of the round closed last; None before one is."""
    closed = [row for row in rounds_of(session, panel_id) if row.results is not None]
    if not closed:
        return None
    row = closed[-1]
    results = RoundResults.from_dict(row.results or {})
    said = said_in(session, panel_id=panel_id, number=row.number).shares.get(person_id, {})
    disputed = sorted(results.items, key=lambda item: (-(item.standard_deviation or 0.0), item.code))
    own = next((judge for judge in results.judges if judge.person_id == person_id), None)
    return JudgeFeedback(
        number=row.number,
        results=replace(results, judges=() if own is None else (own,), left_out=()),
        own=own,
        cuts=tuple(sorted(judge.theta for judge in results.judges if judge.theta is not None)),
        items=tuple(ItemComparison(item, said.get(item.item_version_id)) for item in disputed),
    )
