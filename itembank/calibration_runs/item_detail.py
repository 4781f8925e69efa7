"""One item in depth: its curves of now and of the newest run with what was observed, and what each option attracts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, case, select, type_coerce
from sqlmodel import Session, col

from calibration.classical import OMITTED, OptionStatistics, distractor_table
from calibration.curves import CharacteristicCurve, ObservedProportion
from itembank.actor import Actor, Role
from itembank.authoring.content import ItemContent
from itembank.authoring.item_types.question import CHOICE_TYPES
from itembank.calibration_runs.abilities_in_force import corrected_abilities
from itembank.calibration_runs.entered_answers import ScoreLine, WrongEntry, score_lines, wrong_entries
from itembank.calibration_runs.item_curves import UncertainItem, item_curve
from itembank.calibration_runs.item_statistics import ItemStatisticsLine, UnitStatistics, statistics_in
from itembank.calibration_runs.newest_estimates import newest_estimates
from itembank.calibration_runs.observed_points import observed_points
from itembank.calibration_runs.option_curves import AbilityGroup, option_curves
from itembank.calibration_runs.recorded_responses import of_unit, versions_of
from itembank.calibration_runs.results import RunItem, read_items
from itembank.calibration_runs.states import RunState
from itembank.diagnostics.findings import ItemDiagnosis, RunDiagnostics
from itembank.diagnostics.record import latest_diagnostics
from itembank.errors import NotFound
from itembank.framework.store import standard_by_id
from itembank.publishing.banks import bank_in_force
from itembank.publishing.parameters import CALIBRATED, Parameters
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


@dataclass(frozen=True, slots=True)
class OptionLine:
    """One option, and what choosing it went with."""

    letter: str
    text: str
    statistics: OptionStatistics


@dataclass(frozen=True, slots=True)
class NewestEstimate:
    """What the newest finished run estimated of an item; ``in_force`` where the bank measures by that already.

    ``observed`` is what the run's diagnostics saw: by ability as the answers to the other items alone tell it.
    """

    run_id: UUID
    state: RunState
    finished_at: datetime | None
    item: RunItem
    curve: CharacteristicCurve
    observed: tuple[ObservedProportion, ...]
    in_force: bool


@dataclass(frozen=True, slots=True)
class ItemDetail:
    """One version of an item in a bank, the one in force if that has it.

    ``observed`` come from all answers there are, under the bank's parameters. The rest is about the ``with_outcome``
    answers whose sittings have an outcome on record, with the abilities of the results in force: ``options`` and
    ``groups`` for items answered by choosing among their options, ``scores`` for all others, and ``entries`` for those
    that are typed.
    """

    unit: UnitStatistics
    line: ItemStatisticsLine
    content: ItemContent
    in_force: bool
    curve: CharacteristicCurve
    observed: tuple[ObservedProportion, ...]
    newest: NewestEstimate | None
    diagnosis: ItemDiagnosis | None
    options: tuple[OptionLine, ...]
    groups: tuple[AbilityGroup, ...]
    scores: tuple[ScoreLine, ...]
    entries: tuple[WrongEntry, ...]
    with_outcome: int


@dataclass(frozen=True, slots=True)
class _Answers:
    """The answers to an item, as columns of the same length."""

    chosen: tuple[set[int], ...]
    texts: tuple[str, ...]
    scores: tuple[int, ...]
    ability: tuple[float, ...]


def item_detail(session: Session, *, actor: Actor, item_id: UUID, version: int | None = None) -> ItemDetail:
    """Describe one item of the bank in force, or of the newest bank that had it.

    Args:
        session: The transaction.
        actor: A psychometrician.
        item_id: The item.
        version: Which version; None for the one that counts.

    Raises:
        NotAllowed: The actor is not a psychometrician.
        NotFound: No bank has such an item, or no bank is in force.
    """
    actor.require(Role.PSYCHOMETRICIAN)
    in_force = bank_in_force(session)
    bank, entry, content = _entry(session, in_force, item_id, version)
    unit_title = standard_by_id(session, bank.standard_id).framework.unit(entry.unit).title
    unit = statistics_in(session, bank=bank, unit=entry.unit, unit_title=unit_title)
    line = next(line for line in unit.lines if line.item_version_id == entry.item_version_id)
    diagnostics = latest_diagnostics(session, standard_id=bank.standard_id, unit=entry.unit)
    diagnosis = diagnostics.item(entry.item_version_id) if diagnostics else None
    answers = _answers(session, bank, line, unit.unit)
    chooses = content.type in CHOICE_TYPES
    return ItemDetail(
        unit=unit,
        line=line,
        content=content,
        in_force=bank.id == in_force.id,
        curve=item_curve(_known(session, bank, entry, line)),
        observed=_observed(session, bank, unit, line),
        newest=_newest(session, bank, unit.unit, line, diagnostics),
        diagnosis=diagnosis,
        options=_options(content, answers) if chooses else (),
        groups=option_curves(answers.chosen, answers.ability, n_options=len(content.options)) if chooses else (),
        scores=() if chooses else score_lines(answers.scores, answers.ability, maximum=content.maximum_score),
        entries=wrong_entries(content, answers.texts, answers.scores),
        with_outcome=len(answers.scores),
    )


def _entry(session: Session, in_force: Bank, item_id: UUID, version: int | None) -> tuple[Bank, BankItem, ItemContent]:
    query = (
        select(Bank, BankItem, col(ItemVersion.content))
        .join(BankItem, col(BankItem.bank_id) == col(Bank.id))
        .join(ItemVersion, col(ItemVersion.id) == col(BankItem.item_version_id))
        .where(col(Bank.standard_id).in_(versions_of(in_force.standard_id)), col(ItemVersion.item_id) == item_id)
        .order_by(case((col(Bank.id) == in_force.id, 0), else_=1), col(Bank.number).desc(), col(BankItem.pretest))
        .limit(1)
    )
    if version is not None:
        query = query.where(col(ItemVersion.number) == version)
    found = session.execute(query).first()
    if found is None:
        raise NotFound(what="item in the published banks", name=item_id)
    bank, entry, content = found
    return bank, entry, ItemContent.from_dict(content)


def _known(session: Session, bank: Bank, entry: BankItem, line: ItemStatisticsLine) -> UncertainItem:
    """A bank keeps few of the errors; how they all go together is found in the run that they come from."""
    return UncertainItem.of_bank(Parameters.of_row(entry), _calibrated_by(session, bank, line))


def _calibrated_by(session: Session, bank: Bank, line: ItemStatisticsLine) -> RunItem | None:
    if line.source != CALIBRATED:
        return None
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
                return item
    return None


def _newest(
    session: Session, bank: Bank, unit: str, line: ItemStatisticsLine, diagnostics: RunDiagnostics | None
) -> NewestEstimate | None:
    found = newest_estimates(session, standard_id=bank.standard_id, unit=unit)
    item = found.items.get(line.item_version_id) if found else None
    if found is None or item is None or not item.usable:
        return None
    same_run = diagnostics is not None and diagnostics.run_id == found.run_id
    return NewestEstimate(
        run_id=found.run_id,
        state=found.state,
        finished_at=found.finished_at,
        item=item,
        curve=item_curve(UncertainItem.of_run(item)),
        observed=_diagnosed(diagnostics.item(line.item_version_id)) if diagnostics and same_run else (),
        in_force=found.in_force(line),
    )


def _diagnosed(diagnosis: ItemDiagnosis | None) -> tuple[ObservedProportion, ...]:
    points = diagnosis.observed if diagnosis else ()
    return tuple(ObservedProportion(point.ability, point.share, point.standard_error, point.n) for point in points)


def _options(content: ItemContent, answers: _Answers) -> tuple[OptionLine, ...]:
    return tuple(
        OptionLine(
            letter=chr(ord("A") + position),
            text=option.text,
            # One option at a time: an answer to a multiple-choice item chooses several.
            statistics=distractor_table(
                [0 if position in choice else OMITTED for choice in answers.chosen],
                answers.ability,
                n_options=1,
                key={0} if option.correct else set(),
            )[0],
        )
        for position, option in enumerate(content.options)
    )


def _answers(session: Session, bank: Bank, line: ItemStatisticsLine, unit: str) -> _Answers:
    theta: Any = type_coerce(RecordedOutcome.document, JSON)["unit", "theta"].as_float()
    mine = (*of_unit(bank.standard_id, unit), col(RecordedAnswer.item_version_id) == line.item_version_id)
    asked = (
        select(col(RecordedAnswer.sitting_id))
        .join(Sitting, col(Sitting.id) == col(RecordedAnswer.sitting_id))
        .join(Exam, col(Exam.id) == col(Sitting.exam_id))
        .where(*mine)
    )
    corrected = corrected_abilities(session, sittings=asked)
    rows = session.connection().execute(
        select(
            col(RecordedAnswer.sitting_id),
            col(RecordedAnswer.selected),
            col(RecordedAnswer.text),
            col(RecordedAnswer.score),
            theta,
        )
        .join(Sitting, col(Sitting.id) == col(RecordedAnswer.sitting_id))
        .join(Exam, col(Exam.id) == col(Sitting.exam_id))
        .join(RecordedOutcome, col(RecordedOutcome.sitting_id) == col(Sitting.id))
        .where(*mine)
    )
    found = [
        (set(selected), text, score, corrected.get(sitting, float(ability)))
        for sitting, selected, text, score, ability in rows
    ]
    return _Answers(*(zip(*found, strict=True) if found else ((), (), (), ())))


def _observed(
    session: Session, bank: Bank, unit: UnitStatistics, line: ItemStatisticsLine
) -> tuple[ObservedProportion, ...]:
    if not line.answers:
        return ()
    return observed_points(session, bank=bank, unit=unit.unit, item_version_id=line.item_version_id)
