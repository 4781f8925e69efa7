"""Which sittings a neutralisation concerns: those that answered the item, within its exams and its period."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, not_, or_
from sqlmodel import Session, col, select

from itembank.neutralisation.states import IN_FORCE_STATES
from itembank.tables import Neutralisation, RecordedAnswer, Sitting


def of_scope(neutralisation: Neutralisation) -> tuple[ColumnElement[bool], ...]:
    """Conditions on sittings: those of the exams and the period."""
    found: list[ColumnElement[bool]] = []
    if neutralisation.exam_ids:
        found.append(col(Sitting.exam_id).in_([UUID(name) for name in neutralisation.exam_ids]))
    if neutralisation.begun_from is not None:
        found.append(col(Sitting.started_at) >= neutralisation.begun_from)
    if neutralisation.begun_before is not None:
        found.append(col(Sitting.started_at) < neutralisation.begun_before)
    return tuple(found)


def concerns(
    neutralisation: Neutralisation, *, exam_id: UUID, started_at: datetime, answered: Collection[UUID]
) -> bool:
    """Tell whether a neutralisation concerns one sitting, by its exam, its start and the item versions answered."""
    return (
        neutralisation.item_version_id in answered
        and (not neutralisation.exam_ids or str(exam_id) in neutralisation.exam_ids)
        and (neutralisation.begun_from is None or started_at >= neutralisation.begun_from)
        and (neutralisation.begun_before is None or started_at < neutralisation.begun_before)
    )


def in_force(session: Session, *, answered: Collection[UUID] | None = None) -> tuple[Neutralisation, ...]:
    """List the neutralisations in force, in the order in which they came in force.

    Args:
        session: The transaction.
        answered: Only those of these item versions.
    """
    query = select(Neutralisation).where(col(Neutralisation.state).in_([state.value for state in IN_FORCE_STATES]))
    if answered is not None:
        query = query.where(col(Neutralisation.item_version_id).in_(answered))
    return tuple(session.exec(query.order_by(col(Neutralisation.applied_at), col(Neutralisation.id))))


def still_counting(session: Session) -> tuple[ColumnElement[bool], ...]:
    """Conditions on sittings and their answers: those that no neutralisation in force takes out.

    Whether a sitting's own result was replaced makes no difference here: the answers to a faulty item say nothing
    about it or about ability, whoever gave them.
    """
    taken_out = counting_no_more(session)
    return () if taken_out is None else (not_(taken_out),)


def counting_no_more(session: Session) -> ColumnElement[bool] | None:
    """The condition on sittings and their answers that a neutralisation in force takes them out, None without any."""
    taken_out = [
        and_(col(RecordedAnswer.item_version_id) == one.item_version_id, *of_scope(one)) for one in in_force(session)
    ]
    return or_(*taken_out) if taken_out else None
