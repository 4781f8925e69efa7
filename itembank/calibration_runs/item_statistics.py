"""How the items of a unit behave in the bank in force: answers, parameters, exposure, and what is worth a look."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select
from sqlmodel import Session, col

from itembank.actor import Actor, Role
from itembank.authoring.lifecycle import ItemState
from itembank.calibration_runs.recorded_responses import of_unit, versions_of
from itembank.errors import NotFound
from itembank.framework.errors import UnknownCode
from itembank.framework.store import current_standard, standard_by_id
from itembank.publishing.banks import bank_in_force, find_bank_in_force
from itembank.publishing.parameters import CALIBRATED, highest_score
from itembank.tables import AskedItem, Bank, BankItem, Exam, ItemVersion, RecordedAnswer, Sitting

#: From these on an item's parameters carry an adaptive exam (METHODS, cold start): 20 to 30 answers, SD(b) up to 0.5.
ENOUGH_ANSWERS = 30
SURE_DIFFICULTY = 0.5
#: Below this an item tells the abler from the less able so little that its place is worth more than its answers.
LOW_DISCRIMINATION = 0.5
#: Exposure control holds its limit on average; this much above it is not chance any more.
EXPOSURE_TOLERANCE = 0.02


class ItemFlag(StrEnum):
    """What there is to say about an item, the most harmful first."""

    LOW_DISCRIMINATION = "low_discrimination"
    OVER_EXPOSED = "over_exposed"
    RETIRED = "retired"
    UNSURE = "unsure"
    UNCALIBRATED = "uncalibrated"
    FEW_ANSWERS = "few_answers"


#: Remarks that may harm candidates' results; the others only say that an item's time has not come yet.
HARMFUL_FLAGS = frozenset({ItemFlag.LOW_DISCRIMINATION, ItemFlag.OVER_EXPOSED, ItemFlag.RETIRED, ItemFlag.UNSURE})


@dataclass(frozen=True, slots=True)
class UnitInForce:
    """A unit that the bank in force has items for, and how often it has been sat."""

    code: str
    title: str
    items: int
    sittings: int


@dataclass(frozen=True, slots=True)
class ItemStatisticsLine:
    """One item of the bank in force.

    ``proportion_right`` (of an item scored in parts the share of its score) depends on who was asked: an adaptive exam
    asks each candidate what suits that candidate, so it says little about the item. ``exposure_rate`` is the share of
    those sittings whose bank held the item that asked it.
    """

    item_id: UUID
    item_version_id: UUID
    code: str
    version: int
    criterion: str
    element: str
    state: ItemState
    model: str
    discrimination: float
    difficulty: float
    se_discrimination: float
    se_difficulty: float
    source: str
    answers: int
    simulated_answers: int
    proportion_right: float | None
    exposure_rate: float | None
    flags: tuple[ItemFlag, ...]


@dataclass(frozen=True, slots=True)
class UnitStatistics:
    """The items of one unit, and what the figures rest on."""

    unit: str
    unit_title: str
    bank_number: int
    sittings: int
    simulated_sittings: int
    answers: int
    exposure_limit: float | None
    cut_score: float | None
    lines: tuple[ItemStatisticsLine, ...]


@dataclass(frozen=True, slots=True)
class AnswerSums:
    """How often an item version was answered, the sum of the scores, and how many answers are simulated."""

    count: int = 0
    right: int = 0
    simulated: int = 0

    def __add__(self, other: AnswerSums) -> AnswerSums:
        return AnswerSums(self.count + other.count, self.right + other.right, self.simulated + other.simulated)


def units_in_force(session: Session, *, actor: Actor) -> tuple[UnitInForce, ...]:
    """List the units of the bank in force, those sat most often first; none if no bank is in force.

    Raises:
        NotAllowed: The actor is not a psychometrician.
    """
    actor.require(Role.PSYCHOMETRICIAN)
    bank = find_bank_in_force(session)
    if bank is None:
        return ()
    framework = standard_by_id(session, bank.standard_id).framework
    connection = session.connection()
    items = connection.execute(
        select(col(BankItem.unit), func.count()).where(col(BankItem.bank_id) == bank.id).group_by(col(BankItem.unit))
    )
    sat = connection.execute(
        select(col(Sitting.unit), func.count())
        .join(Exam, col(Exam.id) == col(Sitting.exam_id))
        .where(col(Exam.standard_id).in_(versions_of(bank.standard_id)))
        .group_by(col(Sitting.unit))
    )
    sittings = dict(sat.all())
    found = [UnitInForce(unit, framework.unit(unit).title, count, sittings.get(unit, 0)) for unit, count in items]
    return tuple(sorted(found, key=lambda unit: (-unit.sittings, unit.code)))


def item_statistics(session: Session, *, actor: Actor, unit: str) -> UnitStatistics:
    """Describe every item that the bank in force has for a unit, by code.

    Raises:
        NotAllowed: The actor is not a psychometrician.
        NotFound: There is no such unit, or no bank in force.
    """
    actor.require(Role.PSYCHOMETRICIAN)
    standard = current_standard(session)
    try:
        title = standard.framework.unit(unit).title
    except UnknownCode:
        raise NotFound(what="unit", name=unit) from None
    return statistics_in(session, bank=bank_in_force(session), unit=unit, unit_title=title)


def statistics_in(session: Session, *, bank: Bank, unit: str, unit_title: str) -> UnitStatistics:
    """Describe every item that a bank has for a unit, by code."""
    sittings, simulated = _sittings(session, bank, unit)
    limit, cut = _exam_settings(session, bank, unit)
    answers = _answers(session, bank, unit)
    lines = lines_in(session, bank=bank, limits={unit: limit}, answers=answers).get(unit, ())
    return UnitStatistics(
        unit=unit,
        unit_title=unit_title,
        bank_number=bank.number,
        sittings=sittings,
        simulated_sittings=simulated,
        answers=sum(line.answers for line in lines),
        exposure_limit=limit,
        cut_score=cut,
        lines=lines,
    )


def exposure_limits(session: Session, *, bank: Bank, units: Collection[str]) -> dict[str, float | None]:
    """Give the loosest exposure limit of each unit's exams; None where one of them has none, or there is no exam."""
    designs = _designs(session, bank, units)
    return {unit: _loosest_limit(designs.get(unit, [])) for unit in units}


