"""The recorded answers of two groups of people: of each person the first sitting of the unit."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import Select, Subquery, func, select
from sqlmodel import Session, col

from calibration.responses import ResponseData
from itembank.calibration_runs.recorded_responses import of_unit
from itembank.neutralisation.scope import still_counting
from itembank.tables import Exam, GroupMembership, GroupVariable, RecordedAnswer, Sitting


@dataclass(frozen=True)
class GroupedResponses:
    """Answers of people of two groups.

    Args:
        data: The answers; its persons are sittings, its items are item versions.
        group_of: Code of the group by sitting.
        further_sittings: Sittings left out because the person had an earlier one of the unit.
    """

    data: ResponseData
    group_of: dict[str, str]
    further_sittings: int


def people_with_answers(
    session: Session, *, standard_id: UUID, unit: str, variable: GroupVariable, categories: Collection[str]
) -> dict[str, int]:
    """Count by group the people who have answered questions of a unit."""
    sittings = _sittings(session, standard_id, unit, variable, categories)
    rows = session.connection().execute(
        select(sittings.c.category, func.count().label("people"))
        .where(sittings.c.place == 1)
        .group_by(sittings.c.category)
    )
    return {row.category: row.people for row in rows}


def load_grouped_responses(
    session: Session, *, standard_id: UUID, unit: str, variable: GroupVariable, categories: Collection[str]
) -> GroupedResponses:
    """Load the answers of the people of some groups to the questions of a unit.

    Who sat more than once counts once, with the first sitting: answers of one person depend on each other, and a
    question seen before is another question. Answers that a neutralisation takes out say nothing and stay out.

    Args:
        session: The transaction.
        standard_id: A version of the standard.
        unit: Code of the unit of competence.
        variable: What tells the groups apart; a simulated one has simulated sittings alone, any other real ones.
        categories: Codes of the groups.

    Raises:
        CalibrationError: There is no answer.
    """
    sittings = _sittings(session, standard_id, unit, variable, categories)
    further = session.connection().execute(select(func.count()).where(sittings.c.place > 1)).scalar_one()
    rows = session.connection().execute(
        select(
            sittings.c.sitting_id,
            col(RecordedAnswer.item_version_id),
            col(RecordedAnswer.score),
            sittings.c.category,
        )
        .join(RecordedAnswer, col(RecordedAnswer.sitting_id) == sittings.c.sitting_id)
        .join(Sitting, col(Sitting.id) == sittings.c.sitting_id)
        .where(sittings.c.place == 1, *still_counting(session))
        # In a fixed order, so that the same answers give the same last digits.
        .order_by(sittings.c.sitting_id, col(RecordedAnswer.position))
    )
    persons: dict[UUID, int] = {}
    items: dict[UUID, int] = {}
    group_of: dict[str, str] = {}
    person, item, score = [], [], []
    for sitting_id, version_id, scored, category in rows:
        person.append(persons.setdefault(sitting_id, len(persons)))
        item.append(items.setdefault(version_id, len(items)))
        score.append(scored)
        group_of[str(sitting_id)] = category
    data = ResponseData.from_indices(
        [str(sitting_id) for sitting_id in persons],
        [str(version_id) for version_id in items],
        np.array(person, dtype=np.int32),
        np.array(item, dtype=np.int32),
        np.array(score, dtype=np.int8),
    )
    return GroupedResponses(data, group_of, further)


def _sittings(
    session: Session, standard_id: UUID, unit: str, variable: GroupVariable, categories: Collection[str]
) -> Subquery:
    """Select the sittings with answers of people of some groups, each person's numbered from the first."""
    has_answers = (
        select(col(RecordedAnswer.sitting_id))
        .where(col(RecordedAnswer.sitting_id) == col(Sitting.id), *still_counting(session))
        .correlate(Sitting)
    )
    place = func.row_number().over(
        partition_by=col(Sitting.person_id), order_by=(col(Sitting.started_at), col(Sitting.id))
    )
    query: Select[Any] = (
        select(
            col(Sitting.id).label("sitting_id"), col(GroupMembership.category).label("category"), place.label("place")
        )
        .join(Exam, col(Exam.id) == col(Sitting.exam_id))
        .join(GroupMembership, col(GroupMembership.person_id) == col(Sitting.person_id))
        .where(
            *of_unit(standard_id, unit),
            col(GroupMembership.variable_id) == variable.id,
            col(GroupMembership.category).in_(categories),
            col(Sitting.simulated).is_(variable.simulated),
            has_answers.exists(),
        )
    )
    return query.subquery()
