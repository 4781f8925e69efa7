"""Loading the demo: standard, starter bank, people, an exam ready to sit, and simulated sittings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from itembank.actor import COMMAND_LINE, Role
from itembank.authoring.starter import install_starter_bank
from itembank.database import Database
from itembank.delivery.exams import create_exam, enrol, propose_design
from itembank.demo.simulated_groups import add_simulated_groups
from itembank.demo.simulated_sittings import add_simulated_sittings
from itembank.errors import NotFound
from itembank.framework.starter import load_starter_standard
from itembank.framework.store import current_standard, store_framework
from itembank.people.accounts import create_person, reset_password
from itembank.publishing.banks import find_bank_in_force, publish_bank
from itembank.tables import Exam, Person

SIMULATED_SITTINGS = 400

#: User name, name shown, roles. Two candidates, so that one can be measured before and one after a recalibration; two
#: psychometricians, because whoever approves a calibration may not publish it; three judges and three markers, so that
#: they can differ.
_PEOPLE: tuple[tuple[str, str, tuple[Role, ...]], ...] = (
    ("candidate", "นางสาวชมพูนุช ใจดี", (Role.CANDIDATE,)),
    ("candidate2", "นายธนกร ตั้งใจ", (Role.CANDIDATE,)),
    ("writer", "นางวรรณา เขียนดี", (Role.ITEM_WRITER,)),
    ("reviewer", "นายตรวจ ละเอียด", (Role.REVIEWER,)),
    ("psychometrician", "ดร.วัดผล แม่นยำ", (Role.PSYCHOMETRICIAN,)),
    ("psychometrician2", "นางสาวทวนสอบ รอบคอบ", (Role.PSYCHOMETRICIAN,)),
    ("administrator", "นางจัดการ เรียบร้อย", (Role.ADMINISTRATOR,)),
    ("judge", "นางสาวพิจารณ์ เที่ยงธรรม", (Role.JUDGE,)),
    ("judge2", "นายไตร่ตรอง ถี่ถ้วน", (Role.JUDGE,)),
    ("judge3", "ดร.ชำนาญ ในสาขา", (Role.JUDGE,)),
    ("marker", "นางสาวอ่าน ถี่ถ้วน", (Role.MARKER,)),
    ("marker2", "นายเทียบ ตามเกณฑ์", (Role.MARKER,)),
    ("marker3", "นางสรุป ให้ขาด", (Role.MARKER,)),
)

#: Title, unit, minutes.
_EXAMS = (
    ("เข้าถึงและตระหนักดิจิทัล (Dlit100) – การสอบสาธิต", "Dlit100", 60),
    ("กฎหมายและธรรมาภิบาลดิจิทัล (DG100) – การสอบสาธิต", "DG100", 40),
    ("วิเคราะห์ข้อมูล (DT600) – การสอบสาธิต", "DT600", 60),
)


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody to sign in as."""

    role: str
    username: str
    password: str


def load_demo(
    database: Database,
    *,
    now: datetime,
    sittings: int = SIMULATED_SITTINGS,
    on_progress: Callable[[int, int], None] | None = None,
) -> tuple[DemoPerson, ...]:
    """Load what is missing of the demo, and give every demo person a fresh password.

    Args:
        database: An upgraded database.
        now: When.
        sittings: How many simulated sittings to make, the first time.
        on_progress: Told how many of them are done.

    Returns:
        Whom to sign in as; the passwords are stored nowhere.
    """
    with database.writing() as session:
        _load_bank(session, now)
        people = _people(session, now)
        made = _exams(session, now)
        if made:
            add_simulated_sittings(session, exam_id=made["Dlit100"], count=sittings, now=now, on_progress=on_progress)
            add_simulated_groups(session, now=now)
    return people


def _load_bank(session: Session, now: datetime) -> None:
    try:
        current_standard(session)
    except NotFound:
        store_framework(session, actor=COMMAND_LINE, framework=load_starter_standard(), now=now)
    install_starter_bank(session, actor=COMMAND_LINE, now=now)
    if find_bank_in_force(session) is None:
        publish_bank(session, actor=COMMAND_LINE, now=now, note="คลังข้อสอบตั้งต้น (starter bank)")


def _people(session: Session, now: datetime) -> tuple[DemoPerson, ...]:
    people = session.exec(select(Person).where(col(Person.simulated).is_(False)))
    known = {person.username: person.id for person in people}
    found = []
    for username, name, roles in _PEOPLE:
        if username in known:
            fresh = reset_password(session, actor=COMMAND_LINE, person_id=known[username], now=now)
        else:
            fresh = create_person(
                session, actor=COMMAND_LINE, username=username, display_name=name, roles=roles, now=now
            )
        found.append(DemoPerson(role=roles[0].value, username=username, password=fresh.password))
    return tuple(found)


def _exams(session: Session, now: datetime) -> dict[str, UUID]:
    if session.exec(select(Exam.id)).first() is not None:
        return {}
    made: dict[str, UUID] = {}
    for title, unit, minutes in reversed(_EXAMS):
        exam = create_exam(
            session,
            actor=COMMAND_LINE,
            title=title,
            unit=unit,
            design=propose_design(session, actor=COMMAND_LINE, unit=unit),
            time_limit_minutes=minutes,
            now=now,
        )
        enrol(session, actor=COMMAND_LINE, exam_id=exam.id, usernames=["candidate", "candidate2"], now=now)
        made[unit] = exam.id
    return made
