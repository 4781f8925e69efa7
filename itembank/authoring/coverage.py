"""How well the bank covers the standard, criterion by criterion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col

from itembank.actor import Actor
from itembank.authoring.lifecycle import LIVE_STATES, ItemState
from itembank.authoring.roles import BANK_READERS
from itembank.errors import NotFound
from itembank.framework.store import current_standard
from itembank.tables import ItemVersion


class CoverageLevel(StrEnum):
    """How well live items cover a criterion."""

    NOT_WRITTEN = "not_written"  # assessed by interview or demonstration: takes no items
    NONE = "none"
    THIN = "thin"
    FAIR = "fair"
    GOOD = "good"


#: Live items from which a criterion counts as fairly and as well covered. With five, a sitting that needs one item of a
#: criterion shows each to a fifth of the candidates, which keeps exposure under the usual ceiling of 0.25.
FAIR_FROM, GOOD_FROM = 3, 5


@dataclass(frozen=True, slots=True)
class CriterionCoverage:
    """One criterion and its items."""

    code: str
    number: str
    text: str
    live: int
    in_work: int
    level: CoverageLevel


@dataclass(frozen=True, slots=True)
class ElementCoverage:
    """One element and its criteria."""

    code: str
    title: str
    written: bool
    criteria: tuple[CriterionCoverage, ...]


@dataclass(frozen=True, slots=True)
class UnitCoverage:
    """One unit, its elements, and the count of live items over all of them."""

    code: str
    title: str
    elements: tuple[ElementCoverage, ...]

    @property
    def live(self) -> int:
        """Live items in the unit."""
        return sum(criterion.live for element in self.elements for criterion in element.criteria)

    @property
    def uncovered(self) -> int:
        """Written criteria without a live item."""
        return sum(criterion.level is CoverageLevel.NONE for element in self.elements for criterion in element.criteria)


@dataclass(frozen=True, slots=True)
class CoverageTotals:
    """The whole standard in four numbers."""

    written: int
    covered: int
    live: int
    in_work: int


def coverage(session: Session, *, actor: Actor) -> tuple[UnitCoverage, ...]:
    """Count the items of every criterion of the current standard.

    Raises:
        NotAllowed: The actor does not work on the bank.
        NotFound: No standard is stored yet.
    """
    actor.require(*BANK_READERS)
    framework = current_standard(session).framework
    live, in_work = _counts(session)
    units = []
    for unit in framework.units:
        elements = []
        for element in unit.elements:
            written = element.is_written
            criteria = tuple(
                CriterionCoverage(
                    code=criterion.code,
                    number=criterion.number,
                    text=criterion.wording,
                    live=live.get(criterion.code, 0),
                    in_work=in_work.get(criterion.code, 0),
                    level=coverage_level(live.get(criterion.code, 0), written=written),
                )
                for criterion in element.criteria
            )
            elements.append(ElementCoverage(element.code, element.wording, written, criteria))
        units.append(UnitCoverage(unit.code, unit.title, tuple(elements)))
    return tuple(units)


def criterion_coverage(session: Session, *, actor: Actor, code: str) -> CriterionCoverage:
    """Count the items of one criterion of the current standard.

    Raises:
        NotAllowed: The actor does not work on the bank.
        NotFound: There is no such criterion, or no standard is stored yet.
    """
    units = coverage(session, actor=actor)
    for criterion in (criterion for unit in units for element in unit.elements for criterion in element.criteria):
        if criterion.code == code:
            return criterion
    raise NotFound(what="performance criterion", name=code)


def coverage_totals(units: Sequence[UnitCoverage]) -> CoverageTotals:
    """Add up the units: written criteria, those with a live item, live items, items in preparation."""
    criteria = [criterion for unit in units for element in unit.elements for criterion in element.criteria]
    written = [criterion for criterion in criteria if criterion.level is not CoverageLevel.NOT_WRITTEN]
    return CoverageTotals(
        written=len(written),
        covered=sum(criterion.live > 0 for criterion in written),
        live=sum(criterion.live for criterion in criteria),
        in_work=sum(criterion.in_work for criterion in criteria),
    )


def coverage_level(live: int, *, written: bool) -> CoverageLevel:
    """Grade a criterion by its count of live items."""
    if not written:
        return CoverageLevel.NOT_WRITTEN
    if live == 0:
        return CoverageLevel.NONE
    if live < FAIR_FROM:
        return CoverageLevel.THIN
    return CoverageLevel.FAIR if live < GOOD_FROM else CoverageLevel.GOOD


def _counts(session: Session) -> tuple[dict[str, int], dict[str, int]]:
    live = col(ItemVersion.state).in_([state.value for state in LIVE_STATES])
    # Items, not versions: one item may have a version in use and its successor in pretest.
    rows = session.execute(
        select_columns(col(ItemVersion.criterion), live, func.count(col(ItemVersion.item_id).distinct()))
        .where(col(ItemVersion.state) != ItemState.RETIRED.value)
        .group_by(col(ItemVersion.criterion), live)
    ).all()
    return (
        {criterion: count for criterion, is_live, count in rows if is_live},
        {criterion: count for criterion, is_live, count in rows if not is_live},
    )