def lines_in(
    session: Session,
    *,
    bank: Bank,
    limits: Mapping[str, float | None],
    answers: Mapping[UUID, AnswerSums],
    item_version_id: UUID | None = None,
) -> dict[str, tuple[ItemStatisticsLine, ...]]:
    """Describe items of a bank, by unit and code, in as many statements for many units as for one.

    Args:
        session: The transaction.
        bank: The bank.
        limits: The units asked for, each with its exposure limit.
        answers: What is on record of each item version; nothing of those left out.
        item_version_id: The only one asked for; all without it.
    """
    wanted = [col(BankItem.bank_id) == bank.id, col(BankItem.unit).in_(limits)]
    if item_version_id is not None:
        wanted.append(col(BankItem.item_version_id) == item_version_id)
    rates = _exposure_rates(session, bank, wanted)
    rows = session.connection().execute(
        select(
            *(col(getattr(BankItem, name)) for name in _COLUMNS),
            col(ItemVersion.item_id),
            col(ItemVersion.number),
            col(ItemVersion.state),
        )
        .join(ItemVersion, col(ItemVersion.id) == col(BankItem.item_version_id))
        .where(*wanted)
        .order_by(col(BankItem.item_code), col(BankItem.pretest))
    )
    found: dict[str, list[ItemStatisticsLine]] = {}
    for row in rows:
        version = row.item_version_id
        sums = answers.get(version, AnswerSums())
        line = _line(row, found=sums, rate=rates.get(version), limit=limits[row.unit])
        found.setdefault(row.unit, []).append(line)
    return {unit: tuple(lines) for unit, lines in found.items()}


_COLUMNS = (
    "item_version_id", "item_code", "unit", "criterion", "element", "model", "discrimination", "difficulty",
    "se_discrimination", "se_difficulty", "parameter_source", "parameters",
)  # fmt: skip


def _line(row: Any, *, found: AnswerSums, rate: float | None, limit: float | None) -> ItemStatisticsLine:
    return ItemStatisticsLine(
        item_id=row.item_id,
        item_version_id=row.item_version_id,
        code=row.item_code,
        version=row.number,
        criterion=row.criterion,
        element=row.element,
        state=ItemState(row.state),
        model=row.model,
        discrimination=row.discrimination,
        difficulty=row.difficulty,
        se_discrimination=row.se_discrimination,
        se_difficulty=row.se_difficulty,
        source=row.parameter_source,
        answers=found.count,
        simulated_answers=found.simulated,
        proportion_right=found.right / (found.count * highest_score(row.parameters)) if found.count else None,
        exposure_rate=rate,
        flags=_flags(row, answers=found.count, rate=rate, limit=limit),
    )


