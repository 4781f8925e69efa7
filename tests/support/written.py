"""Written tasks for tests: a bank that has some, an exam that asks for them, and people who mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from itembank.actor import COMMAND_LINE
from itembank.authoring.content import CognitiveLevel, ItemContent, ItemType, RubricAspect, Translation
from itembank.database import Database
from itembank.delivery.exams import create_exam, enrol, propose_design
from itembank.delivery.sittings import SittingView
from itembank.delivery.written_tasks import submit_task
from itembank.marking.marking import mark_response
from itembank.marking.settlement import BLIND_MARKS, MarkKind
from itembank.publishing.banks import publish_bank
from itembank.tables import Mark, SettledMark, TaskAnswer
from tests.support.institution import NOON, Institution
from tests.support.richer_bank import add_item
from tests.support.sitting import Chooser, always_right, answer_once, begin

RATIONALE = "แนวคำตอบ: แจ้งเหตุละเมิดภายใน 72 ชั่วโมง"


def task_content(stem: str, *, criterion: str = "DG101-1.1") -> ItemContent:
    """Write a task of at most five points: three for one aspect, two for the other."""
    return ItemContent(
        criterion=criterion,
        type=ItemType.CONSTRUCTED_RESPONSE,
        cognitive_level=CognitiveLevel.ANALYSE,
        difficulty_rating=3,
        language="th",
        stem=stem,
        rubric=(
            RubricAspect("ความถูกต้อง", ("ไม่ถูกต้อง", "ถูกบางส่วน", "ถูกเป็นส่วนใหญ่", "ถูกทั้งหมด")),
            RubricAspect("เหตุผล", ("ไม่มีเหตุผล", "มีเหตุผลบ้าง", "เหตุผลชัดเจน")),
        ),
        rationale=RATIONALE,
        translations=(Translation(language="en", stem=f"Explain: {stem}"),),
    )


def publish_tasks(session: Session, people: Institution, *, first: int = 2, second: int = 1) -> tuple[UUID, ...]:
    """Publish the starter bank with tasks in DG101 and in DG102; gives the ids of their items."""
    criteria = ["DG101-1.1"] * first + ["DG102-2.1"] * second
    items = tuple(
        add_item(session, people, task_content(f"อธิบายแนวปฏิบัติที่ {number}", criterion=criterion))
        for number, criterion in enumerate(criteria, start=1)
    )
    publish_bank(session, actor=COMMAND_LINE, now=NOON, note="with tasks")
    return items


def exam_with_tasks(
    session: Session, *, tasks: int = 2, tolerance: int = 0, time_limit_minutes: int | None = 60, length: int = 0
) -> UUID:
    """Create an exam on DG100 that asks for tasks; both candidates are enrolled."""
    design = propose_design(session, actor=COMMAND_LINE, unit="DG100")
    design = replace(design, written_tasks=tasks, marking_tolerance=tolerance)
    if length:
        design = replace(design, minimum_length=length, maximum_length=length)
    exam = create_exam(
        session, actor=COMMAND_LINE, title="การสอบที่มีข้อเขียน", unit="DG100", design=design,
        time_limit_minutes=time_limit_minutes, now=NOON,
    )  # fmt: skip
    enrol(session, actor=COMMAND_LINE, exam_id=exam.id, usernames=["candidate", "candidate2"], now=NOON)
    return exam.id


def sit_to_tasks(
    database: Database, people: Institution, exam_id: UUID, *, who: str = "candidate", choose: Chooser = always_right
) -> SittingView:
    """Sit an exam until its tasks come."""
    view, now = begin(database, actor=people[who], exam_id=exam_id, now=NOON), NOON
    while view.question is not None:
        now += timedelta(seconds=20)
        view = answer_once(database, actor=people[who], view=view, now=now, choose=choose)
    return view


def write_answers(
    database: Database, people: Institution, view: SittingView, *, texts: Sequence[str], who: str = "candidate"
) -> SittingView:
    """Answer the tasks one after the other; an empty text leaves a task blank."""
    for position, text in enumerate(texts, start=1):
        with database.writing() as session:
            view = submit_task(
                session, actor=people[who], sitting_id=view.id, position=position, text=text,
                now=NOON + timedelta(minutes=30), language="th", leave_blank=not text,
            )  # fmt: skip
    return view


def answers_of(database: Database, sitting_id: UUID) -> list[UUID]:
    """Give the ids of a sitting's answers to tasks, in their order."""
    with database.reading() as session:
        query = select(TaskAnswer.id).where(TaskAnswer.sitting_id == sitting_id).order_by(col(TaskAnswer.position))
        return list(session.exec(query))


def mark_as(
    database: Database,
    people: Institution,
    who: str,
    answer_id: UUID,
    levels: Sequence[int],
    *,
    comment: str = "",
    now: datetime = NOON + timedelta(hours=2),
) -> bool:
    """Mark an answer as what it waits for, and tell whether it is settled then.

    Of two people the one with the higher number comes later.
    """
    later = timedelta(seconds=int(who[-1])) if who[-1].isdigit() else timedelta()
    with database.writing() as session:
        markers = session.exec(select(Mark.marker_id).where(Mark.answer_id == answer_id).distinct()).all()
        mark_response(
            session, actor=people[who], answer_id=answer_id, levels=levels, comment=comment, now=now + later,
            kind=MarkKind.BLIND if len(markers) < BLIND_MARKS else MarkKind.SETTLING,
        )  # fmt: skip
        return session.get(SettledMark, answer_id) is not None
