"""A sitting as it stands in the database, and the engine's state that folds out of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Lock
from uuid import UUID

from sqlmodel import Session, col, select

from engine.across_units import informed_exam, population_design
from engine.design import ExamDesign, PreparedExam, prepare_exam
from engine.errors import EngineError
from engine.sittings.sitting import SittingState, finish, fold
from itembank.actor import Actor, Role
from itembank.delivery.task_record import TaskRecord, task_record
from itembank.errors import BankTooSmall, NotFound
from itembank.publishing.pools import UnitPool, unit_pool
from itembank.tables import Enrolment, Exam, RecordedAnswer, Sitting

#: An answer sent in the last second may arrive a little later; it still counts.
GRACE = timedelta(seconds=10)

TIME_EXPIRED = "time_expired"


@dataclass(frozen=True)
class SittingRecord:
    """Everything that a decision about a sitting depends on."""

    sitting: Sitting
    exam: Exam
    unit_pool: UnitPool
    prepared: PreparedExam
    answers: Sequence[RecordedAnswer]
    deadline: datetime | None = field(default=None)
    extra_minutes: int = 0
    #: None where the design asks for no written tasks.
    tasks: TaskRecord | None = None

    @property
    def responses(self) -> list[tuple[str, int]]:
        """Item ids with scores, in the order in which they were answered, those that are tried out included."""
        ids = self.unit_pool.item_ids
        return [(ids[self.unit_pool.index_of_version[answer.item_version_id]], answer.score) for answer in self.answers]

    @property
    def elapsed_seconds(self) -> list[float]:
        """What the candidate's clock showed at each answer."""
        return [
            # Answers recorded before there was such a clock were given without a stop by time.
            self.clock(answer.answered_at) if answer.elapsed_seconds is None else answer.elapsed_seconds
            for answer in self.answers
        ]

    @property
    def ineligible_by_bin(self) -> tuple[tuple[str, ...], ...]:
        """Ids of the items kept back besides while the estimate is in each exposure bin."""
        return tuple(tuple(ids) for ids in self.sitting.ineligible_by_bin)

    def clock(self, now: datetime) -> float:
        """Tell what the candidate's clock shows: seconds since the start, less the extra time granted."""
        return max(0.0, (now - self.sitting.started_at).total_seconds() - 60 * self.extra_minutes)

    def has_expired(self, now: datetime, *, grace: timedelta = timedelta(0)) -> bool:
        """Tell whether the time is over."""
        return self.deadline is not None and now > self.deadline + grace

    def is_over(self, state: SittingState, now: datetime) -> bool:
        """Tell whether nothing more can be answered: no question, and no task either."""
        if self.sitting.finished_at is not None or not state.finished:
            return state.finished
        return self.tasks is None or self.tasks.pending is None or self.has_expired(now)

    def as_recorded(self, state: SittingState) -> SittingState:
        """Give the state that the engine ended with the reason on record where the clock kept the tasks from coming."""
        reason = self.sitting.finish_reason
        without_tasks = self.tasks is not None and not self.tasks.asked
        return replace(state, finish_reason=reason) if without_tasks and reason == TIME_EXPIRED else state

    def state(self, now: datetime) -> SittingState:
        """Fold the answers into the engine's state, ended where the record or the clock ended it.

        It is finished as soon as the adaptive part is: written tasks may be open then.
        """
        state = fold(
            self.prepared,
            seed=self.sitting.seed,
            ineligible=tuple(self.sitting.ineligible),
            ineligible_by_bin=self.ineligible_by_bin,
            responses=self.responses,
            elapsed_seconds=(self.elapsed_seconds or [0.0])[-1],
            pretest_counts=self.sitting.pretest_counts,
        )
        if state.finished:
            return self.as_recorded(state)
        if self.sitting.finish_reason is not None:
            return finish(self.prepared, state, reason=self.sitting.finish_reason)
        if self.has_expired(now):
            return finish(self.prepared, state, reason=TIME_EXPIRED)
        return state


def load_record(session: Session, sitting_id: UUID, *, lock: bool = False) -> SittingRecord:
    """Load a sitting with what it is pinned to.

    Args:
        session: The transaction.
        sitting_id: The sitting.
        lock: Hold its row until the transaction ends, so that answers come one after the other.

    Raises:
        NotFound: There is no such sitting.
    """
    query = select(Sitting).where(Sitting.id == sitting_id)
    if lock:
        # What this transaction read before it held the lock may be old by now.
        query = query.with_for_update().execution_options(populate_existing=True)
    sitting = session.exec(query).first()
    if sitting is None:
        raise NotFound(what="sitting", name=sitting_id)
    row = session.exec(
        select(Exam, Enrolment)
        .join(Enrolment, (col(Enrolment.exam_id) == col(Exam.id)) & (col(Enrolment.person_id) == sitting.person_id))
        .where(Exam.id == sitting.exam_id)
    ).one()
    exam, enrolment = row
    answers = session.exec(
        select(RecordedAnswer).where(RecordedAnswer.sitting_id == sitting.id).order_by(col(RecordedAnswer.position))
    ).all()
    pool = unit_pool(session, bank_id=sitting.bank_id, unit=sitting.unit)
    return SittingRecord(
        sitting=sitting,
        exam=exam,
        unit_pool=pool,
        prepared=prepared_exam(pool, sitting.design),
        answers=answers,
        deadline=deadline_of(exam, enrolment, sitting),
        extra_minutes=enrolment.extra_minutes,
        tasks=task_record(session, sitting),
    )


def own_record(session: Session, *, actor: Actor, sitting_id: UUID, lock: bool = False) -> SittingRecord:
    """Load a sitting for its own candidate.

    Raises:
        NotAllowed: The actor is not a candidate.
        NotFound: There is no such sitting of this candidate.
    """
    actor.require(Role.CANDIDATE)
    loaded = load_record(session, sitting_id, lock=lock)
    if loaded.sitting.person_id != actor.person_id:
        # Not "not allowed": whether another candidate's sitting exists is nobody's business.
        raise NotFound(what="sitting", name=sitting_id)
    return loaded


def deadline_of(exam: Exam, enrolment: Enrolment, sitting: Sitting) -> datetime | None:
    """Tell when a sitting's time is over: its start, the exam's limit, the candidate's extra time."""
    if exam.time_limit_minutes is None:
        return None
    return sitting.started_at + timedelta(minutes=exam.time_limit_minutes + enrolment.extra_minutes)


_MAXIMUM_KEPT = 64
_kept: dict[tuple[UUID, str, str], PreparedExam] = {}
_lock = Lock()


def prepared_exam(pool: UnitPool, design: dict[str, object]) -> PreparedExam:
    """Prepare a design on a pool; both never change, so a process keeps what it has prepared.

    Raises:
        BankTooSmall: The pool can't fill the blueprint.
    """
    key = (pool.bank_id, pool.unit, json.dumps(design, sort_keys=True))
    found = _kept.get(key)
    if found is None:
        try:
            parsed = ExamDesign.from_dict(design)
            if parsed.prior_origin is not None:
                # Such a design is one candidate's own, but only its prior: what takes time is prepared once for all.
                return informed_exam(prepared_exam(pool, population_design(parsed).to_dict()), parsed)
            found = prepare_exam(
                parsed,
                pool.pool,
                pretest_pool=pool.pretest_pool,
                pretest_enemies=pool.pretest_enemies,
            )
        except EngineError as error:
            raise BankTooSmall(reason=str(error)) from error
        with _lock:
            if len(_kept) >= _MAXIMUM_KEPT:
                _kept.clear()
            _kept[key] = found
    return found
