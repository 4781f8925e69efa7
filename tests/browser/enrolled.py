"""A candidate and an exam of one's own, so that tests can share a site without meeting each other."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from itembank.actor import COMMAND_LINE, Role
from itembank.clock import utc_now
from itembank.database import Database
from itembank.delivery.exams import create_exam, enrol, propose_design
from itembank.people.accounts import create_person
from tests.support.institution import PASSWORD


@dataclass(frozen=True)
class EnrolledCandidate:
    """Somebody who may sit an exam that nobody else is enrolled in."""

    username: str
    person_id: UUID
    exam_id: UUID
    exam_title: str


def enrolled_candidate(database: Database, *, unit: str = "DG100", time_limit_minutes: int = 60) -> EnrolledCandidate:
    """Create a candidate and an exam, and enrol the one in the other."""
    name, now = f"candidate-{uuid4().hex[:8]}", utc_now()
    with database.writing() as session:
        made = create_person(
            session, actor=COMMAND_LINE, username=name, display_name=f"ผู้สอบ {name}",
            roles=[Role.CANDIDATE], password=PASSWORD, now=now,
        )  # fmt: skip
        exam = create_exam(
            session, actor=COMMAND_LINE, title=f"การสอบของ {name}", unit=unit,
            design=propose_design(session, actor=COMMAND_LINE, unit=unit),
            time_limit_minutes=time_limit_minutes, now=now,
        )  # fmt: skip
        enrol(session, actor=COMMAND_LINE, exam_id=exam.id, usernames=[name], now=now)
        return EnrolledCandidate(name, made.person.id, exam.id, exam.title)
