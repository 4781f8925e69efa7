"""Answering the tasks that follow the adaptive part: drafts kept on the way, answers that are final."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from itembank.actor import Actor
from itembank.authoring.item_types.constructed_response import LONGEST_RESPONSE
from itembank.authoring.item_types.question import Answer
from itembank.delivery.records import GRACE, TIME_EXPIRED, SittingRecord, own_record
from itembank.delivery.sitting_end import end_from_outside, note_end, record_task_answer
from itembank.delivery.sitting_views import SittingView, view_of
from itembank.errors import AnswerConflict, InvalidInput, PositionOutOfOrder, SittingFinished
from itembank.storable_text import can_be_kept
from itembank.tables import TaskDraft


def submit_task(
    session: Session,
    *,
    actor: Actor,
    sitting_id: UUID,
    position: int,
    text: str,
    now: datetime,
    language: str = "",
    leave_blank: bool = False,
) -> SittingView:
    """Hand in the answer to a task; after the last one the sitting is over and waits for its marks.

    Handing in the same again changes nothing. When the time is over (a few seconds of grace apart) the sitting ends
    instead, with what was kept of each answer.

    Args:
        session: The transaction.
        actor: The candidate.
        sitting_id: The sitting.
        position: Which task, from 1.
        text: What was written.
        now: When it arrived.
        language: Language that the candidate reads in, if the face knows; on record is the one that the task was shown
            in, which is its own where it has no such translation.
        leave_blank: Leave the task without an answer, which counts as no points.

    Raises:
        NotAllowed: The actor is not a candidate.
        NotFound: There is no such sitting of this candidate.
        AnswerConflict: The task has another answer already.
        PositionOutOfOrder: The task is not the one to answer now.
        SittingFinished: The sitting is over.
        InvalidInput: There is no text, or too much of it.
    """
    loaded = own_record(session, actor=actor, sitting_id=sitting_id, lock=True)
    text = _one_line_end(text)
    entered = "" if leave_blank else text.strip()
    known = loaded.tasks.answers.get(position) if loaded.tasks is not None else None
    if known is not None:
        if known.text != entered:
            raise AnswerConflict(position=position)
        return view_of(loaded, loaded.state(now), now, saved_position=position)
    ended = _ended_by_the_clock(session, loaded, now)
    if ended is not None:
        return ended
    version = _pending(loaded, position)
    taken = "" if leave_blank else _taken(loaded, version, text)
    loaded = record_task_answer(
        session, loaded=loaded, position=position, text=taken, handed_in=True, now=now,
        language=_shown_language(loaded, version, language),
    )  # fmt: skip
    state = loaded.state(now)
    if loaded.tasks is not None and loaded.tasks.pending is None:
        note_end(session, loaded=loaded, state=state, now=min(now, loaded.deadline) if loaded.deadline else now)
    session.flush()
    return view_of(loaded, state, now, saved_position=position)


def save_draft(
    session: Session, *, actor: Actor, sitting_id: UUID, position: int, text: str, now: datetime, language: str = ""
) -> SittingView:
    """Keep what is written so far of an answer, so that neither a crash nor the clock loses it.

    Args:
        session: The transaction.
        actor: The candidate.
        sitting_id: The sitting.
        position: Which task, from 1.
        text: All that is written; what was kept before is replaced.
        now: When.
        language: Language that the candidate reads in, if the face knows; kept is the one that the task is shown in.

    Raises:
        NotAllowed: The actor is not a candidate.
        NotFound: There is no such sitting of this candidate.
        AnswerConflict: The task is answered already.
        PositionOutOfOrder: The task is not the one to answer now.
        SittingFinished: The sitting is over.
        InvalidInput: There is too much text, or it holds what cannot be kept.
    """
    loaded = own_record(session, actor=actor, sitting_id=sitting_id, lock=True)
    if loaded.tasks is not None and position in loaded.tasks.answers:
        raise AnswerConflict(position=position)
    ended = _ended_by_the_clock(session, loaded, now)
    if ended is not None:
        return ended
    version = _pending(loaded, position)
    _check_text(text)
    draft = session.get(TaskDraft, (sitting_id, position))
    if draft is None:
        draft = TaskDraft(sitting_id=sitting_id, position=position, text="", saved_at=now)
    draft.text, draft.saved_at = _one_line_end(text), now
    draft.language = _shown_language(loaded, version, language)
    session.add(draft)
    session.flush()
    assert loaded.tasks is not None
    loaded = replace(loaded, tasks=replace(loaded.tasks, drafts={**loaded.tasks.drafts, position: draft}))
    return view_of(loaded, loaded.state(now), now)


def _ended_by_the_clock(session: Session, loaded: SittingRecord, now: datetime) -> SittingView | None:
    if loaded.sitting.finished_at is not None:
        raise SittingFinished
    if not loaded.has_expired(now, grace=GRACE):
        return None
    loaded, state = end_from_outside(session, loaded=loaded, reason=TIME_EXPIRED, now=now)
    return view_of(loaded, state, now)


def _pending(loaded: SittingRecord, position: int) -> UUID:
    """Give the version of the task at a position.

    Raises:
        PositionOutOfOrder: It is not the one to answer now.
    """
    pending = loaded.tasks.pending if loaded.tasks is not None else None
    if pending is None or pending.position != position:
        raise PositionOutOfOrder(position=position, current=0 if pending is None else pending.position)
    return pending.item_version_id


def _taken(loaded: SittingRecord, version_id: UUID, text: str) -> str:
    _check_text(text)
    assert loaded.tasks is not None
    return loaded.tasks.tasks.content(version_id).taken(Answer(text=text)).text


def _shown_language(loaded: SittingRecord, version_id: UUID, wanted: str) -> str:
    assert loaded.tasks is not None
    return loaded.tasks.tasks.content(version_id).shown_language(wanted) if wanted else ""


def _one_line_end(text: str) -> str:
    # Forms send two characters for the end of a line where scripts send one; both mean the same answer.
    return text.replace("\r\n", "\n")


def _check_text(text: str) -> None:
    if len(text) > LONGEST_RESPONSE:
        expected = f"at most {LONGEST_RESPONSE} characters"
        raise InvalidInput(field="answer", expected=expected, reason="answer_long")
    if not can_be_kept(text):
        raise InvalidInput(field="answer", expected="text without control characters", reason="answer_text")
