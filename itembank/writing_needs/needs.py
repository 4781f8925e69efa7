"""What the bank lacks, criterion by criterion, as items to write."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlmodel import Session, col, func, select

from engine.design import ExamDesign
from itembank.actor import Actor
from itembank.authoring.lifecycle import ItemState
from itembank.authoring.roles import BANK_READERS
from itembank.calibration_runs.recorded_responses import versions_of
from itembank.delivery.proposed_design import default_design
from itembank.errors import BankTooSmall, NotFound
from itembank.framework.document import UnitOfCompetence
from itembank.framework.errors import UnknownCode
from itembank.framework.store import StoredStandard, current_standard
from itembank.measurement_reports.verdict_information import VerdictNeed
from itembank.publishing.banks import find_bank_in_force
from itembank.publishing.pools import UnitPool, unit_pool
from itembank.standard_setting.cuts import proposed_cut
from itembank.tables import Bank, BankItem, Exam, Item, ItemVersion
from itembank.writing_needs.assignments import open_places
from itembank.writing_needs.criterion_need import (
    CriterionDemand,
    CriterionNeed,
    CriterionSupply,
    criterion_demand,
    criterion_need,
    reachable_information,
)

#: Before there is a bank a proposal has to start from some number of items.
_SMALLEST_POOL = 10

_IN_WORK = (ItemState.DRAFT, ItemState.IN_REVIEW, ItemState.APPROVED, ItemState.PRETEST, ItemState.OPERATIONAL)


@dataclass(frozen=True, slots=True)
class NeedLine:
    """One criterion: what there is, what is asked, and what to write.

    ``assigned`` counts items that writers are asked for already and have not written.
    """

    unit: str
    element: str
    criterion: str
    wording: str
    supply: CriterionSupply
    demand: CriterionDemand
    need: CriterionNeed
    assigned: int

    @property
    def to_assign(self) -> int:
        """How many nobody is asked for yet."""
        return max(0, self.need.wanted - self.assigned)


@dataclass(frozen=True, slots=True)
class UnitNeeds:
    """The criteria of one unit, those that lack most first; where ``exam_title`` is None its design is a proposal.

    ``target`` is the information that the verdict needs, ``reachable`` what a sitting of the design's length gets from
    items of the best difficulty.
    """

    unit: str
    title: str
    cut_score: float
    distance: float
    out_of_reach: bool
    target: float
    reachable: float
    maximum_length: int
    maximum_exposure: float | None
    exam_title: str | None
    lines: tuple[NeedLine, ...]

    @property
    def limited_by_length(self) -> bool:
        """Whether the exam is too short for its verdict, however many items there are."""
        return not self.out_of_reach and self.reachable < self.target

    @property
    def wanted(self) -> int:
        """Items to write in all."""
        return sum(line.need.wanted for line in self.lines)


def writing_needs(session: Session, *, actor: Actor, unit: str | None = None) -> tuple[UnitNeeds, ...]:
    """Say what to write next, from what the bank in force tells at the cut score of each unit's newest exam.

    Args:
        session: The transaction.
        actor: Somebody who works on the bank.
        unit: The only unit asked for; None for all that are examined in writing.

    Raises:
        NotAllowed: The actor does not work on the bank.
        NotFound: There is no such unit, or no standard is stored yet.
    """
    actor.require(*BANK_READERS)
    standard = current_standard(session)
    units = [found for found in standard.framework.units if any(element.is_written for element in found.elements)]
    if unit is not None:
        units = [_unit(standard, unit)]
    bank = find_bank_in_force(session, standard_id=standard.id)
    in_work = _in_work(session, standard, bank)
    assigned = open_places(session, standard_id=standard.id)
    return tuple(_needs_of(session, standard, bank, found, in_work, assigned) for found in units)


def _unit(standard: StoredStandard, code: str) -> UnitOfCompetence:
    try:
        return standard.framework.unit(code)
    except UnknownCode:
        raise NotFound(what="unit", name=code) from None


def _needs_of(
    session: Session,
    standard: StoredStandard,
    bank: Bank | None,
    unit: UnitOfCompetence,
    in_work: Mapping[str, Mapping[int, int]],
    assigned: Mapping[str, int],
) -> UnitNeeds:
    pool = _pool(session, bank, unit.code)
    design, title = _design(session, standard, unit, pool)
    counted = _counted(pool, design.cut_score)
    verdict = VerdictNeed.of_unit(design)
    target = verdict.information()
    elements = [element for element in unit.elements if element.is_written]
    demand = criterion_demand(
        unit_information=target,
        criteria=sum(len(element.criteria) for element in elements),
        maximum_length=design.maximum_length,
        maximum_exposure=design.maximum_exposure,
        cut_score=design.cut_score,
    )
    lines = []
    for element in elements:
        for criterion in element.criteria:
            told = tuple(counted.get(criterion.code, ()))
            supply = CriterionSupply(told, dict(in_work.get(criterion.code, {})))
            need = criterion_need(supply, demand, cut_score=design.cut_score)
            places = assigned.get(criterion.code, 0)
            lines.append(
                NeedLine(unit.code, element.code, criterion.code, criterion.wording, supply, demand, need, places)
            )
    # A criterion without any item keeps an exam from being held; then what lacks the largest share.
    lines.sort(key=lambda line: (line.supply.items > 0, -line.need.missing, -line.need.wanted, line.criterion))
    return UnitNeeds(
        unit=unit.code,
        title=unit.title,
        cut_score=design.cut_score,
        distance=verdict.distance,
        out_of_reach=not np.isfinite(target),
        target=target,
        reachable=reachable_information(design.maximum_length, design.cut_score),
        maximum_length=design.maximum_length,
        maximum_exposure=design.maximum_exposure,
        exam_title=title,
        lines=tuple(lines),
    )


def _pool(session: Session, bank: Bank | None, unit: str) -> UnitPool | None:
    if bank is None:
        return None
    try:
        return unit_pool(session, bank_id=bank.id, unit=unit)
    except BankTooSmall:
        return None


def _design(
    session: Session, standard: StoredStandard, unit: UnitOfCompetence, pool: UnitPool | None
) -> tuple[ExamDesign, str | None]:
    newest = session.exec(
        select(Exam)
        .where(col(Exam.standard_id).in_(versions_of(standard.id)), Exam.unit == unit.code)
        .order_by(col(Exam.created_at).desc(), col(Exam.id))
        .limit(1)
    ).first()
    if newest is not None:
        return ExamDesign.from_dict(newest.design), newest.title
    cut = proposed_cut(session, standard_id=standard.id, unit=unit.code)
    size = len(pool.pool) if pool is not None else _SMALLEST_POOL
    return default_design(unit, pool_size=size, rated=pool.rated if pool is not None else size, cut=cut), None


def _counted(pool: UnitPool | None, cut_score: float) -> dict[str, list[float]]:
    """List what the items of each criterion tell at the cut score."""
    if pool is None:
        return {}
    told = pool.pool.information(np.array([cut_score]))[:, 0]
    found: dict[str, list[float]] = defaultdict(list)
    for criterion, information in zip(pool.pool.criteria, told.tolist(), strict=True):
        found[criterion].append(information)
    return found


def _in_work(session: Session, standard: StoredStandard, bank: Bank | None) -> dict[str, dict[int, int]]:
    """Count the items that are written but do not count in the bank in force, by criterion and rating."""
    counting: Sequence[object] = ()
    if bank is not None:
        counting = (
            select(ItemVersion.item_id)
            .join(BankItem, col(BankItem.item_version_id) == col(ItemVersion.id))
            .where(col(BankItem.bank_id) == bank.id, col(BankItem.pretest).is_(False)),
        )
    query = (
        select(ItemVersion.criterion, ItemVersion.difficulty_rating, func.count())
        .join(Item, col(Item.id) == col(ItemVersion.item_id))
        .where(
            col(ItemVersion.number) == col(Item.head_version),
            col(Item.standard_id).in_(versions_of(standard.id)),
            col(ItemVersion.state).in_([state.value for state in _IN_WORK]),
            *(col(Item.id).not_in(those) for those in counting),  # type: ignore[arg-type]
        )
        .group_by(col(ItemVersion.criterion), col(ItemVersion.difficulty_rating))
    )
    found: dict[str, dict[int, int]] = defaultdict(dict)
    for criterion, rating, count in session.exec(query):
        found[criterion][rating] = count
    return found
