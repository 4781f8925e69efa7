"""Sittings: starting, answering, ending. Every answer is recorded once and is final."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import structlog
from sqlmodel import Session, col, select

from engine.sittings.sitting import SittingState, pending_item_id, record, start
from itembank import audit
from itembank.actor import Actor, Role
from itembank.authoring.item_types.question import Answer
from itembank.database import Database
from itembank.delivery.exposure_record import draw_for_start
from itembank.delivery.my_exams import MyExamState, exam_state
from itembank.delivery.prior_units import prior_details, sitting_design
from itembank.delivery.records import (
    GRACE,
    TIME_EXPIRED,
    SittingRecord,
    deadline_of,
    load_record,
    own_record,
    prepared_exam,
)
from itembank.delivery.sitting_end import ask_tasks, end_from_outside, note_end
from itembank.delivery.sitting_views import QuestionView, SittingView, TaskView, view_of
from itembank.delivery.task_limits import require_tasks
from itembank.delivery.trial_answers import count_trial_answers
from itembank.errors import (
    AnswerConflict,
    BankTooSmall,
    ExamNotOpen,
    InvalidInput,
    NotFound,
    PositionOutOfOrder,
    SittingFinished,
)
from itembank.publishing.banks import bank_in_force
from itembank.publishing.pools import unit_pool
from itembank.tables import AskedItem, Enrolment, Exam, RecordedAnswer, Sitting

__all__ = [
    "QuestionView", "SittingView", "TaskView", "end_sitting", "settle_expired", "sitting_view", "start_sitting",
    "submit_answer",
]  # fmt: skip

CANDIDATE_ENDED = "candidate_ended"

log = structlog.get_logger("samat.delivery")


def start_sitting(session: Session, *, actor: Actor, exam_id: UUID, now: datetime) -> SittingView:
    """Begin a sitting, or give the one that was begun before: starting twice does no harm.

    Raises:
        NotAllowed: The actor is not a candidate.
        NotFound: The candidate is not enrolled in such an exam.
        ExamNotOpen: Outside the exam's opening times.
        BankTooSmall: The bank in force can't fill the exam any more.
    """
    actor.require(Role.CANDIDATE)
    row = session.exec(
        select(Exam, Enrolment)
        .join(Enrolment, col(Enrolment.exam_id) == col(Exam.id))
        .where(Exam.id == exam_id, Enrolment.person_id == actor.person_id)
        .with_for_update(of=Enrolment)
    ).first()
    if row is None:
        raise NotFound(what="exam", name=exam_id)
    exam, enrolment = row
    sitting = session.exec(
        select(Sitting).where(Sitting.exam_id == exam.id, Sitting.person_id == enrolment.person_id)
    ).first()
    if sitting is None:
        if exam_state(exam, enrolment, None, now) is not MyExamState.OPEN:
            raise ExamNotOpen(title=exam.title)
        sitting = _begin(session, actor=actor, exam=exam, person_id=enrolment.person_id, now=now)
    return sitting_view(session, actor=actor, sitting_id=sitting.id, now=now)


def sitting_view(session: Session, *, actor: Actor, sitting_id: UUID, now: datetime) -> SittingView:
    """Tell the candidate where the sitting stands: the question to answer, or that it is over.

    Raises:
        NotAllowed: The actor is not a candidate.
        NotFound: There is no such sitting of this candidate.
    """
    loaded = own_record(session, actor=actor, sitting_id=sitting_id)
    return view_of(loaded, loaded.state(now), now)


def submit_answer(
    session: Session,
    *,
    actor: Actor,
    sitting_id: UUID,
    position: int,
    answer: Answer,
    now: datetime,
    language: str = "",
) -> SittingView:
    """Record an answer and choose what comes next.

    Sending the same answer again gives the current view and changes nothing. When the time is over (a few seconds of
    grace apart) the sitting ends instead, and ``saved_position`` of the view is None.

    Args:
        session: The transaction.
        actor: The candidate.
        sitting_id: The sitting.
        position: Which question is answered, from 1.
        answer: What was entered.
        now: When the answer arrived.
        language: Language that the candidate reads in, if the face knows; on record is the one that the question was
            shown in, which is its own where it has no such translation.

    Raises:
        NotAllowed: The actor is not a candidate.
        NotFound: There is no such sitting of this candidate.
        AnswerConflict: The question has another answer already.
        PositionOutOfOrder: The question has not been asked yet.
        SittingFinished: The sitting is over.
        InvalidInput: The answer is not one that the question can have.
    """
    loaded = own_record(session, actor=actor, sitting_id=sitting_id, lock=True)
    answered = len(loaded.answers)
    if 1 <= position <= answered:
        if not _is_same(loaded, position, answer):
            raise AnswerConflict(position=position)
        return view_of(loaded, loaded.state(now), now, saved_position=position)
    if loaded.sitting.finished_at is not None:
        raise SittingFinished
    if loaded.has_expired(now, grace=GRACE):
        loaded, state = end_from_outside(session, loaded=loaded, reason=TIME_EXPIRED, now=now)
        return view_of(loaded, state, now)
    if position != answered + 1:
        raise PositionOutOfOrder(position=position, current=answered + 1)
    return _record_answer(session, loaded=loaded, answer=answer, now=now, language=language)


def end_sitting(session: Session, *, actor: Actor, sitting_id: UUID, now: datetime) -> SittingView:
    """End a sitting at its candidate's word; ending twice does no harm.

    Raises:
        NotAllowed: The actor is not a candidate.
        NotFound: There is no such sitting of this candidate.
    """
    loaded = own_record(session, actor=actor, sitting_id=sitting_id, lock=True)
    if loaded.sitting.finished_at is None:
        reason = TIME_EXPIRED if loaded.has_expired(now) else CANDIDATE_ENDED
        loaded, _ = end_from_outside(session, loaded=loaded, reason=reason, now=now)
        audit.record(session, actor=actor, action="sitting.end", kind="sitting", subject=sitting_id, now=now)
    return view_of(loaded, loaded.state(now), now)


def settle_expired(database: Database, *, now: datetime) -> int:
    """End the sittings whose time is over, so that their outcomes are on record without anybody looking.

    Each is ended in a transaction of its own: the locks of several at once would stand in the way of candidates who
    still answer, and one record that can't be ended must not keep the others from it.

    Returns:
        How many were ended.
    """
    ended = 0
    for sitting_id in _expired(database, now=now):
        try:
            with database.writing() as session:
                loaded = load_record(session, sitting_id, lock=True)
                # Another process, or the candidate, may have come first.
                if loaded.sitting.finished_at is None and loaded.has_expired(now, grace=GRACE):
                    end_from_outside(session, loaded=loaded, reason=TIME_EXPIRED, now=now)
                    ended += 1
        except Exception:
            log.exception("an expired sitting could not be ended", sitting=str(sitting_id))
    return ended


def _expired(database: Database, *, now: datetime) -> list[UUID]:
    with database.reading() as session:
        running = session.exec(
            select(Sitting, Exam, Enrolment)
            .join(Exam, col(Exam.id) == col(Sitting.exam_id))
            .join(
                Enrolment,
                (col(Enrolment.exam_id) == col(Sitting.exam_id)) & (col(Enrolment.person_id) == col(Sitting.person_id)),
            )
            .where(col(Sitting.finished_at).is_(None), col(Exam.time_limit_minutes).is_not(None))
        )
        return [
            sitting.id
            for sitting, exam, enrolment in running
            if (deadline := deadline_of(exam, enrolment, sitting)) is not None and now > deadline + GRACE
        ]


def _begin(session: Session, *, actor: Actor, exam: Exam, person_id: UUID, now: datetime) -> Sitting:
    bank = bank_in_force(session, standard_id=exam.standard_id)
    design = sitting_design(session, exam=exam, person_id=person_id, simulated=actor.simulated, now=now)
    try:
        pool = unit_pool(session, bank_id=bank.id, unit=exam.unit)
        prepared = prepared_exam(pool, design)
        require_tasks(session, bank_id=bank.id, unit=exam.unit, design=prepared.design)
    except BankTooSmall as error:
        # What the bank lacks is for those who keep it: a candidate learns no more than that it is not his fault.
        log.error("a sitting could not begin", exam=str(exam.id), bank=bank.number, reason=str(error))
        raise BankTooSmall(reason="those who run it have to mend that.") from error
    seed = secrets.randbits(53)  # exact in JSON readers that know only doubles
    draw = draw_for_start(session, exam_id=exam.id, prepared=prepared, seed=seed)
    sitting = Sitting(
        exam_id=exam.id,
        person_id=person_id,
        bank_id=bank.id,
        unit=exam.unit,
        design=design,
        seed=seed,
        ineligible=list(draw.everywhere),
        ineligible_by_bin=[list(ids) for ids in draw.by_bin],
        pretest_counts=count_trial_answers(session, pool=pool, simulated=actor.simulated),
        started_at=now,
        simulated=actor.simulated,
    )
    session.add(sitting)
    session.flush()
    state = start(
        prepared,
        seed=seed,
        ineligible=draw.everywhere,
        ineligible_by_bin=draw.by_bin,
        elapsed_seconds=0.0,
        pretest_counts=sitting.pretest_counts,
    )
    loaded = SittingRecord(sitting=sitting, exam=exam, unit_pool=pool, prepared=prepared, answers=())
    _note_asked(session, loaded=loaded, state=state, position=1, now=now)
    audit.record(
        session, actor=actor, action="sitting.start", kind="sitting", subject=sitting.id, now=now,
        bank=bank.number, **prior_details(design),
    )  # fmt: skip
    return sitting


def _is_same(loaded: SittingRecord, position: int, answer: Answer) -> bool:
    recorded = loaded.answers[position - 1]
    content = loaded.unit_pool.contents[loaded.unit_pool.index_of_version[recorded.item_version_id]]
    try:
        taken = content.taken(answer)
    except InvalidInput:
        return False
    return taken == Answer(tuple(recorded.selected), recorded.text)


def _record_answer(
    session: Session, *, loaded: SittingRecord, answer: Answer, now: datetime, language: str
) -> SittingView:
    # The grace of a few seconds is over for the clock but not for this answer: fold as of the deadline.
    moment = min(now, loaded.deadline) if loaded.deadline else now
    before = loaded.state(moment)
    item_id = pending_item_id(loaded.prepared, before)
    if item_id is None:
        raise SittingFinished
    place = loaded.unit_pool.index_of_item[item_id]
    content = loaded.unit_pool.contents[place]
    taken = content.taken(answer)
    score = content.score(taken)
    elapsed = loaded.clock(now)
    after = record(loaded.prepared, before, item_id=item_id, response=score, elapsed_seconds=elapsed)
    position = len(loaded.answers) + 1
    recorded = RecordedAnswer(
        sitting_id=loaded.sitting.id,
        position=position,
        item_version_id=loaded.unit_pool.versions[place],
        selected=list(taken.selected),
        text=taken.text,
        # What the candidate has seen, and not what was wished for.
        language=content.shown_language(language) if language else "",
        score=score,
        answered_at=now,
        elapsed_seconds=elapsed,
    )
    session.add(recorded)
    now_loaded = replace(loaded, answers=(*loaded.answers, recorded))
    if after.finished and loaded.tasks is not None and loaded.has_expired(now):
        # The last answer came within the grace: nobody could answer a task any more, and none counts as left blank.
        after = replace(after, finish_reason=TIME_EXPIRED)
        note_end(session, loaded=now_loaded, state=after, now=moment)
    elif after.finished:
        now_loaded = ask_tasks(session, loaded=now_loaded, state=after, now=now)
        if now_loaded.tasks is None or not now_loaded.tasks.asked:
            note_end(session, loaded=now_loaded, state=after, now=now)
    else:
        _note_asked(session, loaded=now_loaded, state=after, position=position + 1, now=now)
    session.flush()
    return view_of(now_loaded, after, now, saved_position=position)


def _note_asked(session: Session, *, loaded: SittingRecord, state: SittingState, position: int, now: datetime) -> None:
    item_id = pending_item_id(loaded.prepared, state)
    if item_id is None or state.decision is None:
        return
    session.add(
        AskedItem(
            sitting_id=loaded.sitting.id,
            position=position,
            item_version_id=loaded.unit_pool.versions[loaded.unit_pool.index_of_item[item_id]],
            decision=state.decision.to_dict(),
            asked_at=now,
        )
    )
    session.flush()
