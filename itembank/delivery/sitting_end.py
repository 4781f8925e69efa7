"""How a sitting goes on when its adaptive part is over, and how it ends: tasks, clock, outcome."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from engine.outcomes.task_choice import choose_tasks
from engine.sittings.sitting import SittingState, finish
from itembank.delivery.exposure_record import note_finish
from itembank.delivery.outcome_record import note_outcome
from itembank.delivery.records import SittingRecord, load_record
from itembank.tables import AskedTask, RecordedOutcome, SettledMark, TaskAnswer

BLANK = "blank"


def ask_tasks(session: Session, *, loaded: SittingRecord, state: SittingState, now: datetime) -> SittingRecord:
    """Put the tasks to the candidate whose adaptive part the engine has ended, on record with the reasons.

    Args:
        session: The transaction.
        loaded: The sitting.
        state: Its state after the last answer.
        now: When that was.

    Returns:
        The sitting with its tasks; as it was where its exam or its bank has none.
    """
    record = loaded.tasks
    if record is None or record.tasks.pool is None:
        return loaded
    enemies = record.tasks.enemies_by_id(loaded.unit_pool.item_ids)
    chosen = choose_tasks(loaded.prepared, state, record.tasks.pool, enemies=enemies)
    asked = tuple(
        AskedTask(
            sitting_id=loaded.sitting.id,
            position=position,
            item_version_id=record.tasks.versions[record.tasks.task_ids.index(decision.task)],
            decision=decision.to_dict(),
            asked_at=now,
        )
        for position, decision in enumerate(chosen, start=1)
    )
    session.add_all(asked)
    session.flush()
    return replace(loaded, tasks=replace(record, asked=asked))


def record_task_answer(
    session: Session, *, loaded: SittingRecord, position: int, text: str, language: str, handed_in: bool, now: datetime
) -> SittingRecord:
    """Put the answer to a task on record; one that was left blank has no points, and needs no marker to say so.

    Returns:
        The sitting with the answer.
    """
    assert loaded.tasks is not None
    task = loaded.tasks.asked[position - 1]
    answer = TaskAnswer(
        sitting_id=loaded.sitting.id,
        position=position,
        item_version_id=task.item_version_id,
        text=text,
        language=language,
        handed_in=handed_in,
        answered_at=now,
    )
    session.add(answer)
    session.flush()
    settled = None if text else SettledMark(answer_id=answer.id, points=0, manner=BLANK, settled_at=now)
    if settled is not None:
        session.add(settled)
    return replace(loaded, tasks=loaded.tasks.with_answer(answer, settled))


def end_from_outside(
    session: Session, *, loaded: SittingRecord, reason: str, now: datetime
) -> tuple[SittingRecord, SittingState]:
    """End a sitting before it ends by itself; of tasks that are open, what is written is taken as it stands.

    Args:
        session: The transaction.
        loaded: The sitting, which has not ended.
        reason: Why, if its adaptive part is not over.
        now: When.

    Returns:
        The sitting and its last state.
    """
    moment = min(now, loaded.deadline) if loaded.deadline else now
    state = loaded.state(moment)
    if not state.finished:
        state = finish(loaded.prepared, state, reason=reason)
    for task in loaded.tasks.asked if loaded.tasks is not None else ():
        assert loaded.tasks is not None
        if task.position not in loaded.tasks.answers:
            draft = loaded.tasks.drafts.get(task.position)
            text, language = (draft.text.strip(), draft.language) if draft is not None else ("", "")
            loaded = record_task_answer(
                session, loaded=loaded, position=task.position, text=text, language=language, handed_in=False,
                now=moment,
            )  # fmt: skip
    note_end(session, loaded=loaded, state=state, now=moment)
    return loaded, state


def note_end(session: Session, *, loaded: SittingRecord, state: SittingState, now: datetime) -> None:
    """Put the end of a sitting on record, and its outcome unless that waits for marks."""
    loaded.sitting.finished_at = now
    loaded.sitting.finish_reason = state.finish_reason
    session.add(loaded.sitting)
    if loaded.tasks is None or not loaded.tasks.wait_for_marks:
        note_outcome(session, loaded=loaded, state=state, now=now)
    if loaded.prepared.design.maximum_exposure is not None:
        note_finish(session, record=loaded)
    session.flush()


def tell_marked_outcome(session: Session, *, sitting_id: UUID, now: datetime) -> bool:
    """Tell the outcome of a sitting whose last mark is settled.

    Args:
        session: A transaction that holds the sitting's row.
        sitting_id: The sitting.
        now: When the mark was settled.

    Returns:
        Whether it is told now: not while another mark is open, and not a second time.
    """
    loaded = load_record(session, sitting_id, lock=True)
    waits = loaded.sitting.finished_at is None or (loaded.tasks is not None and loaded.tasks.wait_for_marks)
    if waits or session.get(RecordedOutcome, sitting_id) is not None:
        return False
    note_outcome(session, loaded=loaded, state=loaded.state(now), now=now)
    session.flush()
    return True
