"""The answers that are not settled: who may do what with each, without reading what was written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, func
from sqlmodel import Session, col, select

from itembank.actor import Actor, Role
from itembank.marking.settlement import BLIND_MARKS
from itembank.tables import Mark, SettledMark, Sitting, TaskAnswer


@dataclass(frozen=True, slots=True)
class OpenAnswer:
    """An answer that is not settled: its sitting, how many people have marked it, and since when it waits."""

    sitting_id: UUID
    exam_id: UUID
    markers: int
    answered_at: datetime
    finished: bool


@dataclass(frozen=True, slots=True)
class OpenForPerson:
    """Ids of what one person can mark blindly, settle, or correct, each list in the person's own order."""

    to_mark: tuple[UUID, ...]
    to_settle: tuple[UUID, ...]
    mine: tuple[UUID, ...]


def open_answers(session: Session) -> tuple[OpenAnswer, ...]:
    """List the answers that are not settled, of sittings that are going on or over; without those left blank."""
    query: Any = (
        select(Sitting.id, Sitting.exam_id, func.count(func.distinct(Mark.marker_id)), TaskAnswer.answered_at)
        .add_columns(col(Sitting.finished_at).is_not(None))
        .join(TaskAnswer, col(TaskAnswer.sitting_id) == col(Sitting.id))
        .join(SettledMark, col(SettledMark.answer_id) == col(TaskAnswer.id), isouter=True)
        .join(Mark, col(Mark.answer_id) == col(TaskAnswer.id), isouter=True)
        .where(col(SettledMark.answer_id).is_(None))
        .group_by(col(TaskAnswer.id), col(TaskAnswer.answered_at), col(Sitting.id))
    )
    rows = session.exec(query)
    return tuple(OpenAnswer(*row) for row in rows)


def open_for(session: Session, *, actor: Actor) -> OpenForPerson:
    """Sort the answers that are not settled by what a person can do with them; the own answers are none of them.

    Each person's lists are in an order of its own, the same at every visit: otherwise all would mark the same answers
    first, and compare each with the same ones before it.
    """
    own: ColumnElement[int] = func.coalesce(func.max(case((col(Mark.marker_id) == actor.person_id, 1), else_=0)), 0)
    rows = session.exec(
        select(TaskAnswer.id, func.count(func.distinct(Mark.marker_id)), own)
        .join(Sitting, col(Sitting.id) == col(TaskAnswer.sitting_id))
        .join(SettledMark, col(SettledMark.answer_id) == col(TaskAnswer.id), isouter=True)
        .join(Mark, col(Mark.answer_id) == col(TaskAnswer.id), isouter=True)
        .where(col(SettledMark.answer_id).is_(None), col(Sitting.person_id) != actor.person_id)
        .group_by(col(TaskAnswer.id))
    ).all()
    marker = actor.has(Role.MARKER)
    found = sorted(rows, key=lambda row: _place(actor, row[0]))
    blind = [(answer_id, own) for answer_id, markers, own in found if marker and markers < BLIND_MARKS]
    return OpenForPerson(
        to_mark=tuple(answer_id for answer_id, own in blind if not own),
        to_settle=tuple(answer_id for answer_id, markers, own in found if markers >= BLIND_MARKS and not own),
        mine=tuple(answer_id for answer_id, own in blind if own),
    )


def _place(actor: Actor, answer_id: UUID) -> bytes:
    return sha256(f"{actor.person_id}\n{answer_id}".encode()).digest()
