"""The recorded answers of a unit as calibration reads them: long, sparse, keyed by item version."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import ColumnElement, Select, func, select
from sqlmodel import Session, col

from calibration.responses import ResponseData
from itembank.authoring.content import ItemContent
from itembank.neutralisation.scope import counting_no_more, still_counting
from itembank.tables import BankItem, Exam, Item, ItemVersion, RecordedAnswer, Sitting, Standard

#: Models of items that are scored in parts.
MODELS_WITH_PARTS = ("grm", "gpcm", "nrm")


@dataclass(frozen=True, slots=True)
class VersionLabel:
    """What an item version is called, how difficult its writer thought it, its highest score, and its criterion."""

    code: str
    number: int
    rating: int
    highest_score: int = 1
    criterion: str = ""


@dataclass(frozen=True, slots=True)
class AnswerCount:
    """How much has been recorded of a unit; a person is a sitting here."""

    persons: int
    answers: int
    simulated_persons: int


@dataclass(frozen=True)
class RecordedResponses:
    """Every recorded answer of a unit; its items are item versions, its persons sittings."""

    data: ResponseData
    count: AnswerCount
    latest: datetime | None
    #: How many answers do not count any more, by item version; some of an item's, or all.
    neutralised: Mapping[str, int] = field(default_factory=dict)


def count_answers(
    session: Session, *, standard_id: UUID, unit: str, include_simulated: bool, with_parts: bool = True
) -> AnswerCount:
    """Count the answers of a unit that a calibration can use, and the sittings that hold them."""
    where = _wanted(session, standard_id, unit, include_simulated=include_simulated, with_parts=with_parts)
    return _count(session, where)


def count_everything(session: Session, *, standard_id: UUID, unit: str) -> AnswerCount:
    """Count all that is recorded of a unit, neutralised answers and those of simulated sittings among them."""
    return _count(session, of_unit(standard_id, unit))


def _count(session: Session, where: Collection[ColumnElement[bool]]) -> AnswerCount:
    per_sitting = (
        select(func.count().label("answers"), col(Sitting.simulated).label("simulated"))
        .select_from(RecordedAnswer)
        .join(Sitting, col(Sitting.id) == col(RecordedAnswer.sitting_id))
        .join(Exam, col(Exam.id) == col(Sitting.exam_id))
        .where(*where)
        .group_by(col(Sitting.id), col(Sitting.simulated))
        .subquery()
    )
    rows = session.connection().execute(
        select(per_sitting.c.simulated, func.count(), func.sum(per_sitting.c.answers)).group_by(per_sitting.c.simulated)
    )
    persons = answers = simulated = 0
    for is_simulated, n_persons, n_answers in rows:
        persons += n_persons
        answers += int(n_answers)
        simulated += n_persons if is_simulated else 0
    return AnswerCount(persons=persons, answers=answers, simulated_persons=simulated)


def answers_by_code(
    session: Session, *, standard_id: UUID, unit: str, include_simulated: bool
) -> tuple[tuple[str, int], ...]:
    """Count the answers to each item version that is right or wrong, the most answered first, by item code."""
    answers = func.count()
    rows = session.connection().execute(
        _answers(Item.code, answers)
        .join(ItemVersion, col(ItemVersion.id) == col(RecordedAnswer.item_version_id))
        .join(Item, col(Item.id) == col(ItemVersion.item_id))
        .where(*_wanted(session, standard_id, unit, include_simulated=include_simulated, with_parts=False))
        .group_by(col(Item.code), col(ItemVersion.id))
        .order_by(answers.desc(), col(Item.code))
    )
    return tuple((code, count) for code, count in rows)


def load_responses(
    session: Session, *, standard_id: UUID, unit: str, include_simulated: bool = True, with_parts: bool = True
) -> RecordedResponses:
    """Load every recorded answer of a unit, of sittings finished or not, tried out or counted.

    Nothing is dropped by what was answered: what an adaptive exam left out is ignorable only while every item that
    steered it is in the likelihood. Answers to a neutralised item are the one exception: they say nothing of it.

    Args:
        session: The transaction.
        standard_id: A version of the standard.
        unit: Code of the unit of competence.
        include_simulated: Whether answers of simulated sittings count too.
        with_parts: Whether items scored in parts come along; a model for right and wrong alone has no curve for them.
            Without them their part in the steering is neglected, one of many while they are few.

    Raises:
        CalibrationError: There is no answer.

    Reference:
        Mislevy & Wu (1996), Missing responses and IRT ability estimation.
    """
    where = _wanted(session, standard_id, unit, include_simulated=include_simulated, with_parts=with_parts)
    count = count_answers(
        session, standard_id=standard_id, unit=unit, include_simulated=include_simulated, with_parts=with_parts
    )
    data = _read(
        session, _answers(RecordedAnswer.sitting_id, RecordedAnswer.item_version_id, RecordedAnswer.score), where
    )
    latest = session.connection().execute(_answers(func.max(RecordedAnswer.answered_at)).where(*where)).scalar()
    usable = _usable(standard_id, unit, include_simulated=include_simulated, with_parts=with_parts)
    neutralised = _neutralised(session, usable)
    return RecordedResponses(data=data, count=count, latest=latest, neutralised=neutralised)


def groups_of_sittings(
    session: Session, *, standard_id: UUID, unit: str, include_simulated: bool, by: str, zone: ZoneInfo
) -> dict[str, str]:
    """Tell to which group each sitting of a unit with answers belongs.

    Args:
        session: The transaction.
        standard_id: A version of the standard.
        unit: Code of the unit of competence.
        include_simulated: Whether simulated sittings belong to one too.
        by: ``"exam"`` for the exam's title, ``"year"`` for the year in which the sitting began.
        zone: Where the exams take place, for the turn of the year.

    Returns:
        Group by sitting, by the names that the data use for them.
    """
    rows = session.connection().execute(
        _answers(Sitting.id, Exam.title, Exam.id, Sitting.started_at)
        .where(*_wanted(session, standard_id, unit, include_simulated=include_simulated, with_parts=True))
        .distinct()
    )
    found = [(str(sitting), title, exam, started) for sitting, title, exam, started in rows]
    if by == "year":
        return {sitting: str(started.astimezone(zone).year) for sitting, _, _, started in found}
    # Exams may share a title; the group is the exam all the same.
    titles = {exam: title for _, title, exam, _ in found}
    twice = {title for title, count in Counter(titles.values()).items() if count > 1}
    names = {exam: f"{title} ({str(exam)[:8]})" if title in twice else title for exam, title in titles.items()}
    return {sitting: names[exam] for sitting, _, exam, _ in found}


def load_responses_around(session: Session, *, standard_id: UUID, unit: str, item_version_id: UUID) -> ResponseData:
    """Load every answer of those sittings of a unit that answered one item version.

    Raises:
        CalibrationError: Nobody answered it.
    """
    with_the_item = select(col(RecordedAnswer.sitting_id)).where(col(RecordedAnswer.item_version_id) == item_version_id)
    return _of_sittings(session, with_the_item, standard_id=standard_id, unit=unit)


def load_newest_responses(session: Session, *, standard_id: UUID, unit: str, sittings: int) -> ResponseData:
    """Load every answer of the sittings with answers of a unit that began last, at most so many.

    Raises:
        CalibrationError: There is no answer.
    """
    newest = (
        select(col(Sitting.id))
        .join(Exam, col(Exam.id) == col(Sitting.exam_id))
        .where(*of_unit(standard_id, unit), col(Sitting.id).in_(select(col(RecordedAnswer.sitting_id))))
        .order_by(col(Sitting.started_at).desc(), col(Sitting.id))
        .limit(sittings)
    )
    return _of_sittings(session, newest, standard_id=standard_id, unit=unit)


def _of_sittings(session: Session, sittings: Select[Any], *, standard_id: UUID, unit: str) -> ResponseData:
    columns = (RecordedAnswer.sitting_id, RecordedAnswer.item_version_id, RecordedAnswer.score)
    where = (*of_unit(standard_id, unit), col(Sitting.id).in_(sittings), *still_counting(session))
    return _read(session, _answers(*columns), where)


def version_labels(session: Session, version_ids: Collection[UUID]) -> dict[str, VersionLabel]:
    """Tell what item versions are called, by the names that the data use for them."""
    rows = session.connection().execute(
        select(
            col(ItemVersion.id),
            col(Item.code),
            col(ItemVersion.number),
            col(ItemVersion.difficulty_rating),
            col(ItemVersion.content),
            col(ItemVersion.criterion),
        )
        .join(Item, col(Item.id) == col(ItemVersion.item_id))
        .where(col(ItemVersion.id).in_(version_ids))
    )
    return {
        str(version_id): VersionLabel(code, number, rating, ItemContent.from_dict(content).maximum_score, criterion)
        for version_id, code, number, rating, content, criterion in rows
    }


def _neutralised(session: Session, usable: Collection[ColumnElement[bool]]) -> dict[str, int]:
    """Count by item version the answers that a run could use if no neutralisation in force took them out."""
    taken_out = counting_no_more(session)
    if taken_out is None:
        return {}
    version_id = col(RecordedAnswer.item_version_id)
    query = _answers(version_id, func.count()).where(*usable, taken_out).group_by(version_id).order_by(version_id)
    return {str(version): answers for version, answers in session.connection().execute(query)}


def of_unit(standard_id: UUID, unit: str) -> tuple[ColumnElement[bool], ...]:
    """Conditions on exams and sittings: those of one unit, under whichever version of its standard they were held.

    An answer says no less about its item because the text of the standard was stored anew since.
    """
    return (col(Exam.standard_id).in_(versions_of(standard_id)), col(Sitting.unit) == unit)


def versions_of(standard_id: UUID) -> Select[Any]:
    """Select the stored versions of the standard that has a given version."""
    series = select(col(Standard.series)).where(col(Standard.id) == standard_id).scalar_subquery()
    return select(col(Standard.id)).where(col(Standard.series) == series)


def _wanted(
    session: Session, standard_id: UUID, unit: str, *, include_simulated: bool, with_parts: bool
) -> tuple[ColumnElement[bool], ...]:
    usable = _usable(standard_id, unit, include_simulated=include_simulated, with_parts=with_parts)
    return (*usable, *still_counting(session))


def _usable(
    standard_id: UUID, unit: str, *, include_simulated: bool, with_parts: bool
) -> tuple[ColumnElement[bool], ...]:
    real = () if include_simulated else (col(Sitting.simulated).is_(False),)
    parts = () if with_parts else (_scored_right_or_wrong(),)
    return (*of_unit(standard_id, unit), *real, *parts)


def _scored_right_or_wrong() -> ColumnElement[bool]:
    in_parts = select(col(BankItem.item_version_id)).where(col(BankItem.model).in_(MODELS_WITH_PARTS))
    return col(RecordedAnswer.item_version_id).not_in(in_parts)


def _answers(*columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(RecordedAnswer)
        .join(Sitting, col(Sitting.id) == col(RecordedAnswer.sitting_id))
        .join(Exam, col(Exam.id) == col(Sitting.exam_id))
    )


def _read(session: Session, query: Select[Any], where: Collection[ColumnElement[bool]]) -> ResponseData:
    persons: dict[UUID, int] = {}
    items: dict[UUID, int] = {}
    person, item, score = [], [], []
    # In a fixed order, so that the same answers give the same last digits.
    ordered = query.where(*where).order_by(col(RecordedAnswer.sitting_id), col(RecordedAnswer.position))
    for sitting_id, version_id, scored in session.connection().execute(ordered):
        person.append(persons.setdefault(sitting_id, len(persons)))
        item.append(items.setdefault(version_id, len(items)))
        score.append(scored)
    return ResponseData.from_indices(
        [str(sitting_id) for sitting_id in persons],
        [str(version_id) for version_id in items],
        np.array(person, dtype=np.int32),
        np.array(item, dtype=np.int32),
        np.array(score, dtype=np.int8),
    )
