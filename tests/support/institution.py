"""A small institution in a database: standard, starter bank, one person of each role, an exam."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from argon2 import PasswordHasher
from sqlmodel import Session

from itembank.actor import COMMAND_LINE, Actor, Role
from itembank.authoring.starter import install_starter_bank
from itembank.database import Database
from itembank.delivery.exams import create_exam, enrol, propose_design
from itembank.framework.starter import load_starter_standard
from itembank.framework.store import store_framework
from itembank.people.accounts import create_person
from itembank.publishing.banks import publish_bank
from itembank.tables import Person

NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)  # noon in Bangkok
PASSWORD = "correct-horse-battery"
#: A hash says itself how dear it is to check: with this one, tests sign somebody in a thousand times for nothing.
_QUICK_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)

#: One person a role, and a second candidate, writer, psychometrician and judge for what one must not do alone or to the
#: other; of markers three, the last for what two of them see differently.
PEOPLE = {
    "candidate": Role.CANDIDATE,
    "candidate2": Role.CANDIDATE,
    "writer": Role.ITEM_WRITER,
    "writer2": Role.ITEM_WRITER,
    "reviewer": Role.REVIEWER,
    "psychometrician": Role.PSYCHOMETRICIAN,
    "psychometrician2": Role.PSYCHOMETRICIAN,
    "administrator": Role.ADMINISTRATOR,
    "judge": Role.JUDGE,
    "judge2": Role.JUDGE,
    "marker": Role.MARKER,
    "marker2": Role.MARKER,
    "marker3": Role.MARKER,
}


@dataclass
class Institution:
    """What was put into the database."""

    people: dict[str, Actor] = field(default_factory=dict)
    exam_id: UUID | None = None

    def __getitem__(self, username: str) -> Actor:
        return self.people[username]

    @property
    def exam(self) -> UUID:
        """The exam on DG100 that both candidates are enrolled in."""
        assert self.exam_id is not None
        return self.exam_id


def found_institution(database: Database, *, unit: str = "DG100", time_limit_minutes: int | None = 60) -> Institution:
    """Fill an empty, migrated database."""
    with database.writing() as session:
        store_framework(session, actor=COMMAND_LINE, framework=load_starter_standard(), now=NOON)
        install_starter_bank(session, actor=COMMAND_LINE, now=NOON)
        publish_bank(session, actor=COMMAND_LINE, now=NOON, note="the first bank")
        institution = Institution(people=_people(session))
        exam = create_exam(
            session,
            actor=COMMAND_LINE,
            title="การสอบทดลอง",
            unit=unit,
            design=propose_design(session, actor=COMMAND_LINE, unit=unit),
            time_limit_minutes=time_limit_minutes,
            now=NOON,
        )
        enrol(session, actor=COMMAND_LINE, exam_id=exam.id, usernames=["candidate", "candidate2"], now=NOON)
        institution.exam_id = exam.id
    return institution


def _people(session: Session) -> dict[str, Actor]:
    found = {}
    for username, role in PEOPLE.items():
        made = create_person(
            session,
            actor=COMMAND_LINE,
            username=username,
            display_name=f"ทดสอบ {username}",
            roles=[role],
            password=PASSWORD,
            now=NOON,
        )
        session.get_one(Person, made.person.id).password_hash = _QUICK_HASH
        found[username] = Actor(made.person.id, username, made.person.display_name, frozenset({role}))
    return found
