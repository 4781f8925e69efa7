"""The circumstances of recorded answers: when, as the how manieth, in what time, and whether chosen by ability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
from sqlalchemy import Select, select
from sqlmodel import Session, col

from calibration.responses import ResponseData
from engine.design import ExamDesign
from engine.errors import EngineError
from itembank.calibration_runs.recorded_responses import of_unit
from itembank.tables import AskedItem, BankItem, EnemyPair, Exam, ItemVersion, RecordedAnswer, Sitting

#: Who takes longer over a question was not at it; a break is nobody's thinking.
LONGEST_SECONDS = 1800.0
#: The one selection that asks without regard to ability.
_RANDOM = "random"
_ROWS_AT_A_TIME = 10_000


@dataclass(frozen=True, slots=True)
class VersionPlace:
    """Where an item version belongs: its item, and the testlet whose text it shares, empty for none."""

    item_id: UUID
    testlet: str


@dataclass(frozen=True, eq=False, slots=True)
class Circumstances:
    """What is known of answers beside their scores; arrays in the order of the data.

    Args:
        answered_at: Seconds since 1970, shape (answers,).
        position: Number of the question in its sitting, shape (answers,).
        seconds: From the question's being asked to its answer, not-a-number where unknown or too long to be believed,
            shape (answers,). What lay between, such as a break, nobody knows.
        unselected: Whether chance alone asked the question, not the ability shown before, shape (answers,).
        adaptive: Of each sitting, whether the ability shown had a part in its questions or its end, shape (persons,).
        simulated: Of each sitting, whether the candidate is made up, shape (persons,).
        versions: Item and testlet by item version.
        enemies: Pairs of items that must not meet, as sets of two.
    """

    answered_at: npt.NDArray[np.float64]
    position: npt.NDArray[np.int64]
    seconds: npt.NDArray[np.float64]
    unselected: npt.NDArray[np.bool_]
    adaptive: npt.NDArray[np.bool_]
    simulated: npt.NDArray[np.bool_]
    versions: Mapping[str, VersionPlace]
    enemies: frozenset[frozenset[UUID]]

    def among(self, rows: npt.NDArray[np.bool_], persons: npt.NDArray[np.intp]) -> Circumstances:
        """Keep some answers and some persons.

        Args:
            rows: Which answers, shape (answers,).
            persons: Places of the persons, rising.
        """
        return Circumstances(
            answered_at=self.answered_at[rows],
            position=self.position[rows],
            seconds=self.seconds[rows],
            unselected=self.unselected[rows],
            adaptive=self.adaptive[persons],
            simulated=self.simulated[persons],
            versions=self.versions,
            enemies=self.enemies,
        )


def load_circumstances(session: Session, data: ResponseData, *, standard_id: UUID, unit: str) -> Circumstances:
    """Load the circumstances of recorded answers.

    Args:
        session: The transaction.
        data: Answers as :func:`itembank.calibration_runs.recorded_responses.load_responses` gives them.
        standard_id: A version of the standard.
        unit: Code of the unit of competence.
    """
    places = _Places.of(data)
    answered_at, seconds = np.full(data.n_responses, np.nan), np.full(data.n_responses, np.nan)
    position = np.zeros(data.n_responses, dtype=np.int64)
    query = _answers(standard_id, unit).execution_options(yield_per=_ROWS_AT_A_TIME)
    for block in session.connection().execute(query).partitions():
        rows, known = places.rows([row[:2] for row in block])
        found = [row[2:] for row, is_known in zip(block, known, strict=True) if is_known]
        position[rows] = [number for number, _, _ in found]
        answered_at[rows] = [answered.timestamp() for _, answered, _ in found]
        seconds[rows] = [(answered - asked).total_seconds() if asked else np.nan for _, answered, asked in found]
    adaptive, simulated = _sittings(session, places, standard_id, unit)
    unselected = ~adaptive[data.person]
    unselected[places.rows(_tried_out_by_chance(session, standard_id, unit))[0]] = True
    return Circumstances(
        answered_at=answered_at,
        position=position,
        seconds=np.where((seconds > 0) & (seconds <= LONGEST_SECONDS), seconds, np.nan),
        unselected=unselected,
        adaptive=adaptive,
        simulated=simulated,
        versions=_versions(session, data.item_ids),
        enemies=_enemies(session),
    )


def is_adaptive(design: Mapping[str, Any]) -> bool:
    """Tell whether the ability shown has a part in a design's questions or in its end.

    Chance alone asks where the selection is random; a length that hangs on nothing ends every sitting at the same
    point, whereas a stop as soon as the verdict is sure keeps asking those about whom it is not.

    Args:
        design: An exam design as it is kept.
    """
    if design.get("selection") != _RANDOM:
        return True
    try:
        return ExamDesign.from_dict(design).may_end_early
    except EngineError:
        return True


@dataclass(frozen=True, eq=False, slots=True)
class _Places:
    """Finds the rows of answers in the data, which are sorted by person and item."""

    persons: Mapping[UUID, int]
    items: Mapping[UUID, int]
    keys: npt.NDArray[np.int64]

    @classmethod
    def of(cls, data: ResponseData) -> _Places:
        keys = data.person.astype(np.int64) * data.n_items + data.item
        persons = {UUID(name): place for place, name in enumerate(data.person_ids)}
        return cls(persons, {UUID(name): place for place, name in enumerate(data.item_ids)}, keys)

    def rows(self, answers: Sequence[Any]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
        """Give the rows of those answers, as (sitting, version), that are in the data, and which ones are."""
        count, nowhere = len(self.items), -1
        wanted = np.array(
            [
                person * count + item
                if (person := self.persons.get(sitting_id)) is not None
                and (item := self.items.get(version_id)) is not None
                else nowhere
                for sitting_id, version_id in answers
            ],
            dtype=np.int64,
        )
        rows = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        known = np.asarray(self.keys[rows] == wanted)
        return rows[known], known


def _answers(standard_id: UUID, unit: str) -> Select[Any]:
    columns: tuple[Any, ...] = (
        RecordedAnswer.sitting_id,
        RecordedAnswer.item_version_id,
        RecordedAnswer.position,
        RecordedAnswer.answered_at,
        AskedItem.asked_at,
    )
    return (
        select(*columns)
        .select_from(RecordedAnswer)
        .join(Sitting, col(Sitting.id) == col(RecordedAnswer.sitting_id))
        .join(Exam, col(Exam.id) == col(Sitting.exam_id))
        .outerjoin(
            AskedItem,
            (col(AskedItem.sitting_id) == col(RecordedAnswer.sitting_id))
            & (col(AskedItem.position) == col(RecordedAnswer.position)),
        )
        .where(*of_unit(standard_id, unit))
    )


def _sittings(
    session: Session, places: _Places, standard_id: UUID, unit: str
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Tell of each sitting whether it is adaptive, and whether it is simulated."""
    adaptive, simulated = np.ones(len(places.persons), dtype=bool), np.zeros(len(places.persons), dtype=bool)
    rows = session.connection().execute(
        select(col(Sitting.id), col(Sitting.design), col(Sitting.simulated))
        .join(Exam, col(Exam.id) == col(Sitting.exam_id))
        .where(*of_unit(standard_id, unit))
    )
    for sitting_id, design, is_simulated in rows:
        person = places.persons.get(sitting_id)
        if person is not None:
            adaptive[person], simulated[person] = is_adaptive(design), is_simulated
    return adaptive, simulated