def _flags(row: Any, *, answers: int, rate: float | None, limit: float | None) -> tuple[ItemFlag, ...]:
    held = {
        ItemFlag.LOW_DISCRIMINATION: row.discrimination < LOW_DISCRIMINATION,
        ItemFlag.OVER_EXPOSED: limit is not None and rate is not None and rate > limit + EXPOSURE_TOLERANCE,
        ItemFlag.RETIRED: row.state == ItemState.RETIRED,
        ItemFlag.UNSURE: row.parameter_source == CALIBRATED and row.se_difficulty > SURE_DIFFICULTY,
        ItemFlag.UNCALIBRATED: row.parameter_source != CALIBRATED and answers >= ENOUGH_ANSWERS,
        ItemFlag.FEW_ANSWERS: answers < ENOUGH_ANSWERS,
    }
    return tuple(flag for flag, is_held in held.items() if is_held)


def _answers(session: Session, bank: Bank, unit: str) -> dict[UUID, AnswerSums]:
    rows = session.connection().execute(
        select(
            col(RecordedAnswer.item_version_id),
            func.count(),
            func.sum(col(RecordedAnswer.score)),
            func.sum(case((col(Sitting.simulated), 1), else_=0)),
        )
        .join(Sitting, col(Sitting.id) == col(RecordedAnswer.sitting_id))
        .join(Exam, col(Exam.id) == col(Sitting.exam_id))
        .where(*of_unit(bank.standard_id, unit))
        .group_by(col(RecordedAnswer.item_version_id))
    )
    return {version: AnswerSums(count, int(right), int(simulated)) for version, count, right, simulated in rows}


def _exposure_rates(session: Session, bank: Bank, wanted: Collection[ColumnElement[bool]]) -> dict[UUID, float]:
    """Divide the sittings that asked an item version by those that could have: whose bank held it."""
    versions = select(col(BankItem.item_version_id)).where(*wanted)
    per_bank = (
        select(col(Sitting.bank_id).label("bank_id"), col(Sitting.unit).label("unit"), func.count().label("sittings"))
        .join(Exam, col(Exam.id) == col(Sitting.exam_id))
        .where(col(Exam.standard_id).in_(versions_of(bank.standard_id)))
        .group_by(col(Sitting.bank_id), col(Sitting.unit))
        .subquery()
    )
    connection = session.connection()
    possible = connection.execute(
        select(col(BankItem.item_version_id), func.sum(per_bank.c.sittings))
        .join(per_bank, (per_bank.c.bank_id == col(BankItem.bank_id)) & (per_bank.c.unit == col(BankItem.unit)))
        .where(col(BankItem.item_version_id).in_(versions))
        .group_by(col(BankItem.item_version_id))
    )
    # Only sittings of its own unit and standard ask an item, so that the index alone counts them.
    asked = connection.execute(
        select(col(AskedItem.item_version_id), func.count())
        .where(col(AskedItem.item_version_id).in_(versions))
        .group_by(col(AskedItem.item_version_id))
    )
    times = dict(asked.all())
    return {version: times.get(version, 0) / int(sittings) for version, sittings in possible}


def _sittings(session: Session, bank: Bank, unit: str) -> tuple[int, int]:
    row = session.connection().execute(
        select(func.count(), func.sum(case((col(Sitting.simulated), 1), else_=0)))
        .select_from(Sitting)
        .join(Exam, col(Exam.id) == col(Sitting.exam_id))
        .where(*of_unit(bank.standard_id, unit))
    )
    count, simulated = row.one()
    return count, int(simulated or 0)


def _exam_settings(session: Session, bank: Bank, unit: str) -> tuple[float | None, float | None]:
    """Give the loosest exposure limit of the unit's exams, if all have one, and their cut score, if it is the same."""
    designs = _designs(session, bank, [unit]).get(unit, [])
    cuts = {design.get("cut_score", 0.0) for design in designs}
    return _loosest_limit(designs), cuts.pop() if len(cuts) == 1 else None


def _loosest_limit(designs: Sequence[Mapping[str, Any]]) -> float | None:
    limits: list[Any] = [design.get("maximum_exposure") for design in designs]
    return max(limits) if limits and None not in limits else None


def _designs(session: Session, bank: Bank, units: Collection[str]) -> dict[str, list[dict[str, Any]]]:
    rows = session.connection().execute(
        select(col(Exam.unit), col(Exam.design)).where(
            col(Exam.standard_id).in_(versions_of(bank.standard_id)), col(Exam.unit).in_(units)
        )
    )
    found: dict[str, list[dict[str, Any]]] = {}
    for unit, design in rows:
        found.setdefault(unit, []).append(design)
    return found
