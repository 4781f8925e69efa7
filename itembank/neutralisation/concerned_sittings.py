"""Finished sittings that a neutralisation concerns, loaded in batches with all that their outcomes depend on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_
from sqlmodel import Session, col, select

from itembank.delivery.outcome_versions import FIRST, CorrectedOutcome, outcomes_in_force
from itembank.delivery.recorded_scores import recorded_scores
from itembank.delivery.records import prepared_exam
from itembank.delivery.task_record import TaskRecord, task_records, waits_for_marks
from itembank.neutralisation.recomputation import Recomputed, Weighing, recompute
from itembank.neutralisation.scope import concerns, of_scope
from itembank.publishing.pools import UnitPool
from itembank.tables import AskedItem, Neutralisation, OutcomeVersion, RecordedAnswer, RecordedOutcome, Sitting


@dataclass(frozen=True, slots=True)
class ConcernedSitting:
    """A finished sitting: what it is pinned to, its answers as (item version, score), and the result that is told."""

    id: UUID
    exam_id: UUID
    design: dict[str, Any]
    started_at: datetime
    finished_at: datetime
    simulated: bool
    pool_key: tuple[UUID, str]
    answers: tuple[tuple[UUID, int], ...]
    #: None for one whose time is over but that nobody has settled yet.
    told: dict[str, Any] | None
    number: int
    #: The neutralisation whose reason is told with it; None with the first result.
    told_for: UUID | None = None
    #: Its written tasks, all of them marked; None where its exam has none.
    tasks: TaskRecord | None = None
    finish_reason: str | None = None

    def weighings(self, neutralisations: Collection[Neutralisation]) -> tuple[Weighing, ...]:
        """Pick those that concern it."""
        answered = {version for version, _ in self.answers}
        return tuple(
            Weighing.of(one)
            for one in neutralisations
            if concerns(one, exam_id=self.exam_id, started_at=self.started_at, answered=answered)
        )

    def recomputed(self, pool: UnitPool, weighings: Sequence[Weighing]) -> Recomputed:
        """Recompute its outcome.

        Raises:
            EngineError: The answers are none that a sitting of this exam can have.
            BankTooSmall: Its bank can't fill its design.
            KeyError: An answered item version is not in its bank.
        """
        exam = prepared_exam(pool, self.design)
        tasks = None if self.tasks is None else self.tasks.evidence(exam, finish_reason=self.finish_reason)
        return recompute(exam, pool, self.answers, weighings, tasks=tasks)


def count_concerned(session: Session, neutralisation: Neutralisation) -> int:
    """Count the finished sittings that answered the item, within exams and period."""
    query = select(func.count()).select_from(_concerned(neutralisation).subquery())
    return session.exec(query).one()


def count_under_way(session: Session, neutralisation: Neutralisation) -> dict[bool, int]:
    """Count the sittings still going on, or being marked, that were asked the item, by whether they are simulated."""
    rows = session.exec(
        select(Sitting.simulated, func.count())
        .join(AskedItem, col(AskedItem.sitting_id) == col(Sitting.id))
        .where(
            AskedItem.item_version_id == neutralisation.item_version_id,
            or_(col(Sitting.finished_at).is_(None), waits_for_marks()),
            *of_scope(neutralisation),
        )
        .group_by(col(Sitting.simulated))
    )
    return {bool(simulated): count for simulated, count in rows}


def load_concerned(
    session: Session,
    neutralisation: Neutralisation,
    *,
    limit: int,
    after: UUID | None = None,
    not_in_run: UUID | None = None,
) -> tuple[ConcernedSitting, ...]:
    """Load finished sittings that answered the item, in the order of their ids.

    Args:
        session: The transaction.
        neutralisation: The neutralisation.
        limit: How many at most.
        after: Only those behind this one.
        not_in_run: Only those that this run has not recomputed yet.
    """
    where: list[ColumnElement[bool]] = []
    if after is not None:
        where.append(col(Sitting.id) > after)
    if not_in_run is not None:
        of_run = select(OutcomeVersion.id).where(
            col(OutcomeVersion.sitting_id) == col(Sitting.id), OutcomeVersion.run_id == not_in_run
        )
        where.append(~of_run.exists())
    query = _concerned(neutralisation).where(*where).order_by(col(Sitting.id)).limit(limit)
    sittings = session.exec(select(Sitting).where(col(Sitting.id).in_(query)).order_by(col(Sitting.id))).all()
    ids = [sitting.id for sitting in sittings]
    answers, first = recorded_scores(session, ids), _first_outcomes(session, ids)
    corrected, tasks = outcomes_in_force(session, sitting_ids=ids), task_records(session, sittings)
    return tuple(
        replace(
            _sitting(sitting, answers.get(sitting.id, ()), first.get(sitting.id), corrected.get(sitting.id)),
            tasks=tasks.get(sitting.id),
            finish_reason=sitting.finish_reason,
        )
        for sitting in sittings
    )


def _concerned(neutralisation: Neutralisation) -> Select[Any]:
    return (
        select(Sitting.id)
        .join(RecordedAnswer, col(RecordedAnswer.sitting_id) == col(Sitting.id))
        .where(
            RecordedAnswer.item_version_id == neutralisation.item_version_id,
            col(Sitting.finished_at).is_not(None),
            # Its outcome is told when the last mark is settled, and leaves the item out then.
            ~waits_for_marks(),
            *of_scope(neutralisation),
        )
    )


def _sitting(
    sitting: Sitting,
    answers: Sequence[tuple[UUID, int]],
    first: dict[str, Any] | None,
    corrected: CorrectedOutcome | None,
) -> ConcernedSitting:
    assert sitting.finished_at is not None
    return ConcernedSitting(
        id=sitting.id,
        exam_id=sitting.exam_id,
        design=sitting.design,
        started_at=sitting.started_at,
        finished_at=sitting.finished_at,
        simulated=sitting.simulated,
        pool_key=(sitting.bank_id, sitting.unit),
        answers=tuple(answers),
        told=first if corrected is None else corrected.document,
        number=FIRST if corrected is None or corrected.number is None else corrected.number,
        told_for=None if corrected is None else corrected.neutralisation_id,
    )


def _first_outcomes(session: Session, sitting_ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    rows = session.exec(
        select(RecordedOutcome.sitting_id, RecordedOutcome.document).where(
            col(RecordedOutcome.sitting_id).in_(sitting_ids)
        )
    )
    return {sitting_id: dict(document) for sitting_id, document in rows}