def _tried_out_by_chance(session: Session, standard_id: UUID, unit: str) -> Sequence[tuple[UUID, UUID]]:
    """Name the answers to questions that were tried out and drawn, not taken for what they would teach."""
    rows = session.connection().execute(
        select(col(AskedItem.sitting_id), col(AskedItem.item_version_id), col(AskedItem.decision))
        .join(Sitting, col(Sitting.id) == col(AskedItem.sitting_id))
        .join(Exam, col(Exam.id) == col(Sitting.exam_id))
        .join(
            BankItem,
            (col(BankItem.bank_id) == col(Sitting.bank_id))
            & (col(BankItem.item_version_id) == col(AskedItem.item_version_id)),
        )
        .where(*of_unit(standard_id, unit), col(BankItem.pretest).is_(True))
    )
    # The only one left was not chosen either.
    return [
        (sitting_id, version_id)
        for sitting_id, version_id, decision in rows
        if decision.get("by_chance") or decision.get("considered") == 1
    ]


def _enemies(session: Session) -> frozenset[frozenset[UUID]]:
    pairs = session.connection().execute(select(col(EnemyPair.first_item_id), col(EnemyPair.second_item_id)))
    return frozenset(frozenset((one, other)) for one, other in pairs)


def _versions(session: Session, names: Sequence[str]) -> dict[str, VersionPlace]:
    rows = session.connection().execute(
        select(col(ItemVersion.id), col(ItemVersion.item_id), col(ItemVersion.testlet)).where(
            col(ItemVersion.id).in_([UUID(name) for name in names])
        )
    )
    return {str(version_id): VersionPlace(item_id, testlet) for version_id, item_id, testlet in rows}
