"""What the pictures show: the demo, in which people sit exams, write, review and judge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, select

from itembank.actor import COMMAND_LINE, Actor, Role
from itembank.authoring.item_types.question import Answer
from itembank.authoring.items import item_view, move_item, save_item
from itembank.authoring.reviewing.comments import reply_to_comment, write_comment
from itembank.authoring.reviewing.requests import ask_to_review
from itembank.database import Database
from itembank.delivery.exams import enrol, grant_extra_time
from itembank.delivery.records import load_record
from itembank.delivery.sittings import submit_answer
from itembank.demo.load import load_demo
from itembank.people.accounts import create_person
from itembank.standard_setting.judging import judge_item, judging_view
from itembank.standard_setting.panels import PanelPlan, plan_panel
from itembank.standard_setting.rounds import close_round, open_round
from itembank.tables import Exam, Item, Person
from itembank.writing_needs.assignments import AssignmentPlan, assign
from tests.support.sitting import always_right, always_wrong, begin

EXAM_UNIT, CALIBRATED_UNIT = "DG100", "Dlit100"
#: In the result on display the questions of this element are answered wrongly.
_WEAK_ELEMENT = "DG102-2.2"
#: The item on the writer's desk, the one that waits for its reviewer, the one whose curve is shown, and the one that a
#: calibration moves furthest.
EDITED, REVIEWED, MEASURED, MOVED = "DG101-1.1-01", "DG102-2.1-01", "Dlit103-3.4-01", "Dlit103-3.4-02"
_JUDGES, _JUDGED_ITEMS = ("judge", "judge2", "judge3"), 24
_COMPETENT = {
    "description_th": "ใช้เครื่องมือดิจิทัลพื้นฐานได้ด้วยตนเอง แต่ยังต้องขอคำแนะนำเมื่อพบเรื่องใหม่",
    "description_en": "Uses basic digital tools alone, and asks for advice where something is new.",
}


@dataclass(frozen=True)
class Candidate:
    """Somebody on the exam's list.

    Args:
        username: To sign in with.
        name: As shown.
        minutes: Minutes since the start; None for somebody who has not started.
        answers: Questions answered by now.
        extra: Extra minutes.
    """

    username: str
    name: str
    minutes: int | None
    answers: int = 0
    extra: int = 0


_CANDIDATES = (
    Candidate("kanya", "นางสาวกัญญา ศรีสุข", 24, 9, extra=10),
    Candidate("prasert", "นายประเสริฐ วงศ์ดี", 17, 7),
    Candidate("mali", "นางมาลี แก้วใส", 12, 5),
    Candidate("wichai", "นายวิชัย พูลสุข", None, extra=15),
    Candidate("somchai", "นายสมชาย รักงาน", 3, 1),
)


@dataclass(frozen=True)
class Scene:
    """What there is to see."""

    passwords: Mapping[str, str]
    exam_id: UUID
    running: UUID
    finished: UUID
    items: Mapping[str, UUID]


def build_scene(database: Database, *, now: datetime) -> Scene:
    """Load the demo, as of yesterday, and let people sit exams, write and review today."""
    yesterday = now - timedelta(days=1)
    passwords = {person.username: person.password for person in load_demo(database, now=yesterday)}
    with database.writing() as session:
        exam_id = session.exec(select(Exam.id).where(Exam.unit == EXAM_UNIT)).one()
        items = {item.code: item.id for item in session.exec(select(Item))}
        _add_candidates(session, exam_id, now=yesterday)
        _send_to_review(session, actor_of(session, "writer", Role.ITEM_WRITER), items[REVIEWED], now=now)
        _ask(session, items[REVIEWED], now=now)

    def sit(username: str, *, minutes: int, answers: int) -> UUID:
        return _sit(database, username, exam_id, minutes=minutes, answers=answers, now=now)

    for one in _CANDIDATES:
        if one.minutes is not None:
            sit(one.username, minutes=one.minutes, answers=one.answers)
    return Scene(
        passwords=passwords,
        exam_id=exam_id,
        running=sit("candidate", minutes=9, answers=6),
        finished=sit("candidate2", minutes=50, answers=99),
        items=items,
    )


def judge_a_round(database: Database, items: Mapping[str, UUID], *, now: datetime) -> UUID:
    """Plan a panel on a sample of items, let its judges judge by the writers' ratings, and close the round.

    Returns:
        The panel.
    """
    with database.writing() as session:
        leader = actor_of(session, "psychometrician", Role.PSYCHOMETRICIAN)
        judges = [actor_of(session, name, Role.JUDGE) for name in _JUDGES]
        people = tuple(judge.person_id for judge in judges if judge.person_id is not None)
        plan = PanelPlan(unit=CALIBRATED_UNIT, method="angoff", judges=people, sample=_JUDGED_ITEMS, **_COMPETENT)
        panel_id = plan_panel(session, actor=leader, plan=plan, now=now).id
        open_round(session, actor=leader, panel_id=panel_id, now=now)
        for number, judge in enumerate(judges):
            for one in judging_view(session, actor=judge, panel_id=panel_id).pages:
                rating = item_view(session, actor=leader, item_id=items[one.page.code]).head.content.difficulty_rating
                share = round(0.9 - 0.12 * rating + 0.04 * number + (one.place * (7 + number) % 11 - 5) / 60, 2)
                judge_item(session, actor=judge, panel_id=panel_id, place=one.place, share=share, now=now)
        close_round(session, actor=leader, panel_id=panel_id, now=now, reason="")
    return panel_id


def actor_of(session: Session, username: str, role: Role) -> Actor:
    """Act as somebody of the demo."""
    person = session.exec(select(Person).where(Person.username == username)).one()
    return Actor(person.id, username, person.display_name, frozenset({role}))


def _add_candidates(session: Session, exam_id: UUID, *, now: datetime) -> None:
    for one in _CANDIDATES:
        made = create_person(
            session, actor=COMMAND_LINE, username=one.username, display_name=one.name, roles=[Role.CANDIDATE], now=now
        )
        enrol(session, actor=COMMAND_LINE, exam_id=exam_id, usernames=[one.username], now=now)
        if one.extra:
            grant_extra_time(
                session, actor=COMMAND_LINE, exam_id=exam_id, person_id=made.person.id, minutes=one.extra, now=now
            )


def _send_to_review(session: Session, writer: Actor, item_id: UUID, *, now: datetime) -> None:
    head = item_view(session, actor=writer, item_id=item_id).head
    content = replace(head.content, difficulty_rating=head.content.difficulty_rating % 5 + 1)
    save_item(session, actor=writer, item_id=item_id, content=content, started_from=head.number, now=now)
    move_item(session, actor=writer, item_id=item_id, move_name="submit", now=now)


def _ask(session: Session, item_id: UUID, *, now: datetime) -> None:
    """Let the reviewer comment on the item, the writer reply, and somebody ask for a review and for items."""
    writer, reviewer = actor_of(session, "writer", Role.ITEM_WRITER), actor_of(session, "reviewer", Role.REVIEWER)
    comment = write_comment(
        session, actor=reviewer, item_id=item_id, now=now, place="stem", quote="ควรพิจารณาฐานทางกฎหมาย",
        text="ยังไม่บอกว่าใครเป็นผู้พิจารณา ขอให้ระบุให้ชัดเจน",
    )  # fmt: skip
    reply_to_comment(
        session, actor=writer, item_id=item_id, comment_id=comment, text="จะเขียนว่า “กรมควรพิจารณา” ในรุ่นถัดไป", now=now
    )
    administrator = actor_of(session, "administrator", Role.ADMINISTRATOR)
    today = now.date()
    ask_to_review(
        session, actor=administrator, item_id=item_id, usernames=["reviewer"], due=today + timedelta(days=5),
        today=today, now=now, note="โปรดตรวจความถูกต้องตามกฎหมายฉบับล่าสุด",
    )  # fmt: skip
    for criterion, wanted, rating, days in (("DG102-2.1", 3, 3, 14), ("DG101-1.2", 2, 2, 21)):
        plan = AssignmentPlan(
            criterion=criterion, wanted=wanted, writer_id=_id(writer), due_on=today + timedelta(days=days),
            difficulty_rating=rating, note="ขอสถานการณ์จากงานบริการประชาชน",
        )  # fmt: skip
        assign(session, actor=administrator, plan=plan, now=now)


def _id(actor: Actor) -> UUID:
    assert actor.person_id is not None
    return actor.person_id


def _sit(database: Database, username: str, exam_id: UUID, *, minutes: int, answers: int, now: datetime) -> UUID:
    """Start an exam some minutes ago and answer so many questions, or to its end, evenly until a little while ago."""
    begun = now - timedelta(minutes=minutes)
    pace = timedelta(minutes=minutes) / (answers + 1) if answers < minutes else timedelta(seconds=55)
    with database.reading() as session:
        actor = actor_of(session, username, Role.CANDIDATE)
    view = begin(database, actor=actor, exam_id=exam_id, now=begun)
    for number in range(1, answers + 1):
        moment = begun + number * pace
        with database.writing() as session:
            loaded = load_record(session, view.id)
            pending = loaded.state(moment).next_item
            if pending is None:
                break
            content = loaded.unit_pool.contents[pending]
            choose = always_wrong if content.criterion.startswith(_WEAK_ELEMENT) else always_right
            submit_answer(
                session, actor=actor, sitting_id=view.id, position=number,
                answer=Answer(tuple(choose(content.key, len(content.options)))), now=moment,
            )  # fmt: skip
    return view.id
