"""One item in depth: its curve with the observed proportions, and what each option attracts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from uuid import UUID

import numpy as np
from sqlalchemy import select
from sqlmodel import Session, col

from calibration.calibration_result import CalibratedItem
from calibration.classical import OMITTED, OptionStatistics, distractor_table
from calibration.curves import CharacteristicCurve, ObservedProportion, characteristic_curve, observed_proportions
from engine.response_models import ItemPool
from itembank.actor import Actor, Role
from itembank.authoring.content import ItemContent
from itembank.calibration_runs.item_statistics import ItemStatisticsLine, UnitStatistics, item_statistics
from itembank.calibration_runs.recorded_responses import load_responses_around, of_unit, versions_of
from itembank.calibration_runs.results import read_items
from itembank.errors import NotFound
from itembank.publishing.banks import bank_in_force
from itembank.publishing.engine_pools import engine_item
from itembank.publishing.parameters import CALIBRATED, highest_score
from itembank.tables import (
    Bank,
    BankItem,
    CalibrationRun,
    Exam,
    ItemVersion,
    RecordedAnswer,
    RecordedOutcome,
    Sitting,
)

CURVE_REACH, CURVE_POINTS, CURVE_CONFIDENCE = 4.0, 81, 0.95
#: Fewer answers than these to a bin make its proportion a matter of chance.
ANSWERS_A_BIN, MOST_BINS = 15, 10
#: The model with a lower asymptote, whose curve is not logistic.
_GUESSED = "3pl"


@dataclass(frozen=True, slots=True)
class OptionLine:
    """One option, and what choosing it went with."""

    letter: str
    text: str
    statistics: OptionStatistics


@dataclass(frozen=True, slots=True)
class ItemDetail:
    """One item of the bank in force.

    ``observed`` are there for logistic curves alone. ``options`` rest on the ``with_outcome`` answers whose sittings
    have an outcome on record: the abilities are those.
    """

    unit: UnitStatistics
    line: ItemStatisticsLine
    content: ItemContent
    curve: CharacteristicCurve
    observed: tuple[ObservedProportion, ...]
    options: tuple[OptionLine, ...]
    with_outcome: int


def item_detail(session: Session, *, actor: Actor, item_id: UUID) -> ItemDetail:
    """Describe one item of the bank in force.

    Raises:
        NotAllowed: The actor is not a psychometrician.
        NotFound: The bank in force has no such item, or no bank is in force.
    """
    actor.require(Role.PSYCHOMETRICIAN)
    bank = bank_in_force(session)
    rows = session.connection().execute(
        select(col(BankItem.unit), col(ItemVersion.content))
        .join(ItemVersion, col(ItemVersion.id) == col(BankItem.item_version_id))
        .where(col(BankItem.bank_id) == bank.id, col(ItemVersion.item_id) == item_id)
        .order_by(col(BankItem.pretest))
    )
    found = rows.first()
    if found is None:
        raise NotFound(what="item in the bank in force", name=item_id)
    unit = item_statistics(session, actor=actor, unit=found.unit)
    line = next(line for line in unit.lines if line.item_id == item_id)
    content = ItemContent.from_dict(found.content)
    chosen, ability = _choices(session, bank, line, unit.unit)
    logistic = content.maximum_score == 1 and line.model != _GUESSED
    return ItemDetail(
        unit=unit,
        line=line,
        content=content,
        curve=_curve(session, bank, line) if logistic else _curve_of_another_kind(session, bank, line),
        observed=_observed(session, bank, unit, line) if logistic else (),
        options=_options(content, chosen, ability),
        with_outcome=len(chosen),
    )


def _options(content: ItemContent, chosen: Sequence[set[int]], ability: Sequence[float]) -> tuple[OptionLine, ...]:
    return tuple(
        OptionLine(
            letter=chr(ord("A") + position),
            text=option.text,
            # One option at a time: an answer to a multiple-choice item chooses several.
            statistics=distractor_table(
                [0 if position in choice else OMITTED for choice in chosen],
                ability,
                n_options=1,
                key={0} if option.correct else set(),
            )[0],
        )
        for position, option in enumerate(content.options)
    )


def _choices(session: Session, bank: Bank, line: ItemStatisticsLine, unit: str) -> tuple[list[set[int]], list[float]]:
    rows = session.connection().execute(
        select(col(RecordedAnswer.selected), col(RecordedOutcome.document))
        .join(Sitting, col(Sitting.id) == col(RecordedAnswer.sitting_id))
        .join(Exam, col(Exam.id) == col(Sitting.exam_id))
        .join(RecordedOutcome, col(RecordedOutcome.sitting_id) == col(Sitting.id))
        .where(*of_unit(bank.standard_id, unit), col(RecordedAnswer.item_version_id) == line.item_version_id)
    )
    pairs = [(set(selected), float(document["unit"]["theta"])) for selected, document in rows]
    return [choice for choice, _ in pairs], [theta for _, theta in pairs]


def _curve(session: Session, bank: Bank, line: ItemStatisticsLine) -> CharacteristicCurve:
    item = CalibratedItem(
        item_id=line.code,
        model=line.model,
        discrimination=line.discrimination,
        difficulty=line.difficulty,
        se_discrimination=line.se_discrimination,
        se_difficulty=line.se_difficulty,
        covariance=_covariance(session, bank, line),
        n_responses=line.answers,
    )
    return characteristic_curve(item, np.linspace(-CURVE_REACH, CURVE_REACH, CURVE_POINTS))


def _curve_of_another_kind(session: Session, bank: Bank, line: ItemStatisticsLine) -> CharacteristicCurve:
    """Draw the expected share of the score where it is in parts or guessed, the band from the difficulty alone."""
    row = session.get_one(BankItem, (bank.id, line.item_version_id))
    pool = ItemPool.from_items([engine_item(row, ids={row.item_code: row.item_code})])
    ability = np.linspace(-CURVE_REACH, CURVE_REACH, CURVE_POINTS)
    shift = NormalDist().inv_cdf(0.5 + 0.5 * CURVE_CONFIDENCE) * row.se_difficulty
    share, lower, upper = (
        pool.expected_scores(ability + by)[0] / highest_score(row.parameters) for by in (0.0, -shift, shift)
    )
    return CharacteristicCurve(ability, share, lower, upper)


def _covariance(session: Session, bank: Bank, line: ItemStatisticsLine) -> float:
    """Find the covariance in the run that the parameters come from; a bank keeps only the standard errors."""
    if line.source != CALIBRATED:
        return 0.0
    runs = session.connection().execute(
        select(col(CalibrationRun.results))
        .join(Bank, col(Bank.calibration_run_id) == col(CalibrationRun.id))
        .where(col(Bank.standard_id).in_(versions_of(bank.standard_id)), col(Bank.number) <= bank.number)
        .order_by(col(Bank.number).desc())
    )
    for (results,) in runs:
        for item in read_items(results):
            same = (item.a, item.b) == (line.discrimination, line.difficulty)
            if same and item.item_version_id == str(line.item_version_id):
                return item.cov_ab or 0.0
    return 0.0


def _observed(
    session: Session, bank: Bank, unit: UnitStatistics, line: ItemStatisticsLine
) -> tuple[ObservedProportion, ...]:
    if not line.answers:
        return ()
    data = load_responses_around(
        session, standard_id=bank.standard_id, unit=unit.unit, item_version_id=line.item_version_id
    )
    name = str(line.item_version_id)
    parameters = {
        str(other.item_version_id): (other.discrimination, other.difficulty)
        for other in unit.lines
        if other.model != _GUESSED
    }
    bins = max(1, min(MOST_BINS, line.answers // ANSWERS_A_BIN))
    return observed_proportions(data, parameters, items=[name], bins=bins)[name]
